"""The menu that offers the board as a file, and the pictures of one chart.

A file is made when it is asked for, beside the page and not by it: the button shows that it is at work, whoever leaves
loses nothing, and a file that cannot be made leaves the page as it is; why stands under its button at the next look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import access, export_answers, wording
from dashboard.cache import Load
from dashboard.controls import Choice
from dashboard.wording import say
from data_checks.errors import ScorecardError
from metrics.definition import MetricDefinition
from metrics.events import Happening
from metrics.period import Period
from metrics.result import MetricResult
from metrics.scope import Scope

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offered(load: Load, scope: Scope) -> Callable[[Choice], None]:
    """What draws the menu beside the controls of a board, once they say which one."""

    def draw(choice: Choice) -> None:
        box = st.popover(say("xp_menu"), key="export", on_change="rerun")
        if box.open:
            with box:
                _menu(load, scope, choice)

    return draw


def _menu(load: Load, scope: Scope, choice: Choice) -> None:
    name = "-".join(["scorecard", wording.period_id(choice.period), *_slug(choice.named or "")])
    asked = (load, scope, choice, access.may("agents"))
    for key, ending, mime, make in (
        ("pdf", ".pdf", "application/pdf", lambda: export_answers.board_pack(*asked, "a4")),
        ("pdf_letter", "-letter.pdf", "application/pdf", lambda: export_answers.board_pack(*asked, "letter")),
        ("xlsx", ".xlsx", _XLSX, lambda: export_answers.workbook(*asked)),
        ("html", ".html", "text/html", lambda: export_answers.snapshot(*asked)),
        ("csv", ".csv", "text/csv", lambda: export_answers.table(*asked)),
    ):
        _button(f"xp_{key}", make, f"{name}{ending}", mime)
    whole = say("xp_whole" if scope.teams is None else "xp_own")
    period, against = wording.period(choice.period), wording.period(choice.against)
    st.caption(_plain(say("xp_note", part=choice.named or whole, period=period, against=against)))


def chart_buttons(
    load: Load,
    definition: MetricDefinition,
    months: Sequence[MetricResult],
    judged: Period,
    part: str,
    events: Sequence[Happening],
) -> None:
    """Offer the trend above as SVG and as PNG, with a head that says whose it is."""
    name = f"{definition.metric}-{wording.period_id(judged)}"

    def drawn(form: str) -> Callable[[], bytes]:
        def make() -> bytes:
            from dashboard.export import chart

            found = chart.Trend(definition, months, judged, load.facts, part, events=events)
            return chart.as_svg(found) if form == "svg" else chart.as_png(found)

        return make

    with st.container(horizontal=True, key="chart_files"):
        _button("xp_chart_svg", drawn("svg"), f"{name}.svg", "image/svg+xml")
        _button("xp_chart_png", drawn("png"), f"{name}.png", "image/png")


def _button(word: str, make: Callable[[], bytes], file_name: str, mime: str) -> None:
    failed = st.session_state.setdefault("export_failed", {})

    def made() -> bytes:
        """Called when no page runs: why it failed waits for the next one. Streamlit says only that it did."""
        failed.pop(word, None)
        try:
            return make()
        except ScorecardError as error:
            failed[word] = str(error)
            raise

    st.download_button(say(word), made, file_name=file_name, mime=mime, key=word, on_click="ignore", type="tertiary")
    if why := failed.get(word):
        st.caption(_plain(say("xp_failed", why=why.rstrip("."))))


def _slug(text: str) -> list[str]:
    """A name as part of a file's name; nothing of one without a plain letter."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return [plain[:40]] if plain else []


def _plain(text: str) -> str:
    """A sentence with its markup shown as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>$~:])", r"\\\1", text)
