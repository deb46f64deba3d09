"""Many distinct( ) of one key are counted in one look at its rows, each as if it stood alone."""

from __future__ import annotations

import pytest

from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.scope import Scope
from tests import loading
from tests.small_company import load_small_company

LEAST = range(0, 280, 4)
"""Seventy amounts: more than one number has bits."""
SPENT = {"2024-01": {"c1": 100, "c2": 200}, "2024-02": {}, "2024-03": {"c2": 80}, "2024-04": {"c1": 60}}
"""The greatest order of every customer that was not cancelled; the one of 40 names nobody."""
METRICS = "\n---\n".join(
    f"metric: over_{least}\nformula: distinct(orders.customer_id where sold and revenue > {least})" for least in LEAST
)
ONE_OF_TWO = """metric: bought_or_wrote
formula: distinct(orders.customer_id where sold union tickets.customer_id)
---
metric: bought
formula: distinct(orders.customer_id where sold)
"""


class Counting:
    """A warehouse that remembers what it was asked."""

    prepared = ""

    def __init__(self, warehouse) -> None:
        self.warehouse = warehouse
        self.asked: list[object] = []

    def __getattr__(self, name):
        return getattr(self.warehouse, name)

    def read(self, statement):
        self.asked.append(statement)
        return self.warehouse.read(statement)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("distinct") / "company")
    (folder / "metrics" / "over.yaml").write_text(METRICS)
    warehouse = open_warehouse(read_workspace(folder))
    yield Counting(warehouse), read_catalog(folder / "metrics")
    warehouse.close()


def values(company, by=(), **options):
    warehouse, catalog = company
    names = [f"over_{least}" for least in LEAST]
    question = ask(warehouse, catalog, Scope.everything(), names, "month", by, **options)
    return evaluate(warehouse, catalog, question, names)


def test_every_one_of_seventy_counts_its_own_customers(company):
    warehouse, _ = company
    warehouse.asked.clear()
    found = values(company)
    assert len(warehouse.asked) == 2  # 62 and 8
    for least in LEAST:
        counted = {f"{one.period.start:%Y-%m}": one.n for one in found[f"over_{least}"]}
        assert counted == {month: sum(amount > least for amount in spent.values()) for month, spent in SPENT.items()}, (
            least
        )


def test_they_are_cut_by_what_the_customer_is(company):
    found = values(company, by=("segment",), where={"segment": ["SMB"]})
    counted = [(f"{one.period.start:%Y-%m}", one.slices["segment"], one.n) for one in found["over_60"] if one.n]
    assert counted == [("2024-01", "SMB", 2), ("2024-03", "SMB", 1)]


def test_a_union_of_which_only_one_set_was_loaded_is_counted_like_that_set(tmp_path):
    orders = (
        "id,customer,day,status\no1,c1,2024-01-10,completed\no2,c2,2024-01-11,cancelled\no3,c1,2024-02-01,completed\n"
    )
    columns = "{order_id: id, customer_id: customer, ordered_at: day, status: status}"
    workspace = f"title: X\nas_of: 2024-02-29\nsources: {{orders: {{files: orders.csv, columns: {columns}}}}}\n"
    folder = loading.write(tmp_path, workspace, orders=orders)
    loading.load_folder(folder)
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(ONE_OF_TWO)
    catalog, names = read_catalog(folder / "metrics"), ["bought_or_wrote", "bought"]
    warehouse = open_warehouse(read_workspace(folder))
    counting = Counting(warehouse)
    question = ask(counting, catalog, Scope.everything(), names)
    found = evaluate(counting, catalog, question, names)
    warehouse.close()
    assert [[one.n for one in found[name]] for name in names] == [[1, 1], [1, 1]]
    assert len(counting.asked) == 1


RIVALS = """id,metric,competitor,industry,day,value
1,nps,Acme,retail,2024-01-01,40
2,nps,Bolt,telecom,2024-01-01,30
3,csat,Bolt,telecom,2024-01-01,0.7
"""
SHARE_OF_RETAIL = """metric: rivals_in_retail
formula: distinct(benchmarks.competitor where industry = 'retail') / distinct(benchmarks.competitor)
---
metric: customers_a_rival
formula: distinct(orders.customer_id) / distinct(benchmarks.competitor)
"""
ORDERS = "id,customer,day\no1,c1,2024-01-10\no2,c2,2024-01-11\no3,c3,2024-01-12\n"
CUSTOMERS = "id,segment\nc1,SMB\nc2,Large\nc3,SMB\n"


@pytest.mark.parametrize(
    ("by", "customers", "retail"),
    [((), {(): 1.5}, {(): 0.5}), (("segment",), {("Large",): 0.5, ("SMB",): 1.0}, {})],
    ids=["whole", "cut"],
)
def test_what_cannot_be_cut_is_the_same_for_every_slice_and_alone_in_none(tmp_path, by, customers, retail):
    sources = {
        "orders": "{files: orders.csv, columns: {order_id: id, customer_id: customer, ordered_at: day}}",
        "customers": "{files: customers.csv, columns: {customer_id: id, segment: segment}}",
        "benchmarks": "{files: rivals.csv, columns: {benchmark_id: id, metric: metric, competitor: competitor, "
        "industry: industry, period_start: day, value: value}}",
    }
    told = "".join(f"  {name}: {source}\n" for name, source in sources.items())
    folder = loading.write(
        tmp_path, f"title: X\nas_of: 2024-12-31\nsources:\n{told}", orders=ORDERS, customers=CUSTOMERS, rivals=RIVALS
    )
    loading.load_folder(folder)
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(SHARE_OF_RETAIL)
    catalog, names = read_catalog(folder / "metrics"), ["rivals_in_retail", "customers_a_rival"]
    warehouse = open_warehouse(read_workspace(folder))
    question = ask(warehouse, catalog, Scope.everything(), names, "year", by)
    found = evaluate(warehouse, catalog, question, names)
    warehouse.close()
    values = {name: {tuple(one.slices.values()): one.value for one in found[name]} for name in names}
    assert values == {"customers_a_rival": customers, "rivals_in_retail": retail}
