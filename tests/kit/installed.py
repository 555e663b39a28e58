"""Packages of somebody else's for the tests: code on the path, with entry points, as if it were installed."""

import sys
from pathlib import Path

from influence.contract import plugins

DOOR = '''
"""A door: every pull tells who rang since the last one. `mood` says how it behaves."""
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import ClassVar

from influence.contract.connector import NotAuthorised, RateLimited, Reply, StoppedShort
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Note, SetAside, Verb


@dataclass(frozen=True)
class Door:
    rings: str = ""
    mood: str = "well"
    colour: str = "green"

    name: ClassVar[str] = "door"
    title: ClassVar[str] = "a door"
    source: ClassVar[str] = "Connect it."
    secrets: ClassVar[tuple[str, ...]] = ("token", "house_key")
    required: ClassVar[tuple[str, ...]] = ("rings",)
    reads: ClassVar[str] = "It tells who rang."
    beforehand: ClassVar[str] = "The porter must know of it."
    revoke: ClassVar[str] = "Change the lock."
    needs: ClassVar[Mapping[str, str]] = {}

    def __post_init__(self):
        if self.colour == "none":
            raise NotAuthorised("a door has a colour")

    def signed_in_as(self, secret):
        if secret.get("token") == "bad-token":
            raise NotAuthorised("the door does not know bad-token")
        if self.mood == "renews":
            secret.keep("token", secret.get("token") + "+")
        return f"one who hears {self.rings}"

    def fetch(self, cursor, secret):
        if self.mood == "asks":
            input("what is the token? ")
        for number, line in enumerate(Path(self.rings).read_bytes().splitlines()):
            if number >= cursor.get("heard", 0):
                member = Member(f"ring-{number}", len(line), lambda line=line: BytesIO(line))
                note = f"{number} of 900 rings left" if number else "the bell is loose"
                yield Reply(member, {"heard": number + 1}, note)
        match self.mood:
            case "refuses": raise NotAuthorised(f"the door does not know {secret.get('token')}; connect again")
            case "limited": raise RateLimited("the door asks to wait", 600)
            case "short": raise StoppedShort("the list of rings went round in a circle.")
            case "bug": raise KeyError("bell " + secret.get("token"))
            case "system": raise OSError("no wire")
            case "leaves": sys.exit("bye")

    def parse(self, member):
        what, who, number = member.open().read().decode("utf-8", "surrogatepass").split(" ")
        match what:
            case "gone": yield Deleted(f"door:{number}")
            case "odd": yield SetAside(f"no ring: {who}", 1)
            case "note": yield Note(who)
            case "bug": raise TypeError("no bell")
            case "broken": raise ValueError(who)
            case _: yield Activity(f"door:{number}", datetime(2026, 1, 1, tzinfo=UTC), f"door:{who}", Verb.POST)


@dataclass(frozen=True)
class Gate:
    """One that walks a person through its own sign-in, and cannot say who that was."""

    name: ClassVar[str] = "gate"
    title: ClassVar[str] = "a gate"
    source: ClassVar[str] = "Connect it."
    given: ClassVar[tuple[str, ...]] = ("client_secret",)
    secrets: ClassVar[tuple[str, ...]] = ("client_secret", "refresh_token")
    reads: ClassVar[str] = "It reads nothing."
    revoke: ClassVar[str] = "Close it."
    needs: ClassVar[Mapping[str, str]] = {}

    def sign_in(self, ask, given):
        ask("Open the gate.")
        return {"refresh_token": "token of " + given["client_secret"]}

    def fetch(self, cursor, secret):
        yield from ()

    def parse(self, member):
        yield from ()


class Shed(Gate):
    """One that needs what is not installed."""

    needs: ClassVar[Mapping[str, str]] = {"no.such.module": "sheds"}
'''


def install(site: Path, code: str, **connectors: str) -> None:
    """Lay a package `door_kit` with connectors into a folder that is, or will be, on the path."""
    metadata = site / "door_kit-1.0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (site / "door_kit.py").write_text(code)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: door-kit\nVersion: 1.0\n")
    lines = "".join(f"{name} = door_kit:{kind}\n" for name, kind in connectors.items())
    (metadata / "entry_points.txt").write_text(f"[influence.connectors]\n{lines}")
    forget()


def forget() -> None:
    """Let what is installed be looked for anew."""
    plugins._entries.cache_clear()
    sys.modules.pop("door_kit", None)
