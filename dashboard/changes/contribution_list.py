"""What a change is made of, as a table: part, bar, signed number, and the sum they come to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from dashboard import marks
from dashboard.components import esc
from dashboard.theme import Tokens
from dashboard.wording import say

Row = tuple[str, Decimal, bool]
"""A line: its name as HTML, its number, whether it is the mix of groups."""


def contribution_list(
    rows: Sequence[Row], total: Decimal, whole: str, text: Callable[[Decimal], str], theme: Tokens
) -> str:
    """Part, bar from a zero line, signed number; the sum under a rule. The heads are for the ear."""
    largest = max((abs(number) for _, number, _ in rows), default=Decimal(0)) or Decimal(1)
    lines = "".join(
        f'<tr><th scope="row">{name}</th><td class="part-bar">'
        f"{marks.contribution(round(float(number / largest), 3), is_mix, theme)}</td>"
        f'<td class="num">{esc(text(number))}</td></tr>'
        for name, number, is_mix in rows
    )
    heads = "".join(
        f'<th scope="col"><span class="ear">{esc(say(key))}</span></th>' for key in ("mx_part", "mx_share", "mx_points")
    )
    return (
        f'<table class="contributions"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody>'
        f'<tfoot><tr><th scope="row">{esc(whole)}</th><td></td>'
        f'<td class="num">{esc(text(total))}</td></tr></tfoot></table>'
    )
