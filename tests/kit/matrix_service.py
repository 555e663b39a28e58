"""A Matrix home server on this machine: one room whose past is read backwards, page by page."""

from tests.kit.served import Said

API = "/_matrix/client/v3/"
ROOM = "!room:acme.example"
PEOPLE = ("@ann:acme.example", "@bob:acme.example", "@cas:acme.example")
START = 1_767_600_000_000


class MatrixService:
    """A room of `events` messages, of which a sync holds the newest two."""

    def __init__(self, events=8, at_once=2):
        self.events, self.at_once = [self.event(number) for number in range(events)], at_once

    def event(self, number):
        return {
            "event_id": f"$e{number}",
            "origin_server_ts": START + number * 1000,
            "sender": PEOPLE[number % 3],
            "type": "m.room.message",
            "content": {"msgtype": "m.text", "body": f"Number {number}"},
        }

    def answer(self, asked):
        """Answer one request; see `served`."""
        match asked.path.removeprefix(API).split("/"):
            case ["sync"]:
                return self.synced(asked.query.get("since"))
            case ["rooms", _, "messages"]:
                return self.older(int(asked.query["from"].removeprefix("p")))
            case ["rooms", _, "joined_members"]:
                return {"joined": {who: {"display_name": who[1:4].title()} for who in PEOPLE}}
            case ["account", "whoami"]:
                return {"user_id": PEOPLE[0]}
        return Said({"errcode": "M_NOT_FOUND"}, 404)

    def synced(self, since):
        if since:
            return {"next_batch": since}
        first = len(self.events) - self.at_once
        timeline = {"events": self.events[first:], "limited": True, "prev_batch": f"p{first}"}
        return {"next_batch": "s1", "rooms": {"join": {ROOM: {"timeline": timeline}}}}

    def older(self, before):
        first = max(0, before - self.at_once)
        more = {"end": f"p{first}"} if first else {}
        return {"chunk": self.events[first:before][::-1], "start": f"p{before}", **more}
