"""What customers answer, as escaped HTML: the answer, the scores given, channels, who is missing. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboard import sentences, wording
from dashboard.board import customer_cards
from dashboard.components import anchor, esc, note, rich, section
from dashboard.navigation import link
from dashboard.reasons import clause
from dashboard.satisfaction.answers import RATE, SURVEYS
from dashboard.wording import say
from metrics.analyses.answers import Heard, Spread
from metrics.definition import MetricDefinition
from metrics.result import MetricResult
from metrics.scorecard import Card, Scorecard
from metrics.stats.intervals import Interval, nps_difference, proportion_difference
from metrics.stats.not_known import NotKnown

Query = Mapping[str, str | None]
Results = tuple[MetricResult, ...]


def answer(board: Scorecard, currency: str) -> str:
    """How many are satisfied, then what else customers say of us."""
    found = {card.definition.metric: card for card in customer_cards.cards(board, (*SURVEYS, RATE))}
    period = wording.period(board.period)
    csat = found.get(SURVEYS[0])
    if csat is None or not _has_value(csat):
        head = say("sa_answer_none", period=period)
        told = [] if csat is None else [esc(sentences.reason(csat))]
    else:
        head = say("sa_answer", share=sentences.figure(csat, currency), period=wording.period(csat.result.period))
        told = [] if csat.result.state == "ok" else [esc(sentences.reason(csat))]
    parts = [
        rich(say(key, value=sentences.figure(found[metric], currency)))
        for metric, key in (("nps", "sa_nps"), ("ces", "sa_ces"), (RATE, "sa_rate"))
        if metric in found and _has_value(found[metric])
    ]
    if parts:
        told.append(f"{', '.join(parts)}.")
    return f'<div class="answer"><h1>{esc(head)}</h1><p class="sub">{" ".join(told)}</p></div>'


def _has_value(card: Card) -> bool:
    return sentences.figure(card, "") != say("no_value")


# ── the scores given ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Step:
    """One step of a scale as drawn: its word, how many gave it, and its shade ('' for the middle)."""

    word: str
    n: int
    shade: str


def spreads(
    found: Mapping[str, tuple[Spread, ...] | NotKnown], definitions: Mapping[str, MetricDefinition], query: Query
) -> str:
    """Every survey as a bar about one line: right of it what counts for its metric."""
    drawn, none = [], ""
    for metric, spread in found.items():
        if isinstance(spread, NotKnown):
            name = sentences.title(definitions[metric])
            none += note(say("sa_spread_none", name=name, why=clause(spread)))
        else:
            drawn += [(metric, one, _steps(metric, one), len(spread) > 1) for one in spread if one.n]
    left = max((_left(steps, one.n) for _, one, steps, _ in drawn), default=0.0)
    right = max((1 - _left(steps, one.n) for _, one, steps, _ in drawn), default=1.0)
    rows = ""
    for metric, one, steps, several in drawn:
        name = sentences.title(definitions[metric])
        if several and one.scale:
            name = say("sa_scale", name=name, scale=one.scale)
        rows += _spread(name, link("metric", {**query, "metric": metric}), one, steps, left, right)
    return section(say("sa_spread"), say("sa_spread_scope"), f'<div class="dists">{rows}</div>{none}')


def _steps(metric: str, one: Spread) -> tuple[_Step, ...]:
    """A scale from its worst to its best: NPS in its three parts, any other one step a score."""
    if metric == "nps":
        parts = ((range(7), "0–6", "against"), (range(7, 9), say("sa_passive"), ""), (range(9, 11), "9–10", "for"))
        return tuple(_Step(word, sum(one.counts.get(at, 0) for at in scores), shade) for scores, word, shade in parts)
    top = max(5 if metric == "csat" or one.scale == "1-5" else 7, *one.counts)
    good = {5: 4, 7: 5}.get(top, top)
    return tuple(_Step(str(at), one.counts.get(at, 0), _shade(at, good, top)) for at in range(1, top + 1))


def _shade(at: int, good: int, top: int) -> str:
    """The outermost steps are the darkest; just below what counts stands the middle's pale one."""
    if at >= good:
        return f"for-{min(2, top - at)}"
    return "middle" if at == good - 1 else f"against-{min(1, at - 1)}"


def _left(steps: Sequence[_Step], n: int) -> float:
    """The share that stands left of the line: what does not count; of NPS half of the passive stand on either side."""
    left = sum(step.n for step in steps if step.shade.startswith(("against", "middle")))
    return (left + sum(step.n for step in steps if not step.shade) / 2) / n


def _spread(name: str, address: str, one: Spread, steps: Sequence[_Step], left: float, right: float) -> str:
    """A row: name and n, the bar, and under it every step with its count."""
    scale = 100 / (left + right)
    gap = (left - _left(steps, one.n)) * scale
    drawn = "".join(
        f'<i class="p-{step.shade or "middle"}" style="width:{step.n / one.n * scale:.2f}%"'
        f' title="{esc(_part(step, one.n))}"></i>'
        for step in steps
        if step.n
    )
    parts = ", ".join(_part(step, one.n) for step in steps)
    alt = say("sa_spread_alt", name=name, parts=parts)
    listed = "".join(
        f'<span><i class="p-{step.shade or "middle"}"></i>{esc(step.word)} <b>{esc(wording.share(step.n / one.n))}</b>'
        f" {wording.count(step.n)}</span>"
        for step in steps
    )
    counted = f'<span class="note">{esc(say("n", n=wording.count(one.n)))}</span>'
    return (
        f'<div class="dist"><p>{anchor(name, address)} {counted}</p>'
        f'<div class="track" role="img" aria-label="{esc(alt)}"><s style="left:{left * scale:.2f}%"></s>'
        f'<div class="parts"><u style="width:{gap:.2f}%"></u>{drawn}</div></div><p class="key">{listed}</p></div>'
    )


def _part(step: _Step, n: int) -> str:
    return say("sa_spread_part", word=step.word, n=wording.count(step.n), share=wording.share(step.n / n))


# ── channels ─────────────────────────────────────────────────────────────────────────────────────────


def channels(
    found: Mapping[str, Results | NotKnown], definitions: Mapping[str, MetricDefinition], period: str, query: Query
) -> str:
    """Every metric by channel; where a channel clearly differs from the others, by how much."""
    shown = {metric: results for metric, results in found.items() if not isinstance(results, NotKnown)}
    lacking = [found[metric] for metric in found if metric not in shown]
    if not any(one.value is not None for results in shown.values() for one in results):
        why = next((clause(one) for one in lacking if isinstance(one, NotKnown)), say("no_data").lower())
        return section(say("sa_channels"), "", note(say("sa_channels_none", why=why)))
    names = {one.slices["channel"] for results in shown.values() for one in results if one.n}
    order = sorted(names, key=lambda name: (name is None, (name or "").casefold(), name or ""))
    heads = ""
    for metric in shown:
        way = link("metric", {**query, "metric": metric})
        heads += f'<th scope="col" class="num">{anchor(sentences.brief(definitions[metric]), way)}</th>'
    rows = ""
    for name in order:
        cells = "".join(_channel(name, results, definitions[metric]) for metric, results in shown.items())
        rows += f'<tr><th scope="row">{esc(name or say("sa_unknown"))}</th>{cells}</tr>'
    table = (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{esc(say("sa_channels"))}">'
        f'<table class="stays"><thead><tr><th scope="col">{esc(say("sa_channel"))}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    scope = say("sa_channels_scope", period=period)
    return section(say("sa_channels"), scope, table + note(say("sa_channels_note", space=wording.SPACE)))


def _channel(name: str | None, results: Results, definition: MetricDefinition) -> str:
    own = next((one for one in results if one.slices["channel"] == name), None)
    if own is None or not own.n:
        return f'<td class="num none">{esc(say("sa_nobody"))}</td>'
    if own.value is None or own.state != "ok":
        told = "" if own.state == "suppressed" else say("n", n=wording.count(own.n))
        counted = f'<span class="note">{esc(told)}</span>'
        return f'<td class="num none">{esc(say(own.state).lower())}{counted}</td>'
    ends = "" if own.low is None or own.high is None else wording.interval(own.low, own.high, definition.unit)
    under = " · ".join(part for part in (ends, say("n", n=wording.count(own.n))) if part)
    gap = clear_gap(own, [one for one in results if one is not own])
    told = "" if gap is None else f'<span class="gap">{esc(say("sa_gap", change=_change(gap, definition)))}</span>'
    value = wording.value(own.value, definition.unit)
    return f'<td class="num">{esc(value)}<span class="note">{esc(under)}</span>{told}</td>'


def _change(gap: float, definition: MetricDefinition) -> str:
    return wording.change(gap, definition.unit)


def clear_gap(own: MetricResult, others: Sequence[MetricResult]) -> float | None:
    """A group's value minus that of all others together, in the metric's unit; None unless its interval excludes 0."""
    ends = _gap_ends(own, others)
    if ends is None or ends[0] <= 0 <= ends[1]:
        return None
    top = sum(one.numerator or 0.0 for one in others)
    bottom = sum(one.denominator or 0.0 for one in others)
    factor = 100 if own.kind == "nps" else 1
    return (own.value or 0.0) - factor * top / bottom


def _gap_ends(own: MetricResult, others: Sequence[MetricResult]) -> Interval | None:
    """The interval of own minus others; None for a kind without one, or without others."""
    if own.kind == "proportion":
        first = sum(one.numerator or 0.0 for one in others), sum(one.denominator or 0.0 for one in others)
        return proportion_difference(first, (own.numerator or 0.0, own.denominator or 0.0))
    if own.kind == "nps":
        return nps_difference(_nps(others), _nps([own]))
    return None


def _nps(some: Sequence[MetricResult]) -> tuple[float, float, float]:
    """Promoters, detractors and answers of several results together."""
    up, down = (sum(one.parts.get(name, 0.0) for one in some) for name in ("promoters", "detractors"))
    return up, down, float(sum(one.n or 0 for one in some))


# ── who is missing ───────────────────────────────────────────────────────────────────────────────────


def missing(heard: Heard | NotKnown, by_survey: Results | NotKnown, by_segment: Results | NotKnown, period: str) -> str:
    """How many answer, of whom few do, and what the silent ones could change."""
    if isinstance(heard, NotKnown):
        told = note(say("sa_bounds_none", why=clause(heard)))
    else:
        low, high = (wording.value(end, "percent") for end in heard.bounds)
        sentence = say("sa_bounds", invited=wording.count(heard.invited), answered=wording.count(heard.answered),
                       low=low, high=high)  # fmt: skip
        told = f"<p>{rich(sentence)}</p>"
    tables = "".join(_rates(results, by) for results, by in ((by_segment, "segment"), (by_survey, "survey")))
    return section(say("sa_missing"), say("sa_missing_scope", period=period), told + tables)


def _rates(results: Results | NotKnown, by: str) -> str:
    if isinstance(results, NotKnown):
        return note(say("sa_missing_none", why=clause(results)))
    known = [one for one in results if one.denominator and one.state not in ("suppressed", "withheld")]
    invited, answered = sum(one.denominator or 0.0 for one in known), sum(one.numerator or 0.0 for one in known)
    if not known or not answered:
        why = next((one.reason or say(one.state) for one in results), say("no_data"))
        return note(say("sa_missing_none", why=f"{why[:1].lower()}{why[1:].rstrip('.')}"))
    keys = ("sa_invited", "sa_rate_head", "sa_of_invited", "sa_of_answers")
    heads = "".join(f'<th scope="col" class="num">{esc(say(key))}</th>' for key in keys)
    rows = "".join(_rate(one, [other for other in known if other is not one], by, invited, answered) for one in known)
    named = say(f"sa_{by}")
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{esc(say("sa_missing"))}: {esc(named)}">'
        f'<table class="stays rates"><thead><tr><th scope="col">{esc(named)}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _rate(one: MetricResult, others: Sequence[MetricResult], by: str, invited: float, answered: float) -> str:
    value = one.slices[by]
    name = say(f"survey_{value}") if by == "survey" and value in SURVEYS else value or say("sa_unknown")
    cells = "".join(f'<td class="num">{part}</td>' for part in _rate_cells(one, others, invited, answered))
    return f'<tr><th scope="row">{esc(name)}</th>{cells}</tr>'


def _rate_cells(one: MetricResult, others: Sequence[MetricResult], invited: float, answered: float) -> Iterator[str]:
    asked, told = one.denominator or 0.0, one.numerator or 0.0
    yield wording.count(asked)
    if one.value is None or one.state != "ok":
        yield f'<span class="none">{esc(say(one.state).lower())}</span>'
    else:
        ends = "" if one.low is None or one.high is None else wording.interval(one.low, one.high, "percent")
        gap = clear_gap(one, others) if others else None
        more = (
            ""
            if gap is None
            else f'<span class="gap">{esc(say("sa_gap", change=wording.change(gap, "percent")))}</span>'
        )
        yield f'<b>{esc(wording.value(one.value, "percent"))}</b><span class="note">{esc(ends)}</span>{more}'
    yield esc(wording.value(asked / invited, "percent"))
    yield esc(wording.value(told / answered, "percent"))
