"""A service desk (Request Tracker, REST 2.0) on this machine: tickets, their history, and who asked."""

from tests.kit.served import Said

REST = "/REST/2.0/"


class DeskService:
    """A desk of `tickets`, each asked by Eva and answered by Dag, listed `at_once` on a page."""

    def __init__(self, tickets=3, at_once=2):
        self.tickets, self.at_once = tickets, at_once

    def answer(self, asked):
        """Answer one request; see `served`."""
        self.root = f"http://{asked.headers['Host']}{REST}"
        page = int(asked.query.get("page") or 1)
        match asked.path.removeprefix(REST).split("/"):
            case ["tickets"]:
                return self.paged([self.listed(number) for number in range(1, self.tickets + 1)], page)
            case ["transactions"]:
                return self.paged([], page)
            case ["ticket", number]:
                return {**self.listed(int(number)), "Requestor": [self.person("eva")]}
            case ["ticket", number, "history"]:
                return self.paged(self.history(int(number)), page)
            case ["user", name]:
                return {"id": 7, "RealName": name.title(), "EmailAddress": f"{name}@acme.example"}
        return Said({"message": "Not Found"}, 404)

    def paged(self, rows, page):
        pages = -(-len(rows) // self.at_once)
        shown = rows[(page - 1) * self.at_once : page * self.at_once]
        return {"items": shown, "page": page, "pages": pages, "total": len(rows)}

    def listed(self, number):
        where, at = f"{self.root}ticket/{number}", f"2026-04-0{number}T07:00:00Z"
        links = [{"ref": "self", "_url": where, "type": "ticket", "id": number}]
        return {"id": str(number), "LastUpdated": at, "_url": where, "Status": "open", "_hyperlinks": links}

    def person(self, name):
        return {"id": name, "_url": f"{self.root}user/{name}", "type": "user"}

    def history(self, number):
        written = (("Create", "eva"), ("Correspond", "dag"), ("Correspond", "eva"))
        return [
            {
                "id": str(10 * number + at),
                "Type": kind,
                "Creator": self.person(who),
                "Created": f"2026-04-0{number}T06:0{at}:00Z",
            }
            for at, (kind, who) in enumerate(written)
        ]
