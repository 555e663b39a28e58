"""The house itself: its public face, its doors, and that the documents keep up with it."""

import doctest
import importlib
import pkgutil
import re
import runpy
import tomllib
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
    from influence.settings import DEFAULTS, Settings, read

    body = tomllib.loads(DEFAULTS)
    lists = {"brand", "voices", "outcomes", "spheres", "teams", "audiences", "topics", "purpose", "retention"}
    assert {"zone", "met", "people", "passing", "chance", "privacy", "alerts"} | lists == set(body)
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
