"""The export menu of the dashboard: what it offers to whom, and that it writes what the command writes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from dashboard import access, cache, export_answers, export_menu, screens, settings
from dashboard.cli import main
from dashboard.controls import Choice
from dashboard.export import apart, pictures
from dashboard.filters import Filters
from data_checks.errors import RequestError
from metrics.journal_scope import teams_of
from metrics.period import shifted
from metrics.scope import Scope
from tests import dashboard_fixture as fixture

FORMS = ["Board pack (PDF, A4)", "Board pack (PDF, Letter)", "Workbook (XLSX)", "Snapshot (HTML, opens offline)",
         "Table (CSV)"]  # fmt: skip


@pytest.fixture
def floors() -> Iterator[None]:
    cache.use(fixture.FixtureFloors())
    yield
    cache.use(None)


def opened(page: str, **query: str) -> AppTest:
    """A page with its export menu open."""
    app = AppTest.from_file(settings.ENTRY, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.session_state["export"] = True
    app.switch_page(str(settings.PAGES / page)).run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [one.proto.label for one in app.get("download_button")]


@pytest.mark.parametrize("page", ["overview.py", "customer.py"])
def test_a_board_is_offered_in_every_form(floors: None, page: str) -> None:
    app = opened(page)
    assert labels(app) == FORMS
    assert "the whole organisation, October 2026 beside September 2026" in app.caption[0].value.replace("\\", "")


def test_no_two_forms_are_saved_under_one_name(floors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[str] = []
    monkeypatch.setattr(export_menu, "_button", lambda _word, _make, name, _mime: saved.append(name))
    opened("overview.py", team="Harbour")
    name = "scorecard-2026-10-harbour"
    assert saved == [f"{name}.pdf", f"{name}-letter.pdf", f"{name}.xlsx", f"{name}.html", f"{name}.csv"]


def test_the_menu_says_whose_board_it_writes(floors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("Harbour"))
    assert "your teams" in opened("overview.py").caption[0].value
    assert "Harbour" in opened("overview.py", team="Harbour").caption[0].value


def test_a_chart_is_offered_as_a_picture(floors: None) -> None:
    assert labels(opened("metric.py", metric="csat"))[:2] == ["Chart (SVG)", "Chart (PNG)"]


def test_a_page_is_drawn_without_making_a_file(floors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be made is nobody's worry until it is asked for, and then only its button's."""

    def broken(*_: object) -> bytes:
        raise AssertionError("nobody asked for a file")

    for name in ("board_pack", "workbook", "table", "snapshot"):
        monkeypatch.setattr(export_answers, name, broken)
    assert labels(opened("overview.py")) == FORMS


def test_why_a_file_could_not_be_made_stands_under_its_button_until_it_can(
    floors: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, Callable[[], bytes]] = {}
    offered = streamlit.download_button

    def button(label: str, data: Callable[[], bytes], **named: Any) -> bool:
        made[label] = data
        return offered(label, data, **named)

    def refused(*_: object) -> bytes:
        raise RequestError("the board pack cannot be laid out: *no* shape.")

    monkeypatch.setattr(streamlit, "download_button", button)
    monkeypatch.setattr(export_answers, "board_pack", refused)
    app = opened("overview.py")
    assert len(app.caption) == 1
    with pytest.raises(RequestError):
        made[FORMS[0]]()
    told = [one.value.replace("\\", "") for one in app.run().caption]
    assert told[0] == "It could not be made the last time: the board pack cannot be laid out: *no* shape."
    monkeypatch.setattr(export_answers, "board_pack", lambda *_: b"%PDF")
    assert made[FORMS[0]]() == b"%PDF"
    assert len(app.run().caption) == 1


# ── against the command ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def load(loaded_demo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[cache.Load]:
    monkeypatch.setenv(settings.WORKSPACE, str(loaded_demo))
    cache.use(None)
    yield cache.current()
    cache.use(None)


def choice(load: cache.Load) -> Choice:
    return Choice(load.default_period, shifted(load.default_period, -1))


def test_the_menu_writes_what_the_command_writes(load: cache.Load, loaded_demo: Path, tmp_path: Path) -> None:
    forms: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: export_answers.board_pack(load, Scope.everything(), choice(load), True, "a4"),
        "xlsx": lambda: export_answers.workbook(load, Scope.everything(), choice(load), True),
        "html": lambda: export_answers.snapshot(load, Scope.everything(), choice(load), True),
        "csv": lambda: export_answers.table(load, Scope.everything(), choice(load), True),
    }
    words = [word for form in forms for word in (f"--{form}", str(tmp_path / form))]
    done = CliRunner().invoke(main, ["export", "-w", str(loaded_demo), *words])
    assert done.exit_code == 0, done.output
    assert [form for form, make in forms.items() if make() != (tmp_path / form).read_bytes()] == []


def test_once_a_load_is_prepared_its_first_board_pack_draws_no_chart(
    load: cache.Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_DRAWN", {})
    screens.prepare(load)
    assert len(pictures._DRAWN) == len(export_answers.pack(load, Scope.everything(), choice(load), True).changes) > 0
    asked: dict[str, int] = {}

    def work(module: str, lines: Iterable[str], *_: str) -> bytes:
        asked[module.rsplit(".", 1)[1]] = len(list(lines))
        return b""

    monkeypatch.setattr(apart, "work", work)
    export_answers.board_pack(load, Scope.everything(), choice(load), True, "a4")
    assert asked == {"draw": 0, "typeset": 1}


def test_a_reader_of_some_teams_gets_the_own_teams_only(load: cache.Load) -> None:
    scope = Scope.of_teams(_teams(load)["North"])
    found = export_answers.pack(load, scope, choice(load), True)
    assert found.asked.scope == scope
    assert found.plans.initiatives == ()
    whole = export_answers.pack(load, Scope.everything(), choice(load), True)
    assert found.fingerprints["csat"] != whole.fingerprints["csat"]


def test_a_team_outside_the_scope_is_nobodys(load: cache.Load) -> None:
    """The address of a colleague's board, opened by somebody who may not see it, is that of no team at all."""
    scope, asked = (
        Scope.of_teams(_teams(load)["North"]),
        dataclasses.replace(choice(load), filters=Filters(team=("South",))),
    )
    with pytest.raises(RequestError, match=r"there is no team 'South'\."):
        export_answers.pack(load, scope, asked, True)


def _teams(load: cache.Load) -> dict[str, str]:
    """Every team's id by its name."""
    return {name: key for key, name in teams_of(cache.opened(load).warehouse) if name}
