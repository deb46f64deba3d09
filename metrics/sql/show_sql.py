"""The SQL behind a metric, for people to read: the statements that are run on the facts, laid out, with words for
columns. What was prepared with the load gives the same numbers and is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from metrics.asking import ask, known_metric
from metrics.catalog import Catalog
from metrics.language.bound import leaves, models_in
from metrics.language.provided import missing
from metrics.question import Question
from metrics.scope import Scope
from metrics.sql.compile import Scan
from metrics.sql.scans import scans_of

WIDTH = 100
PART_WORDS = {
    "n": "n", "s": "total", "q": "squares", "y": "successes", "p": "promoters", "d": "detractors", "w": "weight",
    "w2": "squared_weights", "v": "value", "xx": "squares_above", "xy": "products", "yy": "squares_below",
}  # fmt: skip
"""What the parts of an aggregate are called (compile.py)."""
OF_MODEL = """-- A model has no SQL. It is fitted to the rows counted here, all of them until the period's end;
-- what it found stands on the receipt."""


def sql_of(warehouse: Warehouse, catalog: Catalog, metric: str, question: Question | None = None) -> str:
    """Every statement that answers the metric from the facts, in this engine's words. Without a question: the whole
    organisation, every month. Raises RequestError if not provided."""
    definition = known_metric(catalog, metric)
    value = catalog.bound[metric]
    if lack := missing(value, warehouse.facts.tables):
        raise RequestError(f"{metric} has no SQL here: {lack}.")
    asked = question or ask(warehouse, catalog, Scope.everything(), [definition.metric])
    scans = scans_of(leaves(value), asked, warehouse)
    told = [laid_out(warehouse.sql(scan.statement), warehouse.dialect, _words(scan, asked)) for scan, _ in scans]
    return "\n\n".join([*([OF_MODEL] if models_in(value) else []), *told])


def laid_out(sql: str, dialect: str, words: dict[str, str]) -> str:
    """The statement over several lines, its columns renamed by `words`, ending in a semicolon."""
    import sqlglot  # only those who read SQL wait for it
    from sqlglot import exp

    def plain(node: Any) -> Any:
        if isinstance(node, exp.Paren) and isinstance(node.this, exp.Paren | exp.Column | exp.Literal):
            return node.this
        if isinstance(node, exp.If) and isinstance(node.this, exp.Paren):
            node.set("this", node.this.this)
        if isinstance(node, exp.Identifier) and node.name in words:
            return exp.to_identifier(words[node.name])
        return node

    tree = sqlglot.parse_one(sql, dialect=dialect)
    told: str = tree.transform(plain).sql(dialect=dialect, pretty=True, max_text_width=WIDTH)
    return f"{told};"


def _words(scan: Scan, question: Question) -> dict[str, str]:
    """k0 is the period, k1 … the slices asked for, v0 … the parts; a second one of its kind gets a number."""
    keys: Sequence[str] = (*(["period_start"] if scan.has_period else []), *question.by[: scan.slices])
    words = {f"k{place}": name for place, name in enumerate(keys)}
    for place, (_, part) in enumerate(scan.parts):
        name, taken = PART_WORDS[part], set(words.values())
        words[f"v{place}"] = next(n for n in (name, *(f"{name}_{i}" for i in range(2, 99))) if n not in taken)
    return words
