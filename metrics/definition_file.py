"""One YAML document → MetricDefinition, or every problem in it with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from data_checks.errors import FileProblems, Problem
from data_checks.yaml_file import STRICT, Document, build
from metrics.definition import Certification, Duration, MetricDefinition, PerspectiveId, Retention, Unit

_LATER = ("rolling", "to_date", "compare", "model")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_DURATION = re.compile(r"(\d+) (day|week|month|year)s?")
MOST_PERIODS = 1200
MOST_DAYS = 7320


@dataclass(frozen=True)
class _File:
    """The keys a metric file may have (the format is a promise)."""

    __pydantic_config__ = STRICT
    metric: str
    formula: str | None = None
    retention: Retention | None = None
    rolling: Any = None
    to_date: Any = None
    compare: Any = None
    model: Any = None
    name: str | None = None
    question: str | None = None
    description: str | None = None
    perspective: PerspectiveId | None = None
    objective: str | None = None
    unit: Unit | None = None
    red: Any = None
    goal: Any = None
    stretch: Any = None
    weight: float = 1.0
    min_n: int = 30
    ripe_after: str | None = None
    timing: str | None = None
    drives: list[dict[str, Any]] = field(default_factory=list)
    benchmark: dict[str, str] | None = None
    needs: tuple[str, ...] = ()
    owner: str | None = None
    status: Certification = "draft"


def definition_from(document: Document) -> tuple[MetricDefinition, list[Problem]]:
    """The definition as written, its formula not yet looked at, and what is wrong with it.

    Raises FileProblems when the document has no shape to look further into.
    """
    if not isinstance(document.data, dict):
        raise FileProblems([Problem(document.place(), "a metric file begins with 'metric:' and its id.")])
    file = build(_File, document)
    problems = list(_problems(document, file))
    if file.formula is None and file.retention is None:
        raise FileProblems(problems)
    shape_path = ("retention", "of") if file.retention else ("formula",)
    written = document.written(*shape_path)
    definition = MetricDefinition(
        metric=file.metric,
        place=document.key_place("metric"),
        formula=None if file.retention else written.value,
        retention=file.retention,
        name=file.name or file.metric.replace("_", " ").capitalize(),
        question=file.question,
        description=file.description,
        perspective=file.perspective,
        objective=file.objective,
        unit=file.unit or "number",
        unit_given=file.unit is not None,
        weight=file.weight,
        min_n=file.min_n,
        ripe_after=_duration(file.ripe_after),
        needs=file.needs,
        owner=file.owner,
        status=file.status,
        written=written,
        other={"drives": file.drives, "benchmark": file.benchmark},
    )
    return definition, problems


def _duration(text: str | None) -> Duration | None:
    match = _DURATION.fullmatch(text or "")
    return Duration(int(match[1]), cast(Literal["day"], match[2])) if match else None


def _problems(document: Document, file: _File) -> Iterator[Problem]:
    at = document.place
    if not _ID.fullmatch(file.metric):
        yield Problem(at("metric"), f"'{file.metric}' is no id; use small letters, digits and _, like first_reply.")
    shapes = [key for key in ("formula", "retention", *_LATER) if getattr(file, key) is not None]
    if len(shapes) != 1:
        said = " and ".join(shapes) or "none"
        yield Problem(at("metric"), f"a metric has one formula or one shape; this one has {said}.")
    for key in set(shapes) & set(_LATER):
        yield Problem(document.key_place(key), f"the shape '{key}' cannot be computed by this version.")
    if file.retention and not 1 <= file.retention.after <= MOST_PERIODS:
        yield Problem(at("retention", "after"), f"'after' counts periods from 1 to {MOST_PERIODS}.")
    if not (math.isfinite(file.weight) and file.weight > 0):
        yield Problem(at("weight"), "a weight is a number above zero.")
    if file.ripe_after is not None and not _DURATION.fullmatch(file.ripe_after):
        yield Problem(at("ripe_after"), f"'{file.ripe_after}' is no duration; write it like '90 days'.")
    elif (span := _duration(file.ripe_after)) and span.about_days > MOST_DAYS:
        yield Problem(at("ripe_after"), f"'{file.ripe_after}' is longer than anybody waits; 20 years are the most.")
    if file.timing not in (None, "leading", "lagging"):
        yield Problem(at("timing"), "timing is leading or lagging.")
    if file.status == "certified" and not (file.owner and file.question):
        yield Problem(at("status"), "certified needs an owner and a question.")
