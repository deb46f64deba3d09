"""Derived columns on rows made by hand: first, previous, next, other day, spans' ends, and what counts as provided."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import pytest

from data_checks.derive import members
from data_checks.warehouse import open_warehouse
from tests.loading import ask, load_folder, write

ORDERS = """
timezone: {zone}
as_of: 2026-06-30
sources:
  orders:
    files: orders.csv
    columns: {{order_id: id, customer_id: who, ordered_at: moment, status: state}}
"""


def orders(folder: Path, rows: str, zone: str = "UTC") -> Path:
    load_folder(write(folder, ORDERS.format(zone=zone), orders="id,who,moment,state\n" + rows))
    return folder


def test_first_previous_and_next_look_at_the_same_customer(tmp_path: Path) -> None:
    #  id  who  at           state       first  previous  later day  earlier day
    #  a   X    1 Jan 09:00  completed   1/9    –         3/9        –
    #  b   X    1 Jan 09:00  completed   1/9    1/9 (a)   3/9        –        simultaneous: by key, a before b
    #  c   X    2 Jan 09:00  cancelled   1/9    1/9       3/9        1/9      left out by `where`, has answers
    #  d   X    3 Jan 09:00  completed   1/9    1/9       –          1/9      the last before is b, not the cancelled c
    #  e   Y    3 Jan 09:00  completed   3/9    –         –          –
    #  f   –    3 Jan 09:00  completed   –      –         –          –        no customer
    folder = orders(
        tmp_path,
        "a,X,2026-01-01 09:00,completed\nb,X,2026-01-01 09:00,completed\nc,X,2026-01-02 09:00,cancelled\n"
        "d,X,2026-01-03 09:00,completed\ne,Y,2026-01-03 09:00,completed\nf,,2026-01-03 09:00,completed\n",
    )
    day = "day({}_at)".format
    columns = ", ".join(map(day, ("first_order", "previous_order", "later_day_order", "earlier_day_order")))
    assert ask(folder, f"select order_id, {columns} from orders order by 1") == [
        ("a", 1, None, 3, None),
        ("b", 1, 1, 3, None),
        ("c", 1, 1, 3, 1),
        ("d", 1, 1, None, 1),
        ("e", 3, None, None, None),
        ("f", None, None, None, None),
    ]
    assert ask(folder, "select customer_id, day(first_bought_on) from customers order by 1") == [("X", 1), ("Y", 3)]


def test_another_day_is_another_local_day(tmp_path: Path) -> None:
    # In Berlin (UTC+1) 23:30 and 00:30 are two days although both lie on 1 January UTC; 00:30 and 20:00 are one.
    folder = orders(
        tmp_path,
        "a,X,2026-01-01 23:30,completed\nb,X,2026-01-02 00:30,completed\nc,X,2026-01-02 20:00,completed\n",
        zone="Europe/Berlin",
    )
    rows = ask(
        folder,
        "select order_id, strftime(later_day_order_at, '%d %H:%M'), strftime(earlier_day_order_at, '%d %H:%M') "
        "from orders order by 1",
    )
    # the first time of the later day is b (23:30 UTC on the 1st); the last time of the earlier day is a (22:30 UTC).
    assert rows == [("a", "01 23:30", None), ("b", None, "01 22:30"), ("c", None, "01 22:30")]


def test_the_order_before_is_the_one_before_where_clocks_go_back_past_midnight(tmp_path: Path) -> None:
    # St John's, 7 November 2010: at 00:01 clocks went back to 23:01 of the 6th, so b comes after a on an earlier day.
    folder = orders(
        tmp_path,
        "a,X,2010-11-07T02:30:30Z,completed\nb,X,2010-11-07T03:00:00Z,completed\n",
        zone="America/St_Johns",
    )
    told = "order_id, day(ordered_on), strftime(previous_order_at, '%H:%M:%S')"
    assert ask(folder, f"select {told} from orders order by 1") == [("a", 7, None), ("b", 6, "02:30:30")]


def test_whole_months_since_the_first_order_are_counted_on_local_days(tmp_path: Path) -> None:
    folder = orders(
        tmp_path,
        "a,X,2026-01-15 09:00,completed\nb,X,2026-02-14 23:00,completed\nc,X,2026-02-15 01:00,completed\n",
    )
    assert ask(folder, "select order_id, months_since_first from orders order by 1") == [("a", 0), ("b", 0), ("c", 1)]


MIXED = """
as_of: 2026-06-30
sources:
  orders: {files: orders.csv, columns: {order_id: id, customer_id: who, ordered_at: moment, status: state}}
  survey_responses:
    files: answers.csv
    columns: {response_id: id, survey: survey, customer_id: who, responded_at: moment, score: score, scale: scale}
  tickets:
    files: tickets.csv
    columns: {ticket_id: id, customer_id: who, topic: topic, opened_at: moment, due_at: due, closed_at: closed}
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return_ = tmp_path_factory.mktemp("mixed")
    load_folder(
        write(
            return_,
            MIXED,
            orders="id,who,moment,state\no1,X,2026-01-05 09:00,completed\no2,X,2026-01-09 09:00,cancelled\n",
            answers=(
                "id,survey,who,moment,score,scale\n"
                "r1,csat,X,2026-01-01 09:00,2,1-5\nr2,csat,X,2026-01-05 09:00,5,1-5\nr3,csat,X,2026-01-06 09:00,4,1-5\n"
                "r4,nps,X,2026-01-07 09:00,6,0-10\nr5,csat,Y,2026-01-01 09:00,5,1-5\nr6,csat,X,,,1-5\n"
            ),
            tickets=(
                "id,who,topic,moment,due,closed\n"
                "t1,X,,2026-01-01 09:00,2026-01-02 09:00,2026-01-01 12:00\n"
                "t2,X,,2026-01-03 09:00,2026-01-04 09:00,2026-01-05 12:00\n"
                "t3,X,bill,2026-01-04 09:00,2026-01-04 10:00,\nt4,X,bill,2026-01-08 09:00,2027-01-01 00:00,\n"
                "t5,,bill,2026-01-09 09:00,,\n"
            ),
        )
    )
    return return_


def test_the_next_good_event_is_the_nearest_of_both_tables(mixed: Path) -> None:
    # r1: the order and the good answer r2 stand at the same moment; r2: strictly after its own time: r3; r4: nothing
    # good is left (o2 is cancelled); Y has no later event; r6 was never answered.
    rows = ask(mixed, "select response_id, day(next_good_at) from survey_responses order by 1")
    assert rows == [("r1", 5), ("r2", 6), ("r3", None), ("r4", None), ("r5", None), ("r6", None)]


def test_an_answer_is_superseded_by_the_next_of_the_same_survey(mixed: Path) -> None:
    rows = ask(mixed, "select response_id, day(superseded_at), dissatisfied, easy from survey_responses order by 1")
    assert rows[:4] == [
        ("r1", 5, True, False),
        ("r2", 6, False, True),
        ("r3", None, False, True),
        ("r4", None, True, True),
    ]


def test_an_unknown_topic_equals_an_unknown_topic(mixed: Path) -> None:
    rows = ask(mixed, "select ticket_id, day(next_ticket_at), day(next_good_at) from tickets order by 1")
    assert rows == [("t1", 3, 5), ("t2", None, 5), ("t3", 8, 5), ("t4", None, None), ("t5", None, None)]


def test_the_verdict_on_a_promise_knows_the_load_s_clock(mixed: Path) -> None:
    rows = ask(mixed, "select ticket_id, sla_met, day(sla_decided_at) from tickets order by 1")
    # t1 in time; t2 late (decided when it was due); t3 still open and overdue; t4 open, due after as_of; t5 no promise.
    assert rows == [("t1", True, 1), ("t2", False, 4), ("t3", False, 4), ("t4", None, 1), ("t5", None, 9)]


def test_provided_follows_the_mapped_columns(mixed: Path) -> None:
    warehouse = open_warehouse(mixed / "var")
    tables = warehouse.facts.tables
    warehouse.close()
    assert {"sla_met", "next_good_at", "next_good_on", "next_ticket_at", "done_at"} <= tables["tickets"].provided
    assert {"months_since_first", "sold", "first_order_at"} <= tables["orders"].provided
    assert "first_bought_at" in tables["customers"].provided
    assert tables["customers"].derived_from_keys
    assert not {"resolved_at", "team_id"} & tables["tickets"].provided
    assert not tables["teams"].derived_from_keys


def test_provided_customers_stay_as_they_are_and_unknown_keys_are_marked(tmp_path: Path) -> None:
    workspace = (
        ORDERS.format(zone="UTC") + "  customers: {files: customers.csv, columns: {customer_id: id, segment: kind}}\n"
    )
    report = load_folder(
        write(
            tmp_path,
            workspace,
            orders="id,who,moment,state\na,X,2026-01-01,\nb,Z,2026-01-01,\n",
            customers="id,kind\nX,SMB\n",
        )
    )
    assert ask(tmp_path, "select customer_id, name, segment from customers") == [("X", None, "SMB")]
    assert ask(tmp_path, "select count(*) from orders") == [(2,)]
    outcome = report.tables["orders"].rules["customer_id_known"]
    assert (outcome.outcome, outcome.severity, outcome.bad_rows) == ("failed", "warning", 1)


def test_as_of_latest_leaves_promises_out_and_a_date_is_its_last_microsecond(tmp_path: Path) -> None:
    workspace = """
timezone: Europe/Berlin
sources:
  tickets: {files: t.csv, columns: {ticket_id: id, opened_at: moment, due_at: due}}
"""
    load_folder(write(tmp_path, workspace, t="id,moment,due\n1,2026-07-01 12:00,2027-01-01 00:00\n"))
    load_folder(write(tmp_path, "as_of: 2026-07-02\n" + workspace))
    before, after = (
        dt.datetime(2026, 7, 1, 10, 0),
        dt.datetime(2026, 7, 2, 21, 59, 59, 999999),
    )
    warehouse = open_warehouse(tmp_path / "var")
    facts = warehouse.facts
    warehouse.close()
    assert (facts.as_of, facts.as_of_day) == (after, dt.date(2026, 7, 2))
    assert ask(tmp_path, "select max(opened_at) from tickets") == [(before,)]


def test_members_of_a_neighbour_are_split_outside_quotes() -> None:
    text = "orders.ordered_at where sold union survey_responses.responded_at where survey = 'a union b' and score >= 4"
    assert members(text) == (
        ("orders", "ordered_at", "sold"),
        ("survey_responses", "responded_at", "survey = 'a union b' and score >= 4"),
    )


def test_an_answer_about_the_promise_needs_an_end_beside_the_due_time(tmp_path: Path) -> None:
    columns = "{ticket_id: id, opened_at: opened, due_at: due, resolved_at: done}"
    text = "id,opened,due,done\n1,2026-01-01,2026-01-02,2026-01-01\n2,2026-01-05,2026-01-06,\n"
    for mapped, has in ((columns, True), (columns.replace(", resolved_at: done", ""), False)):
        load_folder(write(tmp_path, f"sources: {{tickets: {{files: t.csv, columns: {mapped}}}}}\n", t=text))
        with contextlib.closing(open_warehouse(tmp_path / "var")) as warehouse:
            assert ("sla_met" in warehouse.facts.tables["tickets"].provided) is has
