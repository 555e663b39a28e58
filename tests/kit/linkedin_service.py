"""LinkedIn's Member Post Analytics on this machine, for trying the connector `linkedin` by hand or in tests."""

from tests.kit.served import Said, program

COUNTS = {"IMPRESSION": 12_345, "MEMBERS_REACHED": 6_789, "REACTION": 210, "COMMENT": 34, "RESHARE": 5}


class LinkedInService:
    """LinkedIn as a member's own application sees it: five totals, and a token that may be renewed."""

    def __init__(self):
        self.accepts, self.renews, self.version = "placeholder", False, "202608"
        self.counts = dict(COUNTS)

    def answer(self, asked):
        """Answer one request; see `served`."""
        if asked.path == "/oauth/v2/accessToken":
            return self.renewed(asked)
        if asked.headers.get("Authorization") != f"Bearer {self.accepts}":
            return Said({"status": 401, "code": "EXPIRED_ACCESS_TOKEN"}, 401)
        if asked.headers.get("LinkedIn-Version") != self.version:
            return Said({"status": 426, "code": "NONEXISTENT_VERSION"}, 426)
        if asked.query.get("q") != "me" or asked.query.get("aggregation") != "TOTAL":
            return Said({"status": 400}, 400)
        metric = asked.query["queryType"]
        rows = [{"count": self.counts[metric], "metricType": metric}] if metric in self.counts else []
        return Said({"elements": rows, "paging": {"start": 0, "count": 10, "links": []}})

    def renewed(self, asked):
        if not self.renews or asked.form.get("refresh_token") != "placeholder":
            return Said({"error": "invalid_request"}, 400)
        self.accepts = "renewed-token"
        return Said({"access_token": self.accepts, "expires_in": 5_184_000, "refresh_token": "next-refresh"})


run = program(
    LinkedInService,
    "influence connect linkedin --set owner=https://www.linkedin.com/in/ann-lee "
    "--set server={url} --set login={url}   # the token is: placeholder",
)

if __name__ == "__main__":
    run()
