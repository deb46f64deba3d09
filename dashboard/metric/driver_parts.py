"""What goes with a score as escaped HTML: bars with intervals, importance and performance. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboard import marks, sentences, wording
from dashboard.components import esc, note
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.driver_table import NUMBERS, WORDS
from metrics.analyses.score_drivers import ScoreDrivers
from metrics.period import Period
from metrics.stats.drivers import Driver, Drivers
from metrics.stats.importance_map import ImportanceMap, Placed


def drivers(found: ScoreDrivers, first: Period, last: Period, theme: Tokens) -> str:
    """What happened, and the other questions, each with its share of the differences from `first` to `last`."""
    if found.service is None:
        why = sentences.state_reason(found.definition, found.result).rstrip(".")
        return note(say("dr_no_value", name=sentences.title(found.definition), reason=why))
    directions = found.directions or {}
    span = say("mx_dr_span", first=wording.month_short(first.start), last=wording.month_short(last.start))
    parts = [_block(say("mx_dr_service"), span, found.service, directions, theme)]
    if found.questions is not None:
        parts.append(_block(say("mx_dr_questions"), span, found.questions, directions, theme))
    notes = [say("dr_not_causes"), *([say("dr_weighted")] if found.is_weighted else [])]
    return "".join(parts) + note(" ".join(notes))


def _block(title: str, span: str, found: Drivers, directions: Mapping[str, int], theme: Tokens) -> str:
    told = []
    if found.r2 is not None and found.r2_low is not None and found.r2_high is not None:
        ends = wording.interval(found.r2_low, found.r2_high, "percent")
        told.append(say("mx_dr_title", r2=_percent(found.r2), interval=ends, n=wording.count(found.n)))
    told += [found.reason] if found.reason else []
    table = ""
    if found.drivers:
        most = max(max(one.high, one.share) for one in found.drivers)
        heads = (("mx_dr_driver", ""), ("mx_dr_share", "num"), ("mx_dr_interval", "num"), ("mx_dr_direction", ""))
        cells = [f'<th scope="col" class="{kind}">{esc(say(key))}</th>' for key, kind in heads]
        cells.insert(1, f'<th scope="col"><span class="ear">{esc(say("mx_dr_share"))}</span></th>')
        rows = "".join(_row(one, most, directions, theme) for one in found.drivers)
        table = (
            f'<table class="groups mx-drivers"><thead><tr>{"".join(cells)}</tr></thead><tbody>{rows}</tbody></table>'
        )
    left_out = "".join(note(one) for one in _dropped(found))
    return _headed(title, span, f'<p class="standing">{esc(" ".join(told))}</p>{table}{left_out}')


def _headed(title: str, scope: str, body: str) -> str:
    return (
        f'<div class="mx-block"><div class="sec-head"><h3>{esc(title)}</h3>'
        f'<span class="scope">{esc(scope)}</span></div>{body}</div>'
    )


def _dropped(found: Drivers) -> Iterator[str]:
    """One line for all that were left out for the same reason."""
    for reason in dict.fromkeys(one.reason for one in found.dropped):
        names = ", ".join(_name(one.name) for one in found.dropped if one.reason == reason)
        yield say("dr_dropped", reason=f"{reason[:1].lower()}{reason[1:].rstrip('.')}", drivers=names)


def _row(one: Driver, most: float, directions: Mapping[str, int], theme: Tokens) -> str:
    ends, share = wording.interval(one.low, one.high, "percent"), _percent(one.share)
    sign = directions.get(one.name, 0)
    direction = say("mx_dr_higher" if sign > 0 else "mx_dr_lower" if sign < 0 else "mx_dr_differs")
    bar = marks.importance(one.share, one.low, one.high, most, theme, say("mx_dr_alt", share=share, interval=ends))
    return (
        f'<tr><th scope="row">{esc(_name(one.name))}</th><td class="mx-bar">{bar}</td>'
        f'<td class="num strong">{esc(share)}</td><td class="num unsure">{esc(ends)}</td><td>{esc(direction)}</td></tr>'
    )


def _percent(share: float) -> str:
    return wording.value(share, "percent")


def _name(name: str) -> str:
    return say(f"dr_name_{name}") if name in (*NUMBERS, *WORDS) else name.replace("_", " ").capitalize()


def questions(found: ImportanceMap) -> str:
    """The questions by how well they do and how much they matter; a sentence where they cannot be placed."""
    if found.state != "ok":
        return _headed(say("mx_map"), "", note(found.reason))
    keys = (
        ("mx_map_question", ""), ("mx_map_performance", "num"), ("mx_map_importance", "num"), ("mx_map_place", "")
    )  # fmt: skip
    heads = "".join(f'<th scope="col" class="{kind}">{esc(say(key))}</th>' for key, kind in keys)
    rows = "".join(_placed(one) for one in found.placed)
    table = f'<table class="groups mx-map"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return _headed(say("mx_map"), say("mx_map_scope"), table)


def _placed(one: Placed) -> str:
    seen = one.attribute
    pairs = ((seen.performance, seen.performance_ends), (seen.importance, seen.importance_ends))
    cells = ""
    for value, ends in pairs:
        under = f'<span class="note">{esc(wording.interval(*ends, "percent"))}</span>' if ends else ""
        cells += f'<td class="num">{esc(say("no_value") if value is None else _percent(value))}{under}</td>'
    place = say(f"mx_map_{one.quadrant or 'unsure'}")
    return f'<tr><th scope="row">{esc(_name(seen.name))}</th>{cells}<td>{esc(place)}</td></tr>'
