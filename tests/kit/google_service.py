"""Google Workspace as a small service: the consent page, the tokens, Gmail, Calendar, People and Drive Activity.

By hand: `python -m tests.kit.google_service`; the page of consent agrees at once.
"""

import base64
import hashlib
import json
import re
import secrets
from urllib.parse import urlencode

from tests.kit.served import Said, program

ANN, BOB = (f"1{'0' * 19}{n}" for n in (1, 2))
SCOPE = "https://www.googleapis.com/auth/"
HOW = (
    "influence connect google --keep-in file --set client_id=app --set server={url} --set login={url}/auth "
    "--set token_url={url}/token"
)


class GoogleService:
    """One person's account: a mailbox with a history, a calendar, contacts, and the activity of a drive."""

    def __init__(self):
        self.mail = [f"g{n}" for n in range(1, 121)]
        self.history, self.forgotten, self.silent = 120, 0, False
        self.events = [event(n) for n in range(1, 6)]
        self.odd: dict[str, object] = {}  # what is shown in place of an event, by its id
        self.acts = [edit(n) for n in range(1, 6)]
        self.refresh, self.access, self.handed = {"placeholder"}, set(), []
        self.given, self.withheld, self.rotates, self.revoked = None, set(), False, False
        self.codes, self.exhausted = {}, set()

    def answer(self, asked):
        if asked.path == "/auth":
            return self._consent(asked.query)
        if asked.path == "/token":
            return self._token(asked)
        if self.revoked or asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.access:
            return Said({"error": {"code": 401}}, 401)
        if asked.path in self.exhausted:
            return Said({"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}, 403)
        if asked.path.split("/")[1] in self.withheld:
            return Said({"error": {"code": 403, "status": "PERMISSION_DENIED"}}, 403)
        return self._api(asked)

    # --- the sign-in --------------------------------------------------------------------------------------

    def _consent(self, query):
        code = secrets.token_hex(8)
        self.codes[code] = query
        back = urlencode({"state": query["state"], "code": code})
        return Said({}, 302, {"Location": f"{query['redirect_uri']}?{back}"})

    def _token(self, asked):
        form = asked.form
        if form["grant_type"] == "authorization_code":
            wanted = self.codes.pop(form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if wanted is None or wanted["code_challenge"] != proof:
                return Said({"error": "invalid_grant"}, 400)
            scopes = self.given if self.given is not None else wanted["scope"].split()
            return self._handed(refresh=True) | {"scope": " ".join(scopes)}
        if self.revoked or form["refresh_token"] not in self.refresh:
            return Said(
                {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400
            )
        if self.rotates:
            self.refresh.discard(form["refresh_token"])
        return self._handed(refresh=self.rotates)

    def _handed(self, *, refresh):
        access, fresh = f"access-{secrets.token_hex(8)}", f"refresh-{secrets.token_hex(8)}"
        self.access.add(access)
        told = {"access_token": access, "expires_in": 3599, "token_type": "Bearer"}
        if refresh:
            self.refresh.add(fresh)
            told["refresh_token"] = fresh
        self.handed += [access, fresh]
        return told

    # --- the services -------------------------------------------------------------------------------------

    def _api(self, asked):
        for begins, answer in (
            (
                "/mail/profile",
                lambda *_: {"historyId": str(self.history), "emailAddress": "ann@acme.example"},
            ),
            ("/mail/messages/", lambda path, _: mail(path.rpartition("/")[2])),
            ("/mail/messages", self._mail),
            ("/mail/history", self._history),
            ("/calendar/calendars/primary/events", self._events),
            ("/people/people/me/connections", lambda *_: {"connections": [contact("bob", BOB, phone=True)]}),
            ("/people/people/me", lambda *_: contact("ann", ANN)),
            ("/people/people:batchGet", self._named),
        ):
            if asked.path.startswith(begins):
                return answer(asked.path, asked.query)
        if asked.path == "/drive/activity:query" and asked.method == "POST":
            return self._drive(json.loads(asked.body))
        return Said({}, 404)

    def _named(self, _path, _query):
        if self.silent:
            return Said({}, 403)
        return {"responses": [{"person": contact("bob", BOB)}, {}]}

    def _mail(self, _path, query):
        start = int(query.get("pageToken", 0))
        newest_first = self.mail[::-1]
        answer = {"messages": [{"id": one} for one in newest_first[start : start + 50]]}
        return answer | ({"nextPageToken": str(start + 50)} if start + 50 < len(newest_first) else {})

    def _history(self, _path, query):
        start = int(query["startHistoryId"])
        if start < self.forgotten:
            return Said({}, 404)
        added = [{"messagesAdded": [{"message": {"id": one}}]} for one in self.mail[start:]]
        return {"historyId": str(self.history)} | ({"history": added} if added else {})

    def _events(self, _path, query):
        start = int(query.get("pageToken", 0))
        since, until = query.get("timeMin", ""), query.get("timeMax", "9")
        found = [self.odd.get(e["id"], e) for e in self.events if since <= e["start"]["dateTime"] <= until]
        answer = {"kind": "calendar#events", "summary": "ann@acme.example", "items": found[start : start + 2]}
        return answer | ({"nextPageToken": str(start + 2)} if start + 2 < len(found) else {})

    def _drive(self, body):
        since = re.search(r'"(.*)"', body.get("filter", '""'))[1]
        found = sorted(
            (a for a in self.acts if a["timestamp"] > since), key=lambda a: a["timestamp"], reverse=True
        )
        start = int(body.get("pageToken", 0))
        answer = {"activities": found[start : start + 2]} if found else {}
        return answer | ({"nextPageToken": str(start + 2)} if start + 2 < len(found) else {})


def mail(name):
    if name == "g7":
        return Said({}, 404)
    headers = {
        "From": "Bob Lee <bob@acme.example>",
        "To": "ann@acme.example",
        "Date": "Mon, 2 Feb 2026 08:00:00 +0000",
        "Message-ID": f"<{name}@acme.example>",
    }
    told = [{"name": key, "value": value} for key, value in headers.items()]
    return {"id": name, "threadId": name, "labelIds": ["INBOX"], "payload": {"headers": told}}


def event(number):
    return {
        "kind": "calendar#event",
        "id": f"e{number}",
        "iCalUID": f"uid-{number}",
        "status": "confirmed",
        "location": "Oslo",
        "start": {"dateTime": f"2026-02-{number:02}T12:00:00Z"},
        "organizer": {"email": "ann@acme.example", "self": True},
        "attendees": [{"email": "bob@acme.example", "responseStatus": "accepted"}],
    }


def contact(name, number, *, phone=False):
    return {
        "resourceName": f"people/{number}",
        "metadata": {"sources": [{"type": "PROFILE", "id": number}]},
        "names": [{"displayName": name.title()}],
        "emailAddresses": [{"value": f"{name}@acme.example"}],
        **({"phoneNumbers": [{"value": "1"}]} if phone else {}),
    }


def edit(number):
    return {
        "primaryActionDetail": {"edit": {}},
        "actors": [{"user": {"knownUser": {"personName": f"people/{BOB}"}}}],
        "actions": [{"detail": {"edit": {}}}],
        "targets": [{"driveItem": {"name": "items/F1"}}],
        "timestamp": f"2026-02-{number:02}T08:00:00Z",
    }


if __name__ == "__main__":
    program(GoogleService, HOW)()
