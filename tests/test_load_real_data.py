"""The three real workspaces, loaded and held against the facts their READMEs give, in plain SQL."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from data_checks.ledger import LoadReport
from data_checks.warehouse import open_warehouse
from tests.loading import accounts, ask, load_folder

pytestmark = pytest.mark.real_data


def _loaded(name: str, root: Path, tmp: pytest.TempPathFactory) -> tuple[Path, LoadReport]:
    folder = tmp.mktemp(name)
    shutil.copy(root / "tests" / "workspaces" / name / "workspace.yaml", folder)
    return folder, load_folder(folder)


@pytest.fixture(scope="module")
def helpdesk(root: Path, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LoadReport]:
    assert real_data.is_dir()
    return _loaded("helpdesk", root, tmp_path_factory)


@pytest.fixture(scope="module")
def shop(root: Path, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LoadReport]:
    assert real_data.is_dir()
    return _loaded("shop", root, tmp_path_factory)


@pytest.fixture(scope="module")
def airport(root: Path, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LoadReport]:
    assert real_data.is_dir()
    return _loaded("airport", root, tmp_path_factory)


def test_every_event_of_the_help_desk_is_accounted_for(helpdesk: tuple[Path, LoadReport]) -> None:
    # 119,998 events of 20,769 tickets; two events carry the code -100: 119,998 - 2 - 20,769 = 99,227 older events.
    assert accounts(helpdesk[1], "tickets") == (119_998, 20_769, 0, 99_227, 0, 2)


def test_help_desk_tickets_carry_their_last_event(helpdesk: tuple[Path, LoadReport]) -> None:
    folder, _ = helpdesk
    assert ask(folder, "select count(*), count(*) filter (resolved_at is null) from tickets") == [(20_769, 1_418)]
    hours = "epoch(resolved_at - opened_at) / 3600"
    (row,) = ask(folder, f"select round(median({hours}), 4), round(avg({hours}), 4) from tickets")
    assert row == (24.6, 187.678)
    (row,) = ask(
        folder,
        "select round(100 * avg(sla_met::int), 4), round(avg(transfers), 6), max(transfers), "
        "count(*) filter (reopens > 0), count(*) filter (transfers > 0) * 100.0 / count(*) from tickets",
    )
    assert row[:4] == (60.6433, 0.988011, 27, 234)
    assert round(row[4], 4) == 47.3927


def test_help_desk_days_are_read_day_first(helpdesk: tuple[Path, LoadReport]) -> None:
    months = ask(helpdesk[0], "select strftime(opened_on, '%Y-%m'), count(*) from tickets group by 1 order by 1")
    assert months == [("2016-02", 207), ("2016-03", 8_995), ("2016-04", 7_934), ("2016-05", 3_633)]


def test_help_desk_teams_and_callers_are_derived_from_their_keys(helpdesk: tuple[Path, LoadReport]) -> None:
    folder, _ = helpdesk
    top = ask(folder, "select coalesce(team_id, '?'), count(*) from tickets group by 1 order by 2 desc limit 3")
    assert top == [("Group 70", 7_369), ("?", 2_157), ("Group 25", 1_080)]
    assert ask(folder, "select count(*), count(*) filter (name = customer_id) from customers") == [(4_828, 4_828)]


def test_the_help_desk_reaches_to_the_last_closing_though_openings_stop_in_may(
    helpdesk: tuple[Path, LoadReport],
) -> None:
    warehouse = open_warehouse(helpdesk[0] / "var")
    assert warehouse.facts.as_of.isoformat() == "2017-02-15T15:00:00"
    assert warehouse.facts.tables["tickets"].last_day == dt.date(2016, 5, 13)
    warehouse.close()


def test_every_order_line_is_accounted_for(shop: tuple[Path, LoadReport]) -> None:
    # 20,951 gross-sale invoices + 4,592 cancellations are published; the lines without goods or price are filtered out.
    read, published, bad, superseded, merged, filtered = accounts(shop[1], "orders")
    assert (read, published, bad, superseded) == (525_461, 20_951 + 4_592, 0, 0)
    assert read == published + merged + filtered


def test_gross_sales_are_those_of_the_readme(shop: tuple[Path, LoadReport]) -> None:
    folder, _ = shop
    (row,) = ask(folder, "select count(*), round(sum(revenue), 2), round(avg(revenue), 4) from orders where sold")
    assert row == (20_951, 10_305_892.02, 491.9045)
    months = ask(
        folder,
        "select strftime(ordered_on, '%Y-%m') m, round(sum(revenue), 2) from orders "
        "where sold and ordered_on between '2010-09-01' and '2010-11-30' group by 1 order by 1",
    )
    assert months == [("2010-09", 924_333.01), ("2010-10", 1_165_483.91), ("2010-11", 1_470_272.48)]


def test_repeat_customers_are_those_of_the_readme(shop: tuple[Path, LoadReport]) -> None:
    (row,) = ask(
        shop[0],
        "select count(distinct customer_id), count(distinct customer_id) filter (previous_order_at is not null) "
        "from orders where sold",
    )
    assert row == (4_312, 2_893)


def test_customers_are_numbers_without_a_point(shop: tuple[Path, LoadReport]) -> None:
    assert ask(shop[0], "select count(*) from customers where customer_id like '%.%'") == [(0,)]
    assert ask(shop[0], "select count(*) from customers where customer_id = '13085'") == [(1,)]
    assert ask(
        shop[0], "select region, round(sum(revenue), 2) from orders where sold group by 1 order by 2 desc limit 2"
    ) == [
        ("United Kingdom", 8_845_755.69),
        ("EIRE", 380_977.82),
    ]


def test_codes_for_no_answer_are_no_scores(airport: tuple[Path, LoadReport]) -> None:
    rows = ask(
        airport[0],
        "select survey, year(responded_on), count(*), count(score), round(100 * avg((score >= 4)::int), 3) "
        "from survey_responses where survey <> 'nps' group by 1, 2 order by 1, 2",
    )
    assert rows == [
        ("ces", 2016, 3_087, 2_907, 84.107),
        ("ces", 2017, 2_831, 2_683, 85.352),
        ("csat", 2016, 3_087, 2_919, 80.987),
        ("csat", 2017, 2_831, 2_688, 82.068),
    ]


def test_the_airport_recommends_itself_as_the_readme_says(airport: tuple[Path, LoadReport]) -> None:
    (row,) = ask(
        airport[0],
        "select count(score), count(*) filter (score >= 9), count(*) filter (score between 7 and 8), "
        "count(*) filter (score <= 6) from survey_responses where survey = 'nps'",
    )
    assert row == (2_746, 1_436, 968, 342)
    (row,) = ask(
        airport[0],
        "select round(100 * (sum(weight) filter (score >= 9) - sum(weight) filter (score <= 6)) "
        "/ sum(weight) filter (score is not null), 3) from survey_responses where survey = 'nps'",
    )
    assert row == (40.398,)


def test_the_days_of_answers_stay_in_may(airport: tuple[Path, LoadReport]) -> None:
    # A date without a time must not slide into another day, although the airport is seven hours behind UTC.
    days = ask(airport[0], "select distinct month(responded_on) from survey_responses where responded_on is not null")
    assert days == [(5,)]


def test_a_file_read_by_several_mappings_is_said_to_be(airport: tuple[Path, LoadReport]) -> None:
    assert len(airport[1].sources) == 5
    assert any("sfo_2017.csv.gz is read 3 times" in note for note in airport[1].notes)
