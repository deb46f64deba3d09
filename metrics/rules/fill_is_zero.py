"""Where nothing was counted a metric has no data, or 0; no other number can be put in its place."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft


def fill_is_zero(draft: Draft) -> Iterator[Problem]:
    """The whole number 0, not a text, a fraction or a share."""
    fill = draft.file.fill
    if fill is not None and not (type(fill) is int and fill == 0):
        told = "fill takes 0 and nothing else: a period in which nothing was counted is then 0 instead of no data."
        yield Problem(draft.document.place("fill"), told)
