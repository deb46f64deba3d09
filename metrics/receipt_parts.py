"""A formula taken apart for its receipt: each aggregate with the rows it counted and those it left out, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from data_checks.contract import contracts
from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import Aggregate, Leaf, RetentionOf, SetMember, Value, leaves
from metrics.language.provided import available_members, knows_teams, provided_tables
from metrics.language.text import member_text, part_text
from metrics.language.tree import Window
from metrics.question import Question
from metrics.rows.accounts import RowAccount, account_of, keys_of
from metrics.sql.selection import window_of

Untold = Literal["", "hidden", "not_provided", "no_source", "no_teams", "whole_months", "other_rows", "other_periods"]
"""Why a part has no account.

hidden: the number may not be seen. not_provided, no_source: nobody provides the table (as a member of a union it is
empty). no_teams: only the whole organisation may see its rows. whole_months: nothing finer is known. other_rows: keys
are only tested against it, among all rows. other_periods: it is counted over periods of another length.
"""


@dataclass(frozen=True)
class Part:
    """One aggregate of a formula, or one member of its set.

    formula: as it could be written alone. what: the function, `retention`, or how a member joins its set. window: when
    a row counts. [start, end): the local days that stand for the period, up to the end of the data. keys: how many
    different keys there are, of a member: in the set after it. account: None says why in `untold`.
    """

    formula: str
    what: str
    table: str
    window: Window
    start: dt.date
    end: dt.date
    account: RowAccount | None = None
    keys: int | None = None
    members: tuple[Part, ...] = ()
    untold: Untold = ""


def parts_of(value: Value, question: Question, warehouse: Warehouse, untold: Untold = "") -> tuple[Part, ...]:
    """Every aggregate of a formula, in the order written. The question has one period. `untold`: nothing is counted."""
    return tuple(_Parts(question, warehouse, untold).part(leaf) for leaf in leaves(value))


class _Parts:
    def __init__(self, question: Question, warehouse: Warehouse, untold: Untold) -> None:
        self.question = question
        self.warehouse = warehouse
        self.untold = untold
        self.tables = warehouse.facts.tables

    def part(self, leaf: Leaf) -> Part:
        if isinstance(leaf, RetentionOf) or leaf.members:
            return self._set(leaf)
        untold = self.untold or self._why_not(leaf.table)
        account = None if untold else account_of(leaf, self.question, self.warehouse)
        keys = None
        if leaf.function == "distinct" and not untold:
            assert leaf.argument is not None
            alone = SetMember("union", leaf.table, leaf.argument, leaf.window, leaf.where)
            keys = keys_of([alone], self.question, self.warehouse, leaf.frame)
        start, end = self._days(leaf)
        return Part(part_text(leaf), leaf.function, leaf.table, leaf.window, start, end, account, keys, (), untold)

    def _set(self, leaf: Leaf) -> Part:
        """A set has no rows of its own: its members have, and each says how many keys there are after it."""
        untold = self.untold or next(filter(None, map(self._why_not, provided_tables(leaf, self.tables))), "")
        if isinstance(leaf, RetentionOf) and leaf.every != self.question.grain:
            untold = untold or "other_periods"
        members = tuple(self._members(leaf, untold))
        told = [member.keys for member in members if member.keys is not None]
        keys = told[-1] if told and not isinstance(leaf, RetentionOf) else None
        first, (start, end) = leaf.members[0], self._days(leaf)
        what = "retention" if isinstance(leaf, RetentionOf) else leaf.function
        return Part(part_text(leaf), what, first.table, first.window, start, end, None, keys, members, untold)

    def _members(self, leaf: Leaf, untold: Untold) -> Iterator[Part]:
        frame = leaf.frame if isinstance(leaf, Aggregate) else None
        there = available_members(leaf, self.tables)
        start, end = self._days(leaf)
        before: list[SetMember] = []
        for place, member in enumerate(leaf.members):
            account = keys = None
            why: Untold = untold or ("" if member in there else "no_source")
            if not why:
                before.append(member)
                keys = keys_of(before, self.question, self.warehouse, frame)
                why = "other_rows" if member.word != "union" else ""
                if not why:
                    account = account_of(member, self.question, self.warehouse, frame)
            formula = member_text(member, is_first=place == 0)
            yield Part(formula, member.word, member.table, member.window, start, end, account, keys, (), why)

    def _days(self, leaf: Leaf) -> tuple[dt.date, dt.date]:
        frame = leaf.frame if isinstance(leaf, Aggregate) else None
        return window_of(frame, self.question.start, self.question.end, self.question)

    def _why_not(self, table: str) -> Untold:
        if self.question.scope.teams is not None and not knows_teams(table, self.tables):
            return "no_teams"
        if self.question.grain in ("day", "week") and contracts()[table].period == "month":
            return "whole_months"
        return ""
