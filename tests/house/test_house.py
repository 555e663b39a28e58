"""The house itself: its public face, its doors, and that the documents keep up with it."""

import ast
import doctest
import importlib
import pkgutil
import re
import runpy
import tomllib
from dataclasses import fields
from pathlib import Path

import click
import pytest

import connectors
import influence
import reports
from influence.cli import main
from influence.contract import plugins
from tests.kit.places import ROOT

MODULES = [
    module.name
    for package in (influence, connectors, reports)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith("__main__")
]


def test_the_public_face_is_exactly_what_it_says():
    for name in influence.__all__:
        assert name == getattr(influence, name).__name__
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = influence.nothing


@pytest.mark.parametrize("name", ["influence", *MODULES])
def test_every_example_in_a_docstring_runs(name):
    assert 0 == doctest.testmod(importlib.import_module(name)).failed


@pytest.mark.parametrize("name", MODULES)
def test_every_module_and_public_function_says_what_it_does(name):
    module = importlib.import_module(name)
    assert module.__doc__
    for word, public in vars(module).items():
        if getattr(public, "__module__", "") == name and callable(public) and not word.startswith("_"):
            assert public.__doc__ or public.help, f"{name}.{word}"


def test_every_command_has_help_and_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert command.help, name
        assert f"influence {name}" in readme, name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.name}"


def test_documents_name_only_commands_that_are_there():
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    for file in files:
        named = re.findall(r"(?:`|^|bin/)influence ([a-z]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(named) <= set(main.commands), file.name


def test_every_connector_stands_in_the_documents():
    document = (ROOT / "docs/connectors.md").read_text(encoding="utf-8")
    for name in plugins.names("influence.connectors"):
        assert f"`{name}`" in document, name


def test_the_table_of_findings_is_that_of_the_measures():
    tool = runpy.run_path(str(ROOT / "tools/measures.py"))
    document = (ROOT / "docs/measures.md").read_text(encoding="utf-8")
    assert tool["written"](document) == document, "write it again with: .venv/bin/python tools/measures.py"


def test_every_setting_stands_in_the_settings_that_init_writes():
    from influence.settings import DEFAULTS, MailServer, Settings, read

    body = tomllib.loads(DEFAULTS)
    lists = {"brand", "voices", "outcomes", "spheres", "teams", "audiences", "topics", "purpose", "retention"}
    sections = {"zone", "met", "people", "passing", "chance", "privacy", "alerts", "campaigns"}
    assert sections | lists | {"mail"} == set(body)
    mail = re.search(r"\[mail\].*\n(?:# .*\n)+", DEFAULTS)[0]
    assert {one.name for one in fields(MailServer)} == set(tomllib.loads(mail.replace("\n# ", "\n"))["mail"])
    campaign = re.search(r"# \[campaigns\.spring\]\n(?:# .*\n)+", DEFAULTS)[0]
    assert "spring" in tomllib.loads(re.sub(r"(?m)^# ", "", campaign))["campaigns"]
    for section in ("people", "passing", "chance", "privacy", "alerts"):
        for name, value in body[section].items():
            assert value == getattr(Settings(), name)
    assert {"good": list(Settings().good), "bad": list(Settings().bad)} == body["outcomes"]
    assert list(Settings().registers) == body["met"].pop("registers")
    for name, value in body["met"].items():
        assert value == getattr(Settings().strengths, name)
    assert read(ROOT / "nowhere.toml") == Settings()


def test_no_file_is_longer_than_five_hundred_lines():
    for name in MODULES:
        file = Path(importlib.import_module(name).__file__)
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 500, name


def test_documents_name_only_files_that_are_there():
    files = [
        *ROOT.glob("*.md"),
        ROOT / "Makefile",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").rglob("*.md"),
    ]
    named = r"\b(?:benchmarks|connectors|docs|examples|influence|reports|tests|tools)/[\w./-]*\w(?:\.\w+|/)"
    for file in files:
        for name in re.findall(named, file.read_text(encoding="utf-8")):
            there = [(place / name).exists() for place in file.parents if place.is_relative_to(ROOT)]
            assert any(there), f"{file.name}: {name}"


PICKLED = {"influence/kernels/compiling.py"}
"""Compiled loops, as numba keeps them: read from the user's own folder alone, which others may not write."""


def test_nothing_that_was_read_is_run():
    runs = {"eval", "exec", "compile", "__import__"}
    files = [
        path for house in ("influence", "connectors", "reports") for path in (ROOT / house).rglob("*.py")
    ]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in runs, f"{file}: {node.lineno}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                unsafe = named & {"pickle", "marshal", "shelve", "dill", "yaml"}
                assert not unsafe or file.relative_to(ROOT).as_posix() in PICKLED, f"{file}: {unsafe}"


def test_every_package_is_locked_by_its_hash_and_stands_in_the_bill_of_materials():
    tool = runpy.run_path(str(ROOT / "tools/sbom.py"))
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text(encoding="utf-8")
        named = re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
        bill = tool["bill"](lock)
        assert named == [one["name"] for one in bill["components"]]
        assert all(one["properties"] for one in bill["components"]), "each has a hash"
    assert "CycloneDX" == bill["bomFormat"]
