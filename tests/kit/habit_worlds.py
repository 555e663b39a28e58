"""Invented records of leaders whose habits change who comes, or do not: arrays, as they are read of a log."""

import numpy as np

from influence.advice.acted import Acted
from influence.times import DAY, Window

DAYS, DELTA = 540, 14 * DAY
WINDOW = Window(0, DAYS * DAY)
HOUR = DAY // 24


def world(seed, lift=None, *, leaders=16, conversations=250):
    """Leaders who differ in how many people come to them and in how they act; `lift` multiplies who comes by habit.

    How many come to a conversation is drawn from a geometric law, when they come dies down within days. Habits are kept
    by chance, by each leader as often as that leader does, and more often as time goes by, while more people come too.
    """
    random, lifts = np.random.default_rng(seed), lift or {}
    made = _Made(random, lifts)
    for leader in range(leaders):
        rate, often = random.gamma(3, 0.4), random.uniform(0.2, 0.6, 3)
        for _ in range(conversations):
            start = random.uniform(0, DAYS - 1)
            grown = 0.6 + 0.8 * start / DAYS
            mood = random.exponential(rate) * grown
            (made.begun if random.random() < 0.6 else made.joined)(leader, start, mood, often * grown)
    return made.acted(leaders)


class _Made:
    def __init__(self, random, lifts):
        self.random, self.lifts = random, lifts
        self.items, self.answers, self.names, self.asking = [], [], [], {}
        self.conversations = 0

    def item(self, day, author):
        self.items.append((day, author, self.conversations))
        return len(self.items) - 1

    def come(self, leader, day, mean):
        """Let people come after an act of the leader's; return when they came."""
        days = day + self.random.exponential(2.0, self.random.poisson(mean))
        people = 1_000 + self.random.choice(400, len(days), replace=False)
        for when, person in zip(days.tolist(), people.tolist(), strict=True):
            self.answers.append((self.item(when, person), -1, person, leader))
        return days

    def begun(self, leader, day, mood, often):
        self.conversations += 1
        asks, names = self.random.random(2) < often[:2]
        hour = int(day % 1 * 24)
        first = self.item(day, leader)
        self.asking[first] = int(asks)
        if names:
            self.names.append((first, 2_000))
        part = "morning" if 6 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
        kept = {"ask": asks, "name_others": names, part: True}
        came = self.come(
            leader, day, mood * np.prod([self.lifts.get(one, 1) for one, is_ in kept.items() if is_])
        )
        for when in np.sort(came).tolist():  # what comes later has no part in whether the leader comes back
            if self.random.random() < often[2] / 2:
                back = when + self.random.exponential(0.5)
                self.asking[self.item(back, leader)] = 0
                more = self.lifts.get("come_back", 1) - 1
                self.come(leader, back, mood * more * np.exp(-(back - day) / 2))
                break

    def joined(self, leader, day, mood, _often):
        self.conversations += 1
        asked = self.item(day, 1_500)
        soon = self.random.random() < 0.6
        wait = self.random.exponential(0.2) if soon else self.random.uniform(1, 9)
        answer = self.item(day + wait, leader)
        self.asking[answer] = 0
        self.answers.append((answer, asked, leader, 1_500))
        self.come(leader, day + wait, mood * (self.lifts.get("answer_sooner", 1) if wait <= 1 else 1))

    def acted(self, leaders):
        day, author, conversation = (np.array(column) for column in zip(*self.items, strict=True))
        order = np.argsort(day, kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        time = (day[order] * DAY).astype(np.int64)
        asks = np.array([self.asking.get(one, 0) for one in order.tolist()], np.int64)
        response, to, responder, target = (
            np.array(column, np.int64) for column in zip(*self.answers, strict=True)
        )
        named = [(int(place[item]), who) for item, who in self.names] or [(-1, -1)]
        in_, whom = (np.array(column, np.int64) for column in zip(*named, strict=True))
        by_time = np.argsort(time[place[response]], kind="stable")
        return Acted(
            np.arange(leaders),
            time,
            author[order].astype(np.int64),
            conversation[order].astype(np.int64),
            (conversation[order] % 3).astype(np.int64),
            time // HOUR % 24,
            np.ones(len(time), bool),
            asks,
            in_,
            whom,
            place[response][by_time],
            np.where(to >= 0, place[np.maximum(to, 0)], -1)[by_time],
            responder[by_time],
            target[by_time],
            np.full(len(response), 0.9),
        )
