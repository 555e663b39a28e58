"""How far a leader's influence reaches beyond the people they have met.

>>> from influence import Workspace
>>> Workspace.__name__
'Workspace'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from influence.contract.findings import Finding, Report
    from influence.contract.narrowing import Narrowing
    from influence.contract.records import Activity, Encounter, Person, Tie, Verb
    from influence.network.network import Network
    from influence.workspace.workspace import Workspace

__version__ = "0.1.0"
__all__ = [
    "Activity",
    "Encounter",
    "Finding",
    "Narrowing",
    "Network",
    "Person",
    "Report",
    "Tie",
    "Verb",
    "Workspace",
]

_HOME = {
    "Activity": "influence.contract.records",
    "Encounter": "influence.contract.records",
    "Person": "influence.contract.records",
    "Tie": "influence.contract.records",
    "Verb": "influence.contract.records",
    "Finding": "influence.contract.findings",
    "Report": "influence.contract.findings",
    "Narrowing": "influence.contract.narrowing",
    "Network": "influence.network.network",
    "Workspace": "influence.workspace.workspace",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: `influence --help` must not load DuckDB."""
    if name not in _HOME:
        raise AttributeError(f"module 'influence' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
