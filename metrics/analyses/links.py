"""The strategy map tested: whether what the strategy says leads to something goes with it in the data.

A link between metrics is one pair. A link of an objective is every pair of metrics that stand for its ends; there a
metric counts as better and worse, by its goal, and one without a direction, or that a model makes, is left out. By
team and month where both metrics can be cut by team, and then looked at twice: how high both stand, and how both
change. Else by month for the whole organisation, changes only. See stats/association.py. The more looks a link takes,
the wider each interval (level 1 − 0.05 / looks, Bonferroni), so that many metrics bring no luck.
Whole months only. A value of few answers counts as it is: noise hides an association and makes none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from data_checks.warehouse.contract import Warehouse
from metrics.asking import ask, cannot_cut
from metrics.catalog import Catalog
from metrics.evaluate import evaluate
from metrics.language.bound import ModelOf, leaves, tables_of
from metrics.period import duration
from metrics.question import Question
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.stats import association
from metrics.stats.association import Association
from metrics.stats.not_known import NotKnown
from metrics.strategy import Link

Verdict = Literal["supported", "not_supported", "contradicts", "too_little_data"]
Level = Literal["team", "whole"]
Kind = Literal["height", "change"]
SURE = 0.95
DAYS_A_MONTH = 365.25 / 12
_COUNTS = ("ok", "too_few")
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """One look at a pair. kind: how high both stand, or how both change from month to month. found: r with its
    interval, better counting as more where an end is an objective. against: the one team without which the look would
    support the link, and what it would be then; None when there is no such team."""

    kind: Kind
    found: Association
    verdict: Verdict
    against: tuple[str, Association] | None = None


@dataclass(frozen=True)
class Pair:
    """Two metrics of a link. level: by team and month, or months of the whole. looks: none with the reason in `why`.
    shared: the tables both are counted from; such figures may go together by arithmetic alone."""

    cause: str
    effect: str
    level: Level
    looks: tuple[Look, ...]
    why: str = ""
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class TestedLink:
    """A link and what the data say. lag: whole months; confidence: of all intervals. why: of too little data."""

    link: Link
    lag: int
    verdict: Verdict
    pairs: tuple[Pair, ...]
    confidence: float = SURE
    why: str = ""

    @property
    def telling(self) -> tuple[Pair, Look] | None:
        """What the verdict rests on: of the looks that say the same, the one whose interval reaches furthest from 0; of
        those that say nothing, the one that comes nearest to saying something."""
        known = [(pair, look) for pair in self.pairs for look in pair.looks]
        own = [one for one in known if one[1].verdict == self.verdict] or known
        return max(own, key=lambda one: _clearance(one[1].found), default=None)


@dataclass(frozen=True)
class _End:
    """A metric at one end of a link; turned: −1 where less of it is better and the end is an objective."""

    metric: str
    turned: int = 1


def examine_links(
    warehouse: Warehouse, catalog: Catalog, scope: Scope, until: dt.date | None = None
) -> tuple[TestedLink, ...]:
    """Every link of the strategy and every `drives`, in their order. `until`: how far the data are looked at."""
    ends = [(link, _ends(catalog, link.cause), _ends(catalog, link.effect)) for link in catalog.strategy.links]
    names = dict.fromkeys(end.metric for _, causes, effects in ends for end in (*causes, *effects))
    figures = _Figures(warehouse, catalog, scope, tuple(names), until)
    return tuple(_tested(link, causes, effects, figures) for link, causes, effects in ends)


def months_of(lag: str | None) -> int:
    """A lag as whole months, the nearest; none is the same month."""
    length = duration(lag)
    if length is None:
        return 0
    in_months = {"month": 1, "quarter": 3, "year": 12}
    if length.unit in in_months:
        return length.count * in_months[length.unit]
    return round(length.count * (7 if length.unit == "week" else 1) / DAYS_A_MONTH)


def _ends(catalog: Catalog, node: str) -> tuple[_End, ...]:
    """The metrics of a node: itself, or those of an objective that have a direction and that no model makes."""
    if node in catalog.metrics:
        return (_End(node),)
    of = next((one.metrics for one in catalog.strategy.objectives if one.objective == node), ())
    found = []
    for name in of:
        up = catalog.metrics[name].higher_is_better
        if up is not None and not isinstance(catalog.bound[name], ModelOf):
            found.append(_End(name, 1 if up else -1))
    return tuple(found)


class _Figures:
    """The figures of every metric that a link names, whole months, asked for in two questions."""

    def __init__(
        self,
        warehouse: Warehouse,
        catalog: Catalog,
        scope: Scope,
        names: Sequence[str],
        until: dt.date | None,
    ) -> None:
        self._counted_from = {
            name: {table for leaf in leaves(catalog.bound[name]) for table in tables_of(leaf)} for name in names
        }
        self.teams: tuple[str, ...] = ()
        self.of_teams: dict[str, _Floats] = {}
        self.of_whole: dict[str, _Floats] = {}
        if names:
            whole = ask(warehouse, catalog, scope, names, until=until)
            self._fill(warehouse, catalog, whole, names)

    def shared(self, one: str, other: str) -> tuple[str, ...]:
        """The tables that both metrics are counted from."""
        return tuple(sorted(self._counted_from[one] & self._counted_from[other]))

    def _fill(self, warehouse: Warehouse, catalog: Catalog, whole: Question, names: Sequence[str]) -> None:
        months = {period.start: place for place, period in enumerate(whole.periods)}
        for name, results in evaluate(warehouse, catalog, whole, names).items():
            self.of_whole[name] = _table(results, months, {None: 0})[:, 0]
        ours = [
            name
            for name in names
            if not cannot_cut(warehouse, catalog.bound[name], ["team"]) and not isinstance(catalog.bound[name], ModelOf)
        ]
        if not ours:
            return
        by_team = ask(warehouse, catalog, whole.scope, ours, "month", ["team"], whole.start, whole.end,
                      until=whole.as_of.day if whole.as_of.whole else None)  # fmt: skip
        found = evaluate(warehouse, catalog, by_team, ours)
        teams = {result.slices["team"] for results in found.values() for result in results if result.slices}
        self.teams = tuple(sorted(team for team in teams if team is not None))
        places: dict[str | None, int] = {team: place for place, team in enumerate(self.teams)}
        tables = {name: _table(results, months, places) for name, results in found.items()}
        self.of_teams = {name: table for name, table in tables.items() if np.isfinite(table).any()}


def _table(
    results: Sequence[MetricResult],
    months: Mapping[dt.date, int],
    teams: Mapping[str | None, int],
) -> _Floats:
    """(months, teams): the values of whole months that may be looked at; NaN for the rest."""
    table = np.full((len(months), len(teams)), np.nan)
    for result in results:
        place = teams.get(result.slices.get("team"))
        if place is not None and result.complete and result.state in _COUNTS and result.value is not None:
            table[months[result.period.start], place] = result.value
    return table


def _tested(link: Link, causes: Sequence[_End], effects: Sequence[_End], figures: _Figures) -> TestedLink:
    lag = months_of(link.lag)
    if lonely := next((node for node, ends in ((link.cause, causes), (link.effect, effects)) if not ends), None):
        why = f"no metric of {lonely} has a direction and is counted month by month"
        return TestedLink(link, lag, "too_little_data", (), why=why)
    both = [(one, other) for one in causes for other in effects if one.metric != other.metric]
    if not both:
        return TestedLink(link, lag, "too_little_data", (), why="the same metric stands at both ends")
    by_team = [pair for pair in both if all(end.metric in figures.of_teams for end in pair)]
    level: Level = "team" if by_team else "whole"
    chosen = by_team or both
    confidence = 1 - (1 - SURE) / (len(chosen) * (2 if level == "team" else 1))
    test = _Test(figures, lag, -1 if link.sign == "-" else 1, confidence)
    pairs = tuple(test.by_team(*pair) if level == "team" else test.of_whole(*pair) for pair in chosen)
    verdict = _overall(look.verdict for pair in pairs for look in pair.looks)
    return TestedLink(link, lag, verdict, pairs, confidence, pairs[0].why if verdict == "too_little_data" else "")


@dataclass(frozen=True)
class _Test:
    """How the pairs of one link are looked at. sign: +1 when the strategy says in the same direction, else −1."""

    figures: _Figures
    lag: int
    sign: int
    confidence: float

    def of_whole(self, one: _End, other: _End) -> Pair:
        shared = self.figures.shared(one.metric, other.metric)
        x, y = (end.turned * self.figures.of_whole[end.metric] for end in (one, other))
        found = association.series(x, y, self.lag, self.confidence)
        if isinstance(found, NotKnown):
            return Pair(one.metric, other.metric, "whole", (), found.sentence, shared)
        look = Look("change", found, _verdict(found, self.sign))
        return Pair(one.metric, other.metric, "whole", (look,), shared=shared)

    def by_team(self, one: _End, other: _End) -> Pair:
        high = tuple(end.turned * self.figures.of_teams[end.metric] for end in (one, other))
        looks, why = [], ""
        for kind, (x, y) in (("height", high), ("change", tuple(association.changes(part) for part in high))):
            found = association.panel(x, y, self.lag, self.confidence)
            if isinstance(found, NotKnown):
                why = why or found.sentence
            else:
                verdict = _verdict(found, self.sign)
                against = None if verdict == "supported" else self._against(x, y, found)
                looks.append(Look(cast(Kind, kind), found, verdict, against))
        shared = self.figures.shared(one.metric, other.metric)
        return Pair(one.metric, other.metric, "team", tuple(looks), "" if looks else why, shared)

    def _against(self, x: _Floats, y: _Floats, found: Association) -> tuple[str, Association] | None:
        """The team that speaks most against the link, if it alone keeps the others from supporting it."""
        signed = [-np.inf if r is None else self.sign * r for r in found.without]
        place = int(np.argmax(signed))
        others = [np.delete(part, place, axis=1) for part in (x, y)]
        rest = association.panel(others[0], others[1], self.lag, self.confidence)
        if isinstance(rest, NotKnown) or _verdict(rest, self.sign) != "supported":
            return None
        return self.figures.teams[place], rest


def _verdict(found: Association, sign: int) -> Verdict:
    low, high = sorted((sign * found.low, sign * found.high))
    return "supported" if low > 0 else "contradicts" if high < 0 else "not_supported"


def _overall(verdicts: Iterable[Verdict]) -> Verdict:
    """Of a link: what its looks say when they do not contradict each other."""
    said = set(verdicts)
    if not said:
        return "too_little_data"
    if "supported" in said and "contradicts" not in said:
        return "supported"
    return "contradicts" if "contradicts" in said and "supported" not in said else "not_supported"


def _clearance(found: Association) -> float:
    """How far from 0 the nearer end of the interval is; below 0 when the interval holds 0."""
    return max(found.low, -found.high)
