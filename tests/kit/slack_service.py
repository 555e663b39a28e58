"""A workspace as Slack's Web API answers for it, two items a page. By hand: `python -m tests.kit.slack_service`."""

import base64
import secrets
from collections import Counter

from tests.kit.served import Said, program

HOW = (
    "influence connect slack --keep-in file --set address={url}/api/\n"
    "The token is: placeholder. With rotating tokens: --set client_id=app, no token, the refresh token placeholder "
    "and any client secret."
)
USERS = [
    {"id": "U0ANN", "name": "ann", "profile": {"real_name": "Ann Lee", "email": "ann@acme.example"}},
    {"id": "U0BOB", "name": "bob", "deleted": True, "profile": {"real_name": "Bob Ray"}},
    {"id": "U0CAI", "name": "cai", "profile": {"real_name": "Cai Poe"}},
]
READS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
"""By the type of a conversation, of which permissions the name begins so."""


class SlackService:
    """A workspace of three people: channels, one of them closed to the app, direct messages and a thread."""

    def __init__(self):
        self.users = [dict(one) for one in USERS]
        self.channels = [
            {"id": "C0TEAM", "name": "team", "is_member": True},
            {"id": "C0SHUT", "name": "shut", "is_member": False},
            {"id": "G0BOARD", "name": "board", "is_member": True, "is_private": True},
            {"id": "D0AB", "is_im": True, "user": "U0BOB"},
            {"id": "G0ABC", "is_mpim": True, "name": "mpdm"},
        ]
        self.messages = {
            "C0TEAM": [message(f"176760000{n}.000100", "U0ANN", f"no {n}") for n in range(5)],
            "G0BOARD": [],
            "D0AB": [message("1767600300.000100", "U0BOB", "a word?")],
            "G0ABC": [message("1767600400.000100", "U0CAI", "we three")],
        }
        self.threads = {}
        self.thread("C0TEAM", "1767600001.000100", [f"17676001{n}0.000100" for n in range(1, 4)])
        self.tokens, self.refresh, self.handed = {"placeholder"}, {"placeholder"}, []
        self.called, self.busy, self.error, self.lacking = Counter(), [], {}, set()

    def thread(self, channel, root, stamps):
        """Answer a message in a thread."""
        first = next(one for one in self.messages[channel] if one["ts"] == root)
        self.threads[channel, root] = [
            message(ts, "U0BOB", "yes", thread_ts=root, parent_user_id="U0ANN") for ts in stamps
        ]
        first |= {"thread_ts": root, "reply_count": len(stamps), "latest_reply": stamps[-1]}

    def answer(self, asked):
        method, form = asked.path.rpartition("/")[2], asked.form
        self.called[method] += 1
        if self.busy:
            return Said({"ok": False, "error": "ratelimited"}, 429, self.busy.pop())
        if method == "oauth.v2.access":
            return self._rotated(asked, form)
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return {"ok": False, "error": "token_expired" if self.handed else "invalid_auth"}
        if method in self.error:
            return {"ok": False, "error": self.error[method]}
        lacks = self._lacks(method, form)
        if lacks in self.lacking:
            return {"ok": False, "error": "missing_scope", "needed": lacks, "provided": "users:read"}
        return self._method(method, form)

    def _lacks(self, method, form):
        """The permission that a call takes."""
        if method == "users.list":
            return "users:read"
        kind = form.get("types") or self._kind(form.get("channel"))
        does = "read" if method in {"conversations.list", "conversations.members"} else "history"
        return f"{READS[kind]}:{does}"

    def _kind(self, channel):
        row = next((one for one in self.channels if one["id"] == channel), {})
        for kind, mark in (("im", "is_im"), ("mpim", "is_mpim"), ("private_channel", "is_private")):
            if row.get(mark):
                return kind
        return "public_channel"

    def _rotated(self, asked, form):
        basic = base64.b64decode(asked.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if not basic.startswith("app:") and form.get("client_id") != "app":
            return {"ok": False, "error": "invalid_client_id"}
        if form["refresh_token"] not in self.refresh:
            return {"ok": False, "error": "invalid_refresh_token"}
        self.refresh.discard(form["refresh_token"])
        token, fresh = f"xoxe.xoxb-{secrets.token_hex(8)}", f"xoxe-{secrets.token_hex(8)}"
        self.tokens, self.refresh = {token}, {fresh}
        self.handed += [token, fresh]
        return {
            "ok": True,
            "access_token": token,
            "refresh_token": fresh,
            "expires_in": 43200,
            "token_type": "bot",
        }

    def _method(self, method, form):
        channel = form.get("channel")
        if method == "auth.test":
            return {"ok": True, "user_id": "U0ANN", "user": "ann", "team": "Acme"}
        if method == "users.list":
            return paged("members", self.users, form)
        if method == "conversations.list":
            kinds = form["types"].split(",")
            return paged("channels", [one for one in self.channels if self._kind(one["id"]) in kinds], form)
        if method == "conversations.members":
            return paged("members", ["U0ANN", "U0BOB", "U0CAI"], form)
        if method == "conversations.replies":
            first = [one for one in self.messages[channel] if one["ts"] == form["ts"]]
            return paged("messages", first + self.threads[channel, form["ts"]], form)
        oldest = float(form["oldest"])
        newest_first = sorted(self.messages[channel], key=lambda one: one["ts"], reverse=True)
        return paged("messages", [one for one in newest_first if float(one["ts"]) > oldest], form)


def message(ts, user, text="", **more):
    return {"type": "message", "ts": ts, "user": user, "text": text, **more}


def paged(name, rows, form):
    at = int(form.get("cursor", "0"))
    after = str(at + 2) if at + 2 < len(rows) else ""
    return {"ok": True, name: rows[at : at + 2], "response_metadata": {"next_cursor": after}}


if __name__ == "__main__":
    program(SlackService, HOW)()
