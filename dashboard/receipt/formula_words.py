"""A formula in words, for people who will never read one. Pure; every word is in words/receipt.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dashboard import wording
from dashboard.wording import say
from data_checks.contract import contracts
from metrics.language.bound import (
    Aggregate,
    Arithmetic,
    Constant,
    Frame,
    ModelOf,
    RetentionOf,
    SetMember,
    Value,
    is_set,
    members_of,
)
from metrics.language.tree import (
    Between,
    Call,
    Flag,
    In,
    IsNull,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Operation,
    Text,
    Window,
)
from metrics.models.fitted import BASE_MONTHS, RULES
from metrics.period import Duration
from metrics.stats.lifecycle import STAGES

_ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "/": "divided"}
_COMPARED = {"=": "is", "<>": "is_not", "<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
_IN_TIME = {"=": "is", "<>": "is_not", "<": "before", "<=": "until", ">": "after", ">=": "since"}


def formula_words(value: Value) -> str:
    """What is divided by what, and which rows count, as one sentence."""
    told = _value(value)
    return f"{told[:1].upper()}{told[1:]}."


def plain(name: str) -> str:
    """A table or column as people say it."""
    return name.replace("_", " ")


def column(name: str, table: str) -> str:
    """A column; a moment without its 'at' or 'on'."""
    is_moment = contracts()[table].types.get(name) in ("time", "day")
    return plain(name.removesuffix("_at").removesuffix("_on") if is_moment else name)


def length_words(length: Duration) -> str:
    """'12 months', '1 year'."""
    return wording.plural(length.count, length.unit, f"{length.unit}s")


def _value(value: Value) -> str:
    match value:
        case Constant():
            return _number(value.value)
        case Aggregate():
            return _framed(_aggregate(value), value.frame)
        case RetentionOf():
            return _retention(value)
        case ModelOf():
            return _model(value)
        case Arithmetic():
            sides = {"left": _side(value.left), "right": _side(value.right)}
            return say(f"f_{_ARITHMETIC[value.op]}", **sides)


def _side(value: Value) -> str:
    """A side of a calculation; one that is calculated itself, or holds commas, stands in brackets."""
    told = _value(value)
    return f"({told})" if isinstance(value, Arithmetic) or ", " in told else told


def _aggregate(part: Aggregate) -> str:
    if part.members:
        value = plain(_key(part.members[0]))
        return say("f_distinct", value=value, rows=_set(part.members))
    rows = _rows(part.table, part.window, part.where)
    if part.argument is None:
        return say("f_count", rows=rows)
    key = "f_count_known" if part.function == "count" else f"f_{part.function}"
    spoken = condition_words if part.function == "share" else _node
    told = say(key, rows=rows, value=spoken(part.argument, part.table), percent=_number(part.percent))
    return told if part.weight is None else say("f_weighted", told=told, weight=_node(part.weight, part.table))


def _model(model: ModelOf) -> str:
    """What is fitted, how far it looks ahead, and by which rules."""
    if model.name == "lifecycle":
        rules = RULES.sentences()
        told = "; ".join(f"{plain(stage)}: {rules[stage]}" for stage in STAGES if stage in model.stages)
        return say("f_lifecycle", stages=told, months=BASE_MONTHS)
    return say(f"f_{model.name}", horizon=length_words(model.horizon), discount=wording.share(model.discount))


def _retention(shape: RetentionOf) -> str:
    key = "f_retention_first" if shape.cohort == "first" else "f_retention"
    after = length_words(Duration(shape.after, shape.every))
    return say(key, value=plain(_key(shape.members[0])), rows=_set(shape.members), every=shape.every, after=after)


def _framed(told: str, frame: Frame | None) -> str:
    if frame is None:
        return told
    length = length_words(frame.length) if frame.length is not None else ""
    return say(f"f_{frame.kind}", told=told, length=length, since=frame.since)


def _key(member: SetMember) -> str:
    return member.key.name if isinstance(member.key, Name) else ""


def _set(members: Sequence[SetMember]) -> str:
    first, *others = members
    told = _rows(first.table, first.window, first.where)
    for member in others:
        rows = _rows(member.table, member.window, member.where)
        told = say(f"f_{member.word}", set=told, rows=rows)
    return told


def _rows(table: str, window: Window, where: Node | None) -> str:
    told = plain(table)
    if window.kind != "at":
        told = say(f"f_{window.kind}", rows=told, span=plain(window.name))
    elif window.name != contracts()[table].time:
        told = say("f_at", rows=told, time=column(window.name, table))
    return told if where is None else say("f_where", rows=told, condition=condition_words(where, table))


def condition_words(node: Node, table: str) -> str:
    """A condition on the rows of a table; a bare column that is one holds yes or no."""
    return say("f_yes", inner=_node(node, table)) if isinstance(node, Name) else _node(node, table)


def _node(node: Node, table: str) -> str:
    match node:
        case Number():
            return _number(node.value)
        case Text():
            return say("f_text", text=node.value)
        case Flag():
            return say("f_true" if node.value else "f_false")
        case Name():
            edge = node.table is None and node.name in ("period_start", "period_end")
            return say(f"f_{node.name}") if edge else column(node.name, node.table or table)
        case Call():
            first, last = (_node(arg, table) for arg in node.inside.args)
            return say("f_elapsed", unit=node.name.partition("_")[0], first=first, last=last)
        case Minus():
            return f"{wording.MINUS}{_held(node.inner, table)}"
        case Not():
            inner = node.inner
            if isinstance(inner, Name):
                return say("f_no", inner=_node(inner, table))
            return say("f_not", inner=_held(inner, table))
        case IsNull():
            return say("f_known" if node.negated else "f_unknown", inner=_held(node.inner, table))
        case Between():
            parts = {name: _held(getattr(node, name), table) for name in ("inner", "low", "high")}
            return say("f_not_between" if node.negated else "f_between", **parts)
        case In() if is_set(node.inside):
            members = members_of(node.inside)
            told = {"inner": _held(node.inner, table), "value": plain(_key(members[0])), "rows": _set(members)}
            return say("f_not_in" if node.negated else "f_in", **told)
        case In():
            values = ", ".join(_node(arg, table) for arg in node.inside.args)
            return say("f_none_of" if node.negated else "f_one_of", inner=_held(node.inner, table), values=values)
        case Operation():
            return _operation(node, table)


def _operation(node: Operation, table: str) -> str:
    if node.op in ("and", "or"):
        left, right = (_joined(side, node.op, table) for side in (node.left, node.right))
        return say(f"f_{node.op}", left=left, right=right)
    moment = any(_is_time(side, table) for side in (node.left, node.right))
    left, right = (_day(side) if moment and isinstance(side, Text) else _held(side, table)
                   for side in (node.left, node.right))  # fmt: skip
    if node.op in _ARITHMETIC:
        word = "over" if node.op == "/" else _ARITHMETIC[node.op]
        return say(f"f_{word}", left=left, right=right)
    words = _IN_TIME if moment else _COMPARED
    return say(f"f_{words[node.op]}", left=left, right=right)


def _joined(node: Node, op: str, table: str) -> str:
    """A side of `and` or `or`; the other word inside stands in brackets."""
    other = isinstance(node, Operation) and node.op in ("and", "or") and node.op != op
    told = condition_words(node, table)
    return f"({told})" if other else told


def _held(node: Node, table: str) -> str:
    """A part of a comparison; one that is made of parts itself stands in brackets."""
    told = _node(node, table)
    return f"({told})" if isinstance(node, Operation | Not | IsNull | Between | In) else told


def _is_time(node: Node, table: str) -> bool:
    if not isinstance(node, Name):
        return False
    return node.name in ("period_start", "period_end") or contracts()[table].types.get(node.name) in ("time", "day")


def _day(node: Text) -> str:
    return wording.date(dt.date.fromisoformat(node.value))


def _number(value: float) -> str:
    return wording.cell(value) if value == round(value, 2) else repr(value)
