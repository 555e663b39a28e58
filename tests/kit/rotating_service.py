"""A service whose tokens change: each renewal gives new ones, and the first use of those ends all before them.

So a token that was used before it was kept locks its owner out when the program is killed in between.
"""

from tests.kit.served import Asked, Said, program

AT_ONCE = 2
"""Rings in one page."""


class Rotating:
    """Rings, page by page, for whoever has the token of the day."""

    def __init__(self) -> None:
        self.rings: list[str] = []
        self.renewed = self.used = 0

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/token":
            return self._renew(asked.form.get("refresh_token", ""))
        number = asked.headers.get("Authorization", "").removeprefix("Bearer access-")
        if not number.isdigit() or not self.used <= int(number) <= self.renewed:
            return Said({"error": "unknown token"}, 401)
        self.used = int(number)
        after = int(asked.query["after"])
        page = self.rings[after : after + AT_ONCE]
        return Said({"rings": page, "next": after + len(page), "more": after + len(page) < len(self.rings)})

    def _renew(self, token: str) -> Said:
        number = token.removeprefix("refresh-")
        if not number.isdigit() or not self.used <= int(number) <= self.renewed:
            return Said({"error": "this token was used"}, 400)
        self.renewed += 1
        return Said({"refresh_token": f"refresh-{self.renewed}", "access_token": f"access-{self.renewed}"})


if __name__ == "__main__":
    program(Rotating, "serves rings at {url}/rings for tokens of {url}/token; the first is refresh-0")()
