"""A check that a metric stands on is one of some contract."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from data_checks.contract import contracts
from data_checks.errors import Problem, did_you_mean
from metrics.drafts.definition_file import Draft


def needs_known_checks(draft: Draft) -> Iterator[Problem]:
    """A misspelt check would never fail, and the metric would never be withheld."""
    for index, name in enumerate(draft.file.needs):
        if name not in _checks():
            told = f"no table has a check '{name}'.{did_you_mean(name, _checks())}"
            yield Problem(draft.document.place("needs", index), told)


@functools.cache
def _checks() -> frozenset[str]:
    """The ids of every rule of every contract."""
    rows = (rule.id for contract in contracts().values() for rule in contract.rules)
    tables = (rule.id for contract in contracts().values() for rule in contract.table_rules)
    return frozenset([*rows, *tables])
