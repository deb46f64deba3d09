"""Every row rule of every contract meets one good and one bad row, and Great Expectations counts as we do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_checks.contract import contracts
from data_checks.errors import with_article
from data_checks.suites import row_checks, table_checks
from data_checks.usual import Usual
from tests.loading import load_folder, quarantined, write

# table → columns of a good row, in SQL; then per rule what makes it bad.
GOOD = {
    "agents": {"agent_id": "a", "hired_on": "2020-01-01", "left_on": "2021-01-01"},
    "benchmarks": {
        "benchmark_id": "b", "metric": "csat", "competitor": "Birch", "industry": "trade", "value": "0.8",
        "period_start": "2026-01-01", "n": "400", "scale": "1-5 top 2", "source": "annual report",
        "retrieved_on": "2026-02-01",
    },
    "costs": {"cost_id": "c", "month": "2026-01-01", "kind": "support", "team_id": "t", "amount": "100"},
    "customers": {"customer_id": "c", "joined_on": "2026-01-01", "birth_date": "1990-01-01", "referred_by": ""},
    "events": {"event_id": "e", "happened_on": "2026-01-01", "title": "New prices", "kind": "price"},
    "initiatives": {
        "initiative_id": "i", "name": "Call back", "objective": "quick", "metric": "csat", "owner": "Ada",
        "due_on": "2026-02-01", "done_on": "2026-01-31", "status": "done",
    },
    "loyalty_entries": {
        "entry_id": "e", "customer_id": "c", "occurred_at": "2026-01-01", "kind": "earned", "points": "10",
        "amount": "0",
    },
    "orders": {
        "order_id": "o", "ordered_at": "2026-01-01", "promised_on": "2026-01-03",
        "delivered_at": "2026-01-02", "status": "completed",
        "revenue": "10", "units": "1",
    },
    "outreach": {
        "outreach_id": "o", "customer_id": "c", "kind": "sms", "sent_at": "2026-01-01", "responded_at": "2026-01-02",
        "converted_at": "2026-01-03", "cost": "0.1",
    },
    "quality_reviews": {
        "review_id": "r", "ticket_id": "t", "agent_id": "a", "team_id": "t", "reviewed_on": "2026-01-01",
        "skill": "clarity", "score": "100",
    },
    "subscriptions": {
        "subscription_id": "s", "customer_id": "c", "started_on": "2026-01-01", "ended_on": "2026-02-01",
        "monthly_fee": "5",
    },
    "survey_responses": {
        "response_id": "r", "survey": "csat", "scale": "1-5", "score": "5", "weight": "1",
        "sent_at": "2026-01-01", "responded_at": "2026-01-02",
    },
    "teams": {"team_id": "t", "parent_team_id": ""},
    "tickets": {
        "ticket_id": "t", "opened_at": "2026-01-01", "first_reply_at": "2026-01-02", "resolved_at": "2026-01-03",
        "closed_at": "2026-01-04", "due_at": "2026-01-05",
        "transfers": "0", "reopens": "0", "agent_replies": "0", "handle_minutes": "1",
        "sla_met": "true",
    },
    "training": {
        "training_id": "t", "agent_id": "a", "team_id": "t", "course": "Listening", "completed_on": "2026-01-01",
        "hours": "8", "passed": "true", "satisfaction": "5",
    },
}  # fmt: skip
BAD = [
    ("agents", "agent_left_after_hired", {"left_on": "2019-12-31"}),
    ("agents", "agent_id_required", {"agent_id": ""}),
    ("agents", "hired_on_readable", {"hired_on": "1/2/2020"}),
    ("benchmarks", "benchmark_is_of_somebody", {"competitor": "", "industry": ""}),
    ("benchmarks", "benchmark_has_a_source", {"source": ""}),
    ("benchmarks", "benchmark_seen_after_it_began", {"retrieved_on": "2025-12-31"}),
    ("benchmarks", "metric_required", {"metric": ""}),
    ("benchmarks", "period_start_required", {"period_start": ""}),
    ("benchmarks", "value_required", {"value": ""}),
    ("benchmarks", "value_readable", {"value": "80 %"}),
    ("benchmarks", "n_in_range", {"n": "0"}),
    ("costs", "cost_is_not_negative", {"amount": "-1"}),
    ("costs", "amount_required", {"amount": ""}),
    ("costs", "month_required", {"month": ""}),
    ("costs", "month_readable", {"month": "January"}),
    ("costs", "kind_required", {"kind": ""}),
    ("costs", "kind_allowed", {"kind": "rent"}),
    ("customers", "customer_id_required", {"customer_id": ""}),
    ("customers", "joined_after_birth", {"birth_date": "2026-01-02"}),
    ("customers", "not_referred_by_oneself", {"customer_id": "x", "referred_by": "x"}),
    ("events", "happened_on_required", {"happened_on": ""}),
    ("events", "title_required", {"title": ""}),
    ("initiatives", "done_has_its_day", {"done_on": ""}),
    ("initiatives", "a_day_means_done", {"status": "running"}),
    ("initiatives", "name_required", {"name": ""}),
    ("initiatives", "status_required", {"status": "", "done_on": ""}),
    ("initiatives", "status_allowed", {"status": "late", "done_on": ""}),
    ("loyalty_entries", "points_are_known", {"points": ""}),
    ("loyalty_entries", "stored_amount_is_known", {"kind": "stored_in", "amount": ""}),
    ("loyalty_entries", "points_in_range", {"points": "-1"}),
    ("loyalty_entries", "amount_in_range", {"amount": "-1"}),
    ("loyalty_entries", "kind_allowed", {"kind": "stored"}),
    ("loyalty_entries", "customer_id_required", {"customer_id": ""}),
    ("loyalty_entries", "occurred_at_required", {"occurred_at": ""}),
    ("orders", "delivered_after_ordered", {"delivered_at": "2025-12-31"}),
    ("orders", "units_not_negative_when_sold", {"units": "-1"}),
    ("orders", "order_has_revenue", {"revenue": ""}),
    ("orders", "promised_after_ordered", {"promised_on": "2025-12-30"}),
    ("orders", "status_allowed", {"status": "open"}),
    ("orders", "revenue_readable", {"revenue": "ten"}),
    ("orders", "ordered_at_required", {"ordered_at": ""}),
    ("outreach", "converted_after_sent", {"converted_at": "2025-12-31"}),
    ("outreach", "responded_after_sent", {"responded_at": "2025-12-31"}),
    ("outreach", "kind_allowed", {"kind": "pro-active"}),
    ("outreach", "sent_at_required", {"sent_at": ""}),
    ("outreach", "cost_in_range", {"cost": "-1"}),
    ("quality_reviews", "skill_is_one_of_seven", {"skill": "Clarity"}),
    ("quality_reviews", "score_in_range", {"score": "101"}),
    ("quality_reviews", "score_required", {"score": ""}),
    ("quality_reviews", "reviewed_on_required", {"reviewed_on": ""}),
    ("subscriptions", "ended_after_started", {"ended_on": "2025-12-31"}),
    ("subscriptions", "monthly_fee_in_range", {"monthly_fee": "-5"}),
    ("subscriptions", "customer_id_required", {"customer_id": ""}),
    ("survey_responses", "csat_score_in_range", {"score": "6"}),
    ("survey_responses", "csat_score_in_range", {"score": "4.5"}),
    ("survey_responses", "nps_score_in_range", {"survey": "nps", "score": "11"}),
    ("survey_responses", "ces_score_in_range", {"survey": "ces", "score": "6"}),
    ("survey_responses", "score_on_its_scale", {"survey": "training", "score": "98"}),
    ("survey_responses", "answered_after_sent", {"sent_at": "2026-01-03"}),
    ("survey_responses", "answer_has_a_time", {"responded_at": ""}),
    ("survey_responses", "weight_in_range", {"weight": "-1"}),
    ("teams", "team_id_required", {"team_id": ""}),
    ("tickets", "reply_after_opening", {"first_reply_at": "2025-12-31"}),
    ("tickets", "resolved_after_opening", {"resolved_at": "2025-12-31"}),
    ("tickets", "closed_after_opening", {"closed_at": "2025-12-31"}),
    ("tickets", "resolved_after_reply", {"resolved_at": "2026-01-01"}),
    ("tickets", "due_after_opening", {"due_at": "2025-12-31"}),
    ("tickets", "transfers_in_range", {"transfers": "-1"}),
    ("tickets", "transfers_readable", {"transfers": "1.5"}),
    ("tickets", "reopens_in_range", {"reopens": "-1"}),
    ("tickets", "agent_replies_in_range", {"agent_replies": "-1"}),
    ("tickets", "handle_minutes_in_range", {"handle_minutes": "-1"}),
    ("tickets", "sla_met_readable", {"sla_met": "perhaps"}),
    ("training", "training_hours_plausible", {"hours": "240"}),
    ("training", "hours_in_range", {"hours": "-1"}),
    ("training", "satisfaction_in_range", {"satisfaction": "6"}),
    ("training", "completed_on_required", {"completed_on": ""}),
    ("training", "agent_id_required", {"agent_id": ""}),
]


AS_OF = {"agents": "2020-01-07"}


def test_every_rule_written_in_a_contract_has_its_bad_row_here() -> None:
    written = {(name, rule.id) for name, contract in contracts().items() for rule in contract.rules}
    covered = {(table, rule) for table, rule, _ in BAD}
    assert not written - covered
    assert GOOD.keys() == contracts().keys()


def _load_two(folder: Path, table: str, change: dict[str, str]) -> dict[str, tuple[str, int]]:
    """One changed row beside thirty good ones; the outcome and bad rows of every rule."""
    good, key = GOOD[table], next(iter(GOOD[table]))
    rows = [{**good, key: f"{good[key]}{n}"} for n in range(30)] + [{**good, **change}]
    text = ",".join(good) + "\n" + "".join(",".join(row.values()) + "\n" for row in rows)
    columns = ", ".join(f"{name}: {name}" for name in good)
    report = load_folder(
        write(
            folder,
            f"as_of: {AS_OF.get(table, '2026-01-07')}\nsources:\n  {table}: {{files: x.csv, columns: {{{columns}}}}}\n",
            x=text,
        )
    )
    return {rule: (o.outcome, o.bad_rows) for rule, o in report.tables[table].rules.items()}


@pytest.mark.parametrize("table", list(GOOD))
def test_a_good_row_passes_every_rule(tmp_path: Path, table: str) -> None:
    outcomes = _load_two(tmp_path, table, {})
    assert {outcome for outcome, _ in outcomes.values()} == {"passed"}
    assert quarantined(tmp_path) == []


@pytest.mark.parametrize(("table", "rule", "change"), BAD)
def test_a_bad_row_fails_its_rule_and_no_other_row_does(
    tmp_path: Path, table: str, rule: str, change: dict[str, str]
) -> None:
    outcomes = _load_two(tmp_path, table, change)
    assert outcomes[rule] == ("failed", 1)
    severity = next(
        c.severity for c in row_checks(contracts()[table], frozenset(GOOD[table]), frozenset()) if c.rule == rule
    )
    assert len(quarantined(tmp_path)) == (1 if severity == "critical" else 0)


def test_a_rule_on_columns_nobody_mapped_is_not_run() -> None:
    rules = {
        check.rule for check in row_checks(contracts()["tickets"], frozenset({"ticket_id", "opened_at"}), frozenset())
    }
    assert "resolved_after_opening" not in rules
    assert "opened_at_readable" in rules


def test_great_expectations_counts_on_duckdb(tmp_path: Path) -> None:
    """The contract test of the adapter: it overrides a private method of a pinned version."""
    from data_checks.gx_duckdb import run_queries

    database = tmp_path / "staging.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table staged_x as select range as __row, range % 10 as n from range(100000)")
    queries = {
        "none": "select __row from {batch} where n > 9",
        "tenth": "select __row from {batch} where n = 9",
        "crash": "select __row from {batch} where nowhere = 9",
    }
    found = run_queries(database, "staged_x", queries, dict.fromkeys(queries, "critical"))
    assert found["none"] == (0, "")
    assert found["tenth"] == (10_000, "")  # far more than the rows the adapter keeps
    assert found["crash"][0] == 0
    assert "nowhere" in found["crash"][1]
    with duckdb.connect(str(database)) as connection:  # the pool has let go of the file
        connection.execute("drop table staged_x")


def test_great_expectations_runs_a_query_once_for_its_rows_and_their_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data_checks.gx_duckdb import BufferedSqlEngine, run_queries

    asked: list[str] = []
    run = BufferedSqlEngine._execute_query_with_recovery

    def listening(connection: Any, query: Any) -> Any:
        asked.append(str(query))
        return run(connection, query)

    monkeypatch.setattr(BufferedSqlEngine, "_execute_query_with_recovery", staticmethod(listening))
    database = tmp_path / "staging.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table staged_x as select range as __row from range(1001)")
    queries = {"kept": "select __row from {batch} where __row < 1000", "more": "select __row from {batch}"}
    found = run_queries(database, "staged_x", queries, dict.fromkeys(queries, "critical"))
    assert found == {"kept": (1000, ""), "more": (1001, "")}
    assert len(asked) == 3  # more rows than are kept are counted by a query of their own


def test_a_warning_counts_published_rows_only(tmp_path: Path) -> None:
    # Both tickets are solved before the first reply; the first is also solved before it was opened: in quarantine.
    text = (
        "id,opened,reply,solved\n"
        "1,2026-01-02 09:00,2026-01-02 10:00,2026-01-01 09:00\n"
        "2,2026-01-02 09:00,2026-01-02 10:00,2026-01-02 09:30\n"
    ) + "".join(f"{n},2026-01-02 09:00,2026-01-02 09:05,2026-01-02 11:00\n" for n in range(3, 63))
    workspace = (
        "sources: {tickets: {files: t.csv, columns: {ticket_id: id, opened_at: opened, first_reply_at: reply, "
        "resolved_at: solved}}}\n"
    )
    rules = load_folder(write(tmp_path, workspace, t=text)).tables["tickets"].rules
    assert (rules["resolved_after_opening"].bad_rows, rules["resolved_after_opening"].rows) == (1, 62)
    assert (rules["resolved_after_reply"].bad_rows, rules["resolved_after_reply"].rows) == (1, 61)


def test_a_key_that_nobody_lists_is_told_with_the_right_article():
    assert [with_article(word) for word in ("agent_id", "edge", "integer", "order", "team", "customer_id")] == [
        "an agent_id", "an edge", "an integer", "an order", "a team", "a customer_id",
    ]  # fmt: skip
    tables = contracts()
    columns = {name: frozenset(contract.columns) for name, contract in tables.items()}
    checks = table_checks(tables["training"], columns, tables, Usual())
    assert {check.rule: check.why for check in checks if check.kind == "reference"} == {
        "agent_id_known": "An agent_id that agents does not list has no name, team or segment.",
        "team_id_known": "A team_id that teams does not list has no name, team or segment.",
    }
