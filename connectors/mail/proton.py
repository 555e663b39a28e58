"""Where a mail lay that Proton's export tool saved: in a file beside each (`X.eml`, `X.metadata.json`), by numbers.

Proton describes neither; the names of the fields are those that open programs read which sort such an export, the
numbers those of Proton's own public library.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from connectors.kit.answers import mapping
from connectors.kit.json_files import document
from connectors.kit.lists import texts
from influence.contract.files import Export
from influence.contract.records import Unsaid

_BESIDE = re.compile(r"(?P<mail>.{1,1000})\.metadata\.json")
_LABELS = "labels.json"
_LAY_IN = {"1": Unsaid.DRAFT, "8": Unsaid.DRAFT, "4": Unsaid.SPAM, "3": Unsaid.TRASH}
"""The numbers of the folders whose mail nobody said, the surest first."""


def is_beside(name: str, names: Collection[str]) -> bool:
    """Tell a file that stands beside the mails of such an export.

    >>> is_beside("a/x.metadata.json", {"a/x.eml"}), is_beside("a/labels.json", {"a/x.eml"})
    (True, False)
    """
    found = _BESIDE.fullmatch(name)
    if found:
        return f"{found['mail']}.eml" in names
    folder, _, plain = name.rpartition("/")
    return plain == _LABELS and any(
        one.rpartition("/")[0] == folder and _BESIDE.fullmatch(one) for one in names
    )


def lay_in(export: Export, name: str) -> Unsaid | None:
    """Return whether a mail of an export lay among what nobody said.

    Raises:
        Unreadable: what stands beside it cannot be read.
    """
    beside = export.files.get(f"{name.removesuffix('.eml')}.metadata.json")
    if beside is None:
        return None
    labels = texts(mapping(mapping(document(beside)).get("Payload")).get("LabelIDs"), "LabelIDs")
    return next((kind for number, kind in _LAY_IN.items() if number in labels), None)
