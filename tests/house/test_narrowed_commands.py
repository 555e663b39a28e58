"""Commands about one tag, topic, channel or sphere: what they write and print, and how they refuse."""

import json
import re
import zipfile

import pytest
from click.testing import CliRunner

from influence.cli import main

HEAD = "id,time,actor,verb,parent,channel,tags\n"
SAID = "Only what is tagged #climate counts here, and what answers it. That is 8 of the 12 items on record."


def rows():
    """Two leaders with a tagged post and two answers each, and one post of Ann's with another tag."""
    for n, who in enumerate(("ann", "bo")):
        yield f"p{n}", f"2026-01-05T09:0{n}:00Z", f"x:{who}", "post", "", "Main square", "Climate"
        for k in range(3):
            yield f"a{n}{k}", f"2026-01-1{k}T09:00:00Z", f"x:fan{k}", "reply", f"p{n}", "Main square", ""
    yield "q", "2026-01-20T09:00:00Z", "x:ann", "post", "", "side street", "hiring;jobs"
    for k in range(3, 6):
        yield f"b{k}", "2026-01-21T09:00:00Z", f"x:fan{k}", "reply", "q", "side street", ""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Type a command in a workspace that holds a small log."""
    monkeypatch.chdir(tmp_path)

    def typed(*words):
        done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        return done.exit_code, done.stdout, done.stderr

    (tmp_path / "log.csv").write_text(
        HEAD + "".join(",".join(row) + "\n" for row in rows()), encoding="utf-8"
    )
    typed("init", ".")
    settings = tmp_path / "influence.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace(
            "[topics]", '[topics]\n"our planet" = ["#clim*", "net zero"]\n#'
        ),
        encoding="utf-8",
    )
    typed("import", "log.csv")
    return typed


def test_what_a_report_is_narrowed_to_stands_in_the_terminal_and_in_every_format(run, tmp_path):
    code, out, _ = run(
        "report", "x:ann", "--tag", "#Climate", "--format", "html,json,md,xlsx,pptx", "-o", "out.x"
    )
    assert (0, SAID.split(". ")[0] + ".") == (code, out.splitlines()[0])
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert {"tags": ["climate"], "items": 8, "of": 12} == found["narrowed"]
    assert {"x:fan0", "x:fan1", "x:fan2"} == set(found["people"])
    assert SAID in (tmp_path / "out.html").read_text(encoding="utf-8")
    assert SAID in (tmp_path / "out.md").read_text(encoding="utf-8").replace("\\", "")
    for office in ("out.xlsx", "out.pptx"):
        with zipfile.ZipFile(tmp_path / office) as archive:
            parts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")]
        assert any(SAID in re.sub("<[^>]+>", "", part) for part in parts), office


def test_a_copy_without_names_says_that_it_is_about_a_part_and_not_which(run, tmp_path):
    code, *_ = run(
        "report", "x:ann", "--tag", "climate", "--without-names", "--format", "html,json", "-o", "out.x"
    )
    assert 0 == code
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "Only a part of what is on record counts here; which part is left out, as names are." in page
    assert "#climate" not in page
    assert {"items": 8, "of": 12} == json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))[
        "narrowed"
    ]


def test_a_topic_without_words_to_look_in_is_said(run):
    code, out, _ = run("report", "x:ann", "--topic", "our planet", "--format", "json")
    assert 0 == code
    assert "Of our planet only the tags were looked for" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("report", "x:ann", "--tag", "climat"), "nothing here is tagged #climat; the nearest: #climate;"),
        (("report", "x:ann", "--channel", "nowhere"), "there is no channel 'nowhere' here; `influence tags`"),
        (("compare", "x:ann", "x:bo", "--topic", "planet"), "there is no topic 'planet' under [topics]"),
        (("advise", "x:ann", "--sphere", "friends"), "there is no sphere 'friends'; there are: company"),
        (("many", "--sphere", "customer"), "customer: a sphere is seen from somebody; name the people"),
        (
            ("network", "--tag", "hiring", "--channel", "main*"),
            "nothing here is all of this at once: #hiring, main*",
        ),
        (
            ("report", "x:ann", "--tag", "hiring", "--until", "2026-01-10"),
            "nothing of what this report is narrowed to",
        ),
        (("report", "x:ann", "--tag", "#"), "one of the tags is empty"),
    ],
)
def test_what_is_not_there_is_one_sentence(run, words, told):
    code, out, error = run(*words)
    assert (1, "", 1) == (code, out, len(error.splitlines()))
    assert told in error


def test_other_commands_are_narrowed_too(run):
    whole, part = (json.loads(run("network", "--json", *words)[1]) for words in ((), ("--tag", "jobs")))
    assert (8, 4) == (whole["people"], part["people"])
    found = json.loads(run("compare", "x:ann", "x:bo", "--channel", "SIDE*", "--json")[1])
    assert {"x:ann": 3.0, "x:bo": 0.0} == {
        who: round(one["reach_4"]["high"], 6) for who, one in found["people"].items()
    }
    assert 0 == run("many", "--tag", "climate")[0]


def test_tags_topics_and_channels_are_listed_with_what_uses_them_and_nobody(run):
    _, out, _ = run("tags")
    assert re.search(r"#climate +2 items, 2 people", out)
    assert re.search(r"our planet +2 items, 2 people", out)
    assert re.search(r"Main square +8 items, 5 people", out)
    assert "x:ann" not in out
    assert "of these the 1 most used" in run("tags", "--most", 1)[1]
    assert [{"name": "climate", "items": 2, "people": 2}] == json.loads(run("tags", "--json")[1])["tags"][:1]
