"""Where things lie: the project, the recordings that stand in it, and data made by others, which may be absent."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PAYLOADS = ROOT / "tests/payloads"
SHARED = ROOT.resolve().parent / "shared"
