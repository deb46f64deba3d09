"""Mistakes in workspace.yaml and in the queries of databases."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.bad_inputs.case import Case, Quarantined, Refused, csv_case, orders, text


def of(name: str, workspace: str, outcome: Refused) -> Case:
    """A good file under a workspace that is wrong."""
    return csv_case(name, text(), outcome, workspace)


def mapped(**columns: str) -> str:
    """One expression of orders, the rest as it is."""
    found = {"order_id": "id", "ordered_at": "day", **columns}
    lines = "".join(f"      {name}: {expression}\n" for name, expression in found.items())
    return f"sources:\n  orders:\n    files: o.csv\n    columns:\n{lines}"


def grouped(key: str, **columns: str) -> str:
    """Orders folded by `key`, in line 4; the columns stand from line 6 on, `ordered_at` second."""
    (first, text), *more = columns.items()
    lines = f"{first}: {text}\n      ordered_at: any_value(day)\n"
    lines += "".join(f"      {name}: {expression}\n" for name, expression in more)
    return f"sources:\n  orders:\n    files: o.csv\n    group_by: {key}\n    columns:\n      {lines}"


def desk(path: Path) -> None:
    """A small database of orders, one with a day that is none."""
    with sqlite3.connect(path) as connection:
        connection.execute("create table orders (id text, day text, amount real, line text)")
        rows = [line.split(",") for line in text("1,soon,1,a").splitlines()[1:]]
        connection.executemany("insert into orders values (?, ?, ?, ?)", rows)
    connection.close()


def asked(name: str, query: str, outcome: Refused | Quarantined) -> Case:
    """A query on the small database."""
    workspace = (
        f"sources:\n  orders:\n    sql: {{url: 'sqlite:///desk.db', query: \"{query}\"}}\n"
        "    columns: {order_id: id, ordered_at: day, revenue: amount}\n"
    )
    return Case(name, {"desk.db": desk}, workspace, outcome)


CASES = [
    of(
        "a workspace that is no YAML",
        "sources: {orders: [\n",
        Refused(
            "workspace.yaml:2:1: this is not valid YAML: did not find expected node content; look at "
            "brackets, quotes and indents up to here."
        ),
    ),
    of(
        "a workspace with a tab for blanks",
        "sources:\n\torders: 1\n",
        Refused(
            "workspace.yaml:2:1: this is not valid YAML: found character that cannot start any token; look "
            "at brackets, quotes and indents up to here."
        ),
    ),
    of("an empty workspace", "", Refused("workspace.yaml:1:1: this file is empty; it needs at least `sources`.")),
    of(
        "a pattern that finds no file",
        orders("'in/*.csv'"),
        Refused("workspace.yaml:3:12: no file matches 'in/*.csv'; put one there, or correct the pattern."),
    ),
    Case(
        "a folder instead of a file",
        {"in/o.csv": text()},
        orders("in"),
        Refused("workspace.yaml:3:12: 'in' is a folder; name its files, or use a glob such as 'in/*.csv'."),
    ),
    of(
        "an expression with a second statement",
        mapped(revenue="amount; drop table orders"),
        Refused(
            "workspace.yaml:7:16: columns.revenue `amount; drop table orders`: it holds more than one "
            "statement; write one expression."
        ),
    ),
    of(
        "a function nobody knows",
        mapped(revenue="lowr(amount)"),
        Refused(
            "workspace.yaml:7:16: columns.revenue `lowr(amount)`: there is no function lowr(); the nearest is lower()."
        ),
    ),
    of(
        "a key of a group that no file has",
        grouped("idd", order_id="id"),
        Refused("workspace.yaml:4:15: orders.group_by `idd`: o.csv has no column 'idd'. Did you mean 'id'?"),
    ),
    of(
        "one key of a group of two that no file has",
        grouped("[id, lnie]", order_id="id", product_line="line"),
        Refused("workspace.yaml:4:20: orders.group_by `lnie`: o.csv has no column 'lnie'. Did you mean 'line'?"),
    ),
    of(
        "a column of a group that no file has",
        grouped("id", order_id="idd"),
        Refused("workspace.yaml:6:17: orders.order_id `idd`: o.csv has no column 'idd'. Did you mean 'id'?"),
    ),
    of(
        "a column that is one of many in a group",
        grouped("id", order_id="id", product_line="upper(line)"),
        Refused(
            "workspace.yaml:8:21: orders.product_line `upper(line)`: 'line' may differ between the lines of a group; "
            "put it into `group_by`, or write an aggregate such as any_value(line)."
        ),
    ),
    of(
        "a strict cast that fails",
        mapped(revenue="line::integer"),
        Refused(
            "workspace.yaml:7:16: orders.revenue `line::integer` fails on o.csv: Conversion Error: Could "
            "not convert string 'g' to INT32 when casting from source column line; use try_cast(… as …) "
            "where a value may not fit."
        ),
    ),
    of(
        "a where that leaves nothing",
        orders("o.csv", "where: line = 'z'"),
        Refused("orders: `where` leaves out every row, 40 of 40 (orders_not_empty); correct it."),
    ),
    asked(
        "a query on a table that is not there",
        "select id, day, amount from oders",
        Refused(
            "workspace.yaml:3:10: sqlite:///desk.db (query 402a54fe) failed: no such table: oders; correct "
            "the query, or the address and who may read it."
        ),
    ),
    asked(
        "a query that gives nothing",
        "select * from orders where 0",
        Refused(
            "orders: there is no row (orders_not_empty); export it again. An empty export is a failed "
            "export, not a day without sales."
        ),
    ),
    asked(
        "a query with a day that is none",
        "select * from orders order by id",
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at 'soon' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
]
