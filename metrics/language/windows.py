"""Which table an aggregate reads, when its rows count, which rows they are, and the sets of keys they make."""

from __future__ import annotations

from data_checks.errors import did_you_mean
from metrics.language.bound import SetMember
from metrics.language.row_types import RowTypes
from metrics.language.tree import At, Inside, Member, Name, Node, Rows, Window, first_table


class Windows:
    """Looks up tables, windows, conditions and sets; faults go to `rows`."""

    def __init__(self, rows: RowTypes) -> None:
        self.rows = rows
        self.contracts = rows.contracts
        rows.set_type = self.set_type

    def table_of(self, argument: Node, counting: bool) -> str | None:
        """The table an aggregate reads: the first one its argument names."""
        first = first_table(argument)
        if first is None and counting and isinstance(argument, Name):
            first = Name(argument.name, argument.name, argument.at, argument.at)
        if first is None or first.table is None:
            self.rows.fault(argument.at, "name the table that is read, like orders.revenue.")
            return None
        if first.table not in self.contracts:
            self.rows.fault(first.at, f"there is no table '{first.table}'.{did_you_mean(first.table, self.contracts)}")
            return None
        return first.table

    def window(self, rows: Rows, table: str, at: At) -> Window | None:
        """When the rows count: as written, or by the table's own time."""
        contract, window = self.contracts[table], rows.window
        if window is None:
            if contract.time is None:
                self.rows.fault(at, f"{table} has no time of its own; say when a row counts with 'at'.")
                return None
            return Window("at", contract.time, at)
        if window.kind != "at":
            if window.name in contract.spans:
                return window
            hint = did_you_mean(window.name, contract.spans)
            self.rows.fault(window.at, f"{table} has no span '{window.name}'.{hint}")
            return None
        is_slice = window.name in contract.slices and window.name not in contract.types
        if not is_slice and self.rows.column(window.name, contract, window.at) in ("time", "day", None):
            return window
        self.rows.fault(window.at, f"'at' needs a time or a day, {window.name} is neither.")
        return None

    def where(self, rows: Rows, table: str) -> Node | None:
        """The condition, which must be one."""
        if rows.where is not None and self.rows.type(rows.where, table) not in ("boolean", None):
            self.rows.fault(rows.where.at, "'where' needs a condition.")
        return rows.where

    def members(self, inside: Inside) -> tuple[SetMember, ...]:
        """The set between brackets. Its members hold one kind of key."""
        if len(inside.args) != 1:
            self.rows.fault(inside.args[1].at, "a set has one key per table; join tables with union.")
            return ()
        first = Member("union", inside.args[0], inside.rows)
        found = [made for member in (first, *inside.members) if (made := self._member(member)) is not None]
        kinds = [self.rows.type(member.key, member.table) for member in found]
        for member, kind in zip(found, kinds, strict=True):
            if kind != kinds[0]:
                told = f"a set holds one kind of thing: this is a {kind}, the first {kinds[0]}."
                self.rows.fault(member.key.at, told)
        return tuple(found)

    def set_type(self, inside: Inside) -> str | None:
        """The type of a set's keys; None when a fault was said."""
        members = self.members(inside)
        return self.rows.type(members[0].key, members[0].table) if members else None

    def _member(self, member: Member) -> SetMember | None:
        table = self.table_of(member.key, counting=False)
        if table is None:
            return None
        window = self.window(member.rows, table, member.key.at)
        where = self.where(member.rows, table)
        return None if window is None else SetMember(member.word, table, member.key, window, where)
