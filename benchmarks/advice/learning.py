"""The weights that are learned from public logs, for records too small to learn from themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.advice.logs import Log
from influence.advice.likely import Weights, of_ranks
from influence.advice.signs import SIGNS, came

SIGNS_USED = (
    "answered_them_lately", "wrote_to_them_lately", "wrote_to_leader_lately", "shared_contacts_lately",
    "answers_those_reached", "answers_those_reached_lately", "shared_conversations_lately", "shared_channels",
    "same_hours", "walk", "cascade", "active_lately", "seen_ago", "new_ties_lately", "answers_lately",
)  # fmt: skip
SUBSET = [(SIGNS.index(name), name) for name in SIGNS_USED]
LIKE = 200
"""A log in which more came counts like one in which so many did."""
RIDGE = 0.03


def learned(logs: Sequence[Log], ends: Sequence[float]) -> Weights:
    """Learn one weight for the rank of each sign from all logs together, at their earlier cuts."""
    from sklearn.linear_model import LogisticRegression

    columns = [n for n, _ in SUBSET]
    ranks, outcomes, worth = [], [], []
    for log in logs:
        told = [_cut(log, end) for end in ends]
        outcome = np.concatenate([one for _, one in told])
        ranks.append(np.concatenate([one[:, columns] for one, _ in told]))
        outcomes.append(outcome)
        worth.append(np.full(len(outcome), min(1.0, LIKE / max(int(outcome.sum()), 1))))
    fit = LogisticRegression(C=RIDGE, max_iter=500)
    fit.fit(np.concatenate(ranks), np.concatenate(outcomes), sample_weight=np.concatenate(worth))
    return of_ranks(dict(zip(SIGNS_USED, fit.coef_[0].tolist(), strict=True)))


def _cut(log: Log, end: float) -> tuple[np.ndarray, np.ndarray]:
    record = log.until(end)
    cut = record.until - record.ahead
    pairs = record.at(cut)
    return pairs.ranks, came(record.history, pairs.asked, cut, record.until)
