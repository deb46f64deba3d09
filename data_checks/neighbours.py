"""The time (or day) of the first, previous or next row of the same `per`, for every row, as a table of answers.

Own table: simultaneous rows are ordered by key. Other tables: strictly later or earlier (ASOF join). The first `per`
column null: no answer; a further one null equals null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from data_checks.casts import local_day, stored_type, to_utc
from data_checks.contract import ColumnType, Contract, Derived
from data_checks.expression import quoted


@dataclass(frozen=True)
class Member:
    """Rows looked at: `time` of `view` where `where` holds. `is_own`: they are the asking table's own rows."""

    view: str
    time: str
    kind: ColumnType
    where: str
    is_own: bool


def answers(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    view: str,
    name: str,
    members: Sequence[Member],
    timezone: str,
) -> str:
    """Create and name a temp table (`__row`, the column): the nearest answer of all members; none: it is empty."""
    derived, result = contract.derived[name], f"answer_{contract.table}_{name}"
    found = [_member_answer(contract, view, derived, member, timezone) for member in members]
    if not found:
        found = [f"select null::bigint as __row, null::{stored_type(derived.type)} as answer where false"]
    nearest = "max" if derived.neighbour == "previous" else "min"
    union = " union all ".join(f"({sql})" for sql in found)
    together = f"select __row, {nearest}(answer) as answer from ({union}) group by __row"
    together = found[0] if len(found) == 1 else together
    connection.execute(f"create temp table {result} as select __row, answer as {quoted(name)} from ({together})")
    return result


def own_answers(
    connection: duckdb.DuckDBPyConnection, contract: Contract, view: str, wanted: Mapping[str, Member], timezone: str
) -> str:
    """Create and name a temp table (`__row`, a column for each name): what the table's own rows answer, in one pass,
    so that columns with one `per` share their sorting."""
    result = f"own_answers_{contract.table}_{next(iter(wanted))}"
    # Days of UTC follow its times, so one sorting serves both; elsewhere clocks may go back past midnight.
    by_day = timezone == "UTC" and any(contract.derived[name].on == "other day" for name in wanted)
    columns = ", ".join(
        f"{_own(contract, contract.derived[name], member, timezone, by_day)} as {quoted(name)}"
        for name, member in wanted.items()
    )
    connection.execute(f"create temp table {result} as select __row, {columns} from {view}")
    return result


def _member_answer(contract: Contract, view: str, derived: Derived, member: Member, timezone: str) -> str:
    if member.is_own:
        return f"select __row, {_own(contract, derived, member, timezone)} as answer from {view}"
    if derived.neighbour == "first":
        return _first(view, derived, member, timezone)
    if derived.on == "other day":
        return _other_day(contract, view, derived, member, timezone)
    return _other(contract, view, derived, member, timezone)


def _per(derived: Derived, prefix: str = "") -> list[str]:
    """The `per` columns as values that compare with `=`: only the first one's null stays null."""
    first, *rest = (f"{prefix}{quoted(column)}" for column in derived.per_columns)
    return [first, *(f"coalesce({column}::varchar, chr(0))" for column in rest)]


def _named_per(derived: Derived) -> tuple[str, str, str]:
    """(select list, names, join condition) of the `per` values as p0, p1 …"""
    values = _per(derived)
    return (
        ", ".join(f"{value} as p{i}" for i, value in enumerate(values)),
        ", ".join(f"p{i}" for i in range(len(values))),
        " and ".join(f"r.p{i} = e.p{i}" for i in range(len(values))),
    )


def _events(derived: Derived, member: Member, timezone: str) -> str:
    """The member's rows as (p0 …, t): t in the type of the derived column."""
    per, _, _ = _named_per(derived)
    return (
        f"select {per}, {_instant(member.time, member.kind, derived, timezone)} as t from {member.view} "
        f"where {quoted(member.time)} is not null and {quoted(derived.per_columns[0])} is not null"
        + (f" and ({member.where})" if member.where else "")
    )


def _instant(column: str, kind: ColumnType, derived: Derived, timezone: str) -> str:
    """A day among times is its first instant; a time among days its local day."""
    if derived.type == "time" and kind == "day":
        return to_utc(f"{quoted(column)}::timestamp", timezone)
    return local_day(quoted(column), timezone) if derived.type == "day" and kind == "time" else quoted(column)


def _first(view: str, derived: Derived, member: Member, timezone: str) -> str:
    per, names, same = _named_per(derived)
    return (
        f"select r.__row, e.answer from (select __row, {per} from {view}) r "
        f"join (select {names}, min(t) as answer from ({_events(derived, member, timezone)}) group by all) e on {same}"
    )


def _own(contract: Contract, derived: Derived, member: Member, timezone: str, by_day: bool = False) -> str:
    """The answer of the table's own rows, as a window over them. Rows without a time, or the first of `per`, are
    nobody's neighbours and have none. `by_day`: to be ordered by the day first, like the windows beside it."""
    time, per = quoted(member.time), _per(derived)
    instant = _instant(member.time, member.kind, derived, timezone)
    value = f"case when {time} is not null and ({member.where or 'true'}) then {instant} end"
    if derived.neighbour == "first":
        return f"case when {per[0]} is not null then min({value}) over (partition by {', '.join(per)}) end"
    day = local_day(time, timezone) if member.kind == "time" else time
    if derived.on == "other day":
        edge, frame = (
            ("min", "1 following and unbounded following")
            if derived.neighbour == "next"
            else ("max", "unbounded preceding and 1 preceding")
        )
        found = f"{edge}({value}) over (partition by {', '.join(per)} order by {day} groups between {frame})"
    else:
        function = "lead" if derived.neighbour == "next" else "lag"
        order = f"{f'{day}, ' if by_day else ''}{time}, {quoted(contract.key)}"
        found = f"{function}({value} ignore nulls) over (partition by {', '.join(per)} order by {order})"
    return f"case when {time} is not null and {per[0]} is not null then {found} end"


def _other(contract: Contract, view: str, derived: Derived, member: Member, timezone: str) -> str:
    per, _, same = _named_per(derived)
    own = derived.after or derived.before
    assert own is not None
    mine = _instant(own, contract.types[own], derived, timezone)
    compare = "r.t < e.t" if derived.neighbour == "next" else "r.t > e.t"
    return (
        f"select r.__row, e.t as answer from (select __row, {per}, {mine} as t from {view}) r "
        f"asof join ({_events(derived, member, timezone)}) e on {same} and {compare}"
    )


def _other_day(contract: Contract, view: str, derived: Derived, member: Member, timezone: str) -> str:
    """The nearest row of another local day: days are compared, the first time of the later (last of the earlier) day
    answers."""
    per, names, same = _named_per(derived)
    own = derived.after or derived.before
    assert own is not None
    day = local_day(quoted(own), timezone) if contract.types[own] == "time" else quoted(own)
    event_day = local_day("t", timezone) if derived.type == "time" else "t"
    edge, compare = ("min", "r.d < e.d") if derived.neighbour == "next" else ("max", "r.d > e.d")
    return (
        f"select r.__row, e.answer from (select __row, {per}, {day} as d from {view}) r asof join "
        f"(select {names}, {event_day} as d, {edge}(t) as answer "
        f"from ({_events(derived, member, timezone)}) group by all) e on {same} and {compare}"
    )
