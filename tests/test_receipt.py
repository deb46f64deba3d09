"""Receipts on the company counted by hand (small_company.py): each row counted or left out, and nothing hidden told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.printing.receipt import receipt as printed
from data_checks.calendar import EVERYBODYS
from data_checks.ledger import read_report
from data_checks.load import load
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.catalog import read_catalog
from metrics.period import parse_period
from metrics.receipt import Receipt, make_receipt
from metrics.receipt_parts import Part
from metrics.rows.accounts import RowAccount
from metrics.scope import Scope
from tests.small_company import load_small_company, write_small_company

EVERYBODY, NORTH = Scope.everything(), Scope.of_teams("N")
NORTHERN = {"team": ["North"]}
MORE = """metric: buyers
formula: distinct(orders.customer_id where sold)
---
metric: quiet_buyers
formula: distinct(orders.customer_id where sold except tickets.customer_id)
---
metric: hidden_revenue
formula: sum(orders.revenue where sold)
needs: [orders_fresh]
---
metric: opened_before
formula: count(tickets open at end where team = 'South')
---
metric: three_months
rolling: {of: tickets_opened, last: 3 months}
---
metric: growth
compare: {of: tickets_opened, with: 1 month ago, as: difference}
---
metric: buyers_of_tickets
formula: count(tickets where customer_id in (orders.customer_id where revenue > 150))
---
metric: goals_that_change
formula: mean(tickets.transfers)
red: [{value: 4}, {from: 2024-02, value: 3}, {from: 2024-02, where: {team: South}, value: 5}]
goal: [{value: 2}, {from: 2024-02, where: {team: South}, value: 1}]
"""


@contextmanager
def company(folder: Path) -> Iterator[Any]:
    """A function that makes receipts of the loaded workspace."""
    workspace = read_workspace(folder)
    report = read_report(workspace.var, "000001")
    assert report is not None
    with closing(open_warehouse(workspace)) as warehouse:
        catalog = read_catalog(workspace.metrics_folder)
        assert catalog.problems == ()

        def of(metric: str, period: str = "2024-01", scope: Scope = EVERYBODY, **more: Any) -> Receipt:
            span = parse_period(period, EVERYBODYS)
            return make_receipt(warehouse, catalog, scope, metric, span, **{"sources": report.sources, **more})

        yield of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = load_small_company(tmp_path_factory.mktemp("receipt") / "company")
    (written / "metrics" / "more.yaml").write_text(MORE, encoding="utf-8")
    return written


@pytest.fixture(scope="module")
def of(folder: Path) -> Iterator[Any]:
    with company(folder) as make:
        yield make


def account(part: Part) -> RowAccount:
    assert part.account is not None
    return part.account


def left_out(part: Part) -> dict[tuple[str, str], int]:
    return {(one.reason, one.what): one.rows for one in account(part).left_out if one.rows}


def around(part: Part) -> tuple[int, ...]:
    """(loaded, in the period, other days, no time, later, counted)."""
    found = account(part)
    return found.loaded, found.in_period, found.other_days, found.no_time, found.later, found.counted


# ── rows counted and left out ────────────────────────────────────────────────────────────────────────


def test_a_share_leaves_the_other_survey_out(of: Any) -> None:
    found = of("csat")
    (part,) = found.parts
    assert around(part) == (62, 60, 2, 0, 0, 50)
    assert left_out(part) == {("condition", "survey = 'csat'"): 10}
    assert (found.result.numerator, found.result.denominator, found.status) == (28, 50, "missed")


def test_a_cancelled_order_and_an_order_of_nobody_are_told_apart(of: Any) -> None:
    (part,) = of("buyers", "2024-03").parts  # o4 counts, o5 is nobody's, o6 is cancelled
    assert around(part) == (7, 3, 4, 0, 0, 1)
    assert left_out(part) == {("condition", "sold"): 1, ("value_unknown", "orders.customer_id"): 1}
    assert part.keys == 1


def test_a_condition_nobody_can_decide_is_told_from_one_that_is_false(of: Any) -> None:
    above, below = of("repeat_purchase_rate").parts  # o1 and o3 are first orders: there is no order before
    assert left_out(above) == {("condition_unknown", "previous_order_at >= period_start"): 2}
    assert (above.keys, below.keys) == (1, 2)
    assert around(below) == (7, 3, 4, 0, 0, 3)


def test_a_row_without_the_time_it_counts_at_counts_nowhere(of: Any) -> None:
    (part,) = of("tickets_done").parts  # t4 is never resolved
    assert around(part) == (5, 1, 3, 1, 0, 1)


def test_rows_after_the_day_looked_at_are_said_to_be_later(of: Any) -> None:
    (part,) = of("revenue", until=dt.date(2024, 2, 1)).parts
    assert around(part) == (7, 3, 0, 0, 4, 3)


def test_a_stock_tells_the_rows_that_last(of: Any) -> None:
    (part,) = of("opened_before", "2024-03").parts  # at the end of March t4 (South) and t5 (nobody's) are open
    assert around(part) == (5, 2, 3, 0, 0, 1)
    assert left_out(part) == {("condition_unknown", "team = 'South'"): 1}


def test_other_teams_are_left_out_before_anything_else(of: Any) -> None:
    (part,) = of("csat", where={"team": ["North"]}).parts
    assert left_out(part) == {("slice", "team"): 40, ("condition", "survey = 'csat'"): 10}
    assert around(part) == (62, 60, 2, 0, 0, 10)


def test_a_window_of_its_own_is_the_days_of_the_part(of: Any) -> None:
    (part,) = of("three_months", "2024-03").parts
    assert (part.start, part.end) == (dt.date(2024, 1, 1), dt.date(2024, 4, 1))
    assert around(part) == (5, 5, 0, 0, 0, 5)
    assert of("three_months", "2024-03").rows.total == 5


def test_a_comparison_has_a_part_for_each_of_its_periods(of: Any) -> None:
    now, then = of("growth", "2024-02").parts
    assert ((now.start.month, around(now)[-1]), (then.start.month, around(then)[-1])) == ((2, 1), (1, 2))


def test_a_quotient_of_tables_has_a_part_for_each(of: Any) -> None:
    found = of("revenue_per_ticket")
    assert [(part.table, around(part)[-1]) for part in found.parts] == [("orders", 3), ("tickets", 2)]
    assert found.uses == ("revenue", "tickets_opened")


def test_membership_is_a_condition_like_any_other(of: Any) -> None:
    (part,) = of("buyers_of_tickets", "2024-01").parts  # c2 bought for 200; the tickets are of c1
    assert left_out(part) == {("condition", "customer_id in (orders.customer_id where revenue > 150)"): 2}


def test_a_set_says_member_by_member_how_many_keys_there_are(of: Any) -> None:
    (part,) = of("quiet_buyers").parts  # c1 and c2 bought; c1 asked for help
    buyers, asking = part.members
    assert (part.account, buyers.keys, asking.keys, part.keys) == (None, 2, 1, 1)
    assert around(buyers) == (7, 3, 4, 0, 0, 3)
    assert (asking.account, asking.untold, asking.what) == (None, "other_rows", "except")


def test_a_missing_member_of_a_union_is_said(of: Any) -> None:
    (part,) = of("retention").parts
    orders, subscriptions = part.members
    assert around(orders)[-1] == 3
    assert (subscriptions.untold, subscriptions.account) == ("no_source", None)


def test_retention_over_other_periods_is_not_broken_down(of: Any) -> None:
    (part,) = of("retention", "2024-Q1").parts
    assert (part.untold, [member.account for member in part.members]) == ("other_periods", [None, None])


def test_what_no_source_provides_has_no_numbers(of: Any) -> None:
    found = of("handling")
    assert (found.result.state, found.parts[0].untold, found.sql, found.rows) == (
        "not_provided", "not_provided", "", None,
    )  # fmt: skip


# ── limits, checks, files ────────────────────────────────────────────────────────────────────────────


def test_the_limits_are_those_that_hold_and_say_since_when_and_for_whom(of: Any) -> None:
    def limits(period: str, **more: Any) -> dict[str, tuple[Any, ...]]:
        found = of("goals_that_change", period, **more).limits
        return {name: (one.value, one.begins, one.where) for name, one in found.items()}

    since, south = dt.date(2024, 2, 1), (("team", "South"),)
    assert limits("2024-01") == {"red": (4, None, ()), "goal": (2, None, ())}
    assert limits("2024-02") == {"red": (3, since, ()), "goal": (2, None, ())}
    assert limits("2024-02", where={"team": ["South"]}) == {"red": (5, since, south), "goal": (1, since, south)}


def test_the_goal_of_a_month_does_not_hold_for_a_quarter(of: Any) -> None:
    found = of("csat", "2024-Q1"), of("backlog", where={"team": ["North"]})
    assert [sorted(one.limits) for one in found] == [["goal", "red"], []]


def test_every_check_on_what_is_read_stands_on_it(of: Any) -> None:
    checks = {check.rule: check for check in of("hidden_revenue").checks}
    assert {"order_has_revenue", "ordered_at_readable", "orders_not_empty", "orders_fresh"} <= set(checks)
    assert "opened_at_readable" not in checks
    fresh = checks["orders_fresh"]
    assert (fresh.outcome, fresh.effect, fresh.is_needed, fresh.bad_rows) == ("failed", "withheld", True, 0)
    assert [(one.outcome, one.effect) for one in (checks["order_has_revenue"],)] == [("passed", None)]


def test_files_are_named_with_their_hash(of: Any, folder: Path) -> None:
    import hashlib

    sha256 = hashlib.sha256((folder / "orders.csv").read_bytes()).hexdigest()
    assert [(one.file, one.sha256) for one in of("revenue").sources] == [("orders.csv", sha256)]
    looked_up = (
        [one.file for one in of("smb_revenue").sources],
        [one.file for one in of("csat", where=NORTHERN).sources],
    )
    assert looked_up == (["customers.csv", "orders.csv"], ["teams.csv", "answers.csv"])


def test_rows_in_quarantine_are_said_by_rule(tmp_path: Path) -> None:
    folder = write_small_company(tmp_path / "company")
    with (folder / "orders.csv").open("a", encoding="utf-8") as stream:
        stream.write(
            "".join(f"p{n},c1,2024-01-1{n % 10},10,completed\n" for n in range(80)) + "bad,c1,soon,5,completed\n"
        )
    load(read_workspace(folder), dt.datetime(2024, 5, 1, 6, 0))
    with company(folder) as of:
        (orders,) = of("revenue").tables
    assert orders.quarantine is not None
    assert [(one.rule, one.rows) for one in orders.quarantine] == [("ordered_at_readable", 1)]
    assert orders.accounts is not None
    assert (orders.accounts["read"], orders.accounts["published"], orders.accounts["quarantined"]) == (88, 87, 1)


# ── what may not be seen ─────────────────────────────────────────────────────────────────────────────


def without_sources(found: Receipt) -> str:
    """All of a receipt but the hashes of files, which change with every byte."""
    return printed(replace(found, sources=()), Path("w"), "json") + printed(
        replace(found, sources=()), Path("w"), "text"
    )


def changed(tmp_path: Path, *changes: tuple[str, str, str]) -> Path:
    """The same company with other rows in it."""
    folder = write_small_company(tmp_path / "company")
    for file, old, new in changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    (folder / "metrics" / "more.yaml").write_text(MORE, encoding="utf-8")
    load(read_workspace(folder), dt.datetime(2024, 5, 1, 6, 0))
    return folder


def test_the_receipt_of_too_few_answers_is_the_same_whatever_they_were(of: Any, tmp_path: Path) -> None:
    found = of("csat", "2024-02")
    assert found.result.state == "suppressed"
    with company(changed(tmp_path, ("answers.csv", "N,2024-02-15,5", "N,2024-02-15,1"))) as other:
        assert without_sources(other("csat", "2024-02")) == without_sources(found)


def test_the_receipt_of_a_withheld_number_is_the_same_whatever_it_is(of: Any, tmp_path: Path) -> None:
    found = of("hidden_revenue")
    assert found.result.state == "withheld"
    with company(changed(tmp_path, ("orders.csv", "o1,c1,2024-01-10,100", "o1,c1,2024-01-10,999"))) as other:
        assert without_sources(other("hidden_revenue")) == without_sources(found)


@pytest.mark.parametrize("metric", ["csat", "hidden_revenue"])
def test_a_hidden_number_has_no_counts_and_no_rows(of: Any, metric: str) -> None:
    found = of(metric, "2024-02" if metric == "csat" else "2024-01")
    numbers = (found.result.value, found.result.numerator, found.result.denominator, found.result.n, found.result.low)
    assert numbers == (None, None, None, None, None)
    assert (found.rows, [(part.account, part.keys, part.untold) for part in found.parts]) == (
        None, [(None, None, "hidden")],
    )  # fmt: skip


@pytest.mark.parametrize(
    "metric", ["csat", "tickets_opened", "backlog", "transfers_per_ticket", "revenue", "quiet_buyers"]
)
def test_a_team_lead_learns_nothing_of_other_teams(of: Any, tmp_path: Path, metric: str) -> None:
    more = "r901,csat,S,2024-01-16,1\nr902,csat,S,,\n"
    changes = (
        ("tickets.csv", "t3,c2,S,a2,2024-02-10 10:00,2024-02-10 20:00,1,0\n", "t3,c2,S,a2,2024-01-10 10:00,,9,9\n"),
        ("answers.csv", "id,survey,team,day,score\n", f"id,survey,team,day,score\n{more}"),
    )
    with company(changed(tmp_path, *changes)) as other:
        assert without_sources(other(metric, scope=NORTH)) == without_sources(of(metric, scope=NORTH))


def test_a_team_lead_sees_the_account_of_their_own_rows(of: Any) -> None:
    found = of("csat", scope=NORTH)
    (part,) = found.parts
    assert around(part) == (22, 20, 2, 0, 0, 10)
    assert left_out(part) == {("condition", "survey = 'csat'"): 10}
    assert {(table.accounts, table.quarantine) for table in found.tables} == {(None, None)}
    assert {(check.bad_rows, check.rows) for check in found.checks} == {(None, None)}


def test_a_table_that_knows_no_teams_is_closed_to_a_team_lead(of: Any) -> None:
    found = of("revenue", scope=NORTH)
    assert (found.result.value, found.parts[0].untold, found.parts[0].account, found.rows) == (
        None, "no_teams", None, None,
    )  # fmt: skip


# ── fingerprint ──────────────────────────────────────────────────────────────────────────────────────


def test_the_fingerprint_is_what_its_definition_says(of: Any) -> None:
    import hashlib

    found = of("csat", where={"team": ["North"]})
    told = (
        '{"definition":"%s","denominator":"10","load":"000001","metric":"csat","n":"10","numerator":"8",'
        '"period":["2024-01-01","2024-02-01","month"],"slices":{"team":["North"]},"teams":null,"value":"0.8"}'
    )
    assert found.fingerprint == hashlib.sha256((told % found.definition.hash).encode()).hexdigest()[:16]


def test_the_same_company_elsewhere_has_the_same_fingerprints(of: Any, tmp_path: Path) -> None:
    with company(changed(tmp_path)) as other:
        for metric in ("csat", "revenue_per_ticket", "transfers_per_ticket", "retention"):
            assert other(metric).fingerprint == of(metric).fingerprint


def test_another_period_slice_reader_or_metric_is_another_fingerprint(of: Any) -> None:
    found = [
        of("csat"), of("csat", "2024-Q1"), of("csat", where={"team": ["North"]}), of("csat", scope=NORTH),
        of("csat_and_more"),
    ]  # fmt: skip
    assert len({one.fingerprint for one in found}) == len(found)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────


def answer(*words: object) -> str:
    done = CliRunner().invoke(main, ["receipt", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_text_says_it_line_by_line(folder: Path) -> None:
    shown = answer("csat", "-w", folder, "--period", "2024-01").replace("\u00a0", " ")
    for line in (
        "■ Missed",
        "  in words        Among survey responses where survey is “csat”, the share for which score is at least 4.",
        "  result          28 of 50 = 56.0 %",
        "  interval        42.3–68.8 %, 95 %: Wilson's interval of a share",
        "            60  rows of survey responses by responded, 1 Jan 2024 – 31 Jan 2024",
        "          − 10  not: survey = 'csat'",
        "          = 50  counted",
        "  Of 62 in the whole table, 2 on other days.",
    ):
        assert line in shown.splitlines()
    assert f"All of them: scorecard rows csat -w {folder} --from 2024-01-01 --to 2024-02-01" in shown


def test_rows_that_count_nothing_are_said_to_be_listed_too(folder: Path) -> None:
    told = "Rows whose value is unknown are listed too; they count nothing."
    buyers, orders = (answer(metric, "-w", folder, "--period", "2024-03") for metric in ("buyers", "revenue"))
    assert "2 of 2 of orders" in buyers  # o5 is nobody's
    assert told in buyers
    assert told not in orders


def test_a_file_of_two_mappings_is_named_once(folder: Path) -> None:
    report = read_report(read_workspace(folder).var, "000001")
    assert report is not None
    twice = (*report.sources, *report.sources)
    with company(folder) as make:
        assert len(make("revenue", sources=twice).sources) == 1


def test_without_a_period_it_is_the_last_complete_month(folder: Path) -> None:
    found = json.loads(answer("csat", "-w", folder, "--as", "json"))
    assert found["period"]["start"] == "2024-04-01"


def test_the_json_has_every_key_whatever_the_state(folder: Path) -> None:
    shapes = [
        json.loads(answer(metric, "-w", folder, "--period", period, "--as", "json"))
        for metric, period in (
            ("csat", "2024-01"),
            ("csat", "2024-02"),
            ("handling", "2024-01"),
            ("retention", "2023-01"),
        )
    ]
    assert len({tuple(shape) for shape in shapes}) == 1
    assert list(shapes[0]) == [
        "fingerprint", "metric", "name", "definition", "period", "slices", "teams", "value", "numerator", "denominator",
        "n", "low", "high", "state", "kind", "interval", "reason", "status", "limits", "parts", "tables", "checks",
        "load", "sources", "sql", "rows",
    ]  # fmt: skip
    assert list(shapes[0]["parts"][0]) == ["formula", "what", "table", "counted", "rows", "keys", "members", "untold"]
    assert list(shapes[0]["checks"][0]) == [
        "table", "rule", "severity", "outcome", "effect", "is_needed", "why", "owner", "bad_rows", "rows",
    ]  # fmt: skip


def test_the_command_it_names_lists_the_rows_it_counted(folder: Path) -> None:
    import shlex

    words = ("-w", folder, "--period", "2024-01", "--where", "team=North", "--as", "json")
    found = json.loads(answer("csat", *words))
    _, *command = shlex.split(found["rows"]["command"])
    listed = json.loads(CliRunner().invoke(main, [*command, "--as", "json"]).stdout)
    assert listed["total"] == found["n"] == found["rows"]["total"] == 10
    assert listed["rows"][:5] == found["rows"]["first"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("csta",), "there is no metric 'csta'. Did you mean 'csat'?"),
        (("csat", "--period", "2024-01", "--from", "2024-01"), "--period and --from … --to both say which days"),
        (("csat", "--where", "team=Nroth"), "there is no team 'Nroth'. Did you mean 'North'?"),
        (("revenue", "--where", "team=North"), "orders cannot be cut by 'team'"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(folder: Path, words: tuple[str, ...], told: str) -> None:
    done = CliRunner().invoke(main, ["receipt", *words, "-w", str(folder)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
