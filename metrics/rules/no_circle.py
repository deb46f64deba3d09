"""A metric does not stand on itself, neither directly nor through others."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.rules.subjects import Whole


def no_circle(whole: Whole) -> Iterator[Problem]:
    """Each circle is said once, at its first metric."""
    for circle in whole.circles:
        told = f"metrics go in a circle: {' → '.join([*circle, circle[0]])}; write one without the others."
        yield Problem(whole.drafts[circle[0]].metric.place, told)
