"""Every malformed input of tests/bad_inputs has the outcome that stands beside it, and no row of any is lost."""

from __future__ import annotations

import collections
from pathlib import Path

import pytest

from data_checks.errors import FileProblems, LoadRefused
from data_checks.ledger import LoadReport, SourceReport, TableReport
from data_checks.warehouse import current_version
from tests.bad_inputs import keys, numbers, packed_and_typed, text_files, times, workspaces
from tests.bad_inputs.case import Case, Published, Quarantined, Refused
from tests.loading import load_folder, quarantined

CASES = (
    *text_files.CASES,
    *packed_and_typed.CASES,
    *numbers.CASES,
    *times.CASES,
    *keys.CASES,
    *workspaces.CASES,
)


def made(case: Case, folder: Path) -> Path:
    """The workspace of `case`, written into `folder`."""
    (folder / "workspace.yaml").write_text(case.workspace, encoding="utf-8")
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def failed_checks(report: LoadReport) -> dict[str, int]:
    outcomes = [outcome for table in report.tables.values() for outcome in table.rules.values()]
    return {outcome.rule: outcome.bad_rows for outcome in outcomes if outcome.outcome != "passed"}


def is_accounted_for(report: LoadReport) -> bool:
    names = ("published", "quarantined", "superseded", "merged", "filtered")
    every: list[TableReport | SourceReport] = [*report.tables.values(), *report.sources]
    return all(one.read == sum(getattr(one, name) for name in names) for one in every)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_malformed_input_has_its_outcome(tmp_path: Path, case: Case) -> None:
    folder, expected = made(case, tmp_path), case.outcome
    if isinstance(expected, Refused):
        with pytest.raises((FileProblems, LoadRefused)) as caught:
            load_folder(folder)
        assert str(caught.value) == expected.sentence
        assert current_version(folder / "var") is None
        return
    report = load_folder(folder)
    assert is_accounted_for(report)
    assert report.notes == expected.notes
    rows = quarantined(folder) if (folder / "var/loads/000001/quarantine.csv").exists() else []
    assert len(rows) == sum(table.quarantined for table in report.tables.values())
    if isinstance(expected, Published):
        assert (rows, failed_checks(report)) == ([], dict(expected.marked))
    else:
        assert collections.Counter(rule for row in rows for rule in row["rules"].split()) == expected.rules
        assert rows[0]["reason"] == expected.reason
        assert are_verbatim(rows, case)


def are_verbatim(rows: list[dict[str, str]], case: Case) -> bool:
    """Whether each row is a piece of the case's text; a workbook, Parquet or a query has none."""
    texts = [
        content.decode("utf-8", "surrogateescape") if isinstance(content, bytes) else content
        for content in case.files.values()
        if not callable(content)
    ]
    return not texts or all(any(row["row"] in text for text in texts) for row in rows)


def test_there_are_many_and_of_every_kind() -> None:
    kinds = collections.Counter(type(case.outcome) for case in CASES)
    assert len(CASES) >= 60
    assert min(kinds[Refused], kinds[Quarantined], kinds[Published]) >= 5
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_sentence_ends_and_says_nothing_of_the_machine() -> None:
    for case in CASES:
        if isinstance(case.outcome, Refused):
            assert case.outcome.sentence.endswith((".", "?", "quarantine.csv")), case.name
            assert not any(word in case.outcome.sentence for word in ("Traceback", "/tmp", "fault of the program"))
