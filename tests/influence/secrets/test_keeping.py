"""Secrets are found where they were put, handed back for good, and forgotten."""

import stat
import tempfile
import time
import tomllib
from pathlib import Path

import keyring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

from influence.contract.secrecy import hushed
from influence.secrets.keeping import Secrets, Tried, held_by_environment
from influence.secrets.places import InKeyring, SecretError

ODD = [
    "pass🔑word",
    "a\"b'c",
    "two\nlines\r\n",
    "\x00\x01\x7f\x85\u2028",
    "\\",
    "'''\"\"\"",
    " spaces ",
    "é" * 3000,
]


class Killed(BaseException):
    """The keyring is cut off in mid-writing."""


class Vault(KeyringBackend):
    """A keyring in memory; as that of Windows it takes no entry of more than 1,280 UTF-16 units."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.entries, self.left = {}, None

    def _spend(self):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed

    def get_password(self, service, username):
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self._spend()
        if len(password.encode("utf-16-le")) > 2 * 1280:
            raise PasswordSetError("too long")
        self.entries[service, username] = password

    def delete_password(self, service, username):
        self._spend()
        if (service, username) not in self.entries:
            raise PasswordDeleteError("not there")
        del self.entries[service, username]


class Locked(Vault):
    """A keyring that nobody has unlocked."""

    def get_password(self, *_):
        raise KeyringLocked("locked")

    set_password = delete_password = get_password


class Waiting(Vault):
    """A keyring that asks a person, who is not there."""

    def get_password(self, *_):
        time.sleep(30)

    set_password = delete_password = get_password


class Forgetful(Vault):
    """A keyring that takes everything and keeps nothing."""

    def set_password(self, service, username, password):
        pass


@pytest.fixture
def use():
    """Set the keyring of this process."""
    before = keyring.get_keyring()

    def put(vault):
        keyring.set_keyring(vault)
        return vault

    put(fail.Keyring())
    yield put
    keyring.set_keyring(before)


@pytest.fixture
def vault(use):
    return use(Vault())


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("place", ["keyring", "file"])
def test_what_is_kept_is_had_again_whatever_it_is_made_of(tmp_path, vault, place, value):
    Secrets(tmp_path, "x").keep_in(place, {"token": value, "other name": "kept"})
    assert value == Secrets(tmp_path, "x").get("token")
    assert "kept" == Secrets(tmp_path, "x").get("other name")
    assert (place == "file") == (tmp_path / "secrets.toml").exists()
    assert (place == "keyring") == bool(vault.entries)


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"), min_size=1)
    )
)
@settings(max_examples=60, deadline=None)
def test_any_text_survives_the_file(values):
    with tempfile.TemporaryDirectory() as folder:
        secrets = Secrets(Path(folder), "x")
        secrets.keep_in("file", values)
        secrets.keep_in("file", {"token": "t-one"})
        kept = tomllib.loads((Path(folder) / "secrets.toml").read_text("utf-8"))["x"]
    assert {**values, "token": "t-one"} == kept


@pytest.mark.parametrize("place", ["keyring", "file"])
@pytest.mark.usefixtures("vault")
def test_half_a_surrogate_pair_is_refused_in_one_sentence_and_nothing_changes(tmp_path, place):
    secrets = Secrets(tmp_path, "x")
    secrets.keep_in(place, {"token": "before"})
    with pytest.raises(SecretError, match="the token of 'x' holds half a character"):
        secrets.keep("token", "pass\ud83d")
    assert "before" == secrets.get("token")


@pytest.mark.usefixtures("use")
def test_the_file_is_for_its_owner_alone_and_keeps_what_a_person_wrote_there(tmp_path):
    file = tmp_path / "secrets.toml"
    file.write_text("# mine\n[work]\npassword = 'p-old' # of 2024\n", "utf-8")
    file.chmod(0o600)
    Secrets(tmp_path, "work").keep("password", "p-new")
    Secrets(tmp_path, "x").keep("token", "t-one")
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert [file] == list(tmp_path.iterdir())
    assert '# mine\n[work]\npassword = "p-new" # of 2024\n' in file.read_text("utf-8")
    assert ("p-new", "t-one") == (
        Secrets(tmp_path, "work").get("password"),
        Secrets(tmp_path, "x").get("token"),
    )


@pytest.mark.usefixtures("use")
def test_a_file_that_is_a_link_stays_one(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws/secrets.toml").symlink_to(tmp_path / "far/secrets.toml")
    Secrets(tmp_path / "ws", "x").keep_in("file", {"token": "t-one"})
    assert (tmp_path / "ws/secrets.toml").is_symlink()
    assert "t-one" in (tmp_path / "far/secrets.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[x]\na = 'b'\ntoken = top-secret", "secrets.toml, line 3 is not readable as TOML; mend it there"),
        (b"[x]\ntoken = \xff", "not readable as TOML"),
        (b"[x]\ntoken = " + b"[" * 5000, "not readable as TOML"),
        (b"[x]\ntoken = 1", r"\[x\] should hold texts"),
        (b"x = 'top-secret'", r"\[x\] should hold texts"),
    ],
)
@pytest.mark.usefixtures("use")
def test_a_file_that_a_person_broke_is_told_without_what_stands_in_it(tmp_path, content, told):
    (tmp_path / "secrets.toml").write_bytes(content)
    (tmp_path / "secrets.toml").chmod(0o600)
    with pytest.raises(SecretError, match=told) as raised:
        Secrets(tmp_path, "x").get("token")
    assert "top-secret" not in str(raised.value)
    with pytest.raises(SecretError, match=told):
        Secrets(tmp_path, "x").keep_in("file", {"token": "t-one"})
    assert content == (tmp_path / "secrets.toml").read_bytes()


@pytest.mark.usefixtures("vault")
def test_a_renewed_secret_goes_where_the_one_before_was_found(tmp_path):
    Secrets(tmp_path, "k").keep_in("keyring", {"token": "k-1"})
    Secrets(tmp_path, "f").keep_in("file", {"token": "f-1"})
    for source in "kf":
        Secrets(tmp_path, source).keep("token", f"{source}-22")
        Secrets(tmp_path, source).keep("access", f"{source}-33")
        assert f"{source}-22" == Secrets(tmp_path, source).get("token")
    file = (tmp_path / "secrets.toml").read_text("utf-8")
    assert {"token": "f-22", "access": "f-33"} == tomllib.loads(file)["f"]
    assert "k" not in tomllib.loads(file)


@pytest.mark.parametrize("place", ["keyring", "file"])
def test_a_renewed_secret_of_the_environment_holds_until_a_person_gives_a_new_one(
    tmp_path, vault, monkeypatch, place
):
    if place == "file":
        (tmp_path / "secrets.toml").touch(0o600)
    monkeypatch.setenv("INFLUENCE_X_TOKEN", "given")
    Secrets(tmp_path, "x").keep("token", "renewed")
    assert "renewed" == Secrets(tmp_path, "x").get("token")
    Secrets(tmp_path, "x").keep("token", "again")
    assert "again" == Secrets(tmp_path, "x").get("token")
    monkeypatch.setenv("INFLUENCE_X_TOKEN", "given anew")
    assert "given anew" == Secrets(tmp_path, "x").get("token")
    monkeypatch.delenv("INFLUENCE_X_TOKEN")
    assert "again" == Secrets(tmp_path, "x").get("token")
    assert (place == "keyring") == bool(vault.entries)


@pytest.mark.usefixtures("vault")
def test_the_environment_comes_before_what_was_kept_without_it(tmp_path, monkeypatch):
    Secrets(tmp_path, "x").keep_in("keyring", {"token": "kept"})
    monkeypatch.setenv("INFLUENCE_X_TOKEN", "given")
    assert "given" == Secrets(tmp_path, "x").get("token")


def test_secrets_of_an_older_version_are_found_renewed_and_forgotten(tmp_path, vault):
    service = f"influence {tmp_path.resolve()}"
    vault.entries |= {(service, "x token"): "old", (service, "x other"): "other"}
    secrets = Secrets(tmp_path, "x")
    assert ("old", "other") == (secrets.get("token"), secrets.get("other"))
    secrets.keep("token", "new")
    assert ("new", "other") == (secrets.get("token"), secrets.get("other"))
    assert (service, "x token") not in vault.entries
    secrets.forget(("token", "other"))
    assert {} == vault.entries


@pytest.mark.usefixtures("use")
def test_a_file_of_an_older_version_with_a_character_in_two_halves_is_read(tmp_path):
    (tmp_path / "secrets.toml").write_text('["x"]\n"token" = "pass\\ud83d\\udd11word"\n')
    (tmp_path / "secrets.toml").chmod(0o600)
    assert "pass🔑word" == Secrets(tmp_path, "x").get("token")
    Secrets(tmp_path, "x").keep("other", "one")
    assert ("pass🔑word", "one") == (Secrets(tmp_path, "x").get("token"), Secrets(tmp_path, "x").get("other"))


def test_a_long_secret_is_kept_in_pieces_that_every_keyring_takes(tmp_path, vault):
    secrets = Secrets(tmp_path, "x")
    for length in (900, 5000, 2500, 20_000, 10):
        secrets.keep_in("keyring", {"cache": "🔑x" * length, "token": "t"})
        assert "🔑x" * length == secrets.get("cache")
    secrets.forget()
    assert {} == vault.entries


@pytest.mark.parametrize("sizes", [(1, 3000), (3000, 1), (3000, 5000), (5000, 2000), (1, 1)])
def test_a_kill_at_any_point_leaves_the_secrets_before_or_the_new_ones_and_never_a_mixture(
    tmp_path, use, sizes
):
    old, new = ({"id": word * size, "token": word * size} for word, size in zip("on", sizes, strict=True))
    for point in range(40):
        vault = use(Vault())
        Secrets(tmp_path, "x").keep_in("keyring", old)
        vault.left = point
        try:
            Secrets(tmp_path, "x").keep_in("keyring", new)
            ended = True
        except Killed:
            ended = False
        vault.left = None
        found = {name: Secrets(tmp_path, "x").get(name) for name in old}
        assert found in ([new] if ended else [old, new])
        Secrets(tmp_path, "x").keep("token", "after")
        assert "after" == Secrets(tmp_path, "x").get("token")
        Secrets(tmp_path, "x").forget()
        assert {} == vault.entries
        if ended:
            return
    pytest.fail("it never ended")


@pytest.mark.parametrize("broken", [Locked, fail.Keyring, Forgetful])
def test_a_keyring_that_refuses_is_one_sentence_with_the_cure(tmp_path, use, broken):
    use(broken())
    with pytest.raises(SecretError, match="--keep-in file, or set INFLUENCE_X_TOKEN"):
        Secrets(tmp_path, "x").keep_in("keyring", {"token": "t-one"})
    with pytest.raises(SecretError, match="--keep-in file"):
        Secrets(tmp_path, "x").try_place("keyring")
    with pytest.raises(SecretError, match="set INFLUENCE_X_TOKEN"):
        Secrets(tmp_path, "x").get("token")


def test_a_keyring_that_is_locked_hides_neither_the_environment_nor_the_file(tmp_path, use, monkeypatch):
    Secrets(tmp_path, "x").keep_in("file", {"token": "t-file"})
    use(Locked())
    assert "t-file" == Secrets(tmp_path, "x").get("token")
    Secrets(tmp_path, "x").keep("token", "t-next")
    Secrets(tmp_path, "x").keep("another", "one")
    assert ("t-next", "one") == (Secrets(tmp_path, "x").get("token"), Secrets(tmp_path, "x").get("another"))
    with pytest.raises(SecretError, match="--keep-in file"):
        Secrets(tmp_path, "y").keep("token", "t-nowhere")
    monkeypatch.setenv("INFLUENCE_X_TOKEN", "t-given")
    assert "t-given" == Secrets(tmp_path, "x").get("token")
    Secrets(tmp_path, "x").keep("token", "t-renewed")
    assert "t-renewed" == Secrets(tmp_path, "x").get("token")


def test_nobody_waits_for_a_keyring_that_asks_a_person(tmp_path, use):
    use(Waiting())
    secrets, begun = Secrets(tmp_path, "x", InKeyring(tmp_path, 0.1)), time.monotonic()
    for _ in range(5):
        with pytest.raises(SecretError, match="the keyring is locked, or does not answer"):
            secrets.get("token")
    assert 5 > time.monotonic() - begun


@pytest.mark.usefixtures("vault")
def test_what_was_handed_out_or_kept_stands_in_no_message(tmp_path, monkeypatch):
    monkeypatch.setenv("INFLUENCE_X_ID", "from-the-environment")
    secrets = Secrets(tmp_path, "x")
    secrets.keep("token", "kept-in-keyring")
    secrets.keep_in("file", {"key": "kept-in-file"})
    Tried(secrets, {"code": "only-tried"}).keep("code", "renewed-in-memory")
    secrets.get("id")
    told = "from-the-environment kept-in-keyring kept-in-file only-tried renewed-in-memory"
    assert "… … … … …" == hushed(told)


@pytest.mark.usefixtures("vault")
def test_a_sign_in_that_is_tried_is_in_memory_and_what_was_kept_before_is_renewed_for_good(tmp_path):
    kept = Secrets(tmp_path, "x")
    kept.keep_in("keyring", {"token": "before", "id": "same"})
    tried = Tried(kept, {"token": "fresh"})
    tried.keep("token", "fresher")
    assert ("fresher", "same") == (tried.get("token"), tried.get("id"))
    assert "before" == kept.get("token")
    tried.keep("id", "renewed")
    assert "renewed" == kept.get("id")


def test_variables_of_the_environment_are_told_apart_by_source(tmp_path, monkeypatch):
    monkeypatch.setenv("INFLUENCE_WORK_TOKEN", "t")
    monkeypatch.setenv("INFLUENCE_WORK_MAIL_PASSWORD", "p")
    work, mail = Secrets(tmp_path, "work"), Secrets(tmp_path, "work-mail")
    assert ["INFLUENCE_WORK_TOKEN"] == held_by_environment(work, [mail])
    assert ["INFLUENCE_WORK_MAIL_PASSWORD"] == held_by_environment(mail, [work])
