"""What the invented people write: a few subjects in six languages, and new terms that one leader coins.

Who writes what is drawn after who writes when, from dice of its own: the words change no other column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from influence.demo.cast import Cast
from influence.demo.dice import Dice
from influence.demo.meetings import DAY, SINCE

LED = "circular"
"""The subject that `beyond` leads."""
SUBJECTS: Mapping[tuple[str, str], str] = {
    ("en", "budget"): "budget forecast margin invoice quarter savings overspend cashflow ledger audit",
    (
        "en",
        "hiring",
    ): "candidate interview onboarding salary vacancy mentor training appraisal referral skills",
    (
        "en",
        "release",
    ): "release prototype backlog testing rollback feature roadmap deadline sprint deployment",
    (
        "en",
        "delivery",
    ): "shipment warehouse pallet carrier customs delay inventory freight container dispatch",
    ("en", LED): "repair reuse waste recycling packaging lifespan returns materials emissions scrap",
    (
        "sv",
        "kundtjänst",
    ): "kunden klagomål väntetid ärendet återkoppling bemanning nöjdhet kösystem löfte rutin",
    (
        "da",
        "produktion",
    ): "fabrikken maskinen nedetid råvarer vagtplan kvaliteten vedligehold spild montage prøve",
    (
        "no",
        "lokaler",
    ): "kontoret møterommet flytting nøkkelkort kantinen parkering oppussing ventilasjon leieavtale etasje",
    (
        "fi",
        "markkinointi",
    ): "mainos kampanja asiakas näkyvyys verkkosivu tapahtuma uutiskirje brändi kohderyhmä tarina",
    ("de", "einkauf"): "lieferant angebot rahmenvertrag bestellung rabatt ausschreibung lagerbestand "
    "preisliste mahnung freigabe",
}
COINED = (
    "takeback", "refurbishment", "remanufacture", "repairability", "disassembly", "stewardship",
    "durability", "leasing", "upcycling", "traceability", "cradle-to-cradle", "secondhand",
)  # fmt: skip
"""Terms that nobody uses before `beyond` does; she brings one up every month."""

SAID = {
    "en": (
        "What should we do about the {} and the {}?",
        "Does anyone see how the {} and the {} should go together?",
        "I think that the {} is now more than the {}, and the {} is not there yet.",
        "Here is what we have on the {} and on the {}.",
        "Is it the {} or is it still the {}?",
    ),
    "sv": (
        "Vad kan vi göra med {} och {}?",
        "Är det {} eller {} som vi borde ta först?",
        "Jag tror att {} är mycket mer än {} just nu.",
    ),
    "da": (
        "Hvad kan vi gøre med {} og {}?",
        "Er det {} eller {} som vi bør tage først?",
        "Jeg tror ikke at {} er mere end {} nu.",
    ),
    "no": (
        "Hva kan vi gjøre med {} og {}?",
        "Er det {} eller {} som vi bør ta først?",
        "Jeg tror ikke at {} er mer enn {} nå.",
    ),
    "fi": (
        "Miten {} ja {} ovat meille nyt?",
        "Mitä meidän pitäisi tehdä: {} vai {}?",
        "Nyt {} on meille enemmän kuin {}.",
    ),
    "de": (
        "Was wollen wir jetzt mit {} und {}?",
        "Ist es {} oder ist es noch immer {}?",
        "Ich will nicht, dass {} vor {} ist.",
    ),
}
"""Sentences of function words only, so that what is left of a message is its subject."""
COINING = {
    "en": "What we need is {}.",
    "sv": "Det vi behöver är {}.",
    "da": "Det vi skal have er {}.",
    "no": "Det vi skal ha er {}.",
    "fi": "Se on nyt {}.",
    "de": "Was wir wollen ist {}.",
}
_OF_SITE = {"Copenhagen": ("da",), "Helsinki": ("fi", "sv"), "Oslo": ("no",)}
_TAGGING = ("x:", "blog:")
"""Systems in which people use tags."""
_AT_HOME = {"email", "chat"}
"""Systems in which people use the language of their site at times."""

OWN_LANGUAGE, LED_SHARE, LED_BY_OTHERS, STRAYS = 0.7, 0.7, 0.06, 0.06
COINS, TAKES_UP, MONTH = 0.8, 0.6, 30 * DAY
OWN_WORDS = 6
PATIENCE = 10 * DAY
"""How long a term that somebody answered stays in mind."""


@dataclass
class Words:
    """Writes the texts of a log in the order of time, remembering what each conversation is about.

    `taken_up` is who first used a coined term soon after responding to the leader's use of it: (person, term).
    """

    cast: Cast
    dice: Dice
    taken_up: set[tuple[int, str]] = field(default_factory=set)
    _about: dict[str, tuple[str, str]] = field(default_factory=dict)
    _coined_in: dict[str, str] = field(default_factory=dict)
    _own: dict[tuple[int, tuple[str, str]], list[str]] = field(default_factory=dict)
    _used: set[tuple[int, str]] = field(default_factory=set)
    _in_mind: dict[int, tuple[int, str]] = field(default_factory=dict)

    def settle(self, conversations: Iterable[str], subject: str) -> None:
        """Let some conversations be in English about one subject, whoever begins them."""
        self._about.update(dict.fromkeys(conversations, ("en", subject)))

    def texts(self, columns: Mapping[str, list[object]]) -> list[str | None]:
        """Return the text of each row; invitations, reactions and bots have none."""
        names = ("time", "id", "actor", "verb", "parent", "conversation")
        rows = [tuple(str(columns[name][n]) for name in names) for n in range(len(columns["id"]))]
        owner = {account: who.index for who in self.cast.people for account in who.accounts.values()}
        said: list[str | None] = [None] * len(rows)
        for place in sorted(range(len(rows)), key=lambda n: (int(rows[n][0]), rows[n][1])):
            time, number, actor, verb, parent, conversation = rows[place]
            who = owner[actor]
            if verb != "react" and not actor.startswith("calendar:") and not self.cast.people[who].bot:
                said[place] = self._write(who, int(time) - SINCE, number, actor, conversation)
            self._hear(who, int(time) - SINCE, parent)
        return said

    def tags(self, columns: Mapping[str, list[object]]) -> list[list[str] | None]:
        """Return the tags of each row, once the texts are written: who begins in the open names the subject."""
        rows = zip(*(columns[name] for name in ("actor", "parent", "conversation")), strict=True)
        return [
            [self._about[str(conversation)][1]]
            if parent is None and str(actor).startswith(_TAGGING) and str(conversation) in self._about
            else None
            for actor, parent, conversation in rows
        ]

    def _write(self, who: int, time: int, number: str, actor: str, conversation: str) -> str:
        about = self._about.get(conversation) or self._begin(who, actor.partition(":")[0])
        self._about[conversation] = about
        words = self._vocabulary(who, about)
        if self.dice.happens(STRAYS):
            other = self.dice.pick([key for key in SUBJECTS if key[0] == about[0]])
            words = [*words, *self._vocabulary(who, other)]
        form = " ".join(self.dice.some(SAID[about[0]], 2))
        text = form.format(*self.dice.some(words, form.count("{}")))
        coined = self._coin(who, time, about)
        if coined is None:
            return text
        self._used.add((who, coined))
        if who == self.cast.leaders["beyond"]:
            self._coined_in[number] = coined
        return f"{text} {COINING[about[0]].format(coined)}"

    def _vocabulary(self, who: int, about: tuple[str, str]) -> list[str]:
        """Return somebody's own words for a subject: people keep to theirs."""
        if (who, about) not in self._own:
            self._own[who, about] = self.dice.some(SUBJECTS[about].split(), OWN_WORDS)
        return self._own[who, about]

    def _begin(self, who: int, system: str) -> tuple[str, str]:
        """Draw what a new conversation is about, and in which language."""
        leads = who == self.cast.leaders["beyond"]
        if self.dice.happens(LED_SHARE if leads else LED_BY_OTHERS):
            return "en", LED
        languages = self._languages(who, system) if self.dice.happens(OWN_LANGUAGE) else ("en",)
        return self.dice.pick([key for key in SUBJECTS if key[0] in languages and key[1] != LED])

    def _languages(self, who: int, system: str) -> tuple[str, ...]:
        writer = self.cast.people[who]
        if who in self.cast.leaders.values():
            return ("en",)
        if writer.site is None:
            return ("de", "sv") if writer.zone == 1 else ("en",)
        return _OF_SITE.get(writer.site, ("en",)) if system in _AT_HOME else ("en",)

    def _coin(self, who: int, time: int, about: tuple[str, str]) -> str | None:
        """Return the coined term that goes into a message: the leader's of these months, or one in mind."""
        if who == self.cast.leaders["beyond"]:
            known = COINED[: 1 + time // MONTH][-3:]
            return self.dice.pick(known) if about[1] == LED and self.dice.happens(COINS) else None
        until, term = self._in_mind.pop(who, (-1, ""))
        if time > until or (who, term) in self._used:
            return None
        self.taken_up.add((who, term))
        return term

    def _hear(self, who: int, time: int, parent: str) -> None:
        """Keep in mind a term of the leader's that somebody has just responded to."""
        term = self._coined_in.get(parent)
        if term and (who, term) not in self._used and self.dice.happens(TAKES_UP):
            self._in_mind[who] = (time + PATIENCE, term)
