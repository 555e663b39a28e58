"""A plain reading of the measures, written apart from the engine and as slowly as it likes.

Activities, people and encounters are lists of dictionaries as a user would write them in JSON Lines;
times are whole seconds. Nothing here is imported from the project.
"""

from itertools import product
from math import exp

DAY = 86_400
MONTH = 365.25 * DAY / 12
RESPONDS = {"reply", "comment", "share", "quote", "react", "edit"}
STRENGTH = {"in_person": 0.95, "unknown": 0.4, "online": 0.0}


class PlainReading:
    def __init__(self, activities, people, encounters, leader, since, until, delta=14 * DAY, hands=4):
        self.activities, self.encounters = activities, encounters
        self.people = {row["person"]: row for row in people}
        self.owner = {account: row["person"] for row in people for account in row["accounts"]}
        self.leader, self.since, self.until, self.delta, self.hands = leader, since, until, delta, hands
        self.item = {row["id"]: row for row in activities}
        self.no_parents = self._systems_without_parents()
        self.guessed = self._guess()
        self.answers = {}
        for child, parent in sorted(self.links()):
            self.answers.setdefault(child, []).append(parent)
        self.depths = {}
        self.chance = self.rate = None

    def who(self, account):
        return self.owner.get(account, account)

    def author(self, row):
        return self.who(row["actor"])

    def everybody(self):
        seen = {self.author(row) for row in self.activities} | set(self.people)
        for row in self.activities:
            seen |= {self.who(account) for account in row.get("to", []) + row.get("mentions", [])}
        for row in self.encounters:
            seen |= {self.who(account) for account in row["people"]}
        return seen

    def bots(self):
        return {person for person, row in self.people.items() if row.get("bot")}

    # --- what answers what -------------------------------------------------------------------------------

    def _systems_without_parents(self):
        systems = {row["actor"].split(":")[0] for row in self.activities}
        return {s for s in systems if not any(r.get("parent") and r["verb"] != "react" for r in self._of(s))}

    def _of(self, system):
        return [row for row in self.activities if row["actor"].split(":")[0] == system]

    def _guess(self):
        """Pairs (item, parent) that a source without parents leaves to be inferred."""
        pairs = set()
        for system in self.no_parents:
            rows = [row for row in self._of(system) if row["verb"] == "message"]
            pairs |= self._by_chat([row for row in rows if row.get("channel") and not row.get("to")])
            pairs |= self._by_exchange(rows)
        return pairs

    def _by_chat(self, rows):
        pairs = set()
        for row in rows:
            before = [
                other
                for other in rows
                if other["channel"] == row["channel"]
                and self.author(other) != self.author(row)
                and (other["time"], other["id"]) < (row["time"], row["id"])
            ]
            if before:
                last = max(before, key=lambda other: (other["time"], other["id"]))
                if 0 < row["time"] - last["time"] <= DAY:
                    pairs.add((row["id"], last["id"]))
        return pairs

    def _by_exchange(self, rows):
        pairs = set()
        for row in rows:
            for u in {self.who(account) for account in row.get("to", [])} - {self.author(row)}:
                asked = [
                    other
                    for other in rows
                    if self.author(other) == u
                    and self.author(row) in {self.who(account) for account in other.get("to", [])}
                    and other["time"] < row["time"]
                ]
                if not asked:
                    continue
                last = max(asked, key=lambda other: (other["time"], other["id"]))
                between = [
                    other
                    for other in rows
                    if self.author(other) == self.author(row)
                    and u in {self.who(account) for account in other.get("to", [])}
                    and last["time"] < other["time"] < row["time"]
                ]
                twin = [
                    other
                    for other in rows
                    if self.author(other) == self.author(row)
                    and u in {self.who(account) for account in other.get("to", [])}
                    and other["time"] == row["time"]
                    and other["id"] < row["id"]
                ]
                if not between and not twin and row["time"] - last["time"] <= 3 * DAY:
                    pairs.add((row["id"], last["id"]))
        return pairs

    def links(self):
        """All (item, parent) in which the item answers the parent."""
        stated = {
            (row["id"], row["parent"])
            for row in self.activities
            if row.get("parent") in self.item and row["verb"] in RESPONDS and row["parent"] != row["id"]
        }
        return stated | self.guessed

    def responses(self):
        """All (item, responder, target), once each."""
        found = {
            (child, self.author(self.item[child]), self.author(self.item[parent]))
            for child, parent in self.links()
        }
        for row in self.activities:
            found |= {(row["id"], self.author(row), self.who(account)) for account in row.get("mentions", [])}
        return {(item, v, u) for item, v, u in found if v != u}

    def inside(self, item):
        return self.since <= self.item[item]["time"] < self.until

    # --- who is reached ----------------------------------------------------------------------------------

    def depth(self, item):
        """How many hands the item is from the leader by valid links; None if it is not."""
        if item not in self.depths:
            self.depths[item] = self._walk_up(item)
        return self.depths[item]

    def _walk_up(self, item):
        row = self.item[item]
        if self.author(row) == self.leader:
            return 0
        least = None
        for parent in self.answers.get(item, []):
            if not 0 < row["time"] - self.item[parent]["time"] <= self.delta:
                continue
            above = self.depth(parent)
            if above is not None:
                here = above + (self.author(row) != self.author(self.item[parent]))
                least = here if least is None else min(least, here)
        return least

    def valid(self):
        """All (person, time, depth) of valid responses in the window."""
        rows = [
            (v, self.item[item]["time"], 1)
            for item, v, u in self.responses()
            if u == self.leader and self.inside(item)
        ]
        for row in self.activities:
            if self.inside(row["id"]) and self.author(row) != self.leader:
                hands = self.depth(row["id"])
                if hands is not None and hands <= self.hands:
                    rows.append((self.author(row), row["time"], hands))
        return [row for row in rows if row[0] not in self.bots()]

    def reached(self):
        found = {}
        for person, time, hands in self.valid():
            first, depth = found.get(person, (time, hands))
            found[person] = (min(first, time), min(depth, hands))
        return found

    def team(self):
        team, grown = set(), True
        while grown:
            more = {
                person
                for person, row in self.people.items()
                if row.get("manager") in team | {self.leader} and person != self.leader
            }
            grown = not more <= team
            team |= more
        return team

    # --- have they met -----------------------------------------------------------------------------------

    def together(self):
        """All (encounter, other person) of the leader's encounters."""
        for row in self.encounters:
            persons = {self.who(account) for account in row["people"]}
            if self.leader in persons:
                for other in persons - {self.leader}:
                    yield row, other, len(persons)

    def strength(self, row, listed):
        if row["evidence"] == "contact":
            return 0.3
        if row["evidence"] == "message":
            return 0.6
        return STRENGTH[row["kind"]] * min(1, 8 / (row.get("attendees") or listed))

    def declared(self, row):
        return row["evidence"] == "declared" or row["kind"] == "never"

    def pieces(self, v):
        """What tells of v, dated or not: (strength, moment, sort), sort being meeting, vague or other."""
        rows = []
        for row, other, listed in self.together():
            if other == v and not self.declared(row):
                meeting = row["evidence"] in {"calendar", "event"}
                sort = "other" if not meeting else "vague" if row["kind"] == "unknown" else "meeting"
                rows.append((self.strength(row, listed), row.get("time"), sort))
        mine, theirs = self.people.get(self.leader, {}), self.people.get(v, {})
        if (
            mine.get("manager")
            and mine.get("site")
            and all(mine[key] == theirs.get(key) for key in ("manager", "site"))
        ):
            rows.append((0.9, None, "other"))
        return rows

    def by(self, v, at):
        return [piece for piece in self.pieces(v) if piece[1] is None or piece[1] <= at]

    def left_open(self, pieces):
        """Π (1 − s), of the vague only the strongest."""
        product = 1 - max([s for s, _, sort in pieces if sort == "vague"], default=0)
        for s, _, sort in pieces:
            product *= 1 if sort == "vague" else 1 - s
        return product

    def said(self, v):
        rows = [row for row, other, _ in self.together() if other == v and self.declared(row)]
        if rows:
            last = max(rows, key=lambda row: row["time"])
            return 0.0 if last["kind"] in {"never", "online"} else 1.0
        return None

    def coverage(self, v, at):
        """The share of the twelve months before with four entries that name one of v's kinds of account."""
        owned = {account for account, person in self.owner.items() if person == v} or {v}
        months = 0
        for month in range(12):
            until, since = at - month * MONTH, at - (month + 1) * MONTH
            months += any(self.entries(kind, since, until) >= 4 for kind in {a.split(":")[0] for a in owned})
        return months / 12

    def entries(self, kind, since, until):
        return sum(
            row["evidence"] in {"calendar", "event"}
            and row.get("time") is not None
            and since < row["time"] <= until
            and self.leader in {self.who(account) for account in row["people"]}
            and any(a.split(":")[0] == kind and self.who(a) != self.leader for a in row["people"])
            for row in self.encounters
        )

    def often(self):
        """λ: where Σ λc / (1 − exp(−λc)) over those met in the last year, and one met once, is Σ n."""
        seen = [
            (self.coverage(v, at), self.lately(v, at)) for v, at in self.teachers() if self.said(v) is None
        ]
        seen = [(c, n) for c, n in seen if c > 0 and n > 0] + [(1.0, 1)]
        low, high = 0.0, 60.0
        for _ in range(60):
            rate = (low + high) / 2
            expected = sum(rate * c / (1 - exp(-rate * c)) if rate * c > 1e-9 else 1 for c, _ in seen)
            low, high = (rate, high) if expected < sum(n for _, n in seen) else (low, rate)
        return low if low > 1e-5 else 0.0

    def lately(self, v, at):
        return sum(
            s >= 0.5 and sort != "other" and time is not None and time > at - 12 * MONTH
            for s, time, sort in self.by(v, at)
        )

    def teachers(self):
        """Who responded, the team aside, and when first."""
        team = self.team()
        return [(v, first) for v, (first, _) in self.reached().items() if v not in team]

    def shown(self, c):
        """q: which share of those met a calendar shows that covers c."""
        return (1 - exp(-self.rate * c)) / (1 - exp(-self.rate)) if self.rate else c

    def supposed(self):
        """π: nobody here has a house or a sphere, so that all who are not in the team are alike."""
        self.rate = self.often()
        met, weight = 10 * 0.1, 10.0
        for v, at in self.teachers():
            c, said = self.coverage(v, at), self.said(v)
            if said is not None:
                met, weight = met + said, weight + 1
            elif c > 0:
                apart = self.left_open([piece for piece in self.by(v, at) if piece[2] != "other"])
                met, weight = met + 1 - apart, weight + self.shown(c)
        return min(1, met / weight)

    def m(self, v, at):
        said = self.said(v)
        if said is not None:
            return said, True
        if self.chance is None:
            self.chance = self.supposed()
        c, pieces = self.coverage(v, at), self.by(v, at)
        q, chance = self.shown(c), 0.1 if v in self.team() else self.chance
        unrecorded = chance * (1 - q) / (1 - chance * q) if chance * q < 1 else 0.0
        known = c >= 0.5 or any(s >= 0.5 for s, _, _ in pieces)
        return 1 - (1 - unrecorded) * self.left_open(pieces), known

    # --- the numbers -------------------------------------------------------------------------------------

    def numbers(self):
        found, team = self.reached(), self.team()
        outside = {v: self.m(v, first) for v, (first, _) in found.items() if v not in team}
        near = len(set(found) & team)
        three = sum(m for m, _ in outside.values())
        four = sum(1 - m for m, _ in outside.values())
        surely = sum(1 - m for m, known in outside.values() if known)
        tells = 2 * sum(known for _, known in outside.values()) >= len(outside)
        return {
            "reach_2": near,
            "reach_3": three,
            "reach_4": four,
            "low": surely,
            "high": surely + sum(not known for _, known in outside.values()),
            "beyond_share": four / (near + three + four) if found and tells else None,
            "beyond_ratio": four / (near + three) if near + three and tells else None,
            "first_hand": sum(depth == 1 for _, depth in found.values()),
            "passed_on": sum(depth > 1 for _, depth in found.values()),
        }

    def steps(self):
        team = self.team()
        rows = {}
        for v, (first, depth) in self.reached().items():
            m, known = self.m(v, first)
            step = 2 if v in team else 3 if m >= 0.5 and known else 4
            rows[v] = (step, round(m, 9), known, depth, first)
        return rows

    def possible_reach(self, hands, delta):
        contacts = [(u, v, self.item[item]["time"]) for item, v, u in self.responses() if self.inside(item)]
        carried = {(self.leader, None)}
        reached = set()
        for _ in range(hands):
            further = {
                (v, t)
                for (holder, since), (u, v, t) in product(carried, contacts)
                if u == holder and (since is None or 0 < t - since <= delta)
            }
            reached |= {v for v, _ in further}
            carried |= further
        return len(reached - {self.leader} - self.bots())
