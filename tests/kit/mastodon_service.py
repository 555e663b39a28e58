"""A Mastodon server as its API is documented: ann's account, two statuses a page, pages by the header Link."""

from datetime import UTC, datetime
from itertools import chain

from connectors.social.mastodon_records import time_of
from tests.kit.served import Said, program

TOKEN = "placeholder"  # noqa: S105 - it opens nothing


def number(time, extra=0):
    """The number that Mastodon gives a status of that moment."""
    return str((int(time.timestamp() * 1000) << 16) + extra)


OLD = number(datetime(2025, 9, 1, 9, tzinfo=UTC))
FIRST = number(datetime(2026, 1, 5, 9, tzinfo=UTC))
ANSWER = number(datetime(2026, 1, 5, 10, tzinfo=UTC))
BOOST = number(datetime(2026, 1, 6, 9, tzinfo=UTC))
OTHER = number(datetime(2026, 1, 4, 9, tzinfo=UTC))


def person(acct, **more):
    name, _, host = acct.partition("@")
    return {
        "id": str(sum(map(ord, acct))),
        "acct": acct,
        "username": name,
        "display_name": name.title(),
        "url": f"https://{host or 'social.example'}/@{name}",
        **more,
    }


def status(item_id, acct, **more):
    return {
        "id": item_id,
        "created_at": time_of(item_id).isoformat(),
        "account": person(acct),
        "content": "<p>…</p>",
        **dict.fromkeys(("replies_count", "reblogs_count", "favourites_count"), 0),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "reblog": None,
        "mentions": [],
        **more,
    }


class Mastodon:
    """A Mastodon server on this machine; its token is `placeholder`."""

    def __init__(self):
        self.mine = [
            status(BOOST, "ann", reblog=status(OTHER, "bob@other.example")),
            status(FIRST, "ann", replies_count=1, favourites_count=2, reblogs_count=1),
            status(OLD, "ann"),
        ]
        self.answers = {FIRST: [status(ANSWER, "bob@other.example", in_reply_to_id=FIRST)]}
        self.lists = {
            f"statuses/{FIRST}/favourited_by": [person("bob@other.example"), person("cay")],
            f"statuses/{FIRST}/reblogged_by": [person("feed", bot=True)],
        }
        self.notified = [
            {
                "id": "7",
                "type": "favourite",
                "created_at": "2026-01-05T11:00:00Z",
                "account": person("cay"),
                "status": self.mine[1],
            },
            {"id": "8", "type": "follow", "created_at": "2026-01-05T12:00:00Z", "account": person("dee")},
        ]

    def answer(self, asked):
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Said({"error": "The access token is invalid"}, 401)
        path = asked.path.removeprefix("/api/v1/")
        if path == "accounts/verify_credentials":
            return person("ann")
        if path.endswith("/context"):
            return {"ancestors": [], "descendants": self.answers.get(path.split("/")[1], [])}
        if path == "notifications":
            since = int(asked.query.get("since_id") or 0)
            return [one for one in self.notified if int(one["id"]) > since]
        if path.startswith("accounts/"):
            before = int(asked.query.get("max_id", 10**19))
            return self.page(path, [one for one in self.mine if int(one["id"]) < before])
        if path.endswith("/quotes"):
            return Said({"error": "Record not found"}, 404)
        if path.startswith("statuses/") and path.count("/") == 1:
            every = [
                *self.mine,
                *chain(*self.answers.values()),
                *filter(None, (one["reblog"] for one in self.mine)),
            ]
            found = [one for one in every if one["id"] == path.rpartition("/")[2]]
            return found[0] if found else Said({"error": "Record not found"}, 404)
        return self.lists.get(path, [])

    def page(self, path, rows):
        shown = rows[:2]
        link = f'<https://evil.example/{path}?max_id={shown[-1]["id"]}>; rel="next"' if rows[2:] else ""
        return Said(shown, headers={"Link": link, "X-RateLimit-Remaining": "299"})


if __name__ == "__main__":
    program(Mastodon, f"influence connect mastodon --set server={{url}}   (the token is {TOKEN})")()
