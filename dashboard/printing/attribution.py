"""A share of answers per agent by every rule of attribution, printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dashboard import wording
from dashboard.printing.terminal import as_json, result_json, table, through, visible
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.attribution import UNKNOWN_RULES, AgentCredits, Attribution, Credit
from metrics.evaluate import SUPPRESSED_BELOW


def attribution(found: Attribution, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard attribution`."""
    if form == "json":
        return as_json(_json(found, facts))
    head = wording.say("at_head", name=found.definition.name, period=wording.period(found.period))
    parts = [head, "\n".join(_rules(found))]
    if found.missing:
        parts.append(f"{found.missing[0].upper()}{found.missing[1:]}.")
    elif not found.agents:
        parts.append(wording.say("at_none"))
    else:
        parts += [_agents(found), "\n".join(_sentences(found))]
        parts.append(wording.say("at_note", suppressed=SUPPRESSED_BELOW, least=found.definition.min_n))
    return "\n\n".join([*parts, through(facts)])


def _rules(found: Attribution) -> Iterator[str]:
    """Which rules the data can answer, and what each other one would need."""
    yield from (wording.say(f"at_rule_{rule}") for rule in found.rules)
    for rule, why in (found.cannot or {}).items():
        yield wording.say("at_cannot", rule=f"“{wording.say(f'at_{rule}')}”", why=why)
    for other in UNKNOWN_RULES:
        yield wording.say("at_cannot", rule=wording.say(f"at_{other}"), why=wording.say(f"at_why_{other}"))


def _agents(found: Attribution) -> str:
    heads, numbers = ["agent", "team"], []
    for rule in found.rules:
        name = wording.say(f"at_{rule}")
        heads += [name, "n", "95 %", "status"]
        numbers += [name, "n", "95 %"]
    rows = [
        [
            visible(one.name),
            visible(one.team or ""),
            *(cell for rule in found.rules for cell in _cells(one.credits[rule], found)),
        ]
        for one in found.agents
    ]
    return table(heads, rows, right=numbers, whole=heads)


def _cells(one: Credit, found: Attribution) -> list[str]:
    result, unit = one.result, found.definition.unit
    n = wording.count(result.n or 0)
    if result.value is None:
        return ["–", "" if result.state == "suppressed" else n, "", _state(one)]
    assert result.low is not None
    assert result.high is not None
    return [wording.value(result.value, unit), n, wording.interval(result.low, result.high, unit), _state(one)]


def _state(one: Credit) -> str:
    if one.result.state in ("suppressed", "too_few"):
        return wording.say("at_suppressed" if one.result.state == "suppressed" else "at_few")
    return wording.say(one.result.state if one.result.state != "ok" else one.status)


def _sentences(found: Attribution) -> Iterator[str]:
    """How much the rule moves, and whose status turns with it."""
    if len(found.rules) < 2:
        return
    key = "at_differ" if found.differ else "at_alike"
    yield wording.say(key, differ=wording.count(found.differ), answers=wording.count(found.answers))
    if found.one_only:
        yield wording.say("at_one_only", n=wording.count(found.one_only))
    moved = [one for one in found.agents if one.spread]
    if moved:
        most = max(moved, key=lambda one: one.spread or 0.0)
        size = wording.amount(most.spread or 0.0, found.definition.unit)
        yield wording.say("at_spread", moved=wording.count(len(moved)), agents=wording.count(len(found.agents)),
                          agent=visible(most.name), size=size)  # fmt: skip
    turned = [visible(one.name) for one in found.agents if one.flips]
    if turned:
        yield wording.say("at_flips", n=wording.plural(len(turned), "agent", "agents"), agents=", ".join(turned))
    else:
        yield wording.say("at_no_flips")


def _json(found: Attribution, facts: LoadFacts) -> dict[str, Any]:
    unknown = {rule: wording.say(f"at_why_{rule}") for rule in UNKNOWN_RULES}
    return {
        "load": facts.load_id,
        "metric": found.definition.metric,
        "definition": found.definition.hash,
        "from": found.period.start,
        "to": found.period.end,
        "rules": list(found.rules),
        "not_known": {**(found.cannot or {}), **unknown},
        "missing": found.missing or None,
        "answers": found.answers,
        "answers_that_differ": found.differ,
        "answers_by_one_rule_only": found.one_only,
        "agents": [_agent_json(one) for one in found.agents],
    }


def _agent_json(one: AgentCredits) -> dict[str, Any]:
    rules = {rule: {**result_json(credit.result), "status": credit.status} for rule, credit in one.credits.items()}
    return {"agent_id": one.agent_id, "agent": one.name, "team": one.team, "rules": rules, "spread": one.spread,
            "status_flips": one.flips}  # fmt: skip
