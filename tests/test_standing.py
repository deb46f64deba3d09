"""What a failed or broken check does to which metric, until the next good load. Counted by hand.

40 tickets, all opened on 31 December 2025 at 09:00, answered at 09:10, solved at 09:30, but for
  t1  answered at 10:30, after it was solved: `resolved_after_reply`, a warning; published and marked
  t2  solved at 08:00, before it was opened: `resolved_after_opening`, critical; in quarantine
So 39 are published. `solved` reads resolved_at; `opened` does not; `solved_share` names both; `careful` needs the
warning, `careful_share` names `careful`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.suites import Verdict
from data_checks.warehouse import open_warehouse
from data_checks.warehouse.contract import CheckOutcome
from data_checks.workspace import read_workspace
from metrics.catalog import read_catalog
from metrics.standing import Standing, standings, withheld_because
from tests.loading import load_folder, write

WORKSPACE = """
sources:
  tickets:
    files: tickets.csv
    datetimes: "%Y-%m-%d %H:%M"
    columns: {ticket_id: id, opened_at: opened, first_reply_at: reply, resolved_at: solved}
"""
METRICS = """metric: solved
formula: count(tickets at resolved_at)
perspective: customer
goal: 30
red: 10
weight: 3
---
metric: opened
formula: count(tickets)
perspective: customer
goal: 30
red: 10
weight: 1
---
metric: solved_share
formula: solved / opened
---
metric: careful
formula: count(tickets)
needs: [resolved_after_reply]
perspective: customer
goal: 30
red: 10
weight: 1
---
metric: careful_share
formula: careful / opened
"""
HEAD = "id,opened,reply,solved\n"
DAY = "2025-12-31"


def ticket(number: int, reply: str = "09:10", solved: str = "09:30") -> str:
    return f"t{number},{DAY} 09:00,{DAY} {reply},{DAY} {solved}\n"


GOOD = "".join(ticket(number) for number in range(3, 41))
BAD = ticket(1, reply="10:30") + ticket(2, solved="08:00")
REPAIRED = ticket(1) + ticket(2)


def company(folder: Path, tickets: str) -> Path:
    write(folder, f"{WORKSPACE}as_of: 2025-12-31\n", tickets=HEAD + tickets)
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics" / "own.yaml").write_text(METRICS, encoding="utf-8")
    load_folder(folder)
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return company(tmp_path_factory.mktemp("standing"), BAD + GOOD)


def touched(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """(rule, effect) of our five metrics."""
    workspace = read_workspace(folder)
    catalog = read_catalog(workspace.metrics_folder)
    warehouse = open_warehouse(workspace)
    found = standings(catalog.metrics, catalog.bound, warehouse.facts)
    warehouse.close()
    ours = [name for name, metric in catalog.metrics.items() if metric.place.file.endswith("own.yaml")]
    return {name: [(one.check.rule, one.effect) for one in found.get(name, ())] for name in ours}


def answer(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(main, [*words, "-w", str(folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


LEFT_OUT = ("resolved_after_opening", "left_out")


def test_a_failed_warning_marks_the_metrics_on_its_columns_and_those_that_name_them(desk):
    found = touched(desk)
    assert found["solved"] == [("resolved_after_reply", "marked"), LEFT_OUT]
    assert found["solved_share"] == [("resolved_after_reply", "marked"), LEFT_OUT]
    assert found["opened"] == [LEFT_OUT]


def test_what_a_metric_needs_withholds_it_and_those_that_name_it(desk):
    found = touched(desk)
    assert found["careful"] == [("resolved_after_reply", "withheld"), LEFT_OUT]
    assert found["careful_share"] == [("resolved_after_reply", "withheld"), LEFT_OUT]


def test_a_query_says_value_state_and_effect(desk):
    metrics = json.loads(answer(desk, "query", "solved", "careful_share", "--as", "json"))["metrics"]
    row, hidden = metrics["solved"]["rows"][0], metrics["careful_share"]["rows"][0]
    assert (row["value"], row["state"]) == (39, "ok")  # 40 − t2
    assert (hidden["value"], hidden["state"]) == (None, "withheld")
    check = metrics["solved"]["checks"][0]
    assert (check["rule"], check["effect"], check["bad_rows"], check["rows"]) == (
        "resolved_after_reply",
        "marked",
        1,
        39,
    )
    told = answer(desk, "query", "solved")
    assert "Resolved after reply found 1 bad row of tickets (published and marked): " in told
    assert "1 row of tickets is in quarantine; this is counted without it." in told


def test_the_board_says_what_is_withheld_and_what_the_score_is_over(desk):
    """Solved (3), opened, and the library's reply and resolution times (1 each, ½ each for the slowest tenth) have a
    score; careful and the age of a backlog that is empty have none: 7 of 9."""
    told = answer(desk, "show", "--period", "2025-12")
    assert "1 metric is withheld for its checks; the score stands on 78\u00a0% of the weight." in told
    assert "Resolved after reply found 1 bad row of tickets; published and marked: Solved, " in told
    assert "Resolved after reply found 1 bad row of tickets; withheld: Careful." in told
    board = json.loads(answer(desk, "show", "--period", "2025-12", "--as", "json"))
    customer = board["perspectives"]["customer"]["metrics"]
    effects = {
        name: [check["effect"] for check in customer[name]["checks"]] for name in ("solved", "opened", "careful")
    }
    assert effects == {
        "solved": ["marked", "left_out"],
        "opened": ["left_out"],
        "careful": ["withheld", "left_out"],
    }
    assert customer["careful"]["state"] == "withheld"
    assert customer["careful"]["reason"] == "check “resolved after reply” failed for 1 row"


def test_a_reason_counts_rows_only_where_rows_were_counted():
    """A check of a whole table counts none, and to a reader of some teams nothing is counted."""
    check = CheckOutcome("handle_time_in_range", "tickets", "warning", "failed", 1912, 40000, (), "Why.", "Me")
    table = replace(check, rule="tickets_fresh", bad_rows=0, rows=0)
    said = [
        withheld_because([Standing(one, "withheld")])
        for one in (check, replace(check, bad_rows=0, rows=0), table, replace(check, outcome="broken"))
    ]
    assert said == [
        "check “handle time in range” failed for 1,912 rows", "check “handle time in range” failed",
        "check “tickets fresh” failed", "check “handle time in range” is broken",
    ]  # fmt: skip
    assert withheld_because([Standing(check, "marked")]) is None


def test_the_next_good_load_clears_it(tmp_path):
    folder = company(tmp_path, BAD + GOOD)
    assert touched(folder)["careful"]
    (folder / "tickets.csv").write_text(HEAD + REPAIRED + GOOD, encoding="utf-8")
    load_folder(folder)
    assert touched(folder) == {name: [] for name in ("solved", "opened", "solved_share", "careful", "careful_share")}
    row = json.loads(answer(folder, "query", "careful", "--as", "json"))["metrics"]["careful"]["rows"][0]
    assert (row["value"], row["state"]) == (40, "ok")


def test_a_broken_check_withholds_what_stands_on_its_columns_and_nothing_else(tmp_path, monkeypatch):
    from data_checks import staging

    real = staging.run_suite

    def crashing(path, table, checks):
        return {**real(path, table, checks), "resolved_after_reply": Verdict(0, "it crashed")}

    with monkeypatch.context() as patch:
        patch.setattr(staging, "run_suite", crashing)
        folder = company(tmp_path, REPAIRED + GOOD)
    broken = [("resolved_after_reply", "withheld")]
    assert touched(folder) == {
        "solved": broken, "opened": [], "solved_share": broken, "careful": broken, "careful_share": broken,
    }  # fmt: skip
    told = answer(folder, "query", "solved")
    assert "withheld: check “resolved after reply” is broken" in told
    (folder / "tickets.csv").write_text(HEAD + ticket(1, solved="09:40") + ticket(2) + GOOD, encoding="utf-8")
    load_folder(folder)
    assert touched(folder)["solved"] == []


def test_a_computed_column_stands_on_what_it_is_made_from(tmp_path):
    """done_at is resolved_at or closed_at; the warning about resolved_at marks who reads done_at."""
    folder = company(tmp_path, BAD + GOOD)
    (folder / "metrics" / "own.yaml").write_text("metric: done\nformula: count(tickets at done_at)\n", encoding="utf-8")
    assert touched(folder)["done"] == [("resolved_after_reply", "marked"), LEFT_OUT]


def test_the_keys_of_bad_rows_are_kept_with_the_check(desk):
    """At most five, in the order of the file."""
    with_keys = json.loads(answer(desk, "status", "--json"))["checks"]
    samples = {check["rule"]: check["samples"] for check in with_keys if check["outcome"] == "failed"}
    assert samples == {"resolved_after_reply": ["t1"], "resolved_after_opening": ["t2"]}
