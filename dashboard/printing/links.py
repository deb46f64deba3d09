"""The strategy's links with what the data say about them, printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard import wording
from dashboard.printing.terminal import as_json, table, through, visible
from dashboard.strategy_map.link_words import after, correlation, ends, link_notes, looked_at
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.links import Look, Pair, TestedLink
from metrics.stats.association import Association


def links(found: Sequence[TestedLink], facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard links`."""
    if form == "json":
        return as_json({"load": facts.load_id, "links": [_link_json(one) for one in found]})
    if not found:
        return wording.say("lk_none")
    heads = ["from", "to", "after", "", "verdict", "r", "interval", "of", "rests on"]
    shown = table(heads, [_cells(one) for one in found], right=("r", "interval"), whole=("verdict", "r", "interval"))
    parts = [wording.say("lk_head"), shown]
    if notes := list(dict.fromkeys(note for one in found for note in link_notes(one, visible))):
        parts.append("\n".join(notes))
    parts.append("\n".join(wording.say(key) for key in ("lk_how_r", "lk_how_level", "lk_how_looks")))
    return "\n\n".join([*parts, through(facts)])


def _cells(one: TestedLink) -> list[str]:
    sign = wording.MINUS if one.link.sign == "-" else "+"
    known = one.telling
    head = [visible(one.link.cause), visible(one.link.effect), after(one.lag), sign, wording.say(f"lk_{one.verdict}")]
    if known is None:
        return [*head, "", "", "", ""]
    pair, look = known
    of = looked_at(known)
    return [*head, correlation(look.found.r), ends(look.found), of, _rests_on(one, pair)]


def _rests_on(one: TestedLink, pair: Pair) -> str:
    if len(one.pairs) == 1 and (pair.cause, pair.effect) == (one.link.cause, one.link.effect):
        return ""
    among = f" (of {len(one.pairs)} pairs)" if len(one.pairs) > 1 else ""
    return f"{pair.cause} → {pair.effect}{among}"


def _link_json(one: TestedLink) -> dict[str, Any]:
    return {
        "from": one.link.cause,
        "to": one.link.effect,
        "sign": one.link.sign,
        "lag_months": one.lag,
        "verdict": one.verdict,
        "why": one.why or None,
        "confidence": one.confidence,
        "pairs": [_pair_json(pair) for pair in one.pairs],
    }


def _pair_json(pair: Pair) -> dict[str, Any]:
    return {
        "from": pair.cause,
        "to": pair.effect,
        "level": pair.level,
        "why": pair.why or None,
        "shared_tables": list(pair.shared),
        "looks": [_look_json(look) for look in pair.looks],
    }


def _look_json(look: Look) -> dict[str, Any]:
    against = None
    if look.against is not None:
        team, rest = look.against
        against = {"team": team, "without_it": _association_json(rest)}
    return {"kind": look.kind, "verdict": look.verdict, **_association_json(look.found), "against": against}


def _association_json(found: Association) -> dict[str, Any]:
    return {"r": found.r, "low": found.low, "high": found.high, "n": found.n, "teams": found.teams}
