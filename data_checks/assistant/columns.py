"""What is proposed for each column of a table: an expression and its evidence, or a comment with the choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from data_checks.assistant.match import Facts, Fit, Studied, needed
from data_checks.assistant.names import meaning, tokens
from data_checks.assistant.repeats import Repeats
from data_checks.assistant.sample import plain
from data_checks.assistant.values import Values, total, whole_numbers
from data_checks.contract import Column
from data_checks.expression import ExpressionError, literal, parse_expression, quoted

_FEW = 8
_NPS_WORDS = {"nps", "netpro", "promoter", "recommend", "net"}
_EASE_WORDS = {"ces", "effort", "ease", "easy"}


@dataclass(frozen=True)
class Line:
    """`column: expression`, and why. Not `sure`: written as a comment, for somebody to decide; `candidate` is then the
    column of the file it would take first."""

    column: str
    expression: str
    why: str
    sure: bool = True
    candidate: str | None = None


@dataclass(frozen=True)
class Proposed:
    """The lines of one mapping, the types its expressions need, and the needed columns nobody found."""

    lines: tuple[Line, ...]
    types: dict[str, str]
    missing: tuple[str, ...]


def name_sql(name: str) -> str:
    """A column of a file as an expression names it: bare where SQL allows it."""
    try:
        if parse_expression(name).columns == (name,) and re.fullmatch(r"\w+", name):
            return name
    except ExpressionError:
        pass
    return quoted(name)


def propose_columns(studied: Studied, fit: Fit, lines_of: Repeats | None) -> Proposed:
    """Every column of the fit. `lines_of`: the orders whose lines these rows are."""
    types: dict[str, str] = {}
    lines = []
    for column, promised in fit.contract.columns.items():
        if column in fit.matches:
            name = fit.matches[column]
            if lines_of:
                lines.append(_of_lines(studied, column, promised, name, lines_of, types))
            else:
                lines.append(_plain(studied, column, promised, name))
        elif column in fit.unlike:
            name = fit.unlike[column]
            lines.append(Line(column, name_sql(name), _unlike(studied.facts[name], promised.type), sure=False))
    if fit.contract.table == "survey_responses":
        lines = list(_survey(studied, fit, lines))
    there = {line.column for line in lines if line.sure}
    missing = [column for column in needed(fit.contract) if column not in there]
    lines += [_choices(studied, fit, column) for column in missing if column not in {line.column for line in lines}]
    if fit.contract.table == "survey_responses" and "score" not in there:
        missing.append("score")
    order = list(fit.contract.columns)
    lines.sort(key=lambda line: order.index(line.column))
    return Proposed(tuple(lines), types, tuple(missing))


def _plain(studied: Studied, column: str, promised: Column, name: str) -> Line:
    facts, sql = studied.facts[name], name_sql(name)
    if promised.allowed:
        return _meant(column, promised.allowed, sql, facts.values)
    if promised.type == "key" and (trimmed := _without_fraction(facts.values, sql)):
        return Line(column, trimmed, f"every value ends in .0, such as {_example(facts.values)}")
    return Line(column, sql, _evidence(studied, facts, promised.type))


def _evidence(studied: Studied, facts: Facts, kind: str) -> str:
    seen, rows = total(facts.values), len(studied.sample.rows)
    if kind in ("time", "day"):
        strange = total(facts.times.strange)
        looks = f"{seen - strange:,} of {seen:,} sampled values look like {_example(facts.values)}"
        return looks + (f"; not {_listed(facts.times.strange)}" if strange else "")
    empty = f"; {100 * (rows - seen) / rows:.0f} % say nothing" if seen < rows else ""
    return f"{len(facts.values):,} different in {rows:,} sampled rows, such as {_example(facts.values)}{empty}"


def _example(values: Values) -> str:
    return f"'{plain(max(values, key=lambda value: values[value]))}'" if values else "nothing"


def _listed(values: Values) -> str:
    most = sorted(values, key=lambda value: -values[value])
    shown = ", ".join(f"'{plain(value)}'" for value in most[:_FEW])
    return shown if len(most) <= _FEW else f"{shown} and {len(most) - _FEW} more"


def _unlike(facts: Facts, kind: str) -> str:
    if not facts.values:
        return "the name fits, but no sampled value says anything"
    what = {"number": "a number", "integer": "a number", "boolean": "true or false"}.get(kind, "a time")
    share = {"number": facts.number_share, "integer": facts.number_share}.get(kind, facts.times.share)
    fitting = 0 if kind == "boolean" else round(share * total(facts.values))
    return (
        f"the name fits, but only {fitting:,} of {total(facts.values):,} sampled values look like {what}; "
        f"they are {_listed(facts.values)}. Write an expression"
    )


def _meant(column: str, allowed: tuple[str, ...], sql: str, values: Values) -> Line:
    """Their words for the ones our column allows."""
    known = {value: word for value in values if (word := meaning(value, allowed))}
    other = {value: count for value, count in values.items() if value not in known}
    why = f"ours are {', '.join(allowed)}"
    if len(other) == len(values):
        return Line(column, sql, f"{why}; what do {_listed(values)} mean? Write case {sql} when … then … end", False)
    if all(value == word for value, word in known.items()) and not other:
        return Line(column, sql, why)
    cases = " ".join(f"when {literal(value)} then {literal(word)}" for value, word in sorted(known.items()))
    why += "; by the meaning of their words"
    why += f". Not understood, and in quarantine until you say: {_listed(other)}" if other else ""
    return Line(column, f"case {sql} {cases} else {sql} end", why)


def _without_fraction(values: Values, sql: str) -> str | None:
    whole = values and all(re.fullmatch(r"\d+\.0", value) for value in values)
    return f"regexp_replace({sql}, '\\.0$', '')" if whole else None


# ---- order lines -------------------------------------------------------------------------------------------------


def _of_lines(
    studied: Studied, column: str, promised: Column, name: str, order: Repeats, types: dict[str, str]
) -> Line:
    facts, sql, at = studied.facts[name], name_sql(name), studied.sample.names.index(name)
    steady = order.is_steady(at)
    same = "the same on every line of an order" if steady else "differs within an order"
    if name == order.key:
        return Line(column, sql, _evidence(studied, facts, promised.type))
    if promised.type in ("time", "day"):
        types[name] = promised.type
        return Line(column, f"min({sql})", f"{same}; the earliest counts")
    if promised.type in ("number", "integer"):
        return _amount(studied, column, name, steady, types)
    if not steady:
        return Line(column, f"any_value({sql})", f"{same}, so none of them can stand for it", sure=False)
    inner = f"any_value({sql})"
    if promised.allowed:
        return _meant(column, promised.allowed, inner, facts.values)
    if promised.type == "key" and (trimmed := _without_fraction(facts.values, inner)):
        return Line(column, trimmed, f"{same}; every value ends in .0, such as {_example(facts.values)}")
    return Line(column, inner, f"{same}, such as {_example(facts.values)}")


def _amount(studied: Studied, column: str, name: str, steady: bool, types: dict[str, str]) -> Line:
    facts, sql = studied.facts, name_sql(name)
    quantity = next((n for n in studied.sample.names if {"quantity", "qty"} & set(tokens(n))), None)
    types[name] = "integer" if whole_numbers(facts[name].values) is not None else "number"
    is_price = "price" in tokens(name)
    if column in ("revenue", "cost") and is_price and quantity and facts[quantity].looks_like("number"):
        types[name] = "number"
        types[quantity] = "integer" if whole_numbers(facts[quantity].values) is not None else "number"
        return Line(column, f"sum({name_sql(quantity)} * {sql})", "quantity times price, over the lines of an order")
    if steady and not is_price and column != "units":
        return Line(column, f"any_value({sql})", "the same on every line of an order, so it is the order's own")
    return Line(column, f"sum({sql})", "over the lines of an order")


# ---- surveys -----------------------------------------------------------------------------------------------------


def _survey(studied: Studied, fit: Fit, lines: list[Line]) -> Iterator[Line]:
    """A score on its scale, codes for no answer left out, and what was asked: known from the scale and the name."""
    mapped = {line.column for line in lines}
    for line in lines:
        if line.column != "score":
            yield line
            continue
        name = fit.matches["score"]
        scale = _scale(name, studied.facts[name].values)
        if scale is None:
            yield Line("score", line.expression, f"{line.why}. On no scale known", sure=False)
            continue
        kind, low, high, why = scale
        yield _score(name, studied.facts[name].values, low, high)
        if "survey" not in mapped:
            yield Line("survey", literal(kind), f"{why}; csat, nps, ces or a name of your own")
        if "scale" not in mapped:
            yield Line("scale", literal(f"{low}-{high}"), why)
    if "score" not in mapped:
        rated = [name for name in studied.sample.names if studied.facts[name].is_small_scale]
        if rated:
            which = ", ".join(plain(name) for name in rated[:40])
            yield Line("score", name_sql(rated[0]), f"which column is the answer? Small whole numbers: {which}", False)


def _scale(name: str, values: Values) -> tuple[str, int, int, str] | None:
    whole = {int(value): count for value, count in values.items() if re.fullmatch(r"\d{1,2}", value)}
    words, seen = set(tokens(name)), total(values)
    shares = {high: sum(n for v, n in whole.items() if low <= v <= high) / seen for low, high in ((1, 5), (0, 10))}
    if words & _NPS_WORDS or (shares[5] < 0.9 <= shares[10] and len(whole) > 7):
        why = f"{100 * shares[10]:.0f} % of {plain(name)} lies in 0 to 10"
        return ("nps", 0, 10, why) if shares[10] > 0.5 else None
    if shares[5] >= 0.9 or (shares[5] >= 0.5 and max(whole) <= 6):
        kind = "ces" if words & _EASE_WORDS else "csat"
        return kind, 1, 5, f"{100 * shares[5]:.0f} % of {plain(name)} lies in 1 to 5"
    return None


def _score(name: str, values: Values, low: int, high: int) -> Line:
    scale = [str(answer) for answer in range(low, high + 1)]
    codes = {value: count for value, count in values.items() if value not in scale}
    sql = name_sql(name)
    if not codes:
        return Line("score", sql, f"every sampled value lies in {low} to {high}")
    listed = ", ".join(literal(answer) for answer in scale)
    why = f"{total(codes):,} of {total(values):,} sampled values are {_listed(codes)}: taken as no answer"
    return Line("score", f"case when {sql} in ({listed}) then {sql} end", why)


def _choices(studied: Studied, fit: Fit, column: str) -> Line:
    """A needed column that was not found, with the columns that could be it."""
    promised, used = fit.contract.columns[column], set(fit.matches.values())
    free = [n for n in studied.sample.names if n not in used and studied.facts[n].looks_like(promised.type)]
    if column == fit.contract.key:
        free = [n for n in free if len(studied.facts[n].values) == len(studied.sample.rows)]
    if column == "survey":
        return Line(column, "'csat'", "needed: what was asked; 'csat', 'nps', 'ces' or a name of your own", sure=False)
    which = ", ".join(plain(name) for name in free[:12]) or "none; write an expression"
    ours = f"; one of {', '.join(promised.allowed)}" if promised.allowed else ""
    first = free[0] if free else None
    why = f"needed, not found{ours}. Could be: {which}"
    return Line(column, name_sql(first) if first else "''", why, sure=False, candidate=first)
