"""docs/contracts.md, written from the contracts: `make docs` writes it, a test compares it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from data_checks.contract import Column, Contract, Derived, TableRule, contracts

PAGE = Path(__file__).parents[1] / "docs" / "contracts.md"
_ABOUT = """# What every table promises

Written by `make docs` from [data_checks/contracts](../data_checks/contracts): correct a contract there, not here.
[loading.md](loading.md) says how files get into these tables.

A **critical** rule sends the row to the quarantine, or, where it is about the whole table, refuses the load; a
**warning** publishes and marks. A row for which a rule cannot be told, because a value is missing, keeps it. Besides
the rules below, every value must read as its column's type, a required one must be there, and allowed words and ranges
hold: what breaks that is in quarantine too. A time `x_at` also gives the local day `x_on`.
"""
_KINDS = {
    "unique_key": "no key stands twice",
    "not_empty": "the table has rows",
    "no_circle": "no row stands above itself",
    "bad_rows": "at most {percent} of the rows are bad",
    "volume": "at least {percent} of the usual rows are there",
    "freshness": "at most {limit:g} days behind the other tables",
}


def contracts_page(known: Mapping[str, Contract]) -> str:
    """The whole page, one chapter a table."""
    listed = [f"| [{name}](#{name}) | {one.about} | {one.owner} |" for name, one in known.items()]
    head = ["| table | one row is | owner |", "|---|---|---|", *listed]
    return "\n".join([_ABOUT, *head, "", *(line for one in known.values() for line in _chapter(one))])


def _chapter(contract: Contract) -> Iterator[str]:
    yield from (f"## {contract.table}", "", f"{contract.about} Owner: {contract.owner}. {_counted(contract)}", "")
    rows = [_column(name, column, contract) for name, column in contract.columns.items()]
    yield from _table(("column", "type", "unit", "needed", "allowed", "more"), rows)
    if contract.spans:
        spans = (f"`{name}` from `{start}`" + (f" to `{end}`" if end else " on")
                 for name, (start, end) in contract.spans.items())  # fmt: skip
        yield from (f"Spans: {'; '.join(spans)}.", "")
    if contract.derived:
        yield from _table(("computed", "type", "as"), [(f"`{name}`", derived.type, _derivation(derived))
                                                       for name, derived in contract.derived.items()])  # fmt: skip
    slices = ", ".join(f"`{name}`" for name in contract.slices)
    yield from (f"Cut it by: {slices}." if slices else "It cannot be cut.", "")
    rules = [(f"`{rule.id}`", f"`{rule.sql}`", rule.severity, rule.why, rule.owner) for rule in contract.rules]
    rules += [(f"`{rule.id}`", _promise(rule), rule.severity, rule.why, rule.owner) for rule in contract.table_rules]
    yield from _table(("rule", "holds when", "severity", "why", "owner"), rules)


def _counted(contract: Contract) -> str:
    time = f", a row counts at `{contract.time}`" if contract.time else ""
    return f"The key is `{contract.key}`{time}."


def _column(name: str, column: Column, contract: Contract) -> tuple[str, ...]:
    allowed = ", ".join(column.allowed)
    low, high = column.at_least, column.at_most
    if high is not None and low is None:
        allowed = f"at most {high:g}"
    if low is not None:
        allowed = f"{low:g} to {high:g}" if high is not None else f"{low:g} and more"
    more = [
        "the key" if name == contract.key else "",
        f"a row of `{column.references}`" if column.references else "",
        "mostly " + ", ".join(column.usual) if column.usual else "",
        "may lie ahead" if column.promise else "",
    ]
    said = "; ".join(part for part in more if part)
    reason = f"{said}. {column.why}" if said and column.why else column.why or said
    return f"`{name}`", column.type, column.unit or "", "yes" if column.required else "", allowed, reason


def _derivation(derived: Derived) -> str:
    if derived.sql:
        return f"`{derived.sql}`"
    if derived.neighbour:
        parts = [f"{derived.neighbour} of `{derived.rows}`"]
        parts += [f"before `{derived.before}`"] if derived.before else []
        parts += [f"after `{derived.after}`"] if derived.after else []
        parts += [f"per {', '.join(f'`{name}`' for name in derived.per_columns)}"] if derived.per_columns else []
        return ", ".join([*parts, *(["on another day"] if derived.on else [])])
    if derived.distinct:
        return "the name; if several bear it, with the key behind it; if missing, the key"
    if derived.topmost:
        return f"if missing, the topmost of `{derived.topmost}`"
    routes = (f"`{route.column} -> {route.table}.{route.attribute}`" for route in derived.routes)
    return f"if missing, by {', then '.join(routes)}"


def _promise(rule: TableRule) -> str:
    return _KINDS[rule.kind].format(percent=f"{100 * rule.limit:g} %", limit=rule.limit)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |".replace("  ", " ")
    yield ""


if __name__ == "__main__":
    PAGE.write_text(contracts_page(contracts()), encoding="utf-8")
