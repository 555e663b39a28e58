"""What became of advice in words: that which was taken, beside that which was not."""

from __future__ import annotations

from collections.abc import Iterator

from influence.contract.language import recognised, translated
from influence.contract.programmed import Became
from influence.contract.wording import counted, number


def became(one: Became) -> Iterator[str]:
    """Say what became of advice about lines of plans, beside that which was not taken."""
    if one.reason is not None:
        yield translated("What became of advice that was taken cannot be told: {why}.").format(
            why=recognised(one.reason)
        )
        return
    days = counted(one.days, "day", "days")
    if one.taken:
        yield translated(
            "Advice taken about somebody, {days} ago or more: {taken}. Followed by a response of theirs within these "
            "days: {came}."
        ).format(days=days, taken=number(one.taken), came=number(one.came))
        yield _beside(one)
    if one.waiting:
        yield translated(
            "Noted less than {days} before the end of the record, and not judged yet: {n}."
        ).format(days=days, n=number(one.waiting))


def _beside(one: Became) -> str:
    if not one.left:
        return translated(
            "How that is beside advice that was not taken cannot be told: there is too little of it. Responses may "
            "have come anyway."
        )
    return translated(
        "Beside it, advice given and not taken: {left}, followed by a response: {came}. Responses may have come "
        "anyway, and whoever takes advice may choose what looks likely."
    ).format(left=number(one.left), came=number(one.left_came or 0))
