"""A small GitHub: its lists by time of change, a page at a time, as the service documents them."""

from itertools import count

from tests.kit.served import Said, program

TOKEN = "placeholder"  # noqa: S105 - it opens nothing
ANN, BEN, CY = ({"login": name, "id": 100 + n, "type": "User"} for n, name in enumerate(("ann", "ben", "cy")))
_SITE = "https://api.github.com/repos/acme/site"


class GitHub:
    """The repository acme/site of ann, ben and cy on this machine; its token is `placeholder`."""

    def __init__(self, page=100):
        self.clock, self.page = count(1), page
        self.lists = {"issues": [], "issues/comments": [], "pulls/comments": []}
        self.more = {}
        self.headers = {}

    def now(self):
        return f"2026-06-01T00:{next(self.clock) // 2:02d}:00Z"  # two at a time have the very same one

    def add(self, kind, path, user, **more):
        at, number = self.now(), 1 + sum(map(len, self.lists.values()))
        row = {
            "url": f"{_SITE}/{path.format(number)}",
            "id": 1000 + number,
            "user": user,
            "created_at": at,
            "updated_at": at,
            "body": "",
            **more,
        }
        self.lists[kind].append(row)
        return row

    def issue(self, user, body, pull=False, reactions=0, **more):
        number = 1 + len(self.lists["issues"])
        told = {"number": number, "title": "t", "body": body, "reactions": {"total_count": reactions}}
        if pull:
            told["pull_request"] = {"url": f"{_SITE}/pulls/{number}"}
        return self.add("issues", f"issues/{number}", user, **told, **more)

    def comment(self, user, issue):
        about = f"{_SITE}/issues/{issue['number']}"
        return self.add("issues/comments", "issues/comments/{}", user, issue_url=about)

    def discussion(self):
        """An issue with comments and a reaction, and a pull request with a review."""
        issue = self.issue(ANN, "what do you think, @cy?", reactions=1)
        self.issue(BEN, "", pull=True)
        for user in (BEN, CY, ANN):
            self.comment(user, issue)
        liked = {"id": 1, "user": CY, "content": "+1", "created_at": "2026-06-01T09:00:00Z"}
        review = {"id": 2, "user": ANN, "state": "APPROVED", "body": "", "submitted_at": self.now()}
        self.more = {
            "issues/1/reactions": [liked],
            "pulls/2/reviews": [review | {"pull_request_url": f"{_SITE}/pulls/2"}],
            "issues/1/comments": self.lists["issues/comments"],
        }
        return self

    def answer(self, asked):
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Said({"message": "Bad credentials"}, 401)
        path, params = asked.path.removeprefix("/repos/acme/site/"), asked.query
        number, size = int(params.get("page", 1)), self.page
        if path == "/user":
            return ANN
        if path == "/search/issues":
            since = params["q"].partition("updated:>=")[2]
            found = [row for row in self.lists["issues"] if row["updated_at"] >= since]
        elif path in self.lists:
            found = [row for row in self.lists[path] if row["updated_at"] >= params.get("since", "")]
        else:
            found, size = self.more.get(path, []), 100
        found = sorted(found, key=lambda row: row.get("updated_at", ""))[(number - 1) * size : number * size]
        return Said({"items": found} if path == "/search/issues" else found, headers=self.headers)


if __name__ == "__main__":
    how = f"influence connect github --set repositories=acme/site --set url={{url}}   (the token is {TOKEN})"
    program(lambda: GitHub().discussion(), how)()
