"""A metric that names others can be computed only when they can."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.rules.subjects import Whole


def stands_on_right_metrics(whole: Whole) -> Iterator[Problem]:
    """What is wrong with the others is said at their own place."""
    told_already = {name for circle in whole.circles for name in circle}
    for name, missing in whole.waiting.items():
        written = whole.drafts[name].metric.written
        if name not in told_already and written is not None:
            names = ", ".join(f"'{one}'" for one in missing)
            yield Problem(written.begins, f"this stands on {names}, which cannot be computed; correct that first.")
