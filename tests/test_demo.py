"""The demo company: the same bytes every time, believable levels, and everything its README says is planted.

Read from the files with pandas and plain SQL, as a stranger would; none of the program's own queries take part, but
where a test asks whether they find it. What is planted is looked for in the whole company and in a tenth of it.
"""

from __future__ import annotations

import filecmp
import itertools
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.contract import contracts
from data_checks.demo import write as demo
from data_checks.demo.staff import CONTRADICTS, HANDS_ON_TOO_MUCH, SIX_ANSWERS, WAVES
from data_checks.demo.trade import LEAVING_PLAN
from data_checks.demo.write import write_demo
from data_checks.strategy_file import read_strategy_file
from data_checks.workspace import read_workspace
from tests.conftest import DEMO_SCALE

SEPTEMBER, AUGUST, UNFINISHED = "2026-09", "2026-08", "2026-10"
TIMES = {
    "orders": ["order_date", "delivered", "promised_for"],
    "tickets": ["created", "first_response", "solved", "closed", "due"],
    "service_survey": ["sent", "answered"],
    "ratings": ["answered"],
    "recommendation_survey": ["sent", "answered"],
    "team_pulse": ["asked", "answered"],
    "visits": ["rated"],
    "contracts": ["started", "ended"],
    "reviews": ["reviewed"],
    "bookings": ["booked"],
    "messages": ["sent", "answered", "converted"],
}


class Exports:
    """The demo's files as frames. A date that does not exist is NaT; tickets, orders and answers are without
    defects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = sorted((folder / "data").glob("*.csv*"))
        self.raw = {path.name.split(".")[0]: pd.read_csv(path, on_bad_lines="skip", low_memory=False) for path in files}
        for name, columns in TIMES.items():
            for column in columns:
                self.raw[name][column] = pd.to_datetime(self.raw[name][column], errors="coerce")
        tickets = self.raw["tickets"]
        good = (tickets["group_changes"] >= 0) & tickets["created"].notna() & ~(tickets["solved"] < tickets["created"])
        self.tickets = tickets[good & ~(tickets["first_response"] < tickets["created"])]
        orders = self.raw["orders"]
        amounts = pd.to_numeric(orders["net_amount"], errors="coerce")
        known = orders["order_state"].isin(["In progress", "Delivered", "Returned"]) & amounts.notna()
        known &= orders["order_date"] > "2000-01-01"
        self.sold = orders.assign(net_amount=amounts)[known & ~(orders["delivered"] < orders["order_date"])]
        answers = self.raw["service_survey"]
        self.csat = answers[answers["satisfaction_1_to_5"].between(1, 5) & answers["answered"].notna()]
        self.satisfied = self.csat["satisfaction_1_to_5"] >= 4
        self.ces = answers[answers["ease_1_to_7"].between(1, 7)]
        self.nps = self.raw["recommendation_survey"].query("0 <= would_recommend <= 10")


@pytest.fixture(scope="module")
def whole(whole_demo: Path) -> Exports:
    return Exports(whole_demo)


@pytest.fixture(scope="module")
def tenth(demo_folder: Path) -> Exports:
    return Exports(demo_folder)


@pytest.fixture(scope="module", params=["whole", "tenth"])
def exports(request: pytest.FixtureRequest) -> Exports:
    found: Exports = request.getfixturevalue(request.param)
    return found


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
    write_demo(tmp_path / "again", scale=DEMO_SCALE)
    assert same_files(demo_folder, tmp_path / "again")


def test_another_seed_gives_other_numbers(tmp_path: Path) -> None:
    write_demo(tmp_path / "one", scale=0.02)
    write_demo(tmp_path / "two", scale=0.02, seed=8)
    assert not same_files(tmp_path / "one", tmp_path / "two")


def test_scale_multiplies_the_customers_and_what_they_do(whole: Exports, tenth: Exports) -> None:
    for name in ("customers", "orders", "tickets", "service_survey", "recommendation_survey", "bookings", "messages"):
        assert len(tenth.raw[name]) == pytest.approx(len(whole.raw[name]) * DEMO_SCALE, rel=0.1), name
    for name in ("groups", "staff", "events", "benchmarks"):
        assert len(tenth.raw[name]) == len(whole.raw[name]), name


def test_every_table_has_a_source(demo_folder: Path) -> None:
    workspace = read_workspace(demo_folder)
    assert workspace.synthetic
    assert "synthetic" in workspace.title
    assert (workspace.timezone, workspace.currency, workspace.as_of) == ("Europe/Berlin", "EUR", None)
    assert {*workspace.sources, "initiatives"} == set(contracts())
    assert workspace.shifts
    assert workspace.holidays is not None


def test_check_finds_nothing_wrong_with_it(demo_folder: Path) -> None:
    done = CliRunner().invoke(main, ["check", "-w", str(demo_folder)])
    assert done.exit_code == 0, done.output


def test_the_strategy_has_all_that_a_strategy_has(demo_folder: Path) -> None:
    strategy = read_strategy_file(demo_folder)
    assert strategy.problems == ()
    assert strategy.vision
    assert len(strategy.objectives) == 14
    assert {objective.perspective for objective in strategy.objectives} == {
        "financial", "customer", "internal_process", "learning_growth"
    }  # fmt: skip
    assert all(objective.owner for objective in strategy.objectives)
    assert {link.sign for link in strategy.links} == {"+", "-"}
    assert all(link.lag for link in strategy.links)
    assert {one.status for one in strategy.initiatives} == {"planned", "running", "done", "dropped"}
    overdue = [one for one in strategy.initiatives if one.status == "running" and str(one.due) < "2026-10-20"]
    assert len(overdue) == 2
    assert "sla_attainment" not in {one.metric for one in strategy.initiatives}


# ---- levels: a believable company ---------------------------------------------------------------------------------


def test_three_years_end_in_an_unfinished_month(exports: Exports) -> None:
    happened = {name: columns[0] for name, columns in TIMES.items() if name not in ("contracts", "orders")}
    times = [exports.raw[name][column] for name, column in happened.items()] + [exports.sold["order_date"]]
    assert min(each.min() for each in times) >= pd.Timestamp("2023-10-01")
    assert pd.Timestamp("2026-10-20 16:00") < max(each.max() for each in times) <= pd.Timestamp("2026-10-20 18:00")
    assert len(per_month(exports.sold["order_no"], exports.sold["order_date"], "count")) == 36


def test_surveys_stand_where_a_scorecard_can_judge_them(exports: Exports) -> None:
    score = exports.nps["would_recommend"]
    assert exports.satisfied.mean() == pytest.approx(0.82, abs=0.03)
    assert (exports.ces["ease_1_to_7"] >= 5).mean() == pytest.approx(0.76, abs=0.04)
    assert (score >= 9).mean() - (score <= 6).mean() == pytest.approx(0.36, abs=0.05)


def test_every_whole_month_has_enough_answers(whole: Exports, tenth: Exports) -> None:
    for exports, least in ((whole, 450), (tenth, 40)):
        assert min(per_month(exports.csat["survey_no"], exports.csat["answered"], "count").values()) >= least
    assert min(per_month(whole.nps["survey_no"], whole.nps["answered"], "count").values()) >= 200
    pulse = whole.raw["team_pulse"].dropna(subset=["recommend_0_to_10"])
    assert min(per_month(pulse["answer_no"], pulse["answered"], "count").values()) >= 60


def test_service_stands_where_a_scorecard_can_judge_it(exports: Exports) -> None:
    tickets = exports.tickets
    solved = tickets.dropna(subset=["solved"])
    hours = (solved["solved"] - solved["created"]).dt.total_seconds() / 3600
    assert hours.median() == pytest.approx(18, abs=3)
    assert tickets["group_changes"].mean() == pytest.approx(0.73, abs=0.08)
    assert (solved["reopened"] > 0).mean() == pytest.approx(0.03, abs=0.008)
    assert (solved["solved"] <= solved["due"]).mean() == pytest.approx(0.91, abs=0.03)


def test_trade_stands_where_a_scorecard_can_judge_it(exports: Exports) -> None:
    sold = exports.sold.assign(month=month(exports.sold["order_date"]))
    per_buyer = sold.groupby(["month", "customer_no"]).size().reset_index(name="orders")
    buyers = list(per_buyer.groupby("month")["customer_no"].agg(set))[:-1]
    kept = [len(now & after) / len(now) for now, after in itertools.pairwise(buyers)]
    assert sold["net_amount"].mean() == pytest.approx(195, abs=8)
    assert 0.07 < (per_buyer["orders"] > 1).mean() < 0.13
    assert 0.22 < sum(kept) / len(kept) < 0.33
    assert sold["customer_no"].isna().mean() == pytest.approx(0.035, abs=0.01)


def test_only_the_planted_times_lie_in_an_hour_the_clocks_skip(exports: Exports) -> None:
    for name, columns in TIMES.items():
        for column in columns:
            local = exports.raw[name][column].dropna()
            local = local[local != pd.Timestamp("2025-03-30 02:30")]
            local.dt.tz_localize("Europe/Berlin")  # raises for a time that never was or was twice


def test_what_answers_are_about_exists(exports: Exports) -> None:
    customers, tickets = set(exports.raw["customers"]["customer_no"]), set(exports.raw["tickets"]["case_no"])
    assert set(exports.raw["contracts"]["customer_no"]) <= customers
    assert set(exports.raw["messages"]["customer_no"]) <= customers
    assert set(exports.raw["service_survey"]["case_no"]) <= tickets
    assert set(exports.raw["reviews"]["case_no"].dropna()) <= tickets
    assert set(exports.raw["customers"]["recommended_by"].dropna()) <= customers


def test_nobody_takes_tickets_before_or_after_being_employed(exports: Exports) -> None:
    work = exports.tickets.merge(exports.raw["staff"], on="staff_no", suffixes=("", "_of_person"))
    unknown = exports.tickets["staff_no"].isin(["S777"]).sum()
    assert len(work) + unknown == exports.tickets["staff_no"].notna().sum()
    of_a_team = work[work["group_no"] != "G99"]
    assert (of_a_team["group_no"] == of_a_team["group_no_of_person"]).all()
    assert (work["created"] >= pd.to_datetime(work["hired"])).all()
    assert not (work["created"].dt.normalize() > pd.to_datetime(work["left"])).any()


# ---- what is planted ----------------------------------------------------------------------------------------------


def test_returns_hands_on_tickets_and_pays_for_it(exports: Exports) -> None:
    hands_on = exports.tickets["group_no"] == HANDS_ON_TOO_MUCH
    changes = exports.tickets["group_changes"]
    assert changes[hands_on].mean() > 2.5 * changes[~hands_on].mean()
    its_own = exports.csat["group_no"] == HANDS_ON_TOO_MUCH
    fall = exports.satisfied[~its_own].mean() - exports.satisfied[its_own].mean()
    assert fall == pytest.approx(0.13, abs=0.04)


def test_in_april_every_channel_is_better_and_the_total_worse(exports: Exports) -> None:
    march, april = (
        exports.satisfied[month(exports.csat["answered"]) == name].groupby(exports.csat["contact_channel"]).mean()
        for name in ("2026-03", "2026-04")
    )
    assert len(march) == 4
    assert (april > march).all()
    total = per_month(exports.satisfied, exports.csat["answered"])
    assert total["2026-04"] < total["2026-03"] - 0.02
    portal = per_month(exports.csat["contact_channel"] == "portal", exports.csat["answered"])
    assert portal["2026-04"] > 2.5 * portal["2026-03"]


def quality(exports: Exports, teams: tuple[str, ...], months: tuple[str, ...]) -> float:
    reviews = exports.raw["reviews"].query("points <= 100").merge(exports.raw["staff"], on="staff_no")
    return float(reviews[reviews["group_no"].isin(teams) & month(reviews["reviewed"]).isin(months)]["points"].mean())


def test_quality_rises_two_months_after_the_course(exports: Exports) -> None:
    assert list(WAVES) == ["2024-03", "2024-11", "2026-02"]
    courses = exports.raw["courses"].query("course == 'Clear answers'").merge(exports.raw["staff"], on="staff_no")
    held = courses[courses["completed"].astype(str).str.startswith("2026-02")]
    assert set(held["group_no"]) == set(WAVES["2026-02"])
    trained, others = WAVES["2026-02"], ("G5", "G9", "G11", "G12")
    before = quality(exports, trained, ("2025-12", "2026-01")) - quality(exports, others, ("2025-12", "2026-01"))
    soon = quality(exports, trained, ("2026-02",)) - quality(exports, others, ("2026-02",))
    after = quality(exports, trained, ("2026-04", "2026-05")) - quality(exports, others, ("2026-04", "2026-05"))
    assert after - before == pytest.approx(8, abs=2)
    assert abs(soon - before) < 2.5


def test_one_team_learns_and_its_customers_do_not_notice(exports: Exports) -> None:
    before, after = ("2025-12", "2026-01"), ("2026-04", "2026-05")
    assert quality(exports, (CONTRADICTS,), after) > quality(exports, (CONTRADICTS,), before) + 4
    outside = exports.csat["contact_channel"] != "portal"  # the portal's share grows in the same weeks
    answered = month(exports.csat["answered"])

    def change(teams: list[str]) -> float:
        mine = outside & exports.csat["group_no"].isin(teams)
        late, early = answered.between("2026-04", SEPTEMBER), answered.between("2025-04", "2026-01")
        return float(exports.satisfied[mine & late].mean() - exports.satisfied[mine & early].mean())

    others = [team for team in WAVES["2026-02"] if team != CONTRADICTS]
    assert change([CONTRADICTS]) < -0.02
    assert change(others) > 0


def open_at(exports: Exports, moment: str) -> int:
    tickets = exports.tickets
    return int(((tickets["created"] < moment) & ~(tickets["solved"] < moment)).sum())


def test_the_backlog_grows_over_the_holidays(exports: Exports) -> None:
    for year in (2023, 2024, 2025):
        usual, holidays, later = (
            open_at(exports, day) for day in (f"{year}-12-01", f"{year + 1}-01-01", f"{year + 1}-02-01")
        )
        assert holidays > 2 * usual
        assert holidays > 2 * later


def test_a_week_of_satisfaction_is_all_zeros(exports: Exports) -> None:
    answers = exports.raw["service_survey"].dropna(subset=["satisfaction_1_to_5"])
    week = answers["answered"].between("2026-06-08", "2026-06-14 23:59")
    assert len(answers[week]) >= 10
    assert (answers[week]["satisfaction_1_to_5"] == 0).mean() > 0.99
    assert not (answers[~week]["satisfaction_1_to_5"] == 0).any()


def test_one_agent_has_six_answers_all_good(exports: Exports) -> None:
    answers = exports.raw["service_survey"]
    hers = answers["satisfaction_1_to_5"][answers["staff_no"] == SIX_ANSWERS].dropna()
    assert sorted(hers) == [4, 4, 5, 5, 5, 5]


def test_the_outage_shows_in_the_last_whole_month(exports: Exports) -> None:
    tickets, sold = exports.tickets, exports.sold.dropna(subset=["delivered"])
    opened = per_month(tickets["case_no"], tickets["created"], "count")
    assert opened[SEPTEMBER] > 1.3 * opened[AUGUST]
    minutes = (tickets["first_response"] - tickets["created"]).dt.total_seconds() / 60
    reply = per_month(minutes, tickets["first_response"], "median")
    assert reply[SEPTEMBER] > 1.5 * reply[AUGUST]
    in_time = per_month(tickets["solved"] <= tickets["due"], tickets["solved"])
    assert in_time[SEPTEMBER] < in_time[AUGUST] - 0.03
    kept = per_month(sold["delivered"].dt.normalize() <= sold["promised_for"], sold["delivered"])
    assert kept[SEPTEMBER] < 0.82 < kept[AUGUST]


def churn(exports: Exports) -> dict[str, float]:
    """Contracts ended per month in which they ran, by plan."""
    contracts = exports.raw["contracts"].dropna(subset=["started"])
    began = contracts["started"].where(contracts["started"] > "2023-10-01", pd.Timestamp("2023-10-01"))
    ran = (contracts["ended"].fillna(pd.Timestamp("2026-10-20")) - began).dt.days / 30.4
    months = ran.groupby(contracts["plan"]).sum()
    return {str(plan): float(n) for plan, n in (contracts.groupby("plan")["ended"].count() / months).items()}


def test_one_plan_loses_its_customers(exports: Exports) -> None:
    rates = churn(exports)
    others = [rate for plan, rate in rates.items() if plan != LEAVING_PLAN]
    assert rates[LEAVING_PLAN] > 2.5 * max(others)
    reasons = exports.raw["contracts"].groupby("plan")["reason_for_leaving"].agg(lambda said: said.mode()[0])
    assert reasons[LEAVING_PLAN] == "Late deliveries"
    assert (reasons == "Late deliveries").sum() == 1


def test_december_is_high_and_the_company_grows(exports: Exports) -> None:
    orders = per_month(exports.sold["order_no"], exports.sold["order_date"], "count")
    assert orders["2025-12"] > 1.15 * orders["2025-08"]
    before, now = (sum(orders[f"{year}-{number:02d}"] for number in range(1, 10)) for year in (2025, 2026))
    assert now > 1.02 * before


# ---- its README ---------------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def test_the_readme_gives_the_size_of_every_file(whole: Exports) -> None:
    text = (whole.folder / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z_, ]+) \| .* \| ([\d,; ]+) \|$", text, re.MULTILINE)
    said = {
        name: int(size.replace(",", ""))
        for names, sizes in rows
        for name, size in zip(names.split(", "), sizes.split("; "), strict=True)
    }
    assert said == {name: pytest.approx(len(frame), rel=0.02) for name, frame in whole.raw.items()}


def test_the_readme_says_what_is_there(whole: Exports) -> None:
    text = " ".join((whole.folder / "README.md").read_text(encoding="utf-8").split())
    returns, its_own = whole.tickets["group_no"] == HANDS_ON_TOO_MUCH, whole.csat["group_no"] == HANDS_ON_TOO_MUCH
    changes, answered = whole.tickets["group_changes"], month(whole.csat["answered"])
    total, portal = (
        per_month(values, whole.csat["answered"])
        for values in (whole.satisfied, whole.csat["contact_channel"] == "portal")
    )
    by_channel = whole.satisfied.groupby([answered, whole.csat["contact_channel"]]).mean()
    shifts = [
        f"{name} {by_channel['2026-03', name.lower()] * 100:.0f} → {percent(by_channel['2026-04', name.lower()])}"
        for name in ("Phone", "e-mail", "chat", "portal")
    ]
    winters = [[open_at(whole, f"{year}-{day}") for year, day in ((y, "12-01"), (y + 1, "01-01"), (y + 1, "02-01"))]
               for y in (2023, 2024, 2025)]  # fmt: skip
    zeros = (whole.raw["service_survey"]["satisfaction_1_to_5"] == 0).sum()
    june = answered == "2026-06"
    rates = churn(whole)
    for sentence in (
        f"It transfers a ticket {changes[returns].mean():.1f} times, the other teams {changes[~returns].mean():.1f}",
        f"satisfaction is {percent(whole.satisfied[its_own].mean())} where the rest together have "
        f"{percent(whole.satisfied[~its_own].mean())}",
        f"{', '.join(shifts)} satisfied; all together {total['2026-03'] * 100:.0f} → {percent(total['2026-04'])}",
        f"grows from {portal['2026-03'] * 100:.0f} to {percent(portal['2026-04'])}",
        *(", ".join(f"{number:,}" for number in winter) for winter in winters),
        f"All {zeros} answers carry a satisfaction of 0",
        f"June is counted without them: {percent(whole.satisfied[june].mean())}. Let through, they would have made it "
        f"{percent(whole.satisfied[june].sum() / (june.sum() + zeros))}",
        f"`Express` {rates[LEAVING_PLAN] * 100:.1f} % end in a month",
    ):
        assert sentence in text, sentence


def test_an_example_that_was_broken_off_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found wrong: what a broken-off try had left was a folder that is not empty, so make run never went on."""
    folder = tmp_path / "demo"
    with monkeypatch.context() as patched:
        patched.setattr(demo, "holidays", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            demo.write_demo(folder, scale=0.01)
    assert [child.name for child in folder.iterdir()] == [demo.PART]
    assert CliRunner().invoke(main, ["demo", str(folder), "--scale", "0.01"]).exit_code == 0
    assert (folder / "workspace.yaml").exists()
    assert not (folder / demo.PART).exists()
    assert CliRunner().invoke(main, ["demo", str(folder)]).exit_code == 2
