"""One YAML document → MetricDefinition, or every problem in it with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from data_checks.errors import FileProblems, Problem
from data_checks.yaml_file import STRICT, Document, build
from metrics.bound import Frame
from metrics.definition import Certification, Compare, MetricDefinition, PerspectiveId, Retention, Unit
from metrics.period import Duration

_SHAPES = ("retention", "rolling", "to_date", "compare")
_LATER = ("model",)
_ID = re.compile(r"[a-z][a-z0-9_]*")
_DURATION = re.compile(r"(\d{1,12}) (day|week|month|quarter|year)s?")
_AGO = re.compile(r"(\d{1,4} (?:day|week|month|quarter|year)s?) ago")
MOST_PERIODS = 1200
MOST_DAYS = 7320


@dataclass(frozen=True)
class _Rolling:
    """The last `last` up to the end of each period."""

    __pydantic_config__ = STRICT
    of: str
    last: str


@dataclass(frozen=True)
class _ToDate:
    """Since the start of the year, quarter or month."""

    __pydantic_config__ = STRICT
    of: str
    since: Literal["week", "month", "quarter", "year"] = "year"


@dataclass(frozen=True)
class _Compare:
    """Beside the same long ago."""

    __pydantic_config__ = STRICT
    of: str
    with_: Annotated[str, Field(alias="with")] = "1 year ago"
    as_: Annotated[Literal["difference", "ratio", "percent_change"], Field(alias="as")] = "percent_change"


@dataclass(frozen=True)
class _File:
    """The keys a metric file may have (the format is a promise)."""

    __pydantic_config__ = STRICT
    metric: str
    formula: str | None = None
    retention: Retention | None = None
    rolling: _Rolling | None = None
    to_date: _ToDate | None = None
    compare: _Compare | None = None
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
    fill: Any = None
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
    shape = next((key for key in _SHAPES if getattr(file, key) is not None), None)
    if file.formula is None and shape is None:
        raise FileProblems(problems)
    written = document.written(shape, "of") if shape else document.written("formula")
    definition = MetricDefinition(
        metric=file.metric,
        place=document.key_place("metric"),
        formula=None if file.retention else written.value,
        retention=file.retention,
        frame=_frame(file),
        compare=_comparison(file),
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
        fills_zero=file.fill is not None,
        needs=file.needs,
        owner=file.owner,
        status=file.status,
        written=written,
        other={"drives": file.drives, "benchmark": file.benchmark},
    )
    return definition, problems


def _frame(file: _File) -> Frame | None:
    if file.rolling and (length := _duration(file.rolling.last)):
        return Frame("rolling", length)
    return Frame("to_date", since=file.to_date.since) if file.to_date else None


def _comparison(file: _File) -> Compare | None:
    if file.compare is None or not (match := _AGO.fullmatch(file.compare.with_)):
        return None
    length = _duration(match[1])
    return Compare(Frame("ago", length), file.compare.as_) if length else None


def _duration(text: str | None) -> Duration | None:
    match = _DURATION.fullmatch(text or "")
    return Duration(int(match[1]), cast(Literal["day"], match[2])) if match else None


def _problems(document: Document, file: _File) -> Iterator[Problem]:
    at = document.place
    if not _ID.fullmatch(file.metric):
        yield Problem(at("metric"), f"'{file.metric}' is no id; use small letters, digits and _, like first_reply.")
    shapes = [key for key in ("formula", *_SHAPES, *_LATER) if getattr(file, key) is not None]
    if len(shapes) != 1:
        said = " and ".join(shapes) or "none"
        yield Problem(at("metric"), f"a metric has one formula or one shape; this one has {said}.")
    for key in set(shapes) & set(_LATER):
        yield Problem(document.key_place(key), f"the shape '{key}' cannot be computed by this version.")
    if file.retention and not 1 <= file.retention.after <= MOST_PERIODS:
        yield Problem(at("retention", "after"), f"'after' counts periods from 1 to {MOST_PERIODS}.")
    if file.rolling and not _DURATION.fullmatch(file.rolling.last):
        yield Problem(at("rolling", "last"), f"'{file.rolling.last}' is no duration; write it like '3 months'.")
    if file.compare and not _AGO.fullmatch(file.compare.with_):
        yield Problem(at("compare", "with"), f"'{file.compare.with_}' is no time ago; write it like '1 year ago'.")
    if not (math.isfinite(file.weight) and file.weight > 0):
        yield Problem(at("weight"), "a weight is a number above zero.")
    if file.ripe_after is not None and not _DURATION.fullmatch(file.ripe_after):
        yield Problem(at("ripe_after"), f"'{file.ripe_after}' is no duration; write it like '90 days'.")
    elif (span := _duration(file.ripe_after)) and span.about_days > MOST_DAYS:
        yield Problem(at("ripe_after"), f"'{file.ripe_after}' is longer than anybody waits; 20 years are the most.")
    if file.fill is not None and not (type(file.fill) is int and file.fill == 0):
        told = "fill takes 0 and nothing else: a period in which nothing was counted is then 0 instead of no data."
        yield Problem(at("fill"), told)
    if file.timing not in (None, "leading", "lagging"):
        yield Problem(at("timing"), "timing is leading or lagging.")
    if file.status == "certified" and not (file.owner and file.question):
        yield Problem(at("status"), "certified needs an owner and a question.")
