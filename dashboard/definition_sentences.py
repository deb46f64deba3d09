"""What is wrong in the files that say what is measured and wanted, in one sentence for the top of a page."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.wording import say
from data_checks.errors import Problem

_NAMES_SAID = 3


def definitions_wrong(problems: Sequence[Problem], kept: Sequence[str], left_out: Sequence[str]) -> str:
    """What is wrong in metric files, where, and what is shown meanwhile. Ids, as the files name them."""
    many = len(problems)
    told = [say("definitions_wrong_one" if many == 1 else "definitions_wrong", n=many, first=problems[0])]
    told += [say("definitions_kept", names=_some(kept))] if kept else []
    told += [say("definitions_left_out", names=_some(left_out))] if left_out else []
    return " ".join(told)


def workspace_wrong(problems: Sequence[Problem]) -> str:
    """What is wrong with the workspace, and that it is read as it was."""
    many = len(problems)
    return say("workspace_wrong_one" if many == 1 else "workspace_wrong", n=many, first=problems[0])


def _some(names: Sequence[str]) -> str:
    """The first few of many names."""
    if len(names) > _NAMES_SAID:
        return say("definitions_more", names=", ".join(names[:_NAMES_SAID]), n=len(names) - _NAMES_SAID)
    return ", ".join(names)
