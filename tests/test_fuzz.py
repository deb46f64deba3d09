"""Whatever a file holds, the answer is a catalogue or problems with places: no traceback, no SQL from a file."""

from __future__ import annotations

import datetime as dt
import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_checks.contract import contracts
from data_checks.errors import FileProblems
from data_checks.load import load
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from data_checks.yaml_file import parse_documents
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.language.bind import Binder
from metrics.language.bound import Constant
from metrics.language.formula import FormulaError, parse
from metrics.scope import Scope
from tests.small_company import load_small_company

WORDS = (
    "count sum mean share nps distinct median percentile min max orders tickets survey_responses customers . , ( ) "
    "+ - * / = <> < <= > >= and or not where at open end start during union intersect except in between is null true "
    "false 1 90 0.5 'csat' '2024-01-31' 'x''y' revenue score sold customer_id opened_at resolved_at transfers team "
    'segment period_start period_end hours_between days_between csat revenue_ ; -- " DROP select \\ é'
).split()

formulas = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
keys = st.sampled_from("metric formula red goal unit weight min_n retention rolling name status ripe_after x".split())
scalars = st.one_of(formulas, st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=12), st.dates())
yaml_text = st.one_of(
    st.text(max_size=80),
    st.dictionaries(keys, scalars, max_size=6).map(lambda d: "\n".join(f"{k}: {v}" for k, v in d.items())),
)


@given(st.one_of(formulas, st.text(max_size=60)))
def test_any_text_is_a_formula_or_a_mistake_with_a_place(text):
    try:
        tree = parse(text)
    except FormulaError as error:
        mistake = error
    else:
        mistake = None
    if mistake is not None:
        assert min(mistake.at.line, mistake.at.column) >= 1
        assert str(mistake)
        return
    binder = Binder(contracts(), lambda name: Constant(1.0), frozenset({"csat"}))
    value = binder.formula(tree)
    assert (value is None) == bool(binder.faults)
    for fault in binder.faults:
        assert fault.at.line >= 1
        assert fault.message.endswith((".", "?", "…", ")", "'"))


@given(yaml_text)
def test_any_file_is_a_catalogue_or_problems_with_places(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("fuzz") / "metrics"
    folder.mkdir()
    (folder / "m.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    catalog = read_catalog(folder)
    assert "csat" in catalog.metrics or catalog.problems or catalog.notes
    for problem in catalog.problems:
        assert problem.place.file.startswith("metrics/m.yaml")


NUMBERS = ("revenue", "revenue - cost", "units / revenue", "days_between(ordered_at, delivered_at)")
CONDITIONS = (
    "sold", "not sold", "revenue > 50", "revenue between 10 and 60", "customer_id is not null", "segment = 'SMB'",
    "status in ('completed', 'returned')", "ordered_on >= '2024-02-01'", "previous_order_at >= period_start",
    "ordered_at < period_end", "customer_id in (tickets.customer_id where transfers > 0)",
    "not customer_id in (tickets.customer_id open at end)", "(months_since_first < 2 or revenue is null)",
)  # fmt: skip
wheres = st.lists(st.sampled_from(CONDITIONS), max_size=2).map(lambda c: f" where {' and '.join(c)}" if c else "")
amounts = st.sampled_from(NUMBERS).map(lambda text: re.sub(r"\b(revenue|cost|units|ordered_at)\b", r"orders.\1", text))
plain = st.builds(
    lambda function, amount, window, where: f"{function}{amount}{window}{where})",
    st.sampled_from(["sum(", "mean(", "min(", "max(", "median(", "percentile(90, "]),
    amounts,
    st.sampled_from(["", " at delivered_at", " at first_order_at"]),
    wheres,
)
counted = st.sampled_from(["count(orders)", "distinct(orders.customer_id)", "count(tickets open at end)"])
shares = st.builds(
    lambda test, where: f"share(orders.revenue > 20 and ({test}){where})", st.sampled_from(CONDITIONS), wheres
)
sets = st.builds(
    lambda where, word: f"distinct(orders.customer_id{where} {word} tickets.customer_id where transfers > 0)",
    wheres,
    st.sampled_from(["union", "intersect", "except"]),
)
terms = st.one_of(plain, counted, shares, sets)
whole = st.one_of(terms, st.builds(lambda a, op, b: f"{a} {op} {b}", terms, st.sampled_from("+-*/"), terms))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("fuzzed") / "company")
    more = "status: status, cost: revenue, units: revenue, delivered_at: day}"
    text = (folder / "workspace.yaml").read_text().replace("status: status}", more)
    (folder / "workspace.yaml").write_text(text)
    load(read_workspace(folder), dt.datetime(2024, 5, 1, 7, 0))
    warehouse = open_warehouse(read_workspace(folder))
    yield warehouse
    warehouse.close()


@given(whole, st.sampled_from(["month", "quarter", "all"]), st.sampled_from([(), ("segment",)]), st.booleans())
def test_any_right_formula_has_finite_answers_inside_their_intervals(small, tmp_path_factory, text, grain, by, rolls):
    folder = tmp_path_factory.mktemp("right") / "metrics"
    folder.mkdir()
    shape = {"rolling": {"of": text, "last": "2 months"}} if rolls else {"formula": text}
    (folder / "m.yaml").write_text(json.dumps({"metric": "m", "min_n": 1, **shape}))
    catalog = read_catalog(folder)
    assert catalog.problems == (), text
    question = ask(small, catalog, Scope.everything(), ["m"], grain, by)
    for result in evaluate(small, catalog, question, ["m"])["m"]:
        numbers = (result.value, result.low, result.high, result.numerator, result.denominator)
        assert all(number is None or math.isfinite(number) for number in numbers), (text, result)
        if None not in (result.low, result.value, result.high):
            assert result.low - 1e-9 <= result.value <= result.high + 1e-9, (text, result)
        assert result.state != "ok" or result.value is not None


@pytest.mark.parametrize(
    "text", ["[" * 400 + "]" * 400, "a: &a [*a]", "&x *x", "? [a, b]\n: c", "\x00", "a: !!python/object:os.system x"]
)
def test_hostile_yaml_is_a_sentence(text):
    try:
        told = [problem for document in parse_documents(text, "m.yaml") for problem in document.problems]
    except FileProblems as error:
        told = list(error.problems)
    assert all(problem.place.file == "m.yaml" for problem in told)
