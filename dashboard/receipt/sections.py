"""A receipt as sections of lines in words, the same for a terminal and for a page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dashboard import wording
from dashboard.receipt import left_out
from dashboard.receipt.formula_words import formula_words, length_words, plain
from dashboard.receipt.lines import Line, Section, days, note, pair
from dashboard.wording import say
from metrics.definition import GoalEntry, MetricDefinition
from metrics.language.bound import ModelOf, models_in
from metrics.result import MetricResult
from metrics.scorecard import Card, make_card

if TYPE_CHECKING:
    from metrics.receipt import CheckStood, Receipt

_HASH = 12
_LIMITS = ("red", "goal", "stretch")


def card_of(receipt: Receipt) -> Card:
    """The number as a card that stands alone, for the sentences about it."""
    return make_card(receipt.definition, receipt.result, None, ())


def sections(receipt: Receipt) -> tuple[Section, ...]:
    """How it is counted, what was left out, what it stands on, where it comes from. SQL and rows are shown as such."""
    return (
        Section(say("rc_counted"), tuple(line for line in _counted(receipt) if line.text)),
        Section(say("rc_left_out"), tuple(_left_out(receipt))),
        Section(say("rc_stands"), tuple(note(text) for text in _stands(receipt))),
        Section(say("rc_comes"), tuple(_comes(receipt))),
    )


def asked(receipt: Receipt) -> str:
    """The groups asked for, and whose rows they are of: 'team North', 'everybody'."""
    groups = [_group(name, values) for name, values in receipt.where]
    return ", ".join([*groups, *([say("rc_scope")] if receipt.scope.teams is not None else [])]) or say("rc_everybody")


# ── how it is counted ────────────────────────────────────────────────────────────────────────────────


def _counted(receipt: Receipt) -> Iterator[Line]:
    definition = receipt.definition
    yield pair("rc_words", formula_words(receipt.bound))
    yield pair("rc_formula", _formula(definition))
    yield pair("rc_uses", ", ".join(receipt.uses))
    yield pair("rc_result", _result(receipt))
    yield pair("rc_sure", _interval(receipt))
    yield pair("rc_fit", _fit(receipt))
    yield pair("rc_period", _period(receipt))
    yield pair("rc_of", asked(receipt))
    yield pair("rc_limits", ", ".join(_limit(receipt, name) for name in _LIMITS if name in receipt.limits))
    version = {"metric": definition.metric, "version": definition.hash, "status": definition.status}
    owner = definition.owner or say("nobody")
    yield pair("rc_definition", say("rc_version", **version, owner=owner, place=definition.place))


def _fit(receipt: Receipt) -> str:
    """What the fit of a model found; '' for what is no model."""
    if not isinstance(receipt.bound, ModelOf):
        return ""
    return ", ".join(f"{plain(name)} {_parameter(value)}" for name, value in receipt.result.parts.items())


def _parameter(value: float) -> str:
    """Four figures, and no more than one place behind a large number."""
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}".removesuffix(".0")


def _formula(definition: MetricDefinition) -> str:
    """The formula as written, and the days it is taken over when they are not the period's own."""
    if definition.retention is not None:
        kept = definition.retention
        return f"retention: {{of: {kept.of}, every: {kept.every}, after: {kept.after}, cohort: {kept.cohort}}}"
    if (model := definition.model) is not None:
        stages = f", stages: [{', '.join(model.stages)}]" if model.stages else ""
        horizon = f", horizon: {model.horizon}" if model.name == "lifetime_value" else ""
        terms = "" if model.stages else f"{horizon}, discount: {model.discount}"
        return f"model: {{name: {model.name}{terms}{stages}}}"
    written, frame = " ".join((definition.formula or "").split()), definition.frame
    if frame is not None and frame.length is not None:
        return f"rolling: {{of: {written}, last: {length_words(frame.length)}}}"
    if frame is not None:
        return f"to_date: {{of: {written}, since: {frame.since}}}"
    if (compare := definition.compare) is not None and compare.ago.length is not None:
        return f"compare: {{of: {written}, with: {length_words(compare.ago.length)} ago, as: {compare.how}}}"
    return written


def _result(receipt: Receipt) -> str:
    result, unit, currency = receipt.result, receipt.definition.unit, receipt.load.currency
    if result.value is None:
        return say("no_value")
    value = wording.value(result.value, unit, currency)
    if result.numerator is not None and result.denominator is not None:
        parts = {"numerator": exact(result.numerator), "denominator": exact(result.denominator), "value": value}
        key = {"proportion": "rc_fraction", "nps": "rc_difference"}.get(result.kind, "rc_quotient")
        told = say(key, **parts)
        return told if result.n in (None, result.denominator) else f"{told}; {_n(result)}"
    whole = exact(result.value) if result.numerator == result.value and unit in ("number", "currency") else value
    return f"{whole}; {_n(result)}" if result.n is not None and result.n != result.value else whole


def _n(result: MetricResult) -> str:
    return say("rc_n", n=wording.count(result.n or 0))


def exact(number: float) -> str:
    """A number in full: a receipt rounds nothing away that matters."""
    return wording.count(number) if number == round(number) else wording.cell(float(number))


def _interval(receipt: Receipt) -> str:
    result, unit, currency = receipt.result, receipt.definition.unit, receipt.load.currency
    if result.value is None:
        return ""
    if receipt.method == "none":
        if result.kind in ("total", "ratio_across_tables", "other"):
            return say("rc_no_interval_total" if result.kind == "total" else "rc_no_interval_kind")
        return say("rc_no_interval_few")
    method = {"method": say(f"rc_method_{receipt.method}"), "space": wording.SPACE}
    low, high = result.low, result.high
    if low is not None and high is not None:
        return say("rc_interval_made", interval=wording.interval(low, high, unit, currency), **method)
    if low is not None:
        return say("rc_interval_from", low=wording.value(low, unit, currency), **method)
    return say("rc_interval_to", high=wording.value(high or 0.0, unit, currency), **method)


def _period(receipt: Receipt) -> str:
    period, reach = receipt.result.period, receipt.load.reach
    key = "rc_complete" if receipt.result.complete else "rc_running"
    told = days(period.start, period.end)
    return say(key, days=told, timezone=receipt.load.timezone, last=wording.date(reach.day))


def _limit(receipt: Receipt, name: str) -> str:
    """'goal 85 % since 1 Jan 2026 for team North'."""
    entry: GoalEntry = receipt.limits[name]
    told = say(
        f"rc_{name}",
        value=wording.value(entry.value or 0.0, receipt.definition.unit, receipt.load.currency, exact=True),
    )
    if entry.begins is not None:
        told = say("rc_since", limit=told, day=wording.date(entry.begins))
    group = ", ".join(_group(key, [value]) for key, value in entry.where)
    return say("rc_for", limit=told, group=group) if group else told


def _group(name: str, values: Iterable[str | None]) -> str:
    return say("rc_group", name=name, values=", ".join(value or say("unassigned") for value in values))


# ── what was left out ────────────────────────────────────────────────────────────────────────────────


def _left_out(receipt: Receipt) -> Iterator[Line]:
    for part in receipt.parts:
        yield from left_out.part_lines(part, receipt.scope.teams is None)
    if models_in(receipt.bound):
        yield note(say("rc_model"))
    yield from map(note, left_out.load_lines(receipt.tables))


# ── what it stands on ────────────────────────────────────────────────────────────────────────────────


def _stands(receipt: Receipt) -> Iterator[str]:
    checks = receipt.checks
    passed = [check for check in checks if check.outcome == "passed"]
    if not checks:
        yield say("rc_no_checks")
        return
    key = "rc_all_passed" if len(passed) == len(checks) else "rc_some_passed"
    yield say(key, passed=len(passed), total=len(checks))
    yield from (_check(check) for check in checks if check.outcome != "passed")
    needed = [check.rule for check in checks if check.is_needed]
    if needed:
        yield say("rc_needed", rules=", ".join(dict.fromkeys(needed)))
    if passed:
        yield say("rc_passed", rules=", ".join(dict.fromkeys(check.rule for check in passed)))


def _check(check: CheckStood) -> str:
    effect = say(f"effect_{check.effect}") if check.effect else say("rc_noted")
    told = {"rule": check.rule, "table": plain(check.table), "effect": effect, "why": check.why, "owner": check.owner}
    if check.outcome == "broken":
        return say("rc_broken", **told)
    if not check.rows or check.bad_rows is None:  # of a table as a whole, or not for this reader to know
        return say("rc_failed_untold", **told)
    bad = say("bad_row" if check.bad_rows == 1 else "bad_rows", n=wording.count(check.bad_rows))
    return say("rc_failed", rows=bad, **told)


# ── where it comes from ──────────────────────────────────────────────────────────────────────────────


def _comes(receipt: Receipt) -> Iterator[Line]:
    load = receipt.load
    invented = say("rc_synthetic") if load.synthetic else ""
    moment = wording.moment(load.loaded_at, load.timezone)
    yield pair("rc_load", say("rc_loaded_at", load=load.load_id, moment=moment, synthetic=invented))
    through = wording.moment(load.as_of, load.timezone)
    if load.reach.day != load.as_of_day:
        through = say("rc_looked", moment=through, day=wording.date(load.reach.day))
    yield pair("rc_through", through)
    for file in receipt.sources:
        told = say("rc_file", file=file.file, table=plain(file.table), sha256=file.sha256[:_HASH])
        yield pair("rc_files", told)
    if not receipt.sources:
        yield note(say("rc_no_files"))
