"""Every row of a table is counted once on a receipt: against rows sorted out one by one, in three-valued logic."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_checks.contract import contracts
from data_checks.warehouse import open_warehouse
from data_checks.warehouse.contract import Warehouse
from data_checks.workspace import read_workspace
from metrics.catalog import read_catalog
from metrics.language.bind import Binder
from metrics.language.bound import Aggregate
from metrics.language.formula import parse
from metrics.question import AsOf, Question
from metrics.rows.accounts import RowAccount, account_of
from metrics.scope import Scope
from metrics.sql.compile import compile_plain
from tests.loading import load_folder, write

Row = dict[str, Any]
WORKSPACE = """
sources:
  teams: {files: teams.csv, columns: {team_id: id, name: name}}
  survey_responses:
    files: answers.csv
    columns: {response_id: id, survey: survey, team_id: team, sent_at: sent, responded_at: day, score: score,
              weight: weight, customer_id: customer, channel: channel}
"""
NAMES = {"N": "North", "S": "South"}


def _rows() -> list[Row]:
    """Answers with every kind of gap. An answer has a time, or it would be in quarantine."""
    dice = random.Random(20240131)
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=step) for step in range(0, 90, 3)]
    found = []
    for number in range(200):
        score = dice.choice([None, 0, 1, 3, 5, 6, 8.5, 9, 10, 11, -1])
        day = dice.choice(days) if score is not None else dice.choice([None, *days])
        sent = dice.choice([None, *days]) if day is None else dice.choice([None, day])
        team, customer = dice.choice([None, "N", "S"]), dice.choice([None, "c1", "c2", "c3"])
        weight, channel = dice.choice([None, 0, 1, 2.5]), dice.choice([None, "mail", "chat"])
        found.append({"id": f"r{number}", "survey": "other", "team": team, "sent": sent, "day": day, "score": score,
                      "weight": weight, "customer": customer, "channel": channel})  # fmt: skip
    return found


ROWS = _rows()


def csv_of(rows: list[Row]) -> str:
    heads = list(rows[0])
    lines = [",".join("" if row[name] is None else str(row[name]) for name in heads) for row in rows]
    return "\n".join([",".join(heads), *lines]) + "\n"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("identity") / "answers"
    write(folder, WORKSPACE, answers=csv_of(ROWS), teams="id,name\nN,North\nS,South\n")
    load_folder(folder)
    opened = open_warehouse(read_workspace(folder))
    yield opened
    opened.close()


def known(row: Row, name: str, test: Callable[[Any], bool]) -> bool | None:
    return None if row[name] is None else test(row[name])


TERMS: dict[str, Callable[[Row], bool | None]] = {
    "score > 4": lambda row: known(row, "score", lambda score: score > 4),
    "weight is not null": lambda row: row["weight"] is not None,
    "channel = 'mail'": lambda row: known(row, "channel", lambda channel: channel == "mail"),
    "team = 'North'": lambda row: known(row, "team", lambda team: team == "N"),
    "not customer_id = 'c1'": lambda row: known(row, "customer", lambda key: key != "c1"),
}
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "count({table}{rows})": (),
    "count({table}.channel{rows})": ("channel",),
    "share({table}.score >= 4{rows})": ("score",),
    "mean({table}.score, {table}.weight{rows})": ("score", "weight"),
    "nps({table}.score{rows})": ("score", "scale"),
    "median({table}.score{rows})": ("score",),
    "distinct({table}.customer_id{rows})": ("customer",),
}
TIMES = {"": "day", " at sent_at": "sent"}
PERIODS = st.sampled_from([("2024-01-01", "2024-02-01"), ("2024-02-10", "2024-02-17"), ("2024-01-01", "2024-12-31")])
AS_OF = dt.date(2024, 3, 10)


def why_out(row: Row, terms: list[str], needs: tuple[str, ...], teams: list[str]) -> tuple[str, str] | None:
    """The first reason a row of the period does not count; None: it does."""
    if teams and NAMES.get(row["team"]) not in teams:
        return "slice", "team"
    for term in terms:
        holds = TERMS[term](row)
        if holds is not True:
            return "condition" if holds is False else "condition_unknown", term
    for need in needs:
        if need == "scale" and (row["score"] < 0 or row["score"] > 10 or row["score"] % 1):
            return "not_0_to_10", "score"
        if need == "weight" and row["weight"] is None:
            return "no_weight", "weight"
        if need not in ("scale", "weight") and row[need] is None:
            return "value_unknown", need
    return None


def by_hand(
    time: str,
    terms: list[str],
    needs: tuple[str, ...],
    teams: list[str],
    seen: str | None,
    start: dt.date,
    end: dt.date,
) -> tuple[dict[str, int], Counter[tuple[str, str] | None]]:
    """Where the rows are, and why those of the period are left out."""
    mine = [row for row in ROWS if seen is None or row["team"] == seen]
    last = min(end, AS_OF + dt.timedelta(days=1))
    inside = [row for row in mine if row[time] is not None and start <= row[time] < last]
    timed = [row[time] for row in mine if row[time] is not None]
    places = {"loaded": len(mine), "no_time": len(mine) - len(timed), "in_period": len(inside)}
    places["later"] = sum(day > AS_OF for day in timed)
    return places, Counter(why_out(row, terms, needs, teams) for row in inside)


@given(
    function=st.sampled_from(sorted(FUNCTIONS)),
    window=st.sampled_from(sorted(TIMES)),
    terms=st.lists(st.sampled_from(sorted(TERMS)), unique=True, max_size=3),
    teams=st.sampled_from([[], ["North"], ["North", "South"]]),
    seen=st.sampled_from([None, "S"]),
    period=PERIODS,
)
def test_every_row_is_counted_or_left_out_for_the_first_reason_that_holds(
    warehouse: Warehouse, function: str, window: str, terms: list[str], teams: list[str], seen: str | None,
    period: tuple[str, str],
) -> None:  # fmt: skip
    start, end = (dt.date.fromisoformat(day) for day in period)
    where = f" where {' and '.join(terms)}" if terms else ""
    part = bound(function.format(table="survey_responses", rows=window + where))
    scope = Scope.everything() if seen is None else Scope.of_teams(seen)
    filters = (("team", tuple(teams)),) if teams else ()
    question = Question(scope, AsOf(AS_OF, True), start, end, warehouse.facts.calendar, "all", (), filters)
    found = account_of(part, question, warehouse)
    places, reasons = by_hand(TIMES[window], terms, FUNCTIONS[function], teams, seen, start, end)
    assert {name: getattr(found, name) for name in places} == places
    assert told(found) == sorted((reason, n) for (reason, _), n in pairs(reasons))
    assert found.counted == reasons[None]
    assert found.in_period == found.counted + sum(one.rows for one in found.left_out)
    assert found.loaded == found.in_period + found.other_days + found.no_time + found.later
    if part.function != "distinct":
        assert found.counted == counted_by_the_metric(part, question, warehouse)


def told(found: RowAccount) -> list[tuple[str, int]]:
    return sorted((one.reason, one.rows) for one in found.left_out if one.rows)


def pairs(reasons: Counter[tuple[str, str] | None]) -> list[tuple[tuple[str, str], int]]:
    return [(reason, n) for reason, n in reasons.items() if reason is not None]


def bound(formula: str) -> Aggregate:
    value = Binder(contracts(), lambda _: None, frozenset()).formula(parse(formula))
    assert isinstance(value, Aggregate)
    return value


def counted_by_the_metric(part: Aggregate, question: Question, warehouse: Warehouse) -> int:
    """n of the metric itself."""
    scan = compile_plain([part], question, warehouse)
    row: Any = warehouse.read(scan.statement)[0]
    return int(row[[name for _, name in scan.parts].index("n")])


def test_the_rows_were_all_published(warehouse: Warehouse) -> None:
    assert warehouse.facts.tables["survey_responses"].rows == len(ROWS)
    assert read_catalog().problems == ()
