"""What networkx asks of a backend: to run a function, to convert a graph, to say what it can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any

from influence.network.network import Network
from influence.network.networkx_backend.compressed import CompressedGraph
from influence.network.networkx_backend.table import MODULE_OF, NEWER, SOON_DONE

if TYPE_CHECKING:
    import networkx as nx


class Backend:
    """Runs networkx functions on arrays; for a Network also those that need a conversion.

    The functions have networkx's own signatures and answers, save one: PageRank settles to 1e-10 unless another
    `tol` than networkx's default is given (1e-6 for each node is some percent off on large networks).
    """

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Find a networkx function by its name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(_on_arrays, name) if name in MODULE_OF else _by_conversion(name)

    @staticmethod
    def convert_to_nx(graph: Any, *, name: str | None = None) -> Any:  # noqa: ARG004 (networkx's signature)
        """Return the networkx graph of a network, converted once; a result is returned as it is."""
        if isinstance(graph, CompressedGraph):
            graph = graph.origin
        return graph._mirror if isinstance(graph, Network) else graph

    @staticmethod
    def convert_from_nx(graph: nx.Graph, **_: Any) -> CompressedGraph:
        """Compress a networkx graph; attributes are read when a function asks for them."""
        return CompressedGraph.of(graph)

    @staticmethod
    def can_run(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Refuse what would change a network, since it would only change a copy, and what is not in arrays."""
        given = [*args, *kwargs.values()]
        if _changes_its_input(_dispatched(name).mutates_input, args, kwargs):
            return "a Network cannot be changed; change network.graph() instead"
        if any(isinstance(argument, Network) for argument in given):
            return True
        if name not in MODULE_OF:
            return "it does not run on arrays"
        if any(callable(argument) for argument in given):
            return "weights that a function gives are not in arrays"
        return _not_taken(name, args, kwargs) or True

    @staticmethod
    def should_run(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Ask for conversion from networkx only where the arrays are worth it."""
        if any(isinstance(argument, Network) for argument in (*args, *kwargs.values())):
            return True
        if name in MODULE_OF and (reason := _not_taken(name, args, kwargs)):
            return reason
        return "it is done before the graph is converted" if name in SOON_DONE else name in MODULE_OF


def _on_arrays(name: str, *args: Any, **kwargs: Any) -> Any:
    """Run a function of this package; what it refuses for a Network runs on a converted graph."""
    if _not_taken(name, args, kwargs):
        return _by_conversion(name)(*args, **kwargs)
    function, kwargs = _function(name), _taken(name, kwargs)
    graph, *others = args if args else (kwargs.pop("G"),)
    if not isinstance(graph, Network):
        return function(graph, *others, **kwargs)
    try:
        return function(CompressedGraph.of(graph), *others, **kwargs)
    except NotImplementedError:
        return _by_conversion(name)(graph, *others, **kwargs)


def _function(name: str) -> Callable[..., Any]:
    """Return the function of this package that does what networkx's of that name does."""
    found: Callable[..., Any] = getattr(import_module(f"{__package__}.{MODULE_OF[name]}"), name)
    return found


@cache
def _parameters(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return what a function of this package takes by its place, and by its name; a newer networkx may give more."""
    all_of_it = signature(_function(name)).parameters.values()
    by_place = tuple(one.name for one in all_of_it if one.kind is one.POSITIONAL_OR_KEYWORD)
    return by_place, frozenset(one.name for one in all_of_it if one.kind is not one.VAR_KEYWORD) | {"G"}


def _not_taken(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
    """Say which argument is given that does not run on arrays; None where all are taken."""
    by_place, by_name = _parameters(name)
    if len(args) > len(by_place):
        return f"{name} takes {len(by_place)} arguments on arrays, and {len(args)} are given"
    odd = next((given for given in _taken(name, kwargs) if given not in by_name), None)
    return f"{name} does not take {odd!r} on arrays" if odd is not None else None


def _taken(name: str, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what only a newer networkx takes, where it asks for what is done here anyhow."""
    newer = NEWER.get(name, {})
    return {given: value for given, value in kwargs.items() if given not in newer or value != newer[given]}


def _dispatched(name: str) -> Any:
    from networkx.utils.backends import _registered_algorithms  # no public way from a name to its function

    if name not in _registered_algorithms or not _registered_algorithms[name].graphs:
        raise AttributeError(name)
    return _registered_algorithms[name]


def _by_conversion(name: str) -> Callable[..., Any]:
    return partial(_dispatched(name), backend="networkx")


def _changes_its_input(
    mutates: bool | dict[str, int], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> bool:
    """Read networkx's `mutates_input`: yes, no, or by an argument ("not copy": where copy is false)."""
    if isinstance(mutates, bool):
        return mutates
    for name, place in mutates.items():
        negated, key = name.startswith("not "), name.removeprefix("not ")
        value = args[place] if place < len(args) else kwargs.get(key, True if negated else None)
        if (negated and not value) or (not negated and value is not None):
            return True
    return False


def backend_info() -> dict[str, Any]:
    """Describe the backend to networkx, which adds it to its functions' documentation."""
    note = {"additional_docs": "Runs on arrays (compressed sparse rows), compiled by numba or by SciPy."}
    return {
        "backend_name": "influence",
        "project": "networked-influence",
        "package": "influence",
        "short_summary": "Networks of who responded to whom, as compressed sparse rows.",
        "functions": dict.fromkeys(MODULE_OF, note),
    }
