"""The checks of one table in our own SQL: who fails what, and the clean rows. Great Expectations must agree with it.

Leaves `failed_<table>` (`__row`, `__failed`: one bit per row check, in order) and the view `clean_<table>`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from data_checks.contract import Contract
from data_checks.expression import quoted
from data_checks.suites import Check, Verdict
from data_checks.system_errors import system_error
from data_checks.warehouse.contract import CheckOutcome, Outcome

SAMPLES = 5
"""So many keys of bad rows are kept of each check."""
_LONGEST_KEY = 80
_OF_NO_ROW = ("not_empty", "volume", "freshness")
"""The kinds that are of a table as a whole: none of its rows is bad."""
_OF_KEYS = ("unique_key", "reference", "no_circle")


def evaluate_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, checks: Sequence[Check]
) -> Mapping[str, Verdict]:
    """Count the bad rows of every row check; a check that crashes is broken and takes no row out.

    A critical check counts among all rows, a warning among those that are published: a row in quarantine is not
    "published and marked".
    """
    table, staged = contract.table, f"staged_{contract.table}"
    critical = critical_mask(checks)
    broken = _failed(connection, table, checks)
    connection.execute(
        f"create view clean_{table} as select * from {staged} anti join "
        f"(select __row from failed_{table} where __failed & {critical} <> 0) using (__row)"
    )
    counted = ", ".join(
        f"count(*) filter (where __failed & {1 << place} <> 0 and ({_is_counted(check, critical)}))"
        for place, check in enumerate(checks)
    )
    counts = connection.execute(f"select {counted} from failed_{table}").fetchall()[0]
    found = {}
    for place, (check, count) in enumerate(zip(checks, counts, strict=True)):
        samples: tuple[str, ...] = ()
        if count:
            bad = f"__failed & {1 << place} <> 0 and ({_is_counted(check, critical)})"
            samples = _keys_of(connection, contract, bad)
        found[check.rule] = Verdict(0, broken[check.rule]) if check.rule in broken else Verdict(count, "", samples)
    return found


def _keys_of(connection: duckdb.DuckDBPyConnection, contract: Contract, bad: str) -> tuple[str, ...]:
    """The keys of the first rows that are bad; one whose key could not be read has none."""
    first = f"select __row from failed_{contract.table} where {bad} order by __row limit {SAMPLES}"
    key = quoted(contract.key)
    found = connection.execute(
        f"select left({key}::varchar, {_LONGEST_KEY}) from staged_{contract.table} "
        f"where __row in ({first}) and {key} is not null order by __row"
    ).fetchall()
    return tuple(row[0] for row in found)


def _is_counted(check: Check, critical: int) -> str:
    return "true" if check.severity == "critical" else f"__failed & {critical} = 0"


def _failed(connection: duckdb.DuckDBPyConnection, table: str, checks: Sequence[Check]) -> dict[str, str]:
    """Create `failed_<table>`. The checks that cannot be computed on these rows, which are left out of it, and why:
    they are tried alone only when they fail together."""
    bits = {check.rule: f"case when {check.bad} then {1 << place} else 0 end" for place, check in enumerate(checks)}
    create = f"create table failed_{table} as select __row, __failed from (select __row, "
    rest = f"::bigint as __failed from staged_{table}) where __failed <> 0"
    try:
        connection.execute(f"{create}({' | '.join(bits.values())}){rest}")
    except duckdb.Error as error:
        if system_error(error):  # a full disk is no fault of a rule
            raise
    else:
        return {}
    staged = f"staged_{table}"
    broken = {check.rule: reason for check in checks if (reason := _crash(connection, staged, check.bad))}
    sound = [bit for rule, bit in bits.items() if rule not in broken]
    connection.execute(f"{create}({' | '.join(sound) or '0'}){rest}")
    return broken


def _crash(connection: duckdb.DuckDBPyConnection, staged: str, predicate: str) -> str:
    try:
        connection.execute(f"select count(*) from {staged} where {predicate}").fetchall()
    except duckdb.Error as error:
        if system_error(error):
            raise
        return str(error).splitlines()[0]
    return ""


def evaluate_tables(connection: duckdb.DuckDBPyConnection, checks: Sequence[Check]) -> Mapping[str, Verdict]:
    """Count what offends the checks of whole tables, on the clean rows."""
    found = {}
    for check in checks:
        if not check.sql:
            continue
        try:
            bad = int(connection.execute(f"select count(*) from ({check.sql})").fetchall()[0][0])
            samples = _offenders(connection, check.sql) if bad and check.kind in _OF_KEYS else ()
            found[check.rule] = Verdict(bad, "", samples)
        except duckdb.Error as error:
            if system_error(error):
                raise
            found[check.rule] = Verdict(0, str(error).splitlines()[0])
    return found


def _offenders(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, ...]:
    """The first few keys that a check of a whole table finds, each once."""
    found = connection.execute(
        f"select distinct left(key::varchar, {_LONGEST_KEY}) from ({sql}) offending(key) order by all limit {SAMPLES}"
    ).fetchall()
    return tuple(row[0] for row in found)


def critical_mask(checks: Sequence[Check]) -> int:
    """The bits of `__failed` that take a row out."""
    return sum(1 << place for place, check in enumerate(checks) if check.severity == "critical")


def outcomes(
    checks: Sequence[Check],
    ours: Mapping[str, Verdict],
    theirs: Mapping[str, Verdict],
    rows: int,
    quarantined: int,
) -> tuple[CheckOutcome, ...]:
    """One outcome per check. `rows`: candidates of the table; `quarantined`: those a critical row check took out.

    A check that crashed in either engine, or in which the two counts differ, is broken: it proves nothing.
    """
    return tuple(_outcome(check, ours, theirs, rows, quarantined) for check in checks)


def _outcome(
    check: Check, ours: Mapping[str, Verdict], theirs: Mapping[str, Verdict], rows: int, quarantined: int
) -> CheckOutcome:
    outcome: Outcome
    message = ""
    if check.kind == "bad_rows":
        bad = quarantined
        outcome = "failed" if rows and bad / rows > check.limit else "passed"
    else:
        mine, other = ours[check.rule], theirs.get(check.rule, Verdict(0, "Great Expectations did not report it"))
        bad = mine.bad_rows
        message = mine.broken or other.broken
        if not message and other.bad_rows != bad:
            message = f"Great Expectations counts {other.bad_rows:,} bad rows and the load {bad:,}"
        outcome = "broken" if message else "failed" if bad else "passed"
    if check.kind in _OF_NO_ROW:
        bad = total = 0
    else:
        total = rows if check.counts_all_rows or check.kind == "bad_rows" else rows - quarantined
    samples = ours[check.rule].samples if check.rule in ours and outcome == "failed" else ()
    return CheckOutcome(
        check.rule, check.table, check.severity, outcome, bad, total, check.columns, check.why, check.owner, message,
        samples,
    )  # fmt: skip
