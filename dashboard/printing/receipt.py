"""A receipt printed: text that a sceptical reader can follow line by line, or JSON whose shape is a promise."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard import sentences, wording
from dashboard.printing.terminal import as_json, table, visible
from dashboard.receipt.formula_words import formula_words
from dashboard.receipt.lines import Line, Section
from dashboard.receipt.sections import asked, card_of, sections
from dashboard.wording import say
from metrics.definition import GoalEntry
from metrics.receipt import HIDDEN, Receipt
from metrics.receipt_parts import Part
from metrics.rows.accounts import RowAccount

_WIDTH = 108
_LABEL = 14
_NUMBER = 12
_SHAPES = {"met": "●", "watch": "▲", "missed": "■", "too_close": "◐"}


def receipt(found: Receipt, folder: Path, form: str) -> str:
    """The answer of `scorecard receipt -w folder`."""
    command = rows_command(found, folder)
    if form == "json":
        return as_json(receipt_json(found, command))
    parts = [_head(found), *(_section(one) for one in sections(found))]
    parts.append(f"{say('rc_sql')}\n{_indented(found.sql or say('rc_no_sql'))}")
    parts.append(f"{say('rc_rows')}\n{_indented(_rows(found, command))}")
    return "\n\n".join([*parts, say("rc_fingerprint", fingerprint=found.fingerprint)])


def rows_command(found: Receipt, folder: Path) -> str:
    """The command that lists every row behind the number."""
    period = found.result.period
    words = ["scorecard", "rows", found.definition.metric, "-w", str(folder)]
    words += ["--from", period.start.isoformat(), "--to", period.end.isoformat()]
    words += [word for name, values in found.where for value in values for word in ("--where", f"{name}={value or ''}")]
    if found.load.reach.day != found.load.as_of_day:
        words += ["--as-of", found.load.reach.day.isoformat()]
    return shlex.join(words)


def _head(found: Receipt) -> str:
    card, result = card_of(found), found.result
    groups = f", {asked(found)}" if found.where or found.scope.teams is not None else ""
    lines = [f"{sentences.title(found.definition)}{groups}"]
    lines.append(sentences.metric_answer(card, found.load.currency))
    if result.low is not None and result.high is not None:
        interval = wording.interval(result.low, result.high, found.definition.unit, found.load.currency)
        lines[-1] += f" The 95{wording.SPACE}% interval is {interval}."
    word = sentences.mark_of(card)
    why = sentences.reason(card)
    lines.append(f"{_SHAPES.get(word, '○')} {wording.say(word)}{f': {why}' if why else ''}")
    return "\n".join(map(visible_line, lines))


def _section(section: Section) -> str:
    return "\n".join([section.title, *(text for line in section.lines for text in _line(line))])


def _line(line: Line) -> Iterator[str]:
    text = visible_line(line.text)
    if line.kind == "sum":
        first, width = f"  {visible_line(line.label):>{_NUMBER}}  ", _NUMBER + 4
    elif line.kind == "pair":
        first, width = f"  {line.label:<{_LABEL}}  ", _LABEL + 4
    else:
        first, width = "  ", 2
    yield from textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=" " * width,
                             break_long_words=False, break_on_hyphens=False)  # fmt: skip


def visible_line(text: str) -> str:
    """A whole line a terminal can show; names from files must not steer it."""
    return "".join(c if c.isprintable() or c == wording.SPACE else c.encode("unicode_escape").decode() for c in text)


def _indented(text: str) -> str:
    return textwrap.indent(text, "  ")


def _rows(found: Receipt, command: str) -> str:
    if found.rows is None:
        state = found.result.state
        return say(f"rc_rows_{'hidden' if state in HIDDEN else 'no_source' if state == 'not_provided' else 'no_teams'}")
    if not found.rows.rows:
        return say("rc_rows_none")
    kept = [
        place for place, _ in enumerate(found.rows.columns) if any(row[place] is not None for row in found.rows.rows)
    ]
    heads = [found.rows.columns[place] for place in kept]
    body = [[visible(wording.cell(row[place])) for place in kept] for row in found.rows.rows]
    numbers = {"shown": wording.count(len(body)), "total": wording.count(found.rows.total)}
    told = say("rc_rows_shown", **numbers, table=found.rows.table, command=command)
    return "\n".join([table(heads, body), told, *([] if _are_counted(found) else [say("rc_rows_unknown")])])


def _are_counted(found: Receipt) -> bool:
    """Whether the rows listed are just those that one of the parts counts."""
    parts = [part for whole in found.parts for part in (whole, *whole.members)]
    counted = {part.account.counted for part in parts if part.account is not None}
    return found.rows is not None and found.rows.total in counted


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────


def receipt_json(found: Receipt, command: str) -> dict[str, Any]:
    """The receipt as plain data: percent as a fraction, missing as null; every key is always there."""
    definition, result, load = found.definition, found.result, found.load
    numbers = ("value", "numerator", "denominator", "n", "low", "high", "state")
    words = {"in_words": formula_words(found.bound), "formula": definition.formula, "uses": list(found.uses)}
    return {
        "fingerprint": found.fingerprint,
        "metric": definition.metric,
        "name": definition.name,
        "definition": {**words, "version": definition.hash, "status": definition.status, "owner": definition.owner,
                       "file": str(definition.place), "unit": definition.unit},
        "period": {"start": result.period.start, "end": result.period.end, "grain": result.period.grain,
                   "complete": result.complete, "timezone": load.timezone},
        "slices": {name: list(values) for name, values in found.where},
        "teams": None if found.scope.teams is None else sorted(found.scope.teams),
        **{name: getattr(result, name) for name in numbers},
        "kind": result.kind,
        "interval": found.method,
        "reason": result.reason or None,
        "status": found.status,
        "limits": {name: _limit(found.limits.get(name)) for name in ("red", "goal", "stretch")},
        "parts": [_part(part) for part in found.parts],
        "tables": [{"table": one.table, "accounts": None if one.accounts is None else dict(one.accounts),
                    "quarantine": None if one.quarantine is None else [vars(aside) for aside in one.quarantine]}
                   for one in found.tables],
        "checks": [vars(check) for check in found.checks],
        "load": {"load": load.load_id, "loaded_at": load.loaded_at, "as_of": load.as_of, "through": load.reach.day,
                 "synthetic": load.synthetic},
        "sources": [vars(file) for file in found.sources],
        "sql": found.sql or None,
        "rows": None if found.rows is None else _rows_json(found.rows.columns, found.rows.rows, found.rows.table,
                                                           found.rows.total, command),
    }  # fmt: skip


def _limit(entry: GoalEntry | None) -> dict[str, Any] | None:
    return None if entry is None else {"value": entry.value, "from": entry.begins, "where": dict(entry.where)}


def _part(part: Part) -> dict[str, Any]:
    return {
        "formula": part.formula,
        "what": part.what,
        "table": part.table,
        "counted": {"how": part.window.kind, "by": part.window.name, "start": part.start, "end": part.end},
        "rows": None if part.account is None else _account(part.account),
        "keys": part.keys,
        "members": [_part(member) for member in part.members],
        "untold": part.untold or None,
    }


def _account(account: RowAccount) -> dict[str, Any]:
    return {**vars(account), "left_out": [vars(left) for left in account.left_out]}


def _rows_json(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], name: str, total: int, command: str
) -> Mapping[str, Any]:
    plain = [dict(zip(columns, row, strict=True)) for row in rows]
    return {"table": name, "total": total, "first": plain, "command": command}
