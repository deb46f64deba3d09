"""The remarks that customers of the demo company leave: a few sentences, each where it fits what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo.calendar import Counts, Flags, Floats, Rng, Words

_SERVICE = (
    ("Friendly and quick, thank you.", "Solved at the first try.", "Clear answer, well explained.", "All fine now."),
    ("I was passed from one desk to the next.", "Had to explain everything three times.", "Four people, one question."),
    ("It took far too long.", "I had to ask twice before anybody answered.", "Still waiting for the replacement."),
    ("The answer did not help.", "I was promised a call that never came.", "Polite, but my problem is still there."),
)
_DELIVERY = (
    ("Good range, fair prices.", "Everything arrived complete.", "I order here again and again.",
     "Quick, and well packed.", "The quotation came the same day."),
    ("The parcel came later than promised.", "Nobody told us about the delay.",
     "We had to wait and the site stood still."),
    ("Too expensive for what it is.", "The web shop is hard to search.", "Part of the order was wrong."),
)  # fmt: skip


def after_service(rng: Rng, satisfaction: Counts, asked: pd.DataFrame) -> Words:
    """A remark for about every fifth row that fits what happened; None for the others."""
    waited = ((asked["solved"] - asked["created"]).dt.total_seconds() > 72 * 3600).to_numpy()
    kinds = np.select([satisfaction >= 4, asked["group_changes"].to_numpy() >= 2, waited], [0, 1, 2], 3)
    return _said(rng, _SERVICE, kinds, np.where(satisfaction >= 4, 0.13, 0.42))


def after_delivery(rng: Rng, score: Counts, late: Flags) -> Words:
    """A remark for about every sixth row, of the right mood; None for the others."""
    return _said(rng, _DELIVERY, np.where(score >= 8, 0, np.where(late, 1, 2)), np.full(len(score), 0.18))


def _said(rng: Rng, words: tuple[tuple[str, ...], ...], kinds: Counts, share: Floats) -> Words:
    """One of the sentences of each row's kind, for that share of the rows."""
    which = rng.integers(0, 60, len(kinds))
    found: Words = np.full(len(kinds), None, dtype=object)
    speaks = rng.random(len(kinds)) < share
    for kind, sentences in enumerate(words):
        rows = np.flatnonzero(speaks & (kinds == kind))
        found[rows] = np.array(sentences, dtype=object)[which[rows] % len(sentences)]
    return found
