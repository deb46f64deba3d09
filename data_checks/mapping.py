"""One mapping run in the staging engine: types → where → latest_by or group_by → canonical columns, as candidates.

Candidates land in `staged_<table>`, one row per row that would be published, good or bad:
`__row` (the read row it stands for), `__mapping`, `__lines` (how many read rows it stands for), `__unread` (bits:
what could not be read), `__values` (the unreadable values), `__clock` (bits: times of an hour that clocks skip or
repeat), then the contract's columns in their stored types. It is a view over `cells_<table>`, which holds what the
sources provide and is written once and read a few times: nothing in it is compressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from data_checks.casts import Reading, from_text, stored_type, to_type, uncertain_time
from data_checks.clock_changes import clock_sql
from data_checks.contract import Contract
from data_checks.errors import LoadRefused
from data_checks.expression import literal, quoted
from data_checks.sources.rejects import rejected_fields, rejected_records
from data_checks.sources.relations import OpenFile, in_order, raw_relation
from data_checks.system_errors import system_error
from data_checks.workspace_source import SQL_TYPES, Source

SOURCE_BIT, KEY_BIT, ORDER_BIT, RECORD_BIT = (1 << n for n in (56, 57, 58, 59))
"""Above the canonical columns' bits: a declared type, a null key, an unreadable order, a torn record."""
REPEATED_STEP = 28
"""In `__clock`, a column's bit says that clocks skip its time; the bit so many places above, that they repeat it."""
UNIT_SIGN, VALUE_SIGN = "\x1e", "\x1f"
_PLAIN = "using compression uncompressed"


@dataclass(frozen=True)
class MappedSource:
    """A mapping that has been run. `number` is its `__mapping`; `counts` are of read rows."""

    number: int
    source: Source
    files: tuple[OpenFile, ...]
    read: int
    filtered: int
    candidates: int
    lines: int

    @property
    def superseded(self) -> int:
        return self.read - self.filtered - self.lines

    @property
    def kept(self) -> str:
        """The view of the rows that `where` kept, for finding the lines of a group again."""
        return f"kept_{self.number}"


def column_bit(contract: Contract, column: str) -> int:
    """The bit of `__unread` that says this canonical column could not be read."""
    return 1 << list(contract.columns).index(column)


def create_staged(connection: duckdb.DuckDBPyConnection, contract: Contract, provided: frozenset[str]) -> None:
    """An empty `staged_<table>`; the columns that are not `provided` are null in it.

    `__place` is a candidate's `__row`. Where a file goes straight into the table the engine keeps its order, and
    `__place` is what to add to the number the engine gives a row: counting rows while they are read takes one thread.
    """
    table, held = contract.table, ["__mapping", "__lines", "__unread", "__values", "__clock"]
    kinds = {name: stored_type(column.type) for name, column in contract.columns.items()}
    columns = "".join(f", {quoted(name)} {kinds[name]} {_PLAIN}" for name in kinds if name in provided)
    connection.execute(
        f"create table cells_{table} (__place bigint, __in_order boolean, __mapping integer, __lines bigint, "
        f"__unread bigint, __values varchar, __clock bigint{columns})"
    )
    held += [quoted(name) if name in provided else f"null::{kinds[name]} as {quoted(name)}" for name in kinds]
    connection.execute(
        f"create view staged_{table} as select if(__in_order, __place + rowid, __place) as __row, "
        f"{', '.join(held)} from cells_{table}"
    )


def run_mapping(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    source: Source,
    files: Sequence[OpenFile],
    number: int,
    home: str,
) -> MappedSource:
    """Read the files and append their candidates to `staged_<table>`.

    Raises LoadRefused when an expression fails while it runs (an overflow, a strict cast).
    """
    typed = any(file.file.kind in ("workbook", "parquet", "copied") for file in files)
    reading = Reading(source.timezone, home, source.datetimes, source.dates, source.decimal, source.thousands, typed)
    run = _Run(connection, contract, source, tuple(files), number, reading)
    try:
        return run.direct() if run.is_direct else run.shaped()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if system_error(error):  # a full disk is no mistake of an expression
            raise
        raise _failed(run, error) from None


@dataclass(frozen=True)
class _Run:
    connection: duckdb.DuckDBPyConnection
    contract: Contract
    source: Source
    files: tuple[OpenFile, ...]
    number: int
    reading: Reading

    @property
    def is_direct(self) -> bool:
        """Every read row is a candidate, so the file can go to staging in one pass."""
        return not (self.source.where or self.source.latest_key or self.source.group_by)

    @property
    def table(self) -> str:
        return f"cells_{self.contract.table}"

    def direct(self) -> MappedSource:
        self._execute(f"create view kept_{self.number} as select null::bigint as __row where false")
        for file in self.files:
            before = self._one(f"select count(*) from {self.table}")
            lines = f"({in_order(self.source, file)})"
            self._insert(f"select *, 1 as __lines, 0 as __flags from ({self._typed(lines)})", before=before)
            if rejected := rejected_records(self.connection, file):
                self._execute(
                    f"insert into {self.table} (__place, __in_order, __mapping, __lines, __unread) "
                    f"select unnest(?::bigint[]), false, {self.number}, 1, {RECORD_BIT}",
                    [[record.row for record in rejected]],
                )
        count = self._one(f"select count(*) from {self.table} where __mapping = {self.number}")
        return MappedSource(self.number, self.source, self.files, count, 0, count, count)

    def shaped(self) -> MappedSource:
        source, raw = self.source, f"raw_{self.number}"
        self._execute(f"create table {raw} as {raw_relation(source, self.files)}")
        for file in self.files:
            self._add_torn(raw, file)
        # A value that did not read must not decide that its row is left out.
        keep = (
            f"where {source.where.sql} or (({source.where.sql}) is null and __bad) or __doubt" if source.where else ""
        )
        key, order = self._key_sql()
        self._execute(
            f"create view kept_{self.number} as select *, {key} as __key{order} from ({self._typed(raw)}) {keep}"
        )
        read = self._one(f"select count(*) from {raw}")
        kept = self._one(f"select count(*) from kept_{self.number}")
        if source.latest_key:
            self._latest()
        elif source.group_by:
            self._insert(self._grouped(), grouped=True)
        else:
            self._insert(f"select *, 1 as __lines, 0 as __flags from kept_{self.number}")
        candidates, lines = self.connection.execute(
            f"select count(*), coalesce(sum(__lines), 0)::bigint from {self.table} where __mapping = {self.number}"
        ).fetchall()[0]
        return MappedSource(self.number, source, self.files, read, read - kept, candidates, lines)

    def _key_sql(self) -> tuple[str, str]:
        source = self.source
        if source.latest_key and source.latest_order:
            return source.latest_key.sql, f", {source.latest_order.sql} as __order"
        if len(source.group_by) > 1:
            known = " and ".join(f"{key.sql} is not null" for key in source.group_by)
            return f"case when {known} then row({', '.join(key.sql for key in source.group_by)}) end", ""
        return (source.group_by[0].sql if source.group_by else "null::bigint"), ""

    def _typed(self, relation: str) -> str:
        """The relation with declared columns in their types, `__bad` when one did not read, `__doubt` when `where`
        names it, `__text` what it said."""
        declared = {name.lower(): kind for name, kind in self.source.types.items() if kind != "text"}
        names = [name for name in self._columns() if name.lower() in declared]
        if not names:
            return f"select *, __torn as __bad, __torn as __doubt, null::varchar as __text from {relation}"
        typed = ", ".join(
            f"{from_text(quoted(name), kind, self.reading)}::{SQL_TYPES[kind]} as {quoted('__t' + name)}"
            for name, kind in ((name, declared[name.lower()]) for name in names)
        )
        unread = {n: f"({quoted(n)} is not null and {quoted('__t' + n)} is null)" for n in names}
        bad = " or ".join(unread.values())
        asked = {column.lower() for column in self.source.where.columns} if self.source.where else set()
        doubt = " or ".join(["__torn", *(sql for n, sql in unread.items() if n.lower() in asked)])
        said = ", ".join(
            f"case when {quoted(n)} is not null and {quoted('__t' + n)} is null "
            f"then {literal(n + VALUE_SIGN)} || {quoted(n)} end"
            for n in names
        )
        replaced = ", ".join(f"{quoted('__t' + n)} as {quoted(n)}" for n in names)
        dropped = ", ".join(quoted("__t" + n) for n in names)
        return (
            f"select * exclude ({dropped}) replace ({replaced}), __torn or {bad} as __bad, {doubt} as __doubt, "
            f"case when {bad} then concat_ws({literal(UNIT_SIGN)}, {said}) end as __text "
            f"from (select *, {typed} from {relation})"
        )

    def _columns(self) -> list[str]:
        named = {c.lower(): c for e in self.source.expressions.values() for c in e.columns}
        named |= {c.lower(): c for c in self.source.types}
        return list(named.values())

    def _latest(self) -> None:
        """Each key's last row; every row of a key with an unreadable order, and every row without a key, flagged."""
        chosen = (
            f"select __row, case when __key is null then {KEY_BIT} when __lost then {ORDER_BIT} else 0 end as __flags "
            f"from (select __row, __key, "
            f"bool_or(__order is null) over (partition by __key) as __lost, "
            f"row_number() over (partition by __key order by __order desc nulls first, __row desc) as __place "
            f"from kept_{self.number}) where __key is null or __lost or __place = 1"
        )
        self._execute(f"create table chosen_{self.number} as {chosen}")
        self._insert(
            f"select kept.*, 1 as __lines, __flags from kept_{self.number} kept "
            f"join chosen_{self.number} using (__row) order by kept.__row"
        )

    def _grouped(self) -> str:
        """One row per group: the mapped aggregates as `__e0 …`, and what its lines said that did not read."""
        mapped = ", ".join(
            f"{column.expression.grouped_sql} as __e{index}"
            for index, column in enumerate(self.source.columns.values())
        )
        keys = ", ".join(["__key", *(key.sql for key in self.source.group_by)])
        return (
            f"select {mapped}, min(__row) as __row, count(*) as __lines, bool_or(__torn) as __torn, "
            f"bool_or(__bad) as __bad, min(__text) as __text, "
            f"case when __key is null then {KEY_BIT} else 0 end as __flags "
            f"from kept_{self.number} group by {keys}"
        )

    def _insert(self, rows: str, grouped: bool = False, before: int | None = None) -> None:
        """Append candidates: the mapped expressions, then their conversion, then what failed to convert.

        `before`: how many the table holds, when these come in file order.
        """
        mapped = list(self.source.columns.values())
        values = ", ".join(f"{column.expression.sql} as __e{index}" for index, column in enumerate(mapped))
        given = rows if grouped else f"select __row, __lines, __torn, __bad, __text, __flags, {values} from ({rows})"
        kinds = {column.column: self.contract.columns[column.column].type for column in mapped}
        converted = ", ".join(
            f"{to_type(f'__e{i}', c.sql_type, kinds[c.column], self.reading)} as __c{i}" for i, c in enumerate(mapped)
        )
        failing = [
            (f"(__e{i} is not null and __c{i} is null)", c.column, f"__e{i}")
            for i, c in enumerate(mapped)
            if kinds[c.column] not in ("key", "text")
        ]
        bits = " | ".join(
            f"case when {bad} then {column_bit(self.contract, name)} else 0 end" for bad, name, _ in failing
        )
        said = ", ".join(
            f"case when {bad} then {literal(name + VALUE_SIGN)} || {e}::varchar end" for bad, name, e in failing
        )
        torn = f"case when __torn then {RECORD_BIT} when __bad then {SOURCE_BIT} else 0 end"
        said = f"concat_ws({literal(UNIT_SIGN)}, __text{', ' + said if said else ''})"
        names = ", ".join(quoted(c.column) for c in mapped)
        outputs = ", ".join(f"__c{i}" for i in range(len(mapped)))
        self._execute(
            f"insert into {self.table} (__place, __in_order, __mapping, __lines, __unread, __values, __clock, {names}) "
            f"select __row - {before or 0}, {before is not None}, {self.number}, __lines, __unread, "
            f"case when __unread <> 0 then {said} end, __clock, {outputs} "
            f"from (select *, (({bits or '0'}) | {torn} | __flags)::bigint as __unread, {self._clock()} as __clock "
            f"from (select *, {converted} from ({given})))"
        )

    def _clock(self) -> str:
        """SQL of `__clock`."""
        bits, zone = [], self.reading.zone
        for index, mapped in enumerate(self.source.columns.values()):
            if self.contract.columns[mapped.column].type != "time":
                continue
            local = uncertain_time(f"__e{index}", mapped.sql_type, self.reading)
            bit = column_bit(self.contract, mapped.column)
            if local and (sql := clock_sql(local, zone, bit, bit << REPEATED_STEP)):
                bits.append(sql)
        return f"({' | '.join(bits)})::bigint" if bits else "0"

    def _add_torn(self, raw: str, file: OpenFile) -> None:
        """Rejected records join their group or key, so that neither shrinks nor falls back in silence."""
        rejected = rejected_records(self.connection, file)
        if not rejected:
            return
        fields = rejected_fields(self.source, file, rejected)
        names = "".join(f", {quoted(name)}" for name in fields)
        values = ", unnest(?::varchar[])" * len(fields)
        self._execute(
            f"insert into {raw} (__row, __torn{names}) select unnest(?::bigint[]), true{values}",
            [[record.row for record in rejected], *fields.values()],
        )

    def _execute(self, sql: str, values: Sequence[object] = ()) -> None:
        self.connection.execute(sql, list(values))

    def _one(self, sql: str) -> int:
        return int(self.connection.execute(sql).fetchall()[0][0])


def _failed(run: _Run, error: duckdb.Error) -> LoadRefused:
    """The sentence for an expression that fails while it runs: each is tried alone to name the column."""
    source, shown = run.source, ", ".join(file.file.shown for file in run.files)
    place, what, reason = source.place, run.contract.table, str(error).splitlines()[0]
    rows = run._typed(f"({raw_relation(source, run.files, keep_rejects=False)})")
    group = f" group by {', '.join(key.sql for key in source.group_by)}" if source.group_by else ""
    for column in source.columns.values():
        try:
            sql = column.expression.grouped_sql if group else column.expression.sql
            run.connection.execute(f"select count(x) from (select {sql} as x from ({rows}){group})")
        except duckdb.Error as its_own:
            place, reason = column.place, str(its_own).splitlines()[0]
            what = f"{run.contract.table}.{column.column} `{column.expression.text}`"
            break
    return LoadRefused(
        f"{place}: {what} fails on {shown}: {reason.rstrip('.')}; use try_cast(… as …) where a value may not fit."
    )


def unread_values(values: str | None) -> dict[str, str]:
    """`__values` as column → the text that did not read."""
    parts = (part.partition(VALUE_SIGN) for part in (values or "").split(UNIT_SIGN) if part)
    return {name: value for name, _, value in parts}
