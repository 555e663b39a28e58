"""Facebook: the export of a personal profile."""

import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.social.facebook_export import FacebookExport
from connectors.social.facebook_records import mended
from influence.contract.connector import Unreadable
from influence.contract.files import Export, names, open_export
from influence.contract.records import Activity, Encounter, Note, Person, SetAside, Verb
from influence.contract.testing import member_of

TIME = 1_767_600_000


def as_facebook_writes(value):
    """Write texts as Facebook does: each byte of the UTF-8 as a character of its own."""
    return json.dumps(json.loads(json.dumps(value, ensure_ascii=False), object_hook=_written)).encode()


def _written(row):
    return {key: _mangled(value) for key, value in row.items()}


def _mangled(value):
    if isinstance(value, str):
        return value.encode().decode("latin-1")
    return [_mangled(one) for one in value] if isinstance(value, list) else value


def thread(path, people, *messages, **more):
    return {
        "participants": [{"name": name} for name in people],
        "messages": list(messages),
        "thread_path": f"inbox/{path}",
        **more,
    }


def said(who, at=TIME, text="words", **more):
    return {"sender_name": who, "timestamp_ms": at * 1000, "content": text, **more}


def act(title, at=TIME, **data):
    return {"timestamp": at, "title": title, "data": [data]}


ROOT = "your_facebook_activity/"
EXPORT = {
    "personal_information/profile_information/profile_information.json": {
        "profile_v2": {"name": {"full_name": "Ann Lée"}, "emails": {"emails": ["ann@acme.example"]}}
    },
    "connections/friends/your_friends.json": {"friends_v2": [{"name": "José Ray", "timestamp": TIME - 9}]},
    ROOT + "messages/inbox/joseray_10/message_1.json": thread(
        "joseray_10",
        ["José Ray", "Ann Lée"],
        said("José Ray", text="¿Cuándo? 🎉"),
        said("Ann Lée", TIME + 60),
    ),
    ROOT + "messages/inbox/jury_11/message_1.json": thread(
        "jury_11",
        ["José Ray", "Cai Poe", "Ann Lée"],
        said("Cai Poe", reactions=[{"reaction": "❤", "actor": "Ann Lée"}]),
        said("Cai Poe", TIME + 5, call_duration=60),
        said("Facebook user", TIME + 6),
    ),
    ROOT + "posts/your_posts__check_ins__photos_and_videos_1.json": [
        {"timestamp": TIME, "data": [{"post": "Sjå her"}], "tags": [{"name": "José Ray"}]},
        {"timestamp": TIME, "data": [{"post": "Hello"}], "title": "Ann Lée wrote on Cai Poe's timeline."},
        {"data": [{"post": "no time"}]},
    ],
    ROOT + "comments_and_reactions/comments.json": {
        "comments_v2": [
            act(
                "Ann Lée commented on Cai Poe's post.", comment={"comment": "Godt sagt", "author": "Ann Lée"}
            ),
            act("Ann Lée replied to José Ray's comment.", comment={"comment": "Yes"}),
            act("Ann Lée commented on her own photo.", comment={"comment": "Mine"}),
        ]
    },
    ROOT + "comments_and_reactions/likes_and_reactions_1.json": [
        act("Ann Lée likes José Ray's photo.", reaction={"reaction": "LIKE", "actor": "Ann Lée"}),
    ],
    ROOT + "photos_and_videos/album/0.json": {"name": "Album"},
}


def written(folder, export=EXPORT):
    for name, content in export.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else as_facebook_writes(content))
    return folder


def read(path, **options):
    assert FacebookExport().claims(names(path))
    with open_export(path) as export:
        return list(FacebookExport(**options).parse_export(export))


def of(kind, records):
    return [record for _, record in records if isinstance(record, kind)]


@pytest.fixture
def records(tmp_path):
    return read(written(tmp_path / "export"))


def by_verb(records, verb):
    return [one for one in of(Activity, records) if one.verb is verb]


def test_the_owner_is_who_the_profile_names(records):
    owner = of(Person, records)[0]
    assert ("Ann Lée", ("facebook-name:Ann Lée", "email:ann@acme.example")) == (owner.name, owner.accounts)


def test_texts_and_names_are_as_people_wrote_them(records):
    texts = {one.text for one in of(Activity, records)}
    assert {"¿Cuándo? 🎉", "Sjå her", "Godt sagt"} <= texts
    assert {"José Ray", "Cai Poe", "Ann Lée"} == {one.name for one in of(Person, records)}


def test_a_message_is_to_everybody_else_in_its_conversation(records):
    to = {(one.actor, one.conversation): one.to for one in by_verb(records, Verb.MESSAGE)}
    assert {
        ("facebook-name:José Ray", "facebook:joseray_10"): ("facebook-name:Ann Lée",),
        ("facebook-name:Ann Lée", "facebook:joseray_10"): ("facebook-name:José Ray",),
        ("facebook-name:Cai Poe", "facebook:jury_11"): ("facebook-name:José Ray", "facebook-name:Ann Lée"),
    } == to


def test_a_reaction_to_a_message_answers_it_and_one_to_a_post_names_its_author(records):
    answers = {(one.parent, one.mentions) for one in by_verb(records, Verb.REACT)}
    assert {
        (f"facebook:jury_11:{TIME * 1000}:Cai Poe", ()),
        (None, ("facebook-name:José Ray",)),
    } == answers


def test_a_comment_names_whose_post_it_was_on_and_ones_own_is_nobodys(records):
    assert [("facebook-name:Cai Poe",), ("facebook-name:José Ray",), ()] == [
        one.mentions for one in by_verb(records, Verb.COMMENT)
    ]


def test_a_post_mentions_whom_it_tags_and_is_to_whose_wall_it_is_on(records):
    first, second = by_verb(records, Verb.POST)
    assert ((), ("facebook-name:José Ray",)) == (first.to, first.mentions)
    assert (("facebook-name:Cai Poe",), ()) == (second.to, second.mentions)
    assert first.id != second.id


def test_a_friend_is_a_tie_since_a_day_and_no_encounter(records):
    (tie,) = by_verb(records, Verb.FOLLOW)
    assert ("facebook-name:José Ray", ("facebook-name:Ann Lée",)) == (tie.actor, tie.to)
    assert [] == of(Encounter, records)


def test_deleted_users_are_never_one_person(records):
    assert all("acebook user" not in one.actor for one in of(Activity, records))
    assert 1 == sum("the profile is deleted" in one.reason for one in of(SetAside, records))


def test_what_is_left_out_is_counted(records):
    told = " | ".join(note.text for note in of(Note, records))
    assert "1 calls were left out" in told
    assert "1 comments and reactions do not tell whom they answer" in told
    assert "files that are not read (pictures, settings, what others saw): 1 .json" in told


def test_a_post_without_a_time_is_set_aside(records):
    assert 1 == sum(one.reason == "the time 'None' cannot be meant" for one in of(SetAside, records))


def test_a_zip_is_read_as_a_folder_is(tmp_path, records):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as packed:
        for name, content in EXPORT.items():
            packed.writestr(name, as_facebook_writes(content))
    packed_ids = sorted(one.id for one in of(Activity, read(tmp_path / "export.zip")))
    assert sorted(one.id for one in of(Activity, records)) == packed_ids


def test_without_a_profile_the_owner_is_who_takes_part_in_every_conversation(tmp_path):
    jury = thread("jury_11", ["Cai Poe", "Ann Lée"], said("Cai Poe"))
    export = {name: content for name, content in EXPORT.items() if "profile_information" not in name}
    records = read(written(tmp_path, export | {ROOT + "messages/inbox/jury_11/message_1.json": jury}))
    assert {"facebook-name:Ann Lée"} == {one.actor for one in by_verb(records, Verb.COMMENT)}


def test_where_nothing_tells_the_owner_no_act_is_laid_at_anybodys_door_until_one_is_named(tmp_path):
    posts = {name: content for name, content in EXPORT.items() if "posts/" in name}
    assert [] == of(Activity, read(written(tmp_path, posts)))
    named = read(tmp_path, owner="Ann Lée")
    assert {"facebook-name:Ann Lée"} == {one.actor for one in of(Activity, named)}


@pytest.mark.parametrize("content", [b"{ this is not json", b"\xff\xfe", b"", b'{"a": 1}', b"[" * 100_000])
def test_a_damaged_file_is_set_aside_and_the_rest_is_read(tmp_path, records, content):
    bad = ROOT + "comments_and_reactions/comments.json"
    damaged = read(written(tmp_path / "damaged", EXPORT | {bad: content}))
    assert bad in {file for file, one in damaged if isinstance(one, SetAside)}
    assert len(of(Activity, records)) - 3 == len(of(Activity, damaged))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(
    changed=st.dictionaries(
        st.sampled_from(["sender_name", "timestamp_ms", "content", "reactions", "call_duration"]),
        ANYTHING,
        max_size=3,
    ),
    person=ANYTHING,
)
def test_no_message_however_odd_stops_the_reading(changed, person):
    body = thread("a_1", ["José Ray", "Ann Lée"], said("Ann Lée") | changed, said("José Ray", text="last"))
    body["participants"].append({"name": person})
    content = json.dumps({"participants": body.pop("participants"), **body}).encode()
    records = list(FacebookExport().parse(member_of(content, "message_1.json")))
    assert "last" in {one.text for one in records if isinstance(one, Activity)}


ACTS = ("comments.json", "likes_and_reactions_1.json", "your_posts_1.json")


@pytest.mark.parametrize("name", ACTS)
@settings(max_examples=60, deadline=None)
@given(changed=st.dictionaries(st.sampled_from(["timestamp", "title", "data", "tags"]), ANYTHING, max_size=3))
def test_no_act_however_odd_stops_the_reading(name, changed):
    good = act("Ann Lée likes José Ray's photo.", at=TIME + 99)
    content = json.dumps([good | changed, good]).encode()
    export = {"profile_information.json": EXPORT[next(iter(EXPORT))], name: content}
    files = {
        file: member_of(body if isinstance(body, bytes) else as_facebook_writes(body), file)
        for file, body in export.items()
    }
    records = list(FacebookExport().parse_export(Export("export", files)))
    assert any(one.time.timestamp() == TIME + 99 for one in of(Activity, records))


def in_language(folder, title, name="comentarios.json"):
    """An export whose files and titles are in another language: what each holds is told by its list alone."""
    other = {
        file: body
        for file, body in EXPORT.items()
        if not file.endswith(("comments.json", "reactions_1.json", "friends.json"))
    }
    friends = {"friends_v2": [{"name": "Jo Lund", "timestamp": TIME}, {"name": "Bo", "timestamp": TIME}]}
    said_there = {"comments_v2": [act(title, comment={"comment": "Bien dit"})]}
    return read(written(folder, other | {"a/amigos.json": friends, f"b/{name}": said_there}))


@pytest.mark.parametrize(
    "title",
    [
        "Ann Lée hat Cai Poes Beitrag kommentiert.",
        "Ann Lée hat einen Beitrag von Cai Poe kommentiert.",
        "Ann Lée a commenté la publication de Cai Poe.",
        "Ann Lée comentó la publicación de Cai Poe.",
        "Ann Lée kommenterade Cai Poes inlägg.",
        "Ann Lée kommenterede Cai Poes opslag.",
        "Ann Lée kommentoi käyttäjän Cai Poe julkaisua.",
        "Ann Lée kommentoi Cai Poen julkaisua.",
    ],
)
def test_whom_a_title_of_another_language_names_is_told_by_who_is_known(tmp_path, title):
    records = in_language(tmp_path, title)
    assert [("facebook-name:Cai Poe",)] == [one.mentions for one in by_verb(records, Verb.COMMENT)]
    told = " | ".join(note.text for note in of(Note, records))
    assert "1 comments and reactions are titled in another language: they answer whom it names" in told


@pytest.mark.parametrize(
    "title",
    [
        "Ann Lée hat den Beitrag von Eva Rot kommentiert.",
        "Ann Lée a commenté une publication dans Cai Poe Fan Club.",
        "Ann Lée hat in Freunde Cai Poe kommentiert.",
        "Ann Lée a répondu au commentaire de José Ray sur la publication de Cai Poe.",
        "Ann Lée comentó su propia foto.",
        "Ann Lée kommenterade Bo.",
        "Ann Lée commented on a post in Cai Poe's group.",
        "",
    ],
)
def test_what_a_title_does_not_tell_for_certain_is_counted_and_nobodys(tmp_path, title):
    records = in_language(tmp_path, title)
    assert [()] == [one.mentions for one in by_verb(records, Verb.COMMENT)]
    told = " | ".join(note.text for note in of(Note, records))
    assert "1 comments and reactions do not tell whom they answer" in told


def test_a_post_with_a_title_of_another_language_names_people_and_says_no_more(tmp_path):
    wall = {
        "timestamp": TIME + 7,
        "data": [{"post": "Hei"}],
        "title": "Ann Lée hat in Cai Poes Chronik geschrieben.",
    }
    posts = {"publicaciones.json": [wall]}
    kept = {file: body for file, body in EXPORT.items() if "posts/" not in file}
    (post,) = by_verb(read(written(tmp_path, kept | posts)), Verb.POST)
    assert ((), ("facebook-name:Cai Poe",)) == (post.to, post.mentions)


@pytest.mark.parametrize(
    "name", ["Usuario de Facebook", "Facebook-käyttäjä", "Utente di Facebook", "Facebook 用户"]
)
def test_deleted_users_are_nobody_in_every_language(name):
    body = thread("a_1", [name, "Ann Lée"], said(name), said("Ann Lée"))
    content = json.dumps({"participants": body.pop("participants"), **body}).encode()
    found = list(FacebookExport().parse(member_of(content, "message_1.json")))
    assert {"facebook-name:Ann Lée"} == {one.actor for one in found if isinstance(one, Activity)}


@pytest.mark.parametrize(
    ("kind", "whose"), [("Subscribe", "the program itself"), ("Hologram", "a type that is not known")]
)
def test_lines_of_the_program_are_no_messages(kind, whose):
    lines = said("Ann Lée", type=kind), said("Bo Ek", type="Generic")
    body = thread("a_1", ["Bo Ek", "Ann Lée"], *lines)
    found = list(FacebookExport().parse(member_of(json.dumps(body).encode(), "message_1.json")))
    assert ["facebook-name:Bo Ek"] == [one.actor for one in found if isinstance(one, Activity)]
    assert f"1 lines of {whose} were left out" in [one.text for one in found if isinstance(one, Note)]


def test_an_instagram_export_is_not_taken_for_facebooks():
    assert not FacebookExport().claims(["your_instagram_activity/messages/inbox/a_1/message_1.json"])


def test_a_file_that_means_nothing_alone_is_refused():
    with pytest.raises(Unreadable, match="import the whole Facebook export"):
        list(FacebookExport().parse(member_of(b'{"comments_v2": []}', "comments.json")))


def test_text_that_was_never_mangled_stays():
    assert ["José", "Жанна", "naïve", "日本"] == [mended(text) for text in ("José", "Жанна", "naïve", "日本")]


def test_a_recorded_export_is_read(shared):
    folder = shared / "payloads/facebook-export/pedrofuentes+kawsay/tests/fixtures/facebook"
    records = read(folder, owner="Me")
    assert (3, 3) == (len(by_verb(records, Verb.MESSAGE)), len(by_verb(records, Verb.POST)))
    assert {"¡Hola! ¿Cómo estás? 😀", "Feliz Año Nuevo 🎉 — con José y Жанна"} <= {
        one.text for one in of(Activity, records)
    }
    assert {("posts/your_posts_1.json", 47), ("posts/your_posts_2.json", None)} == {
        (file, one.line) for file, one in records if isinstance(one, SetAside)
    }


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Reacted ❤️ to your message ", "❤"),
        ("Hat mit 👍 auf deine Nachricht reagiert", "👍"),
        ("A réagi avec 😆 à votre message", "😆"),
        ("Reaccionó con 😮 a tu mensaje", "😮"),
        ("Reagerade med 👍 på ditt meddelande", "👍"),
        ("Zareagował(a) 👍 na Twoją wiadomość", "👍"),
        ("Mesajına 👍 ifadesini bıraktı", "👍"),
        ("Отреагировал(а) 👍 на ваше сообщение", "👍"),
        ("Liked a message", "❤"),
    ],
)
def test_a_message_that_only_tells_a_reaction_is_one(text, sign):
    (told,) = [one for one in talk(["José Ray", "Ann Lée"], said("José Ray", text=text)) if is_act(one)]
    assert (Verb.REACT, sign, ("facebook-name:Ann Lée",), ()) == (
        told.verb,
        told.reaction,
        told.mentions,
        told.to,
    )


@pytest.mark.parametrize("text", ["I reacted ❤ to your message", "Reacted badly to your message", "❤", None])
def test_what_somebody_wrote_of_reactions_is_a_message(text):
    (told,) = [one for one in talk(["José Ray", "Ann Lée"], said("José Ray", text=text)) if is_act(one)]
    assert Verb.MESSAGE is told.verb


def test_a_reaction_that_stands_beside_its_message_too_is_made_once_and_counted():
    found = talk(
        ["José Ray", "Ann Lée"],
        said("José Ray", TIME + 9, text="Reacted ❤ to your message"),
        said("Ann Lée", reactions=[{"reaction": "❤", "actor": "José Ray"}]),
    )
    (reaction,) = [one for one in found if is_act(one) and one.verb is Verb.REACT]
    assert f"facebook:a_1:{TIME * 1000}:Ann Lée" == reaction.parent
    assert ["1 messages that only tell a reaction are read as one"] == [
        one.text for one in found if isinstance(one, Note)
    ]


def test_a_call_that_nobody_took_is_no_message():
    found = talk(["José Ray", "Ann Lée"], said("José Ray", text="José missed your call.", call_duration=0))
    assert [] == [one for one in found if is_act(one)]
    assert ["1 calls were left out"] == [one.text for one in found if isinstance(one, Note)]


def test_what_somebody_did_to_a_group_is_not_what_they_said():
    lines = ("José named the group Board.", "José Ray left the group.", "You set the nickname for José to J.")
    found = talk(
        ["José Ray", "Ann Lée"], *(said("José Ray", TIME + at, line) for at, line in enumerate(lines))
    )
    assert [] == [one for one in found if is_act(one)]
    assert ["3 lines of the program itself were left out"] == [
        one.text for one in found if isinstance(one, Note)
    ]


def test_in_a_group_nobody_tells_whose_message_a_written_reaction_is_to():
    found = talk(["José Ray", "Ann Lée", "Cai Poe"], said("José Ray", text="Reacted ❤ to your message"))
    assert [((), ())] == [(one.mentions, one.to) for one in found if is_act(one)]


def talk(people, *messages):
    body = as_facebook_writes(thread("a_1", people, *messages))
    return list(FacebookExport().parse(member_of(body, "message_1.json")))


def is_act(one):
    return isinstance(one, Activity)
