"""The rows of a receipt in words: of each part those that counted and those left out, and what the load set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from dashboard import sentences, wording
from dashboard.formula_words import column, plain
from dashboard.wording import say
from data_checks.contract import contracts
from metrics.receipt import TableRead
from metrics.receipt_parts import Part
from metrics.row_accounts import RowAccount

Days = Callable[[dt.date, dt.date], str]
_ACCOUNTS = ("published", "quarantined", "superseded", "merged", "filtered")


def part_lines(part: Part, sees_all: bool, days: Days) -> Iterator[tuple[str, str]]:
    """(number, what it counts) from the rows in the period down to those counted; ('', sentence) for what is beside.

    `sees_all`: whether the reader may see every row of the table.
    """
    if part.account is not None:
        yield wording.count(part.account.in_period), _in_period(part, part.account, days)
        yield from _reasons(part.account)
        keys = (
            f", {say('rc_keys', n=wording.count(part.keys))}"
            if part.what == "distinct" and part.keys is not None
            else ""
        )
        yield f"= {wording.count(part.account.counted)}", say("rc_sum") + keys
        yield "", _around(part, part.account, sees_all)
    elif part.untold:
        yield "", sentences.sentence(say(f"rc_{part.untold}", table=plain(part.table)))
    for member in () if part.untold else part.members:
        yield "", member.formula
        yield from part_lines(member, sees_all, days)
        if member.keys is not None:
            yield f"→ {wording.count(member.keys)}", say("rc_keys_after")
    if part.what == "retention" and not part.untold:
        yield "", say("rc_retention")


def _in_period(part: Part, account: RowAccount, days: Days) -> str:
    rows = say("rc_row" if account.in_period == 1 else "rc_row_s")
    told = {"rows": rows, "table": plain(part.table), "days": days(part.start, part.end)}
    told |= {"first": wording.date(part.start), "last": wording.date(max(part.end - dt.timedelta(days=1), part.start))}
    if part.window.kind == "at":
        return say("rc_part_at", **told, time=column(part.window.name, part.table))
    return say(f"rc_part_{part.window.kind}", **told, span=plain(part.window.name))


def _reasons(account: RowAccount) -> Iterator[tuple[str, str]]:
    for left in account.left_out:
        if left.rows:
            yield f"{wording.MINUS} {wording.count(left.rows)}", say(f"rc_{left.reason}", what=left.what)


def _around(part: Part, account: RowAccount, sees_all: bool) -> str:
    """Where the other rows of the table are."""
    contract, is_span = contracts()[part.table], part.window.kind != "at"
    begins = contract.spans[part.window.name][0] if is_span else part.window.name
    others = {
        "rc_not_in_span" if is_span else "rc_on_other_days": account.other_days,
        "rc_without_time": account.no_time,
        "rc_after_the_end": account.later,
    }
    words = {"time": column(begins, part.table), "span": plain(part.window.name)}
    told = ", ".join(say(key, n=wording.count(number), **words) for key, number in others.items() if number)
    if not told:
        return say("rc_whole_table" if sees_all else "rc_all_of_mine")
    return say("rc_around" if sees_all else "rc_around_mine", loaded=wording.count(account.loaded), others=told)


def load_lines(tables: Iterable[TableRead]) -> Iterator[str]:
    """What became of the rows the load read, a sentence per table; then what each rule keeps in quarantine."""
    for table in tables:
        if table.accounts is None or table.quarantine is None:
            yield say("rc_not_for_teams")
            return
        name = sentences.sentence(plain(table.table)).rstrip(".")
        if not table.accounts.get("read"):
            yield say("rc_made", table=name)
            continue
        parts = [(part, table.accounts.get(part, 0)) for part in _ACCOUNTS]
        told = ", ".join(say(f"rc_part_{part}", n=wording.count(n)) for part, n in parts if n or part == "published")
        yield say("rc_read", table=name, read=wording.count(table.accounts["read"]), parts=told)
        for aside in table.quarantine:
            rows = {"n": wording.count(aside.rows), "rule": aside.rule, "why": aside.why, "owner": aside.owner}
            yield say("rc_quarantine", **rows)
