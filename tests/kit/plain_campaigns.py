"""A plain reading of what mass mail is, written apart from the engine; times are whole seconds."""

import re

SAYS_NOTHING = {"hello"}


class PlainCampaigns:
    """The campaigns to one leader in activities as a user writes them; every account is a person."""

    def __init__(self, activities, leader, bots, senders, within):
        self.rows = sorted(activities, key=lambda row: (row["time"], row["id"]))
        self.leader, self.bots, self.senders, self.within = leader, bots, senders, within
        self.item = {row["id"]: row for row in activities}

    def turned_to(self, person, until):
        """Tell whether the leader wrote to, named or answered a person before a moment."""
        for row in self.rows:
            if row["actor"] == self.leader and row["time"] < until:
                parent = self.item.get(row.get("parent"))
                answers = row["verb"] in {"reply", "comment", "share", "quote", "react", "edit"}
                if person in row["to"] + row["mentions"]:
                    return True
                if answers and parent and parent["actor"] == person:
                    return True
        return any(
            answer["actor"] == self.leader and answer["time"] < until and asked["actor"] == person
            for answer, asked in self.guessed()
        )

    def guessed(self):
        """Pairs (answer, asked) by "Re:" and the same subject, counted where no parent is stated at all."""
        if any(row.get("parent") and row["verb"] != "react" for row in self.rows):
            return
        for row in self.rows:
            if not answers(row):
                continue
            asked = [
                other
                for other in self.rows
                if words(other) == words(row)
                and other["actor"] != row["actor"]
                and other["actor"] in row["to"]
                and 0 < row["time"] - other["time"] <= 14 * 86_400
            ]
            if asked:
                yield row, asked[-1]

    def strangers_letters(self):
        return [
            row
            for row in self.rows
            if self.leader in row["to"]
            and row["actor"] not in {self.leader, *self.bots}
            and begins(row)
            and self.leader not in row["mentions"]
            and not self.turned_to(row["actor"], row["time"])
        ]

    def marks(self, row):
        found = {("text", text(row))} if text(row) else set()
        if words(row) and not (text(row) and words(row) in SAYS_NOTHING):
            found.add(("subject", words(row)))
        return found

    def alike(self):
        """Return by mark the ids of the letters that lie in a stretch in which enough people sent it."""
        every = self.strangers_letters()
        found = {}
        for mark in {mark for row in every for mark in self.marks(row)}:
            same = [row for row in every if mark in self.marks(row)]
            if 2 * len(same) < self.bearing(mark):
                continue
            for first in same:
                stretch = [row for row in same if 0 <= row["time"] - first["time"] <= self.within]
                if len({row["actor"] for row in stretch}) >= self.senders:
                    found.setdefault(mark, set()).update(row["id"] for row in stretch)
        return found

    def bearing(self, mark):
        """Count what others sent to the leader with a text, or with a subject where it answers nothing."""
        to_leader = [row for row in self.rows if self.leader in row["to"] and row["actor"] != self.leader]
        if mark[0] == "text":
            return sum(text(row) == mark[1] for row in to_leader)
        return sum(words(row) == mark[1] and begins(row) for row in to_leader)

    def letters(self):
        return set().union(*self.alike().values())

    @staticmethod
    def joined(days, marks, rest):
        """Number campaigns: letters in order of time, each with its marks; a silence longer than `rest` ends one."""
        groups = []
        for n, own in enumerate(marks):
            touching = [group for group in groups if group[0] & own]
            groups = [group for group in groups if not group[0] & own]
            together = [*(letter for _, held in touching for letter in held), n]
            groups.append((own.union(*(group[0] for group in touching)), together))
        parts = []
        for _, held in groups:
            held = sorted(held)
            for before, n in zip([None, *held], held, strict=False):
                if before is None or days[n] - days[before] > rest:
                    parts.append([])
                parts[-1].append(n)
        parts.sort(key=lambda part: part[0])
        return [next(number for number, part in enumerate(parts) if n in part) for n in range(len(days))]


def answers(row):
    return bool(re.match(r"\s*re\s*:", row["subject"] or "", re.IGNORECASE))


def begins(row):
    stated = row["verb"] in {"post", "message", "share", "quote"} and not row.get("parent")
    return stated and not answers(row)


def text(row):
    """What a message says; of all else no digest is kept."""
    return row["text"] if row["verb"] == "message" else None


def words(row):
    return re.sub(r"^\s*re\s*:\s*", "", row["subject"] or "", flags=re.IGNORECASE).strip().lower() or None
