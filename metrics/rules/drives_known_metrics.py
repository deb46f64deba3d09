"""A metric drives another metric of the catalogue, not itself."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem, did_you_mean
from metrics.rules.subjects import Understood


def drives_known_metrics(draft: Understood) -> Iterator[Problem]:
    """An arrow to nowhere could never be tested against the data."""
    for index, drive in enumerate(draft.file.drives):
        place = draft.document.place("drives", index, "metric")
        if drive.metric == draft.metric.metric:
            yield Problem(place, f"'{drive.metric}' cannot drive itself; name the metric it is believed to move.")
        elif drive.metric not in draft.known:
            yield Problem(place, f"there is no metric '{drive.metric}'.{did_you_mean(drive.metric, draft.known)}")
