"""How a machine takes snapshots by itself: the lines for cron, or the two files for systemd."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from influence.contract.errors import InfluenceError

HOUR = 6
_CRON = {"week": f"30 {HOUR} * * 1", "month": f"30 {HOUR} 1 * *"}
_SYSTEMD = {"week": f"Mon *-*-* {HOUR:02}:30:00", "month": f"*-*-01 {HOUR:02}:30:00"}


class CannotTime(InfluenceError):
    """A name or path that no timer may hold."""


def cron(program: str, workspace: Path, leaders: Sequence[str], every: str) -> str:
    """Return the line for `crontab -e`: fetch what is new, then take the snapshots; it says something only if need be.

    >>> print(cron("influence", Path("/a"), ["ann@acme.example"], "week"), end="")
    30 6 * * 1 influence pull -w /a >/dev/null; influence track -w /a --every week --quiet ann@acme.example
    """
    pull, track = _commands(program, workspace, leaders, every)
    line = f"{shlex.join(pull)} >/dev/null; {shlex.join(track)}"
    return f"{_CRON[every]} {line}\n".replace("%", "\\%")


def systemd(program: str, workspace: Path, leaders: Sequence[str], every: str) -> str:
    """Return the service and the timer for systemd, each with the file that it belongs in.

    >>> "OnCalendar=Mon *-*-* 06:30:00" in systemd("influence", Path("/srv/acme"), ["Ann"], "week")
    True
    """
    pull, track = (" ".join(map(_quoted, words)) for words in _commands(program, workspace, leaders, every))
    folder = "~/.config/systemd/user"
    return f"""\
# {folder}/influence.service
[Unit]
Description=Fetch what is new and take snapshots of influence

[Service]
Type=oneshot
ExecStart=-{pull}
ExecStart={track}

# {folder}/influence.timer, then: systemctl --user enable --now influence.timer
[Unit]
Description=Take snapshots of influence every {every}

[Timer]
OnCalendar={_SYSTEMD[every]}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _commands(
    program: str, workspace: Path, leaders: Sequence[str], every: str
) -> tuple[list[str], list[str]]:
    for word in (program, str(workspace), *leaders):
        if not word.isprintable():
            raise CannotTime(
                f"{word!r} holds a character that no timer may hold; name the leader by an account"
            )
    place = ["-w", str(workspace)]
    return [program, "pull", *place], [program, "track", *place, "--every", every, "--quiet", *leaders]


def _quoted(word: str) -> str:
    """Quote a word for systemd, in which % and $ stand for something else."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or " " in word or "'" in word or ";" in word else word
