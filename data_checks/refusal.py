"""Why a load may not be published, as one sentence: table, rule, counts, the first bad place and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data_checks.quarantine import BadRow
from data_checks.suites import Check
from data_checks.warehouse.contract import CheckOutcome

Key = tuple[str, str]


def refusal(
    checks: Mapping[Key, Check],
    outcomes: Sequence[CheckOutcome],
    first: Mapping[Key, BadRow],
    quarantine: str,
    unknown: Mapping[Key, str],
    filtered: Mapping[str, int],
) -> str | None:
    """The sentence for the gravest outcome that forbids publishing; None when publishing is allowed.

    `checks`, in `first` each one's first bad row and in `unknown` its values that are not allowed, by (table, rule);
    `filtered`: how many rows of each table `where` left out.
    """
    grave = [o for o in outcomes if o.severity == "critical" and o.outcome != "passed"]
    for outcome in grave:
        if outcome.outcome == "broken":
            return (
                f"{outcome.table}: the check {outcome.rule} crashed ({outcome.message}), so its rows are unproved; "
                "correct the rule."
            )
    for outcome in grave:
        kind = checks[outcome.table, outcome.rule].kind
        if kind == "bad_rows":
            return _too_many(checks, outcomes, outcome, first, quarantine, unknown)
    for outcome in grave:
        if sentence := _table_sentence(checks[outcome.table, outcome.rule], outcome, first, quarantine, filtered):
            return sentence
    return None


def _too_many(
    checks: Mapping[Key, Check],
    outcomes: Sequence[CheckOutcome],
    outcome: CheckOutcome,
    first: Mapping[Key, BadRow],
    quarantine: str,
    unknown: Mapping[Key, str],
) -> str:
    table = outcome.table
    rules = [o for o in outcomes if o.table == table and checks[table, o.rule].is_row and o.severity == "critical"]
    worst = max(rules, key=lambda o: o.bad_rows)
    share, limit = outcome.bad_rows / outcome.rows, checks[table, outcome.rule].limit
    row = first.get((table, worst.rule))
    hint = checks[table, worst.rule].hint
    return (
        f"{table}: {outcome.bad_rows:,} of {outcome.rows:,} rows ({share:.1%}) are bad, more than the "
        f"{limit:.0%} that {outcome.rule} allows; most break {worst.rule} ({worst.bad_rows:,})"
        + (f", first at {row.place}: {row.reason}" if row else "")
        + (f"; {hint}" if hint else "")
        + (f"; what came: {values}" if (values := unknown.get((table, worst.rule))) else "")
        + f". Every row: {quarantine}"
    )


def _values(count: int, column: str) -> str:
    return f"1 value of {column} stands" if count == 1 else f"{count:,} values of {column} stand"


def _table_sentence(
    check: Check, outcome: CheckOutcome, first: Mapping[Key, BadRow], quarantine: str, filtered: Mapping[str, int]
) -> str | None:
    row = first.get((check.table, check.rule))
    if check.kind == "not_empty":
        bad = next((found for found in first.values() if found.table == check.table), None)
        if bad:
            said = f"no good row is left, first at {bad.place}: {bad.reason}"
            return f"{check.table}: {said} ({check.rule}). {check.why} Every row: {quarantine}"
        if count := filtered.get(check.table):
            said = f"`where` leaves out every row, {count:,} of {count:,} ({check.rule})"
            return f"{check.table}: {said}; correct it."
        return f"{check.table}: there is no row ({check.rule}); export it again. {check.why}"
    if check.kind == "unique_key":
        where = f", first at {row.place}: {row.reason}" if row else ""
        return (
            f"{check.table}: {_values(outcome.bad_rows, check.columns[0])} more than once ({check.rule})"
            f"{where}. {check.why} Use `latest_by` for an event log, `group_by` for lines, or correct the file."
        )
    return None
