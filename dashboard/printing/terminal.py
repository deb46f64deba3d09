"""Results → text for a terminal, CSV for a spreadsheet, JSON for a machine. The shapes of the JSON are promises."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from dashboard import check_sentences, sentences, spreadsheet, wording
from data_checks.warehouse.contract import LoadFacts
from data_checks.watch import Partly
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.question import Question
from metrics.result import MetricResult
from metrics.rows.listing import RowTable
from metrics.standing import Standing

FIELDS = ("value", "numerator", "denominator", "n", "low", "high", "state", "complete")
_WIDE = 1000
_LONGEST = 100


_BAR = 24


def progress(sentence: str) -> None:
    """One line of progress on stderr; how far a step is, with a bar that moves, only where somebody can watch it.

    Where it cannot be written (`2>&1 | head`), nobody watches: no reason to stop what is under way.
    """
    watching = sys.stderr.isatty()
    again = "\r\x1b[2K" if watching else ""
    with contextlib.suppress(OSError):
        if not isinstance(sentence, Partly):
            click.echo(f"{again}{sentence}", err=True)
        elif watching:
            full = round(sentence.share * _BAR)
            click.echo(f"{again}{'━' * full}{'─' * (_BAR - full)} {sentence}", err=True, nl=False)


def as_json(content: Any) -> str:
    """JSON with dates in ISO form; NaN and infinity can never appear."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False, default=_plain)


def _plain(content: Any) -> Any:
    if isinstance(content, dt.date | dt.datetime):
        return content.isoformat()
    if isinstance(content, frozenset | set):
        return sorted(content)
    raise TypeError(f"{type(content).__name__} has no JSON form")


def width() -> int:
    """How many characters a line may have."""
    return shutil.get_terminal_size((_WIDE, 40)).columns if sys.stdout.isatty() else _WIDE


def rendered(content: RenderableType) -> str:
    """A rich table or text as a string. A terminal gets its own width and colour; a pipe never folds a line."""
    console = Console(file=io.StringIO(), width=width(), force_terminal=sys.stdout.isatty(), highlight=False)
    console.print(content)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines())


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = (), whole: Iterable[str] = ()
) -> str:
    """A plain table: bold heads, columns in `right` to the right, columns in `whole` never folded."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in heads:
        side: Literal["left", "right"] = "right" if head in right else "left"
        drawn.add_column(head, justify=side, header_style="bold", overflow="fold", no_wrap=head in whole)
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    return rendered(drawn)


def visible(text: str) -> str:
    """One line a terminal can show: what a file holds must not steer it."""
    safe = wording.printable(text[: _LONGEST * 2])
    return safe if len(safe) <= _LONGEST else f"{safe[: _LONGEST - 1]}…"


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV with a head line; missing is an empty field, and no text a formula."""
    out = io.StringIO()
    spreadsheet.write(out, heads, rows, line_end="\n")
    return out.getvalue().rstrip("\n")


# ── query ────────────────────────────────────────────────────────────────────────────────────────────


def results(
    found: Mapping[str, Sequence[MetricResult]], catalog: Catalog, facts: LoadFacts, question: Question, form: str
) -> str:
    """The answer of `scorecard query`."""
    if form == "json":
        return as_json(
            {
                "load": facts.load_id,
                "as_of": question.as_of.day if question.as_of.day != facts.as_of_day else facts.as_of,
                "metrics": {
                    metric: {
                        "unit": catalog.metrics[metric].unit,
                        "definition": catalog.metrics[metric].hash,
                        "checks": checks_json(rows[0].checks if rows else ()),
                        "rows": [result_json(result) for result in rows],
                    }
                    for metric, rows in found.items()
                },
            }
        )
    if form == "csv":
        heads = ["metric", "period", *question.by, *FIELDS]
        flat = ((metric, result) for metric, rows in found.items() for result in rows)
        return as_csv(heads, ([metric, *result_json(result).values()] for metric, result in flat))
    return _result_tables(found, catalog, facts, question)


def result_json(result: MetricResult) -> dict[str, Any]:
    """One row: period (null for `all`), the slices, then FIELDS; percent as a fraction, missing as null."""
    period = None if result.period.grain == "all" else result.period.start
    return {"period": period, **result.slices, **{name: getattr(result, name) for name in FIELDS}}


def checks_json(found: Sequence[Standing]) -> list[dict[str, Any]]:
    """The checks that did not pass on what a metric stands on; `effect`: withheld, marked or left_out."""
    names = ("table", "rule", "severity", "outcome", "bad_rows", "rows", "why", "owner")
    return [{"effect": one.effect, **{name: getattr(one.check, name) for name in names}} for one in found]


def checks_told(found: Sequence[Standing], facts: LoadFacts) -> list[str]:
    """What they found and what that does to the metric, a line each; rows in quarantine by table."""
    lines = [
        f"{sentences.sentence(check_sentences.clause(one.check)).rstrip('.')} "
        f"({wording.say(f'effect_{one.effect}')}): {one.check.why}"
        for one in found
        if one.effect != "left_out"
    ]
    return [*lines, *check_sentences.left_out(found, facts)]


def _result_tables(
    found: Mapping[str, Sequence[MetricResult]], catalog: Catalog, facts: LoadFacts, question: Question
) -> str:
    parts = []
    for metric, rows in found.items():
        definition = catalog.metrics[metric]
        heads = [question.grain if question.grain != "all" else "period", *question.by, "value", "n", "95 %", "state"]
        body = [_result_cells(definition, result, facts) for result in rows]
        shown = table(heads, body, right=("value", "n", "95 %"))
        told = checks_told(rows[0].checks, facts) if rows else []
        shown = "\n".join([shown, *told])
        parts.append(f"{definition.name} ({metric})\n{shown}" if body else f"{definition.name} ({metric}): no rows")
    return "\n\n".join([*parts, through(facts)])


def _result_cells(definition: MetricDefinition, result: MetricResult, facts: LoadFacts) -> list[str]:
    slices = ["(none)" if value is None else value for value in result.slices.values()]
    state = result.state if result.complete else f"{result.state}, not complete"
    value = "–" if result.value is None else wording.value(result.value, definition.unit, facts.currency)
    ends = ""
    if result.low is not None and result.high is not None:
        ends = wording.interval(result.low, result.high, definition.unit, facts.currency)
    count = "" if result.n is None else wording.count(result.n)
    reason = f": {result.reason}" if result.reason else ""
    return [wording.period(result.period), *slices, value, count, ends, state + reason]


def through(facts: LoadFacts, until: dt.date | None = None) -> str:
    """Which load, how far its data reach or are looked at (`until`), and whether it is invented."""
    label = " · synthetic data" if facts.synthetic else ""
    reach = f"Data through {wording.moment(facts.as_of, facts.timezone)}"
    if until is not None and until < facts.as_of_day:
        reach = f"As of {wording.date(until)}, later rows are left out"
    return f"{reach} · load {facts.load_id}{label}"


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────


def row_table(found: RowTable, metric: str, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard rows`: instants as they are, or for the eye as the organisation's clock shows them."""
    if form == "json":
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        return as_json({"load": facts.load_id, "metric": metric, "table": found.table, "total": found.total,
                        "rows": rows})  # fmt: skip
    if form == "csv":
        return as_csv(found.columns, found.rows)
    zone = ZoneInfo(facts.timezone)
    body = [[wording.cell(wording.on_clock(cell, zone)) for cell in row] for row in found.rows]
    more = f"{wording.count(len(body))} of {wording.count(found.total)} rows of {found.table} behind {metric}"
    if any(isinstance(cell, dt.datetime) for row in found.rows for cell in row):
        more += f", times of {facts.timezone}"
    return f"{table(found.columns, body)}\n\n{more} · {through(facts)}"


# ── check ────────────────────────────────────────────────────────────────────────────────────────────


def notes(catalog: Catalog) -> str:
    """What a reader should know: replaced library metrics in one line, everything else as it is said."""
    return "".join(f"\n{line}" for line in (*_replaced(catalog.replaced), *catalog.notes))


def _replaced(metrics: Sequence[str]) -> list[str]:
    counted = wording.plural(len(metrics), "metric replaces", "metrics replace")
    return [f"{counted} the library's: {', '.join(metrics)}."] if metrics else []


def check_report(
    problems: Sequence[Any], catalog: Catalog, folder: Path, json_wanted: bool, found_in_data: Sequence[str] = ()
) -> str:
    """The answer of `scorecard check`. `found_in_data`: what to know of the loaded data; no mistake in a file."""
    told = "".join(f"\nNote: {note}" for note in found_in_data)
    if json_wanted:
        found = [{**vars(problem.place), "message": problem.message} for problem in problems]
        known = [*_replaced(catalog.replaced), *catalog.notes, *found_in_data]
        return as_json({"problems": found, "metrics": len(catalog.metrics), "notes": known})
    if problems:
        count = wording.plural(len(problems), "problem", "problems")
        return "\n".join([*(str(problem) for problem in problems), f"{count}.{told}"])
    files = [name for name in ("workspace.yaml", "strategy.yaml", "goals.csv") if (folder / name).exists()]
    right = f"{', '.join(files)} and {len(catalog.metrics)} metrics are right"
    return f"No problems: {right}.{notes(catalog)}{told}"
