"""A scorecard with every state in it, made by hand: for looking at pages and testing them without a warehouse."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from dashboard.cache import Load, Opened, RowsBehind, Verdict, Where
from dashboard.data_quality.report import Quality
from dashboard.metric_library.library import Entry
from data_checks.calendar import EVERYBODYS
from data_checks.errors import Place, RequestError
from data_checks.journal import Journal
from data_checks.journal_entries import About, Entries, InitiativeUpdate
from data_checks.warehouse.contract import CheckOutcome, LoadFacts, TableFacts
from metrics.analyses.benchmarks import BenchmarkRow, Benchmarks, Refused, beside
from metrics.cascade import Node
from metrics.definition import PERSPECTIVES, Benchmark, GoalEntry, MetricDefinition, PerspectiveId, Unit
from metrics.events import Happening
from metrics.journal_scope import may_see, visible
from metrics.language.bound import Aggregate
from metrics.language.formula import parse
from metrics.language.tree import At, Window
from metrics.period import Duration, Period, period_at, spine, step
from metrics.question import AsOf
from metrics.receipt import CheckStood, LoadLine, Receipt, SetAside, SourceFile, TableRead
from metrics.receipt_parts import Part
from metrics.result import Kind, MetricResult, State
from metrics.rows.accounts import LeftOut, RowAccount
from metrics.scope import Scope
from metrics.scorecard import Branch, Card, Scorecard, Status, status_of
from metrics.standing import Standing
from metrics.strategy import Link, Objective

OCTOBER = period_at(dt.date(2026, 10, 1), "month", EVERYBODYS)
NOVEMBER = period_at(dt.date(2026, 11, 1), "month", EVERYBODYS)
SEPTEMBER = period_at(dt.date(2026, 9, 1), "month", EVERYBODYS)
WRITTEN = dt.datetime(2026, 11, 20, 10, 0)
TEAMS = ("Atrium", "Beacon", "Canyon", "Harbour", "Kestrel", "<b>Quay</b> & *sons*")
DEPARTMENTS = {"Field": TEAMS[:2], "Service <i>desk</i>": TEAMS[2:5]}
"""The last team belongs to none."""
BENCHMARKS = tuple(
    BenchmarkRow(f"B{number}", "csat", name, industry, dt.date(year, 1, 1), value, n, scale, source, WRITTEN.date())
    for number, (name, industry, year, value, n, scale, source) in enumerate(
        (
            ("Corvid <i>Direct</i>", None, 2025, 0.83, None, "1-5 top 2", None),
            ("Corvid <i>Direct</i>", None, 2026, 0.84, 900, "1-5 top 2", "Yearly <b>report</b>"),
            ("Dunlin", None, 2026, 0.71, None, "1-5 top 2", "A site"),
            ("Egret", None, 2026, 4.1, None, "1-5 mean", "A site"),
            (None, "Trade", 2026, 0.795, 9000, "1-5 top 2", "An institute"),
        )
    )
)
AGENTS = ("A. Brandt", "J. Moreau", "K. Osei", "N. Haddad", "S. <i>Vance</i>")


@dataclasses.dataclass(frozen=True)
class Line:
    """One metric as the fixture knows it."""

    metric: str
    name: str
    perspective: PerspectiveId
    unit: Unit
    red: float | None
    goal: float | None
    value: float | None
    change: float | None
    status: Status
    n: int | None = None
    half: float | None = None
    clear: bool | None = None
    state: State = "ok"
    kind: Kind = "proportion"
    min_n: int = 0
    ripe: int = 0
    reason: str = ""


F, C, P, L = PERSPECTIVES
LINES = (
    Line("revenue", "Revenue", F, "currency", 4.2e6, 4.6e6, 4.82e6, 145e3, "met", 61204, kind="total"),
    Line("margin", "Gross margin", F, "percent", 0.38, 0.42, 0.418, -0.003, "watch", 61204, kind="ratio"),
    Line("repeat", "Repeat revenue share", F, "percent", 0.5, 0.55, 0.584, 0.006, "met", 61204, kind="ratio"),
    Line("unit_cost", "Cost per ticket", F, "currency", 9, 7.5, 7.9, 0.35, "watch", 11660, kind="ratio"),
    Line(
        "lifetime",
        "Lifetime value, 24 months",
        F,
        "currency",
        190,
        210,
        212,
        None,
        "not_judged",
        1806,
        state="unripe",
        kind="mean",
        ripe=30,
    ),
    Line(
        "csat",
        "Customer satisfaction (CSAT)",
        C,
        "percent",
        0.75,
        0.85,
        0.812,
        -0.029,
        "watch",
        4812,
        0.011,
        True,
        min_n=30,
    ),
    Line("nps", "Net promoter score", C, "points", 20, 35, 34, -1, "too_close", 1204, 4, False, kind="nps"),
    Line("effort", "Customer effort", C, "percent", 0.6, 0.7, 0.746, 0.004, "met", 2590, 0.017, False),
    Line("retention", "Monthly retention", C, "percent", 0.86, 0.9, 0.914, 0.002, "met", 38940, 0.003, False),
    Line("complaints", "Complaint rate", C, "percent", 0.02, 0.015, 0.018, 0.001, "watch", 61204, 0.001, False),
    Line(
        "response",
        "Response rate",
        C,
        "percent",
        0.15,
        0.2,
        None,
        None,
        "not_judged",
        None,
        state="withheld",
        reason="Check “answers have an invitation” failed on 412 rows.",
    ),
    Line("referrals", "Referral rate", C, "percent", 0.02, 0.04, None, None, "not_judged", state="not_provided"),
    Line("voices", "Comments per answer", C, "percent", None, None, 0.212, 0.004, "no_goal", 4812, 0.011, False),
    Line(
        "first_reply", "First reply, median", P, "minutes", 40, 30, 42, 11, "missed", 11280, 1.2, True, kind="quantile"
    ),
    Line(
        "resolution",
        "Resolution, 90th percentile",
        P,
        "hours",
        60,
        48,
        61.0,
        8.5,
        "missed",
        10940,
        1.1,
        True,
        kind="quantile",
    ),
    Line("backlog", "Backlog", P, "number", 1400, 1000, 1460, 380, "missed", None, kind="total"),
    Line("fcr", "First-contact resolution", P, "percent", 0.6, 0.7, 0.721, 0.003, "met", 8420, 0.0095, False),
    Line("sla", "Answered within SLA", P, "percent", 0.85, 0.92, 0.889, -0.024, "watch", 11195, 0.006, True),
    Line("on_time", "On-time delivery", P, "percent", 0.9, 0.95, 0.962, 0.001, "met", 57310, 0.002, False),
    Line("quality", "Quality score", L, "score", 75, 82, 84.1, 1.4, "met", 842, 0.8, True, kind="mean"),
    Line("hours", "Training hours per agent", L, "hours", 2, 3, 3.2, 0.4, "met", 138, kind="ratio"),
    Line(
        "course",
        "Training satisfaction",
        L,
        "percent",
        0.75,
        0.85,
        0.83,
        None,
        "not_judged",
        18,
        0.17,
        state="too_few",
        min_n=30,
    ),
    Line("turnover", "Agent turnover", L, "percent", 0.02, 0.012, 0.014, 0.0, "watch", 138, kind="ratio"),
    Line("enps", "Employee NPS", L, "points", 0, 20, None, None, "not_judged", 4, state="suppressed", kind="nps"),
    Line("reviews", "Reviews per agent", L, "number", 2, 4, None, None, "not_judged", state="no_data", kind="ratio"),
)


def definition(line: Line) -> MetricDefinition:
    """The definition a fixture line stands for."""
    return MetricDefinition(
        metric=line.metric,
        place=Place(f"{line.metric}.yaml", 1),
        formula=f"share({line.metric}.score >= 4)",
        name=line.name,
        question="Of those who answered, how many were satisfied?",
        perspective=line.perspective,
        unit=line.unit,
        red=line.red,
        goal=line.goal,
        min_n=line.min_n,
        ripe_after=Duration(line.ripe, "day") if line.ripe else None,
        owner="Customer insight",
        status="certified",
        hash="b41c9e27a0",
    )


def score_of(line: Line, value: float | None) -> float | None:
    """The score axis: 0 at red − (goal − red), 33 at red, 67 at goal, 100 at goal + (goal − red)."""
    if value is None or line.red is None or line.goal is None:
        return None
    steps = (value - line.red) / (line.goal - line.red)
    return max(
        0.0,
        min(100.0, 33 + 34 * steps if 0 <= steps <= 1 else 33 * (1 + steps) if steps < 0 else 67 + 33 * (steps - 1)),
    )


def result(
    line: Line,
    period: Period,
    value: float | None,
    slices: Mapping[str, str | None] | None = None,
    n: int | None = None,
    state: State | None = None,
) -> MetricResult:
    """One result of a line; the interval is the line's own, wider for smaller groups."""
    n = line.n if n is None else n
    half = None if line.half is None or value is None else line.half * math.sqrt((line.n or 1) / max(n or 1, 1))
    low, high = (None, None) if half is None or value is None else (value - half, value + half)
    if line.unit == "percent" and low is not None and high is not None:
        low, high = max(low, 0.0), min(high, 1.0)
    share = line.unit == "percent" and value is not None and n
    return MetricResult(
        metric=line.metric,
        period=period,
        value=value,
        state=state or line.state,
        kind=line.kind,
        numerator=round(value * n) if share and value and n else None,
        denominator=n if share else None,
        n=n,
        low=low,
        high=high,
        complete=period.end <= dt.date(2026, 11, 1),
        slices=dict(slices or {}),
        reason=line.reason,
    )


def trend(line: Line, most: int = 13) -> tuple[MetricResult, ...]:
    """Months up to October with a gentle wave; one gap in CSAT."""
    months = spine(step(OCTOBER.start, "month", 1 - most), OCTOBER.end, "month", EVERYBODYS)
    found = []
    for place, month in enumerate(months):
        value = line.value
        if value is not None and line.value is not None:
            back = len(months) - 1 - place
            wave = math.sin(place * 1.7 + len(line.metric)) * 0.012 * line.value
            value = line.value if back == 0 else line.value - (line.change or 0) + wave
        gap = line.metric == "csat" and month.start == dt.date(2026, 2, 1)
        found.append(result(line, month, None if gap else value, state="withheld" if gap else line.state))
    return tuple(found)


def card(line: Line, period: Period = OCTOBER, against: Period = SEPTEMBER) -> Card:
    """A line as a card."""
    now = result(line, period, line.value)
    known = line.value is not None and line.change is not None
    before = (line.value or 0) - (line.change or 0) if known else None
    judged = line.status not in ("not_judged", "no_goal")
    return Card(
        definition=definition(line),
        result=now,
        previous=result(line, against, before) if known else None,
        status=line.status,
        score=score_of(line, line.value) if judged else None,
        score_low=score_of(line, now.low) if judged else None,
        score_high=score_of(line, now.high) if judged else None,
        previous_score=score_of(line, before) if judged else None,
        change=line.change if known else None,
        change_is_clear=line.clear,
        trend=trend(line),
        asked=period,
        previous_status=status_of(definition(line), result(line, against, before)) if known else None,
    )


def _mean(scores: list[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return sum(known) / len(known) if known else None


def scorecard(lines: tuple[Line, ...] = LINES, period: Period = OCTOBER, against: Period = SEPTEMBER) -> Scorecard:
    """The whole board."""
    branches = []
    for perspective in PERSPECTIVES:
        cards = tuple(card(line, period, against) for line in lines if line.perspective == perspective)
        there = [one for one in cards if one.result.state != "not_provided" and one.status != "no_goal"]
        share = sum(one.score is not None for one in there) / len(there) if there else None
        branches.append(
            Branch(
                perspective,
                cards,
                _mean([one.score for one in cards]),
                _mean([one.previous_score for one in cards]),
                share,
            )
        )
    return Scorecard(
        period,
        against,
        period.end <= dt.date(2026, 11, 1),
        tuple(branches),
        _mean([b.score for b in branches]),
        _mean([b.previous_score for b in branches]),
        _mean([b.coverage for b in branches]),
    )


FACTS = LoadFacts(
    load_id="20261120T090500",
    loaded_at=dt.datetime(2026, 11, 20, 9, 5),
    as_of=dt.datetime(2026, 11, 20, 8, 55),
    as_of_day=dt.date(2026, 11, 20),
    timezone="UTC",
    title="Alder Supply",
    currency="EUR",
    synthetic=True,
    tables={
        name: TableFacts(
            published,
            frozenset(),
            dt.date(2024, 1, 1),
            dt.date(2026, 11, 20),
            {
                "read": read,
                "published": published,
                "quarantined": bad,
                "superseded": read - published - bad,
                "merged": 0,
                "filtered": 0,
            },
        )
        for name, read, published, bad in (
            ("tickets", 422116, 312940, 1985),
            ("survey_responses", 286400, 284012, 2388),
            ("training", 8402, 8402, 0),
        )
    },
    checks=(
        *(
            CheckOutcome(f"rule_{i}", "tickets", "critical", "passed", 0, 422116, (), "Because.", "Operations")
            for i in range(58)
        ),
        CheckOutcome(
            "answers_have_an_invitation",
            "survey_responses",
            "critical",
            "failed",
            412,
            286400,
            ("sent_at",),
            "A feed without its invitations makes the response rate too high.",
            "Customer insight",
        ),
        CheckOutcome(
            "handle_time_below_8_hours",
            "tickets",
            "warning",
            "failed",
            97,
            422116,
            ("handle_minutes",),
            "Forgotten timers inflate the mean.",
            "Operations",
        ),
    ),
)


def receipt(line: Line, found: MetricResult, where: Where, scope: Scope) -> Receipt:
    """A receipt with every kind of line, and markup in all that comes from files."""
    score, survey = parse("survey_responses.score >= 4"), parse("survey = 'csat'")
    window = Window("at", "responded_at", At(1, 1))
    bound = Aggregate("share", "survey_responses", score, window, survey)
    left = (LeftOut("condition", "survey = '<i>csat</i>'", 20), LeftOut("value_unknown", "score", 8))
    account = RowAccount(100, 90, 7, 2, 1, left, 62)
    part = Part("share(score >= 4)", "share", "survey_responses", window, found.period.start, found.period.end, account)
    aside = SetAside("csat_score_in_range", 3, "A code for <b>no answer</b>.", "Customer insight")
    accounts = {"read": 103, "published": 100, "quarantined": 3}
    check = CheckStood("survey_responses", "fresh", "warning", "failed", "marked", True, "<u>Why</u>.", "Me", 1, 100)
    reach = AsOf(FACTS.as_of_day, False)
    told = (FACTS.load_id, FACTS.loaded_at, FACTS.as_of, FACTS.as_of_day, reach, "UTC", FACTS.title, "EUR", True)
    return Receipt(
        fingerprint="0123456789abcdef",
        definition=definition(line),
        bound=bound,
        uses=("csat",),
        result=found,
        status="watch",
        method="wilson" if found.low is not None else "none",
        where=where,
        scope=scope,
        limits={"goal": GoalEntry(line.goal, dt.date(2026, 1, 1), (("team", "<s>North</s>"),))} if line.goal else {},
        parts=(part, dataclasses.replace(part, account=None, untold="no_source")),
        tables=(TableRead("survey_responses", accounts, (aside,)),),
        checks=(check, dataclasses.replace(check, rule="volume", outcome="passed", effect=None)),
        load=LoadLine(*told),
        sources=(SourceFile("survey_responses", "<script>alert(1)</script>.csv", "ab" * 32),),
        sql="SELECT 1",
        rows=None,
    )


class FixtureFloors:
    """Answers like the real floors, from the lines above; a team's id is its name. `error`: raised instead of a load;
    `happened`: the loaded events; `journal`: where what is written goes."""

    def __init__(
        self, lines: tuple[Line, ...] = LINES, error: Exception | None = None, facts: LoadFacts = FACTS
    ) -> None:
        self.lines = {line.metric: line for line in lines}
        self.error = error
        self.facts = facts
        self.happened: tuple[Happening, ...] = ()
        self.journal: Journal | None = None

    def current(self) -> Load:
        if self.error:
            raise self.error
        definitions = {name: definition(line) for name, line in self.lines.items()}
        months = tuple(reversed(spine(dt.date(2024, 10, 1), NOVEMBER.end, "month", EVERYBODYS)))
        return Load("v1", "c1", self.facts, definitions, (), months, OCTOBER)

    def opened(self, load: Load) -> Opened:
        raise RequestError("The fixture has no warehouse.")

    def rest(self) -> bool:
        return False

    def scorecard(self, load: Load, scope: Scope, period: Period, against: Period, where: Where) -> Scorecard:
        return scorecard(tuple(self.lines.values()), period, against)

    def results(
        self, load: Load, scope: Scope, metric: str, grain: str, by: tuple[str, ...], span: Period, where: Where
    ) -> tuple[MetricResult, ...]:
        line = self.lines[metric]
        if not by:
            running = result(line, NOVEMBER, line.value)
            return tuple(one for one in (*trend(line, 24), running) if span.start <= one.period.start < span.end)
        if metric == "backlog":
            raise RequestError(f"tickets cannot be split by {by[0]}.")
        names = TEAMS if by == ("team",) else AGENTS
        found = []
        for place, name in enumerate(names):
            n = 26 if name == "Kestrel" else round((line.n or 600) / len(names) * (0.6 + 0.2 * place))
            value = None if line.value is None else line.value * (0.94 + 0.03 * place)
            found.append(result(line, span, value, {by[0]: name}, n, "too_few" if n < line.min_n else None))
        return tuple(found)

    def rows(self, load: Load, scope: Scope, metric: str, span: Period, where: Where, limit: int) -> RowsBehind:
        columns = ("response_id", "responded_at", "team", "agent", "score", "comment")
        chosen = {name: values[0] for name, values in where}
        found: list[tuple[Any, ...]] = [
            (
                f"R-{i:05d}",
                dt.datetime(2026, 10, 1 + i % 28, 9, 30),
                chosen.get("team"),
                chosen.get("agent"),
                float(1 + i % 5),
                None if i % 3 else "Quick <script>alert(1)</script> and *friendly*",
            )
            for i in range(60)
        ]
        return RowsBehind(columns, tuple(found[:limit]), len(found))

    def card(self, load: Load, scope: Scope, metric: str, period: Period, against: Period, where: Where) -> Card:
        return card(self.lines[metric], period, against)

    def verdict(
        self, load: Load, scope: Scope, definition: MetricDefinition, result: MetricResult, where: Where
    ) -> Verdict:
        line = self.lines[definition.metric]
        if result.state != "ok":
            return Verdict(result.state)
        score, low, high = (score_of(line, value) for value in (result.value, result.low, result.high))
        close = low is not None and high is not None and (min(low, high) < 67 < max(low, high))
        word = "too_close" if close else "met" if (score or 0) >= 67 else "watch" if (score or 0) >= 33 else "missed"
        return Verdict(word, score, low, high)

    def quality(self, load: Load, scope: Scope) -> Quality:
        names = {line.metric: line.name for line in LINES}
        invitations, handling = self.facts.failed_checks
        touched = {
            "response": (Standing(invitations, "withheld"),),
            "csat": (Standing(invitations, "left_out"),),
            "resolution": (Standing(handling, "marked"),),
        }
        return Quality(self.facts, names, touched)

    def sql(self, load: Load, scope: Scope, metric: str, span: Period, where: Where) -> str:
        return "SELECT count(*) FILTER (WHERE score >= 4) AS numerator\n  FROM survey_responses"

    def receipt(self, load: Load, scope: Scope, metric: str, period: Period, where: Where) -> Receipt:
        line = self.lines[metric]
        return receipt(line, result(line, period, line.value), where, scope)

    def teams(self, load: Load, scope: Scope) -> tuple[str, ...]:
        return tuple(team for team in TEAMS if scope.teams is None or team in scope.teams)

    def names(self, load: Load, scope: Scope, slice_: str, where: Where) -> tuple[str, ...]:
        return {"team": self.teams(load, scope), "agent": AGENTS, "channel": ("chat", "e-mail")}.get(slice_, ())

    def benchmarks(self, load: Load, scope: Scope, period: Period, where: Where) -> Benchmarks:
        if "csat" not in self.lines:
            return Benchmarks(period, missing="no source provides benchmarks")
        one = dataclasses.replace(definition(self.lines["csat"]), benchmark=Benchmark("csat", "1-5 top 2"))
        own = result(self.lines["csat"], period, self.lines["csat"].value)
        stranger = Refused(BENCHMARKS[0], "no metric is held against 'csta'; not compared. Did you mean 'csat'?")
        return Benchmarks(period, dict(where), (beside(one, "proportion", own, BENCHMARKS),), (stranger,))

    def library(self, load: Load) -> tuple[Entry, ...]:
        entries = {name: Entry(definition(line), line.kind) for name, line in self.lines.items()}
        if "csat" in entries:
            failed, warned = self.facts.failed_checks
            entries["csat"] = dataclasses.replace(
                entries["csat"],
                words="Among <b>answers</b>, the share.",
                tables=("survey_responses",),
                checks=((failed, "left_out"), (warned, None), (self.facts.checks[0], None)),
                named_by=("nps",),
                objective=Objective("happy", "Happy <i>customers</i>", "customer", 1.0, None, ("csat",)),
                links=(Link("first_reply", "csat"), Link("csat", "retention")),
            )
        return tuple(entries.values())

    def cascade(self, load: Load, scope: Scope, period: Period, against: Period) -> Node:
        lines, seen = tuple(self.lines.values()), self.teams(load, scope)

        def node(slice_: str | None, value: str | None, parts: tuple[Node, ...] = ()) -> Node:
            return Node(slice_, value, scorecard(lines, period, against), parts)

        teams = {team: node("team", team) for team in seen}
        parts = [
            node("department", name, tuple(teams.pop(team) for team in here if team in teams))
            for name, here in DEPARTMENTS.items()
            if set(here) & set(seen)
        ]
        return node(None, None, (*parts, *teams.values()))

    def departments(self, load: Load, scope: Scope) -> tuple[str, ...]:
        return tuple(name for name, teams in DEPARTMENTS.items() if set(teams) & set(self.teams(load, scope)))

    def events(self, load: Load, scope: Scope) -> tuple[Happening, ...]:
        return self.happened if scope.teams is None else ()

    def entries(self, load: Load, scope: Scope, metric: str | None) -> Entries:
        found = Entries() if self.journal is None else self.journal.read(metric)
        return visible(found, scope, scope.teams or frozenset())

    def updates(self) -> tuple[InitiativeUpdate, ...]:
        return () if self.journal is None else self.journal.read().initiatives

    def may_write(self, load: Load, scope: Scope, about: About) -> bool:
        return may_see(about.slices, scope, scope.teams or frozenset())

    def write_comment(
        self, load: Load, scope: Scope, about: About, text: str, author: str, replaces: int | None
    ) -> None:
        assert self.journal is not None
        self.journal.write_comment(about, text, author, WRITTEN, replaces)

    def mark_reviewed(self, load: Load, scope: Scope, about: About, status: str, author: str) -> None:
        assert self.journal is not None
        self.journal.write_review(about, status, author, WRITTEN)
