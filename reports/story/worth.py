"""What the fourth step is worth, in which spheres, and whether it could be chance: answers in words."""

from __future__ import annotations

from influence.contract.findings import Report, SphereReach
from reports.story.detail import amount, detail, known, pair, rows, under, value, words
from reports.story.glossary import FINDINGS
from reports.story.sentences import (
    Section,
    Sentence,
    Span,
    cannot_tell,
    headline,
    interval_of,
    joined,
    listing,
    numbers,
    say,
    section,
    span,
)
from reports.story.wording import between, counted, number, plain

EXCHANGE = ("two_way_share", "pull", "carry_on", "help")
OUTWARD = ("sphere_breadth", "sources", "balance", "before_contact")
TOPICS = ("share_of_voice", "lead")
CHANCE = ("influence_test", "robustness", "unseen", "position_by_chance")
SURE = 0.05
NO_ROOM = ("team", "unknown")
"""The team is near, and an unknown sphere is nowhere to go to."""
LIKENESS = (
    "No test on a record can tell influence from likeness (Shalizi and Thomas 2011): the most it can say is that what "
    "is seen is consistent with influence."
)
_SPHERES = {
    "company": "the company",
    "department": "the department",
    "customer": "customers",
    "partner": "partners",
    "industry": "the industry",
    "media": "the media",
    "public": "the public",
    "unknown": "people of unknown sphere",
}
ALTERNATIVES = {
    "with_bots": "counting bots as people",
    "without_suspected": "without those who answer like a program",
    "without_largest_alter": "without the one who responded most",
    "without_bulk": "without answers to bulk mail",
    "without_largest_conversation": "without the largest conversation",
    "first_hand": "counting first-hand responses only",
}


# --- what it is worth ---------------------------------------------------------------------------------------


def worth(report: Report) -> Section:
    """Answer what the fourth step brings now, whether it is exchange or broadcast, and what a step up would bring."""
    told = (
        *joined(*_exchange(report), *_carried(report), *_brought_in(report)),
        *joined(*_named(report), *_coming_back(report)),
    )
    untold = cannot_tell(report, *EXCHANGE, "second_generation_leaders")
    return section(
        "worth",
        "How valuable are networked-leadership skills in this role?",
        (*_brings(report), *told) if told or untold else (),
        numbers(report, *EXCHANGE),
        untold,
    )


def _brings(report: Report) -> tuple[Sentence, ...]:
    if not known(report, "reach_4"):
        return ()
    if not known(report, "beyond_share") or not value(report, "reach_4"):
        return (say("The fourth step has brought {nobody} so far.", nobody=Span("nobody", "reach_4")),)
    pattern = "The fourth step brings this role {n} whom the first three do not: {share} of all who responded"
    n, share = span(report, "reach_4", "person", "people"), span(report, "beyond_share")
    spheres = [f"{sphere_words(row.sphere)} {number(row.value)}" for row in _outside(report)[:6]]
    where = f". By sphere: {listing(spheres)}." if spheres else "."
    return (say(pattern + "{where}", n=n, share=share, where=Span(where)),)


def _outside(report: Report) -> list[SphereReach]:
    """Return the spheres in which somebody never met responded, the largest first."""
    held = [row for row in report.spheres if row.value > 0]
    return sorted(held, key=lambda row: (-row.value, row.sphere))


def sphere_words(sphere: str) -> str:
    """Name a sphere in a sentence; a user's own stands as it is.

    >>> sphere_words("customer"), sphere_words("alumni")
    ('customers', 'alumni')
    """
    return _SPHERES.get(sphere, plain(sphere))


def _exchange(report: Report) -> tuple[Sentence, ...]:
    sentences = []
    if known(report, "two_way_share"):
        way = _side(
            report, "two_way_share", "mostly exchange", "mostly one way", "as much exchange as broadcast"
        )
        both = span(report, "two_way_share")
        pattern = (
            "Exchange or broadcast? It is {way}: with {both} of the people beyond, responses went both ways."
        )
        sentences.append(say(pattern, way=way, both=both))
    return tuple(sentences)


def _side(report: Report, name: str, above: str, below: str, between_: str) -> str:
    """Say on which side of a half a share lies, if its interval does."""
    low, high = report.findings[name].interval or (0.0, 1.0)
    return above if low > 0.5 else below if high < 0.5 else between_


def _carried(report: Report) -> tuple[Sentence, ...]:
    if not known(report, "carry_on"):
        return ()
    pattern = {
        "others": "Control is let go: others carry on {share} of the conversations between themselves.",
        "leader": "The conversations run through the leader: others carry on {share} of them between themselves.",
        "both": "Others carry on {share} of the conversations between themselves.",
    }[_side(report, "carry_on", "others", "leader", "both")]
    return (say(pattern, share=span(report, "carry_on")),)


def _brought_in(report: Report) -> tuple[Sentence, ...]:
    of = amount(detail(report, "second_generation_leaders"), "brought_in")
    if not known(report, "second_generation_leaders") or not of:
        return ()
    new = span(report, "second_generation_leaders")
    people = counted(of, "person", "people")
    return (
        say("Of the {of} whom the leader brought in, {n} now reach others of their own.", of=people, n=new),
    )


def _named(report: Report) -> tuple[Sentence, ...]:
    """Say what one more exchange with the people whom the forecast names would bring, if it has shown skill."""
    if "advice" not in report.findings:
        return ()
    test = Span("back-test", "advice_backtest" if "advice_backtest" in report.findings else "advice")
    if not known(report, "advice"):
        pattern = "What a step up in exchange with chosen people would bring cannot be told: {why}."
        scored = known(report, "advice_backtest")
        why = "the forecast has shown no skill" if scored else "there is too little to test a forecast on"
        return (say(pattern, why=Span(why, test.about)),)
    n = span(report, "advice", "person", "people")
    pattern = (
        "What would a step up bring? One more exchange with each of the people whom the forecast names is expected to "
        "bring {n} never met; in the {test} the forecast did better than chance."
    )
    return (say(pattern, n=n, test=test),)


def _coming_back(report: Report) -> tuple[Sentence, ...]:
    """Say what coming back to a conversation was followed by, against conversations just like it."""
    if "step_up" not in report.findings:
        return ()
    back = Span("Coming back to a conversation", "step_up")
    if not known(report, "step_up"):
        why = plain(report.findings["step_up"].reason or "no reason was given").rstrip(".")
        back = Span("coming back to a conversation", "step_up")
        pattern = "What {back} brings cannot be told: {why}."
        return (say(pattern, back=back, why=why.removeprefix("too little to say: ")),)
    low, high = report.findings["step_up"].interval or (float("-inf"), float("inf"))
    n, within = span(report, "step_up"), interval_of(report, "step_up") or "no interval"
    if low > 0:
        pattern = "{back} was followed by {n} more people never met ({within}) than its like without."
    elif high < 0:
        pattern = "{back} was followed by fewer people never met than its like without ({n}, {within})."
    else:
        pattern = (
            "{back} was followed by no more people never met, as far as can be told, than its like without "
            "(difference {n}, {within})."
        )
    return (say(pattern, back=back, n=n, within=within),)


# --- which spheres ------------------------------------------------------------------------------------------


def spheres(report: Report) -> Section:
    """Answer which spheres are reached and could be, from where the leader is influenced, person against brand."""
    told = (
        *_heard(report),
        *joined(*_breadth(report), *_room(report)),
        *joined(*_first_contact(report)),
        *_brand(report),
    )
    return section(
        "spheres",
        "Which spheres are reached, which could be, and where do my own influences come from?",
        (*told, *_voice(report)),
        numbers(report, *OUTWARD),
        cannot_tell(report, *OUTWARD, *TOPICS),
    )


NO_SPHERE = (
    "Whose world the people beyond belong to is not known. Rules in influence.toml tell; the command “influence people "
    "spheres --suggest” drafts them."
)


def sources_by_sphere(report: Report) -> dict[str, float]:
    """Return whom the leader listens to: people never met, by sphere, the most first."""
    held = {
        sphere: heard
        for sphere, row in under(detail(report, "sources"), "by_sphere").items()
        if (heard := amount(row, "value")) is not None and heard > 0
    }
    return dict(sorted(held.items(), key=lambda one: (-one[1], one[0])))


def _heard(report: Report) -> tuple[Sentence, ...]:
    out, back = [row.sphere for row in _outside(report)][:3], list(sources_by_sphere(report))[:3]
    if not out:
        return ()
    if {*out, *back} == {"unknown"}:
        return (say(NO_SPHERE),)
    heard = listing([sphere_words(sphere) for sphere in out])
    if not back:
        return (say("The leader is heard most by {out}.", out=heard),)
    listens = Span("listens", "sources")
    pattern = "The leader is heard most by {out}, and {listens} most to {back}."
    return (
        say(pattern, out=heard, listens=listens, back=listing([sphere_words(sphere) for sphere in back])),
    )


def _breadth(report: Report) -> tuple[Sentence, ...]:
    sentences = []
    if known(report, "sphere_breadth"):
        breadth = span(report, "sphere_breadth", "sphere", "spheres")
        pattern = (
            "All of the reach is in {n}."
            if breadth.text == "1 sphere"
            else "The reach is as broad as {n} of equal size."
        )
        sentences.append(say(pattern, n=breadth))
    if known(report, "balance"):
        share = span(report, "balance")
        sentences.append(say("The two mixes of spheres overlap by {share}.", share=share))
    return tuple(sentences)


def _room(report: Report) -> tuple[Sentence, ...]:
    """Say where most of the people known have not responded: which spheres could be reached."""
    room = [
        (row.sphere, row.known - row.people, row.known)
        for row in report.spheres
        if row.known > row.people and row.sphere not in NO_ROOM
    ]
    room.sort(key=lambda row: (-row[1], row[0]))
    if not room:
        return ()
    where = listing([f"{sphere_words(sphere)} ({left:,} of {of:,})" for sphere, left, of in room[:3]])
    return (say("Most room, people known who have not responded yet: {where}.", where=Span(where)),)


def _first_contact(report: Report) -> tuple[Sentence, ...]:
    if not value(report, "before_contact"):
        return ()
    held = detail(report, "before_contact")
    n, customers = span(report, "before_contact", "person", "people"), amount(held, "customers")
    who = f", {customers:,.0f} of them customers" if customers else ""
    sentence = say("{n} responded before they had ever met the leader{who}.", n=n, who=Span(who))
    ahead = amount(held, "days_ahead")
    if ahead is None:
        return (sentence,)
    days = Span(counted(round(ahead), "day", "days"), "before_contact")
    return (
        sentence,
        say("Those who met later did so {days} after their first response (median).", days=days),
    )


def _brand(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("person_against_brand")
    if finding is None:
        return ()
    brand = Span("the organisation's own accounts", finding.name)
    if finding.value is None:
        if finding.reason and "no account is flagged" in finding.reason:
            return ()
        why = (finding.reason or "no reason was given").rstrip(".")
        return (say("Cannot compare the leader with {brand}: {why}.", brand=brand, why=why),)
    within = interval_of(report, finding.name)
    verdict = words(finding.detail, "verdict") or "no verdict was given"
    pattern = "Person or brand? An item by the leader draws {n} times the responses of one by {brand}{within}: {says}."
    span_of = span(report, finding.name)
    return (
        say(pattern, n=span_of, brand=brand, within=Span(f" ({within})" if within else ""), says=verdict),
    )


def _voice(report: Report) -> tuple[Sentence, ...]:
    sentences = []
    if known(report, "share_of_voice"):
        share = span(report, "share_of_voice")
        within = interval_of(report, "share_of_voice")
        sentences.append(
            say(
                "Of all responses on any topic {share} are to the leader ({within}).",
                share=share,
                within=within,
            )
        )
    if known(report, "lead"):
        new, held = span(report, "lead", "person", "people"), detail(report, "lead")
        by_chance, p = number(amount(held, "shuffled")), amount(held, "p")
        more = (
            "more than chance gives"
            if p is not None and p <= SURE
            else "which cannot be told apart from chance"
        )
        pattern = (
            "{new} first used a term after responding to the leader's use of it, {shuffled} with times shuffled: "
            "{more}."
        )
        sentences.append(say(pattern, new=new, shuffled=by_chance, more=more))
    return tuple(sentences)


# --- could it be chance -------------------------------------------------------------------------------------


def chance(report: Report) -> Section:
    """Answer whether chance, one choice, or what was not seen could make the number."""
    told = (*_verdict(report), *joined(*_robust(report)), *_unseen(report), *_by_position(report))
    untold = cannot_tell(report, *(name for name in CHANCE if name != "influence_test"))
    question = "Could it be chance?"
    if not told:
        return section("chance", question, _inferred(report), (), untold)
    every = (*told[:1], *_sure(report), *told[1:], *_inferred(report), say(LIKENESS))
    return section("chance", question, every, (), untold)


def _verdict(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("influence_test")
    if finding is None:
        return ()
    test = Span("influence test", finding.name)
    if finding.value is None:
        why = plain(finding.reason or "no reason was given").rstrip(".")
        if why.startswith("too little to say: "):
            return (say("Too little to say: the {test} found {why}.", test=test, why=why.split(": ", 1)[1]),)
        return (say("Cannot tell by the {test}: {why}.", test=test, why=why),)
    p = amount(finding.detail, "p")
    chance_of = Span("p = " + (f"{p:.2g}" if p is not None else "not given"), finding.name)
    if p is not None and p <= SURE:
        pattern = (
            "More than chance, and consistent with influence: people took up the leader's conversations sooner once "
            "contacts of theirs had ({p})."
        )
    else:
        pattern = (
            "Cannot be told apart from chance: people came to the leader's conversations after contacts of theirs had, "
            "but orders drawn at random give as much ({p})."
        )
    return (say(pattern, p=chance_of),)


def _sure(report: Report) -> tuple[Sentence, ...]:
    lead = headline(report)
    drawn = f"95 of 100 redraws of whole conversations give {lead.interval}" if lead.interval else ""
    bounds = f"taking all unknown people as met, or none, gives {lead.bounds}" if lead.bounds else ""
    given = "; ".join(each for each in (drawn, bounds) if each)
    if not lead.known or not given:
        return ()
    return (say("The number itself is {n}: {given}.", n=Span(lead.text, lead.name), given=given),)


def alternatives(report: Report) -> list[tuple[str, float]]:
    """Return the headline under each alternative, in words, those of our own order first."""
    held = under(detail(report, "robustness"), "alternatives")
    names = [*(name for name in ALTERNATIVES if name in held), *sorted(set(held) - set(ALTERNATIVES))]
    found = [
        (ALTERNATIVES.get(name, plain(name).replace("_", " ")), amount(held[name], "reach_4"))
        for name in names
    ]
    return [(name, number_) for name, number_ in found if number_ is not None]


def _robust(report: Report) -> tuple[Sentence, ...]:
    """Say how far doubtful people and items move the headline, and how much of it is first-hand."""
    was = amount(detail(report, "robustness"), "reach_4")
    told = dict(alternatives(report))
    if not known(report, "robustness"):
        return ()
    if not was or not told:
        most = span(report, "robustness")
        return (say("Counted again under other choices it moves by {most} at most.", most=most),)
    near = told.pop(ALTERNATIVES["first_hand"], None)
    sentences = []
    if told:
        name, farthest = max(told.items(), key=lambda one: abs(one[1] - was))
        moved = Span(number(abs(farthest - was) / was, "share"), "robustness")
        count = counted(len(told), "other choice", "other choices")
        pattern = "Counted again under {count} it moves by {moved} at most: {name}, it would be {n}."
        sentences.append(say(pattern, count=count, moved=moved, name=name, n=number(farthest)))
    if near is not None:
        first = Span(number(near), "robustness")
        sentences.append(say("First-hand responses alone give {first}.", first=first))
    return tuple(sentences)


def _unseen(report: Report) -> tuple[Sentence, ...]:
    if not known(report, "unseen"):
        return ()
    held = detail(report, "unseen")
    more, within, covered = (
        amount(held, "not_seen"),
        pair(held, "not_seen_interval"),
        amount(held, "coverage"),
    )
    sentences = []
    if any(row.get("missing") or amount(row, "set_aside") for row in rows(held, "sources")):
        n = span(report, "unseen", "person", "people")
        sentences.append(say("If what the sources lack were like what they hold, it would be {n}.", n=n))
    if more is not None and more >= 1 and covered is not None:
        about = Span(counted(more, "more person", "more people"), "unseen")
        around = f" ({between(*within)})" if within else ""
        pattern = (
            "The next response comes from somebody already counted with a chance of {covered}; if it went on for ever, "
            "about {more}{around} would respond."
        )
        sentences.append(say(pattern, covered=number(covered, "share"), more=about, around=Span(around)))
    return tuple(sentences)


def _by_position(report: Report) -> tuple[Sentence, ...]:
    p = value(report, "position_by_chance")
    if p is None:
        return ()
    stands = Span("position in the network", "position_by_chance")
    if p > SURE:
        return (say("The leader's {stands} is what the number of ties would give by chance.", stands=stands),)
    held = under({"held": detail(report, "position_by_chance")}, "held")
    found = [_measure(name) for name, row in held.items() if row.get("discovery") is True]
    where = f": {listing(found)}" if found else ""
    pattern = "The leader's {stands} is not what the number of ties would give by chance{where}."
    return (say(pattern, stands=stands, where=Span(where)),)


def _measure(name: str) -> str:
    """Name a measure inside a sentence: PageRank keeps its capitals."""
    label = FINDINGS[name].label if name in FINDINGS else plain(name).replace("_", " ")
    return label.lower() if label[1:].islower() else label


def _inferred(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("reach_4") or report.findings.get("reach_beyond")
    if finding is None or finding.value is None:
        return ()
    with_them, without = (amount(finding.detail, key) for key in ("with_inferred", "without_inferred"))
    sentences = []
    if with_them is not None and with_them != finding.value:
        more = Span(number(with_them), finding.name)
        sentences.append(
            say("Counting the responses that the program inferred, it would be {more}.", more=more)
        )
    if without is not None and without != finding.value:
        less = Span(number(without), finding.name)
        sentences.append(say("Counting only responses that a source states, it would be {less}.", less=less))
    return tuple(sentences)
