"""The rows of a receipt in words: of each part those that counted and those left out, and what the load set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dashboard import sentences, wording
from dashboard.receipt.formula_words import column, plain
from dashboard.receipt.lines import Line, days, note
from dashboard.wording import say
from data_checks.contract import contracts

if TYPE_CHECKING:
    from metrics.receipt import TableRead
    from metrics.receipt_parts import Part
    from metrics.rows.accounts import RowAccount

_ACCOUNTS = ("published", "quarantined", "superseded", "merged", "filtered")


def part_lines(part: Part, sees_all: bool) -> Iterator[Line]:
    """From the rows in the period down to those counted, and what is beside them; of a set, member by member.

    `sees_all`: whether the reader may see every row of the table.
    """
    yield Line("head", part.formula)
    if part.account is not None:
        yield Line("sum", _in_period(part, part.account), wording.count(part.account.in_period))
        yield from _reasons(part.account)
        keys = f", {say('rc_keys', n=wording.count(part.keys))}" if part.what == "distinct" and part.keys else ""
        yield Line("sum", say("rc_sum") + keys, f"= {wording.count(part.account.counted)}")
        yield note(_around(part, part.account, sees_all))
    elif part.untold:
        yield note(sentences.sentence(say(f"rc_{part.untold}", table=plain(part.table))))
    for member in () if part.untold else part.members:
        yield from part_lines(member, sees_all)
        if member.keys is not None:
            yield Line("sum", say("rc_keys_after"), f"→ {wording.count(member.keys)}")
    if part.what == "retention" and not part.untold:
        yield note(say("rc_retention"))


def _in_period(part: Part, account: RowAccount) -> str:
    rows = say("rc_row" if account.in_period == 1 else "rc_row_s")
    told = {"rows": rows, "table": plain(part.table), "days": days(part.start, part.end)}
    told |= {"first": wording.date(part.start), "last": wording.date(max(part.end - dt.timedelta(days=1), part.start))}
    if part.window.kind == "at":
        return say("rc_part_at", **told, time=column(part.window.name, part.table))
    return say(f"rc_part_{part.window.kind}", **told, span=plain(part.window.name))


def _reasons(account: RowAccount) -> Iterator[Line]:
    for left in account.left_out:
        if left.rows:
            yield Line("sum", say(f"rc_{left.reason}", what=left.what), f"{wording.MINUS} {wording.count(left.rows)}")


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
