"""A metric says in exactly one way what it is: by a formula or by one shape."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import SHAPES, Draft


def one_formula(draft: Draft) -> Iterator[Problem]:
    """Two would contradict each other, none says nothing. A misspelt `formul:` was said already."""
    given = [key for key in ("formula", "model", *SHAPES) if getattr(draft.file, key) is not None]
    if len(given) > 1 or not (given or draft.problems):
        said = f"{' and '.join(given)}; keep one" if given else "none; add 'formula:'"
        told = f"a metric has one formula or one shape; this one has {said}."
        yield Problem(draft.document.place("metric"), told)
