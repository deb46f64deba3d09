"""What a table usually holds, and how far the data reach: the measure for a half file and for one that stopped."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data_checks.contract import Contract, TableRule
from data_checks.expression import quoted

_QUIETEST_OF = 12
"""The newest whole month is held against the quietest of so many before it …"""
_AT_LEAST = 3
"""… when there are at least so many."""


_WORDS = {
    "loads": ("", "rows in the loads before"),
    "months": (" in the newest whole month", "rows in the quietest month of the year before"),
}
"""What was counted, and what it is held against."""


@dataclass(frozen=True)
class Usual:
    """`rows`: what the newest published loads published of each table, newest first; `as_of`: the declared day;
    `until`: what lies behind it is a slip of the pen; None where nothing is."""

    rows: Mapping[str, Sequence[int]] = field(default_factory=dict)
    as_of: dt.date | None = None
    until: dt.datetime | None = None

    def of(self, table: str) -> int | None:
        """The middle of what the last loads held; None before the first."""
        rows = self.rows.get(table, ())
        return int(statistics.median_low(rows)) if rows else None

    def happened(self, time: str) -> str:
        """SQL: whether a row's time is one that can have come."""
        return f"{time} <= timestamp '{self.until}'" if self.until else f"{time} is not null"


def volume_sql(contract: Contract, rule: TableRule, provided: frozenset[str], usual: Usual) -> str:
    """One row (found, usual, of what) for every way in which the table holds less than `limit` of what it should."""
    clean, parts = f"clean_{contract.table}", []
    if before := usual.of(contract.table):
        parts.append(f"select count(*) as found, {before} as usual, 'loads' as what from {clean}")
    if contract.time in provided and not (contract.register or contract.reference):
        parts.append(_month(clean, quoted(str(contract.time)), usual))
    if not parts:
        return ""
    return f"select * from ({' union all '.join(parts)}) where found < {rule.limit} * usual"


def _month(clean: str, time: str, usual: Usual) -> str:
    """The newest whole month against the quietest whole one of the year before it. The first and the last month of a
    file are seldom whole."""
    return (
        f"(with months as (select date_trunc('month', {time})::date as month, count(*) as n from {clean} "
        f"where {usual.happened(time)} group by 1), "
        "ends as (select min(month) as first, max(month) as last from months), "
        f"earlier as (select n from months, ends where month > first and month < last - interval 1 month "
        f"and month >= last - interval {_QUIETEST_OF + 1} month) "
        "select coalesce((select n from months, ends where month = last - interval 1 month), 0) as found, "
        "(select min(n) from earlier) as usual, 'months' as what "
        f"where (select count(*) from earlier) >= {_AT_LEAST})"
    )


def freshness_sql(
    contract: Contract,
    rule: TableRule,
    tables: Mapping[str, Contract],
    provided: Mapping[str, frozenset[str]],
    usual: Usual,
) -> str:
    """One row (newest, reach) when the table's newest row lies more than `limit` days before the others', or before the
    declared day."""
    if contract.time is None or contract.time not in provided[contract.table]:
        return ""
    reach = f"date '{usual.as_of}'" if usual.as_of else _reach(contract, tables, provided, usual)
    if not reach:
        return ""
    time = quoted(contract.time)
    newest = f"(max({time}) filter (where {usual.happened(time)}))::date"
    return (
        f"select * from (select {newest} as newest, {reach} as reach from clean_{contract.table}) "
        f"where newest < reach - interval {int(rule.limit)} day"
    )


def _reach(
    contract: Contract, tables: Mapping[str, Contract], provided: Mapping[str, frozenset[str]], usual: Usual
) -> str:
    """The newest day any other table has; a day alone, such as the start of a contract, may lie ahead, so days count
    only where no other table has an instant (as for `as_of: latest`)."""
    others = [
        (name, other.time, other.columns[other.time])
        for name, other in tables.items()
        if name != contract.table
        and not other.reference
        and other.time in provided[name]
        and other.time in other.columns
    ]
    kinds = {column.type for _, _, column in others if not column.promise}
    newest = [
        f"select max({quoted(time)})::date as day from clean_{name} where {usual.happened(quoted(time))}"
        for name, time, column in others
        if not column.promise and column.type == ("time" if "time" in kinds else "day")
    ]
    return f"(select max(day) from ({' union all '.join(newest)}))" if newest else ""


def said(table: str, rule: TableRule, row: Sequence[object]) -> str:
    """The sentence for one row of volume_sql or freshness_sql, with its numbers."""
    if rule.kind == "freshness":
        return (
            f"{table}: the newest row is of {row[0]} and the data reach {row[1]}, more than {int(rule.limit)} days "
            f"later; is the export up to date? ({rule.id})"
        )
    found, before, what = row
    where, measure = _WORDS[str(what)]
    return (
        f"{table}: {found:,} rows{where} are less than {rule.limit:.0%} of the {before:,} {measure}; "
        f"is the export whole? ({rule.id})"
    )
