"""Loads that are killed while a reader looks on: the company they load, the reader, and the points to die at.

The product knows nothing of this. A load dies of SIGKILL in a process of its own, by an audit hook of Python (which
hears every file that is opened, renamed or removed), by a sentence of progress, or by a function that is called.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from data_checks.load import load
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.catalog import read_catalog
from metrics.prepare import prepare
from tests.loading import NOW, write

WORKSPACE = """
sources:
  tickets: {files: tickets.csv, columns: {ticket_id: id, opened_at: seen, transfers: generation}}
  orders: {files: orders.csv, columns: {order_id: id, ordered_at: seen, units: generation}}
  survey_responses:
    files: answers.csv
    columns: {response_id: id, survey: "'csat'", responded_at: seen, score: "5", weight: generation}
"""
TABLES = {
    "tickets": ("ticket_id", "transfers", 40),
    "orders": ("order_id", "units", 60),
    "survey_responses": ("response_id", "weight", 90),
}
"""Table → its key, the column that says of which generation a row is, and how many rows generation 0 has."""
_FILES = {"tickets": "tickets", "orders": "orders", "survey_responses": "answers"}

# A killed process cannot give its semaphores back; the tracker that does it in its stead need not say so.
os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.killing", "data_checks.gx_duckdb"])


def rows_of(table: str, generation: int) -> int:
    """How many good rows a table has in a generation: one more each time."""
    return TABLES[table][2] + generation


def write_generation(folder: Path, generation: int) -> None:
    """The workspace with the files of one generation: keys 1 to n, and one row that cannot be read."""
    files = {}
    for table, name in _FILES.items():
        good = "".join(f"{n},2026-01-01 09:00,{generation}\n" for n in range(1, rows_of(table, generation) + 1))
        files[name] = f"id,seen,generation\n{good}bad,soon,{generation}\n"
    write(folder, WORKSPACE, **files)


@dataclass
class Seen:
    """What a reader saw. `backwards`: a generation older than one seen before."""

    reads: int = 0
    lost: int = 0
    doubled: int = 0
    mixed: int = 0
    backwards: int = 0
    errors: list[str] = field(default_factory=list)
    generations: set[int] = field(default_factory=set)

    @property
    def faults(self) -> dict[str, int]:
        return {"lost": self.lost, "doubled": self.doubled, "mixed": self.mixed, "backwards": self.backwards,
                "errors": len(self.errors)}  # fmt: skip


def look(var: Path, seen: Seen) -> int | None:
    """Open what is published, read every table and hold it against its load; the generation, None after an error."""
    try:
        with contextlib.closing(open_warehouse(var)) as warehouse:
            generations = set()
            for name, (key_name, mark_name, _) in TABLES.items():
                table = warehouse.table(name)
                key, mark = sa.cast(table.c[key_name], sa.Integer), table.c[mark_name]
                columns: tuple[Any, ...] = (sa.func.min(mark), sa.func.max(mark), sa.func.count(), sa.func.sum(key))
                low, high, count, checksum = tuple(warehouse.read(sa.select(*columns))[0])
                generations |= {int(low), int(high)}
                expected = rows_of(name, int(high))
                seen.lost += max(0, expected - count)
                seen.doubled += max(0, count - expected)
                seen.mixed += checksum != expected * (expected + 1) // 2 and count == expected
                seen.mixed += warehouse.facts.tables[name].accounts["published"] != count
    except Exception as error:
        seen.errors.append(f"{type(error).__name__}: {error}")
        return None
    generation = max(generations)
    seen.reads += 1
    seen.mixed += len(generations) - 1
    seen.backwards += generation < max(seen.generations, default=0)
    seen.generations.add(generation)
    return generation


def read_on(var: Path, line: Connection) -> None:
    """Look until told to stop, twice more after that, and hand over what was seen. Says so after the first look."""
    seen = Seen()
    look(var, seen)
    line.send("reading")
    while not line.poll():
        look(var, seen)
    look(var, seen)
    line.send(seen)


@contextlib.contextmanager
def reader(var: Path, result: Seen) -> Any:
    """A reader in a process of its own, for as long as the block lasts; what it saw is added to `result`."""
    ours, theirs = processes.Pipe()
    process = processes.Process(target=read_on, args=(var, theirs), daemon=True)
    process.start()
    theirs.close()  # a reader that dies ends the test; nobody waits for it
    assert ours.recv() == "reading"
    yield
    ours.send("stop")
    vars(result).update(vars(ours.recv()))
    process.join()


# ── the points to die at ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class KillPoint:
    """Die at the `time`-th `event` whose subject (path, sentence of progress, function) matches.

    `published`: whether readers must see the new version afterwards.
    """

    name: str
    event: Literal["open", "os.mkdir", "os.rename", "os.remove", "shutil.rmtree", "progress", "call"]
    subject: str
    time: int = 1
    published: bool = False


KILL_POINTS = (
    KillPoint("before the books are opened", "os.mkdir", r"loads/[0-9]+$"),
    KillPoint("while a file is copied", "open", r"\.load-[0-9]+/1\.csv$"),
    KillPoint("before the second table is mapped", "progress", "mapping orders"),
    KillPoint("before the rows are checked", "progress", "checking"),
    KillPoint("in the middle of the quarantine", "open", r"quarantine\.csv$", time=2),
    KillPoint("before the version is built", "progress", "building the new version"),
    KillPoint("in the middle of the build", "call", "data_checks.build:derive"),
    KillPoint("before the build says what it is", "call", "data_checks.build:to_json"),
    KillPoint("before screens are prepared", "progress", "preparing what screens ask for"),
    KillPoint("in the middle of preparing", "call", "metrics.prepare:to_json"),
    KillPoint("before the books say publishing", "os.rename", r"\.load\.json$", time=2),
    KillPoint("before the version gets its name", "os.rename", r"\.build-[0-9]+\.duckdb$"),
    KillPoint("before the new pointer is written", "open", r"\.CURRENT$"),
    KillPoint("before the pointer moves", "os.rename", r"\.CURRENT$"),
    KillPoint("after the pointer moved", "open", r"/warehouse$", published=True),
    KillPoint("before the oldest version goes", "os.remove", r"w-[0-9]+\.duckdb$", published=True),
    KillPoint("before the books say published", "os.rename", r"\.load\.json$", time=3, published=True),
    KillPoint("before the private folder goes", "shutil.rmtree", r"\.load-[0-9]+$", published=True),
)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _counted(point: KillPoint) -> Callable[[str], None]:
    """Called with each subject; does not return the time it was waiting for."""
    pattern, left = re.compile(point.subject), [point.time]

    def hear(subject: str) -> None:
        if pattern.search(subject):
            left[0] -= 1
            if not left[0]:
                _die()

    return hear


def load_until(folder: Path, point: KillPoint | None, told: Path | None = None) -> None:
    """Load, and die at the point; for a process of its own. Sentences of progress are written to `told`, one a line."""
    hear = _counted(point) if point else lambda _: None
    event = point.event if point else ""
    if point and event == "call":
        module, _, name = point.subject.partition(":")
        place = importlib.import_module(module)
        assert callable(getattr(place, name))
        setattr(place, name, lambda *_: _die())
    elif event != "progress":
        sys.addaudithook(lambda heard, args: hear(str(args[0])) if heard == event else None)

    def progress(sentence: str) -> None:
        if told:
            with told.open("a", encoding="utf-8") as stream:
                stream.write(f"{sentence}\n")
        if event == "progress":
            hear(sentence)

    load(read_workspace(folder), NOW, progress, prepare=lambda version: prepare(version, read_catalog()))


def start_load(folder: Path, point: KillPoint | None = None, told: Path | None = None) -> Any:
    """A load in a process of its own, started."""
    process = processes.Process(target=load_until, args=(folder, point, told), daemon=True)
    process.start()
    return process


def leftovers(var: Path) -> list[str]:
    """What a finished load must not leave behind."""
    patterns = (".load-*", "warehouse/.*", "loads/*/.*", "warehouse/*.wal")
    return sorted(path.relative_to(var).as_posix() for pattern in patterns for path in var.glob(pattern))
