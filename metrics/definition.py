"""MetricDefinition: one metric as written, frozen, no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from data_checks.errors import Place
from data_checks.yaml_file import Written
from metrics.language.bound import Frame, ModelName
from metrics.period import Duration

PerspectiveId = Literal["financial", "customer", "internal_process", "learning_growth"]
PERSPECTIVES: tuple[PerspectiveId, ...] = ("financial", "customer", "internal_process", "learning_growth")
Unit = Literal["number", "percent", "currency", "minutes", "hours", "days", "score", "points"]
BOUNDS: Mapping[Unit, tuple[float | None, float | None]] = {
    "percent": (0.0, 1.0),
    "points": (-100.0, 100.0),
    "minutes": (0.0, None),
    "hours": (0.0, None),
    "days": (0.0, None),
}
"""What a unit can be; no entry, or None: no bound."""
Certification = Literal["draft", "certified", "deprecated"]


@dataclass(frozen=True)
class Retention:
    """Members of a set in one period who are in it again `after` periods later, over its members."""

    of: str
    every: Literal["week", "month", "quarter", "year"] = "month"
    after: int = 1
    cohort: Literal["active", "first"] = "active"


@dataclass(frozen=True)
class Model:
    """A model fitted to what customers did, by name (metrics/models). `horizon`: how far it looks ahead; `discount`: a
    year, in percent; `stages`: those of the lifecycle whose share of customers is asked."""

    name: ModelName
    horizon: str = "3 years"
    discount: str = "10%"
    stages: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoalEntry:
    """One value of red, goal or stretch, in the unit: from a day on (None: always) to another, which is left out
    (None: for ever), for some rows (none: for all). `of_file`: from goals.csv, which wins over the definition.
    value None: a stretch goal that no longer holds. place: where the rows are named."""

    value: float | None
    begins: dt.date | None = None
    where: tuple[tuple[str, str], ...] = ()
    ends: dt.date | None = None
    of_file: bool = False
    place: Place | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Compare:
    """A metric beside itself long ago. percent_change is a fraction of the earlier value."""

    ago: Frame
    how: Literal["difference", "ratio", "percent_change"]


@dataclass(frozen=True)
class Drive:
    """A metric this one is believed to move: in the same direction (+) or the other (-), so much later."""

    metric: str
    sign: Literal["+", "-"]
    lag: str | None = None


@dataclass(frozen=True)
class Benchmark:
    """The rows of `benchmarks` it is held against; another scale is another question."""

    metric: str
    scale: str


@dataclass(frozen=True)
class MetricDefinition:
    """One metric. `red` is the limit below which it is red, `goal` the goal; goal < red means lower is better.

    percent values, red and goal are fractions here (0.85); all others are in their unit. red, goal and stretch are
    the newest of the whole organisation; `goals` holds every entry when they change by date or slice (goals.at).
    `goal_is_own`: red and goal are written `own`: only the organisation can know them, and has not said them yet.
    Exactly one of `formula`, `retention` and `model` is set; `frame` and `compare` say over which days a formula is
    taken.
    `fills_zero`: over loaded days in which nothing was counted it is 0, not without a value (`fill: 0`).
    `hash` changes whenever the meaning does.
    """

    metric: str
    place: Place
    formula: str | None = None
    retention: Retention | None = None
    model: Model | None = None
    frame: Frame | None = None
    compare: Compare | None = None
    name: str = ""
    question: str | None = None
    description: str | None = None
    perspective: PerspectiveId | None = None
    objective: str | None = None
    unit: Unit = "number"
    red: float | None = None
    goal: float | None = None
    stretch: float | None = None
    goals: Mapping[str, tuple[GoalEntry, ...]] = field(default_factory=dict)
    goal_is_own: bool = False
    weight: float = 1.0
    min_n: int = 0
    ripe_after: Duration | None = None
    fills_zero: bool = False
    timing: Literal["leading", "lagging"] | None = None
    needs: tuple[str, ...] = ()
    owner: str | None = None
    status: Certification = "draft"
    unit_given: bool = False
    written: Written | None = None
    hash: str = ""
    drives: tuple[Drive, ...] = ()
    benchmark: Benchmark | None = None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """What the value can be; a comparison is bounded by nothing."""
        return (None, None) if self.compare is not None else BOUNDS.get(self.unit, (None, None))

    @property
    def higher_is_better(self) -> bool | None:
        """None without a goal: then neither direction is good."""
        return None if self.goal is None or self.red is None else self.goal > self.red
