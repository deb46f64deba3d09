"""How far a long statement of the engine is: said again and again while it runs, with the rows and the time left."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import duckdb

EVERY = 0.5
"""Seconds between two sentences."""
COUNTED = "set enable_progress_bar = true; set enable_progress_bar_print = false; set progress_bar_time = 0"
"""What an engine must be told before it is watched."""


class Partly(str):
    """A sentence that the next one replaces. `share`: how much is done, 0 to 1."""

    __slots__ = ("share",)
    share: float

    def __new__(cls, text: str, share: float) -> Partly:
        made = super().__new__(cls, text)
        made.share = share
        return made


@contextlib.contextmanager
def watched(
    connection: duckdb.DuckDBPyConnection, sentence: str, rows: int, progress: Callable[[str], None]
) -> Iterator[None]:
    """Say the sentence, and while the block runs how much of it is done. `rows`: how many there are, 0: unknown."""
    progress(sentence)
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(connection, sentence, rows, progress, over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(
    connection: duckdb.DuckDBPyConnection,
    sentence: str,
    rows: int,
    progress: Callable[[str], None],
    over: threading.Event,
) -> None:
    looks = 0
    while not over.wait(EVERY):
        looks += 1
        share = connection.query_progress() / 100
        if 0 < share < 1:
            progress(Partly(how_far(sentence, rows, share, looks * EVERY), share))


def how_far(sentence: str, rows: int, share: float, seconds: float) -> str:
    """“mapping orders: 2,150,000 of 5,000,000 rows (43 %), about 4 s left” after so many seconds."""
    left = seconds * (1 - share) / share
    told = f"{rows * share:,.0f} of {rows:,} rows ({share:.0%})" if rows else f"{share:.0%}"
    return f"{sentence}: {told.replace('%', ' %')}, about {left:.0f} s left"
