"""Fiscal years and weeks: every day of three decades in Python and in SQL, periods as people write them, pandas' own
fiscal years beside ours, and a company whose numbers are counted by hand."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cli import main
from data_checks.calendar import EVERYBODYS, MONTHS, Calendar
from data_checks.errors import FileProblems, RequestError
from data_checks.warehouse import open_warehouse
from data_checks.warehouse.facts import from_json, to_json
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.goals.written import at
from metrics.period import Period, floor, parse_period, period_at, shifted, spine, step
from metrics.scope import Scope
from metrics.screen import build_scorecard
from metrics.sql.constructs import bucket, bucket_end, bucket_index, bucket_start, index_of
from tests.dashboard_fixture import FACTS
from tests.loading import load_folder, write

APRIL = Calendar(year_starts=4)
SUNDAY = Calendar(week_starts=7)
GRAINS = ("day", "week", "month", "quarter", "year")
CALENDARS = {
    "day": [Calendar(4, 7)],
    "week": [Calendar(4, weekday) for weekday in range(1, 8)],
    "month": [Calendar(4, 7)],
    "quarter": [Calendar(month, 7) for month in range(1, 13)],
    "year": [Calendar(month, 7) for month in range(1, 13)],
}
"""Every calendar that a grain can tell apart; the others cut it as one of these does."""

days = st.dates(dt.date(1999, 1, 1), dt.date(2031, 12, 31))
calendars = st.builds(Calendar, st.integers(1, 12), st.integers(1, 7))
grains = st.sampled_from(GRAINS)


@given(days, grains, calendars)
def test_every_day_lies_in_its_period_and_neighbours_differ_by_one(day, grain, calendar):
    start = floor(day, grain, calendar)
    following = step(start, grain)
    assert start <= day < following
    assert floor(start, grain, calendar) == start
    assert floor(following, grain, calendar) == following
    assert floor(following - dt.timedelta(days=1), grain, calendar) == start
    assert index_of(day, grain, calendar) == index_of(start, grain, calendar)
    assert index_of(following, grain, calendar) - index_of(day, grain, calendar) == 1


@given(days, calendars)
def test_weeks_and_years_start_where_they_are_said_to(day, calendar):
    assert floor(day, "week", calendar).isoweekday() == calendar.week_starts
    year = floor(day, "year", calendar)
    assert (year.month, year.day) == (calendar.year_starts, 1)
    assert (floor(day, "quarter", calendar).month - calendar.year_starts) % 3 == 0


@given(days, days, grains, calendars)
def test_a_spine_has_no_gap_and_holds_both_ends(one, other, grain, calendar):
    first, last = min(one, other), min(max(one, other), min(one, other) + dt.timedelta(days=800))
    periods = spine(first, last + dt.timedelta(days=1), grain, calendar)
    assert (periods[0], periods[-1]) == (period_at(first, grain, calendar), period_at(last, grain, calendar))
    assert all(left.end == right.start for left, right in itertools.pairwise(periods))


@pytest.mark.parametrize("grain", GRAINS)
def test_sql_and_python_agree_on_every_day_and_every_calendar(grain):
    engine = sa.create_engine("duckdb:///:memory:")
    every = sa.func.generate_series(dt.date(1999, 1, 1), dt.date(2031, 12, 31), sa.text("interval 1 day"))
    rows = sa.select(sa.cast(sa.func.unnest(every), sa.Date()).label("day")).subquery()
    day = rows.c.day
    with engine.connect() as connection:
        for calendar in CALENDARS[grain]:
            start = bucket(grain, day, calendar)
            number = bucket_index(grain, day, calendar)
            asked = sa.select(day, start, bucket_end(grain, start), number, bucket_start(grain, number, calendar))
            found = connection.execute(asked).fetchall()
            assert len(found) == 12053
            for one, begins, ends, index, again in found:
                expected = floor(one, grain, calendar)
                assert (begins, ends, again) == (expected, step(expected, grain), expected), (one, calendar)
                assert index == index_of(one, grain, calendar), (one, calendar)


def test_a_calendar_is_part_of_the_cached_statement():
    day = sa.column("day", sa.Date())
    for made in (bucket, bucket_index, bucket_start):
        keys = [made("year", day, calendar)._generate_cache_key() for calendar in (EVERYBODYS, APRIL)]
        assert keys[0] != keys[1]


@given(days, st.integers(2, 12))
def test_pandas_names_fiscal_quarters_and_years_alike(day, month):
    # Q-MAR: quarters of a year that ends in March, named by the year in which it ends.
    calendar, last = Calendar(year_starts=month), MONTHS[month - 2][:3].upper()
    theirs = pd.Period(pd.Timestamp(day), freq=f"Q-{last}")
    ours = parse_period(f"{theirs.qyear}-Q{theirs.quarter}", calendar)
    assert (ours.start, ours.end) == (theirs.start_time.date(), theirs.end_time.date() + dt.timedelta(days=1))
    year = pd.Period(pd.Timestamp(day), freq=f"Y-{last}")
    assert parse_period(str(year.year), calendar).start == year.start_time.date()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2017", dt.date(2016, 4, 1), dt.date(2017, 4, 1)),
        ("2016/17", dt.date(2016, 4, 1), dt.date(2017, 4, 1)),
        ("2016/2017", dt.date(2016, 4, 1), dt.date(2017, 4, 1)),
        ("FY 2016/17", dt.date(2016, 4, 1), dt.date(2017, 4, 1)),
        ("FY2017", dt.date(2016, 4, 1), dt.date(2017, 4, 1)),
        ("2017-Q1", dt.date(2016, 4, 1), dt.date(2016, 7, 1)),
        ("FY 2016/17 Q4", dt.date(2017, 1, 1), dt.date(2017, 4, 1)),
        ("2016-05", dt.date(2016, 5, 1), dt.date(2016, 6, 1)),
        ("2016-05-13", dt.date(2016, 5, 13), dt.date(2016, 5, 14)),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_in_which_it_ends(text, start, end):
    found = parse_period(text, APRIL)
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize("text", ["2016/18", "2016/2018", "FY", "2016/17-Q5", "2016-Q0", "2016-13", "2016/17-05"])
def test_what_is_no_fiscal_period_is_refused(text):
    with pytest.raises(RequestError, match="is no period; write 2016, 2016-Q2, 2016-05, 2016/17"):
        parse_period(text, APRIL)


@pytest.mark.parametrize("text", ["2016/17", "FY 2016", "2016 Q2"])
def test_a_year_from_january_has_one_number(text):
    with pytest.raises(RequestError, match="is no period; write 2016, 2016-Q2"):
        parse_period(text, EVERYBODYS)


@pytest.mark.parametrize("text", ["1066", "FY 1066/67", "9999-Q1"])
def test_years_too_far_away_are_refused(text):
    with pytest.raises(RequestError, match="is too far away; years go from 1900 to 2199"):
        parse_period(text, APRIL)


def test_a_numbered_week_starts_on_monday_or_is_refused():
    assert parse_period("2016-W07", EVERYBODYS) == Period(dt.date(2016, 2, 15), dt.date(2016, 2, 22), "week")
    with pytest.raises(RequestError) as refused:
        parse_period("2016-W07", SUNDAY)
    assert str(refused.value) == (
        "'2016-W07' is a week that starts on Monday, and weeks start on Sunday here; write a day, like 2016-02-14."
    )


def test_the_quarter_before_a_fiscal_quarter_is_one_too():
    first = parse_period("2017-Q1", APRIL)
    assert shifted(first, -1) == parse_period("2016-Q4", APRIL)


# ── workspace.yaml ───────────────────────────────────────────────────────────────────────────────────

SMALL = "sources:\n  tickets: {files: t.csv, columns: {ticket_id: id, opened_at: opened}}\n"


@pytest.mark.parametrize(
    ("written", "calendar"),
    [
        ("{}", EVERYBODYS),
        ("{fiscal_year_starts: april, week_starts: sunday}", Calendar(4, 7)),
        ("{fiscal_year_starts: , week_starts: }", EVERYBODYS),
        ("{fiscal_year_starts: Oct, week_starts: SAT}", Calendar(10, 6)),
    ],
)
def test_months_and_weekdays_have_long_and_short_names(tmp_path, written, calendar):
    folder = write(tmp_path, f"calendar: {written}\n{SMALL}", t="id,opened\n")
    assert read_workspace(folder).calendar == calendar


def test_a_month_or_day_nobody_knows_is_said_at_its_place(tmp_path):
    text = f"calendar:\n  fiscal_year_starts: aprl\n  week_starts: sonday\n{SMALL}"
    with pytest.raises(FileProblems) as caught:
        read_workspace(write(tmp_path, text, t="id,opened\n"))
    assert [str(problem) for problem in caught.value.problems] == [
        "workspace.yaml:2:23: there is no month 'aprl'; write one such as april or apr. Did you mean 'april'?",
        "workspace.yaml:3:16: there is no day 'sonday'; write one such as thursday or thu. Did you mean 'sunday'?",
    ]


@pytest.mark.parametrize("written", ["4", "[april]", "''", "1.5", "true"])
def test_what_is_no_name_of_a_month_is_one_sentence(tmp_path, written):
    folder = write(tmp_path, f"calendar:\n  fiscal_year_starts: {written}\n{SMALL}", t="id,opened\n")
    with pytest.raises(
        FileProblems, match=r"^workspace.yaml:2:23: there is no month '.*'; write one such as april or apr"
    ):
        read_workspace(folder)


def test_a_load_from_before_calendars_opens_with_everybodys():
    older = json.loads(to_json(FACTS))
    del older["calendar"]
    assert from_json(json.dumps(older)).calendar == EVERYBODYS


# ── a company whose year starts in April and whose weeks start on Sunday ─────────────────────────────
#
# 2016-03-31 Thu  10    last day of FY 2015/16        2016-05-14 Sat  40
# 2016-04-01 Fri  20    first day of FY 2016/17       2016-05-15 Sun  80
# 2016-06-30 Thu   5    last day of its Q1            2016-07-01 Fri 160
# 2017-03-31 Fri 320    last day of FY 2016/17        2017-04-01 Sat 640
# 2015-05-16 Sat   4    364 days before 2016-05-14    2015-05-17 Sun   8   364 days before 2016-05-15
# 2015-05-01 Fri   1    366 days before 2016-05-01: two days before the 52 weeks

ORDERS = """id,day,revenue,customer
1,2016-03-31,10,a
2,2016-04-01,20,a
3,2016-05-14,40,a
4,2016-05-15,80,b
5,2016-06-30,5,c
6,2016-07-01,160,a
7,2017-03-31,320,b
8,2017-04-01,640,a
9,2015-05-16,4,a
10,2015-05-17,8,a
11,2015-05-01,1,a
"""
COMPANY = """title: Fiscal
calendar: {fiscal_year_starts: april, week_starts: sunday}
as_of: 2017-06-30
sources:
  orders: {files: orders.csv, columns: {order_id: id, ordered_at: day, revenue: revenue, customer_id: customer}}
"""
METRICS = """metric: so_far
to_date: {of: revenue, since: year}
---
metric: this_week
to_date: {of: revenue, since: week}
---
metric: a_year_of_weeks_ago
compare: {of: revenue, with: 52 weeks ago, as: difference}
---
metric: back_next_quarter
retention: {of: orders.customer_id where sold, every: quarter, after: 1}
min_n: 1
---
metric: old_revenue
formula: revenue
unit: currency
red: [{value: 1}, {from: 2017, value: 3}]
goal: [{value: 2}, {from: 2017, value: 4}]
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    folder = write(tmp_path_factory.mktemp("fiscal") / "company", COMPANY, orders=ORDERS)
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(METRICS, encoding="utf-8")
    load_folder(folder)
    return folder


@pytest.fixture(scope="module")
def opened(company):
    warehouse = open_warehouse(read_workspace(company))
    yield warehouse, read_catalog(company / "metrics", warehouse.facts.calendar)
    warehouse.close()


@pytest.fixture
def values(opened):
    warehouse, catalog = opened

    def answer(metric, grain, start, end):
        question = ask(warehouse, catalog, Scope.everything(), [metric], grain, (), start, end)
        return {r.period.start.isoformat(): r.value for r in evaluate(warehouse, catalog, question, [metric])[metric]}

    return answer


def test_the_definitions_are_right_and_the_calendar_travels_with_the_load(opened):
    warehouse, catalog = opened
    assert catalog.problems == ()
    assert warehouse.facts.calendar == Calendar(year_starts=4, week_starts=7)


def test_years_and_quarters_are_the_organisations(values):
    span = dt.date(2016, 3, 1), dt.date(2017, 5, 1)
    assert values("revenue", "year", *span) == {"2015-04-01": 23, "2016-04-01": 625, "2017-04-01": 640}
    assert values("revenue", "quarter", *span) == {
        "2016-01-01": 10, "2016-04-01": 145, "2016-07-01": 160, "2016-10-01": 0, "2017-01-01": 320, "2017-04-01": 640,
    }  # fmt: skip


def test_weeks_start_on_sunday_and_months_as_ever(values):
    span = dt.date(2016, 5, 9), dt.date(2016, 5, 17)
    assert values("revenue", "week", *span) == {"2016-05-08": 40, "2016-05-15": 80}
    assert values("revenue", "month", *span) == {"2016-05-01": 120}


def test_the_year_so_far_begins_in_april(values):
    # April 20, May 20 + 120; the March before is 4 + 8 + 1 of May 2015 and its own 10.
    span = dt.date(2016, 3, 1), dt.date(2016, 6, 1)
    assert values("so_far", "month", *span) == {"2016-03-01": 23, "2016-04-01": 20, "2016-05-01": 140}


def test_the_week_so_far_begins_on_sunday(values):
    span = dt.date(2016, 5, 14), dt.date(2016, 5, 17)
    assert values("this_week", "day", *span) == {"2016-05-14": 40, "2016-05-15": 80, "2016-05-16": 80}


def test_fifty_two_weeks_ago_is_the_same_weekday(values):
    # The week of Sunday 15 May 2016 (80) stands beside that of Sunday 17 May 2015 (8); the one before, 40 beside 4.
    weeks = values("a_year_of_weeks_ago", "week", dt.date(2016, 5, 8), dt.date(2016, 5, 22))
    assert weeks == {"2016-05-08": 36, "2016-05-15": 72}
    # May 2016 (120) stands beside 3 May to 2 June 2015 (4 + 8): 1 May 2015 lies before those 52 weeks.
    months = values("a_year_of_weeks_ago", "month", dt.date(2016, 5, 1), dt.date(2016, 6, 1))
    assert months == {"2016-05-01": 108}


def test_retention_counts_fiscal_quarters_and_pools_them_into_fiscal_years(values):
    # Jan–Mar 2016: a, back in April–June. Apr–Jun: a, b, c, of whom a is back. Jul–Sep: a, not back. Jan–Mar 2017: b,
    # not back in April–June.
    quarters = values("back_next_quarter", "quarter", dt.date(2016, 1, 1), dt.date(2017, 4, 1))
    assert quarters == {
        "2016-01-01": 1, "2016-04-01": pytest.approx(1 / 3), "2016-07-01": 0, "2016-10-01": None, "2017-01-01": 0,
    }  # fmt: skip
    years = values("back_next_quarter", "year", dt.date(2016, 4, 1), dt.date(2017, 4, 1))
    assert years == {"2016-04-01": pytest.approx(1 / 5)}


def test_a_goal_from_a_year_begins_with_the_fiscal_year(opened):
    metric = opened[1].metrics["old_revenue"]
    assert [at(metric, day).goal for day in (dt.date(2016, 3, 31), dt.date(2016, 4, 1))] == [2, 4]


def test_a_scorecard_of_a_fiscal_quarter_stands_beside_the_one_before(opened):
    warehouse, catalog = opened
    board = build_scorecard(warehouse, catalog, Scope.everything(), parse_period("2017-Q2", APRIL))
    revenue = next(c for branch in board.branches for c in branch.cards if c.definition.metric == "revenue")
    assert revenue.previous is not None
    assert (revenue.result.value, revenue.previous.value) == (160, 145)


def said(company, *words):
    done = CliRunner().invoke(main, [*words, "-w", str(company)], catch_exceptions=False)
    return done.output


def test_the_command_reads_and_says_fiscal_periods(company):
    year = said(company, "query", "revenue", "--grain", "year", "--from", "2017", "--to", "2018")
    assert "FY 2016/17" in year
    assert "€625" in year
    quarter = said(company, "query", "revenue", "--grain", "quarter", "--from", "2016/17-Q2", "--to", "2017-Q3")
    assert "FY 2016/17 Q2" in quarter
    assert "€160" in quarter
    assert "\nFY 2016/17 Q2 " in said(company, "show", "--period", "2017-Q2")
    assert "write a day, like 2016-02-14" in said(company, "query", "revenue", "--from", "2016-W07")
    assert "week of 8 May 2016" in said(company, "query", "revenue", "--grain", "week", "--from", "2016-05-09")


def test_the_numbers_agree_with_sql_written_apart(company, values, tmp_path):
    (version,) = (company / "var" / "warehouse").glob("w-*.duckdb")
    copy = shutil.copy(version, tmp_path)  # the warehouse holds the file itself open
    sql = """select (case when month(ordered_on) >= 4 then year(ordered_on) else year(ordered_on) - 1 end) || '-04-01',
    sum(revenue) from orders where ordered_on >= date '2015-04-01' group by 1"""
    with duckdb.connect(copy, read_only=True) as connection:
        theirs = dict(connection.execute(sql).fetchall())
    assert values("revenue", "year", dt.date(2015, 4, 1), dt.date(2017, 6, 1)) == theirs
