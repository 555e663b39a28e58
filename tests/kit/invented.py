"""The invented company, made once for all tests of a process; nobody changes it. Its workspace is made once a run."""

import fcntl
import shutil
from functools import cache
from pathlib import Path

from influence import Workspace
from influence.demo import Company, build


@cache
def company(seed: int = 1) -> Company:
    return build(seed)


def workspace_copied(made: Path, place: Path) -> tuple[Workspace, str]:
    """Return what `Workspace.demo(place)` does: whoever of several processes comes first makes it, at `made`."""
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            Workspace.demo(made)[0].close()
    shutil.copytree(made, place)
    return Workspace(place), company().leaders["beyond"]
