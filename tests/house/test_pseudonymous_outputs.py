"""In a workspace of pseudonyms no output names anybody: every command, format and page, also those that come later."""

import json
import re

import click
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from influence import Workspace
from influence.cli import main
from influence.contract import plugins
from influence.secrets.keys import PSEUDONYMS
from influence.store.engine import DuckEngine
from reports.dashboard.app import READ
from tests.kit import programme_log
from tests.kit.canaries import cells, unpacked
from tests.kit.dashboard import open_dashboard
from tests.kit.languages import text_of
from tests.kit.singing import LEADER, OTHER, SINGS, STRANGER, TWO, account, rows

SETTINGS = f"""
[privacy]
pseudonymous = true
[chance]
draws = 100
[brand]
accounts = ["x:zyxo01quark", "x:zyxnobodyquark"]
[voices]
accounts = ["x:zyxo02quark", "{STRANGER}"]
[audiences]
launch = ["{OTHER}", "{STRANGER}", "x:zyxfan-m0-1-1quark"]
[teams]
"{LEADER}" = ["x:zyxo03quark"]
[campaigns.spring]
channels = ["CHANNEL"]
since = "2026-03-02"
until = "2026-03-30"
voices = ["x:zyxo04quark", "{STRANGER}"]
"""
ONE = ("--measures", "four-steps")


@pytest.fixture(scope="module")
def cage(tmp_path_factory):
    """A workspace of pseudonyms that took it all, and settings in which people are named."""
    folder = tmp_path_factory.mktemp("cage")
    with pytest.MonkeyPatch.context() as here:
        here.setenv(PSEUDONYMS, "a long word that nobody guesses")
        here.setenv("LOGNAME", "reader")
        here.chdir(folder)
        with Workspace.create(folder / "w", pseudonymous=True) as held:
            for kind, told in rows().items():
                file = folder / f"{kind}.jsonl"
                file.write_text("".join(json.dumps(row) + "\n" for row in told), encoding="utf-8")
                held.import_path(file, connector=kind)
            [channel, *_] = held.store.engine.arrow(
                "SELECT DISTINCT channel FROM activities WHERE channel IS NOT NULL"
            )["channel"].to_pylist()
        settings = folder / "w/influence.toml"
        settings.write_text(SETTINGS.replace("CHANNEL", channel), encoding="utf-8")
        (folder / "programme.toml").write_text(
            programme_log.file(tuple(map(account, programme_log.MENTEES)), mentor='"zyxmentorquark"'),
            encoding="utf-8",
        )
        yield folder


FORMATS = {
    group: ",".join(plugins.names(f"influence.{group}"))
    for group in ("formats", "campaign-pages", "comparisons")
}
SHEETS, DIGESTS = plugins.names("influence.sheets"), plugins.names("influence.digests")
PLAN = ("--file", "programme.toml")
TYPED = {
    "access": [(LEADER,), (LEADER, "-o", "out/access.json"), (LEADER, "-o", "out/access.txt")],
    "advise": [(LEADER,), (LEADER, "--json"), (LEADER, "--to", "company")],
    "campaign": [
        ("spring",),
        ("spring", "--leader", LEADER, "--format", FORMATS["campaign-pages"], "-o", "out/campaign"),
    ],
    "compare": [
        (LEADER, OTHER, "--format", FORMATS["comparisons"], "-o", "out/compare.html"),
        (LEADER, OTHER, "--json"),
    ],
    "digest": [(LEADER, "--format", kind, "-o", f"out/digest.{kind}") for kind in DIGESTS],
    "doctor": [(), ("--json",)],
    "export": [("--parquet", "out/lake")],
    "import": [("activities.jsonl", "people.jsonl"), ("activities.jsonl", "--json"), ("odd.csv",)],
    "many": [(), ("--json",)],
    "met": [(LEADER, "--all"), (LEADER, "--json")],
    "met declare": [(LEADER, "declare", OTHER, "--met")],
    "met decisions": [(LEADER, "decisions")],
    "met explain": [(LEADER, "explain", OTHER)],
    "met fit": [(LEADER, "fit")],
    "met label": [(LEADER, "label")],
    "met undo": [(LEADER, "undo", "1")],
    "network": [("--format", kind, "-o", f"out/network.{kind}") for kind in ("graphml", "gexf", "parquet")],
    "people": [(), ("--json",), ("--bots",)],
    "people bot": [("bot", "x:zyxo05quark", "--kind", "list")],
    "people decisions": [("decisions",), ("decisions", "--json")],
    "people merge": [("merge", "x:zyxo06quark", "x:zyxo07quark", "--basis", "consent")],
    "people rename": [("rename", "x:zyxo08quark", "New Name")],
    "people review": [("review",), ("review", "--json")],
    "people show": [("show", LEADER), ("show", LEADER, "--json")],
    "people sphere": [("sphere", "x:zyxo09quark", "customer")],
    "people spheres": [("spheres", "--suggest")],
    "people split": [("split", LEADER, OTHER), ("split", "zyxtwicequark@cage.example", TWO[1])],
    "people undo": [("undo", "1")],
    "people writes-for": [("writes-for", "x:zyxo10quark", LEADER)],
    "programme draft": [("draft", LEADER, OTHER)],
    "programme end": [("end", *PLAN, "--format", kind, "-o", "out/end") for kind in SHEETS],
    "programme note": [
        ("note", LEADER, "Answer within a day", "--advice", "given", "--about", "sooner", *PLAN)
    ],
    "programme notes": [("notes", *PLAN)],
    "programme sheet": [("sheet", LEADER, *PLAN, "--format", kind, "-o", "out/sheets") for kind in SHEETS],
    "programme show": [
        ("show", *PLAN),
        ("show", *PLAN, "--json"),
        ("show", *PLAN, "--format", "html", "-o", "out/show"),
    ],
    "programme start": [("start", *PLAN)],
    "programme undo": [("undo", "1", *PLAN)],
    "prune": [("--dry-run",)],
    "report": [
        (LEADER, "--format", FORMATS["formats"], "--audience", "launch", "-o", "out/report.html"),
        (LEADER, "--without-names", "--format", "html,json", *ONE),
        ("Zyxm0quark Bird",),
        ("zyxunknownquark",),
    ],
    "tags": [(), ("--json",)],
    "track": [(LEADER, OTHER), (LEADER, "--json"), (LEADER, "--list")],
    "waiting": [(LEADER,), (LEADER, "--json")],
    "waiting decisions": [(LEADER, "decisions")],
    "waiting done": [(LEADER, "done", "nothing")],
    "waiting snooze": [(LEADER, "snooze", "nothing", "--until", "2027-01-01")],
    "waiting undo": [(LEADER, "undo", "9")],
    "comply": [()],
    "forget": [("x:zyxo11quark", "--yes", "--reports", "-o", "out/receipt.json")],
}
"""What is typed to try each command; in this order."""
ELSEWHERE = {
    "connect": "asks a service; what a pull keeps is tried in tests/influence/store/test_pseudonyms.py",
    "connectors": "lists what is installed",
    "demo": "makes a workspace of its own",
    "disconnect": "says how many rows of a source stay",
    "init": "makes an empty workspace",
    "measures": "lists what is installed",
    "pull": "as connect",
    "serve": "its pages are asked for below",
}


def leaves(group, before=()):
    for name, command in group.commands.items():
        words = (*before, name)
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield " ".join(words)
            yield from leaves(command, words)
        else:
            yield " ".join(words)


def test_every_command_is_tried_or_says_why_not():
    assert sorted(leaves(main)) == sorted([*TYPED, *ELSEWHERE])


@pytest.fixture(scope="module")
def told(cage):
    """All that the commands say, each with what was typed and how it ended."""
    (cage / "odd.csv").write_text("id,time,actor,verb\n1,zyxtimequark,x:zyxoddquark,post\n", encoding="utf-8")
    (cage / "out").mkdir()
    found = []
    for name, tries in sorted(TYPED.items(), key=lambda one: ORDER.get(one[0], 1)):
        for words in tries:
            group = name.partition(" ")[0]
            where = ("-w", "w")
            done = CliRunner().invoke(main, [group, *where, *words], input="")
            assert done.exception is None or isinstance(done.exception, SystemExit), (
                name,
                words,
                done.exception,
            )
            found.append((name, words, done.exit_code, done.output))
    return found


ORDER = {"programme start": 0, "track": 0, "forget": 3}
FAILS = {
    "advise",
    "people undo",
    "campaign",
    "comply",
    "people split",
    "met fit",
    "met undo",
    "waiting done",
    "waiting snooze",
    "waiting undo",
}
"""Commands of which a try may end with a sentence: that names nobody either."""


def test_no_command_names_anybody_but_whom_somebody_typed(told):
    for name, words, _, output in told:
        typed = set(SINGS.findall(" ".join(words).lower()))
        assert set(SINGS.findall(output.lower())) <= typed, (name, words, output[:2000])


def test_the_commands_did_what_they_do(told):
    failed = {name: output for name, _, code, output in told if code}
    assert set(failed) - FAILS <= {"report", "import"}, failed
    assert all(code < 2 for _, _, code, _ in told), [
        (words, output) for _, words, code, output in told if code > 1
    ]


def test_a_split_takes_the_account_that_somebody_typed(told):
    [output] = [output for _, words, code, output in told if words[:1] == ("split",) and not code]
    assert re.search(r"apart \[slack:p\w{20} \| ", output), output


MEETS = ["zyxtwicequark@cage.example", "email:ZyxTwiceQuark@cage.example", TWO[1], TWO[2], "@zyxthirdquark"]
DECIDED = {
    "bot": ("people", "bot", "WHO", "--kind", "list"),
    "merge": ("people", "merge", "WHO", "x:zyxotherquark", "--basis", "consent"),
    "merge, the other way round": ("people", "merge", "x:zyxotherquark", "WHO", "--basis", "consent"),
    "rename": ("people", "rename", "WHO", "Our Name"),
    "sphere": ("people", "sphere", "WHO", "customer"),
    "split": ("people", "split", "WHO", TWO[0], "@zyxthirdquark"),
    "writes-for": ("people", "writes-for", "WHO", "x:zyxotherquark"),
    "whose mail is written": ("people", "writes-for", "--not", "x:zyxotherquark", "WHO"),
    "met": ("met", "WHO", "declare", "x:zyxotherquark", "--met"),
    "whom somebody met": ("met", "x:zyxotherquark", "declare", "WHO", "--never"),
}
"""Each way to decide about somebody: `WHO` is typed in two ways in which they may be called, each way in turn."""


@pytest.fixture
def one_of_three_accounts(tmp_path, monkeypatch):
    """A workspace of pseudonyms in which somebody has three accounts and somebody else one."""
    monkeypatch.setenv(PSEUDONYMS, "a long word that nobody guesses")
    monkeypatch.setenv("LOGNAME", "reader")
    others = ["x:zyxotherquark"]
    table = [
        {"person": "zyxtwiceidquark", "name": "Zyxtwicequark Bird", "accounts": [*TWO]},
        {"person": "zyxotheridquark", "name": "Zyxotherquark Bird", "accounts": others},
    ]
    said = [
        {"id": f"zyxitem{n}quark", "time": "2026-03-03T09:00:00Z", "actor": one, "verb": "post"}
        for n, one in enumerate([*TWO, *others])
    ]
    with Workspace.create(tmp_path / "w", pseudonymous=True) as held:
        for kind, rows_ in (("people", table), ("activities", said)):
            file = tmp_path / f"{kind}.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows_), encoding="utf-8")
            held.import_path(file, connector=kind)
    return tmp_path / "w"


def put(folder, group, *words):
    done = CliRunner().invoke(main, [group, "-w", str(folder), *words])
    assert done.exit_code == 0, (words, done.output)
    return done.output


@pytest.mark.parametrize(("n", "way"), list(enumerate(DECIDED)))
def test_whoever_is_typed_is_decided_about_by_pseudonym(one_of_three_accounts, n, way):
    folder = one_of_three_accounts
    with Workspace(folder) as held:
        people = held.analysis.people
        theirs = set(people.who[people.find(TWO[0])].accounts)
    for called in (MEETS[n % len(MEETS)], MEETS[(n + 2) % len(MEETS)]):
        words = [called if word == "WHO" else word for word in DECIDED[way]]
        output = put(folder, *words)
        assert set(SINGS.findall(output.lower())) <= set(SINGS.findall(" ".join(words).lower())), output
        with Workspace(folder) as held:
            kept = held.curation.history()[-1][0]
            meant = {*kept.accounts, *kept.others}
            assert theirs <= meant
            assert "split" != way or 2 == len(kept.accounts)
            held.curation.undo(kept.seq)
            sung = [cell for cell in cells(held.store.engine) if SINGS.search(cell[2].lower())]
            assert [] == sung, (way, called)


@pytest.mark.parametrize("called", MEETS)
def test_somebody_is_shown_and_found_among_all_by_what_is_typed(one_of_three_accounts, called):
    folder = one_of_three_accounts
    shown = put(folder, "people", "show", called)
    assert 3 == len(re.search("accounts: (.*)", shown)[1].split(", "))
    listed = json.loads(put(folder, "people", "--json", "--find", called))
    assert 1 == len(listed)
    assert [] == SINGS.findall((shown + str(listed)).lower())


def texts(file):
    yield file.name
    yield from unpacked(file.read_bytes())
    if file.suffix == ".parquet":
        yield json.dumps(pq.read_table(file).to_pylist(), default=str)
    if file.suffix == ".pdf":
        yield text_of(file)


@pytest.mark.usefixtures("told")
def test_no_file_that_was_written_names_anybody(cage):
    files = [file for place in ("out", "w") for file in (cage / place).rglob("*") if file.is_file()]
    written = {file.suffix[1:] for file in files}
    assert {*FORMATS["formats"].split(","), *DIGESTS, *SHEETS} - {"graphml"} <= written
    own = {cage / "w/influence.toml"}  # what you write yourself
    sung = {
        (str(file), hit)
        for file in files
        if file not in own
        for text in texts(file)
        for hit in SINGS.findall(text.lower())
    }
    assert set() == sung


@pytest.mark.usefixtures("told")
def test_no_row_names_anybody_nor_what_is_packed_in_one(cage):
    engine = DuckEngine(cage / "w/influence.duckdb")
    try:
        sung = {
            (table, column, hit)
            for table, column, text in cells(engine)
            for hit in SINGS.findall(text.lower())
        }
    finally:
        engine.close()
    assert set() == sung


OWN_WORDS = {"/settings"}
"""Pages that show influence.toml, as whoever runs the workspace wrote it."""
FORM = re.compile(r'<form[^>]* action="/campaigns.*?</form>', re.DOTALL)
"""In which a campaign of influence.toml is corrected: it holds what stands there."""


@pytest.mark.usefixtures("told")
def test_no_page_of_the_dashboard_names_anybody(cage):
    with Workspace(cage / "w") as held:
        person = held.analysis.people.who[held.analysis.people.find(LEADER)].person
        with open_dashboard(held) as opened:
            visitor = opened.visitor()
            for path in READ:
                for query in (
                    "",
                    "?name=spring",
                    f"?who={person}",
                    "?who=nobody",
                    f"?about={person}&kind=met",
                    "?end=yes",
                ):
                    answer = opened.finished(visitor, path.replace("{person}", person) + query)
                    if path not in OWN_WORDS:
                        told = FORM.sub("", answer.text.lower())
                        assert [] == SINGS.findall(told), (path, query)
