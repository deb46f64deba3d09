"""A shape is one this version can compute."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.definition_file import LATER, Draft


def computable_shape(draft: Draft) -> Iterator[Problem]:
    """A shape of the language that nothing computes yet is said, never ignored."""
    for key in LATER:
        if getattr(draft.file, key) is not None:
            told = f"the shape '{key}' cannot be computed by this version; take this metric out."
            yield Problem(draft.document.key_place(key), told)
