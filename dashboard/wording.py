"""Numbers and dates as text, and the table of every fixed word on screen. Pure: no Streamlit, no clock.

Missing is never a number here: a caller with None asks for a word (`say("no_value")`), not for a format.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from zoneinfo import ZoneInfo

from dashboard.words.agent import AGENT_WORDS
from dashboard.words.analysis import ANALYSIS_WORDS
from dashboard.words.changes import CHANGE_WORDS
from dashboard.words.cohorts import COHORT_WORDS
from dashboard.words.common import COMMON_WORDS
from dashboard.words.export import EXPORT_WORDS
from dashboard.words.flow import FLOW_WORDS
from dashboard.words.journal import JOURNAL_WORDS
from dashboard.words.lifetime_value import LIFETIME_WORDS
from dashboard.words.links import LINK_WORDS
from dashboard.words.load import LOAD_WORDS
from dashboard.words.metric import METRIC_WORDS
from dashboard.words.pages import PAGE_WORDS
from dashboard.words.receipt import RECEIPT_WORDS
from dashboard.words.retention import RETENTION_WORDS
from dashboard.words.satisfaction import SATISFACTION_WORDS
from dashboard.words.strategy import STRATEGY_WORDS
from dashboard.words.today import TODAY_WORDS
from dashboard.words.workbench import WORKBENCH_WORDS
from metrics.definition import Unit
from metrics.period import Period, add_months
from metrics.result import Kind

WORDS = {
    **COMMON_WORDS,
    **AGENT_WORDS,
    **ANALYSIS_WORDS,
    **CHANGE_WORDS,
    **COHORT_WORDS,
    **EXPORT_WORDS,
    **FLOW_WORDS,
    **JOURNAL_WORDS,
    **LIFETIME_WORDS,
    **LINK_WORDS,
    **LOAD_WORDS,
    **METRIC_WORDS,
    **PAGE_WORDS,
    **RECEIPT_WORDS,
    **RETENTION_WORDS,
    **SATISFACTION_WORDS,
    **STRATEGY_WORDS,
    **TODAY_WORDS,
    **WORKBENCH_WORDS,
}
MINUS = "−"
SPACE = "\u00a0"  # no-break: a number never leaves its unit
MONTHS = "January February March April May June July August September October November December".split()
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
AN_HOUR = 59.95
"""Minutes from here on are written as hours and minutes."""
_UNIT_WORDS: dict[Unit, str] = {"minutes": "min", "hours": "h", "days": "days"}


def say(key: str, **values: object) -> str:
    """The words for a key, with its values filled in."""
    return WORDS[key].format(**values)


def count(number: int | float) -> str:
    """1460 → 1,460"""
    return _signed(f"{round(number):,}")


def plural(number: int, one: str, many: str) -> str:
    """'1 metric', '3 metrics'."""
    return f"{count(number)} {one if number == 1 else many}"


def value(number: float, unit: Unit, currency: str = "", exact: bool = False) -> str:
    """A value in its unit. percent takes a fraction. `exact`: a goal as written, without padding zeros."""
    if unit == "percent":
        return f"{_percent(number, exact)}{SPACE}%"
    if unit == "currency":
        return _money(number, currency, exact)
    if unit == "minutes" and abs(number) >= AN_HOUR:
        return _hours_and_minutes(number)
    if unit == "points":
        return count(number)
    counted = unit == "number" and number == round(number)
    text = _figures(number, exact or counted or unit == "minutes")
    return f"{text}{SPACE}{_UNIT_WORDS[unit]}" if unit in _UNIT_WORDS else text


def interval(low: float, high: float, unit: Unit, currency: str = "") -> str:
    """'80.1–82.3 %', or '30 to 38' where a minus may occur; the unit once, at the end."""
    if unit == "percent" and max(abs(low), abs(high)) >= 0.0095:
        first, last = (f"{_signed(f'{end * 100:.1f}')}{SPACE}%" for end in (low, high))
    else:
        first, last = value(low, unit, currency), value(high, unit, currency)
    joint = " to " if unit == "points" or low < 0 else "–"
    suffix = SPACE + last.rpartition(SPACE)[2]
    if SPACE in last and not suffix[1:].isdigit():
        first = first.removesuffix(suffix)
    return f"{first}{joint}{last}"


def change(difference: float, unit: Unit, kind: Kind = "other", now: float | None = None, currency: str = "") -> str:
    """A signed difference: points for percent, percent for sums of money, else the unit.

    `now`: the value changed to; its own decimals are those of the change.
    """
    previous = None if now is None else now - difference
    if unit == "percent":
        return f"{_sign(difference * 100, 1)}{SPACE}pt"
    if unit == "currency" and kind == "total" and previous:
        return f"{_sign(difference / abs(previous) * 100, 1)}{SPACE}%"
    if unit == "points":
        return _sign(difference, 0)
    size = _size(abs(difference), unit, currency, now)
    if not any(digit in size for digit in "123456789"):
        return f"±{size}"
    return f"{MINUS if difference < 0 else '+'}{size}"


def amount(difference: float, unit: Unit, kind: Kind = "other", now: float | None = None, currency: str = "") -> str:
    """The size of a change inside a sentence: '2.9 points', '3.1 %', '11 min'."""
    if unit == "percent":
        size = f"{abs(difference) * 100:.1f}"
        return f"{size} {'point' if size == '1.0' else 'points'}"
    return change(difference, unit, kind, now, currency).lstrip(f"+±{MINUS}")


def score(number: float) -> str:
    """A score on the 0–100 axis, whole."""
    return count(number)


def score_change(now: float, before: float) -> str:
    """The change of two scores, whole: the difference rounded once, which says the same as one with decimals."""
    return _sign(now - before, 0)


def share(part: float) -> str:
    """A share as a whole percent; never 100 % or 0 % unless it is."""
    percent = round(part * 100)
    percent = min(percent, 99) if part < 1 else percent
    percent = max(percent, 1) if part > 0 else percent
    return f"{percent}{SPACE}%"


def period(span: Period, beside: Period | None = None) -> str:
    """'September 2026'; just 'September' when it stands beside a period of the same year. A year that does not start
    in January is said with both of its years: 'FY 2016/17', 'FY 2016/17 Q2'."""
    if span.grain == "month":
        month = MONTHS[span.start.month - 1]
        return month if beside and beside.start.year == span.start.year else f"{month} {span.start.year}"
    if span.grain in ("quarter", "year"):
        return _year_or_quarter(span)
    if span.grain == "week":
        year, week, weekday = span.start.isocalendar()
        return f"week {week} of {year}" if weekday == 1 else f"week of {date(span.start)}"
    last = span.end - dt.timedelta(days=1)
    return date(span.start) if span.grain == "day" else f"{date(span.start)} – {date(last)}"


def _year_or_quarter(span: Period) -> str:
    into = (span.start.month - span.year_starts) % 12  # months of the year that have passed
    first = add_months(span.start, -into).year
    quarter = f"Q{into // 3 + 1}" if span.grain == "quarter" else ""
    if span.year_starts == 1:
        return f"{quarter} {first}".strip()
    return f"FY {first}/{(first + 1) % 100:02} {quarter}".strip()


def month_short(day: dt.date) -> str:
    """'Sep 2026'."""
    return f"{MONTHS[day.month - 1][:3]} {day.year}"


def period_short(span: Period) -> str:
    """'Sep 2026', 'Q3 2026', 'week 36 of 2026': at the end of a line."""
    return month_short(span.start) if span.grain == "month" else period(span)


def period_mark(span: Period) -> str:
    """'Sep 26', 'Q3 2026', '31 Aug': under an axis."""
    if span.grain in ("quarter", "year"):
        return period(span)
    month = MONTHS[span.start.month - 1][:3]
    return f"{month} {span.start:%y}" if span.grain == "month" else f"{span.start.day} {month}"


def period_id(span: Period) -> str:
    """The period in an address: 2026-09."""
    return f"{span.start:%Y-%m}"


def period_word(span: Period) -> str:
    """The period as the command line takes it: 2026-09, 2026-Q3, 2026-W36, 2026, 2026-09-13."""
    if span.grain == "week":
        year, week, _ = span.start.isocalendar()
        return f"{year}-W{week:02}"
    if span.grain in ("quarter", "year"):
        into = (span.start.month - span.year_starts) % 12
        named = add_months(span.start, 12 - into).year - (span.year_starts == 1)  # the year in which it ends
        return f"{named}-Q{into // 3 + 1}" if span.grain == "quarter" else f"{named}"
    return period_id(span) if span.grain == "month" else f"{span.start}"


def year_before(span: Period) -> Period:
    """The same months one year earlier."""
    return replace(span, start=add_months(span.start, -12), end=add_months(span.end, -12))


def date(day: dt.date) -> str:
    """20 Nov 2026"""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def moment(instant: dt.datetime, timezone: str) -> str:
    """A naive UTC instant as local date and 24-hour time; the end of a day is just the day."""
    local = instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(timezone))
    whole_day = (local.hour, local.minute, local.second) == (23, 59, 59)
    return date(local.date()) if whole_day else f"{date(local.date())}, {local:%H:%M}"


def printable(text: str) -> str:
    """Text that steers no terminal: what cannot be printed is written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def on_clock(content: object, zone: ZoneInfo) -> object:
    """A naive UTC instant as wall-clock time; anything else as it is."""
    if not isinstance(content, dt.datetime):
        return content
    return content.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None)


def cell(content: object) -> str:
    """One field of a raw row; nothing is an empty cell, a float has no tail."""
    if content is None or (isinstance(content, float) and math.isnan(content)):
        return ""
    if isinstance(content, bool):
        return say("yes") if content else say("no")
    if isinstance(content, dt.datetime):
        return f"{date(content.date())}, {content:%H:%M}"
    if isinstance(content, dt.date):
        return date(content)
    if isinstance(content, float):
        return _signed(f"{content:,.2f}" if content % 1 else f"{content:,.0f}")
    return str(content)


def _size(size: float, unit: Unit, currency: str, now: float | None) -> str:
    """The size of a change, no finer than the value it led to."""
    whole = unit == "number" and size == round(size)
    long = unit == "minutes" and now is not None and abs(now) >= AN_HOUR
    if long and round(size) >= 60:  # of whole minutes, as the value is: 59.9 min of 1 h 32 is 1 h 00
        return _hours_and_minutes(size)
    if unit == "currency" and now is not None and abs(now) >= 99.95 > size:
        return value(round(size), unit, currency, exact=True)
    if now is None or whole or unit == "currency" or (unit == "minutes" and size >= AN_HOUR):
        return value(size, unit, currency)
    text = f"{size:,.{0 if long else _decimals(abs(now))}f}"
    if unit == "minutes" and "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{SPACE}{_UNIT_WORDS[unit]}" if unit in _UNIT_WORDS else text


def _signed(text: str) -> str:
    """True minus, and no minus before a zero."""
    if text.startswith("-"):
        return (MINUS if any(digit in text for digit in "123456789") else "") + text[1:]
    return text


def _sign(number: float, decimals: int) -> str:
    text = f"{abs(number):,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return f"±{text}"
    return f"{MINUS if number < 0 else '+'}{text}"


def _figures(number: float, exact: bool) -> str:
    """Three significant figures; whole numbers stay whole; millions are shortened."""
    size = abs(number)
    if size >= 999_999.5:
        return _signed(f"{number / 1e6:,.{_decimals(size / 1e6)}f}{SPACE}M")
    if size >= 99.95 or (number == round(number) and exact):
        return count(number)
    text = f"{number:.{_decimals(size)}f}"
    return _signed(text.rstrip("0").rstrip(".") if exact and "." in text else text)


def _decimals(size: float) -> int:
    if size >= 99.95:
        return 0
    if size >= 9.995:
        return 1
    if size >= 0.9995 or size == 0:
        return 2
    return min(2 - math.floor(math.log10(size)), 6)


def _percent(fraction: float, exact: bool) -> str:
    percent = fraction * 100
    if percent and abs(percent) < 0.95:
        text = f"{percent:.{min(1 - math.floor(math.log10(abs(percent))), 4)}f}"
    else:
        text = f"{percent:,.1f}"
    if exact or text in ("100.0", "0.0", "-0.0"):
        text = text.rstrip("0").rstrip(".")
    return _signed(text)


def _money(number: float, currency: str, exact: bool) -> str:
    symbol = SYMBOLS.get(currency, f"{currency}{SPACE}" if currency else "")
    size = abs(number)
    if size >= 999_500:
        text = f"{size / 1e6:,.{_decimals(size / 1e6)}f}{SPACE}M"
    elif size >= 9_999.5:
        text = f"{size / 1e3:,.{_decimals(size / 1e3)}f}{SPACE}k"
    elif size >= 99.995:
        text = f"{size:,.0f}"
    else:
        text = f"{size:.2f}"
    if exact and "." in text:
        figures, space, letter = text.partition(SPACE)
        whole = figures.removesuffix(".00") if not space else figures.rstrip("0").rstrip(".")
        text = f"{whole}{space}{letter}"
    minus = MINUS if number < 0 and any(digit in text for digit in "123456789") else ""
    return f"{minus}{symbol}{text}"


def _hours_and_minutes(minutes: float) -> str:
    """70 → '1 h 10'; from a hundred hours on minutes say nothing."""
    total = round(abs(minutes))
    minus = MINUS if minutes < 0 else ""
    if total >= 6000:
        return f"{minus}{count(total / 60)}{SPACE}h"
    return f"{minus}{total // 60}{SPACE}h{SPACE}{total % 60:02d}"
