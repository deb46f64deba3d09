"""One row per answer: its score, and what happened in the ticket or order it is about. Only what a source provides."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import Aggregate
from metrics.language.tree import Name, Node, Operation
from metrics.question import Question
from metrics.sql.constructs import Element, day, seconds_between
from metrics.sql.scope_sql import in_scope
from metrics.sql.selection import Selection

ANSWERS = "survey_responses"
SCORE = "score"
NUMBERS = ("first_reply_minutes", "resolution_hours", "transfers", "reopens", "delivered_on_time", "review_score")
WORDS = ("topic", "channel")

MOST_QUESTIONS = 30
"""Only the questions answered most often: a column of free text is no list of questions."""


@dataclass(frozen=True)
class DriverTable:
    """`answers`: one row each; SCORE and the columns of NUMBERS and WORDS that some source provides.

    `questions`: one row per answer with further questions in the same sitting; SCORE and one column per question.
    `tops`: per question how many of its answers are in the upper two steps of its scale, and how many there are.
    `is_score`: SCORE is the score given, not what the metric makes of it.
    """

    answers: pd.DataFrame
    questions: pd.DataFrame
    tops: Mapping[str, tuple[int, int]]
    is_score: bool


def driver_table(warehouse: Warehouse, question: Question, value: Aggregate) -> DriverTable:
    """The answers that a mean, share or NPS of answers counts in the question's whole span, as its reader may see."""
    whole = question.at("all", question.start, question.end)
    selection = Selection(value.table, value.window, whole, warehouse.table, frame=value.frame)
    assert value.argument is not None
    is_score = _names(value.argument) == {SCORE}
    score = selection.table.c[SCORE] if is_score else sa.cast(selection.rows.sql(value.argument), sa.Float())
    own = ("ticket_id", "order_id", "agent_id", "answer_id", "topic", "channel", "response_id")
    columns = [score.label(SCORE), *(selection.table.c[name] for name in own)]
    base = selection.select(columns, value.where).where(score.is_not(None)).subquery("answers")
    joined = _Joined(warehouse, whole, base)
    answers = _frame(warehouse, sa.select(base.c[SCORE], *joined.columns()).select_from(joined.source))
    questions, tops = _questions(warehouse, whole, base)
    return DriverTable(answers, questions, tops, is_score)


def _names(node: Node | None) -> set[str]:
    """The columns an expression names; only comparisons and arithmetic are looked into."""
    match node:
        case Name():
            return {node.name}
        case Operation():
            return _names(node.left) | _names(node.right)
        case None:
            return set()
    inner = getattr(node, "inner", None)
    ends = [getattr(node, end, None) for end in ("low", "high")]
    return functools.reduce(set.union, (_names(one) for one in (inner, *ends) if one is not None), set())


class _Joined:
    """The answers with their ticket, order and agent's reviews; each is joined on its unique key."""

    def __init__(self, warehouse: Warehouse, question: Question, base: sa.Subquery) -> None:
        self.warehouse, self.question, self.base = warehouse, question, base
        self.source: sa.FromClause = base

    def columns(self) -> list[Element]:
        found: dict[str, Element] = {}
        if self._has(ANSWERS, "ticket_id"):
            found |= self._of_ticket()
        if self._has(ANSWERS, "order_id") and self._has("orders", "delivered_at", "promised_on"):
            order = self._join("orders", "order_id")
            late = order.c.delivered_on > order.c.promised_on
            found["delivered_on_time"] = sa.case((late, 0.0), (sa.not_(late), 1.0))
        if self._has(ANSWERS, "agent_id") and self._has("quality_reviews", "agent_id", "score"):
            found |= self._of_reviews()
        for name in WORDS:
            told: list[Element] = [self.base.c[name]] if self._has(ANSWERS, name) else []
            told += [found[name]] if name in found else []
            if told:
                found[name] = sa.func.coalesce(*told) if len(told) > 1 else told[0]
        return [column.label(name) for name, column in found.items()]

    def _of_ticket(self) -> dict[str, Element]:
        ticket = self._join("tickets", "ticket_id")
        found: dict[str, Element] = {}
        if self._has("tickets", "opened_at", "first_reply_at"):
            found["first_reply_minutes"] = seconds_between(ticket.c.opened_at, ticket.c.first_reply_at) / 60.0
        if self._has("tickets", "opened_at", "resolved_at"):
            found["resolution_hours"] = seconds_between(ticket.c.opened_at, ticket.c.resolved_at) / 3600.0
        for name in ("transfers", "reopens", *WORDS):
            if self._has("tickets", name):
                found[name] = ticket.c[name]
        return found

    def _of_reviews(self) -> dict[str, Element]:
        """The mean of the agent's reviews until the days asked about end, of those the reader may see."""
        if self.question.scope.teams is not None and not self._has("quality_reviews", "team_id"):
            return {}
        table = self.warehouse.table("quality_reviews")
        before = table.c.reviewed_on < day(min(self.question.end, self.question.as_of.end))
        seen = in_scope(table, "quality_reviews", self.question.scope)
        mean = sa.func.avg(table.c.score).label("review_score")
        reviews = sa.select(table.c.agent_id, mean).where(before, *seen).group_by(table.c.agent_id).subquery("reviews")
        self.source = self.source.outerjoin(reviews, reviews.c.agent_id == self.base.c.agent_id)
        return {"review_score": reviews.c.review_score}

    def _join(self, name: str, key: str) -> sa.FromClause:
        table = self.warehouse.table(name)
        self.source = self.source.outerjoin(table, table.c[key] == self.base.c[key])
        return table

    def _has(self, table: str, *columns: str) -> bool:
        facts = self.warehouse.facts.tables.get(table)
        return facts is not None and set(columns) <= facts.provided


def _questions(
    warehouse: Warehouse, question: Question, base: sa.Subquery
) -> tuple[pd.DataFrame, dict[str, tuple[int, int]]]:
    """The other questions of the same sitting, and how often their upper two steps were chosen."""
    facts = warehouse.facts.tables[ANSWERS]
    if not {"answer_id", "question"} <= facts.provided:
        return pd.DataFrame({SCORE: []}), {}
    other = warehouse.table(ANSWERS).alias("others")
    conditions = [other.c.answer_id == base.c.answer_id, other.c.question.is_not(None), other.c.score.is_not(None),
                  other.c.response_id != base.c.response_id, *in_scope(other, ANSWERS, question.scope)]  # fmt: skip
    columns = [base.c.response_id, base.c[SCORE], other.c.question, other.c.score.label("given"), other.c.scale]
    found = _rows(warehouse, sa.select(*columns).select_from(base.join(other, conditions[0])).where(*conditions[1:]))
    if found.empty:
        return pd.DataFrame({SCORE: []}), {}
    found["question"] = found["question"].replace({SCORE: f"{SCORE} (asked)"})  # the column SCORE is the outcome's
    found = found[found["question"].isin(found["question"].value_counts().index[:MOST_QUESTIONS])]
    wide = found.pivot_table(index="response_id", columns="question", values="given", aggfunc="mean")
    scores = found.groupby("response_id")[SCORE].first().astype(float)
    highest = found["scale"].astype("string").str.extract(r"-(\d+)$")[0].astype(float)
    top = found["given"].astype(float) >= highest - 1
    told = found.assign(top=top)[highest.notna()].groupby("question")["top"].agg(["sum", "count"])
    tops = {str(name): (int(row["sum"]), int(row["count"])) for name, row in told.iterrows()}
    questions = wide.astype(float).assign(**{SCORE: scores})
    return questions.rename(columns=str).reset_index(drop=True), tops


def _rows(warehouse: Warehouse, statement: sa.Select[Any]) -> pd.DataFrame:
    rows = warehouse.read(statement)
    return pd.DataFrame([tuple(row) for row in rows], columns=[column.name for column in statement.selected_columns])


def _frame(warehouse: Warehouse, statement: sa.Select[Any]) -> pd.DataFrame:
    """Numbers as floats, words as they are."""
    found = _rows(warehouse, statement)
    return found.astype({name: float for name in found.columns if name not in WORDS})
