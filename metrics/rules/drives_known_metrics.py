"""A metric drives another metric of the catalogue, not itself."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem, did_you_mean
from metrics.rules.subjects import Understood, drives_written


def drives_known_metrics(draft: Understood) -> Iterator[Problem]:
    """An arrow to nowhere could never be tested against the data."""
    for index, metric in drives_written(draft.document, "metric"):
        place = draft.document.place("drives", index, "metric")
        if metric == draft.metric.metric:
            yield Problem(place, f"'{metric}' cannot drive itself; name the metric it is believed to move.")
        elif metric not in draft.known:
            yield Problem(place, f"there is no metric '{metric}'.{did_you_mean(metric, draft.known)}")
