"""What people write in a formula who are used to SQL, spreadsheets or Python, and what is written instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

_MOST_DIGITS = 30


def _value(number: Decimal) -> str:
    return f"{number.normalize():f}" if abs(number.adjusted()) < _MOST_DIGITS else "the number in digits"


_SLIPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    (r"==+", lambda _: "= for equal"),
    (r"!=|≠", lambda _: "<>"),
    (r"=>|≥", lambda _: ">="),
    (r"=<|≤", lambda _: "<="),
    (r"&&?", lambda _: "and"),
    (r"\|\|?", lambda _: "or"),
    (r"!", lambda _: "not"),
    (r"[×·]", lambda _: "*"),
    (r"÷", lambda _: "/"),
    (r"[−–]", lambda _: "-"),
    (r"(?<![\w.])(?:\d+\.?\d*|\.\d+)\s*%", lambda text: _value(Decimal(text[:-1].strip()) / 100)),
    (r"(?<![\w.])(?:\d+\.?\d*|\.\d+)e[+-]?\d{1,4}\b", lambda text: _value(Decimal(text))),
    (r"(?<![\w.])\.\d+", lambda text: f"0{text}"),
    (r"\b(?:not\s+)?i?like\b(?:\s*'(?:[^']|'')*')?", lambda _: "= 'a' or in ('a', 'b'), for a text is compared whole"),
)


def slip_at(text: str, position: int) -> tuple[int, str] | None:
    """Where the slip begins that the character at `position` belongs to, and its sentence; None when it is none."""
    for pattern, instead in _SLIPS:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            if found.start() <= position < found.end():
                return found.start(), f"unexpected '{found[0]}'; write {instead(found[0])}."
    return None
