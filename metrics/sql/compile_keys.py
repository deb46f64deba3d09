"""Sets of keys → SQLAlchemy Core: distinct( ) over several members, several distinct( ) of one key, and retention.

Who was there in which period is one number a key, a bit a period: nothing is joined to itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from metrics.language.bound import Aggregate, RetentionOf
from metrics.period import step
from metrics.question import Question
from metrics.sql.compile import Scan
from metrics.sql.constructs import Element, bucket_start, shifted_bit
from metrics.sql.selection import Selection, Tables, key_rows, number_of

BITS = 62
"""Periods that one number holds, its sign left alone."""


def compile_set(aggregate: Aggregate, question: Question, tables: Tables) -> Scan:
    """distinct( ) over a set of several members: every key once."""
    keys = key_rows(aggregate.members, question, tables, frame=aggregate.frame).subquery("keys")
    grouping = [column for column in keys.c if column.name != "key"]
    statement = sa.select(*_shown(grouping, question), sa.func.count(sa.distinct(keys.c.key)).label("v0"))
    statement = statement.select_from(keys).group_by(*grouping)
    return Scan(statement, ((aggregate, "n"),), question.grain != "all", len(question.by))


def compile_distinct(wanted: Sequence[Aggregate], question: Question, tables: Tables) -> Scan:
    """Several distinct( ) of one key over the same rows, at most BITS of them: every key is looked at once a group and
    says in one number whom it counts for, a bit an aggregate; so many sets of keys would be held otherwise."""
    first = wanted[0]
    assert first.argument is not None
    selection = Selection(first.table, first.window, question, tables, frame=first.frame)
    key = selection.rows.sql(first.argument)
    bits = sa.func.bit_or(sum(_counts_for(wanted, key, selection)), type_=sa.BigInteger())
    grouping = [column.label(f"k{place}") for place, column in enumerate(selection.keys)]
    keys = selection.select([*grouping, bits.label("bits")]).group_by(*selection.keys, key).subquery("keys")
    cut = [keys.c[column.name] for column in grouping]
    counts = [
        sa.func.count(sa.case((keys.c.bits.bitwise_and(1 << place) != 0, 1))).label(f"v{place}")
        for place in range(len(wanted))
    ]
    statement = sa.select(*_shown(cut, question), *counts).group_by(*cut)
    return Scan(statement, tuple((one, "n") for one in wanted), question.grain != "all", len(selection.slices))


def _counts_for(wanted: Sequence[Aggregate], key: Element, selection: Selection) -> list[Element]:
    """The bit of every aggregate that a row's key counts for; a row without a key counts for none."""
    known = [(key.is_not(None), one.where) for one in wanted]
    conditions = [
        is_known if where is None else sa.and_(is_known, selection.rows.sql(where)) for is_known, where in known
    ]
    return [
        sa.case((condition, sa.cast(1 << place, sa.BigInteger())), else_=0)
        for place, condition in enumerate(conditions)
    ]


def _shown(grouping: Sequence[Element], question: Question) -> list[Element]:
    if question.grain == "all":
        return list(grouping)
    return [bucket_start(question.grain, grouping[0], question.calendar).label("k0"), *grouping[1:]]


def compile_retention(shape: RetentionOf, question: Question, history: dt.date, tables: Tables) -> Scan:
    """Members of the set per period of `every`, and how many of them are in it again `after` periods later.

    Coming back is membership among all rows: neither filtered nor sliced. `question.grain` is `every`;
    `history` is the first loaded day, where a key's first period is looked for.
    """
    periods = question.periods
    chunks = [periods[at : at + BITS] for at in range(0, len(periods), BITS)]
    asked = [question.at(shape.every, chunk[0].start, chunk[-1].end) for chunk in chunks]
    counted = [_retained(shape, part, min(history, question.start), tables) for part in asked]
    statement = counted[0] if len(counted) == 1 else sa.select(sa.union_all(*counted).subquery("chunks"))
    return Scan(statement, ((shape, "y"), (shape, "n")), True, len(question.by))


def _retained(shape: RetentionOf, question: Question, history: dt.date, tables: Tables) -> sa.Select[Any]:
    """(k0 first day, k1 … slices, v0 came back, v1 members) of up to 62 periods."""
    base, count = number_of(question.periods[0], question), len(question.periods)
    keys, slices = _masks(shape, question, tables)
    here: Element = keys.c.here
    source: sa.FromClause = keys
    if shape.cohort == "first":
        first = _first_periods(shape, question, history, tables)
        begun = first.c.period.between(base, base + count - 1)
        source = keys.join(first, first.c.key == keys.c.key)
        here = sa.case((begun, here.bitwise_and(shifted_bit(first.c.period - base))), else_=0)
    places = sa.values(sa.column("place", sa.Integer()), name="places").data([(place,) for place in range(count)])
    again = here.bitwise_and(keys.c.there).label("again")
    masks = sa.select(*slices, here.label("here"), again).select_from(source).subquery("masks")
    came_back, members = (
        sa.func.sum(mask.bitwise_rshift(places.c.place).bitwise_and(1)) for mask in (masks.c.again, masks.c.here)
    )
    period = bucket_start(shape.every, places.c.place + base, question.calendar).label("k0")
    cut = [masks.c[column.name] for column in slices]
    statement = sa.select(period, *cut, came_back.label("v0"), members.label("v1"))
    joined = statement.select_from(masks.join(places, sa.true())).group_by(places.c.place, *cut)
    return joined.having(members > 0)


def _masks(shape: RetentionOf, question: Question, tables: Tables) -> tuple[sa.FromClause, list[sa.ColumnElement[Any]]]:
    """Per slice and key: `here`, a bit for every period it is a member in, `there`, the same `after` periods later
    (bits beyond the periods asked mean nothing); and the columns of the slices."""
    every, after = shape.every, shape.after
    base, end = number_of(question.periods[0], question), question.periods[-1].end
    last = base + len(question.periods) - 1
    if not (question.by or question.where or question.scope.teams is not None):  # both from the same rows
        wide = question.at(every, question.start, step(end, every, after))
        rows = key_rows(shape.members, wide, tables).subquery("rows")
        if last - base + after < BITS:
            here = _mask(sa.true(), rows.c.k0 - base)
            there: Element = here.bitwise_rshift(after)
        else:
            here = _mask(rows.c.k0 <= last, rows.c.k0 - base)
            there = _mask(rows.c.k0 >= base + after, rows.c.k0 - (base + after))
        masks = sa.select(rows.c.key, here.label("here"), there.label("there"))
        return masks.where(rows.c.key.is_not(None)).group_by(rows.c.key).subquery("keys"), []
    rows = key_rows(shape.members, question, tables).subquery("rows")
    slices = [column for column in rows.c if column.name not in ("k0", "key")]
    mine = sa.select(*slices, rows.c.key, _mask(sa.true(), rows.c.k0 - base).label("here"))
    members = mine.where(rows.c.key.is_not(None)).group_by(*slices, rows.c.key).subquery("members")
    later = question.at(every, step(question.periods[0].start, every, after), step(end, every, after))
    all_rows = key_rows(shape.members, later, tables, filtered=False).subquery("all_rows")
    there_mask = _mask(sa.true(), all_rows.c.k0 - (base + after)).label("there")
    again = sa.select(all_rows.c.key, there_mask).group_by(all_rows.c.key).subquery("again")
    both = sa.select(*members.c, sa.func.coalesce(again.c.there, 0, type_=sa.BigInteger()).label("there"))
    keys = both.select_from(members.outerjoin(again, again.c.key == members.c.key)).subquery("keys")
    return keys, [keys.c[column.name] for column in slices]


def _mask(counts: Element, place: Element) -> Element:
    bits = sa.func.bit_or(sa.case((counts, shifted_bit(place))), type_=sa.BigInteger())
    return sa.func.coalesce(bits, 0, type_=sa.BigInteger())


def _first_periods(shape: RetentionOf, question: Question, history: dt.date, tables: Tables) -> sa.Subquery:
    """(key, period): the number of the first period each key was a member in, among all rows."""
    since = question.at(shape.every, min(history, question.start), question.end)
    rows = key_rows(shape.members, since, tables, filtered=False).subquery("all_time")
    return sa.select(rows.c.key, sa.func.min(rows.c.k0).label("period")).group_by(rows.c.key).subquery("first")
