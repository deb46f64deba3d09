"""strategy.yaml beside the catalogue → Strategy: which metrics stand for which objective, and what leads to what.

A wrong line is left out and reported with its place; the others stand. Pure: the file is read one floor down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from data_checks.errors import Problem, did_you_mean
from data_checks.strategy_file import Initiative, Link, StrategyFile
from data_checks.strategy_file import Objective as WrittenObjective
from metrics.definition import PERSPECTIVES, MetricDefinition, PerspectiveId
from metrics.rules.id_form import is_id
from metrics.rules.lengths import wrong_length

__all__ = ["UNDER_WAY", "Initiative", "Link", "Objective", "Strategy", "read_strategy"]

UNDER_WAY = ("planned", "running")
"""What an initiative is while somebody still means to do it."""


@dataclass(frozen=True)
class Objective:
    """What the organisation wants to reach, and the metrics that tell whether it does, in the order of its file."""

    objective: str
    name: str
    perspective: PerspectiveId
    weight: float
    owner: str | None
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Strategy:
    """What counts, why, and what is done about it. Empty without a strategy.yaml.

    `links`: those of the file and the metrics' own `drives`, cause before effect. `problems`: in file order.
    """

    vision: str | None = None
    objectives: tuple[Objective, ...] = ()
    links: tuple[Link, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    problems: tuple[Problem, ...] = ()
    by_metric: Mapping[str, Objective] = field(default_factory=dict, repr=False)

    def initiatives_for(self, metric: str) -> tuple[Initiative, ...]:
        """What is planned, running or done to move a metric: those that name it, or its objective and no metric."""
        objective = self.by_metric.get(metric)
        own = objective.objective if objective else None
        return tuple(
            one
            for one in self.initiatives
            if one.metric == metric or (one.metric is None and own is not None and one.objective == own)
        )


def read_strategy(
    written: StrategyFile, metrics: Mapping[str, MetricDefinition], left_out: Collection[str] = ()
) -> Strategy:
    """The strategy as far as it is right. `left_out`: metrics whose definition is wrong or cannot be read, which
    somebody else says."""
    reader = _Reader(written, metrics, left_out)
    objectives = tuple(reader.objectives())
    links = (*reader.links(), *_drives(metrics))
    initiatives = tuple(reader.initiatives())
    problems = sorted(dict.fromkeys([*written.problems, *reader.problems]), key=_file_order)
    by_metric = {name: one for one in objectives for name in one.metrics}
    return Strategy(written.vision, objectives, links, initiatives, tuple(problems), by_metric)


def _file_order(problem: Problem) -> tuple[int, int, str]:
    return problem.place.line or 0, problem.place.column or 0, problem.message


def _drives(metrics: Mapping[str, MetricDefinition]) -> Iterator[Link]:
    for name, metric in metrics.items():
        for drive in metric.drives:
            if drive.metric in metrics:
                yield Link(cause=name, effect=drive.metric, sign=drive.sign, lag=drive.lag)


class _Reader:
    """Collects what is wrong while the lists are read."""

    def __init__(
        self, written: StrategyFile, metrics: Mapping[str, MetricDefinition], left_out: Collection[str]
    ) -> None:
        self.written, self.metrics, self.left_out = written, metrics, left_out
        self.known = {*metrics, *left_out}
        self.objective_ids = {one.objective for one in written.objectives}
        self.problems: list[Problem] = []

    def _say(self, message: str, *at: str | int) -> None:
        self.problems.append(Problem(self.written.place(*at), message))

    def _is_unknown(self, metric: str) -> bool:
        return metric not in self.known and metric not in self.left_out

    # ── objectives ───────────────────────────────────────────────────────────────────────────────────

    def objectives(self) -> Iterator[Objective]:
        taken: dict[str, str] = {}
        listed = {name for one in self.written.objectives for name in one.metrics or ()}
        for one in self.written.objectives:
            if not is_id(one.objective):
                told = "is no id; write lower-case letters, digits and _, beginning with a letter."
                self._say(f"'{one.objective}' {told}", *one.at, "objective")
            elif one.objective in self.known:
                self._say(f"'{one.objective}' is a metric already; give the objective another id.", *one.at)
            metrics = tuple(self._metrics_of(one, listed, taken))
            if self._has_perspective(one) and one.weight > 0 and metrics:
                perspective = cast(PerspectiveId, one.perspective)
                yield Objective(one.objective, one.name, perspective, one.weight, one.owner, metrics)

    def _has_perspective(self, one: WrittenObjective) -> bool:
        if one.perspective in PERSPECTIVES:
            return True
        names = ", ".join(PERSPECTIVES)
        if one.perspective is None:
            self._say(f"{one.objective} needs a perspective: {names}.", *one.at)
        else:
            told = f"'{one.perspective}' is not one of {names}.{did_you_mean(one.perspective, PERSPECTIVES)}"
            self._say(told, *one.at, "perspective")
        return False

    def _metrics_of(self, one: WrittenObjective, listed: set[str], taken: dict[str, str]) -> Iterator[str]:
        """Those it lists, else those whose definition names it and that no other objective lists."""
        if one.metrics is None:
            own = [name for name, m in self.metrics.items() if m.objective == one.objective and name not in listed]
            waiting = [name for name in self.left_out if name not in listed]
            if not own and not waiting:
                told = "has no metric: list some under `metrics`, or name it in their definitions as `objective`."
                self._say(f"{one.objective} {told}", *one.at)
            yield from own
            return
        if not one.metrics:
            self._say(
                f"{one.objective} lists no metric, so nothing would tell whether it is reached.", *one.at, "metrics"
            )
        for index, name in enumerate(one.metrics):
            at = (*one.at, "metrics", index)
            if self._is_unknown(name):
                self._say(f"there is no metric '{name}'.{did_you_mean(name, self.known)}", *at)
            elif name in taken:
                self._say(f"{name} stands for {taken[name]} already; a metric counts once.", *at)
            else:
                taken[name] = one.objective
                if name in self.metrics:
                    yield name

    # ── links ────────────────────────────────────────────────────────────────────────────────────────

    def links(self) -> Iterator[Link]:
        nodes = {*self.objective_ids, *self.known}
        right: list[Link] = []
        for link in self.written.links:
            is_right = True
            for key, name in (("from", link.cause), ("to", link.effect)):
                if name not in nodes and self._is_unknown(name):
                    told = f"there is no objective or metric '{name}'.{did_you_mean(name, nodes)}"
                    self._say(told, *link.at, key)
                    is_right = False
            if link.lag is not None and (found := wrong_length(link.lag, "2 months")):
                self._say(found, *link.at, "lag")
                is_right = False
            if any((link.cause, link.effect) == (other.cause, other.effect) for other in right):
                self._say(f"the link from {link.cause} to {link.effect} stands above already; leave one out.", *link.at)
                is_right = False
            if is_right and (circle := _way(link.effect, link.cause, [*right, *_drives(self.metrics)])):
                told = f"links go in a circle: {' → '.join([link.cause, *circle])}; a cause is not its own effect."
                self._say(told, *link.at)
                is_right = False
            if is_right:
                right.append(link)
        return iter(right)

    # ── initiatives ──────────────────────────────────────────────────────────────────────────────────

    def initiatives(self) -> Iterator[Initiative]:
        for one in self.written.initiatives:
            if one.objective is not None and one.objective not in self.objective_ids:
                told = f"there is no objective '{one.objective}'.{did_you_mean(one.objective, self.objective_ids)}"
                self._say(told, *one.at, "objective")
            elif one.metric is not None and self._is_unknown(one.metric):
                told = f"there is no metric '{one.metric}'.{did_you_mean(one.metric, self.known)}"
                self._say(told, *one.at, "metric")
            yield one


def _way(start: str, end: str, links: Iterable[Link]) -> Sequence[str]:
    """The nodes from `start` to `end` along links, both included; empty when no way leads there."""
    onward: dict[str, list[str]] = {}
    for link in links:
        onward.setdefault(link.cause, []).append(link.effect)
    before: dict[str, str | None] = {start: None}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        if here == end:
            way: list[str] = []
            at: str | None = here
            while at is not None:
                way.append(at)
                at = before[at]
            return way[::-1]
        for there in onward.get(here, ()):
            if there not in before:
                before[there] = here
                waiting.append(there)
    return ()
