"""What no source provides is named by what a source could provide."""

from __future__ import annotations

import pytest

from data_checks.warehouse.contract import TableFacts
from metrics.language.lacking import not_provided


def facts(**provided: str) -> dict[str, TableFacts]:
    """Tables that provide these columns."""
    return {table: TableFacts(1, frozenset(names.split()), None, None, {}) for table, names in provided.items()}


@pytest.mark.parametrize(
    ("table", "column", "has", "clause"),
    [
        ("tickets", "channel", {"tickets": "opened_at"}, "no source provides tickets.channel"),
        ("survey_responses", "superseded_at", {"survey_responses": "responded_at survey score"},
         "no source provides survey_responses.customer_id, from which survey_responses.superseded_at is made"),
        ("tickets", "due_on", {"tickets": "opened_at"},
         "no source provides tickets.due_at, from which tickets.due_on is made"),
        ("tickets", "after_hours", {"tickets": "opened_at"},
         "no business hours stand in workspace.yaml under calendar, from which tickets.after_hours is made"),
        ("survey_responses", "easy", {"survey_responses": "responded_at"},
         "no source provides survey_responses.score, from which survey_responses.easy is made"),
    ],
)  # fmt: skip
def test_the_root_is_named(table: str, column: str, has: dict[str, str], clause: str) -> None:
    assert not_provided(table, column, facts(**has)) == clause
