"""Hostile metric files, whole: a right definition or named mistakes, soon; and no text of a file is ever SQL."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from data_checks.yaml_file import parse_documents
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.scope import Scope
from tests.small_company import load_small_company
from tests.test_fuzz import WORDS

KEYS = (
    "metric formula name question description perspective objective unit red goal stretch weight min_n ripe_after "
    "timing drives benchmark needs owner status retention rolling to_date compare model of last with as since every "
    "after cohort from where value lag sign scale <<"
).split()
VALUES = (
    "m", "csat", "count(tickets)", "mean(tickets.transfers)", "share(tickets.reopens > 0)", "csat + m",
    "orders.customer_id", "75%", "85%", "1", "0", "-1", "30", "1e400", ".nan", ".inf", "0x1F", "1_000", "1:30", "~",
    "yes", "null", "''", "'", '"', "customer", "percent", "hours", "certified", "leading", "90 days", "3 months",
    "0 days", "1 year ago", "month", "2026-01", "2024-02-30", "2024-01-01 25:00:00", "[1, 2]", "{a: b}",
    "[{from: 2026-01, value: 5}]", "{of: csat, last: 3 months}", "{of: orders.customer_id, after: 1}",
    "[{metric: csat, lag: 1 month, sign: +}]", "{metric: csat, scale: 1-5}", "&a [*a]", "&b x", "*b", "*nowhere",
    "!!python/object/apply:os.system ['true']", "!!binary aGk=", "!!float x", "!x y", "|", ">-", "? a", "- b", "%TAG",
    "@at", "`tick`", "\t", "\x00", "\x07", "\ufeff", "\u2028", "é", "数", "\ud800", "😀", "'; drop table tickets; --",
    "[" * 150, "{a: " * 150, "(" * 400, "not " * 400, "- " * 400, "9" * 400,
)  # fmt: skip
LIBRARY = read_catalog()
BREAKS = st.sampled_from(["\n", "\n", "\n", "\n", "\r\n", "\r", "\n---\n", "\n...\n", "\n  ", "\n\t", " ", ""])
lines = st.builds(
    lambda key, colon, value: f"{key}{colon}{value}",
    st.sampled_from(KEYS) | st.text(max_size=6),
    st.sampled_from([": ", ": ", ": ", ":", " :  ", ":\n  "]),
    st.sampled_from(VALUES) | st.text(max_size=20) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
)
noise = st.lists(st.tuples(lines, BREAKS), max_size=8).map(lambda found: "".join(line + end for line, end in found))
begun = noise.map(lambda rest: f"metric: m\nformula: count(tickets)\n{rest}")
files = (noise | begun).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=60)
_SENTENCE = re.compile(r".*(\.|\?|\.\.\.)", re.DOTALL)


@given(files)
@example(b"metric: m\nformula: " + b"(" * 100_000)
@example(b"metric: m\nformula: " + b" + ".join([b"1"] * 10_000))
@example(b"metric: m\nformula: count(tickets where " + b"not " * 10_000 + b"sla_met)")
@example(b"metric: m\nformula: " + b"-" * 100_000 + b"1")
@example(b"metric: m\nformula: count(tickets where team = '" + b"x" * 1_000_000 + b"')")
@example(b"metric: m\nformula: count(tickets)\ndescription: >-\n" + b"  word\n" * 150_000)
@example(b"[" * 250_000)
@example(b"- " * 125_000)
@example(b"{a: " * 60_000)
@example(
    b"a: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"b%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12))
)
@example(b"metric: &m m\nformula: count(tickets)\nname: *m\n<<: {unit: number}\n<<: {unit: hours}\n")
@example(b"metric: m\nformula: !!python/object/apply:os.system ['true']\n")
@example(b"\xef\xbb\xbfmetric: m\r\nformula: count(tickets)\r\n")
@example(b"metric: m\nformula:\tcount(tickets)\n\tname: x\n")
@example("metric: größe\nformula: count(tickets)\n".encode())
@example(b"metric: m\nformula: count(tickets)\nneeds: " + b"[x" + b", x" * 60_000 + b"]\n")
def test_any_file_is_a_definition_or_mistakes_with_places(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("hostile") / "metrics"
    folder.mkdir()
    (folder / "m.yaml").write_bytes(content)
    catalog = read_catalog(folder, before=LIBRARY)
    own = [name for name, metric in catalog.metrics.items() if metric.place.file == "metrics/m.yaml"]
    assert own or catalog.problems or not documents(content)
    for problem in catalog.problems:
        assert problem.place.file == "metrics/m.yaml"
        assert min(problem.place.line or 1, problem.place.column or 1) >= 1
        assert _SENTENCE.fullmatch(problem.message), problem.message
        assert "Traceback" not in problem.message


def documents(content):
    """What a right file holds that is not blank: comments alone define nothing and break nothing."""
    return [document for document in parse_documents(content, "m.yaml") if document.data is not None]


_MARK = "§"
HOSTILE = (
    "'; drop table tickets; --", '"; drop table tickets; --', "x' or '1'='1", "\\'; delete from orders; --", "/* */",
    "--", "%s", ":name", "{0}", "?", "$1", "é'数", "\n; drop view orders;", "x" * 300,
)  # fmt: skip
texts = st.sampled_from(HOSTILE) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"]), max_size=25
)
PLACES = (
    "count(tickets where ticket_id = {0})", "count(tickets where team <> {0})",
    "count(tickets where ticket_id in ({0}, {1}))",
    "share(tickets.ticket_id = {0} where team = {1})", "count(tickets where ticket_id between {0} and {1})",
    "distinct(orders.customer_id where segment = {0} except tickets.customer_id where ticket_id = {1})",
    "sum(orders.revenue where customer_id in (tickets.customer_id where ticket_id = {0}))",
    "median(tickets.transfers where not ticket_id = {0} or ticket_id = {1})",
)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("hostile") / "company")
    warehouse = open_warehouse(read_workspace(folder))
    yield warehouse
    warehouse.close()


@given(st.sampled_from(PLACES), texts, texts, st.sampled_from(["month", "all"]))
def test_no_text_of_a_file_is_part_of_a_statement(small, tmp_path_factory, place, first, second, grain):
    folder = tmp_path_factory.mktemp("literal") / "metrics"
    folder.mkdir()
    quoted = ["'" + text.replace("'", "''") + "'" for text in (f"{first}{_MARK}", f"{second}{_MARK}")]
    (folder / "m.yaml").write_text(
        json.dumps({"metric": "m", "formula": place.format(*quoted)}, ensure_ascii=False), encoding="utf-8"
    )
    catalog = read_catalog(folder, before=LIBRARY)
    if catalog.problems:
        assert "nothing lies between" in catalog.problems[0].message
        return
    statements = []
    listening = (sa.Engine, "before_cursor_execute", lambda *call: statements.append(call[2:4]))
    sa.event.listen(*listening)
    try:
        evaluate(small, catalog, ask(small, catalog, Scope.everything(), ["m"], grain), ["m"])
    finally:
        sa.event.remove(*listening)
    assert statements
    assert not any(_MARK in text for text, _ in statements)
    wanted = {f"{text}{_MARK}" for text, slot in ((first, "{0}"), (second, "{1}")) if slot in place}
    assert wanted <= {value for _, values in statements for value in _flat(values) if isinstance(value, str)}


def _flat(values):
    """The parameters of a statement, however the driver takes them."""
    values = values.values() if isinstance(values, dict) else values
    return [value for inner in values for value in (inner if isinstance(inner, list | tuple) else [inner])]
