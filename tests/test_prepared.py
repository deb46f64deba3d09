"""What is prepared with a load gives the numbers of the facts, to the last digit that adding up can promise."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import pytest
import sqlalchemy as sa

from data_checks.errors import LoadRefused
from data_checks.load import load
from data_checks.warehouse import current_version, open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask, cannot_cut
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.language.kinds import measured
from metrics.language.provided import missing
from metrics.prepare import prepare
from metrics.scope import Scope
from metrics.screen import build_scorecard, default_period
from metrics.sql.rollup import prepared_of
from metrics.sql.scans import scans_of
from tests.small_company import load_small_company

EVERYBODY = Scope.everything()


class FromFacts:
    """The same warehouse, as if nothing had been prepared; `statements` counts what it is asked."""

    def __init__(self, warehouse, prepared=""):
        self.warehouse = warehouse
        self.prepared = prepared
        self.statements = 0

    def __getattr__(self, name):
        return getattr(self.warehouse, name)

    def read(self, statement):
        self.statements += 1
        return self.warehouse.read(statement)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("prepared") / "company")
    warehouse = open_warehouse(read_workspace(folder))
    yield warehouse, read_catalog(folder / "metrics")
    warehouse.close()


@pytest.fixture(scope="module")
def company(loaded_demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared") / "demo"
    shutil.copytree(loaded_demo, folder)
    workspace = read_workspace(folder)
    warehouse = open_warehouse(workspace)
    yield warehouse, read_catalog()
    warehouse.close()


ASKED: list[tuple[str, tuple[str, ...], dict]] = [
    ("month", (), {}),
    ("month", ("team",), {}),
    ("month", ("department",), {}),
    ("month", ("team", "agent"), {}),
    ("month", (), {"where": {"team": ["North"]}}),
    ("month", (), {"where": {"team": ["North", "South"]}}),
    ("month", (), {"where": {"team": [None]}}),
    ("month", ("team",), {"where": {"team": ["North"]}}),
    ("month", (), {"until": dt.date(2024, 3, 20)}),
    ("month", (), {"scope": Scope.of_teams("N")}),
    ("day", (), {}),
    ("week", ("team",), {}),
    ("quarter", (), {}),
    ("year", ("team",), {}),
    ("all", (), {}),
    ("all", ("team",), {"start": dt.date(2024, 1, 10), "end": dt.date(2024, 3, 7)}),
]
QUESTIONS = [
    pytest.param({"grain": grain, "by": by} | more, id=f"{grain}-{'-'.join(by) or 'whole'}-{'-'.join(more) or 'all'}")
    for grain, by, more in ASKED
]


def same(ours, facts):
    """Equal states and counts, and values but for the rounding of another order of adding."""
    assert len(ours) == len(facts)
    for a, b in zip(ours, facts, strict=True):
        assert (a.metric, a.period, a.slices, a.state, a.n) == (b.metric, b.period, b.slices, b.state, b.n)
        for name in ("value", "numerator", "denominator", "low", "high"):
            left, right = getattr(a, name), getattr(b, name)
            assert left == (None if right is None else pytest.approx(right, rel=1e-9, abs=1e-9)), (a, b)


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_number_is_the_same_from_what_was_prepared_and_from_the_facts(asked, small):
    warehouse, catalog = small
    asked = {"scope": EVERYBODY, **asked}
    slices = (*asked["by"], *asked.get("where", {}))
    compared = 0
    for metric, value in catalog.bound.items():
        if missing(value, warehouse.facts.tables) is None and not cannot_cut(warehouse, value, slices):
            question = ask(warehouse, catalog, metrics=[metric], **asked)
            ours = evaluate(warehouse, catalog, question, [metric])[metric]
            same(ours, evaluate(FromFacts(warehouse), catalog, question, [metric])[metric])
            compared += sum(result.value is not None for result in ours)
    assert compared >= 15


@pytest.mark.parametrize("where", [{}, {"team": ("South",)}], ids=["company", "team"])
def test_the_board_of_the_example_company_is_the_same_from_the_facts(where, company):
    warehouse, catalog = company
    boards = [
        build_scorecard(source, catalog, EVERYBODY, default_period(warehouse), where=where)
        for source in (warehouse, FromFacts(warehouse))
    ]
    cards = [[card for branch in board.branches for card in branch.cards] for board in boards]
    assert len(cards[0]) >= 15
    same([card.result for card in cards[0]], [card.result for card in cards[1]])
    for ours, facts in zip(*cards, strict=True):
        same(ours.trend, facts.trend)


def test_a_board_asks_for_what_was_prepared_and_for_no_fact(company):
    warehouse, catalog = company
    counting = FromFacts(warehouse, warehouse.prepared)
    read = []
    counting.read = lambda statement: read.append(warehouse.sql(statement)) or warehouse.read(statement)
    build_scorecard(counting, catalog, EVERYBODY, default_period(warehouse))
    tables = set(warehouse.facts.tables) - {"teams", "agents"}  # who belongs to whom
    assert [sql for sql in read if any(f"FROM {table}" in sql for table in tables)] == []
    others = ["answers", "intervals", "models", "benchmarks", "teams", "agents"]
    assert len(read) <= len(prepared_of(warehouse).rollups) + len(others)


def test_metrics_of_one_table_and_time_share_one_scan(company):
    warehouse, catalog = company
    names = ["tickets_opened", "transfers_per_ticket"]
    question = ask(warehouse, catalog, EVERYBODY, names)
    items = [item for name in names for item in measured(catalog.bound[name])]
    scans = scans_of(items, question, warehouse)
    assert sum("FROM tickets" in warehouse.sql(scan.statement) for scan, _ in scans) == 1


def test_an_edited_definition_is_never_answered_from_what_was_prepared_for_the_old_one(small, tmp_path):
    warehouse, _ = small
    edited = tmp_path / "metrics"
    edited.mkdir()
    (edited / "own.yaml").write_text("metric: revenue\nformula: sum(orders.revenue where status = 'cancelled')\n")
    changed = read_catalog(edited)
    question = ask(warehouse, changed, EVERYBODY, ["revenue"], "all")
    assert [r.value for r in evaluate(warehouse, changed, question, ["revenue"])["revenue"]] == [500]


def test_a_version_that_nothing_was_prepared_for_still_answers(small):
    assert prepared_of(FromFacts(small[0])).rollups == ()


def test_a_rollup_that_is_not_its_facts_refuses_the_load(tmp_path, monkeypatch):
    folder = load_small_company(tmp_path / "company")
    workspace, catalog = read_workspace(folder), read_catalog(folder / "metrics")
    before = current_version(workspace.var)

    def wrong(version):
        """An engine that loses a row while it builds the rollup of orders."""
        keep = version.keep

        def lossy(table, statement):
            if table.name == "rollup_orders_ordered_at":
                statement = statement.where(sa.literal_column("orders.order_id") != "o3")
            keep(table, statement)

        version.keep = lossy
        prepare(version, catalog)

    with pytest.raises(LoadRefused, match=r"the sums prepared for orders are not those of its rows \(2024-01-01"):
        load(replace(workspace, as_of=dt.date(2024, 4, 29)), dt.datetime(2024, 5, 2), prepare=wrong)
    assert current_version(workspace.var) == before
