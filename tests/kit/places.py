"""Where things lie: the project, the recordings that stand in it, and data made by others, which may be absent."""

from pathlib import Path

from influence.kernels.kept import folder

ROOT = Path(__file__).parents[2]
PAYLOADS = ROOT / "tests/payloads"
SHARED = ROOT.resolve().parent / "shared"
COMPILED = {"NUMBA_CACHE_DIR": str(kept.parent.parent)} if (kept := folder()) else {}
"""Where compiled loops are kept, for a program that has another home: it would compile all of them anew."""
TRASH_COUNTS = {"trash": "counts"}
"""How the Enron executives are read: a tenth of their mail lies in "Deleted Items", read and then thrown away."""
