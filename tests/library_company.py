"""A small company with every table, invented by a fixed seed: what the library's metrics are counted against.

Thirty months to 20 June 2026, a few hundred rows a table. On purpose: orders without a customer or a cost, two orders
in one instant and on one day, tickets open, closed but never resolved and without topic, invitations without an
answer, answers without a weight, contracts that end in the future, an agent whose first day nobody knows, months
without a cost, a competitor on another scale, cohorts too young to be judged.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2026, 6, 20)
NOW = dt.datetime(2026, 6, 21, 5, 0)
WORKSPACE = """title: Company of the library
timezone: Europe/Berlin
currency: EUR
as_of: 2026-06-20
calendar: {business_hours: {mon-fri: "09:00-12:00, 13:00-18:00", sat: "10:00-14:00"}, holidays: holidays.csv}
sources:
"""
COLUMNS = {
    "teams": "team_id name department",
    "agents": "agent_id name team_id role hired_on left_on",
    "customers": "customer_id name joined_on segment referred_by",
    "orders": "order_id customer_id ordered_at promised_on delivered_at status revenue cost agent_id",
    "tickets": "ticket_id customer_id agent_id topic opened_at first_reply_at resolved_at closed_at due_at "
    "transfers reopens handle_minutes self_served",
    "survey_responses": "response_id survey scale customer_id sent_at responded_at score weight",
    "subscriptions": "subscription_id customer_id started_on ended_on monthly_fee",
    "training": "training_id agent_id course completed_on hours passed satisfaction",
    "quality_reviews": "review_id agent_id reviewed_on skill score",
    "loyalty_entries": "entry_id customer_id occurred_at kind points amount",
    "outreach": "outreach_id customer_id kind sent_at converted_at",
    "costs": "cost_id month kind amount",
    "benchmarks": "benchmark_id metric competitor industry period_start value n scale source retrieved_on",
    "initiatives": "initiative_id name objective due_on done_on status",
}
Row = tuple[object, ...]


class _Dice:
    """The company's luck: always the same."""

    def __init__(self) -> None:
        self.random = random.Random(5)

    def day(self, first: dt.date = FIRST, last: dt.date = LAST) -> dt.date:
        return first + dt.timedelta(days=self.random.randrange((last - first).days + 1))

    def time(self, day: dt.date | None = None) -> dt.datetime:
        """Any minute but those of the hour that clocks skip or repeat."""
        minute = self.random.choice([*range(120), *range(180, 1440)])
        return dt.datetime.combine(day or self.day(), dt.time()) + dt.timedelta(minutes=minute)

    def later(self, than: dt.datetime, days: float) -> dt.datetime | None:
        """Up to so many days after; None when that is not yet over, or falls into the hour left out."""
        found = than + dt.timedelta(minutes=self.random.randrange(1, int(days * 1440)))
        return found if found.date() <= LAST and found.hour != 2 else None

    def some(self, share: float, value: object) -> object:
        """The value, in so many of all cases; else nothing."""
        return value if self.random.random() < share else None

    def one(self, *values: object) -> object:
        return self.random.choice(values)


def tables() -> dict[str, list[Row]]:
    """Every table's rows, in the order of COLUMNS."""
    dice = _Dice()
    return {
        "teams": [("n", "North", "Service"), ("s", "South", "Service"), ("w", "West", "Sales")],
        "agents": list(_agents(dice)),
        "customers": list(_customers(dice)),
        "orders": list(_orders(dice)),
        "tickets": list(_tickets(dice)),
        "survey_responses": list(_answers(dice)),
        "subscriptions": list(_subscriptions(dice)),
        **_what_people_learn(dice),
        **_what_is_sent(dice),
        **_what_is_planned(dice),
    }


def _customer(dice: _Dice, known: float = 1.0, on: dt.date = LAST) -> object:
    """Some come much more often than others; new ones come as time goes on."""
    came = 30 + 60 * (on - FIRST) / (LAST - FIRST)
    return dice.some(known, f"c{int(came * dice.random.random() ** 1.3)}")


def _agent(dice: _Dice) -> object:
    return dice.some(0.95, f"a{dice.random.randrange(24)}")


def _agents(dice: _Dice) -> Iterable[Row]:
    for number in range(24):
        hired = dice.day(dt.date(2022, 1, 1), dt.date(2025, 12, 31))
        left = dice.some(0.5, dice.day(max(hired, FIRST), dt.date(2026, 9, 30)))
        yield f"a{number}", f"Agent {number}", dice.one("n", "s", "w"), "agent", hired if number else None, left


def _customers(dice: _Dice) -> Iterable[Row]:
    for number in range(130):
        referred = dice.some(0.25, f"c{number - 1}") if number else None
        segment = dice.one("SMB", "Consumer", None)
        yield f"c{number}", f"Customer {number}", dice.some(0.9, dice.day()), segment, referred


def _orders(dice: _Dice) -> Iterable[Row]:
    for number in range(900):
        ordered = dice.time()
        if number % 30 == 0:
            ordered = dt.datetime(2025, 3, 7, 12, 0)  # ties, also of one customer
        status = dice.one(*["completed"] * 8, "cancelled", "returned", "placed", None)
        promised = dice.some(0.8, ordered.date() + dt.timedelta(days=3))
        delivered = dice.some(0.8, dice.later(ordered, 6))
        revenue = round(dice.random.uniform(5, 300), 2)
        cost = dice.some(0.9, round(revenue * dice.random.uniform(0.4, 0.9), 2))
        kept = None if status == "cancelled" and number % 2 else revenue
        yield (
            f"o{number}",
            _customer(dice, 0.92, ordered.date()),
            ordered,
            promised,
            delivered,
            status,
            kept,
            cost,
            _agent(dice),
        )


def _tickets(dice: _Dice) -> Iterable[Row]:
    for number in range(700):
        opened = dice.time() if number % 35 else dt.datetime(2025, 5, 6, 17, 0)
        reply = dice.some(0.9, dice.later(opened, 3))
        after = reply if isinstance(reply, dt.datetime) else opened
        resolved = dice.some(0.85, dice.later(after, 12))
        last = resolved if isinstance(resolved, dt.datetime) else after
        closed = dice.some(0.4, dice.later(last, 5))
        due = dice.some(0.8, opened + dt.timedelta(days=6, minutes=7))
        due = None if isinstance(due, dt.datetime) and due.hour == 2 else due
        yield (
            f"t{number}", _customer(dice, 0.9), _agent(dice), dice.one("complaint", "delivery", "invoice", None),
            opened, reply, resolved, closed, due, dice.some(0.95, dice.one(0, 0, 1, 3)),
            dice.some(0.9, dice.one(0, 0, 0, 1, 2)), dice.some(0.7, round(dice.random.uniform(1, 60), 1)),
            dice.some(0.8, dice.one("true", "false", "false")),
        )  # fmt: skip


_SURVEYS: dict[str, tuple[tuple[str | None, Sequence[int]], ...]] = {
    "csat": (("1-5", (1, 2, 3, 4, 5, 5, 5)),),
    "nps": (("0-10", (*range(11), 9, 10)),),
    "employee": (("0-10", range(11)),),
    "ces": (("1-5", range(1, 6)), ("1-7", range(1, 8)), (None, range(1, 8))),
}


def _answers(dice: _Dice) -> Iterable[Row]:
    for number in range(1600):
        survey = str(dice.one("csat", "csat", "nps", "ces", "employee"))
        scale, scores = dice.random.choice(_SURVEYS[survey])
        sent = dice.time()
        answered = dice.some(0.5, dice.later(sent, 20))
        score = dice.one(*scores) if answered else None
        who = None if survey == "employee" else _customer(dice, 0.95)
        asked = dice.some(0.95, sent) if answered else sent
        yield f"r{number}", survey, scale, who, asked, answered, score, dice.some(0.7, dice.one(0.5, 1, 2.5))


def _subscriptions(dice: _Dice) -> Iterable[Row]:
    for number in range(130):
        started = dice.day(dt.date(2023, 6, 1))
        ended = dice.some(0.6, started + dt.timedelta(days=dice.random.randrange(400)))
        yield f"s{number}", f"c{dice.random.randrange(60, 130)}", started, ended, dice.one(9, 19)


def _what_people_learn(dice: _Dice) -> dict[str, list[Row]]:
    courses: list[Row] = [
        (f"k{number}", f"a{dice.random.randrange(24)}", dice.one("A", "B"), dice.day(),
         dice.some(0.95, dice.one(2, 4, 8)), dice.some(0.9, dice.one("true", "true", "false")),
         dice.some(0.8, dice.one(1, 2, 3, 4, 4, 5)))
        for number in range(110)
    ]  # fmt: skip
    skills = ("clarity", "patience", "attention")
    reviews: list[Row] = [
        (f"q{number}", _agent(dice), dice.day(), dice.one(*skills), dice.random.randrange(101)) for number in range(250)
    ]
    return {"training": courses, "quality_reviews": reviews}


def _what_is_sent(dice: _Dice) -> dict[str, list[Row]]:
    entries: list[Row] = []
    for number in range(600):
        kind = dice.one("enrolled", "earned", "earned", "redeemed", "expired", "stored_in", "stored_in", "stored_out")
        is_points, is_money = kind in ("earned", "redeemed", "expired"), kind in ("stored_in", "stored_out")
        points = dice.random.randrange(1, 500) if is_points else None
        amount = dice.some(0.95, dice.random.randrange(1, 90)) if is_money else None
        entries.append((f"e{number}", _customer(dice), dice.time(), kind, points, amount))
    messages: list[Row] = []
    for number in range(400):
        sent = dice.time()
        kind = dice.one("proactive", "birthday", "sms", "email")
        messages.append((f"m{number}", _customer(dice, 0.95), kind, sent, dice.some(0.3, dice.later(sent, 30))))
    return {"loyalty_entries": entries, "outreach": messages}


def _what_is_planned(dice: _Dice) -> dict[str, list[Row]]:
    costs: list[Row] = []
    for month in range(30):
        day = dt.date(2024 + month // 12, month % 12 + 1, 1 + month % 20)
        kinds = ["marketing", "support", "training"] if month % 7 else ["support", "support"]
        costs += [(f"p{len(costs) + at}", day, kind, dice.random.randrange(90, 900)) for at, kind in enumerate(kinds)]
    benchmarks: list[Row] = [
        (f"b{number}", dice.one("csat", "csat", "nps"), dice.one("Alfa", "Beta", None), "retail", dice.day(),
         dice.random.randrange(40, 99) / 100, dice.some(0.5, 400), dice.one("1-5 top 2", "1-5 top 2", "0-100 index"),
         "yearbook", LAST)
        for number in range(60)
    ]  # fmt: skip
    plans: list[Row] = []
    for number in range(60):
        due = dice.day(dt.date(2024, 3, 1), dt.date(2026, 9, 1))
        done = dice.some(0.7, min(due + dt.timedelta(days=dice.random.randrange(-30, 25)), LAST))
        status = "done" if done else dice.one("running", "planned", "dropped")
        plans.append((f"i{number}", f"Plan {number}", "quick_answers", due, done, status))
    return {"costs": costs, "benchmarks": benchmarks, "initiatives": plans}


def write_library_company(folder: Path) -> Path:
    """The workspace, not loaded."""
    sources = []
    for table, rows in tables().items():
        columns = COLUMNS[table].split()
        (folder / f"{table}.csv").write_text(_as_csv(columns, rows), encoding="utf-8")
        sources.append(f"  {table}: {{files: {table}.csv, columns: {{{', '.join(f'{c}: {c}' for c in columns)}}}}}\n")
    (folder / "holidays.csv").write_text("date\n2024-05-01\n2025-05-01\n2026-05-01\n2024-12-25\n", encoding="utf-8")
    (folder / "workspace.yaml").write_text(WORKSPACE + "".join(sources), encoding="utf-8")
    return folder


def _as_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
