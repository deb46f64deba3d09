"""The workbench on a small company: errors at their place, preview, difference, saving, and nobody else's teams."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, cache, settings
from dashboard.access_file import Role
from dashboard.floors import RealFloors
from dashboard.workbench import answers as workbench_answers
from dashboard.workbench import parts as workbench_parts
from data_checks.errors import Place, Problem, RequestError
from metrics.drafts.drafting import drafted
from metrics.period import Period
from metrics.scope import Scope
from tests.small_company import load_small_company

PAGE = settings.PAGES / "workbench.py"
OWN = (
    "metric: own_csat\nformula: share(survey_responses.score >= 4 where survey = 'csat')\nname: Own csat\nunit: percent"
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_small_company(tmp_path_factory.mktemp("workbench") / "company")


@pytest.fixture
def company(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The small company served, with a definition of its own."""
    folder = tmp_path / "company"
    shutil.copytree(loaded, folder)
    (folder / "metrics" / "own_csat.yaml").write_text(OWN + "\n", encoding="utf-8")
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    cache.use(RealFloors())
    yield folder
    cache.use(None)


def opened(**query: str) -> AppTest:
    """The page at an address."""
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def text(app: AppTest) -> str:
    assert not app.exception
    return " ".join(str(one.proto.body) for one in app.get("html"))


def write(app: AppTest, draft: str) -> AppTest:
    """The reader types: the session's draft is another text."""
    for work in app.session_state["workbench"].works.values():
        work.text = draft
    return app.run()


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


def heading(app: AppTest) -> str:
    return str(re.findall(r"<h1>(.*?)</h1>", text(app))[0])


def test_the_start_offers_templates_and_every_metric(company: Path) -> None:
    shown = text(opened())
    assert "/workbench?new=share" in shown
    assert "/workbench?metric=own_csat" in shown
    assert "/workbench?metric=csat" in shown


def test_a_metric_that_does_not_exist_is_a_sentence(company: Path) -> None:
    assert "no metric called “&lt;b&gt;”" in text(opened(metric="<b>"))


def test_an_existing_definition_is_shown_as_it_is_saved_with_its_numbers(company: Path) -> None:
    app = opened(metric="own_csat")
    assert heading(app) == "This is Own csat as it is saved."
    rows = re.findall(r'<th scope="row">([^<]*)</th>.*?<td class="num (?:strong|unsure|none)">([^<]*)<', text(app))
    january = dict(rows)["Jan 2024"]
    assert january == "56.0\u00a0%"  # 8 of 10 and 20 of 40: 28 of 50


def test_a_mistake_stands_at_its_place_with_a_caret_and_a_button_that_mends_it(company: Path) -> None:
    app = write(opened(metric="own_csat"), OWN.replace("score", "scor"))
    shown = text(app)
    assert heading(app) == "One problem in line 2."
    assert "metrics/own_csat.yaml:2:33" in shown
    assert re.search(r"<pre[^>]*>formula: share\(survey_responses\.scor &gt;= 4[^\n]*\n {32}\^{4}</pre>", shown)
    assert "last version without problems" in shown
    app = button(app, "Use score").click().run()
    assert heading(app) == "This is Own csat as it is saved."


def test_a_draft_shows_its_difference_in_text_and_in_numbers(company: Path) -> None:
    app = write(opened(metric="own_csat"), OWN.replace(">= 4", ">= 5"))
    shown = text(app)
    added = re.findall(r'class="added".*?<code>([^<]*)</code>', shown)
    assert added == ["formula: share(survey_responses.score &gt;= 5 where survey = &#x27;csat&#x27;)"]
    # January: 6 fives of 50 are 12 %, 44 points below 56 %
    assert re.search(r'Jan 2024</th>.*?12\.0\u00a0%.*?56\.0\u00a0%</td><td class="num">−44\.0\u00a0pt', shown)


def test_a_draft_reaches_no_other_page_no_other_session_and_no_catalogue(company: Path) -> None:
    write(opened(metric="own_csat"), OWN.replace(">= 4", ">= 5"))
    assert "&gt;= 5" not in text(opened(metric="own_csat"))
    load = cache.current()
    assert ">= 5" not in (load.definitions["own_csat"].formula or "")


def test_saving_writes_the_file_and_the_next_page_shows_it(company: Path) -> None:
    app = write(opened(metric="own_csat"), OWN.replace(">= 4", ">= 5"))
    app = button(app, "Save to workspace").click().run()
    assert "Saved as metrics/own_csat.yaml." in text(app)
    assert (company / "metrics" / "own_csat.yaml").read_text(encoding="utf-8") == OWN.replace(">= 4", ">= 5") + "\n"
    assert heading(app) == "This is Own csat as it is saved."


def test_saving_a_library_metric_makes_an_own_definition(company: Path) -> None:
    app = opened(metric="nps")
    (work,) = app.session_state["workbench"].works.values()
    app = write(app, work.text + "\nmin_n: 5")
    button(app, "Save to workspace").click().run()
    assert (company / "metrics" / "nps.yaml").read_text(encoding="utf-8").endswith("min_n: 5\n")


def test_a_file_changed_on_disk_is_shown_before_it_is_replaced(company: Path) -> None:
    app = write(opened(metric="own_csat"), OWN.replace(">= 4", ">= 5"))
    file = company / "metrics" / "own_csat.yaml"
    theirs = OWN.replace("Own csat", "Theirs") + "\n"
    file.write_text(theirs, encoding="utf-8")
    app = button(app, "Save to workspace").click().run()
    assert "has changed on disk" in text(app)
    assert file.read_text(encoding="utf-8") == theirs
    assert "name: Theirs" in text(app)
    button(app, "Save to workspace").click().run()
    assert file.read_text(encoding="utf-8") == OWN.replace(">= 4", ">= 5") + "\n"


def test_a_file_that_is_there_is_asked_about(company: Path) -> None:
    app = write(opened(new="count"), "metric: waiting\nformula: count(tickets)")
    file = company / "metrics" / "waiting.yaml"
    file.write_text("# notes, no metric yet\n", encoding="utf-8")
    app = button(app, "Save to workspace").click().run()
    assert "is there already" in text(app)
    assert "# notes, no metric yet" in text(app)
    assert file.read_text(encoding="utf-8") == "# notes, no metric yet\n"
    button(app, "Replace metrics/waiting.yaml").click().run()
    assert file.read_text(encoding="utf-8") == "metric: waiting\nformula: count(tickets)\n"


def test_a_draft_with_problems_cannot_be_saved(company: Path) -> None:
    app = write(opened(metric="own_csat"), "metric: own_csat\nformula: nonsense(")
    assert button(app, "Save to workspace").disabled


def test_a_query_that_takes_too_long_is_a_sentence(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench_answers, "SECONDS", 0.0)
    shown = text(opened(metric="own_csat"))
    assert "takes longer than 0 seconds" in shown


def test_teams_are_those_the_reader_may_see(company: Path) -> None:
    january = Period(dt.date(2024, 1, 1), dt.date(2024, 2, 1), "month")
    load = dataclasses.replace(cache.current(), default_period=january)
    draft = workbench_answers.bind(load, OWN.replace(">= 4", ">= 5"), workbench_answers.source(load, "own_csat"))
    shown = {
        scope: [
            (line.label, line.now.value, line.saved and line.saved.value)
            for line in workbench_answers.teams(load, scope, draft, "own_csat")
        ]
        for scope in (Scope.everything(), Scope(frozenset({"N"})))
    }
    assert list(shown.values()) == [[("North", 0.6, 0.8), ("South", 0.0, 0.5)], [("North", 0.6, 0.8)]]


def test_a_reader_of_some_teams_is_not_offered_to_save(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "guard", lambda: Scope(frozenset({"N"})))
    app = write(opened(metric="own_csat", view="team"), OWN.replace(">= 4", ">= 5"))
    assert [one.label for one in app.button if "Save" in one.label] == []
    assert "Saving is for those who see the whole organisation" in text(app)


def test_the_draft_of_a_restricted_reader_counts_their_rows_only(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "guard", lambda: Scope(frozenset({"N"})))
    shown = text(opened(metric="own_csat"))
    assert re.search(r"Jan 2024</th>.*?80\.0\u00a0%</td>", shown)  # North alone: 8 of 10


def test_a_saving_reader_of_some_teams_is_refused_below_the_page_too(company: Path) -> None:
    load = cache.current()
    draft = drafted(cache.opened(load).catalog, company, load.facts.calendar, "metric: x1\nformula: count(tickets)")
    with pytest.raises(RequestError, match="whole organisation"):
        workbench_answers.save(draft, "metric: x1\nformula: count(tickets)", None, None, Scope(frozenset({"N"})))
    assert not (company / "metrics" / "x1.yaml").exists()


@pytest.mark.parametrize("view", ["month", "team", "sql", "rows", "<b>"])
def test_every_view_of_the_preview_has_an_address(company: Path, view: str) -> None:
    assert "Effect on the scorecard" in text(opened(metric="own_csat", view=view))


@pytest.mark.parametrize(
    "draft",
    ["", "\0", "x" * 30_000, "metric: '<script>alert(1)</script>'\nformula: count(tickets)", "a: " + "[" * 3000],
    ids=["empty", "nul", "long", "script", "deep"],
)
def test_hostile_text_is_told_and_escaped(company: Path, draft: str) -> None:
    app = write(opened(new="share"), draft)
    assert "problem" in heading(app).lower()
    assert "<script" not in text(app)


def test_the_place_of_a_folded_formula_is_mended_in_its_own_line() -> None:
    draft = "metric: a\nformula: >\n  share(survey_responses.scor >= 4\n  where survey = 'csat')"
    one = Problem(Place("metrics/a.yaml", 3, 26), "survey_responses has no column 'scor'. Did you mean 'score'?")
    assert workbench_parts.mended(draft, 1, one) == draft.replace("scor ", "score ")


def test_a_suggestion_that_is_not_found_in_the_text_is_no_button() -> None:
    one = Problem(Place("metrics/a.yaml", 1, 1), "there is no table 'tickts'. Did you mean 'tickets'?")
    assert workbench_parts.mended("metric: a", 1, one) is None


def test_what_is_typed_before_the_click_is_checked_before_it_is_saved(company: Path) -> None:
    app = write(opened(metric="own_csat"), OWN.replace(">= 4", ">= 5"))
    (work,) = app.session_state["workbench"].works.values()
    work.text = OWN.replace("score", "scor")  # the last keys arrive together with the click
    app = button(app, "Save to workspace").click().run()
    assert "A draft with problems is not saved" in text(app)
    assert (company / "metrics" / "own_csat.yaml").read_text(encoding="utf-8") == OWN + "\n"


def test_a_page_left_open_follows_a_file_that_changes_while_nothing_is_typed(company: Path) -> None:
    app = opened(metric="own_csat")
    (company / "metrics" / "own_csat.yaml").write_text(OWN.replace("Own csat", "Theirs"), encoding="utf-8")
    assert heading(app.run()) == "This is Theirs as it is saved."


def test_a_definition_that_is_wrong_now_is_offered_and_shows_what_is_wrong(company: Path) -> None:
    cache.current()
    (company / "metrics" / "own_csat.yaml").write_text(OWN.replace("score", "scor"), encoding="utf-8")
    assert 'Wrong now, and left out</h3><ul><li><a href="/workbench?metric=own_csat">' in text(opened())
    assert heading(opened(metric="own_csat")) == "One problem in line 2."


def test_what_a_draft_breaks_in_goals_is_listed(company: Path) -> None:
    (company / "goals.csv").write_text("metric,from,red,goal\nown_csat,2024-01,74%,80%\n", encoding="utf-8")
    app = write(opened(metric="own_csat"), "metric: own_csat\nformula: count(tickets)\nunit: number")
    assert "It would make others wrong" in text(app)
    assert "goals.csv:2" in text(app)


@pytest.mark.parametrize("role", ["executive", "team_lead", "operator"])
def test_who_does_not_write_definitions_is_told_whose_page_it_is(
    company: Path, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    who = access.Reader("a@example.com", role, Scope.everything(), access.RIGHTS[role])
    monkeypatch.setattr(access, "reader", lambda: who)
    app = opened(metric="own_csat")
    assert heading(app) == "The workbench is for analysts, who write definitions."
    assert OWN not in text(app)
    assert [one.key for one in app.button if (one.key or "").startswith("wb_")] == []


def test_an_answer_about_a_draft_is_computed_once_in_a_session(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found wrong: the session kept one answer, so the next view threw away the one before it."""
    asked: list[str] = []

    def counting(name: str) -> Any:
        real = getattr(workbench_answers, name)

        def answer(*arguments: Any) -> Any:
            asked.append(name)
            return real(*arguments)

        return answer

    for name in ("months", "effect"):
        monkeypatch.setattr(workbench_answers, name, counting(name))
    app = opened(metric="own_csat", show="month")
    once = list(asked)
    app.run()
    app.run()
    assert "months" in once
    assert asked == once
