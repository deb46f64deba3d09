"""A receipt as escaped HTML, its sections one under the other. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from dashboard.components import esc, note, section
from dashboard.receipt.lines import Line, Section
from dashboard.receipt.sections import sections
from dashboard.wording import say

if TYPE_CHECKING:
    from metrics.receipt import Receipt


def full(receipt: Receipt) -> str:
    """Everything but SQL and rows, which the page shows itself."""
    parts = "".join(_section(one) for one in sections(receipt))
    return f'<div class="full">{parts}{note(say("rc_fingerprint", fingerprint=receipt.fingerprint))}</div>'


def _section(found: Section) -> str:
    body = "".join(_block(kind, tuple(lines)) for kind, lines in groupby(found.lines, lambda line: line.kind))
    return section(found.title, "", body, level=3)


def _block(kind: str, lines: tuple[Line, ...]) -> str:
    """Lines of one kind that follow each other."""
    if kind == "pair":
        return f'<dl class="receipt">{"".join(_pairs(lines))}</dl>'
    if kind == "sum":
        rows = "".join(f'<tr><th scope="row">{esc(one.label)}</th><td>{esc(one.text)}</td></tr>' for one in lines)
        return f'<table class="sums"><tbody>{rows}</tbody></table>'
    if kind == "head":
        return "".join(f'<p class="of"><code>{esc(one.text)}</code></p>' for one in lines)
    return "".join(note(one.text) for one in lines)


def _pairs(lines: tuple[Line, ...]) -> Iterator[str]:
    for one in lines:
        yield f"<dt>{esc(one.label)}</dt><dd>{esc(one.text)}</dd>"
