"""Contract: what one canonical table promises. One YAML file gives all of it (contracts/<table>.yaml).

Columns and their types, the key, references, the `time` a row counts at, the spans it lives through, the columns
derived from it, the slices it can be asked by, and the rules its rows must keep.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data_checks.errors import FileProblems, Place, Problem
from data_checks.yaml_file import STRICT, build, read_documents

ColumnType = Literal["key", "text", "number", "integer", "boolean", "time", "day"]
Severity = Literal["critical", "warning", "info"]
Neighbour = Literal["first", "previous", "next"]

CONTRACTS = Path(__file__).parent / "contracts"
RESERVED = frozenset("period value numerator denominator n low high state complete".split())
"""The fields of a result as it is printed; a slice stands among them."""


@dataclass(frozen=True)
class Column:
    """One column a source may map. `promise`: a time that lies ahead by nature, so it never moves "data through".

    `allowed`: no other word is ever in it. `usual`: the words it mostly holds; a formula that nearly writes one of
    them has misspelt it.
    """

    __pydantic_config__ = STRICT
    type: ColumnType
    required: bool = False
    allowed: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    references: str | None = None
    unit: str | None = None
    promise: bool = False
    why: str | None = None


@dataclass(frozen=True)
class Derived:
    """A column computed with the load: `sql` over the row, or the first/previous/next time of other rows; or a mapped
    column filled in where the source left it out, by `otherwise` or `topmost`, or a name made `distinct`.

    `sql` may call business_minutes(a, b) and is_business(t) with times of the row. A neighbour is a time; among days
    alone write `type: day`.
    `needs`: any one of these columns, or all of an inner list, is enough to provide it; left out, every column the
    sql names is needed.
    `otherwise`: where to look, like `agent_id -> agents.team_id`, the first that knows answers. `topmost`: the chain of
    parents to climb and the column of its last row to take, like `parent_team_id -> name`. `distinct`: a name that
    several keys bear has each one's key behind it, and a key without a name is called by itself; rows are cut by names,
    and two teams of one name would be counted as one.
    """

    __pydantic_config__ = STRICT
    type: ColumnType = "time"
    sql: str | None = None
    needs: tuple[str | tuple[str, ...], ...] | None = None
    first: str | None = None
    previous: str | None = None
    next: str | None = None
    before: str | None = None
    after: str | None = None
    per: tuple[str, ...] | str = ()
    on: Literal["other day"] | None = None
    otherwise: tuple[str, ...] | str = ()
    topmost: str | None = None
    distinct: bool = False

    @property
    def fills_in(self) -> bool:
        """Whether it fills in a mapped column."""
        return bool(self.otherwise or self.topmost or self.distinct)

    @property
    def routes(self) -> tuple[Slice, ...]:
        """Where `otherwise` looks, in order."""
        written = (self.otherwise,) if isinstance(self.otherwise, str) else self.otherwise
        return tuple(_slice(route, route) for route in written)

    @property
    def topmost_route(self) -> tuple[str, str]:
        """(parent column, column taken) of `topmost`."""
        parent, _, taken = (self.topmost or "").partition("->")
        return parent.strip(), taken.strip()

    @property
    def neighbour(self) -> Neighbour | None:
        return "first" if self.first else "previous" if self.previous else "next" if self.next else None

    @property
    def rows(self) -> str:
        """The rows looked at, e.g. "orders.ordered_at where sold"; '' for a plain sql column."""
        return self.first or self.previous or self.next or ""

    @property
    def per_columns(self) -> tuple[str, ...]:
        return (self.per,) if isinstance(self.per, str) else self.per


@dataclass(frozen=True)
class Slice:
    """A way to cut a table: its own column, or the one route `column → table.attribute`."""

    name: str
    column: str
    table: str | None = None
    attribute: str | None = None


@dataclass(frozen=True)
class RowRule:
    """`sql` is true for a good row; a null passes. Critical: the row goes to quarantine; else it is marked. With a
    `hint` the load names the commonest bad values and what to do about them."""

    __pydantic_config__ = STRICT
    id: str
    sql: str
    why: str
    owner: str
    severity: Severity = "critical"
    columns: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class TableRule:
    """A promise about the whole table. `limit`, by `kind`: the greatest share of bad rows (bad_rows), the least share
    of the usual rows (volume), the days the table may lie behind the others (freshness).

    no_circle: no row stands above itself, or below one that does, by the column that references the table's own key.
    """

    __pydantic_config__ = STRICT
    id: str
    kind: Literal["bad_rows", "not_empty", "unique_key", "no_circle", "volume", "freshness"]
    why: str
    owner: str
    severity: Severity = "critical"
    limit: float = 0.05


@dataclass(frozen=True)
class _ContractFile:
    """The file as written; `Contract` is what the rest of the house sees."""

    __pydantic_config__ = STRICT
    table: str
    about: str
    owner: str
    key: str
    columns: dict[str, Column]
    time: str | None = None
    register: bool = False
    period: Literal["month"] | None = None
    reference: bool = False
    spans: dict[str, tuple[str] | tuple[str, str]] = field(default_factory=dict)
    derived: dict[str, Derived] = field(default_factory=dict)
    slices: dict[str, str] = field(default_factory=dict)
    rules: tuple[RowRule, ...] = ()
    table_rules: tuple[TableRule, ...] = ()


@dataclass(frozen=True)
class Contract:
    """One canonical table. `columns` are the mapped ones, `derived` those computed with the load.

    `register`: a list kept up to date (people, contracts), known to the end of the data however long ago its last
    row began; other tables are known only between their first and last row. `period`: its rows stand for whole
    periods, so nothing finer can be asked. `reference`: the same for everybody, never sliced.
    """

    table: str
    about: str
    owner: str
    key: str
    time: str | None
    register: bool
    period: Literal["month"] | None
    reference: bool
    columns: Mapping[str, Column]
    spans: Mapping[str, tuple[str, str | None]]
    derived: Mapping[str, Derived]
    slices: Mapping[str, Slice]
    rules: tuple[RowRule, ...]
    table_rules: tuple[TableRule, ...]

    @functools.cached_property
    def types(self) -> Mapping[str, ColumnType]:
        """Every column of the published table: mapped, derived, and the local day `x_on` of every time `x_at`."""
        types: dict[str, ColumnType] = {name: column.type for name, column in self.columns.items()}
        types |= {name: derived.type for name, derived in self.derived.items()}
        return types | {day_of(name): "day" for name, kind in types.items() if kind == "time"}

    @property
    def time_day(self) -> str | None:
        """The day column a row counts at: the local day of `time`, or `time` itself when it is a day."""
        if self.time is None:
            return None
        return day_of(self.time) if self.types[self.time] == "time" else self.time

    def day_column(self, column: str) -> str:
        """The day that stands for a time or day column."""
        return day_of(column) if self.types[column] == "time" else column


def day_of(time_column: str) -> str:
    """opened_at → opened_on; a time not named …_at keeps its whole name."""
    return f"{time_column.removesuffix('_at')}_on"


@functools.cache
def contracts() -> Mapping[str, Contract]:
    """Every canonical table by name, in file order. Raises FileProblems (a fault of the program, not of a user)."""
    found = [read_contract(path) for path in sorted(CONTRACTS.glob("*.yaml"))]
    return {contract.table: contract for contract in found}


def read_contract(path: Path) -> Contract:
    """One contract file. Raises FileProblems with every problem in it."""
    document = read_documents(path)[0]
    file = build(_ContractFile, document)
    contract = Contract(
        table=file.table,
        about=file.about,
        owner=file.owner,
        key=file.key,
        time=file.time,
        register=file.register,
        period=file.period,
        reference=file.reference,
        columns=file.columns,
        spans={name: (ends[0], ends[1] if len(ends) > 1 else None) for name, ends in file.spans.items()},
        derived=file.derived,
        slices={name: _slice(name, route) for name, route in file.slices.items()},
        rules=file.rules,
        table_rules=file.table_rules,
    )
    if problems := _unknown_names(contract, document.file):
        raise FileProblems(problems)
    return contract


def _slice(name: str, route: str) -> Slice:
    column, _, target = (part.strip() for part in route.partition("->"))
    table, _, attribute = target.partition(".")
    return Slice(name, column, table or None, attribute or None)


def _unknown_names(contract: Contract, file: str) -> list[Problem]:
    """Names inside the contract that no column bears, and slices that would overwrite a field of a result."""
    reserved = [
        Problem(Place(file, 1), f"slices.{name}: results have a field of that name; call the slice otherwise.")
        for name in contract.slices
        if name in RESERVED
    ]
    named = [("key", contract.key), *(("time", name) for name in [contract.time] if name)]
    named += [(f"spans.{span}", end) for span, ends in contract.spans.items() for end in ends if end]
    named += [(f"slices.{name}", slice_.column) for name, slice_ in contract.slices.items()]
    for name, derived in contract.derived.items():
        starts = [route.column for route in derived.routes] + [c for c in derived.topmost_route if c]
        named += [(f"derived.{name}", column) for column in (*derived.per_columns, *starts)]
    return reserved + [
        Problem(Place(file, 1), f"{where} names '{name}', which is no column of {contract.table}.")
        for where, name in named
        if name not in contract.types
    ]


_WORD = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_]*")


def names_in(sql: str) -> set[str]:
    """The bare words of an SQL expression, text literals left out."""
    return {word for word in _WORD.findall(sql) if not word.startswith("'")}
