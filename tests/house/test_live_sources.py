"""A source is connected, renewed, pulled and taken out: what is said, what is written, and what a failure leaves."""

import json
import os
import subprocess
import sys
import tomllib

import keyring
import pytest
from click.testing import CliRunner
from keyring.backends import fail

from influence import Workspace
from influence.cli import main
from tests.influence.secrets.test_keeping import Locked, Vault
from tests.kit.installed import DOOR, forget, install


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Type a command beside a workspace `ws`, where the connectors door and gate are installed and no keyring is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    install(tmp_path / "site", DOOR, door="Door", gate="Gate", shed="Shed")
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())

    def typed(*words, answers=""):
        done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False, input=answers)
        return done.exit_code, done.stdout, done.stderr

    typed("init", "ws")
    monkeypatch.setenv("INFLUENCE_WORKSPACE", "ws")
    yield typed
    keyring.set_keyring(before)
    forget()


@pytest.fixture
def rings(tmp_path):
    """Write down who rang."""

    def write(*lines, file="rings.txt"):
        (tmp_path / file).write_text("".join(f"{line}\n" for line in lines), "utf-8", errors="surrogatepass")
        return f"rings={file}"

    return write


@pytest.fixture
def door(run, rings):
    """The same, with a source `door` that was pulled once."""
    code, _, error = run(
        "connect", "door", "--keep-in", "file", "--set", rings("post bo 1"), answers="first-token\nkey\n"
    )
    assert 0 == code, error
    assert "door: 1 new, 0 changed, 0 deleted; the bell is loose\n" == run("pull")[1]
    return run


def sources(tmp_path):
    return tomllib.loads((tmp_path / "ws/influence.toml").read_text("utf-8")).get("sources", {})


def secrets(tmp_path):
    file = tmp_path / "ws/secrets.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def cursor():
    with Workspace("ws") as workspace:
        return workspace.store.cursor("door")


# --- connect --------------------------------------------------------------------------------------------


def test_connect_says_what_is_read_and_what_to_know_then_asks_and_says_who_it_is(run, rings, tmp_path):
    code, out, error = run(
        "connect", "door", "--keep-in", "file", "--set", rings(), answers="first-token\n\n"
    )
    assert 0 == code, error
    assert [
        "a door. It tells who rang.",
        "The porter must know of it.",
        "Token (empty if there is none): ",
        "House key (empty if there is none): ",
        "Signed in as one who hears rings.txt.",
        "Its secrets are kept in secrets.toml in the workspace, which only you may read.",
        "Connected as 'door'; fetch with: influence pull door",
        "To take it back: Change the lock.",
    ] == out.splitlines()
    assert {"door": {"connector": "door", "rings": "rings.txt"}} == sources(tmp_path)
    assert {"door": {"token": "first-token"}} == secrets(tmp_path)


def test_a_needed_option_is_named_where_nobody_can_be_asked(run, tmp_path):
    code, out, error = run("connect", "door", answers="first-token\n")
    assert 2 == code
    assert "'door' reads nothing without: --set rings=…" in error
    assert "Token" not in out
    assert {} == sources(tmp_path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["door", "--set", "rings=r", "--set", "size=9"],
            "'door' has no option 'size'; it has: rings, mood, colour",
        ),
        (["door", "--set", "rings=r", "--set", "colour=none"], "a door has a colour"),
        (
            ["door", "--set", "rings=r", "--name", "my door"],
            "a source is named with letters, digits and dashes",
        ),
        (["shed"], "'shed' needs: pip install 'networked-influence[sheds]'"),
        (["mail"], "reads files only; bring them in with: influence import PATH --as mail"),
    ],
)
def test_what_cannot_be_meant_is_told_before_a_secret_is_asked(run, tmp_path, words, told):
    code, out, error = run("connect", *words, answers="first-token\n")
    assert 1 == code
    assert told in error
    assert "Token" not in out
    assert ({}, {}) == (sources(tmp_path), secrets(tmp_path))


def test_a_sign_in_that_is_refused_leaves_nothing_and_says_no_secret(run, rings, tmp_path):
    code, _, error = run("connect", "door", "--keep-in", "file", "--set", rings(), answers="bad-token\nkey\n")
    assert (1, "Error: the door does not know …\n") == (code, error)
    assert ({}, {}) == (sources(tmp_path), secrets(tmp_path))


@pytest.mark.parametrize("vault", [fail.Keyring, Locked])
def test_a_keyring_that_refuses_leaves_no_half_source_and_offers_the_file(run, rings, tmp_path, vault):
    keyring.set_keyring(vault())
    code, _, error = run("connect", "door", "--set", rings(), answers="first-token\n\n")
    assert 1 == code
    assert "connect with --keep-in file, or set INFLUENCE_DOOR_TOKEN" in error
    assert ({}, {}) == (sources(tmp_path), secrets(tmp_path))
    code, out, error = run("connect", "gate", answers="cs\n")
    assert 1 == code
    assert "--keep-in file" in error
    assert "Open the gate" not in out, "nobody signs in for nothing"
    assert 0 == run("connect", "door", "--keep-in", "file", "--set", rings(), answers="first-token\n\n")[0]


def test_a_source_whose_secrets_are_in_the_environment_needs_no_place_for_them(
    run, rings, tmp_path, monkeypatch
):
    monkeypatch.setenv("INFLUENCE_DOOR_TOKEN", "first-token")
    code, out, error = run("connect", "door", "--set", rings("post bo 1"))
    assert 0 == code, error
    assert "Token: from INFLUENCE_DOOR_TOKEN\nHouse key (empty if there is none): " in out
    assert {} == secrets(tmp_path)
    assert "door: 1 new" in run("pull")[1]


def test_settings_that_cannot_be_written_leave_the_secrets_as_they_were(door, tmp_path):
    before = secrets(tmp_path)
    code, _, error = door("connect", "door", "--set", "colour=\udcff", answers="second-token\n\n")
    assert 1 == code
    assert "half a character" in error
    assert before == secrets(tmp_path)
    code, _, _ = door(
        "connect", "door", "--name", "other", "--keep-in", "file", "--set", "rings=\udcff", answers="t-1\n\n"
    )
    assert 1 == code
    assert before == secrets(tmp_path)


def test_a_renewed_sign_in_changes_what_is_given_and_keeps_the_rest_and_the_cursor(door, tmp_path):
    assert 0 == door("connect", "door", "--set", "mood=well", "--set", "colour=red", answers="\n\n")[0]
    code, out, error = door("connect", "door", "--set", "colour=", answers="second-token\n\n")
    assert 0 == code, error
    assert "Token (empty keeps the one before)" in out
    assert "Renewed 'door'" in out
    assert {"door": {"connector": "door", "rings": "rings.txt", "mood": "well"}} == sources(tmp_path)
    assert {"door": {"token": "second-token", "house_key": "key"}} == secrets(tmp_path)
    assert {"heard": 1} == cursor()
    assert "door: 0 new, 0 changed, 0 deleted\n" == door("pull")[1]


def test_a_renewal_that_is_refused_keeps_what_it_had(door, tmp_path):
    before = sources(tmp_path), secrets(tmp_path)
    assert 1 == door("connect", "door", "--set", "colour=red", answers="bad-token\nother\n")[0]
    assert before == (sources(tmp_path), secrets(tmp_path))


def test_a_renewal_may_move_the_secrets_to_another_place(door, tmp_path):
    vault = Vault()
    keyring.set_keyring(vault)
    assert 0 == door("connect", "door", "--keep-in", "keyring", answers="\n\n")[0]
    assert {} == secrets(tmp_path)
    assert ["door"] == [name for _, name in vault.entries]
    assert 0 == door("connect", "door", answers="second-token\n\n")[0]
    assert {} == secrets(tmp_path)
    assert 0 == door("connect", "door", "--keep-in", "file", answers="\n\n")[0]
    assert {} == vault.entries
    assert {"door": {"token": "second-token", "house_key": "key"}} == secrets(tmp_path)


def test_a_token_that_is_renewed_while_it_is_tried_is_the_one_that_is_kept(door, tmp_path):
    door("connect", "door", "--set", "mood=renews", answers="second-token\n\n")
    assert "second-token+" == secrets(tmp_path)["door"]["token"]
    door("connect", "door", answers="\n\n")
    assert "second-token++" == secrets(tmp_path)["door"]["token"]


def test_the_name_of_another_connectors_source_is_refused_with_the_cure(door):
    code, _, error = door("connect", "gate", "--name", "door", "--keep-in", "file", answers="cs\n")
    assert 1 == code
    assert "there is a source 'door' already, of the connector 'door'" in error
    assert "influence disconnect door" in error


def test_a_source_is_renewed_by_its_own_name_too(run, rings, tmp_path):
    words = ["--keep-in", "file", "--set", rings()]
    assert 0 == run("connect", "door", "--name", "front", *words, answers="first-token\n\n")[0]
    assert 0 == run("connect", "front", answers="second-token\n\n")[0]
    assert "second-token" == secrets(tmp_path)["front"]["token"]


def test_a_connector_with_a_sign_in_of_its_own_is_asked_and_told_as_not_tried(run, tmp_path):
    code, out, error = run("connect", "gate", "--keep-in", "file", answers="my-client\n")
    assert 0 == code, error
    assert "Client secret (empty if there is none)" in out
    assert "Open the gate." in out
    assert "Whether the sign-in works was not tried: 'gate' cannot tell before it is pulled." in out
    kept = {"gate": {"client_secret": "my-client", "refresh_token": "token of my-client"}}
    assert kept == secrets(tmp_path)
    assert 0 == run("connect", "gate", answers="\n")[0]
    assert kept == secrets(tmp_path)


def test_nobody_need_sign_in_where_the_environment_holds_every_secret(run, tmp_path, monkeypatch):
    monkeypatch.setenv("INFLUENCE_GATE_CLIENT_SECRET", "my-client")
    monkeypatch.setenv("INFLUENCE_GATE_REFRESH_TOKEN", "my-token")
    code, out, error = run("connect", "gate")
    assert 0 == code, error
    assert "Open the gate." not in out
    assert {"gate": {"connector": "gate"}} == sources(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a terminal is played")
@pytest.mark.usefixtures("run")
def test_at_a_terminal_needed_options_are_asked_and_secrets_are_not_shown(tmp_path):
    import pty

    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-m", "influence", "connect", "door", "--keep-in", "file"]
    ours, theirs = pty.openpty()
    script = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = []
    for asked, answer in (("Rings: ", "rings.txt"), ("none): ", "first-token"), ("none): ", "house-key")):
        shown.append("")
        while not shown[-1].endswith(asked):
            shown[-1] += os.read(ours, 1).decode()
        os.write(ours, f"{answer}\n".encode())
    assert 0 == script.wait(60)
    os.close(ours)
    assert "first-token" not in "".join(shown)
    assert {"door": {"token": "first-token", "house_key": "house-key"}} == secrets(tmp_path)
    assert "rings.txt" == sources(tmp_path)["door"]["rings"]


# --- disconnect -----------------------------------------------------------------------------------------


def test_disconnect_forgets_secrets_and_cursor_and_says_what_stays_and_how_to_revoke(
    door, tmp_path, monkeypatch
):
    monkeypatch.setenv("INFLUENCE_DOOR_TOKEN", "in-the-environment")
    code, out, error = door("disconnect", "door")
    assert 0 == code, error
    assert [
        "Disconnected 'door': its secrets are gone from ws/secrets.toml, which only you may read, and where it had "
        "come to is forgotten.",
        "The environment still holds INFLUENCE_DOOR_TOKEN; take it away where you set it.",
        "What it brought stays: 1 row.",
        "To take the permission back: Change the lock.",
    ] == out.splitlines()
    assert ({}, {}, {}) == (sources(tmp_path), secrets(tmp_path), cursor())
    code, _, error = door("disconnect", "door")
    assert 1 == code
    assert "there is no source 'door'" in error
    door("connect", "door", "--set", "rings=rings.txt")
    assert "door: 0 new, 0 changed, 0 deleted" in door("pull")[1]


def test_disconnect_works_where_the_connector_is_not_installed_any_more(door, tmp_path):
    install(tmp_path / "site", DOOR, gate="Gate")
    code, out, error = door("disconnect", "door")
    assert 0 == code, error
    assert "Its connector is not installed here" in out
    assert ({}, {}, {}) == (sources(tmp_path), secrets(tmp_path), cursor())


# --- pull -----------------------------------------------------------------------------------------------


def test_every_source_is_asked_whatever_becomes_of_the_others(run, rings, tmp_path):
    moods = {
        "refuses": "the door does not know …; connect again",
        "limited": "the door asks to wait; that is at ",
        "short": "stopped short: the list of rings went round in a circle.",
        "bug": "this is a fault of the connector 'door', please report it: KeyError: 'bell …'",
        "system": "this is a fault of the connector 'door', please report it: OSError: no wire",
        "leaves": "this is a fault of the connector 'door', please report it: SystemExit: bye",
        "asks": "this is a fault of the connector 'door', please report it: EOFError",
        "well": "",
    }
    for mood in moods:
        rings(f"post bo {mood}", f"odd who {mood}", file=mood)
        words = ["--name", mood, "--keep-in", "file", "--set", f"mood={mood}", "--set", f"rings={mood}"]
        assert 0 == run("connect", "door", *words, answers="first-token\n\n")[0]
    settings = tmp_path / "ws/influence.toml"
    settings.write_text(settings.read_text("utf-8") + '[sources.away]\nconnector = "no-such"\n', "utf-8")
    code, out, error = run("pull", answers="typed by a person")
    assert 1 == code
    for mood, sentence in moods.items():
        if mood != "asks":
            assert (
                f"{mood}: 1 new, 0 changed, 0 deleted (1 set aside); 1 of 900 rings left\n  note: the bell is loose\n"
                in out
            )
        assert (f"{mood}: failed: {sentence}" in error) == bool(sentence)
    assert "away: failed: there is no connector 'no-such'" in error
    assert len(moods) == len(error.splitlines())
    assert "first-token" not in out + error
    for mood in moods:
        rings(f"post bo {mood}", f"odd who {mood}", f"post cia {mood}", file=mood)
    assert 7 == run("pull")[1].count(": 0 new, 1 changed, 0 deleted; 2 of 900 rings left")


def test_a_pull_of_sources_by_name_asks_those_alone_once(door, rings):
    words = ["--name", "back", "--keep-in", "file", "--set", rings("post di 7", file="back")]
    assert 0 == door("connect", "door", *words, answers="first-token\n\n")[0]
    assert ["door"] == [line.partition(":")[0] for line in door("pull", "door", "door")[1].splitlines()]
    code, _, error = door("pull", "back", "nowhere")
    assert 1 == code
    assert "there is no source 'nowhere'; there are: back, door" in error


def test_what_is_new_changed_and_deleted_is_told_as_json_too(door, rings):
    rings("post bo 1", "post cia 1", "post di 2", "gone x 2", "gone x 3", "odd who 4")
    code, out, error = door("pull", "--json")
    assert 0 == code, error
    assert {
        "source": "door",
        "read": 5,
        "stored": 3,
        "known": 1,
        "aside": 1,
        "again": 0,
        "new": 1,
        "changed": 1,
        "deleted": 1,
        "unreadable": {},
        "notes": [],
        "unsaid": {},
        "note": "5 of 900 rings left",
        "failed": None,
    } == json.loads(out)
    assert "no ring: who" in door("doctor")[1]


def test_quiet_says_only_what_failed(door, rings):
    assert (0, "", "") == door("pull", "--quiet")
    door("connect", "door", "--set", "mood=short", answers="\n\n")
    rings("post bo 1", "note hello 2", "post di 3")
    code, out, error = door("pull", "-q")
    assert (1, "") == (code, out)
    assert "door: failed: stopped short: the list of rings went round in a circle.\n" == error
    assert {"heard": 3} == cursor()


def test_a_reply_that_makes_the_connector_fail_stays_for_the_next_pull(door, rings):
    rings("post bo 1", "post cia 2", "bug x 3", "post di 4")
    code, out, error = door("pull")
    assert 1 == code
    assert "door: 1 new" in out
    assert (
        "door: failed: this is a fault of the connector 'door', please report it: TypeError: no bell" in error
    )
    assert {"heard": 2} == cursor()
    rings("post bo 1", "post cia 2", "broken no-bell 3", "post d\ud83d 4")
    code, out, error = door("pull")
    assert 0 == code
    assert "door: 1 new, 0 changed, 0 deleted; 3 of 900 rings left" in out
    assert "door: not readable: ring-2: cannot be read as door: no-bell\n" == error


def test_a_second_pull_beside_a_running_one_is_told_so_or_waits(door, tmp_path):
    script = (
        "import sys; from influence import Workspace\n"
        "with Workspace('ws'): print(1, flush=True); sys.stdin.readline()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    )
    holder.stdout.readline()
    code, out, error = door("pull")
    assert (1, "") == (code, out)
    assert f"is in use by process {holder.pid}; wait until it is done, or stop it" in error
    code, _, error = door("pull", "--wait", "0.5")
    assert 1 == code
    holder.stdin.write(b"\n")
    holder.stdin.flush()
    code, out, error = door("pull", "--wait", "30")
    holder.communicate()
    assert (0, "door: 0 new, 0 changed, 0 deleted\n", "") == (code, out, error)


def test_a_locked_keyring_fails_one_source_and_the_others_go_on(door, rings):
    keyring.set_keyring(Vault())
    words = ["--name", "keyed", "--set", rings("post di 7", file="keyed"), "--set", "mood=refuses"]
    assert 0 == door("connect", "door", *words, answers="first-token\n\n")[0]
    keyring.set_keyring(Locked())
    code, out, error = door("pull")
    assert 1 == code
    assert "door: 0 new" in out
    assert (
        "keyed: failed: the token of 'keyed' cannot be read: the keyring refuses (KeyringLocked); unlock it"
        in error
    )


# --- workspaces and listings ----------------------------------------------------------------------------


def test_init_obeys_the_workspace_option_and_the_environment(run, tmp_path, monkeypatch):
    monkeypatch.setenv("INFLUENCE_WORKSPACE", "named")
    assert 0 == run("init")[0]
    assert 0 == run("init", "-w", "chosen")[0]
    assert 0 == run("init", "typed")[0]
    assert 0 == run("init", "same", "-w", "./same")[0]
    for folder in ("named", "chosen", "typed", "same"):
        assert (tmp_path / folder / "influence.duckdb").exists()
    code, _, error = run("init", "one", "-w", "other")
    assert 2 == code
    assert "FOLDER is one and -w is other: say it once" in error
    assert not (tmp_path / "one").exists()


def test_a_workspace_of_the_version_before_goes_on(run, rings, tmp_path):
    settings = tmp_path / "ws/influence.toml"
    rings("post bo 1")
    section = '\n[sources.door]\nconnector = "door"\nrings = "rings.txt"\nmood = "refuses"\n'
    settings.write_text(settings.read_text("utf-8") + section, "utf-8")
    (tmp_path / "ws/secrets.toml").write_text('["door"]\n"token" = "old-token"\n')
    (tmp_path / "ws/secrets.toml").chmod(0o600)
    assert "the door does not know …" in run("pull")[2]
    assert 0 == run("connect", "door", "--set", "mood=", answers="\n\n")[0]
    assert {"door": {"token": "old-token"}} == secrets(tmp_path)
    assert "door: 0 new" in run("pull")[1]


def test_what_a_live_source_needs_is_listed_and_one_that_is_broken_hides_no_other(run, tmp_path):
    _, out, _ = run("connectors")
    assert "influence connect door --set rings=…  (asks for token, house key)" in out
    assert "needs: pip install 'networked-influence[sheds]'" in out
    assert "influence connect gate  (lets you sign in and asks for client secret)" in out
    install(tmp_path / "site", "import no_such_module", door="Door")
    listed = {row["name"]: row for row in json.loads(run("connectors", "--json")[1])}
    assert "'door' cannot be loaded: No module named 'no_such_module'" == listed["door"]["state"]
    assert "mail" in listed


def test_the_help_of_connect_teaches(run):
    _, out, _ = run("connect", "--help")
    for taught in (
        "influence connect imap --set host=",
        "secrets.toml",
        "INFLUENCE_IMAP_PASSWORD",
        "crontab -e",
    ):
        assert taught in out
