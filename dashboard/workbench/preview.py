"""The preview of a draft as escaped HTML: months and teams beside the saved version, effect, hints. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import marks, score_axis, sentences, wording
from dashboard.cache import Load
from dashboard.components import esc, note, section, status
from dashboard.theme import Tokens
from dashboard.wording import say
from dashboard.workbench.answers import Effect, Line
from metrics.definition import MetricDefinition
from metrics.period import Period
from metrics.result import MetricResult
from metrics.scorecard import Branch, Scorecard

_CHECKS_NAMED = 3


def table(lines: Sequence[Line], definition: MetricDefinition, by: str, currency: str, theme: Tokens) -> str:
    """One row per month or team: status, place on the score axis, the draft's value, n, the saved value, the
    difference."""
    if not lines:
        return note(say("wb_no_rows"))
    has_goal = any(line.verdict.score is not None for line in lines)
    has_saved = any(line.saved is not None for line in lines)
    heads = [(say(f"wb_{by}"), ""), (say("column_status"), "")]
    heads += [("", "wide axis")] if has_goal else []
    heads += [(say("wb_draft"), "num"), (say("column_n"), "num wide")]
    heads += [(say("wb_saved_column"), "num wide"), (say("wb_difference"), "num")] if has_saved else []
    axis = f"<span>{esc(say('limit'))}</span><span>{esc(say('goal'))}</span>"
    head = "".join(f'<th scope="col" class="{kind}">{esc(text) or axis}</th>' for text, kind in heads)
    body = "".join(_row(line, definition, by, currency, theme, has_goal, has_saved) for line in lines)
    return f'<table class="groups wb-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(
    line: Line, definition: MetricDefinition, by: str, currency: str, theme: Tokens, has_goal: bool, has_saved: bool
) -> str:
    name = (line.label or say("unassigned")) if by == "team" else wording.month_short(line.now.period.start)
    figure = sentences.value_text(definition, line.now, currency)
    kind = "none" if figure == say("no_value") else "strong" if line.now.state == "ok" else "unsure"
    n = "" if line.now.n is None or line.now.state == "suppressed" else wording.count(line.now.n)
    cells = [f'<th scope="row">{esc(name)}</th><td>{status(line.verdict.word, theme)}</td>']
    cells += [f'<td class="wide">{_position(line, definition, theme)}</td>'] if has_goal else []
    cells += [f'<td class="num {kind}">{esc(figure)}</td><td class="num unsure wide">{n}</td>']
    if has_saved:
        saved = "" if line.saved is None else sentences.value_text(definition, line.saved, currency)
        cells.append(
            f'<td class="num wide">{esc(saved)}</td><td class="num">{esc(difference(definition, line, currency))}</td>'
        )
    return f"<tr>{''.join(cells)}</tr>"


def _position(line: Line, definition: MetricDefinition, theme: Tokens) -> str:
    found = line.verdict
    if found.score is None:
        return ""
    off = score_axis.beyond(definition, line.now.value, found.score)
    alt = say("alt_score_off" if off else "alt_score", score=wording.score(found.score), word=say(found.word).lower())
    return marks.position(found.score, found.low, found.high, found.word, theme, alt, off=off)


def difference(definition: MetricDefinition, line: Line, currency: str) -> str:
    """Draft less saved, '' where one of them is not to be shown."""
    now, saved = shown(line.now), shown(line.saved)
    if now is None or saved is None:
        return ""
    return wording.change(now - saved, definition.unit, line.now.kind, now, currency)


def shown(result: MetricResult | None) -> float | None:
    """The value of a result that may be seen."""
    return None if result is None or result.state in ("withheld", "suppressed") else result.value


def effect(found: Effect, definition: MetricDefinition, load: Load) -> str:
    """Where the draft would stand and what it would do to the scores."""
    branch = definition.perspective
    pairs = [(say("wb_place"), _place(definition, found.after))]
    if branch is not None:
        before, after = (_branch(board, branch) for board in (found.before, found.after))
        pairs.append((say("wb_score_of", name=say(branch)), _from_to(before, after)))
    pairs.append((say("wb_overall"), _from_to(found.before, found.after)))
    used = ", ".join(sentences.short(load.definitions[name]) for name in found.named_by if name in load.definitions)
    pairs.append((say("wb_used_by"), used or say("wb_used_by_none")))
    pairs.append((say("wb_stands_on"), _checks(found.after, definition.metric)))
    rows = "".join(f"<dt>{esc(label)}</dt><dd>{esc(told)}</dd>" for label, told in pairs)
    scope = say("wb_effect_scope", period=wording.period(load.default_period))
    return section(say("wb_effect"), scope, f'<dl class="receipt wb-effect">{rows}</dl>')


def _branch(board: Scorecard, perspective: str) -> Branch | None:
    return next((one for one in board.branches if one.perspective == perspective), None)


def _place(definition: MetricDefinition, board: Scorecard) -> str:
    if definition.perspective is None:
        return say("wb_place_none")
    found = _branch(board, definition.perspective)
    aims = found.aims if found else ()
    holding = (aim.objective for aim in aims if any(card.definition.metric == definition.metric for card in aim.cards))
    name = next((objective.name for objective in holding if objective), None)
    place = name or say(definition.perspective)
    return say("wb_place_objective", objective=place, weight=f"{definition.weight:g}")


def _from_to(before: Scorecard | Branch | None, after: Scorecard | Branch | None) -> str:
    then, now = (
        say("wb_no_score") if one is None or one.score is None else wording.score(one.score) for one in (before, after)
    )
    return say("wb_unchanged", score=now) if then == now else say("wb_from_to", before=then, after=now)


def _checks(board: Scorecard, metric: str) -> str:
    cards = [card for branch in board.branches for card in branch.cards if card.definition.metric == metric]
    found = cards[0].result.checks if cards else ()
    told = [f"{one.check.rule.replace('_', ' ')} ({say(f'effect_{one.effect}')})" for one in found]
    listed, more = ", ".join(told[:_CHECKS_NAMED]), len(told) - _CHECKS_NAMED
    return (say("wb_stands_on_more", told=listed, n=more) if more > 0 else listed) or say("wb_stands_on_passed")


def hints(lines: Sequence[Line], definition: MetricDefinition, period: Period, currency: str) -> str:
    """What the numbers of a draft say about it, and how to check it by hand."""
    told = [*_of_numbers(lines, definition, currency)]
    if definition.goal is None:
        told.append(say("wb_hint_no_goal"))
    if not definition.question:
        told.append(say("wb_hint_no_question"))
    rows = f"scorecard rows {definition.metric} --from {wording.period_id(period)} --where team=…"
    told += [say("wb_hint_by_hand", rows="\0"), say("wb_hint_check", check="\1")]
    codes = {"\0": rows, "\1": "scorecard check"}
    items = "".join(f"<li>{_with_codes(one, codes)}</li>" for one in told)
    return section(say("wb_hints"), "", f'<ul class="wb-hints">{items}</ul>')


def _with_codes(text: str, codes: dict[str, str]) -> str:
    found = esc(text)
    for sign, code in codes.items():
        found = found.replace(sign, f"<code>{esc(code)}</code>")
    return found


def _of_numbers(lines: Sequence[Line], definition: MetricDefinition, currency: str) -> list[str]:
    values = [value for line in lines if (value := shown(line.now)) is not None]
    if not values:
        return [say("wb_hint_nothing", n=len(lines))] if lines else []
    told = []
    if few := sum(line.now.state == "too_few" for line in lines):
        told.append(say("wb_hint_few", few=few, n=len(lines), min_n=definition.min_n))
    if len(values) > 2 and len(set(values)) == 1:
        told.append(say("wb_hint_constant", value=wording.value(values[0], definition.unit, currency)))
    judged = [line.verdict.word for line in lines if line.verdict.word in sentences.JUDGED]
    for word, key in (("met", "wb_hint_all_met"), ("missed", "wb_hint_all_missed")):
        if len(judged) > 2 and set(judged) == {word}:
            told.append(say(key, n=len(judged)))
    return told
