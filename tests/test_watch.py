"""How far a step is: the sentence, and who gets to see it."""

from __future__ import annotations

import threading

import pytest

from dashboard.printing import terminal
from data_checks.watch import Partly, how_far, watched


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (5_000_000, "mapping orders: 2,000,000 of 5,000,000 rows (40 %), about 6 s left"),
        (0, "mapping orders: 40 %, about 6 s left"),
    ],
)
def test_rows_and_time_left_are_told(rows, told):
    # four tenths took 4 s, so six tenths take 6 s
    assert how_far("mapping orders", rows, 0.4, 4) == told


def test_a_long_step_says_again_and_again_how_far_it_is():
    class Engine:
        """At 25 % whenever it is asked."""

        def query_progress(self):
            return 25.0

    heard, again = [], threading.Event()

    def hear(sentence):
        heard.append(sentence)
        if isinstance(sentence, Partly):
            again.set()

    with watched(Engine(), "mapping orders", 100, hear):
        assert again.wait(30)
    assert heard[0] == "mapping orders"
    assert heard[1].startswith("mapping orders: 25 of 100 rows (25 %)")
    assert heard[1].share == 0.25


@pytest.mark.parametrize("watching", [True, False])
def test_only_a_terminal_shows_what_the_next_sentence_replaces(monkeypatch, capsys, watching):
    monkeypatch.setattr("sys.stderr.isatty", lambda: watching)
    terminal.progress("mapping orders")
    terminal.progress(Partly("mapping orders: half", 0.5))
    shown = capsys.readouterr().err
    assert "mapping orders\n" in shown
    assert ("━━━━━━━━━━━━──────────── mapping orders: half" in shown) is watching
