"""What a measure is: a function of one leader that returns findings by name, and the words that go with each.

Measures come by the entry point `influence.measures`, the built-in ones too. Entry point and function have one name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from influence.contract import plugins
from influence.contract.findings import Finding
from influence.contract.language import ENGLISH, because, speaking

GROUP = "influence.measures"
OWN = "influence."
"""A measure from elsewhere that fails is a finding without a value; one of ours that fails is a fault."""

Function: TypeAlias = Callable[[Any], Mapping[str, Finding]]
"""It is given an `influence.reach.ego.Ego`."""
_Function = TypeVar("_Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Definition:
    """The words of one finding: what it is in one line, what a report calls it, and what it means.

    `meaning` says in one or two sentences what the number is, `reading` what a high or a low value tells, where it
    tells anything; `unit` is that of the value; `family` the heading under which a report lists it.
    """

    line: str
    label: str = ""
    meaning: str = ""
    reading: str = ""
    unit: str = ""
    family: str = ""


@dataclass(frozen=True)
class Measure:
    """One measure: its name, its function, and the words of what it finds."""

    name: str
    function: Function
    finds: Mapping[str, Definition]

    @property
    def near(self) -> bool:
        """Whether what is near the leader is enough for it."""
        return bool(getattr(self.function, "near", False))

    @property
    def own(self) -> bool:
        """Whether it is one of ours."""
        return self.function.__module__.startswith(OWN)

    def __call__(self, ego: Any) -> dict[str, Finding]:
        """Measure, in English; what another package's measure raises becomes the reason why it says nothing."""
        try:
            with speaking(ENGLISH):
                return dict(self.function(ego))
        except Exception as error:
            if self.own:
                raise
            return self.silent(
                because(
                    "the measure {measure} of {module} failed: {error}",
                    measure=self.name,
                    module=self.function.__module__,
                    error=error,
                )
            )

    def silent(self, reason: str) -> dict[str, Finding]:
        """Return what it finds without values, and why."""
        return {name: Finding(name, None, words.unit, reason=reason) for name, words in self.finds.items()}


NEAR_ONLY = because(
    "this takes what everybody did, and the report was made of the leader's own conversations alone"
)


def finds(**words: Definition | str) -> Callable[[_Function], _Function]:
    """Say of a measure what it finds; one line may do.

    >>> @finds(posts="how many items the leader made")
    ... def posts(ego): ...
    >>> posts.finds["posts"].line
    'how many items the leader made'
    """
    definitions = {
        name: one if isinstance(one, Definition) else Definition(one) for name, one in words.items()
    }

    def with_words(function: _Function) -> _Function:
        function.finds = definitions  # type: ignore[attr-defined]
        return function

    return with_words


def near_enough(function: _Function) -> _Function:
    """Say of a measure that it finds the same where only what is near the leader is at hand (`influence.network.near`).

    >>> @near_enough
    ... @finds(posts="how many items the leader made")
    ... def posts(ego): ...
    >>> posts.near
    True
    """
    function.near = True  # type: ignore[attr-defined]
    return function


def catalogue(wanted: Sequence[str] = ()) -> list[Measure]:
    """Load all measures, or those that are named or find something named.

    Raises:
        PluginError: there is no such measure, or one cannot be loaded.
    """
    every = [measure(name) for name in plugins.names(GROUP)]
    known = {word for one in every for word in (one.name, *one.finds)}
    for word in wanted:
        if word not in known:
            raise plugins.PluginError(f"there is no measure {word!r}; `influence measures` lists them")
    return [one for one in every if not wanted or {one.name, *one.finds} & set(wanted)]


def measure(name: str) -> Measure:
    """Load one measure; one that announces nothing finds what it is called, in its docstring's first line.

    Raises:
        PluginError: there is no such measure, or it cannot be loaded.
    """
    function = plugins.load(GROUP, name)
    first_line = (function.__doc__ or name).strip().splitlines()[0]
    return Measure(name, function, getattr(function, "finds", {name: Definition(first_line)}))
