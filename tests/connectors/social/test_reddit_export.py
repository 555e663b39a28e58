"""A member's own data request at Reddit: folder, zip, and each table alone."""

import zipfile

import pytest

from connectors.social.linkedin import LinkedIn
from connectors.social.reddit import Reddit
from influence import Workspace
from influence.contract.connector import ConnectorError
from influence.contract.files import open_export
from influence.contract.records import Activity, Note, Person, SetAside, Verb
from influence.contract.testing import HOSTILE, as_rows, member_of, read_or_refused
from tests.kit.connector_records import recognised_by

POSTS = """\
id,permalink,date,ip,subreddit,gildings,title,url,body
p1,https://www.reddit.com/r/Crafts/comments/p1/glue/,2026-01-04 09:00:00 UTC,192.0.2.7,Crafts,0,Glue,,"Which, u/Bo_B?
Two lines"
"""
COMMENTS = """\
id,permalink,date,ip,subreddit,gildings,link,parent,body,media
c1,https://www.reddit.com/r/Crafts/comments/q9/x/c1/,2026-01-05 09:00:00 UTC,,Crafts,0,https://www.reddit.com/r/Crafts/comments/q9/x/,,top,
c2,https://www.reddit.com/r/Crafts/comments/q9/x/c2/,2026-01-05 09:01:00 UTC,,Crafts,0,https://www.reddit.com/r/Crafts/comments/q9/x/,t1_z8,deep,
c3,https://www.reddit.com/r/Crafts/comments/q9/x/c3/,2026-01-05 09:02:00 UTC,,Crafts,0,https://www.reddit.com/r/Crafts/comments/q9/x/,z9,bare,
c4,https://www.reddit.com/r/Crafts/comments/q9/x/c4/,2026-01-05 09:03:00 UTC,,Crafts,0,https://redd.it/q9,q9,the post,
"""
MESSAGES = """\
id,permalink,thread_id,date,ip,from,to,subject,body
m1,https://www.reddit.com/message/messages/m1,m0,2026-01-03 09:00:00 UTC,,bo_b,Ann-Lee,hi,hello
m2,https://www.reddit.com/message/messages/m2,m0,2026-01-03 09:05:00 UTC,,Ann-Lee,/u/bo_b,hi,hello you
m3,https://www.reddit.com/message/messages/m3,,2026-01-03 09:06:00 UTC,,Ann-Lee,#Crafts,to the moderators,please
"""
STATISTICS = "statistic,value\naccount name,Ann-Lee\nemail address,ann@acme.example\n"
VOTES = "id,permalink,direction\nq9,https://www.reddit.com/r/Crafts/comments/q9/x/,up\nq8,https://x,down\n"
WHOLE = {
    "posts.csv": POSTS,
    "comments.csv": COMMENTS,
    "messages.csv": MESSAGES,
    "statistics.csv": STATISTICS,
    "post_votes.csv": VOTES,
    "ip_logs.csv": "date,ip\nregistration ip,192.0.2.7\n",
}


@pytest.fixture
def request_of(tmp_path):
    """Make a folder of files, as Reddit's archive unpacks."""

    def made(files):
        folder = tmp_path / "export_ann"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content, "utf-8")
        return folder

    return made


def read(path, **options):
    with open_export(path) as export:
        assert Reddit().claims(list(export.files))
        assert not LinkedIn().claims(list(export.files))
        return [record for _, record in Reddit(**options).parse_export(export)]


def acts(records):
    return {one.id: one for one in records if isinstance(one, Activity)}


class TestWhole:
    def test_posts_comments_and_messages_are_read_with_what_they_answer(self, request_of):
        found = acts(read(request_of(WHOLE)))
        assert {
            "reddit:t3_p1": (Verb.POST, "reddit:ann-lee", None, "reddit:t3_p1"),
            "reddit:t1_c1": (Verb.COMMENT, "reddit:ann-lee", "reddit:t3_q9", "reddit:t3_q9"),
            "reddit:t1_c2": (Verb.COMMENT, "reddit:ann-lee", "reddit:t1_z8", "reddit:t3_q9"),
            "reddit:t1_c3": (Verb.COMMENT, "reddit:ann-lee", "reddit:t1_z9", "reddit:t3_q9"),
            "reddit:t1_c4": (Verb.COMMENT, "reddit:ann-lee", "reddit:t3_q9", "reddit:t3_q9"),
            "reddit:t4_m1": (Verb.MESSAGE, "reddit:bo_b", None, "reddit:t4_m0"),
            "reddit:t4_m2": (Verb.MESSAGE, "reddit:ann-lee", None, "reddit:t4_m0"),
            "reddit:t4_m3": (Verb.MESSAGE, "reddit:ann-lee", None, None),
        } == {name: (one.verb, one.actor, one.parent, one.conversation) for name, one in found.items()}
        assert [("reddit:ann-lee",), ("reddit:bo_b",), ()] == [found[f"reddit:t4_m{n}"].to for n in (1, 2, 3)]
        post = found["reddit:t3_p1"]
        assert ("reddit:r/crafts", ("reddit:bo_b",)) == (post.channel, post.mentions)
        assert "https://www.reddit.com/r/Crafts/comments/p1/glue/" == post.url
        assert "Glue\nWhich, u/Bo_B?\nTwo lines" == post.text

    def test_what_is_not_read_is_counted_and_no_address_is_kept(self, request_of):
        records = read(request_of(WHOLE))
        assert [
            "2 votes are not read: they have no time",
            "files that are not read: 2 (ip_logs.csv, post_votes.csv)",
        ] == [one.text for one in records if isinstance(one, Note)]
        assert "192.0.2.7" not in str(as_rows(records))
        assert "acme.example" not in str(as_rows(records))
        assert {"Ann-Lee", "bo_b"} == {one.name for one in records if isinstance(one, Person)}

    def test_a_zip_in_parts_with_headers_beside_gives_each_item_once(self, request_of):
        folder = request_of({})
        first, *rest = COMMENTS.splitlines(keepends=True)
        headers = "".join(line.rsplit(",", 2)[0] + "\n" for line in COMMENTS.splitlines())
        path = folder / "export.zip"
        with zipfile.ZipFile(path, "w") as packed:
            for name, content in {
                "comments_1.csv": first + "".join(rest[:2]),
                "comments_2.csv": "\ufeff" + first + "".join(rest[1:]),
                "comment_headers.csv": headers,
                "messages_archive.csv": MESSAGES,
                "messages.csv": MESSAGES.splitlines(keepends=True)[0],
                "statistics.csv": STATISTICS,
            }.items():
                packed.writestr(f"export_ann/{name}", content)
        records = read(path)
        assert {"t1_c1", "t1_c2", "t1_c3", "t1_c4", "t4_m1", "t4_m2", "t4_m3"} == {
            name.removeprefix("reddit:") for name in acts(records)
        }
        assert "1 items stand more than once; each is counted once" in [
            one.text for one in records if isinstance(one, Note)
        ]
        assert [] == [one for one in records if isinstance(one, SetAside)]

    def test_where_only_headers_came_they_are_read_without_texts(self, request_of):
        headers = "id,permalink,date,ip,subreddit,gildings,url\np1,,2026-01-04 09:00:00 UTC,,Crafts,0,\n"
        files = {name: content for name, content in WHOLE.items() if name != "posts.csv"}
        post = acts(read(request_of(files | {"post_headers.csv": headers})))["reddit:t3_p1"]
        assert (Verb.POST, None) == (post.verb, post.text)

    @pytest.mark.parametrize(
        "told",
        [
            {"account.csv": "account_name\nAnn-Lee\n"},
            {"statistics.csv": "statistic,value\nis_deleted,False\naccount name,Ann-Lee\n"},
            {"message_headers.csv": "id,permalink,thread_id,date,ip,from,to\n", "messages.csv": MESSAGES},
        ],
    )
    def test_whose_it_is_it_says_itself(self, request_of, told):
        files = {"posts.csv": POSTS, "comments.csv": COMMENTS, "post_votes.csv": VOTES, **told}
        assert "reddit:ann-lee" == acts(read(request_of(files)))["reddit:t3_p1"].actor

    def test_where_nobody_says_whose_it_is_it_can_be_named(self, request_of):
        folder = request_of({"posts.csv": POSTS, "comments.csv": COMMENTS, "post_votes.csv": VOTES})
        aside = [one for one in read(folder) if isinstance(one, SetAside)]
        assert 5 == len(aside)
        assert all("name the account with --set user=" in one.reason for one in aside)
        assert "reddit:ann-lee" == acts(read(folder, user="u/Ann-Lee"))["reddit:t3_p1"].actor
        with pytest.raises(ConnectorError, match="write the name of an account"):
            read(folder, user="Ann Lee")

    def test_a_broken_table_takes_no_other_down(self, request_of):
        files = WHOLE | {"posts.csv": "one,two\n1,2\n", "comments.csv": COMMENTS + 'c5,"cut'}
        records = read(request_of(files))
        assert {"reddit:t1_c4", "reddit:t4_m1"} <= acts(records).keys()
        reasons = {one.reason for one in records if isinstance(one, SetAside)}
        assert "the columns are not those of a data request's posts, comments, messages or chats" in reasons
        assert any("a quote opens here" in reason for reason in reasons)


class TestAlone:
    @pytest.mark.parametrize(
        ("name", "content"), [("posts.csv", POSTS), ("comments.csv", COMMENTS), ("messages.csv", MESSAGES)]
    )
    def test_each_table_is_known_by_its_columns_whatever_its_name(self, name, content):
        for called in (name, "any.csv"):
            assert ["reddit"] == recognised_by(member_of(content.encode(), called))
        found = acts(Reddit(user="Ann-Lee").parse(member_of(content.encode(), name)))
        assert {"posts.csv": 1, "comments.csv": 4, "messages.csv": 3}[name] == len(found)

    def test_a_table_of_others_with_a_permalink_is_not_taken_for_ones_own(self):
        dump = b"id,permalink,created,author,subreddit,title\np1,/r/a/comments/p1/,2026,bo,a,t\n"
        assert "reddit" not in recognised_by(member_of(dump, "posts.csv"))

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (",,2026-01-04 09:00:00 UTC,,a,0,t,,", "the post cannot be read: 't3_' is no name of a post"),
            ("p2,,someday,,a,0,t,,", "the post cannot be read: the time is 'someday'"),
            ("p2,,,,a,0,t,,", "the post cannot be read: the time is missing"),
            ("=1+1,,2026-01-04 09:00:00 UTC,,a,0,t,,", "the post cannot be read: 't3_=1+1' is no name"),
            ("p2,,2026-01-04", "fields in the row: 3, in the header: 9"),
        ],
    )
    def test_a_row_that_cannot_be_meant_is_set_aside_with_its_line(self, row, reason):
        content = f"{POSTS}{row}\n".encode()
        (aside,) = (one for one in Reddit("Ann-Lee").parse(member_of(content)) if isinstance(one, SetAside))
        assert aside.reason.startswith(reason)
        assert 4 == aside.line

    def test_a_message_of_the_deleted_is_set_aside(self):
        content = (
            MESSAGES
            + "m4,,m0,2026-01-03 09:07:00 UTC,,[deleted],Ann-Lee,hi,gone\nm5,,,2026-01-03 09:07:00 UTC,,,a,,\n"
        )
        aside = [one for one in Reddit().parse(member_of(content.encode())) if isinstance(one, SetAside)]
        assert ["the message cannot be read: the message has no sender"] * 2 == [
            one.reason.partition(":")[0] + ":" + one.reason.split(":")[1] for one in aside
        ]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_hostile_table_below_the_header_is_read_or_refused(self, name):
        for header in (POSTS, COMMENTS, MESSAGES):
            first = header.splitlines(keepends=True)[0].encode()
            read_or_refused(Reddit("Ann-Lee"), member_of(first + HOSTILE[name], "posts.csv"))

    def test_cut_off_anywhere_it_is_read_or_refused(self):
        content = (POSTS + COMMENTS).encode()
        for end in range(0, len(content), 7):
            read_or_refused(Reddit("Ann-Lee"), member_of(content[:end]))


def test_imported_twice_it_adds_nothing_and_is_no_linkedin(request_of, tmp_path):
    folder = request_of(WHOLE)
    workspace = Workspace.create(tmp_path / "w")
    done = workspace.import_path(folder)
    assert ["reddit"] == list(done.by_connector)
    assert 8 == done.summary.read
    again = workspace.import_path(folder)
    assert (0, 0) == (again.summary.stored, again.summary.aside)
    workspace.close()


@pytest.mark.parametrize(
    ("names", "claimed"),
    [
        (["Connections.csv", "messages.csv"], True),
        (["messages.csv", "Profile.csv", "Shares.csv"], True),
        (["messages.csv", "comments.csv"], False),
        (["messages.csv", "comments.csv", "posts.csv", "profile.csv"], False),
    ],
)
def test_linkedin_claims_by_what_only_linkedin_has(names, claimed):
    assert claimed == LinkedIn().claims(names)


CHATS = """\
message_id,created_at,updated_at,username,message,thread_parent_message_id,channel_url,subreddit,channel_name,conversation_type
m1,2026-01-05 09:00:00 UTC,,Ann-Lee,Hi,,ch1,,,direct
m2,2026-01-05 09:01:00 UTC,,bo_b,Yes,m1,ch1,,,direct
m3,2026-01-05 09:02:00 UTC,,bo_b,Alone,,ch2,,,direct
m4,2026-01-05 09:03:00 UTC,,cy,All of you,,ch3,Crafts,Glue,group
m5,2026-01-05 09:04:00 UTC,,[deleted],Gone,,ch3,Crafts,Glue,group
"""


def test_chats_are_read_and_those_of_two_are_to_the_other(request_of):
    records = read(request_of({**WHOLE, "chat_history.csv": CHATS}))
    told = {number[12:]: one for number, one in acts(records).items() if number.startswith("reddit:chat:")}
    assert {"m1": ("reddit:bo_b",), "m2": ("reddit:ann-lee",), "m3": ("reddit:ann-lee",), "m4": ()} == {
        number: one.to for number, one in told.items()
    }
    assert (Verb.REPLY, "reddit:chat:m1") == (told["m2"].verb, told["m2"].parent)
    assert any("no sender" in one.reason for one in records if isinstance(one, SetAside))


def test_chats_alone_are_known_by_their_columns():
    assert ["reddit"] == recognised_by(member_of(CHATS.encode()))
