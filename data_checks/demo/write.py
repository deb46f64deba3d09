"""Writes the demo workspace: one invented company, three years, with things planted for a reader to find.

The same seed and scale give the same bytes. What is planted stands in files/README.md, which goes along.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from data_checks.demo import goals, marketing, service, staff, surveys, tickets, trade
from data_checks.demo.calendar import holidays
from data_checks.demo.defects import DAY_FORMAT, TIME_FORMAT, UNREADABLE_LINES, WRITTEN_OVER, is_of_days, spoil
from data_checks.errors import RequestError
from data_checks.expression import literal, quoted

FILES = Path(__file__).parent / "files"
PART = ".part"
"""Stands in a folder whose example was broken off."""

_PLAIN = ("groups", "staff", "courses", "costs", "benchmarks", "events")
"""Small exports that are not packed, so that they open with a click."""


def write_demo(folder: Path, scale: float = 1.0, seed: int = 7) -> None:
    """The example workspace in `folder`; `scale` multiplies customers and all they do, not the company's own people.

    It grows in a folder of its own and is moved when it is whole; what an earlier try has left there is thrown away.
    Raises RequestError when the folder cannot be written.
    """
    part = folder / PART
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _write_all(part, scale, seed)
        for child in sorted(part.iterdir(), key=lambda child: child.name == "workspace.yaml"):
            child.rename(folder / child.name)
        part.rmdir()
    except (OSError, duckdb.IOException) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error).splitlines()[0]
        raise RequestError(f"{folder} cannot be written: {why.rstrip('.')}; name a folder with room for it.") from None


def _write_all(folder: Path, scale: float, seed: int) -> None:
    (folder / "data").mkdir()
    frames = tables(seed, scale)
    with duckdb.connect(config={"threads": 1}) as connection:  # one thread: equal frames give equal bytes
        for name, rng in zip(frames, np.random.default_rng([seed, 1]).spawn(len(frames)), strict=True):
            _write(connection, folder / "data", name, spoil(rng, name, frames[name]))
    lines = "".join(f"{day}\n" for day in holidays())
    (folder / "holidays.csv").write_text(f"date\n{lines}", encoding="utf-8")
    (folder / "goals.csv").write_text(goals.text(scale), encoding="utf-8")
    for path in sorted(path for path in FILES.rglob("*") if path.is_file()):
        target = folder / path.relative_to(FILES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def tables(seed: int, scale: float) -> Mapping[str, pd.DataFrame]:
    """Every export by file name, without defects. Each has a generator of its own, so that none moves another."""
    rngs = iter(np.random.default_rng(seed).spawn(13))
    people, customers = staff.staff(next(rngs)), trade.customers(next(rngs), scale)
    orders = trade.orders(next(rngs), customers)
    cases = tickets.tickets(next(rngs), orders, people, scale)
    answers, courses = surveys.service_survey(next(rngs), cases), staff.training(next(rngs), people)
    return {
        "groups": staff.teams(),
        "staff": people,
        "customers": customers,
        "orders": orders,
        "contracts": trade.contracts(next(rngs), customers),
        "tickets": cases,
        "service_survey": answers,
        "ratings": surveys.ratings(next(rngs), answers),
        "recommendation_survey": surveys.recommendation_survey(next(rngs), orders),
        "team_pulse": surveys.team_pulse(next(rngs), people),
        "visits": surveys.visits(next(rngs), cases),
        "courses": courses,
        "reviews": service.reviews(next(rngs), people, cases),
        "bookings": marketing.loyalty(next(rngs), customers, orders),
        "messages": marketing.messages(np.random.default_rng([seed, 2]), customers, orders),
        "costs": service.costs(people, cases, courses, scale),
        "benchmarks": service.benchmarks(),
        "events": marketing.events(),
    }


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, frame: pd.DataFrame) -> None:
    """One export as CSV; columns that begin with _ stay behind, but for what is written over."""
    columns = [column for column in frame.columns if not column.startswith("_")]
    select = ", ".join(f"{_exported(frame, column)} as {quoted(column)}" for column in columns)
    path = folder / (f"{name}.csv" if name in _PLAIN else f"{name}.csv.gz")
    packed = "" if name in _PLAIN else ", compression gzip"
    connection.register("frame", frame)
    connection.execute(f"copy (select {select} from frame) to {literal(str(path))} (format csv, header{packed})")
    connection.unregister("frame")
    if name in UNREADABLE_LINES:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.writelines(f"{line}\n" for line in UNREADABLE_LINES[name])


def _exported(frame: pd.DataFrame, column: str) -> str:
    """SQL of the text that stands in the export."""
    value = f"cast({quoted(column)} as varchar)"
    if pd.api.types.is_datetime64_any_dtype(frame[column]):
        value = f"strftime({quoted(column)}, '{DAY_FORMAT if is_of_days(frame[column]) else TIME_FORMAT}')"
    over = WRITTEN_OVER + column
    return f"coalesce({quoted(over)}, {value})" if over in frame.columns else value
