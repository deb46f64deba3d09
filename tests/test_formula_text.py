"""Parts of a formula written out again: what is written is read back as the very same tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.catalog import read_catalog
from metrics.language.bound import RetentionOf, leaves
from metrics.language.formula import parse, parse_set
from metrics.language.text import part_text, text_of

CATALOG = read_catalog(Path(__file__).parent / "workspaces" / "nowhere")
WRITTEN = sorted(metric.formula for metric in CATALOG.metrics.values() if metric.formula)

ATOMS = st.sampled_from(["a", "t.b", "1", "2.5", "'it''s'", "true", "hours_between(t.x, t.y)"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.flatmap(lambda two: st.sampled_from([f"({two[0]}) {op} ({two[1]})" for op in
                                                  ("or", "and", "+", "-", "*", "/", "=", "<>", "<=")])),
        inner.map(lambda one: f"not ({one})"),
        inner.map(lambda one: f"-({one})"),
        inner.map(lambda one: f"({one}) is not null"),
        pair.map(lambda two: f"({two[0]}) not between ({two[1]}) and ({two[0]})"),
        pair.map(lambda two: f"({two[0]}) in ({two[1]}, 'x')"),
        pair.map(lambda two: f"(a) not in (t.k booked at end where {two[0]} except u.k at z where {two[1]})"),
        pair.map(lambda two: f"share({two[0]}, {two[1]} open during where {two[0]})"),
    )  # fmt: skip


@given(st.recursive(ATOMS, _grown, max_leaves=8))
def test_what_is_written_out_reads_as_the_same_tree(text: str) -> None:
    assert text_of(parse(text_of(parse(text)))) == text_of(parse(text))
    assert parse(text_of(parse(text))) == parse(text)


@pytest.mark.parametrize("formula", WRITTEN)
def test_library_formulas_are_written_out_as_they_were(formula: str) -> None:
    assert text_of(parse(formula)) == " ".join(formula.split())


@pytest.mark.parametrize("metric", sorted(name for name, one in CATALOG.metrics.items() if one.frame is None))
def test_every_part_is_a_formula_of_its_own(metric: str) -> None:
    for leaf in leaves(CATALOG.bound[metric]):
        written = part_text(leaf)
        read = parse_set(written) if isinstance(leaf, RetentionOf) else parse(written)
        assert read is not None


def test_brackets_stand_only_where_they_must() -> None:
    assert text_of(parse("((a + b)) * c - (d - e)")) == "(a + b) * c - (d - e)"
    assert text_of(parse("(a and b) and (c or not (d = 1))")) == "a and b and (c or not d = 1)"
