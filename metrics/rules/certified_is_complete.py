"""A certified metric has somebody who answers for it, a question, and what is good enough."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft

_NEEDED = ("owner", "question", "red", "goal")


def certified_is_complete(draft: Draft) -> Iterator[Problem]:
    """Certified is a promise to the reader: design and ownership are settled."""
    missing = [key for key in _NEEDED if draft.document.data.get(key) in (None, "")]
    if draft.file.status == "certified" and missing:
        told = f"a certified metric has owner, question, red and goal; missing here: {', '.join(missing)}."
        yield Problem(draft.document.place("status"), told)
