"""The headers of Jira's tables in the languages of those who export them, as the English names of the same columns."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.kit.csv_files import plain

_TOLD = """
Issue key | Issue id | Created | Creator | Reporter | Assignee | Summary | Labels | Comment
Vorgangsschlüssel | Vorgangs-ID | Erstellt | Ersteller | Autor | Bearbeiter | Zusammenfassung | Stichwörter | Kommentar
Vorgangsschlüssel | Vorgangs-ID | Erstellt | Erstellt von | Melder | Zugewiesene Person | Übersicht | Labels | Kommentare
Clé de ticket | ID de ticket | Création | Créateur | Rapporteur | Responsable | Résumé | Étiquettes | Commentaire
Clé de ticket | Identifiant de ticket | Créé | Créé par | Auteur | Personne assignée | Titre | Étiquettes | Commentaires
Clave de incidencia | ID de la incidencia | Creada | Creador | Informador | Persona asignada | Resumen | Etiquetas | Comentario
Clave de incidencia | ID de incidencia | Creado | Creada por | Informante | Responsable | Resumen | Etiquetas | Comentarios
Ärendenyckel | Ärende-ID | Skapad | Skapare | Rapportör | Tilldelad | Sammanfattning | Etiketter | Kommentar
Ärendenyckel | Ärende-ID | Skapat | Skapad av | Rapporterad av | Ansvarig | Sammanfattning | Etiketter | Kommentarer
"""  # noqa: E501 - one language a line
"""English, then German, French, Spanish, Swedish: some as public code names them, the others translated here."""
_ENGLISH, *_OTHERS = [[plain(name) for name in line.split("|")] for line in _TOLD.strip().splitlines()]
_NAMES = {told: english for row in _OTHERS for told, english in zip(row, _ENGLISH, strict=True)}
_KEYS = {row[0] for row in _OTHERS}


def in_english(columns: Sequence[str]) -> list[str]:
    """Return the plain names of columns, in English where the key of an issue stands there in another language.

    >>> in_english(["Clave de incidencia", "Creada", "Estado"]), in_english(["Autor"])
    (['issuekey', 'created', 'estado'], ['autor'])
    """
    names = [plain(name) for name in columns]
    return names if _KEYS.isdisjoint(names) else [_translated(name) for name in names]


def _translated(name: str) -> str:
    """Translate a name; one that goes on with `ID` or `Id` is that of the account of whoever made an issue."""
    if name in _NAMES:
        return _NAMES[name]
    writer = _NAMES.get(name.removesuffix("id")) or _NAMES.get(name.removeprefix("id"))
    return f"{writer}id" if writer else name
