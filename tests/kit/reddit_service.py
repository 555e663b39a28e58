"""Reddit as its documentation describes it, played on this machine: the app's token, and pages of the API.

    python -m tests.kit.reddit_service --port 8721

Made-up people; two things a page, and a long thread holds its rest back.
"""

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from itertools import chain

from tests.kit.served import Said, program

NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO = (NOW - timedelta(days=700)).timestamp()
RECENTLY = (NOW - timedelta(days=2)).timestamp()


def submission(item_id, author, made, **more):
    data = {
        "id": item_id,
        "name": f"t3_{item_id}",
        "author": author,
        "created_utc": made,
        "title": "?",
        "num_comments": 0,
    }
    return {"kind": "t3", "data": {**data, "subreddit": "ChangeAtWork", **more}}


def comment(item_id, author, parent, made, link="t3_own1", **more):
    data = {
        "id": item_id,
        "name": f"t1_{item_id}",
        "author": author,
        "parent_id": parent,
        "link_id": link,
        "body": "…",
    }
    return {
        "kind": "t1",
        "data": {**data, "created_utc": made, "subreddit": "ChangeAtWork", "replies": "", **more},
    }


def listing(things, after=None):
    return {"kind": "Listing", "data": {"after": after, "children": things}}


class RedditService:
    """Play Reddit: a token at /api/v1/access_token for the app alone, the API at the same address."""

    def __init__(self, app=("placeholder", "placeholder")):
        self.app, self.token, self.signed_in = app, "", 0
        self.submissions = [submission(f"own{n}", "ann", RECENTLY - n, num_comments=3 - n) for n in (1, 2, 3)]
        self.submissions.append(submission("old1", "ann", LONG_AGO))
        self.comments = [comment("annx", "ann", "t3_oth1", RECENTLY, "t3_oth1")]
        self.others = [submission("oth1", "bob", RECENTLY - 99)]
        self.threads = {
            "own1": [
                comment("bob1", "bob", "t3_own1", RECENTLY),
                comment("hid1", "cay", "t3_own1", RECENTLY),
            ],
            "own2": [comment("bob2", "bob", "t3_own2", RECENTLY, "t3_own2")],
            "oth1": [*self.comments, comment("dee1", "dee", "t1_annx", RECENTLY + 9, "t3_oth1")],
        }
        self.limit = {"x-ratelimit-remaining": "99.0", "x-ratelimit-used": "1", "x-ratelimit-reset": "0"}
        self.instead = {}
        """Answers by path, without its ending: one for always, or a list, one after the other."""
        self.asked = []

    def answer(self, asked):
        path = asked.path.strip("/").removesuffix(".json")
        if path == "api/v1/access_token":
            return self._instead(path) or self._token(asked)
        self.asked.append(path)
        if asked.headers["Authorization"] != f"bearer {self.token}" or not self.token:
            return Said({"message": "Unauthorized", "error": 401}, 401)
        if (instead := self._instead(path)) is not None:
            return instead(asked) if callable(instead) else instead
        return Said(self._found(path, asked.query), headers=self.limit)

    def _instead(self, path):
        found = self.instead.get(path)
        return (found.pop(0) if found else None) if isinstance(found, list) else found

    def _token(self, asked):
        basic = b64encode(":".join(self.app).encode()).decode()
        if asked.headers["Authorization"] != f"Basic {basic}":
            return Said({"message": "Unauthorized", "error": 401}, 401)
        if asked.form["grant_type"] != "client_credentials":
            return {"error": "unsupported_grant_type"}
        self.signed_in += 1
        self.token = f"short-lived-{self.signed_in}"
        return {"access_token": self.token, "token_type": "bearer", "expires_in": 86400, "scope": "*"}

    def _found(self, path, query):
        if path == "user/ann/about":
            return {"kind": "t2", "data": {"name": "Ann", "created_utc": 1_560_000_000}}
        if path.startswith("user/ann/"):
            things = self.submissions if path.endswith("submitted") else self.comments
            start = int(query.get("after", 0))
            return listing(things[start : start + 2], str(start + 2) if start + 2 < len(things) else None)
        if path == "api/info":
            every = [*self.submissions, *self.comments, *self.others, *chain(*self.threads.values())]
            wanted = query["id"].split(",")
            found = {one["data"]["name"]: one for one in every if one["data"]["name"] in wanted}
            return listing(list(found.values()))
        if path == "api/morechildren":
            found = [one for one in chain(*self.threads.values()) if one["data"]["id"] in query["children"]]
            return {"json": {"errors": [], "data": {"things": found}}}
        if not path.startswith("comments/"):
            return Said({"message": "Not Found", "error": 404}, 404)
        return self._thread(path.split("/")[1], query)

    def _thread(self, link, query):
        held_back = {
            one["data"]["id"] for one in self.threads.get(link, ()) if one["data"]["id"].startswith("hid")
        }
        held_back = set() if "comment" in query else held_back
        shown = [one for one in self.threads.get(link, ()) if one["data"]["id"] not in held_back]
        held = sorted(held_back)
        more = [{"kind": "more", "data": {"count": len(held), "children": held, "parent_id": f"t3_{link}"}}]
        head = [one for one in [*self.submissions, *self.others] if one["data"]["id"] == link]
        return [listing(head), listing([*shown, *(more if held else [])])]


HOW = """Reddit is played at {url}. Try it in another window, and type any two words that you like:
  influence connect reddit --set user=ann --set server={url} --set login={url} --keep-in file
  influence pull reddit"""


class Anybodys(RedditService):
    """Play Reddit for any app."""

    def _token(self, asked):
        self.app = b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode().split(":", 1)
        return super()._token(asked)


if __name__ == "__main__":
    program(Anybodys, HOW)()
