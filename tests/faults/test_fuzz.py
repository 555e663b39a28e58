"""Files that are nearly right, thousands of each format: no traceback, no hang, no flood, and every row accounted for.

`INFLUENCE_FUZZ` says how many of each format (`make trust`: 10,000), `INFLUENCE_SEED` which. They are brought in by
folders of several, since an import takes longer than a small file; where one fails, each of its files is tried alone.
"""

import csv
import io
import os
import random
import re
import resource
import shutil
import signal
import time
from functools import cache

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from influence import settings
from influence.contract.errors import InfluenceError
from influence.contract.wording import plain
from influence.store.importing import read_path
from influence.store.store import Store
from tests.kit import small_company
from tests.kit.figures import measured
from tests.kit.mutations import mutated, packed, remade, tarred, zipped
from tests.kit.places import PAYLOADS, ROOT

MANY = int(os.environ.get("INFLUENCE_FUZZ", "2"))
SEED = os.environ.get("INFLUENCE_SEED", "1")
LONGEST, MOST, TOGETHER = 5.0, 512 * 1024, 25
"""Seconds for one file; KB that a thousand of them may take; how many lie in one folder."""
MAPPINGS = ROOT / "connectors/tables/mappings"


def payloads(*endings, of="*"):
    found = [path for ending in endings for path in sorted(PAYLOADS.glob(f"{of}/*{ending}"))]
    return {path: path.read_bytes() for path in found if "expected" not in path.name}


def sheet():
    """A workbook of tickets, which a ready mapping reads."""
    book = openpyxl.Workbook()
    for row in csv.reader((PAYLOADS / "table/zendesk.csv").read_text("utf-8-sig").splitlines()):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def table():
    yield ["id", "time", "actor", "verb", "parent"]
    for n in range(30):
        yield [
            f"p{n}",
            f"2026-01-05T09:{n:02}:00Z",
            f"x:{n % 5}",
            "reply" if n else "post",
            "p0" if n else "",
        ]


def parquet():
    """A file of activities in columns."""
    names, *rows = table()
    made = io.BytesIO()
    pq.write_table(pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)}), made)
    return made.getvalue()


@cache
def export():
    """Files of several kinds, as in an export."""
    found = [
        *payloads(".csv", of="linkedin"),
        *payloads(".json", of="slack"),
        *payloads(".mbox", of="mail"),
        *payloads(".ics"),
        *payloads(".vcf", of="vcard"),
    ]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in found}


JSON = sorted({path.parent.name for path in payloads(".json", ".jsonl", ".ndjson", ".js")})
"""Every connector that reads JSON."""


@cache
def seeds(kind):
    """Recognised files of a format: their contents, and the connector if it must be named."""
    if kind.startswith("json of "):
        name = kind.removeprefix("json of ")
        return [
            (content, name) for content in payloads(".json", ".jsonl", ".ndjson", ".js", of=name).values()
        ]
    made = {
        "mbox": lambda: [*payloads(".mbox", ".eml").values(), small_company.mailbox(4).encode()],
        "iCalendar": lambda: [*payloads(".ics").values(), small_company.calendar(3).encode()],
        "vCard": lambda: [*payloads(".vcf").values()],
        "CSV": lambda: [*payloads(".csv", ".tsv").values()],
        "XML": lambda: [*payloads(".xml").values()],
        "CAR": lambda: [*payloads(".car").values()],
        "xlsx": lambda: [sheet()],
        "Parquet": lambda: [parquet()],
        "zip": lambda: [zipped(export())],
        "tar": lambda: [tarred(export()), packed(tarred(export()))],
    }
    return [(content, {"vCard": "vcard", "xlsx": "table"}.get(kind)) for content in made[kind]()]


NAMED = {"xlsx": ".xlsx", "zip": ".zip", "tar": ".tar"}
"""A workbook is a zip too, and is known by its name; so is an archive in a folder."""
OPTIONS = {"vcard": {"owner": "ann@acme.example"}, "table": {"mapping": "zendesk"}}
FORMATS = ("mbox", "iCalendar", "vCard", "CSV", "XML", "CAR", "xlsx", "Parquet", "zip", "tar")


def changed(kind, chance):
    """A file of a format that is nearly right, and the connector to read it by."""
    content, connector = chance.choice(seeds(kind))
    inside = chance.randrange(3)
    if kind == "xlsx" and inside:
        return remade(content, chance), connector
    if kind in ("zip", "tar") and inside:
        some = dict(chance.sample(sorted(export().items()), 5))
        return (zipped if kind == "zip" else tarred)(some, chance, list(export().values())), connector
    others = [other for other, _ in seeds(kind)]
    return mutated(content, chance, others), connector if chance.randrange(3) else None


class Hung(BaseException):
    """It does not end."""


class Slow(Exception):
    """It took too long, one of it or all together."""


def _hung(*_):
    raise Hung


def tried(act):
    """What came of it: None where it was refused in a sentence. It may not take longer than LONGEST."""
    before = signal.signal(signal.SIGALRM, _hung)
    signal.setitimer(signal.ITIMER_REAL, LONGEST * 12)  # of the clock: other programs run too
    begun = time.process_time()
    try:
        return act()
    except InfluenceError as refused:
        if not re.fullmatch(r"[^\0]{1,2000}", plain(str(refused))):
            raise ValueError(f"no sentence: {str(refused)[:200]!r}") from refused
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if time.process_time() - begun > LONGEST:
            raise Slow


def flood(before):
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before > MOST


def brought(path, connector, options=None):
    """Bring a file into the store, and reckon up its rows."""
    done = read_path(
        STORES[-1], path, connector=connector, zone="UTC", options=options or {}, progress=lambda _: None
    )
    moved = done.summary
    assert moved.read == moved.stored + moved.known + moved.aside
    return done


STORES = []


@pytest.fixture(autouse=True)
def _store():
    STORES[:] = [Store()]
    yield
    STORES[:] = []


def keep(kind, n, content, error):
    """Put what failed where it can be looked at."""
    folder = ROOT / "build/fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{kind.replace(' ', '-')}-{SEED}-{n}").write_bytes(content)
    return f"{n}: {type(error).__name__}: {str(error)[:300]}"


class Inputs:
    """Files of one kind that are nearly right, brought in by folders: how many were read to their end, what failed."""

    def __init__(self, kind, folder):
        self.kind, self.folder, self.landed, self.failed = kind, folder, 0, []

    def bring(self, numbers):
        """Bring some: those that name their connector, and those that are known by what is in them."""
        by_connector = {}
        for n in numbers:
            content, connector = changed(self.kind, random.Random(f"{self.kind} {SEED} {n}"))  # noqa: S311
            by_connector.setdefault(connector, {})[n] = content
        for connector, contents in by_connector.items():
            self.bring_these(contents, connector)

    def bring_these(self, contents, connector):
        """Bring files, by name or number, in one folder, or each alone where the folder fails or is refused whole."""
        if self.kind in ("zip", "tar"):  # each is a folder of its own
            self._each(contents, connector)
            return
        try:
            if not self._together(contents, connector) and len(contents) > 1:
                self._each(contents, connector)
        except (Exception, Hung) as error:
            STORES[:] = [Store()]
            self._each(contents, connector, error)

    def _together(self, contents, connector):
        place = self.folder / "together"
        place.mkdir()
        try:
            for n, content in contents.items():
                (place / f"{n}{NAMED.get(self.kind, '')}").write_bytes(content)
            path = place if len(contents) > 1 else next(place.iterdir())
            done = tried(lambda: brought(path, connector, OPTIONS.get(connector, {})))
            if done is None:
                return False
            if self.kind in ("zip", "tar"):
                self.landed += bool(done.summary.stored + done.summary.known)
            else:
                refused = {name.partition("/")[0] for name in (*done.unreadable, *done.not_recognised)}
                self.landed += len(contents) - len(refused)
            return True
        finally:
            shutil.rmtree(place)

    def _each(self, contents, connector, error=None):
        before = len(self.failed)
        for n, content in contents.items():
            try:
                self._together({n: content}, connector)
            except (Exception, Hung) as alone:
                self.failed.append(keep(self.kind, n, content, alone))
                STORES[:] = [Store()]
        if not isinstance(error, Slow | None) and len(contents) > 1 and before == len(self.failed):
            self.failed.append(f"{min(contents)} to {max(contents)} together: {error!r}"[:300])


@pytest.mark.parametrize("kind", [*FORMATS, *(f"json of {name}" for name in JSON)])
def test_what_is_nearly_right_is_read_set_aside_or_refused(tmp_path, kind):
    before, inputs = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, Inputs(kind, tmp_path)
    many = MANY if kind in FORMATS or MANY >= 1000 else max(1, MANY // 3)
    for begin in range(0, many, TOGETHER):
        inputs.bring(range(begin, min(many, begin + TOGETHER)))
        if begin % 500 == 0:
            STORES[:] = [Store()]
    assert [] == inputs.failed
    assert not flood(before)
    measured("fuzz", kind, inputs=many, landed=inputs.landed, failed=0, seed=SEED)


def test_settings_that_are_nearly_right_are_read_or_refused(tmp_path):
    whole, failed, refused = settings.DEFAULTS.replace("# ", "").encode(), [], 0
    for n in range(MANY):
        chance = random.Random(f"settings {SEED} {n}")  # noqa: S311 - it only picks changes
        content = mutated(chance.choice((whole, settings.DEFAULTS.encode())), chance)
        (tmp_path / "influence.toml").write_bytes(content)
        try:
            refused += tried(lambda: settings.read(tmp_path / "influence.toml")) is None
        except (Exception, Hung) as error:
            failed.append(keep("settings", n, content, error))
    assert [] == failed
    measured("fuzz", "TOML of settings", inputs=MANY, landed=MANY - refused, failed=0, seed=SEED)


def test_mappings_that_are_nearly_right_are_read_or_refused(tmp_path):
    mappings = [path.read_bytes() for path in sorted(MAPPINGS.glob("*.toml"))]
    tables, failed, landed = [*payloads(".csv", of="table")], [], 0
    for n in range(MANY):
        chance = random.Random(f"mappings {SEED} {n}")  # noqa: S311 - it only picks changes
        content = mutated(chance.choice(mappings), chance, mappings)
        (tmp_path / "mapping.toml").write_bytes(content)
        options = {"mapping": str(tmp_path / "mapping.toml")}
        try:
            landed += tried(lambda: brought(chance.choice(tables), "table", options)) is not None  # noqa: B023
        except (Exception, Hung) as error:
            failed.append(keep("mappings", n, content, error))
    assert [] == failed
    measured("fuzz", "TOML of mappings", inputs=MANY, landed=landed, failed=0, seed=SEED)
