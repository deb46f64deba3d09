"""A short name for a number that anybody can compute again, to tell whether two papers speak of the same one."""

from __future__ import annotations

import hashlib
import json

from metrics.question import Question
from metrics.result import MetricResult

DIGITS = 12
"""Significant digits of a number that count: machines add up in different orders, and the last ones differ."""


def fingerprint(result: MetricResult, version: str, load_id: str, question: Question) -> str:
    """16 hexadecimal digits: the start of the SHA-256 of which load, metric and version, period, slices and teams the
    number is of, and of value, numerator, denominator and n, as JSON with sorted keys and no blanks.

    `result`: as it may be shown; what is hidden is null, and guessing it from the hash is no use.
    """
    period, teams = result.period, question.scope.teams
    content = {
        "load": load_id,
        "metric": result.metric,
        "definition": version,
        "period": [period.start.isoformat(), period.end.isoformat(), period.grain],
        "slices": {name: sorted(values, key=lambda one: (one is None, one or "")) for name, values in question.where},
        "teams": None if teams is None else sorted(teams),
        **{name: _canonical(getattr(result, name)) for name in ("value", "numerator", "denominator", "n")},
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


def _canonical(number: float | None) -> str | None:
    return None if number is None else format(number + 0.0, f".{DIGITS}g")
