"""Which columns a source would have to provide so that one exists: no source has a column that is made from others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from data_checks.contract import Contract, contracts, names_in
from data_checks.warehouse.contract import TableFacts

_ELSEWHERE = re.compile(r"(\w+)\.(\w+)")
_HOURS = ("is_business(", "business_minutes(")


def not_provided(table: str, column: str, tables: Mapping[str, TableFacts]) -> str:
    """A clause that names what no source provides, and the `column` that is made from it."""
    contract = contracts()[table]
    if column in contract.columns:
        return f"no source provides {table}.{column}"
    derived = contract.derived.get(column)
    behind = dict.fromkeys(_behind(contract, column))
    lacking = [f"{t}.{c}" for t, c in behind if t not in tables or c not in tables[t].provided]
    if lacking:
        word = " or " if derived is not None and derived.needs else " and "
        return f"no source provides {word.join(lacking)}, from which {table}.{column} is made"
    if derived is not None and derived.sql and any(call in derived.sql for call in _HOURS):
        return f"no business hours stand in workspace.yaml under calendar, from which {table}.{column} is made"
    return f"no source provides {table}.{column}"


def _behind(contract: Contract, column: str) -> Iterator[tuple[str, str]]:
    """The mapped columns at the root of one that is made: of `x_on` the time, of others what they need or name."""
    if column in contract.columns:
        yield contract.table, column
    elif (time := f"{column.removesuffix('_on')}_at") in contract.types and column not in contract.derived:
        yield from _behind(contract, time)
    else:
        needs = contract.derived[column].needs if column in contract.derived else ()
        wanted = [
            (contract.table, name) for need in needs or () for name in ([need] if isinstance(need, str) else need)
        ]
        for table, name in wanted or made_from(contract.table, column):
            yield from _behind(contracts()[table], name)


def made_from(table: str, column: str) -> Iterator[tuple[str, str]]:
    """The columns that a computed one names, computed ones among them."""
    contract = contracts()[table]
    derived = contract.derived.get(column)
    if derived is None:
        return
    parts = (derived.sql, derived.first, derived.previous, derived.next, derived.before, derived.after)
    texts = [*parts, *_texts(derived.per), *_texts(derived.otherwise), derived.topmost]
    for text in (text for text in texts if text):
        yield from ((table, name) for name in names_in(text) if name in contract.types)
        yield from ((other, name) for other, name in _ELSEWHERE.findall(text) if other in contracts())


def _texts(parts: tuple[str, ...] | str) -> tuple[str, ...]:
    return (parts,) if isinstance(parts, str) else parts
