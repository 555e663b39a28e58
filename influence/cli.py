"""The command line: thin shells over `Workspace`."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Show how far a leader's influence reaches beyond the people they have met."""
