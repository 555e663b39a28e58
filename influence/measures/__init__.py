"""Measures: one file a family. A measure is a function of an `Ego` that returns findings by name.

Measures come by the entry point `influence.measures`, the built-in ones too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from influence.contract import plugins
from influence.contract.findings import Finding

if TYPE_CHECKING:
    from influence.reach.ego import Ego

GROUP = "influence.measures"
OWN = "influence."
"""A measure from elsewhere that fails is a finding without a value; one of ours that fails is a fault."""

Function: TypeAlias = "Callable[[Ego], Mapping[str, Finding]]"
_Function = TypeVar("_Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Measure:
    """One measure: its name, its function, and in one line each what it finds."""

    name: str
    function: Function
    finds: Mapping[str, str]

    def __call__(self, ego: Ego) -> dict[str, Finding]:
        """Measure; what another package's measure raises becomes the reason why it says nothing."""
        try:
            return dict(self.function(ego))
        except Exception as error:
            if self.function.__module__.startswith(OWN):
                raise
            reason = f"the measure {self.name} of {self.function.__module__} failed: {error}"
            return {name: Finding(name, None, "", reason=reason) for name in self.finds}


def finds(**lines: str) -> Callable[[_Function], _Function]:
    """Say of a measure, in one line each, what it finds.

    >>> @finds(posts="how many items the leader made")
    ... def posts(ego): ...
    >>> posts.finds
    {'posts': 'how many items the leader made'}
    """

    def with_lines(function: _Function) -> _Function:
        function.finds = lines  # type: ignore[attr-defined]
        return function

    return with_lines


def catalogue(wanted: Sequence[str] = ()) -> list[Measure]:
    """Load all measures, or those that are named or find something named.

    Raises:
        PluginError: there is no such measure, or one cannot be loaded.
    """
    every = [_measure(name) for name in plugins.names(GROUP)]
    known = {word for measure in every for word in (measure.name, *measure.finds)}
    for word in wanted:
        if word not in known:
            raise plugins.PluginError(f"there is no measure {word!r}; `influence measures` lists them")
    return [one for one in every if not wanted or {one.name, *one.finds} & set(wanted)]


def _measure(name: str) -> Measure:
    function = plugins.load(GROUP, name)
    first_line = (function.__doc__ or name).strip().splitlines()[0]
    return Measure(name, function, getattr(function, "finds", {name: first_line}))
