"""The demo company: the same bytes every time, believable levels, and everything its README says is planted.

Read from the files with pandas alone, as a stranger would; none of the program's own queries take part.
"""

from __future__ import annotations

import datetime as dt
import filecmp
import itertools
import shutil
import time
from pathlib import Path

import pandas as pd
import pytest

from data_checks.demo import write_demo
from data_checks.demo_service import HANDS_ON_TOO_MUCH, SIX_ANSWERS
from data_checks.load import load
from data_checks.workspace import read_workspace

SEPTEMBER, AUGUST, UNFINISHED = "2026-09", "2026-08", "2026-10"
TIMES = {
    "orders": ["order_date", "delivered"],
    "tickets": ["created", "first_response", "solved", "due"],
    "service_survey": ["sent", "answered"],
    "recommendation_survey": ["sent", "answered"],
    "team_pulse": ["asked", "answered"],
}


class Exports:
    """The demo's files as frames. A date that does not exist is NaT; tickets and orders are without defects."""

    def __init__(self, folder: Path) -> None:
        self.raw = {path.name.split(".")[0]: pd.read_csv(path) for path in sorted((folder / "data").glob("*.csv.gz"))}
        for name, columns in TIMES.items():
            for column in columns:
                self.raw[name][column] = pd.to_datetime(self.raw[name][column], errors="coerce")
        tickets = self.raw["tickets"]
        good = (tickets["group_changes"] >= 0) & tickets["created"].notna() & ~(tickets["solved"] < tickets["created"])
        self.tickets = tickets[good]
        orders = self.raw["orders"]
        amounts = pd.to_numeric(orders["net_amount"], errors="coerce")
        known = orders["order_state"].isin(["In progress", "Delivered", "Returned"]) & amounts.notna()
        self.sold = orders.assign(net_amount=amounts)[known & ~(orders["delivered"] < orders["order_date"])]
        answers = self.raw["service_survey"]
        self.csat = answers[answers["satisfaction_1_to_5"].between(1, 5)]
        self.ces = answers[answers["ease_1_to_7"].between(1, 7)]
        nps = self.raw["recommendation_survey"]
        self.nps = nps[nps["would_recommend"].between(0, 10)]


@pytest.fixture(scope="module")
def exports(demo_folder: Path) -> Exports:
    return Exports(demo_folder)


def month(times: pd.Series) -> pd.Series:
    """2026-09 …"""
    return pd.Series(times.dt.strftime("%Y-%m"))


def per_month(values: pd.Series, times: pd.Series, how: str = "mean") -> dict[str, float]:
    """One number per month of `times`; the unfinished month is left out."""
    found = values.groupby(month(times)).agg(how)
    return {str(name): float(value) for name, value in found.items() if name != UNFINISHED}


# ---- the folder ---------------------------------------------------------------------------------------------------


def same_files(one: Path, other: Path) -> bool:
    names = sorted(path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other).as_posix() for path in other.rglob("*") if path.is_file())
    return not any(filecmp.cmpfiles(one, other, names, shallow=False)[1:])


def test_the_same_seed_gives_the_same_bytes(demo_folder: Path, tmp_path: Path) -> None:
    write_demo(tmp_path / "again")
    assert same_files(demo_folder, tmp_path / "again")


def test_another_seed_gives_other_numbers(tmp_path: Path) -> None:
    write_demo(tmp_path / "one", scale=0.02)
    write_demo(tmp_path / "two", scale=0.02, seed=8)
    assert not same_files(tmp_path / "one", tmp_path / "two")


def test_scale_multiplies_the_company(tmp_path: Path) -> None:
    write_demo(tmp_path, scale=0.1)
    small = Exports(tmp_path)
    assert len(small.raw["customers"]) == 600
    assert 2_000 < len(small.raw["tickets"]) < 2_900
    assert 2_300 < len(small.raw["orders"]) < 3_600


def test_it_is_written_in_seconds(tmp_path: Path) -> None:
    began = time.process_time()
    write_demo(tmp_path)
    assert time.process_time() - began < 6


def test_the_workspace_reads_and_calls_itself_synthetic(demo_folder: Path) -> None:
    workspace = read_workspace(demo_folder)
    assert workspace.synthetic
    assert "synthetic" in workspace.title
    assert (workspace.timezone, workspace.currency, workspace.as_of) == ("Europe/Berlin", "EUR", None)
    assert set(workspace.sources) == {"teams", "agents", "customers", "orders", "tickets", "survey_responses"}
    assert [len(workspace.sources[table]) for table in ("tickets", "survey_responses")] == [1, 4]


# ---- levels: a believable company ---------------------------------------------------------------------------------


def test_it_has_the_size_it_says(exports: Exports) -> None:
    rows = {name: len(frame) for name, frame in exports.raw.items()}
    about = {"customers": 6_000, "orders": 29_700, "tickets": 24_400, "service_survey": 21_700}
    assert rows | {"groups": 5, "staff": 31} == rows
    assert {name: rows[name] for name in about} == {name: pytest.approx(size, rel=0.03) for name, size in about.items()}


def test_two_years_end_in_an_unfinished_month(exports: Exports) -> None:
    happened = [exports.raw[name][column] for name, columns in TIMES.items() for column in columns if column != "due"]
    assert min(times.min() for times in happened) >= pd.Timestamp("2024-10-01")
    assert pd.Timestamp("2026-10-20 17:00") < max(times.max() for times in happened) <= pd.Timestamp("2026-10-20 18:00")


def test_surveys_stand_where_a_scorecard_can_judge_them(exports: Exports) -> None:
    score = exports.nps["would_recommend"]
    assert (exports.csat["satisfaction_1_to_5"] >= 4).mean() == pytest.approx(0.81, abs=0.02)
    assert (exports.ces["ease_1_to_7"] >= 5).mean() == pytest.approx(0.75, abs=0.03)
    assert (score >= 9).mean() - (score <= 6).mean() == pytest.approx(0.36, abs=0.05)


def test_every_whole_month_has_enough_answers(exports: Exports) -> None:
    assert min(per_month(exports.csat["survey_no"], exports.csat["answered"], "count").values()) >= 200
    assert min(per_month(exports.nps["survey_no"], exports.nps["answered"], "count").values()) >= 100
    pulse = exports.raw["team_pulse"].dropna(subset=["recommend_0_to_10"])
    assert min(per_month(pulse["answer_no"], pulse["answered"], "count").values()) >= 45


def test_service_stands_where_a_scorecard_can_judge_it(exports: Exports) -> None:
    tickets = exports.tickets
    solved = tickets.dropna(subset=["solved"])
    hours = (solved["solved"] - solved["created"]).dt.total_seconds() / 3600
    assert hours.median() == pytest.approx(20, abs=2)
    assert tickets["group_changes"].mean() == pytest.approx(0.78, abs=0.06)
    assert (solved["reopened"] > 0).mean() == pytest.approx(0.03, abs=0.006)
    assert (solved["solved"] <= solved["due"]).mean() == pytest.approx(0.92, abs=0.02)
    assert 150 < tickets["solved"].isna().sum() < 500


def test_trade_stands_where_a_scorecard_can_judge_it(exports: Exports) -> None:
    sold = exports.sold.assign(month=month(exports.sold["order_date"]))
    per_buyer = sold.groupby(["month", "customer_no"]).size().reset_index(name="orders")
    buyers = list(per_buyer.groupby("month")["customer_no"].agg(set))[:-1]
    kept = [len(now & after) / len(now) for now, after in itertools.pairwise(buyers)]
    assert sold["net_amount"].mean() == pytest.approx(85, abs=4)
    assert 0.10 < (per_buyer["orders"] > 1).mean() < 0.15
    assert 0.25 < sum(kept) / len(kept) < 0.35


def test_no_time_lies_in_an_hour_the_clocks_skip(exports: Exports) -> None:
    for name, columns in TIMES.items():
        for column in columns:
            local = exports.raw[name][column].dropna()
            local.dt.tz_localize("Europe/Berlin")  # raises for a time that never was or was twice


# ---- what is planted ----------------------------------------------------------------------------------------------


def test_returns_hands_on_tickets_and_pays_for_it(exports: Exports) -> None:
    hands_on = exports.tickets["group_no"] == HANDS_ON_TOO_MUCH
    changes = exports.tickets["group_changes"]
    assert changes[hands_on].mean() > 2.5 * changes[~hands_on].mean()
    satisfied = exports.csat["satisfaction_1_to_5"] >= 4
    its_own = exports.csat["group_no"] == HANDS_ON_TOO_MUCH
    assert satisfied[~its_own].mean() - satisfied[its_own].mean() == pytest.approx(0.14, abs=0.02)
    lately = month(exports.csat["answered"]) == SEPTEMBER
    assert satisfied[lately].groupby(exports.csat["group_no"]).mean().idxmin() == HANDS_ON_TOO_MUCH


def test_the_outage_shows_in_the_last_whole_month(exports: Exports) -> None:
    tickets, sold = exports.tickets, exports.sold.dropna(subset=["delivered"])
    opened = per_month(tickets["case_no"], tickets["created"], "count")
    assert opened[SEPTEMBER] > 1.3 * opened[AUGUST]
    minutes = (tickets["first_response"] - tickets["created"]).dt.total_seconds() / 60
    reply = per_month(minutes, tickets["first_response"], "median")
    assert reply[SEPTEMBER] > 1.7 * reply[AUGUST]
    in_time = per_month(tickets["solved"] <= tickets["due"], tickets["solved"])
    assert in_time[SEPTEMBER] < 0.85 < in_time[AUGUST]
    kept = per_month(sold["delivered"].dt.normalize() <= pd.to_datetime(sold["promised_for"]), sold["delivered"])
    assert kept[SEPTEMBER] < 0.8 < kept[AUGUST]


def test_december_is_high_and_the_company_grows(exports: Exports) -> None:
    orders = per_month(exports.sold["order_no"], exports.sold["order_date"], "count")
    assert orders["2025-12"] > 1.15 * orders["2025-08"]
    before, now = (sum(orders[f"{year}-{number:02d}"] for number in range(1, 10)) for year in (2025, 2026))
    assert now > 1.02 * before


def test_one_agent_has_six_answers_all_good(exports: Exports) -> None:
    hers = exports.csat[exports.csat["staff_no"] == SIX_ANSWERS]["satisfaction_1_to_5"]
    assert sorted(hers) == [4, 4, 5, 5, 5, 5]


def test_nobody_takes_tickets_before_or_after_being_employed(exports: Exports) -> None:
    work = exports.tickets.merge(exports.raw["staff"], on="staff_no", suffixes=("", "_of_person"))
    assert len(work) == len(exports.tickets)
    assert (work["group_no"] == work["group_no_of_person"]).all()
    assert (work["created"] >= pd.to_datetime(work["hired"])).all()
    assert not (work["created"].dt.normalize() > pd.to_datetime(work["left"])).any()


def planted_defects(exports: Exports) -> dict[str, dict[str, int]]:
    """By table and check: the rows that must be refused."""
    tickets, orders = exports.raw["tickets"], exports.raw["orders"]
    answers, advice = exports.raw["service_survey"], exports.raw["recommendation_survey"]
    return {
        "tickets": {
            "resolved_after_opening": int((tickets["solved"] < tickets["created"]).sum()),
            "transfers_in_range": int((tickets["group_changes"] < 0).sum()),
            "opened_at_readable": int(tickets["created"].isna().sum()),
        },
        "orders": {
            "status_allowed": int((orders["order_state"] == "Lost in transit").sum()),
            "delivered_after_ordered": int((orders["delivered"] < orders["order_date"]).sum()),
            "revenue_readable": int((orders["net_amount"] == "on request").sum()),
        },
        "survey_responses": {
            "csat_score_in_range": int((answers["satisfaction_1_to_5"] == 9).sum()),
            "nps_score_in_range": int((advice["would_recommend"] == 11).sum()),
        },
    }


def test_about_five_rows_in_a_thousand_are_defective(exports: Exports) -> None:
    planted = [number for table in planted_defects(exports).values() for number in table.values()]
    files = ("tickets", "orders", "service_survey", "recommendation_survey")
    assert min(planted) >= 20
    assert sum(planted) / sum(len(exports.raw[name]) for name in files) == pytest.approx(0.0042, abs=0.001)


def test_it_loads_and_refuses_exactly_the_planted_rows(exports: Exports, demo_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(demo_folder, tmp_path / "demo")
    report = load(read_workspace(folder), now=dt.datetime(2026, 10, 21))
    assert report.status == "published"
    assert report.as_of == dt.datetime(2026, 10, 20, 15, 59)  # 17:59 in Berlin, in summer time
    for table, planted in planted_defects(exports).items():
        rules = report.tables[table].rules
        assert {rule: rules[rule].bad_rows for rule in planted} == planted
        broken = {rule for rule, found in rules.items() if found.severity == "critical" and found.outcome != "passed"}
        assert broken == set(planted)
    assert report.tables["tickets"].quarantined == sum(planted_defects(exports)["tickets"].values())
