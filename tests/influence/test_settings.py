"""The settings are a person's own: what the program changes in them leaves all else as it was."""

import stat

import pytest

from influence import settings
from influence.settings import SettingsError

OWN = """\
# my settings
zone = "UTC" # far away
[sources.work]
# the host of work
connector = "imap" # mail
host = "mail.acme.example"
folders = "INBOX"

# how long
[passing]
hands = 3

[sources.home]   # mine
connector = "caldav"
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "influence.toml").write_text(OWN, "utf-8")
    return tmp_path / "influence.toml"


def test_a_source_is_changed_in_place_with_its_comments(file):
    settings.set_source(file, "work", "imap", {"host": 'é🔑"\\', "user": "ann"})
    expected = OWN.replace('"mail.acme.example"', '"é🔑\\"\\\\"').replace('folders = "INBOX"', 'user = "ann"')
    assert expected == file.read_text("utf-8")
    assert {"connector": "imap", "host": 'é🔑"\\', "user": "ann"} == settings.read(file).sources["work"]


def test_a_source_is_added_at_the_end_and_taken_out_again(file):
    file.chmod(0o640)
    settings.set_source(file, "x", "x", {"user": "ann"})
    assert OWN + '\n[sources.x]\nconnector = "x"\nuser = "ann"\n' == file.read_text("utf-8")
    settings.remove_source(file, "x")
    assert OWN == file.read_text("utf-8")
    assert 0o640 == stat.S_IMODE(file.stat().st_mode)


def test_what_is_said_of_the_next_section_stays_when_a_source_goes(file):
    settings.remove_source(file, "work")
    assert '# my settings\nzone = "UTC" # far away\n\n# how long\n[passing]\n' in file.read_text("utf-8")
    assert {"home"} == settings.read(file).sources.keys()
    settings.remove_source(file, "home")
    assert 3 == settings.read(file).hands


@pytest.mark.parametrize(
    "body", ["", settings.DEFAULTS, "zone = 'UTC'", "[sources]\n", '[sources."a b"]\nconnector="x"\n']
)
def test_a_source_is_added_to_whatever_is_there(tmp_path, body):
    file = tmp_path / "influence.toml"
    file.write_text(body, "utf-8")
    before = dict(settings.read(file).sources)
    settings.set_source(file, "work", "imap", {"host": "h"})
    assert {**before, "work": {"connector": "imap", "host": "h"}} == settings.read(file).sources
    settings.remove_source(file, "work")
    assert before == settings.read(file).sources


def test_lines_of_another_system_stay_as_they_are(tmp_path):
    file = tmp_path / "influence.toml"
    file.write_bytes(OWN.replace("\n", "\r\n").encode())
    settings.set_source(file, "work", "imap", {"host": "h"})
    assert {"connector": "imap", "host": "h"} == settings.read(file).sources["work"]
    assert b"# how long\r\n[passing]\r\nhands = 3\r\n" in file.read_bytes()


@pytest.mark.parametrize(
    "body", ['sources = {work = {connector = "imap"}}\n', 'sources.work.connector = "imap"\n']
)
def test_sources_written_in_another_way_are_left_alone_and_told(tmp_path, body):
    file = tmp_path / "influence.toml"
    file.write_text(body)
    with pytest.raises(
        SettingsError, match=r"write each source there as a section of its own, \[sources.NAME\]"
    ):
        settings.set_source(file, "work", "imap", {"host": "h"})
    assert body == file.read_text()


def test_half_a_character_in_an_option_changes_nothing(file):
    with pytest.raises(SettingsError, match="half a character"):
        settings.set_source(file, "work", "imap", {"host": "\udcff"})
    assert OWN == file.read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'zone = "UTC"\n[met\n', "influence.toml, line 2 is not readable as TOML"),
        (b'zone = "UTC"\nzone = "UTC"\n', "influence.toml, line 2 is not readable as TOML"),
        (b'zone = "UTC"\n\nnotice = ', "influence.toml, line 3 is not readable as TOML"),
        (b"zone = " + b"[" * 5000, "influence.toml is not readable as TOML: it is nested deeper"),
        (b"zone = " + b"{a=" * 5000, "influence.toml is not readable as TOML: it is nested deeper"),
        (b"zone = " + b"9" * 5000, "influence.toml is not readable as TOML: a number in it is longer"),
        (b'zone = "UTC"\nnotice = "\xff"', "influence.toml, line 2 is not text in UTF-8"),
    ],
)
def test_settings_that_a_person_broke_are_told_with_file_and_line(file, content, told):
    file.write_bytes(content)
    for act in (settings.read, lambda path: settings.set_source(path, "x", "x", {})):
        with pytest.raises(SettingsError, match=told):
            act(file)
    assert content == file.read_bytes()


CAMPAIGN = '[campaigns.spring]\ntags = ["#NetZero"]\nsince = 2026-03-02\n'


def test_a_campaign_is_read_with_days_as_toml_has_them_or_in_quotes(tmp_path):
    file = tmp_path / "influence.toml"
    file.write_text(CAMPAIGN + 'until = "2026-04-13"\nvoices = ["x:rival"]\n', "utf-8")
    one = settings.read(file).campaigns["spring"]
    assert ("spring", ("netzero",), "2026-03-02", "2026-04-13", ("x:rival",)) == (
        one.name,
        one.only.tags,
        one.since,
        one.until,
        one.voices,
    )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (CAMPAIGN + 'end = "2026-04-13"', r"\[campaigns.spring\] has no setting 'end'; it has: tags"),
        (CAMPAIGN + "until = 2026-03-02", r"ends \(2026-03-02\) before it begins"),
        (CAMPAIGN + 'until = "soon"', "until = 'soon' should be a day such as 2026-01-31"),
        (CAMPAIGN + "until = 7", "until = 7 should be a day"),
        (CAMPAIGN.replace("since", "# since"), 'should say when it began: since = "2026-01-31"'),
        (CAMPAIGN.replace("tags", "# tags"), "should say what belongs to it: tags, topics or channels"),
        (CAMPAIGN.replace('"#NetZero"', '""'), "one of the tags is empty"),
        (CAMPAIGN.replace('["#NetZero"]', '"#NetZero"'), "tags should be a list of names in quotes"),
        ("[campaigns]\nspring = 3", "spring should be a section of its own"),
        ("campaigns = 3", r"\[campaigns\] should be sections"),
    ],
)
def test_a_campaign_that_cannot_be_meant_is_one_sentence(tmp_path, body, why):
    file = tmp_path / "influence.toml"
    file.write_text(body, "utf-8")
    with pytest.raises(SettingsError, match=why):
        settings.read(file)


def test_one_setting_is_changed_and_taken_out_and_all_else_stays(tmp_path):
    file = tmp_path / "influence.toml"
    file.write_text(OWN, "utf-8")
    assert 0.25 == settings.change(file, "met", "prior", 0.25).strengths.prior
    settings.change(file, "topics", "planet", ["#climate", "net zero"])
    assert ("#climate", "net zero") == tuple(settings.read(file).topics["planet"])
    assert "Europe/Oslo" == settings.change(file, "", "zone", "Europe/Oslo").zone
    for name, section in (("prior", "met"), ("planet", "topics"), ("zone", "")):
        settings.change(file, section, name, None)
    assert settings.Settings().strengths == settings.read(file).strengths
    assert all(
        words in file.read_text("utf-8") for words in ("# my settings", "# the host of work", "# how long")
    )


@pytest.mark.parametrize(
    "text", ["x{}x = 1", "[privacy]\nx{}x = 1", "[topics]\nx{}x = []", '[met]\nprior = "x{}x"']
)
def test_an_error_tells_no_more_of_what_is_long_than_can_be_read(tmp_path, text):
    (tmp_path / "influence.toml").write_text(text.format("y" * 5_000), "utf-8")
    with pytest.raises(SettingsError) as refused:
        settings.read(tmp_path / "influence.toml")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "key", [".".join("a" * 100_000), '"a"' + " . b-c" * 31, "[[" + ".".join(["'é'"] * 31) + "]]"]
)
def test_a_key_of_more_parts_than_anybody_writes_is_refused_before_it_takes_memory_by_their_square(
    tmp_path, key
):
    (tmp_path / "influence.toml").write_text(f'notice = "a"\n{key} = 1\n', "utf-8")
    with pytest.raises(SettingsError, match=r"line 2 .* a key in it has more parts than anybody writes"):
        settings.read(tmp_path / "influence.toml")


def test_what_only_looks_like_such_a_key_is_read(tmp_path):
    notice = "See www.acme.example. " * 100
    (tmp_path / "influence.toml").write_text(f'notice = "{notice}"\n', "utf-8")
    assert notice == settings.read(tmp_path / "influence.toml").notice


@pytest.mark.parametrize(
    ("section", "name", "value", "why"),
    [
        ("met", "prior", 7, "should lie between 0 and 1"),
        ("met", "colour", 1, "has no setting 'colour'"),
        ("moon", "phase", 1, "there is no setting 'moon'"),
        ("", "zone", "Moon/Crater", "is not a time zone"),
        ("topics", "all", [], "names no word and no tag"),
        ("zone", "x", 1, "is no section"),
    ],
)
def test_a_change_that_cannot_be_meant_writes_nothing(tmp_path, section, name, value, why):
    file = tmp_path / "influence.toml"
    file.write_text(OWN, "utf-8")
    with pytest.raises(SettingsError, match=why):
        settings.change(file, section, name, value)
    assert OWN == file.read_text("utf-8")
