"""How a machine takes snapshots by itself: the lines for cron, or the two files for systemd."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from influence.contract.errors import InfluenceError

HOUR = 6
_CRON = {"week": f"30 {HOUR} * * 1", "month": f"30 {HOUR} 1 * *"}
_SYSTEMD = {"week": f"Mon *-*-* {HOUR:02}:30:00", "month": f"*-*-01 {HOUR:02}:30:00"}


class CannotTime(InfluenceError):
    """A name or path that no timer may hold."""


@dataclass(frozen=True)
class Timed:
    """What is done by itself: by which program, in which workspace, of whom, how often; a digest is sent `to` some."""

    program: str
    workspace: Path
    leaders: Sequence[str]
    every: str
    to: Sequence[str] = ()

    def commands(self) -> list[list[str]]:
        """Return pull, track and, where it is sent to somebody, digest.

        Raises:
            CannotTime: a word that no timer may hold.
        """
        for word in (self.program, str(self.workspace), *self.leaders, *self.to):
            if not word.isprintable():
                raise CannotTime(
                    f"{word!r} holds a character that no timer may hold; name the leader by an account"
                )
        place = ["-w", str(self.workspace)]
        track = [self.program, "track", *place, "--every", self.every, "--quiet", *self.leaders]
        sent = [part for one in self.to for part in ("--to", one)]
        digest = [self.program, "digest", *place, "--format", "eml", *sent, "--send", *self.leaders]
        return [[self.program, "pull", *place], track, *([digest] if self.to else [])]


def cron(timed: Timed) -> str:
    """Return the line for `crontab -e`: fetch what is new, then take the snapshots; it says something only if need be.

    >>> print(cron(Timed("influence", Path("/a"), ["ann@acme.example"], "week")), end="")
    30 6 * * 1 influence pull -w /a >/dev/null; influence track -w /a --every week --quiet ann@acme.example
    """
    pull, track, *digest = map(shlex.join, timed.commands())
    line = f"{pull} >/dev/null; {' && '.join([track, *(f'{one} >/dev/null' for one in digest)])}"
    return f"{_CRON[timed.every]} {line}\n".replace("%", "\\%")


def systemd(timed: Timed) -> str:
    """Return the service and the timer for systemd, each with the file that it belongs in.

    >>> "OnCalendar=Mon *-*-* 06:30:00" in systemd(Timed("influence", Path("/srv/acme"), ["Ann"], "week"))
    True
    """
    pull, *rest = (" ".join(map(_quoted, words)) for words in timed.commands())
    starts = "\n".join(f"ExecStart={one}" for one in rest)
    folder = "~/.config/systemd/user"
    return f"""\
# {folder}/influence.service
[Unit]
Description=Fetch what is new and take snapshots of influence

[Service]
Type=oneshot
ExecStart=-{pull}
{starts}

# {folder}/influence.timer, then: systemctl --user enable --now influence.timer
[Unit]
Description=Take snapshots of influence every {timed.every}

[Timer]
OnCalendar={_SYSTEMD[timed.every]}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _quoted(word: str) -> str:
    """Quote a word for systemd, in which % and $ stand for something else."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or " " in word or "'" in word or ";" in word else word
