"""A weight is a number above zero; a metric that shall not count has no goal."""

from __future__ import annotations

import math
from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft


def weight_above_zero(draft: Draft) -> Iterator[Problem]:
    """Infinite and not-a-number are YAML too."""
    weight = draft.file.weight
    if not (math.isfinite(weight) and weight > 0):
        told = "a weight is a number above zero; without red and goal a metric does not count."
        yield Problem(draft.document.place("weight"), told)
