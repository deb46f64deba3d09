"""How a mapping's file writes its values, as lines of a source: declared where all values agree, else both choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from data_checks.assistant.match import Studied
from data_checks.assistant.sample import plain
from data_checks.assistant.values import (
    Signs,
    Times,
    TimeShape,
    number_signs,
    parts_above_twelve,
    times,
    together,
    total,
)
from data_checks.assistant.yaml_lines import commented, scalar, with_comment

Lines = tuple[list[str], list[str]]
"""Lines of the source, and what a person has to decide."""


def null_lines(studied: Studied) -> list[str]:
    """`nulls`, and the words that may be some."""
    lines = []
    if studied.nulls:
        words = ", ".join(scalar(word, always=True) for word in studied.nulls)
        seen = "; ".join(f"'{word}' in {_columns(count)}" for word, count in studied.nulls.items())
        lines.append(with_comment(f"nulls: [{words}]", f"words that say nothing: {seen}"))
    if studied.maybe:
        words = ", ".join(scalar(word, always=True) for word in (*studied.nulls, *studied.maybe))
        seen = "; ".join(f"'{word}' in {_columns(count)}" for word, count in studied.maybe.items())
        lines.append(commented(f"nulls: [{words}]", f"perhaps these say nothing too: {seen}"))
    return lines


def _columns(count: int) -> str:
    return f"{count} column{'s' * (count != 1)}"


def time_lines(studied: Studied, names: Sequence[str]) -> Lines:
    """`datetimes` of the columns read as times."""
    if not names:
        return [], []
    found = times(together(studied.facts[name].values for name in names))
    listed = ", ".join(plain(name) for name in names)
    unsure = [shape for shape in found.shapes if shape.is_ambiguous]
    if unsure:
        decide = f"say whether day or month comes first in {listed}: uncomment one `datetimes`"
        return list(_either(found, unsure, listed)), [decide]
    lines = []
    if found.formats:
        said = ", ".join(scalar(one, always=True) for one in found.formats)
        text = f"datetimes: {said if len(found.formats) == 1 else f'[{said}]'}"
        why = f"{found.seen - total(found.strange):,} of {found.seen:,} sampled values of {listed} look like "
        why += " or ".join(plain(shape.example) for shape in found.shapes) + _settled(found)
        if found.strange:
            return [*_strange(found, listed), commented(text, why)], [f"say how the times of {listed} are written"]
        lines.append(with_comment(text, why))
    elif found.strange:
        return list(_strange(found, listed)), [f"say how the times of {listed} are written"]
    return lines, []


def _settled(found: Times) -> str:
    """Why the day is the day."""
    said = ""
    for shape in found.shapes:
        if shape.is_iso or "%m" not in shape.formats[0] or shape.formats[0].startswith("%Y"):
            continue
        first = "day" if shape.formats[0].startswith("%d") else "month"
        said += f"; the {first} comes first, for {parts_above_twelve(shape):,} have a day above 12"
    return said


def _strange(found: Times, listed: str) -> Iterator[str]:
    few = sorted(found.strange, key=lambda value: -found.strange[value])[:5]
    words = ", ".join(f"'{plain(value)}'" for value in few)
    yield f"# {total(found.strange):,} of {found.seen:,} sampled values of {listed} read as no time: {words}."
    yield "# A load puts their rows into quarantine. Declare `datetimes`, or name in `nulls` what says nothing."


def _either(found: Times, unsure: Sequence[TimeShape], listed: str) -> Iterator[str]:
    count = sum(total(shape.values) for shape in unsure)
    example = plain(unsure[0].example)
    yield f"# Day or month first? No number above 12 tells, in {count:,} sampled values of {listed}, such as {example}."
    yield "# Uncomment the line that is right:"
    orders = len(unsure[0].formats)
    for at in range(orders):
        formats = dict.fromkeys(s.formats[min(at, len(s.formats) - 1)] for s in found.shapes)
        said = ", ".join(scalar(one, always=True) for one in formats)
        first = {"d": "day", "m": "month", "y": "year"}[next(iter(formats))[1].lower()]
        text = f"datetimes: {said if len(formats) == 1 else f'[{said}]'}"
        yield commented(text, f"the {first} comes first in {example}")


def number_lines(studied: Studied, names: Sequence[str]) -> Lines:
    """`decimal` and `thousands` of the columns read as numbers."""
    values = together(studied.facts[name].values for name in names)
    fitting = number_signs(values) if values else (Signs("."),)
    listed = ", ".join(plain(name) for name in names)
    example = plain(next((value for value in values if "," in value or "." in value), ""))
    if not fitting:
        line = f"# Not all sampled values of {listed} read as numbers, written with whatever signs, such as {example}."
        return [line], [f"say how the numbers of {listed} are written"]
    if len(fitting) == 1:
        why = f"all {total(values):,} sampled values of {listed} read so, such as {example}"
        return [with_comment(f"{key}: {scalar(sign, True)}", why) for key, sign in fitting[0].lines], []
    lines = [f"# Is {example} a fraction or thousands? {total(values):,} sampled values of {listed} do not tell."]
    for signs in fitting:
        meant = "thousands" if signs.thousands else "a fraction"
        lines += [commented(f"{key}: {scalar(sign, True)}", f"if it is {meant}") for key, sign in signs.lines]
    lines += ["# Without any of these lines it is a fraction."] if fitting[0].decimal == "." else []
    return lines, [f"say whether {example} in {listed} is a fraction or thousands"]
