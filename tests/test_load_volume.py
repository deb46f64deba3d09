"""A half file, a hole of a month and a table that stopped are noticed, with numbers; codes that pose as answers too."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from data_checks.contract import contracts
from data_checks.errors import LoadRefused
from tests.loading import TICKETS, load_folder, write

HEAD = "id,opened,resolved,moves\n"


def tickets(count: int, day: str = "2026-01-05", start: int = 0) -> str:
    return "".join(f"{number},{day} 09:00,,0\n" for number in range(start, start + count))


def loaded(folder: Path, text: str, workspace: str = TICKETS, **files: str):
    return load_folder(write(folder, workspace, tickets=HEAD + text, **files))


def test_half_a_file_is_noticed_against_the_loads_before(tmp_path: Path) -> None:
    loaded(tmp_path, tickets(1000))
    loaded(tmp_path, tickets(1200))
    report = loaded(tmp_path, tickets(499))
    rule = report.tables["tickets"].rules["tickets_volume"]
    assert (report.status, rule.outcome, rule.severity) == ("published", "failed", "warning")
    assert (rule.bad_rows, rule.rows) == (0, 0)  # it is of the table, and none of its rows is bad
    assert report.notes == (
        "tickets: 499 rows are less than 50% of the 1,000 rows in the loads before; is the export whole? "
        "(tickets_volume)",
    )
    assert loaded(tmp_path, tickets(500)).tables["tickets"].rules["tickets_volume"].outcome == "passed"


def test_a_refused_load_is_no_measure(tmp_path: Path) -> None:
    loaded(tmp_path, tickets(100))
    with pytest.raises(LoadRefused, match="tickets_bad_rows"):
        loaded(tmp_path, tickets(400) + "x,soon,,0\n" * 400)
    assert loaded(tmp_path, tickets(60)).tables["tickets"].rules["tickets_volume"].outcome == "passed"


def months(*counts: int) -> str:
    rows, start = "", 0
    for month, count in enumerate(counts):
        day = dt.date(2025 + month // 12, month % 12 + 1, 10).isoformat()
        rows, start = rows + tickets(count, day, start), start + count
    return rows


@pytest.mark.parametrize(
    ("counts", "note"),
    [
        # The first and the last month are not whole; the one before the last is held against the quietest before it.
        ((1, 20, 10, 30, 4, 1), "tickets: 4 rows in the newest whole month are less than 50% of the 10 rows in the"),
        ((1, 20, 10, 30, 0, 1), "tickets: 0 rows in the newest whole month are less than 50% of the 10 rows in the"),
        ((1, 20, 10, 30, 5, 1), None),
        ((1, 20, 10, 1, 1), None),  # two months are no custom
    ],
)
def test_a_month_with_a_hole_is_noticed_in_the_first_load(tmp_path: Path, counts, note: str | None) -> None:
    report = loaded(tmp_path, months(*counts))
    assert [text[: len(note or "")] for text in report.notes] == ([note] if note else [])


BOTH = TICKETS + "  events: {files: e.csv, columns: {event_id: id, happened_on: day, title: id}}\n"


def test_a_table_that_stopped_is_noticed_against_the_others(tmp_path: Path) -> None:
    report = loaded(tmp_path, tickets(3), BOTH, e="id,day\n1,2026-01-12\n")
    assert report.tables["tickets"].rules["tickets_fresh"].outcome == "passed"
    report = loaded(tmp_path, tickets(3), BOTH, e="id,day\n1,2026-01-13\n")
    rule = report.tables["tickets"].rules["tickets_fresh"]
    assert (rule.outcome, rule.severity, rule.columns) == ("failed", "warning", ("opened_at",))
    assert report.notes == (
        "tickets: the newest row is of 2026-01-05 and the data reach 2026-01-13, more than 7 days later; "
        "is the export up to date? (tickets_fresh)",
    )


def test_a_contract_that_begins_next_year_makes_no_table_late(tmp_path: Path) -> None:
    more = "  orders: {files: o.csv, columns: {order_id: id, ordered_at: day}}\n"
    more += "  subscriptions: {files: s.csv, columns: {subscription_id: id, customer_id: id, started_on: day}}\n"
    files = {"o": "id,day\n1,2026-01-06 09:00\n", "s": "id,day\n1,2027-01-01\n"}
    rules = loaded(tmp_path, tickets(3), TICKETS + more, **files).tables["tickets"].rules
    assert rules["tickets_fresh"].outcome == "passed"


def test_a_declared_day_is_what_the_data_should_reach(tmp_path: Path) -> None:
    report = loaded(tmp_path, tickets(3), "as_of: 2026-01-13\n" + TICKETS)
    assert report.tables["tickets"].rules["tickets_fresh"].outcome == "failed"


def test_every_contract_watches_its_volume_and_its_share_of_bad_rows() -> None:
    for table, contract in contracts().items():
        kinds = {rule.kind for rule in contract.table_rules}
        assert {"unique_key", "bad_rows", "volume"} <= kinds, table
        assert all(rule.why and rule.owner for rule in contract.rules), table
        assert all(rule.why and rule.owner for rule in contract.table_rules), table


def test_every_table_with_a_time_of_its_own_is_watched_for_freshness() -> None:
    # An event may not have happened, and an initiative's day lies ahead.
    watched = {t for t, c in contracts().items() if "freshness" in {rule.kind for rule in c.table_rules}}
    assert {t for t, c in contracts().items() if c.time} - watched == {"events", "initiatives"}


ANSWERS = """
sources:
  survey_responses:
    files: a.csv
    {nulls}
    columns: {{response_id: id, survey: kind, scale: scale, responded_at: day, score: score}}
"""


def test_a_code_that_poses_as_an_answer_is_named_with_what_to_do(tmp_path: Path) -> None:
    rows = [("advisory", "0-10", 7)] * 60 + [("advisory", "0-10", 99)] * 2 + [("csat", "1-5", 98)]
    text = "id,kind,scale,day,score\n" + "".join(
        f"{number},{kind},{scale},2026-01-05,{score}\n" for number, (kind, scale, score) in enumerate(rows)
    )
    report = load_folder(write(tmp_path / "codes", ANSWERS.format(nulls=""), a=text))
    advice = "a code for no answer, such as 99, belongs into `nulls` of the source"
    assert set(report.notes) == {
        f"survey_responses: score holds '98' 1, which csat_score_in_range does not allow; {advice}.",
        f"survey_responses: score holds '99' 2, which score_on_its_scale does not allow; {advice}.",
    }
    outcomes = report.tables["survey_responses"].rules
    assert (outcomes["score_on_its_scale"].severity, outcomes["score_on_its_scale"].bad_rows) == ("warning", 2)
    assert outcomes["csat_score_in_range"].severity == "critical"
    report = load_folder(write(tmp_path / "declared", ANSWERS.format(nulls='nulls: ["98", "99"]'), a=text))
    assert report.notes == ()
    assert report.tables["survey_responses"].published == 63
