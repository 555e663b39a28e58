"""Where things lie: the project, the recordings that stand in it, and data made by others, which may be absent."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PAYLOADS = ROOT / "tests/payloads"
SHARED = ROOT.resolve().parent / "shared"
TRASH_COUNTS = {"trash": "counts"}
"""How the Enron executives are read: a tenth of their mail lies in "Deleted Items", read and then thrown away."""
