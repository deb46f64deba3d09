"""Own values beside competitors and industries as escaped HTML, each metric on one axis of its own. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboard import components, marks, sentences, wording
from dashboard.benchmarks.names import name_of, names_of, since
from dashboard.components import anchor, esc, note, section, status
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.benchmarks import BenchmarkRow, Benchmarks, Comparison, Refused, Rival
from metrics.definition import MetricDefinition
from metrics.result import MetricResult

_WORDS = {"better": "met", "worse": "missed", "too_close": "too_close"}


@dataclass(frozen=True)
class View:
    """What is compared, under which address; `part`: whose own value it is, None for the whole."""

    found: Benchmarks
    query: Mapping[str, str | None]
    theme: Tokens
    currency: str
    part: str | None


@dataclass(frozen=True)
class Line:
    """One row of a comparison: a rival, or ourselves."""

    name: str
    value: float
    low: float | None
    high: float | None
    rival: Rival | None = None


def body(view: View) -> str:
    """The whole page."""
    found = view.found
    if found.missing:
        following = f"<code>{esc(say('bm_missing_next'))}</code>"
        return components.message(say("bm_missing"), [sentences.sentence(found.missing)], following)
    if not found.comparisons:
        following = esc(say("bm_none_next"))
        return components.message(say("bm_none"), (), following) + _strangers(found.refused)
    parts = "".join(_comparison(one, view) for one in found.comparisons)
    return _answer(view) + parts + _strangers(found.refused) + note(say("bm_note", space=wording.SPACE))


def _answer(view: View) -> str:
    placed = [one for one in view.found.comparisons if one.place is not None]
    ahead = [one for one in placed if one.place and one.place.worst == 1]
    behind = [one for one in placed if any(rival.verdict == "worse" for rival in one.rivals)]
    if placed:
        key = "bm_ahead_none" if not ahead else "bm_ahead_one" if len(ahead) == 1 else "bm_ahead"
        head = say(key, n=len(ahead), all=len(placed))
    else:
        head = say("bm_nothing", period=wording.period(view.found.period))
    names = ", ".join(sentences.inner(one.definition) for one in behind)
    told = [say("bm_behind", names=names)] if behind else []
    if view.part:
        told.append(say("bm_whose", part=view.part))
    return f'<div class="answer"><h1>{esc(head)}</h1><p class="sub">{esc(" ".join(told))}</p></div>'


def _comparison(one: Comparison, view: View) -> str:
    definition = one.definition
    scale = definition.benchmark.scale if definition.benchmark else ""
    title = anchor(sentences.title(definition), link("metric", {**view.query, "metric": definition.metric}), "quiet")
    scope = say("bm_scope", period=wording.period(one.own.period), scale=scale)
    head = f'<div class="sec-head"><h2>{title}</h2><span class="scope">{esc(scope)}</span></div>'
    return f'<section class="sec">{head}{beside_others(one, view)}</section>'


def beside_others(one: Comparison, view: View) -> str:
    """Where one metric stands, its table, and the rows refused."""
    names = names_of(one)
    told = f'<p class="standing">{esc(" ".join(standing(one)))}</p>'
    table = _table(one, names, view) if one.rivals else ""
    return told + table + "".join(note(_refusal(row, names[row.row])) for row in one.refused)


def standing(one: Comparison) -> Iterator[str]:
    """Where we stand, in a sentence or two."""
    own = one.own
    if own.value is None or own.state in ("withheld", "suppressed"):
        yield say("bm_no_own", why=sentences.state_reason(one.definition, own) or sentences.sentence(say(own.state)))
    elif own.state != "ok":
        yield sentences.state_reason(one.definition, own)
    if own.value is not None and not own.complete:
        yield say("bm_running")
    if not one.rivals:
        yield say("bm_nobody_yet")
    elif one.place is not None:
        among = "competitors" if any(rival.row.competitor for rival in one.rivals) else "industries"
        key = f"bm_place_{among}" if one.place.is_sure else f"bm_place_unsure_{among}"
        yield say(key, place=one.place.place, of=one.place.of, best=one.place.best, worst=one.place.worst)
    elif own.value is not None:
        yield say("bm_no_direction")


def shown(own: MetricResult) -> float | None:
    """Our own value, where it may be seen."""
    return None if own.state in ("withheld", "suppressed") else own.value


def lines_of(one: Comparison, names: Mapping[BenchmarkRow, str]) -> list[Line]:
    """The rivals with ourselves in our place among them, the best first."""
    lines = [Line(names[rival.row], rival.row.value, rival.low, rival.high, rival) for rival in one.rivals]
    if (value := shown(one.own)) is not None:
        sign = -1 if one.definition.higher_is_better is False else 1
        place = sum(sign * line.value > sign * value for line in lines)
        lines.insert(place, Line(say("bm_ours"), value, one.own.low, one.own.high))
    return lines


def _table(one: Comparison, names: Mapping[BenchmarkRow, str], view: View) -> str:
    lines = lines_of(one, names)
    ends = [end for line in lines for end in (line.value, line.low, line.high) if end is not None]
    low, high = min(ends), max(ends)
    axis = say("bm_axis", low=_value(low, one.definition, view), high=_value(high, one.definition, view))
    heads = [("", say("bm_who")), ("b-axis", axis), ("num", say("bm_value")), ("num", say("bm_gap"))]
    heads += [("b-standing", say("bm_standing"))]
    head = "".join(f'<th scope="col" class="{kind}">{esc(text)}</th>' for kind, text in heads)
    rows = "".join(_row(line, one, (low, high), view) for line in lines)
    return f'<table class="rivals"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(line: Line, one: Comparison, ends: tuple[float, float], view: View) -> str:
    definition, rival = one.definition, line.rival
    value, ours = _value(line.value, definition, view), shown(one.own)

    def part(at: float | None) -> float | None:
        return None if at is None else (at - ends[0]) / ((ends[1] - ends[0]) or 1.0)

    alt = say("bm_alt", name=line.name, value=value)
    if line.low is not None and line.high is not None:
        span = wording.interval(line.low, line.high, definition.unit, view.currency)
        alt = say("bm_alt_interval", name=line.name, value=value, interval=span, space=wording.SPACE)
    drawn = marks.beside(
        part(line.value) or 0.0, part(line.low), part(line.high), part(ours), rival is None, view.theme, alt
    )
    under = note(origin(rival, definition, view.currency)) if rival else note(_own_basis(one.own))
    standing, gap = "", ""
    if rival is not None and rival.gap is not None and ours is not None:
        gap = _gap(rival, definition, view)
        if rival.verdict in _WORDS:
            standing = status(_WORDS[rival.verdict], view.theme, say(f"bm_{rival.verdict}"))
    kind = "" if rival else ' class="own"'
    return (
        f'<tr{kind}><th scope="row">{esc(line.name)}{under}</th><td class="b-axis">{drawn}</td>'
        f'<td class="num strong">{esc(value)}</td><td class="num">{gap}</td><td class="b-standing">{standing}</td></tr>'
    )


def _own_basis(own: MetricResult) -> str:
    counted = f", {say('n', n=wording.count(own.n))}" if own.n is not None else ""
    return f"{wording.period(own.period)}{counted}"


def _value(number: float, definition: MetricDefinition, view: View) -> str:
    return wording.value(number, definition.unit, view.currency)


def _gap(rival: Rival, definition: MetricDefinition, view: View) -> str:
    """'−2.4 pt' over the ends of its interval."""
    ends = [
        wording.change(end, definition.unit, currency=view.currency)
        for end in (rival.gap, rival.gap_low, rival.gap_high)
        if end is not None
    ]
    span = f'<span class="note">{esc(say("bm_span", low=ends[1], high=ends[2]))}</span>' if len(ends) == 3 else ""
    return f"{esc(ends[0])}{span}"


def origin(rival: Rival, definition: MetricDefinition, currency: str) -> str:
    """Of when a value is, of how many, how sure, by whom, and what was published before."""
    row = rival.row
    source = say("bm_source", source=row.source) if row.source else say("bm_no_source")
    seen = say("bm_seen", day=wording.date(row.retrieved_on)) if row.retrieved_on else ""
    counted = f", {say('n', n=wording.count(row.n))}" if row.n is not None else ""
    if rival.low is None:
        counted += f", {say('bm_exact')}"
    elif rival.widest:
        counted += f", {say('bm_widest')}"
    if rival.trend:
        before = ", ".join(
            f"{wording.value(one.value, definition.unit, currency)} ({since(one.period_start)})"
            for one in rival.trend[-3:]
        )
        counted += f", {say('bm_before', values=before)}"
    return say("bm_origin", when=since(row.period_start), n=counted, source=source, seen=seen)


def _refusal(refused: Refused, name: str) -> str:
    return say("bm_refused_row", name=name, when=since(refused.row.period_start), why=_ended(refused.why))


def _strangers(refused: Sequence[Refused]) -> str:
    """Rows of metrics that nobody compares, one line a reason."""
    if not refused:
        return ""
    tally = Counter(one.why for one in refused)
    first = {one.why: one for one in reversed(refused)}
    lines = [
        _refusal(first[why], name_of(first[why].row))
        if number == 1
        else say("bm_refused_many", n=number, why=_ended(why))
        for why, number in tally.items()
    ]
    return section(
        say("bm_refused"), say("bm_refused_scope"), "".join(f'<div class="item">{note(one)}</div>' for one in lines)
    )


def _ended(why: str) -> str:
    return why if why.endswith("?") else f"{why}."
