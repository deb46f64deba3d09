"""The tree of a formula: frozen nodes, each with its line and column. What is written, not what it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, cast


@dataclass(frozen=True)
class At:
    """Line and column in the formula, from 1."""

    line: int
    column: int


def _at() -> At:
    return cast(At, field(compare=False, repr=False))


@dataclass(frozen=True)
class Number:
    value: float
    at: At = _at()


@dataclass(frozen=True)
class Text:
    value: str
    at: At = _at()


@dataclass(frozen=True)
class Flag:
    value: bool
    at: At = _at()


@dataclass(frozen=True)
class Name:
    """`orders.revenue` (table and name) or a bare word."""

    table: str | None
    name: str
    at: At = _at()
    name_at: At = _at()


@dataclass(frozen=True)
class Window:
    """When a row counts. at: in the period of column `name`; the others: by the span `name`."""

    kind: Literal["at", "start", "end", "during"]
    name: str
    at: At = _at()


@dataclass(frozen=True)
class Rows:
    window: Window | None
    where: Node | None


@dataclass(frozen=True)
class Member:
    """One further member of a set: `union tickets.customer_id where …`."""

    word: Literal["union", "intersect", "except"]
    key: Node
    rows: Rows


@dataclass(frozen=True)
class Inside:
    """What stands between the brackets of a call."""

    args: tuple[Node, ...]
    rows: Rows
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Call:
    name: str
    inside: Inside
    at: At = _at()


@dataclass(frozen=True)
class Operation:
    """left op right; op is or, and, +, -, *, /, or a comparison."""

    op: str
    left: Node
    right: Node
    at: At = _at()


@dataclass(frozen=True)
class Not:
    inner: Node
    at: At = _at()


@dataclass(frozen=True)
class Minus:
    inner: Node
    at: At = _at()


@dataclass(frozen=True)
class IsNull:
    inner: Node
    negated: bool
    at: At = _at()


@dataclass(frozen=True)
class Between:
    inner: Node
    low: Node
    high: Node
    negated: bool
    at: At = _at()


@dataclass(frozen=True)
class In:
    """`status in ('a', 'b')` or `customer_id in (tickets.customer_id where …)`."""

    inner: Node
    inside: Inside
    negated: bool
    at: At = _at()


Node = Number | Text | Flag | Name | Call | Operation | Not | Minus | IsNull | Between | In


def first_table(node: Node) -> Name | None:
    """The first `table.column` of a row expression, in the order written."""
    match node:
        case Name():
            return node if node.table else None
        case Operation():
            return first_table(node.left) or first_table(node.right)
        case Call() | In():
            inner = () if isinstance(node, Call) else (node.inner,)
            return next((found for arg in (*inner, *node.inside.args) if (found := first_table(arg))), None)
        case Minus() | Not() | IsNull():
            return first_table(node.inner)
        case Between():
            return first_table(node.inner) or first_table(node.low) or first_table(node.high)
    return None


def depth(tree: Node | Inside) -> int:
    """How many nodes stand inside each other at the deepest place; walks without recursion."""
    deepest, waiting = 0, [(part, 1) for part in _parts(tree)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting += [(part, level + 1) for part in _parts(node)]
    return deepest + isinstance(tree, Node)


def metric_names(tree: Node) -> tuple[str, ...]:
    """The metrics a formula names: bare words outside every call, in the order written, each once."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name) and node.table is None:
            found.append(node.name)
        elif not isinstance(node, Call):
            waiting += reversed(_parts(node))
    return tuple(dict.fromkeys(found))


def _parts(tree: Node | Inside) -> tuple[Node, ...]:
    """The nodes that stand directly inside."""
    match tree:
        case Operation():
            return tree.left, tree.right
        case Minus() | Not() | IsNull():
            return (tree.inner,)
        case Between():
            return tree.inner, tree.low, tree.high
        case In():
            return tree.inner, *_parts(tree.inside)
        case Call():
            return _parts(tree.inside)
        case Inside():
            wheres = (rows.where for rows in (tree.rows, *(member.rows for member in tree.members)))
            keys = (member.key for member in tree.members)
            return *tree.args, *keys, *(where for where in wheres if where is not None)
    return ()
