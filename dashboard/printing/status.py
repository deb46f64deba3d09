"""The state of the loads printed: what is published and how fresh it is, checks, quarantine, versions, the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dashboard import wording
from dashboard.printing.load import ACCOUNTS, checks
from dashboard.printing.terminal import as_json, table, through
from data_checks.state import State
from data_checks.warehouse.contract import LoadFacts

_LOADS_SHOWN = 10
_COUNTED = ("read", "published", "quarantined")


def status(state: State, timezone: str, json_wanted: bool) -> str:
    """The answer of `scorecard status`; times in the organisation's `timezone`."""
    if json_wanted:
        return as_json(_plain(state))
    ledger = _ledger(state, timezone)
    if state.fault:
        return "\n".join([_sentence(state.fault), _kept(state), *ledger])
    if state.facts is None:
        return "\n".join(["Nothing is published yet; run `scorecard load`.", *ledger])
    facts = state.facts
    loaded = f"Loaded {wording.moment(facts.loaded_at, timezone)}. {_kept(state)}"
    back = _rollback(state, timezone)
    parts = [f"{facts.title}: version {state.version}. {through(facts)}", loaded, *back, "", _tables(facts), ""]
    return "\n".join([*parts, *checks(list(facts.checks)), *_quarantine(facts), *ledger])


def _sentence(text: str) -> str:
    """With a capital, unless it begins with a path."""
    return text if "/" in text.split(" ")[0] else text[0].upper() + text[1:]


def _kept(state: State) -> str:
    shown = [f"{kept.load} (published)" if kept.is_published else kept.load for kept in state.kept]
    return f"Versions kept: {', '.join(shown) or 'none'}."


def _rollback(state: State, timezone: str) -> list[str]:
    if state.rollback is None:
        return []
    message = _sentence(str(state.rollback.get("message", "")))
    when = _local(state.rollback.get("loaded_at"), timezone)
    return [f"Rolled back {when}. {message}. The next load publishes the files as they are then."]


def _tables(facts: LoadFacts) -> str:
    rows = [
        [name, *(wording.count(found.accounts.get(key, 0)) for key in ACCOUNTS),
         wording.date(found.last_day) if found.last_day else ""]
        for name, found in facts.tables.items() if found.accounts
    ]  # fmt: skip
    return table(["table", *ACCOUNTS, "through"], rows, right=(*ACCOUNTS, "through"))


def _quarantined(facts: LoadFacts) -> dict[str, int]:
    found = {name: table.accounts.get("quarantined", 0) for name, table in facts.tables.items()}
    return {name: count for name, count in found.items() if count}


def _quarantine(facts: LoadFacts) -> list[str]:
    by_table = _quarantined(facts)
    if not by_table:
        return ["No row is in quarantine."]
    total = sum(by_table.values())
    parts = ", ".join(f"{name} {wording.count(count)}" for name, count in by_table.items())
    are = "is" if total == 1 else "are"
    return [f"{wording.plural(total, 'row', 'rows')} {are} in quarantine ({parts}); `scorecard quarantine` lists them."]


def _ledger(state: State, timezone: str) -> list[str]:
    rows = [
        [entry.get("load", ""), entry.get("status", ""), _local(entry.get("loaded_at"), timezone),
         *(_sum(entry, key) for key in _COUNTED), entry.get("message", "")]
        for entry in state.loads[-_LOADS_SHOWN:]
    ]  # fmt: skip
    return ["", table(["load", "status", "at", *_COUNTED, ""], rows, right=_COUNTED)] if rows else []


def _sum(entry: Mapping[str, Any], key: str) -> str:
    """The rows of all tables; nothing for a load that never came so far, or whose books are strange."""
    tables = entry.get("tables")
    if not isinstance(tables, dict) or not tables:
        return ""
    if key == "published" and entry.get("status") != "published":
        return "0"
    try:
        return wording.count(sum(int(counts[key]) for counts in tables.values()))
    except (KeyError, TypeError, ValueError):
        return ""


def _local(instant: object, timezone: str) -> str:
    """A naive UTC instant of the ledger as the organisation's own clock shows it."""
    try:
        return wording.moment(dt.datetime.fromisoformat(str(instant)), timezone)
    except ValueError:
        return ""


def _plain(state: State) -> dict[str, Any]:
    facts = state.facts
    head: dict[str, Any] = {"version": state.version, "load": None, "loaded_at": None, "as_of": None,
                            "synthetic": None, "checks": [], "tables": {}, "quarantine": {}}  # fmt: skip
    if facts is not None:
        head |= {
            "load": facts.load_id,
            "loaded_at": facts.loaded_at,
            "as_of": facts.as_of,
            "synthetic": facts.synthetic,
            "checks": [vars(check) for check in facts.checks],
            "tables": {
                name: {"rows": found.rows, "first_day": found.first_day, "last_day": found.last_day, **found.accounts}
                for name, found in facts.tables.items()
                if found.accounts
            },
            "quarantine": _quarantined(facts),
        }
    versions = [{"load": kept.load, "bytes": kept.bytes, "published": kept.is_published} for kept in state.kept]
    return {**head, "fault": state.fault or None, "versions": versions, "rollback": state.rollback,
            "loads": list(state.loads)}  # fmt: skip
