"""What an expression of a mapping may do: look at its row, and nothing else."""

from __future__ import annotations

import contextlib
import resource

import pytest

from data_checks.expression import ExpressionError, parse_expression, result_type


@pytest.mark.parametrize(
    "text",
    [
        "a", '"Customer ID"', "a || '-x'", "case when a in ('1', '2') then a end", "coalesce(nullif(a, '?'), b)",
        "try_cast(a as bigint) * 2", "a::date", "strptime(a, '%d.%m.%Y')", "make_timestamp(2016, 5, 1, 0, 0, 0)",
        "regexp_replace(a, 'x', '') -- a remark", "a like 'x%' and not (b is null)", "extract(year from a::date)",
        "'; drop table x'", "a between '1' and '2'", "interval 1 day", "lower(trim(a))", "split_part(a, '-', 1)",
    ],
)  # fmt: skip
def test_expressions_over_the_row_pass(text: str) -> None:
    parse_expression(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a; select 1", "more than one statement"),
        ("a, b", "more than one item"),
        ("a b", "without the name 'b'"),
        ("a from t", "no from"),
        ("a limit 1", "no from"),
        ("(select 1)", "a subquery is not allowed"),
        ("a in (select 1)", "a subquery is not allowed"),
        ("exists (select 1)", "a subquery is not allowed"),
        ("*", "'*' is not allowed"),
        ("count(*) over ()", "a window function is not allowed"),
        ("?", "a parameter is not allowed"),
        ("a +", "does not parse"),
        ("a) || (b", "does not parse"),
        ("sum(a)", "needs `group_by`"),
        ("now()", "reaches outside the row"),
        ("random()", "reaches outside the row"),
        ("getenv('HOME')", "reaches outside the row"),
        ("read_text('/etc/hostname')", "reaches outside the row"),
        ("read_csv('x')", "reaches outside the row"),
        ("glob('*')", "reaches outside the row"),
        ("current_setting('temp_directory')", "reaches outside the row"),
        ("getvariable('x')", "reaches outside the row"),
        ("query('select 1')", "reaches outside the row"),
        ("json_execute_serialized_sql('x')", "reaches outside the row"),
        ("case when true then read_blob('x') end", "reaches outside the row"),
        ("lowr(a)", "no function lowr()"),
        ("t.a", "no column name"),
    ],
)
def test_everything_else_is_refused(text: str, why: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert why in str(caught.value)


def test_aggregates_pass_with_group_by() -> None:
    expression = parse_expression("sum(a * b)", aggregates=True)
    assert expression.has_aggregate
    assert expression.columns == ("a", "b")
    columns = {"a": "bigint", "b": "double", "c": "varchar"}
    assert result_type(expression, columns, [parse_expression("c")]) == "DOUBLE"


def test_a_column_that_is_not_grouped_needs_an_aggregate() -> None:
    with pytest.raises(ExpressionError, match="put it into `group_by`"):
        result_type(parse_expression("a", True), {"a": "varchar", "c": "varchar"}, [parse_expression("c")])


@pytest.mark.parametrize("text", ["rpad('x', 2000000000, 'y')", "repeat('x', 2000000000)", "len(range(3000000000))"])
def test_finding_the_type_of_an_expression_computes_nothing(text: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with contextlib.suppress(ExpressionError):
        result_type(parse_expression(text), {"a": "varchar"})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KiB
