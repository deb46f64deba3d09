"""`calendar:` of workspace.yaml → the week's shifts and the holidays, or every problem in them with its place.

Hours are local wall-clock times of the workspace's zone. A day that is not named is closed, and so is a holiday.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_checks.errors import Place, Problem, did_you_mean
from data_checks.obstacles import obstacle
from data_checks.yaml_file import Document, Path_

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = tuple(day[:3] for day in DAYS)
_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")
_AT = ("calendar", "business_hours")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, order=True)
class Shift:
    """Working time of one weekday (1 Monday … 7 Sunday) from `begins` up to `ends`, minutes of the local day."""

    weekday: int
    begins: int
    ends: int


@dataclass(frozen=True)
class Holidays:
    """The days of the holidays file. `sha256`: of its bytes as they were read."""

    shown: str
    sha256: str
    days: tuple[dt.date, ...]


def read_shifts(document: Document, problems: list[Problem]) -> tuple[Shift, ...]:
    """The week of `calendar: {business_hours: …}`, in order; empty when none is given. Adds what is wrong."""
    written = _calendar(document).get("business_hours")
    found: dict[int, tuple[str, list[Shift]]] = {}
    for name, text in written.items() if isinstance(written, dict) else ():
        days = _weekdays(name, document.key_place(*_AT, name), problems)
        hours = _hours(text, document.place(*_AT, name), problems) if isinstance(text, str) else []
        for day in days:
            if day in found:
                message = f"{DAYS[day - 1]} has hours twice, under '{found[day][0]}' and under '{name}'."
                problems.append(Problem(document.key_place(*_AT, name), message))
                continue
            found[day] = (name, [Shift(day, begins, ends) for begins, ends in hours])
    return tuple(sorted(shift for _, shifts in found.values() for shift in shifts))


def _calendar(document: Document) -> dict[str, Any]:
    written = document.data.get("calendar")
    return written if isinstance(written, dict) else {}


def _weekdays(name: str, place: Place, problems: list[Problem]) -> tuple[int, ...]:
    """mon, monday or mon-fri as weekdays; sun-thu runs over the week's end."""
    ends = []
    for part in (part.strip().lower() for part in name.split("-", 1)):
        if part not in (*DAYS, *_SHORT):
            message = f"there is no day '{part}'; write one such as mon, or a range such as mon-fri."
            problems.append(Problem(place, message + did_you_mean(part, DAYS if len(part) > 4 else _SHORT)))
            return ()
        ends.append(_SHORT.index(part[:3]))
    first, last = ends[0], ends[-1]
    return tuple((first + step) % 7 + 1 for step in range((last - first) % 7 + 1))


def _hours(text: str, place: Place, problems: list[Problem]) -> list[tuple[int, int]]:
    """ "09:00-12:00,13:00-17:00" as minutes of the day, in order."""
    found: list[tuple[int, int]] = []
    for part in text.split(","):
        match = _HOURS.fullmatch(part)
        begins, ends = (_minute(match[1], match[2]), _minute(match[3], match[4])) if match else (None, None)
        if begins is None or ends is None:
            message = f"'{part.strip()}' are no hours; write them like 09:00-18:00, and leave out a day that is closed."
            problems.append(Problem(place, message))
        elif begins >= ends:
            message = f"{part.strip()} ends before it begins; hours over midnight are written on both days."
            problems.append(Problem(place, message))
        else:
            found.append((begins, ends))
    found.sort()
    for (_, ends), (begins, _) in itertools.pairwise(found):
        if begins < ends:
            problems.append(Problem(place, f"the hours '{text}' overlap at {begins // 60:02}:{begins % 60:02}."))
    return found


def _minute(hour: str, minute: str) -> int | None:
    """The minute of the day up to 24:00; None when no clock shows it."""
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= 24 * 60 else None


def read_holidays(document: Document, folder: Path, problems: list[Problem]) -> Holidays | None:
    """The file of `calendar: {holidays: …}`; None when none is given or it cannot be read. Adds what is wrong."""
    name = _calendar(document).get("holidays")
    if not isinstance(name, str):
        return None
    at: Path_ = ("calendar", "holidays")
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        problems.append(Problem(document.place(*at), f"'{name}' lies outside the workspace; copy it into its folder."))
        return None
    if told := obstacle(path):
        problems.append(Problem(document.place(*at), f"'{name}' {told}."))
        return None
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem(document.place(*at), _unreadable(name, path, folder, error)))
        return None
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8 text (byte {error.start}); save the file as UTF-8."
        problems.append(Problem(Place(name), message))
        return None
    days = tuple(sorted(set(_days(text, name, problems))))
    return Holidays(name, hashlib.sha256(content).hexdigest(), days)


def _unreadable(name: str, path: Path, folder: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        near = [found.relative_to(folder).as_posix() for found in sorted(folder.glob("**/*.csv"))]
        meant = did_you_mean(name, near)
        return (
            f"the file '{name}' does not exist.{meant}"
            if meant
            else (f"the file '{name}' does not exist; put it there, or leave `holidays` out.")
        )
    if path.is_dir():
        return f"'{name}' is a folder; name a file with one date a line."
    return f"the file '{name}' cannot be read: {error.strerror}; check its permissions."


def _days(text: str, shown: str, problems: list[Problem]) -> Iterator[dt.date]:
    """The dates of a file with one a line; its header, when it has one, says which column holds them."""
    reader = csv.reader(text.splitlines())
    column, is_first = 0, True
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if is_first and not any(char.isdigit() for cell in cells for char in cell):
            column = _date_column(cells, Place(shown, reader.line_num, 1), problems)
        else:
            cell = cells[column].strip() if column < len(cells) else ""
            try:
                yield _iso_date(cell)
            except ValueError:
                message = f"'{cell}' is no date; write it like 2026-12-25."
                problems.append(Problem(Place(shown, reader.line_num, 1), message))
        is_first = False


def _date_column(header: list[str], place: Place, problems: list[Problem]) -> int:
    names = [cell.strip().lower() for cell in header]
    if "date" in names:
        return names.index("date")
    if len(names) > 1:
        problems.append(Problem(place, f"the header has no column 'date'.{did_you_mean('date', names)}"))
    return 0


def _iso_date(cell: str) -> dt.date:
    """Raises ValueError for anything but YYYY-MM-DD: Python itself would read 20261225 and 2026-W52-5 too."""
    if not _DATE.fullmatch(cell):
        raise ValueError(cell)
    return dt.date.fromisoformat(cell)
