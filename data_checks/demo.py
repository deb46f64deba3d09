"""Writes the demo workspace: one invented company, two years, with things planted for a reader to find.

The same seed and scale give the same bytes. What is planted stands in demo_files/README.md, which goes along.
"""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from data_checks import demo_service, demo_trade
from data_checks.demo_calendar import Counts, Rng

FILES = Path(__file__).parent / "demo_files"
DEFECTS_PER_MILLE = 5

_DAYS = {"customer_since", "promised_for", "hired", "left"}
_TIME_FORMAT = "%Y-%m-%d %H:%M"


def write_demo(folder: Path, scale: float = 1.0, seed: int = 7) -> None:
    """The example workspace in `folder`; `scale` multiplies customers, orders and tickets.

    workspace.yaml is written last: a folder that has one is whole.
    """
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, frame in tables(np.random.default_rng(seed), scale).items():
        (folder / "data" / f"{name}.csv.gz").write_bytes(as_csv_gz(frame))
    whole = sorted(path for path in FILES.rglob("*") if path.is_file())
    for path in sorted(whole, key=lambda path: path.name == "workspace.yaml"):
        target = folder / path.relative_to(FILES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def tables(rng: Rng, scale: float) -> Mapping[str, pd.DataFrame]:
    """Every export by file name, defects included, everything as text except numbers."""
    customers = demo_trade.customers(rng, scale)
    orders = demo_trade.orders(rng, customers)
    staff = demo_service.staff()
    tickets = demo_service.tickets(rng, orders, staff, scale)
    recommendation = demo_trade.recommendation_survey(rng, orders)
    service = demo_service.service_survey(rng, tickets)
    return {
        "groups": demo_service.teams(),
        "staff": _as_text(staff),
        "customers": _as_text(customers),
        "orders": _spoil_orders(rng, _as_text(orders)),
        "tickets": _spoil_tickets(rng, _as_text(tickets)),
        "service_survey": _spoil_service_survey(rng, _as_text(service)),
        "team_pulse": _as_text(demo_service.team_pulse(rng)),
        "recommendation_survey": _spoil_recommendation_survey(rng, _as_text(recommendation)),
    }


def as_csv_gz(frame: pd.DataFrame) -> bytes:
    """The frame as compressed CSV, with no file name and no time in it: equal frames give equal bytes."""
    text = frame.to_csv(index=False, lineterminator="\n")
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as packed:
        packed.write(text.encode("utf-8"))
    return buffer.getvalue()


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Times and days as the exports write them; columns that begin with _ stay behind."""
    kept = frame[[name for name in frame.columns if not name.startswith("_")]].copy()
    for name in kept.columns:
        if pd.api.types.is_datetime64_any_dtype(kept[name]):
            kept[name] = kept[name].dt.strftime("%Y-%m-%d" if name in _DAYS else _TIME_FORMAT)
    return kept.astype(object)


def _some(rng: Rng, frame: pd.DataFrame, share: float, having: str | None = None) -> Counts:
    """Row numbers of that share of all planned defects, among the rows where `having` is filled; at least one."""
    candidates = np.flatnonzero(frame[having].notna()) if having else np.arange(len(frame))
    wanted = max(1, round(len(frame) * DEFECTS_PER_MILLE / 1000 * share))
    return rng.choice(candidates, size=min(wanted, len(candidates)), replace=False)


def _put(frame: pd.DataFrame, rows: Counts, column: str, value: str | float | list[str]) -> None:
    frame.loc[frame.index[rows], column] = value


def _days_before(frame: pd.DataFrame, rows: Counts, column: str, days: int) -> list[str]:
    """The times of a column, moved back: a mistyped date."""
    moved = pd.to_datetime(frame[column].iloc[rows], format=_TIME_FORMAT) - pd.Timedelta(days=days)
    return list(moved.dt.strftime(_TIME_FORMAT))


def _spoil_orders(rng: Rng, orders: pd.DataFrame) -> pd.DataFrame:
    """An unknown state, a delivery before its order, an amount that is none, a missing amount (marked only)."""
    _put(orders, _some(rng, orders, 0.35), "order_state", "Lost in transit")
    rows = _some(rng, orders, 0.3, having="delivered")
    _put(orders, rows, "delivered", _days_before(orders, rows, "order_date", 31))
    _put(orders, _some(rng, orders, 0.2), "net_amount", "on request")
    _put(orders, _some(rng, orders, 0.15), "net_amount", np.nan)
    return orders


def _spoil_tickets(rng: Rng, tickets: pd.DataFrame) -> pd.DataFrame:
    """Solved before opened, a negative number of hand-overs, a date that does not exist."""
    rows = _some(rng, tickets, 0.4, having="solved")
    _put(tickets, rows, "solved", _days_before(tickets, rows, "created", 2))
    _put(tickets, _some(rng, tickets, 0.35), "group_changes", -1)
    _put(tickets, _some(rng, tickets, 0.25), "created", "2025-02-31 10:15")
    return tickets


def _spoil_service_survey(rng: Rng, answers: pd.DataFrame) -> pd.DataFrame:
    """A 9 that means "no opinion", and answers stamped before their invitation (marked only)."""
    _put(answers, _some(rng, answers, 0.4, having="satisfaction_1_to_5"), "satisfaction_1_to_5", 9)
    rows = _some(rng, answers, 0.2, having="answered")
    _put(answers, rows, "answered", _days_before(answers, rows, "sent", 1))
    return answers


def _spoil_recommendation_survey(rng: Rng, answers: pd.DataFrame) -> pd.DataFrame:
    """An 11 that codes a blank and would count as a promoter."""
    _put(answers, _some(rng, answers, 0.6, having="would_recommend"), "would_recommend", 11)
    return answers
