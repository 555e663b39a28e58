"""Writes a bill of materials (CycloneDX 1.6) of all that `requirements.lock` installs, with its hashes and licences."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
_PACKAGE = re.compile(
    r"^([\w.-]+)==([^\s;\\]+)[^\n]*?\\?\n((?:\s+--hash=sha256:[0-9a-f]{64}\s*\\?\n)*)", re.MULTILINE
)
_OURS = "networked-influence"


def components(lock: str) -> list[dict[str, Any]]:
    """Return every package of a lock file: its name, version, hashes, and its licence where it is installed."""
    return [_component(*found) for found in _PACKAGE.findall(lock)]


def _component(name: str, number: str, hashes: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name.lower()}@{number}",
        "name": name,
        "version": number,
        "purl": f"pkg:pypi/{name.lower()}@{number}",
        "properties": [
            {"name": "lock:sha256", "value": one} for one in re.findall(r"sha256:([0-9a-f]{64})", hashes)
        ],
    }
    licence = _licence(name)
    return found | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def _licence(name: str) -> str:
    try:
        told = metadata(name)
    except PackageNotFoundError:  # it belongs to another system or to an extra that is not here
        return ""
    classified = [
        one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License ::")
    ]
    written = (
        told.get("License-Expression") or next(iter(classified), "") or told.get("License") or ""
    ).strip()
    return written.splitlines()[0][:120] if written else ""


def bill(lock: str) -> dict[str, Any]:
    """Return the bill of materials; the same lock gives the same one."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": _OURS, "version": version(_OURS)}},
        "components": components(lock),
    }


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(bill(LOCK.read_text("utf-8")), indent=1) + "\n", encoding="utf-8")
