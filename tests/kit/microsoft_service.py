"""Microsoft 365 and Viva Engage as small services: the sign-in by device code, Graph, and Yammer's messages.

Tokens end, rotate and are asked for as Microsoft's are. By hand: `python -m tests.kit.microsoft_service`.
"""

import base64
import json
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from tests.kit.served import Asked, Said, program

PUBLIC = "https://login.microsoftonline.com"
AGENT = {"oid": "ann", "preferred_username": "ann@acme.example"}
HOW = (
    "influence connect microsoft --keep-in file --set client_id=app --set server={url}/v1.0 --set login={url}\n"
    "influence connect yammer --keep-in file --set client_id=app --set server={url}/api/v1 --set login={url}"
)


class Tokens:
    """What a sign-in hands out: each refresh token is good once, unless it is the `placeholder` of a test."""

    def __init__(self):
        self.refresh, self.access, self.handed = {"placeholder"}, set(), []
        self.lasts, self.revoked = 3600, False

    def renewed(self, old=None):
        """Hand out new ones; of an old one that is not good, nothing."""
        if old is not None and (self.revoked or old not in self.refresh):
            return None
        self.refresh -= {old} - {"placeholder"}
        fresh, access = f"refresh-{secrets.token_hex(8)}", f"access-{secrets.token_hex(8)}"
        self.refresh.add(fresh)
        self.access.add(access)
        self.handed += [fresh, access]
        return {
            "access_token": access,
            "refresh_token": fresh,
            "expires_in": self.lasts,
            "token_type": "Bearer",
        }

    def known(self, asked):
        """Tell whether a request bears a good access token."""
        return (
            not self.revoked and asked.headers.get("Authorization", "").removeprefix("Bearer ") in self.access
        )


class MicrosoftService:
    """Microsoft's sign-in, Graph (at /v1.0) and Viva Engage (at /api/v1) of one small organisation."""

    def __init__(self, messages=45):
        self.tokens, self.graph, self.network = Tokens(), Graph(), Network(messages)
        self.pending, self.refusal, self.busy = ["authorization_pending"], "", 0

    def answer(self, asked):
        if asked.path.endswith("openid-configuration"):
            place = f"{PUBLIC}/{asked.path.split('/')[1]}"
            return {
                "issuer": f"{place}/v2.0",
                "authorization_endpoint": f"{place}/oauth2/v2.0/authorize",
                "token_endpoint": f"{place}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{place}/oauth2/v2.0/devicecode",
            }
        if asked.path.endswith("/devicecode"):
            page = "https://microsoft.com/devicelogin"
            return {
                "device_code": "dc",
                "user_code": "ABCD",
                "verification_uri": page,
                "interval": 1,
                "expires_in": 60,
            }
        if asked.path.endswith("/oauth2/v2.0/token"):
            return self._token(asked.form)
        if not self.tokens.known(asked):
            return Said({"error": "unauthorized"}, 401)
        return (self.graph if asked.path.startswith("/v1.0") else self.network).answer(asked)

    def _token(self, form):
        if self.busy:
            self.busy -= 1
            return Said({}, 503)
        if self.refusal or (self.pending and form["grant_type"] != "refresh_token"):
            told = self.refusal or self.pending.pop(0)
            return Said({"error": told, "error_description": f"AADSTS1: {told}\r\nTrace ID: 1"}, 400)
        given = self.tokens.renewed(form.get("refresh_token"))
        if given is None:
            return Said({"error": "invalid_grant", "error_description": "AADSTS70008: expired"}, 400)
        claims = json.dumps({"iss": PUBLIC, "sub": "s", "tid": "t", **AGENT}).encode()
        return given | {
            "id_token": f"e30.{_packed(claims)}.x",
            "client_info": _packed(b'{"uid":"ann","utid":"t"}'),
        }


def _packed(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Graph:
    """A small organisation: pages of two, delta links for mail, chains of a channel by their last change."""

    def __init__(self):
        self.mail = {
            "inbox-1": [mail(n) for n in range(1, 6)],
            "sent-1": [mail(n, "ann") for n in range(6, 8)],
        }
        self.events = [event(n) for n in range(1, 6)]
        self.odd: dict[str, object] = {}  # what is shown in place of an event, by its id
        self.chat = [said(n, chat=True) for n in range(1, 4)]
        self.channel = [said(n) for n in range(10, 15)]
        self.closed, self.forgotten, self.names = set(), set(), {}
        self.circle = ""  # a path of which each page names itself as the next
        self.elsewhere = self.url = ""

    def answer(self, asked):
        path, query = asked.path.removeprefix("/v1.0"), asked.query
        self.url = self.elsewhere or f"http://{asked.headers['Host']}"
        if path in self.closed:
            return Said({}, 403)
        if query.get("token") in self.forgotten:
            return Said({}, 410)
        for begins, answer in (
            ("/me/mailFolders/delta", self._folders),
            ("/me/mailFolders/", self._mail),
            ("/me/calendarView", self._events),
            ("/me/calendar", lambda *_: {"id": "c1"}),
            ("/me/chats", lambda *_: {"value": [{"id": "19:c", "chatType": "group", "members": members()}]}),
            ("/chats/", self._chat),
            ("/me/joinedTeams", lambda *_: {"value": [{"id": "t1"}]}),
            ("/teams/", self._channel),
            ("/me", lambda *_: {**user("ann"), "manager": user("eve")}),
            ("/users/ann/directReports", lambda *_: {"value": [user("bob"), user("cid")]}),
            ("/users/bob/directReports", lambda *_: {"value": [user("dan")]}),
            ("/users/", lambda *_: {"value": []}),
        ):
            if path.startswith(begins):
                told = answer(path, query)
                if path == self.circle:
                    told |= {"@odata.nextLink": f"{self.url}/v1.0{path}?{urlencode(query)}"}
                return told
        return Said({}, 404)

    def _folders(self, _path, _query):
        named = [
            {"id": one, "displayName": self.names.get(one, one)} for one in ("inbox-1", "sent-1", "drafts-1")
        ]
        folders = [*named, {"id": "x", "@removed": {}}]
        return {"value": folders, "@odata.deltaLink": f"{self.url}/v1.0/me/mailFolders/delta?token=f"}

    def _mail(self, path, query):
        parts = path.split("/")
        if len(parts) == 4:
            known = {"drafts": "drafts-1", "inbox": "inbox-1"}
            return {"id": known[parts[3]]} if parts[3] in known else Said({}, 404)
        folder, start = parts[3], int(query.get("token", "0").rpartition("-")[2])
        page = self.mail[folder][start : start + 2]
        link = f"{self.url}/v1.0{path}?token={folder}-{start + len(page)}"
        more = start + len(page) < len(self.mail[folder])
        return {"value": page, "@odata.nextLink" if more else "@odata.deltaLink": link}

    def _events(self, path, query):
        start = int(query.get("skip", 0))
        since, until = query.get("startDateTime", query.get("s")), query.get("endDateTime", query.get("u"))
        found = [one for one in self.events if since <= one["start"]["dateTime"] <= until]
        found.sort(key=lambda one: one["start"]["dateTime"])
        answer = {"value": [self.odd.get(one["id"], one) for one in found[start : start + 2]]}
        if start + 2 < len(found):
            link = f"{self.url}/v1.0{path}?skip={start + 2}&s={since}&u={until}"
            answer["@odata.nextLink"] = link.replace("+", "%2B")
        return answer

    def _chat(self, path, query):
        since = query.get("$filter", query.get("f", "")).removeprefix("lastModifiedDateTime gt ")
        found = [one for one in self.chat if one["lastModifiedDateTime"] > since]
        return self._newest_first(found, path, query, since)

    def _channel(self, path, query):
        if path.endswith("/channels"):
            return {"value": [{"id": "19:general"}, {"id": "19:closed"}]}
        return self._newest_first(self.channel if "general" in path else [], path, query, "")

    def _newest_first(self, messages, path, query, since):
        def changed(one):
            return max(m["lastModifiedDateTime"] for m in [one, *one.get("replies", [])])

        start = int(query.get("skip", 0))
        found = sorted(messages, key=changed, reverse=True)
        answer = {"value": found[start : start + 2]}
        if start + 2 < len(found):
            answer["@odata.nextLink"] = f"{self.url}/v1.0{path}?skip={start + 2}&f={since}"
        return answer


def user(name):
    mail = f"{name}@acme.example"
    return {"id": name, "displayName": name.title(), "mail": mail, "userPrincipalName": mail}


def members():
    return [
        {"userId": name, "displayName": name.title(), "email": f"{name}@acme.example"}
        for name in ("ann", "bob")
    ]


def address(name):
    return {"emailAddress": {"name": name.title(), "address": f"{name}@acme.example"}}


def mail(number, sender="bob"):
    return {
        "id": f"A{number}",
        "internetMessageId": f"<m{number}@acme.example>",
        "sentDateTime": f"2026-02-{number:02}T08:00:00Z",
        "from": address(sender),
        "toRecipients": [address("ann" if sender == "bob" else "bob")],
        "isDraft": False,
    }


def event(number, **more):
    return {
        "id": f"E{number}",
        "iCalUId": f"uid-{number}",
        "subject": "Lunch",
        "start": {"dateTime": f"2026-02-{number:02}T12:00:00.0000000", "timeZone": "UTC"},
        "location": {"displayName": "Oslo"},
        "organizer": address("ann"),
        "attendees": [{**address("bob"), "type": "required", "status": {"response": "accepted"}}],
        **more,
    }


def said(number, *, chat=False, **more):
    time = (datetime(2026, 2, 1) + timedelta(hours=number)).isoformat() + ".000Z"
    return {
        "id": str(number),
        "replyToId": None,
        "messageType": "message",
        "createdDateTime": time,
        "lastModifiedDateTime": time,
        "from": {"user": {"id": "bob" if number % 2 else "ann", "displayName": "x"}},
        "body": {"contentType": "text", "content": f"said {number}"},
        "mentions": [],
        "reactions": [],
        **({"chatId": "19:c"} if chat else {}),
        **more,
    }


class Network:
    """A network of numbered messages: twenty at most an answer, newest first, as Viva Engage does it."""

    def __init__(self, messages):
        self.messages = {number: message(number) for number in range(1, messages + 1)}

    def answer(self, asked: Asked):
        path, query = asked.path, asked.query
        if path.endswith("/users/current.json"):
            return {"type": "user", "id": 1, "full_name": "Ann Lund", "network_name": "Acme"}
        if "/liked_message/" in path:
            number, page = int(path.rpartition("/")[2].removesuffix(".json")), int(query["page"])
            likers = self.messages[number]["likers"]
            return {"users": likers[page * 2 - 2 : page * 2], "more_available": len(likers) > page * 2}
        below = int(query.get("older_than", 10**9))
        found = sorted((number for number in self.messages if number < below), reverse=True)
        shown = [self.messages[number] for number in found[: int(query["limit"])]]
        return {"messages": shown, "references": [], "meta": {"older_available": len(found) > len(shown)}}


def message(number, likers=0):
    return {
        "id": number,
        "sender_id": number % 5 + 1,
        "sender_type": "user",
        "replied_to_id": number - 1 if number % 3 == 0 else None,
        "thread_id": number - number % 3 or number,
        "created_at": f"2026/0{number // 28 + 1}/{number % 28 + 1:02} 10:00:00 +0000",
        "body": {"parsed": f"message {number}", "plain": f"message {number}"},
        "liked_by": {"count": likers, "names": []},
        "likers": [{"type": "user", "id": 100 + one, "full_name": f"P {one}"} for one in range(likers)],
    }


if __name__ == "__main__":
    program(MicrosoftService, HOW)()
