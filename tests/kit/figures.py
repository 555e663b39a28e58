"""What the tests of faults measured, kept for docs/reliability.md: a line of JSON each (`make trust`)."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

FILE = os.environ.get("INFLUENCE_FIGURES", "")


def measured(table, row, **figures):
    """Keep what was measured, if somebody asks for it."""
    if FILE:
        told = {"table": table, "row": row, "date": datetime.now(UTC).date().isoformat(), **figures}
        with Path(FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
