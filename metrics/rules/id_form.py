"""An id is written in small letters, digits and _, so that a formula can name it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft
from metrics.language.formula import RESERVED

_ID = re.compile(r"[a-z][a-z0-9_]*")


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _ID.fullmatch(text) is not None


def id_form(draft: Draft) -> Iterator[Problem]:
    """'CSAT total' is no id; a word of the formula language would never be read as one."""
    name = draft.metric.metric
    if not is_id(name):
        told = f"'{name}' is no id; use small letters, digits and _, like first_reply."
        yield Problem(draft.document.place("metric"), told)
    elif name in RESERVED:
        told = f"'{name}' is a word of formulas, so no formula could name this metric; choose another id."
        yield Problem(draft.document.place("metric"), told)
