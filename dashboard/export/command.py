"""The command that prints what stands behind a number of a file: the words that lead to the same fingerprint."""

from __future__ import annotations

import shlex

from dashboard import wording
from dashboard.export.pack import Pack
from dashboard.wording import say
from metrics.scorecard import Card


def lead(pack: Pack) -> str:
    """What stands above the definitions. Whoever runs the command sees all rows, so a file of some teams has none."""
    if not pack.sees_all:
        return say("xp_definitions_lead_scope")
    return say("xp_definitions_lead", command=f"scorecard receipt METRIC {_chosen(pack)}")


def named(card: Card, pack: Pack) -> str:
    """METRIC in the command above, and the period where the number is of another; '' where no command leads."""
    metric = card.definition.metric
    if not pack.sees_all or metric not in pack.fingerprints:
        return ""
    is_own = card.result.period != pack.board.period
    return f"{metric} --period {wording.period_word(card.result.period)}" if is_own else metric


def command(card: Card, pack: Pack) -> str:
    """The whole command for one metric; '' where none leads there."""
    metric, _, own = named(card, pack).partition(" ")
    if not metric:
        return ""
    return f"scorecard receipt {metric} {_chosen(pack, own)}"


def _chosen(pack: Pack, period: str = "") -> str:
    """The board's period or another, the filters and the last day, as they are written on a command line."""
    filters = [f"{name}={value or ''}" for name, values in pack.asked.where.items() for value in values]
    words = [period or f"--period {wording.period_word(pack.board.period)}"]
    words += [f"--where {shlex.quote(one)}" for one in filters]
    words += [f"--as-of {pack.asked.until}"] if pack.asked.until else []
    return " ".join(words)
