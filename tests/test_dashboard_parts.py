"""Marks, components, rows and charts: escaped, described for those who do not see them, missing is words."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
import re
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest

from dashboard import components, controls, marks, raw_rows, score_axis, server, settings
from dashboard.board import rows
from dashboard.cache import RowsBehind, Verdict
from dashboard.charts import points as charts_points
from dashboard.charts import trends
from dashboard.filters import Filters
from dashboard.hosts import OwnNamesOnly, served_names
from dashboard.metric import detail
from dashboard.navigation import link
from dashboard.printing import terminal
from dashboard.remembered import Remembered
from dashboard.theme import DARK, LIGHT, Tokens
from data_checks.errors import FileProblems, Place, Problem, RequestError
from data_checks.warehouse.contract import CheckOutcome, Outcome
from metrics.period import Period
from metrics.scope import Scope
from metrics.scorecard import Scorecard
from tests import dashboard_fixture as fixture

HOSTILE = "<script>alert('x')</script> **bold** [a](javascript:b) & \"q\""
FLOORS = fixture.FixtureFloors()
LOAD = FLOORS.current()


class Reader(HTMLParser):
    """Collects tags, and complains about an image without alt."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.alts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            alt = dict(attrs).get("alt")
            assert alt is not None, "an image without alt"
            self.alts.append(alt)
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def view(metric: str = "csat", **query: str | None) -> detail.View:
    card = fixture.card(FLOORS.lines[metric])
    return detail.View(LOAD, card, {"metric": metric, **query}, LIGHT)


def whole_overview(theme: Tokens = LIGHT) -> str:
    board = fixture.scorecard()
    return (
        components.answer(board, "EUR", theme)
        + components.ladder(board, theme)
        + rows.board_rows(board, "EUR", theme, {})
        + components.rail(board, fixture.FACTS, theme, {})
        + components.foot(fixture.FACTS, "October 2026")
        + components.data_through(fixture.FACTS, 1)
    )


def all_rows(lines: tuple[fixture.Line, ...] = fixture.LINES, **query: str | None) -> str:
    """The rows of all four perspectives, as their pages show them."""
    board = fixture.scorecard(lines)
    return "".join(rows.branch_rows(board, one, "EUR", LIGHT, query, lambda _: "") for one in board.branches)


def whole_metric_page() -> str:
    results = FLOORS.results(LOAD, Scope.everything(), "csat", "month", ("team",), fixture.OCTOBER, ())
    verdicts = [FLOORS.verdict(LOAD, Scope.everything(), LOAD.definitions["csat"], result, ()) for result in results]
    here = view(team="Harbour", agent="S. <i>Vance</i>")
    found = FLOORS.rows(LOAD, Scope.everything(), "csat", fixture.OCTOBER, (("agent", (HOSTILE,)),), 5)
    return (
        detail.crumbs(here)
        + detail.head(here)
        + detail.groups(here, "team", results, verdicts)
        + raw_rows.table(found)
        + detail.receipt(here)
        + detail.unknown(LOAD, HOSTILE)
    )


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_overview_is_well_formed_and_every_picture_has_an_alt(theme: Tokens) -> None:
    reader = read(whole_overview(theme))
    assert reader.tags.count("h1") == 1
    assert "Score 64 of 100, watch; 67 in September 2026" in reader.alts
    assert any(alt.startswith("Last 13 months: from 30.5") for alt in reader.alts)


def test_the_metric_page_is_well_formed() -> None:
    assert read(whole_metric_page()).tags.count("h1") == 2  # the page's, and that of an unknown metric


@pytest.mark.parametrize("page", [whole_overview(), whole_metric_page()], ids=["overview", "metric"])
def test_no_nan_and_no_none_reaches_the_screen(page: str) -> None:
    text = re.sub(r"<[^>]*>", " ", page)
    assert not re.search(r"\b(nan|None|null|inf)\b", text)


def test_names_from_data_cannot_become_markup() -> None:
    lines = tuple(dataclasses.replace(line, name=HOSTILE, reason=HOSTILE) for line in fixture.LINES)
    board = fixture.scorecard(lines)
    facts = dataclasses.replace(fixture.FACTS, title=HOSTILE, load_id=HOSTILE, notes=(HOSTILE,))
    page = (
        components.answer(board, "EUR", LIGHT)
        + rows.board_rows(board, "EUR", LIGHT, {"team": HOSTILE})
        + all_rows(lines, team=HOSTILE)
        + components.rail(board, facts, LIGHT, {})
        + components.foot(facts, HOSTILE)
        + components.breadcrumb([(HOSTILE, link("metric", {"team": HOSTILE})), (HOSTILE, "/")])
        + components.message(HOSTILE, [HOSTILE])
        + whole_metric_page()
    )
    assert "script" not in read(page).tags
    assert "i" not in read(whole_metric_page()).tags
    assert "&lt;script&gt;" in page


def test_every_status_has_a_word_beside_its_mark() -> None:
    page = components.counts(fixture.scorecard(), LIGHT)
    text = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert text == (
        "3 missed: first reply, resolution, backlog 6 watch 1 too close 8 met 5 not judged 1 without a goal"
    )


def overview_rows(board: Scorecard) -> tuple[list[str], list[tuple[str, str]]]:
    """The metrics shown, and the line for the others of each perspective."""
    page = rows.board_rows(board, "EUR", LIGHT, {"team": None, "period": "2026-09"})
    shown = re.findall(r'<tr [^>]*>.*?href="/metric\?period=2026-09&amp;metric=(\w+)"', page)
    return shown, re.findall(r'<p class="others"><a href="([^"]*)">([^<]*)<', page)


def test_a_board_of_few_metrics_shows_every_row_the_worst_first() -> None:
    shown, others = overview_rows(fixture.scorecard())
    assert shown == [
        "margin", "unit_cost", "revenue", "repeat", "lifetime",
        "response", "csat", "complaints", "nps", "effort", "retention", "voices",
        "first_reply", "resolution", "backlog", "sla", "fcr", "on_time",
        "turnover", "quality", "hours", "course", "enps", "reviews",
    ]  # fmt: skip
    assert others == [("/customer?period=2026-09", "1 more: not provided.")]


def test_a_board_of_many_shows_what_needs_somebody_and_three_rows_at_least() -> None:
    more = (dataclasses.replace(line, metric=f"{line.metric}_2") for line in fixture.LINES)
    shown, others = overview_rows(fixture.scorecard((*fixture.LINES, *more)))
    assert shown == [
        "margin", "unit_cost", "margin_2",
        "response", "response_2", "nps", "nps_2",
        "first_reply", "resolution", "backlog", "first_reply_2", "resolution_2", "backlog_2",
        "turnover", "turnover_2", "quality",
    ]  # fmt: skip
    assert others == [
        ("/financial?period=2026-09", "7 more: 4 met, 1 on watch, 2 not judged."),
        ("/customer?period=2026-09", "12 more: 4 met, 4 on watch, 2 without a goal, 2 not provided."),
        ("/internal_process?period=2026-09", "6 more: 4 met, 2 on watch."),
        ("/learning_growth?period=2026-09", "9 more: 3 met, 6 not judged."),
    ]


def test_perspectives_without_data_are_one_line() -> None:
    """Found wrong: a board of three metrics had four empty headings and no row at all."""
    lacking = [dataclasses.replace(one, state="not_provided", value=None) for one in fixture.LINES]
    lines = [one if one.metric in ("csat", "nps") else other for one, other in zip(fixture.LINES, lacking, strict=True)]
    page = rows.board_rows(fixture.scorecard(tuple(lines)), "EUR", LIGHT, {})
    assert re.findall(r"<h2[^>]*>([^<]*)", page) == ["Customer"]
    assert re.findall(r"<tr [^>]*>.*?metric=(\w+)", page) == ["csat", "nps"]
    told = "No source provides data for Financial, Internal process and Learning and growth."
    assert told in re.sub(r"<[^>]*>", "", page)
    assert 'href="/metric_library">What each metric needs</a>' in page


def test_a_row_that_is_not_judged_keeps_its_place_and_says_why() -> None:
    page = all_rows()
    assert page.count('<tr role="row" class="r-') == 24  # all but the one not provided
    assert "Not provided by the sources: Referral rate." in page
    assert "no value" in page


def test_the_position_turns_with_the_direction_and_stays_inside_the_axis() -> None:
    picture = unquote(marks.position(140.0, -5.0, 300.0, "met", LIGHT, "a"))
    bar = re.search(r"<rect x='([\d.]+)' y='11.2' width='([\d.]+)'", picture)
    assert bar is not None
    assert float(bar[1]) == 7
    assert float(bar[1]) + float(bar[2]) == 149


def test_a_sparkline_keeps_a_gap_a_gap() -> None:
    whole = unquote(marks.sparkline((1.0, 2.0, 3.0, 4.0), None, LIGHT, "a"))
    broken = unquote(marks.sparkline((1.0, 2.0, None, 4.0), None, LIGHT, "a"))
    assert whole.count("<path") == 1
    assert whole.count("<circle") == 1
    assert broken.count("<circle") == 2  # the lonely last month, and its end dot
    assert marks.sparkline((None, None), None, LIGHT, "a") == ""


def test_a_sparkline_holds_its_goal_however_far_it_is() -> None:
    # from 22 up to 4: 1 and 2 of 20 stand 0.9 and 1.8 over the lower end
    drawn = unquote(marks.sparkline((0.0, 1.0, 2.0), 20.0, LIGHT, "a"))
    assert "M3 4.0H101" in drawn
    assert "M3.0 22.0L52.0 21.1L101.0 20.2" in drawn


def test_a_state_without_a_shape_has_no_mark_and_not_the_square_of_missed() -> None:
    assert marks.mark("not_provided", LIGHT) == ""
    assert marks.mark("missed", LIGHT) == '<span class="mark m-missed"></span>'


def test_a_link_leaves_out_what_is_not_chosen_but_keeps_an_empty_name() -> None:
    assert link("overview", {"team": None}) == "/"
    assert link("metric", {"metric": "csat", "team": "A & B", "agent": ""}) == "/metric?metric=csat&team=A+%26+B&agent="


def trend(metric: str = "csat") -> trends.Trend:
    results = FLOORS.results(
        LOAD,
        Scope.everything(),
        metric,
        "month",
        (),
        dataclasses.replace(fixture.OCTOBER, end=fixture.NOVEMBER.end),
        (),
    )
    results = (*fixture.trend(FLOORS.lines[metric]), results[-1])
    found = trends.trend(results, fixture.OCTOBER, LOAD.definitions[metric], "EUR", LIGHT)
    assert found is not None
    return found


def test_a_trend_says_itself_in_a_sentence_and_where_its_axis_starts() -> None:
    found = trend()
    assert re.fullmatch(
        r"Customer satisfaction \(CSAT\) per month from Oct 2025 to Nov 2026: .* at first, 81.2\s% at last, "
        r"lowest .*, highest .*\. The goal is 85\s%\.",
        found.alt,
    )
    assert found.axis_start == "72.5\u00a0%"
    assert found.has_hollow
    assert found.has_gap


def test_the_line_breaks_at_a_gap_and_the_running_month_hangs_on_by_dashes() -> None:
    points = trend().data.to_pylist()
    assert [point["run"] for point in points if point["kind"] != "link"][3:5] == ["r0", "r1"]
    assert points[-2]["run"] == points[-1]["run"]
    assert [(point["kind"], point["dashed"]) for point in points[-3:]] == [
        ("judged", False), ("link", True), ("running", True)]  # fmt: skip
    assert points[-1]["note"] == "November so far"


def test_a_spec_is_built_once_and_limit_and_goal_are_inside_its_axis() -> None:
    first, second = trend("first_reply"), trend("first_reply")
    assert first.spec is second.spec
    text = json.dumps(first.spec)
    domain = first.spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert domain[0] <= 30 < 40 <= domain[1]
    assert "goal 30" in text
    assert "http" not in text.replace(first.spec["$schema"], "")


def test_no_month_with_a_value_gives_no_chart() -> None:
    line = FLOORS.lines["enps"]
    assert trends.trend(fixture.trend(line), fixture.OCTOBER, LOAD.definitions["enps"], "EUR", LIGHT) is None


@pytest.mark.parametrize(
    ("numbers", "share", "first", "last"),
    [
        ([0.75, 0.87], True, 0.725, 0.875),
        ([0.9, 1.0], True, 0.88, 1.0),
        ([0, 12], False, 0, 12.5),
        ([-3, 4], False, -4, 6),
    ],
)
def test_ticks_are_round_and_hold_every_number(numbers: list[float], share: bool, first: float, last: float) -> None:
    ticks = trends.nice_ticks(numbers, share)
    assert (ticks[0], ticks[-1]) == (first, last)


def test_groups_stand_in_the_order_of_their_names_and_a_small_one_says_so() -> None:
    results = FLOORS.results(LOAD, Scope.everything(), "csat", "month", ("team",), fixture.OCTOBER, ())
    page = detail.groups(
        view(),
        "team",
        results,
        [Verdict("too_few" if result.state == "too_few" else "watch", 50.0) for result in results],
    )
    assert "Only 26 counted; judged from 30 on." in page
    assert "by name, not by rank" in page


def test_a_breadcrumb_links_every_level_above_the_reader() -> None:
    page = detail.crumbs(view(team="Harbour", agent="K. Osei", period="2026-09"))
    assert re.findall(r'href="([^"]*)"', page) == [
        "/?period=2026-09&amp;team=Harbour",
        "/metric?metric=csat&amp;period=2026-09",
        "/metric?metric=csat&amp;team=Harbour&amp;period=2026-09",
    ]
    assert '<li aria-current="page">K. Osei</li>' in page


def test_a_choice_leaves_defaults_out_of_the_address() -> None:
    chosen = controls.Choice(fixture.OCTOBER, fixture.SEPTEMBER)
    assert link("overview", chosen.query(LOAD)) == "/"
    other = controls.Choice(fixture.SEPTEMBER, fixture.OCTOBER, "year", Filters(team=("Quay",)))
    assert link("overview", other.query(LOAD)) == "/?period=2026-09&against=year&team=Quay"


def test_an_answer_is_computed_once_and_an_error_is_not_kept() -> None:
    kept, calls = Remembered(25_000), []

    def fails() -> int:
        calls.append("x")
        raise RequestError("no")

    assert [kept.get(("a",), lambda: 1), kept.get(("a",), lambda: 2)] == [1, 1]
    for _ in range(2):
        with pytest.raises(RequestError):
            kept.get(("b",), fails)
    assert calls == ["x", "x"]
    kept.get(("c",), lambda: bytes(10_000))
    kept.get(("d",), lambda: bytes(15_000))
    assert kept.get(("a",), lambda: 5) == 5  # the oldest went


def test_many_readers_of_one_question_compute_it_once() -> None:
    kept, begun, calls = Remembered(1000), threading.Barrier(8), []

    def compute() -> int:
        calls.append("x")
        return 1

    def ask(_: int) -> int:
        begun.wait()
        return kept.get(("a",), compute)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [1] * 8
    assert calls == ["x"]


def _asked(host: str, origin: str | None = None, kind: str = "http") -> object:
    """The status of an answer, or the first word on a websocket, of a server on port 8501."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    async def board(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200} if kind == "http" else {"type": "websocket.accept"})

    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else [])]
    door = OwnNamesOnly(board, served_names("127.0.0.1", 8501))
    asyncio.run(door({"type": kind, "method": "GET", "path": "/", "headers": headers}, receive, send))
    return sent[0].get("status", sent[0]["type"])


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501", "LOCALHOST:8501"])
def test_the_server_answers_to_its_own_names(host: str) -> None:
    assert _asked(host) == 200
    assert _asked(host, "http://localhost:8501") == 200
    assert _asked(host, "http://localhost:8501", "websocket") == "websocket.accept"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example:8501", None),
        ("evil.example", None),
        ("127.0.0.1:9999", None),
        ("127.0.0.1", None),
        ("127.0.0.1:8501", "http://evil.example:8501"),
        ("127.0.0.1:8501", "http://127.0.0.1:9999"),
        ("127.0.0.1:8501", "https://127.0.0.1:8501"),
        ("127.0.0.1:8501", "null"),
    ],
)
def test_another_name_or_another_origin_is_turned_away(host: str, origin: str | None) -> None:
    assert _asked(host, origin) == 403
    assert _asked(host, origin, "websocket") == "websocket.close"


def test_port_80_needs_no_number_and_a_bound_name_counts() -> None:
    assert {"localhost", "localhost:80"} <= served_names("127.0.0.1", 80)
    assert "127.0.0.2:8501" in served_names("127.0.0.2", 8501)
    assert "[::1]:8501" in served_names("::1", 8501)


@pytest.mark.parametrize(
    ("zone", "as_of", "is_over"),
    [
        ("UTC", dt.datetime(2026, 9, 30, 23, 59, 59, 999999), True),
        ("UTC", dt.datetime(2026, 9, 30, 23, 59), False),
        ("Europe/Berlin", dt.datetime(2026, 9, 30, 21, 59, 59, 999999), True),  # the last instant of 30 September there
        ("America/New_York", dt.datetime(2026, 9, 30, 23, 59, 59, 999999), False),  # 19:59 there
    ],
)
def test_a_month_is_over_when_its_last_day_is_at_home(zone: str, as_of: dt.datetime, is_over: bool) -> None:
    """Found wrong: in Berlin a month that the metrics called complete was "so far" on screen."""
    facts = dataclasses.replace(fixture.FACTS, timezone=zone, as_of=as_of, as_of_day=dt.date(2026, 9, 30))
    load = dataclasses.replace(LOAD, facts=facts)
    assert load.is_complete(Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1), "month")) is is_over


def test_rows_printed_as_csv_hold_no_formula() -> None:
    assert terminal.as_csv(("id", "note"), [(1, "=1+1"), (-2, None)]) == "id,note\n1,'=1+1\n-2,"


def test_a_download_holds_no_formula_and_keeps_numbers() -> None:
    rows_ = (("=1+1", -2.5, None, "a,b"), ("@x", 3, True, "-y"))
    text = raw_rows.as_csv(RowsBehind(("id", "n", "flag", "note"), rows_, 2))
    assert text == "\ufeffid,n,flag,note\r\n'=1+1,-2.5,,\"a,b\"\r\n'@x,3,true,'-y\r\n"


def test_numbers_in_raw_rows_stand_right_and_the_table_can_be_landed_on() -> None:
    found = RowsBehind(("ticket_id", "score"), (("T1", 5.0), ("T2", 4.0)), 2)
    page = raw_rows.table(found)
    assert page.startswith('<div id="rows">')
    assert page.count("<td class=num>") == 2


def test_the_load_is_one_calm_line_and_the_rest_is_folded_away() -> None:
    page = components.load_result(fixture.FACTS, LIGHT)
    line, _, folded = page.partition("<details>")
    assert "4,373 of 716,918 rows are in quarantine; no metric is withheld." in line
    assert "survey responses" in folded
    assert "survey_responses" not in page
    assert "var/loads/20261120T090500/quarantine.csv of the workspace" in folded


def test_the_legend_names_the_states_that_occur() -> None:
    page = components.rail(fixture.scorecard(), fixture.FACTS, LIGHT, {})
    for word in ("Too close", "Withheld", "Too few", "Too young", "Hidden", "No data", "No goal"):
        assert f"{word}</span>" in page
    assert "Too close: the interval holds the limit or the goal, so chance could decide." in page
    calm = tuple(line for line in fixture.LINES if line.status == "met")
    assert "Withheld" not in components.rail(fixture.scorecard(calm), fixture.FACTS, LIGHT, {})


def test_an_arrowhead_points_off_the_axis() -> None:
    inside = marks.position(100.0, None, None, "met", LIGHT, "")
    assert len(marks.position(100.0, None, None, "met", LIGHT, "", off=1)) > len(inside)


def test_words_at_the_right_end_of_a_chart_never_touch() -> None:
    found = trend("retention")
    frame = trends._frame(fixture.trend(FLOORS.lines["retention"]), [0.9], fixture.OCTOBER,
                          LOAD.definitions["retention"], "EUR")  # fmt: skip
    least = charts_points.line_of_text(frame)
    note = found.data.to_pylist()[-1]["note_y"]
    assert all(abs(note - bound) >= least * 0.9 for bound in (0.86, 0.9))


def test_minutes_are_ticked_by_parts_of_an_hour() -> None:
    assert trends.nice_ticks([5, 118], is_minutes=True) == (0, 30, 60, 90, 120, 150)
    definition = LOAD.definitions["first_reply"]
    assert [trends._tick(at, definition, "") for at in (0, 30, 60, 120)] == ["0", "30\u00a0min", "1\u00a0h", "2\u00a0h"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::"])
def test_open_mode_serves_this_machine_only(host: str, tmp_path) -> None:
    with pytest.raises(RequestError, match="serves this machine only"):
        server.serve(tmp_path, host, 0)


def test_every_problem_of_a_workspace_is_listed_with_its_place() -> None:
    from dashboard import page

    problems = FileProblems(
        [Problem(Place("workspace.yaml", 4, 2), "wrong."), Problem(Place("a.yaml", 1), "<b>bad</b>")]
    )
    text = page.trouble(problems)
    assert "2 problems keep this workspace from being read." in text
    assert "workspace.yaml:4:2: wrong." in text
    assert "&lt;b&gt;bad" in text


def test_a_score_stands_for_the_status_the_axis_shows() -> None:
    assert [score_axis.standing(score) for score in (0, 32.4, 33, 66.4, 66.6, 100)] == [
        "missed",
        "missed",
        "watch",
        "watch",
        "met",
        "met",
    ]


def test_raw_rows_say_once_what_is_alike_and_put_the_telling_columns_first() -> None:
    found = RowsBehind(
        ("ticket_id", "customer_id", "opened_at", "team", "order_id", "score"),
        (("T1", "K1", 1, "South", None, 5.0), ("T2", "K2", 2, "South", None, 4.0)),
        2,
    )
    page = raw_rows.table(found)
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', page) == ["ticket id", "score", "opened at", "customer id"]
    assert "Alike in all of them: team South." in page
    assert "2 of 2" in page


def fresh(table: str, outcome: Outcome = "failed") -> CheckOutcome:
    return CheckOutcome(f"{table}_fresh", table, "warning", outcome, 0, 0, (), "It stopped.", "Operations")


def test_what_did_not_pass_leads_to_data_quality_and_keeps_the_address() -> None:
    page = components.data_through(fixture.FACTS, 1, {"team": "Harbour", "period": None})
    way = '<a href="/data_quality?team=Harbour">2 checks did not pass, 1 metric withheld</a>'
    assert way in page
    assert "<a" not in components.data_through(fixture.FACTS, 1)  # a file has no such page
    assert "s-watch" not in page


def test_a_table_that_stopped_is_named_beside_how_far_the_data_reach() -> None:
    """The newest of all tables, 20 November, hides that answers stopped: its newest row is of 12 September."""
    answers = replace(fixture.FACTS.tables["survey_responses"], last_day=dt.date(2026, 9, 12))
    tables = {**fixture.FACTS.tables, "survey_responses": answers}
    facts = replace(fixture.FACTS, tables=tables, checks=(fresh("survey_responses"), fresh("training", "passed")))
    page = components.data_through(facts)
    assert '<span class="mark m-watch"></span> Data through <b class="s-watch">20 Nov 2026, 08:55</b>' in page
    assert '<span class="s-watch">nothing new in survey responses since 12 Sep 2026</span>' in page
    both = replace(facts, checks=(*facts.checks, fresh("tickets")))
    assert "nothing new in survey responses since 12 Sep 2026, and in 1 more table<" in components.data_through(both)


def test_groups_without_a_single_name_are_one_sentence() -> None:
    line = FLOORS.lines["revenue"]
    page = detail.groups(view("revenue"), "team", [fixture.result(line, fixture.OCTOBER, 1.0, {"team": None})], [])
    assert "No row behind this number names a team." in page


def test_streamlit_and_our_own_drawing_use_the_same_colours() -> None:
    config = tomllib.loads((settings.ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    for theme in (LIGHT, DARK):
        written = config["theme"][theme.name]
        named = {"backgroundColor": theme.paper, "secondaryBackgroundColor": theme.panel, "textColor": theme.ink}
        named |= {"linkColor": theme.series, "borderColor": theme.line, "grayColor": theme.ink3}
        named |= {"redColor": theme.missed, "greenColor": theme.met, "orangeColor": theme.watch}
        assert {key: written[key] for key in named} == named


def test_the_fonts_are_shipped_with_their_licence() -> None:
    static = settings.ENTRY.parent / "static"
    config = tomllib.loads((settings.ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    for face in config["theme"]["fontFaces"]:
        assert (static / face["url"].removeprefix("app/static/")).read_bytes()[:4] == b"wOF2"
    assert "SIL Open Font License" in (static / "inter-LICENSE.txt").read_text(encoding="utf-8")


def test_the_style_follows_the_direction_of_the_words() -> None:
    """A language that is read from the right finds sides named by where a line starts and ends."""
    files = sorted((settings.ROOT / "dashboard").rglob("*.css"))
    assert len(files) > 5
    sides = re.compile(r"(?:padding|margin|border)-(?:left|right)\b|text-align:\s*(?:left|right)")
    assert {file.name: found for file in files if (found := sides.findall(file.read_text(encoding="utf-8")))} == {}
