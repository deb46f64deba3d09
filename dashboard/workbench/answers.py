"""What the workbench asks of the floors below: a draft bound beside the others, its numbers, SQL and effect.

All of it is asked through the reader's Scope on the published load, in limited time, and kept by nobody but the
session that asked: see drafts.py.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from dashboard import access, cache, settings
from dashboard.cache import Load, RowsBehind, Verdict
from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from metrics.catalog import Catalog
from metrics.drafts.drafting import Drafted, Written, drafted, ended, standing_on, written
from metrics.drafts.saving import in_file, save_definition
from metrics.period import Period, shifted
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.scorecard import Scorecard

SECONDS = 8.0
MONTHS = 12
MONTHS_OF_A_MODEL = 1
"""A model is fitted anew for each month, which takes seconds that nothing breaks off."""
SECONDS_OF_A_MODEL = 60.0
ROWS = 50


@dataclass(frozen=True)
class Line:
    """One month or group: the draft's value, how it is judged, and the value of the saved version beside it."""

    label: str | None
    now: MetricResult
    verdict: Verdict
    saved: MetricResult | None = None


@dataclass(frozen=True)
class Effect:
    """The board of the newest ended period as it is, and as it would be, and who names the metric."""

    before: Scorecard
    after: Scorecard
    named_by: tuple[str, ...]


def source(load: Load, metric: str) -> Written | None:
    """The definition as it is written in the workspace or the library."""
    return written(cache.opened(load).catalog, metric)


def bind(load: Load, text: str, begun: Written | None) -> Drafted:
    """The draft among all other definitions."""
    folder, catalog = settings.workspace_folder(), cache.opened(load).catalog
    return drafted(catalog, folder, load.facts.calendar, text, begun)


def is_model(draft: Drafted) -> bool:
    """Whether a model is fitted for it."""
    from metrics.language.bound import models_in

    return draft.metric is not None and bool(models_in(draft.catalog.bound[draft.metric]))


def months(load: Load, scope: Scope, draft: Drafted, beside: str | None) -> tuple[Line, ...]:
    """The last months up to the newest ended one, oldest first. Raises RequestError, TookTooLong among them."""
    last = load.default_period
    many = MONTHS_OF_A_MODEL if is_model(draft) else MONTHS
    return _lines(load, scope, draft, beside, Period(shifted(last, 1 - many).start, last.end, last.grain), ())


def teams(load: Load, scope: Scope, draft: Drafted, beside: str | None) -> tuple[Line, ...]:
    """Every team in the newest ended period, by name. Raises RequestError where it cannot be cut by teams."""
    found = _lines(load, scope, draft, beside, load.default_period, ("team",))
    return tuple(sorted(found, key=lambda line: (line.label is None, (line.label or "").casefold())))


def sql(load: Load, scope: Scope, draft: Drafted) -> str:
    """The statements behind the newest ended period, laid out."""
    from metrics.asking import ask
    from metrics.sql.show_sql import sql_of

    assert draft.metric is not None
    with _in_time(load) as warehouse:
        period = load.default_period
        asked = ask(warehouse, draft.catalog, scope, [draft.metric], period.grain, (), period.start, period.end)
        return sql_of(warehouse, draft.catalog, draft.metric, asked)


def rows(load: Load, scope: Scope, draft: Drafted) -> RowsBehind:
    """The first rows behind the newest ended period."""
    from dashboard import raw_rows
    from metrics.asking import ask
    from metrics.rows.listing import rows_behind

    assert draft.metric is not None
    with _in_time(load) as warehouse:
        period = load.default_period
        asked = ask(warehouse, draft.catalog, scope, [draft.metric], "all", (), period.start, period.end)
        found = rows_behind(warehouse, draft.catalog, asked, draft.metric, ROWS)
        return raw_rows.told_apart(found, load.facts.timezone)


def effect(load: Load, scope: Scope, draft: Drafted) -> Effect:
    """What saving would do to the board of the newest ended period."""
    from metrics.screen import build_scorecard

    assert draft.metric is not None
    period, against = load.default_period, shifted(load.default_period, -1)
    before = cache.scorecard(load, scope, period, against)
    with _in_time(load) as warehouse:
        after = build_scorecard(warehouse, draft.catalog, scope, period, against)
    return Effect(before, after, standing_on(draft.catalog, draft.metric, draft.catalog.metrics))


def may_save(scope: Scope) -> str:
    """'' when this reader may save into the workspace; else which word says why not."""
    if scope.teams is not None or not access.may("definitions"):
        return "wb_not_yours"
    folder = settings.workspace_folder()
    place = folder / "metrics" if (folder / "metrics").exists() else folder
    return "" if os.access(place, os.W_OK | os.X_OK) else "wb_not_writable"


def saved_now(draft: Drafted) -> bytes | None:
    """What stands now where the draft would be saved. Raises RequestError when it cannot be read."""
    return in_file(settings.workspace_folder() / "metrics", draft.file)


def save(draft: Drafted, text: str, begun: Written | None, seen: bytes | None, scope: Scope) -> None:
    """Save the draft. `seen`: what the writer knows its file to hold. Raises RequestError when it may not be saved, and
    ChangedOnDisk when the file holds something else."""
    from dashboard.wording import say

    if draft.problems or draft.metric is None:
        raise RequestError(say("wb_save_wrong"))
    if lack := may_save(scope):
        raise RequestError(say(lack))
    in_place = begun is not None and begun.file == draft.file
    content = begun.with_text(text) if begun is not None and in_place else ended(text).encode()
    save_definition(settings.workspace_folder() / "metrics", draft.file, content, seen)


@contextlib.contextmanager
def _in_time(load: Load, seconds: float | None = None) -> Iterator[Warehouse]:
    """The published version for somebody who does not wait long."""
    warehouse = cache.opened(load).warehouse.within(SECONDS if seconds is None else seconds)
    try:
        yield warehouse
    finally:
        warehouse.close()


def _lines(
    load: Load, scope: Scope, draft: Drafted, beside: str | None, span: Period, by: tuple[str, ...]
) -> tuple[Line, ...]:
    assert draft.metric is not None
    catalog = cache.opened(load).catalog
    with _in_time(load, SECONDS_OF_A_MODEL if is_model(draft) else SECONDS) as warehouse:
        found = _results(warehouse, draft.catalog, scope, draft.metric, span, by)
        saved = {}
        if beside in catalog.metrics and beside is not None:
            with contextlib.suppress(RequestError):  # the saved one may not be cut so; then there is nothing beside
                others = _results(warehouse, catalog, scope, beside, span, by)
                saved = {(one.period.start, *one.slices.values()): one for one in others}
        judge = _Judge(warehouse, draft, scope)
        return tuple(
            Line(
                one.slices[by[0]] if by else None,
                one,
                judge.verdict(one),
                saved.get((one.period.start, *one.slices.values())),
            )
            for one in found
        )


def _results(
    warehouse: Warehouse, catalog: Catalog, scope: Scope, metric: str, span: Period, by: tuple[str, ...]
) -> tuple[MetricResult, ...]:
    from metrics.asking import ask
    from metrics.evaluate import evaluate

    asked = ask(warehouse, catalog, scope, [metric], "month", by, span.start, span.end)
    return evaluate(warehouse, catalog, asked, [metric])[metric]


class _Judge:
    """Holds the results of a draft against its own goals."""

    def __init__(self, warehouse: Warehouse, draft: Drafted, scope: Scope) -> None:
        from metrics.organisation import organisation

        assert draft.metric is not None
        self.definition, self.bound = draft.catalog.metrics[draft.metric], draft.catalog.bound[draft.metric]
        self.scope, self.facts = scope, warehouse.facts
        self.organisation = organisation(warehouse, scope)

    def verdict(self, result: MetricResult) -> Verdict:
        from dashboard.board.verdicts import verdict_of
        from metrics.goals.holding import extent_of

        extent = extent_of({name: (value,) for name, value in result.slices.items()}, self.scope, self.organisation)
        return verdict_of(self.definition, self.bound, result, extent, self.facts)
