"""X as its documentation describes it, played on this machine: the page of consent, the tokens, and the API.

    python -m tests.kit.x_service --port 8720

Made-up people and posts of the last days, two a page. An access token lives two hours, a refresh token can be used
once.
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from connectors.social.x_records import time_of
from tests.kit.served import Said, program

ANN, BOB, CAY = "1001", "1002", "1003"
NAMES = {ANN: ("ann_lee", "Ann Lee"), BOB: ("bo_berg", "Bo Berg"), CAY: ("cay_dahl", "Cay Dahl")}
NOW = datetime.now(UTC).replace(microsecond=0)


def snowflake(hours):
    """The number of a post of so many hours ago."""
    made = (NOW - timedelta(hours=hours)).timestamp()
    return str(int(made * 1000) - 1288834974657 << 22)


OLD, FIRST, REPLY, QUOTE, DEEP, SECOND = map(snowflake, (24 * 66, 24, 23, 22.5, 22, 21))
GONE = "https://api.twitter.com/2/problems/resource-not-found"


def user(item_id):
    username, name = NAMES[item_id]
    return {"id": item_id, "username": username, "name": name}


def post(item_id, author, **more):
    time = time_of(item_id).isoformat(timespec="seconds")
    return {"id": item_id, "author_id": author, "created_at": time, "text": "…", **more}


def posts_of_ann():
    counts = {"public_metrics": {"reply_count": 1, "like_count": 1, "quote_count": 1}}
    answer = {"referenced_tweets": [{"type": "replied_to", "id": FIRST}], "conversation_id": FIRST}
    deep = {"referenced_tweets": [{"type": "replied_to", "id": REPLY}], "conversation_id": FIRST}
    quote = {"referenced_tweets": [{"type": "quoted", "id": FIRST}]}
    every = (
        post(OLD, ANN),
        post(FIRST, ANN, **counts),
        post(SECOND, ANN),
        post(REPLY, BOB, **answer),
        post(DEEP, CAY, **deep),
        post(QUOTE, CAY, **quote),
    )
    return {one["id"]: one for one in every}


class XService:
    """Play X: tokens at /2/oauth2/token, consent at /i/oauth2/authorize, the API below /2."""

    def __init__(self, token="placeholder", refresh_token="placeholder"):  # noqa: S107 - they stand for secrets
        self.token, self.refresh_token = token, refresh_token
        self.posts, self.likers = posts_of_ann(), {FIRST: [BOB]}
        self.refuses, self.instead = set(), {}
        """Ends of paths that are not given to this sign-in; answers by path (a list: one after the other)."""
        self.renewals, self.challenge, self.asked = 0, "", []

    def answer(self, asked):
        if asked.path == "/i/oauth2/authorize":
            return self._consent(asked)
        if asked.path == "/2/oauth2/token":
            return self._tokens(asked)
        path = asked.path.removeprefix("/2/")
        self.asked.append(path)
        if asked.headers["Authorization"] != f"Bearer {self.token}":
            return Said({"title": "Unauthorized", "status": 401}, 401)
        if (instead := self._instead(path)) is not None:
            return instead(asked) if callable(instead) else instead
        if path.rpartition("/")[2] in self.refuses:
            return Said({"title": "Forbidden"}, 403)
        headers = {"x-rate-limit-remaining": "88", "x-rate-limit-limit": "900"}
        return Said(self._found(path, asked.query), headers=headers)

    def _instead(self, path):
        found = self.instead.get(path)
        return (found.pop(0) if found else None) if isinstance(found, list) else found

    def _consent(self, asked):
        """Say yes for whoever opens the page, as a person does by pressing the button."""
        self.challenge = asked.query["code_challenge"]
        back = urlencode({"state": asked.query["state"], "code": "code-1"})
        return Said(status=302, headers={"Location": f"{asked.query['redirect_uri']}?{back}"})

    def _tokens(self, asked):
        form = asked.form
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenge:
                return Said({"error": "invalid_grant"}, 400)
        elif form.get("refresh_token") != self.refresh_token:
            told = "Value passed for the token was invalid."
            return Said({"error": "invalid_request", "error_description": told}, 400)
        self.renewals += 1
        self.token, self.refresh_token = f"access-{self.renewals}", f"refresh-{self.renewals}"
        return {
            "token_type": "bearer",
            "expires_in": 7200,
            "scope": "tweet.read users.read like.read offline.access",
            "access_token": self.token,
            "refresh_token": self.refresh_token,
        }

    def _found(self, path, query):
        if path == "users/me":
            return {"data": user(ANN)}
        if path == "tweets":
            return self._by_id(query["ids"].split(","))
        if path.endswith("liking_users"):
            return {"data": [user(one) for one in self.likers.get(path.split("/")[1], [])]}
        return page(self._chosen(path, query), query)

    def _by_id(self, wanted):
        lost = [item_id for item_id in wanted if item_id not in self.posts]
        errors = [{"resource_type": "tweet", "resource_id": item_id, "type": GONE} for item_id in lost]
        return {
            "data": [self.posts[item_id] for item_id in wanted if item_id in self.posts],
            "errors": errors,
        }

    def _chosen(self, path, query) -> Iterable[dict]:
        if path == "tweets/search/recent":
            wanted = [part.removeprefix("conversation_id:") for part in query["query"].split(" OR ")]
            return [one for one in self.posts.values() if one.get("conversation_id") in wanted]
        if path.endswith("quote_tweets"):
            refers = {"type": "quoted", "id": path.split("/")[1]}
            return [one for one in self.posts.values() if refers in one.get("referenced_tweets", ())]
        if path.endswith("mentions"):
            return [one for one in self.posts.values() if one["id"] == REPLY]
        return [one for one in self.posts.values() if path == f"users/{one['author_id']}/tweets"]


def page(posts, query):
    since = int(query.get("since_id", 0))
    posts = sorted((one for one in posts if int(one["id"]) > since), key=lambda one: -int(one["id"]))
    token = query.get("pagination_token") or query.get("next_token") or ""
    start = int(token) if token.isdigit() else 0
    meta = {"next_token": str(start + 2)} if start + 2 < len(posts) else {}
    if not posts:
        return {"meta": {"result_count": 0}}
    shown = posts[start : start + 2]
    authors = sorted({one["author_id"] for one in shown})
    return {"data": shown, "includes": {"users": [user(one) for one in authors]}, "meta": meta}


HOW = """X is played at {url}. Try it in another window:
  influence connect x --set client_id=any --set server={url} --set login={url}/i/oauth2/authorize --keep-in file
  (open the address that it prints in a browser, or: curl -L ADDRESS)
  influence pull x"""

if __name__ == "__main__":
    program(XService, HOW)()
