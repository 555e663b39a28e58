"""How often a test draws at random: few times with every change, many times where there is time (`make hostile`)."""

import os

LONG = "INFLUENCE_MUTATIONS" in os.environ


def draws(few, many):
    """Return how many times to draw."""
    return many if LONG else few
