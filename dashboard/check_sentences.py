"""What checks found, in words: a check as a clause, what marks a number, a rollback in force. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard import sentences, wording
from dashboard.wording import say
from data_checks.history import RefusedLoad
from data_checks.warehouse.contract import CheckOutcome, LoadFacts
from metrics.result import MetricResult
from metrics.standing import Standing, stale_tables


def rolled_back(entry: Mapping[str, Any], timezone: str) -> str:
    """What the ledger's entry of a rollback means for who reads."""
    try:
        moment = wording.moment(dt.datetime.fromisoformat(str(entry.get("loaded_at"))), timezone)
    except ValueError:
        moment = say("no_value")
    return say("rolled_back", why=sentences.sentence(str(entry.get("message", ""))).rstrip("."), moment=moment)


def refused(found: RefusedLoad | None, facts: LoadFacts) -> str:
    """'The load of 23 Nov 2026, 07:40 was refused; you see that of 07:24.'; '' when none was."""
    if found is None:
        return ""
    at, shown = (wording.moment(moment, facts.timezone) for moment in (found.at, facts.loaded_at))
    day, _, clock = shown.partition(", ")
    same_day = clock and at.startswith(f"{day}, ")
    return say("refused_since", refused=at, shown=clock if same_day else shown)


def refused_why(found: RefusedLoad) -> str:
    """The first thing that was wrong, and how many more."""
    first, *more = found.why.splitlines() or [""]
    return say("refused_more", first=first, n=len(more)) if more else first


def stale(facts: LoadFacts) -> str:
    """'nothing new in survey responses since 12 Sep 2026'; '' while every table goes on."""
    first, *more = [_since(name, facts) for name in stale_tables(facts)] or [""]
    if not more:
        return first
    return say("stale_more_one" if len(more) == 1 else "stale_more", first=first, n=len(more))


def _since(table: str, facts: LoadFacts) -> str:
    day, name = facts.tables[table].last_day, table.replace("_", " ")
    return say("stale_since", table=name, day=wording.date(day)) if day else say("stale_ever", table=name)


def clause(check: CheckOutcome) -> str:
    """'order has revenue found 3 bad rows of orders'; without a number where nothing was or may be counted."""
    rule, table = check.rule.replace("_", " "), check.table.replace("_", " ")
    if check.outcome == "broken":
        return say("check_broken", rule=rule, table=table)
    if not check.rows and not check.bad_rows:
        return say("check_uncounted", rule=rule, table=table)
    rows = say("bad_row" if check.bad_rows == 1 else "bad_rows", n=wording.count(check.bad_rows))
    return say("check_failed", rule=rule, rows=rows, table=table)


def left_out(checks: Iterable[Standing], facts: LoadFacts) -> tuple[str, ...]:
    """How many rows of which table a metric is counted without, a sentence each; no number without a count."""
    left = [one.check for one in checks if one.effect == "left_out"]
    tables = dict.fromkeys(check.table for check in left)
    if left and not any(check.rows or check.bad_rows for check in left):
        return tuple(say("left_out_some", table=table.replace("_", " ")) for table in tables)
    numbers = {table: facts.tables[table].accounts.get("quarantined", 0) for table in tables}
    return tuple(
        say("left_out_one" if number == 1 else "left_out", n=wording.count(number), table=table.replace("_", " "))
        for table, number in numbers.items()
    )


def marked(result: MetricResult) -> tuple[Standing, ...]:
    """The checks that mark a number which is shown; none for one that is not."""
    shown = result.value is not None and result.state not in ("withheld", "suppressed")
    return tuple(one for one in result.checks if one.effect == "marked") if shown else ()
