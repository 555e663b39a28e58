"""Ready-made mappings for the same tables with their labels in other languages."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from connectors.tables.mapping import Mapped, read

_OF = "servicenow-labels"
_LABELS = """
Number | Created | Caller | Short description | Closed by | Closed
Nummer | Erstellt | Anrufer | Kurzbeschreibung | Geschlossen von | Geschlossen
Nummer | Angelegt | Aufrufer | Kurzbeschreibung | Geschlossen von | Geschlossen
Numéro | Créé | Appelant | Description brève | Fermé par | Fermé
Numéro | Création | Appelant | Brève description | Clôturé par | Clôturé
Número | Creado | Solicitante | Breve descripción | Cerrado por | Cerrado
Número | Creado | Autor de llamada | Descripción breve | Cerrado por | Cerrado
Nummer | Skapad | Anmälare | Kort beskrivning | Stängd av | Stängd
Nummer | Skapad | Uppringare | Kort beskrivning | Stängt av | Stängt
"""
"""English, then German, French, Spanish, Swedish: translated here, and tried on no real export yet."""


def in_other_languages() -> Iterator[Mapped]:
    """Yield the mapping of ServiceNow's list in each of the languages.

    >>> [one.columns()[1] for one in in_other_languages()][:3]
    ['Erstellt', 'Angelegt', 'Créé']
    """
    text = files("connectors.tables").joinpath(f"mappings/{_OF}.toml").read_text("utf-8")
    english, *others = [[name.strip() for name in line.split("|")] for line in _LABELS.strip().splitlines()]
    for labels in others:
        told = text
        for before, after in zip(english, labels, strict=True):
            told = told.replace(f"{{{before}}}", f"{{{after}}}").replace(f'"{before}"', f'"{after}"')
        yield read(told, _OF)
