"""A tree as a formula again, in the metric language: each part of a formula as it could have been written alone."""

from __future__ import annotations

from data_checks.contract import contracts
from metrics.language.bound import Aggregate, Leaf, RetentionOf, SetMember
from metrics.language.tree import (
    Between,
    Call,
    Flag,
    In,
    Inside,
    IsNull,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Operation,
    Rows,
    Text,
    Window,
)

_BINDS = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _TEST, _SIGN, _ATOM = 3, 4, 7, 8


def text_of(node: Node) -> str:
    """The formula that reads as this tree; brackets stand only where they must."""
    return _text(node)[0]


def part_text(leaf: Leaf) -> str:
    """One aggregate, or the set that a retention is of. Days of its own (rolling, to_date) are no part of the text."""
    if isinstance(leaf, RetentionOf):
        return set_text(leaf.members)
    if leaf.members:
        return f"distinct({set_text(leaf.members)})"
    percent = f"{_number(leaf.percent)}, " if leaf.function == "percentile" else ""
    argument = leaf.table if leaf.argument is None else text_of(leaf.argument)
    weight = f", {text_of(leaf.weight)}" if leaf.weight is not None else ""
    return f"{leaf.function}({percent}{argument}{weight}{_rows_of(leaf)})"


def set_text(members: tuple[SetMember, ...]) -> str:
    """A set of keys as it stands between brackets."""
    return " ".join(member_text(member, is_first=place == 0) for place, member in enumerate(members))


def member_text(member: SetMember, is_first: bool = False) -> str:
    """One member of a set; all but the first begin with how they join it."""
    word = "" if is_first else f"{member.word} "
    return f"{word}{text_of(member.key)}{_rows_of(member)}"


def and_terms(where: Node | None) -> tuple[Node, ...]:
    """The conditions joined by `and`, in the order written."""
    if where is None:
        return ()
    if isinstance(where, Operation) and where.op == "and":
        return (*and_terms(where.left), *and_terms(where.right))
    return (where,)


def _rows_of(part: Aggregate | SetMember) -> str:
    """The window, unless it is the table's own time, and the condition."""
    own = Window("at", contracts()[part.table].time or "", part.window.at)
    return _rows(Rows(None if part.window == own else part.window, part.where))


def _rows(rows: Rows) -> str:
    window = f" {_window(rows.window)}" if rows.window is not None else ""
    return f"{window} where {text_of(rows.where)}" if rows.where is not None else window


def _window(window: Window) -> str:
    if window.kind == "at":
        return f"at {window.name}"
    return f"{window.name} during" if window.kind == "during" else f"{window.name} at {window.kind}"


def _text(node: Node) -> tuple[str, int]:
    """The text and how tightly it holds together."""
    match node:
        case Number():
            return _number(node.value), _ATOM
        case Text():
            return _quoted(node.value), _ATOM
        case Flag():
            return str(node.value).lower(), _ATOM
        case Name():
            return (f"{node.table}.{node.name}" if node.table else node.name), _ATOM
        case Call():
            return f"{node.name}({_inside(node.inside)})", _ATOM
        case Minus():
            return f"-{_held(node.inner, _SIGN)}", _SIGN
        case Not():
            return f"not {_held(node.inner, _NOT)}", _NOT
        case IsNull():
            return f"{_held(node.inner, 5)} is {'not ' if node.negated else ''}null", _TEST
        case Between():
            low, high = _held(node.low, 5), _held(node.high, 5)
            return f"{_held(node.inner, 5)} {'not ' if node.negated else ''}between {low} and {high}", _TEST
        case In():
            return f"{_held(node.inner, 5)} {'not ' if node.negated else ''}in ({_inside(node.inside)})", _TEST
        case Operation():
            binds = _BINDS.get(node.op, _TEST)
            left = _held(node.left, 5 if binds == _TEST else binds)
            right = _held(node.right, 5 if binds == _TEST else binds + 1)
            return f"{left} {node.op} {right}", binds


def _held(node: Node, least: int) -> str:
    """The text of a part, in brackets where it would fall apart."""
    text, binds = _text(node)
    return text if binds >= least else f"({text})"


def _inside(inside: Inside) -> str:
    first = ", ".join(text_of(arg) for arg in inside.args) + _rows(inside.rows)
    return " ".join([first, *(f"{m.word} {text_of(m.key)}{_rows(m.rows)}" for m in inside.members)])


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else format(value, "f").rstrip("0")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
