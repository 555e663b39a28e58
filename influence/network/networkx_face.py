"""What a networkx graph can be asked, and a network answers by a graph of its own: networkx stays lazily loaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx


class NetworkxFace(ABC):
    """Lets a network be taken for a networkx graph by every function that only reads it."""

    directed: bool

    @abstractmethod
    def graph(self) -> nx.DiGraph:
        """Return the network as a new networkx graph."""

    def is_directed(self) -> bool:
        """Tell networkx whether ties have a direction."""
        return self.directed

    def is_multigraph(self) -> bool:
        """Tell networkx that no tie stands twice."""
        return False

    def __getitem__(self, person: str) -> Any:
        return self._mirror[person]

    if not TYPE_CHECKING:  # a typo must stay an error for mypy

        def __getattr__(self, name: str) -> Any:
            """Read what a networkx graph has and a network has not (`degree`, `edges`, `adj` …)."""
            if name.startswith("_"):
                raise AttributeError(f"a Network has no {name!r}")
            return getattr(self._mirror, name)

    @cached_property
    def _mirror(self) -> nx.DiGraph:
        """The networkx graph that answers what is not done on the arrays; frozen, so that it stays true."""
        import networkx as nx  # see the module's first lines

        return nx.freeze(self.graph())
