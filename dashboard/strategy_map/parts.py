"""The strategy map as escaped HTML: objectives in their perspectives, arrows with their verdicts, links as a table.

On a wide screen the objectives stand over a picture of the arrows; on a phone each objective lists what it leads to.
Pure functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import components, score_axis, sentences, wording
from dashboard.components import anchor, esc, note, section, status
from dashboard.navigation import link
from dashboard.strategy_map import drawing
from dashboard.strategy_map.layout import Arrow, Layout, layout
from dashboard.strategy_map.link_words import after, correlation, ends, link_notes, looked_at, rests_on
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.links import TestedLink, months_of
from metrics.definition import PERSPECTIVES, MetricDefinition, PerspectiveId
from metrics.scorecard import Aim, Branch, Scorecard
from metrics.strategy import Link, Objective, Strategy


@dataclass(frozen=True)
class View:
    """A strategy beside the board that scores it. `tested`: in the order of its links; None while they are tested.
    `part`: whose scores these are, None for all."""

    strategy: Strategy
    board: Scorecard
    tested: Sequence[TestedLink] | None
    definitions: Mapping[str, MetricDefinition]
    query: Mapping[str, str | None]
    theme: Tokens
    part: str | None = None

    @property
    def objectives(self) -> Mapping[str, Objective]:
        return {one.objective: one for one in self.strategy.objectives}

    @property
    def aims(self) -> Mapping[str, Aim]:
        """The objectives that have a metric on the board."""
        found = (aim for branch in self.board.branches for aim in branch.aims)
        return {aim.objective.objective: aim for aim in found if aim.objective}

    @property
    def between(self) -> Mapping[int, Link]:
        """The links of two objectives, by their place among all."""
        known = self.objectives
        return {
            place: one
            for place, one in enumerate(self.strategy.links)
            if one.cause in known and one.effect in known and one.cause != one.effect
        }

    def verdict(self, place: int) -> str:
        """What the data say of a link, as a key; '' while nobody knows."""
        return self.tested[place].verdict if self.tested is not None else ""

    def verdict_words(self, place: int) -> str:
        """The same in words."""
        return say(f"lk_{self.verdict(place)}") if self.tested is not None else say("map_untested")

    def name(self, node: str) -> str:
        """An objective or a metric as people call it."""
        if node in self.objectives:
            return self.objectives[node].name or node
        return sentences.title(self.definitions[node]) if node in self.definitions else node


def body(view: View) -> str:
    """The whole page."""
    if not view.strategy.objectives:
        return components.message(say("map_empty"), (), esc(f"{say('map_empty_why')} {say('map_empty_next')}"))
    return f"{_answer(view)}{_map(view)}{_tables(view)}"


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────


def _answer(view: View) -> str:
    aims = [aim for aim in view.aims.values() if aim.score is not None]
    reached = sum(_word(aim) == "met" for aim in aims)
    counts = {"n": reached, "all": len(aims) or len(view.strategy.objectives)}
    head = say(_reached(counts["n"], counts["all"]) if aims else "map_unjudged", **counts)
    told = [view.strategy.vision.rstrip(".") + "."] if view.strategy.vision else []
    told += [_lowest(aims)] if aims else []
    lacking = len(view.strategy.objectives) - len(aims)
    if aims and lacking:
        told.append(say("map_lacking_one" if lacking == 1 else "map_lacking", n=lacking))
    told += _support(view)
    if view.part:
        told.append(say("map_tested_on", part=view.part))
    return f'<div class="answer"><h1>{esc(head)}</h1><p class="sub">{esc(" ".join(told))}</p></div>'


def _reached(number: int, all_: int) -> str:
    if number == all_:
        return "map_reached_all"
    return "map_reached_none" if not number else "map_reached_one" if number == 1 else "map_reached"


def _lowest(aims: Sequence[Aim]) -> str:
    low = min(aims, key=lambda aim: aim.score if aim.score is not None else 101.0)
    assert low.objective is not None
    assert low.score is not None
    return say("map_lowest", name=low.objective.name or low.objective.objective, score=wording.score(low.score))


def _support(view: View) -> list[str]:
    if not view.between:
        return [say("map_no_links")]
    if view.tested is None:
        return [say("map_testing")]
    verdicts = [view.verdict(place) for place in view.between]
    supported, contradicted = verdicts.count("supported"), verdicts.count("contradicts")
    told = [say("map_supported" if supported else "map_supported_none", n=supported, all=len(verdicts))]
    return told + ([say("map_contradicted", n=contradicted)] if contradicted else [])


def _word(aim: Aim | None) -> str:
    """The status an objective stands for, or why it stands for none."""
    if aim is None:
        return "no_data"
    if aim.score is not None:
        return score_axis.standing_of(aim.score, aim.cards)
    return "not_judged" if sentences.provided(aim.cards) else "not_provided"


# ── the map ──────────────────────────────────────────────────────────────────────────────────────────


def _map(view: View) -> str:
    bands = [(name, [one for one in view.strategy.objectives if one.perspective == name]) for name in PERSPECTIVES]
    bands = [(name, found) for name, found in bands if found]
    ends = {place: (one.cause, one.effect) for place, one in view.between.items()}
    placed = layout([[one.objective for one in found] for _, found in bands], ends)
    verdicts = tuple(view.verdict(arrow.place) or "too_little_data" for arrow in placed.arrows)
    drawn = drawing.arrows(placed.arrows, verdicts, placed.height, view.theme, say("map_alt"))
    parts = "".join(
        _band(name, found, top, placed, view) for (name, found), top in zip(bands, placed.bands, strict=True)
    )
    words = "".join(_words(arrow, view) for arrow in placed.arrows)
    whole = f'<div class="map" style="--h:{placed.height:.0f}px">{drawn if placed.arrows else ""}{parts}{words}</div>'
    legend = _legend(verdicts, view) if placed.arrows else ""
    return section(say("strategy_map"), say("map_scope"), whole + legend, kind="strategy")


def _band(name: PerspectiveId, found: Sequence[Objective], top: float, placed: Layout, view: View) -> str:
    branch = next((one for one in view.board.branches if one.perspective == name), None)
    head = anchor(say(name), link(name, view.query), "quiet")
    items = "".join(_node(one, placed, view) for one in sorted(found, key=lambda one: placed.nodes[one.objective].x))
    return (
        f'<div class="band" style="--y:{top:.0f}px"><div class="band-head"><h3>{head}</h3>{_band_score(branch)}</div>'
        f"<ul>{items}</ul></div>"
    )


def _band_score(branch: Branch | None) -> str:
    if branch is None or branch.score is None:
        return ""
    return f'<p class="note">{esc(say("map_band_score", score=wording.score(branch.score)))}</p>'


def _node(one: Objective, placed: Layout, view: View) -> str:
    spot, aim = placed.nodes[one.objective], view.aims.get(one.objective)
    address = f"{link(one.perspective, view.query)}#aim-{one.objective}"
    score = say("map_no_score") if aim is None or aim.score is None else wording.score(aim.score)
    kind = "none" if aim is None or aim.score is None else "score"
    moved = ""
    if aim and aim.score is not None and aim.previous_score is not None:
        moved = f' <span class="note">{esc(wording.score_change(aim.score, aim.previous_score))}</span>'
    word = _word(aim)
    told = say("map_not_judged") if word == "not_judged" else None
    stands = f'{status(word, view.theme, told)}<span class="{kind}">{esc(score)}</span>{moved}'
    owner = note(one.owner) if one.owner else ""
    return (
        f'<li class="node" style="--x:{spot.x:.4f};--w:{spot.width:.4f};--y:{spot.y:.0f}px">'
        f'<p class="name">{anchor(view.name(one.objective), address, "quiet")}</p>'
        f'<p class="stands">{stands}</p>{owner}{_leads(one.objective, view)}</li>'
    )


def _leads(node: str, view: View) -> str:
    """What an objective leads to, in words: on a phone in place of the arrows."""
    items = "".join(
        f"<li>{esc(say('map_to', effect=view.name(one.effect)))}, {_said(place, one, view)}</li>"
        for place, one in view.between.items()
        if one.cause == node
    )
    return f'<ul class="leads">{items}</ul>' if items else ""


def _said(place: int, one: Link, view: View) -> str:
    text = f"{_lagged(one)}: {view.verdict_words(place)}"
    return anchor(text, f"{link('strategy_map', view.query)}#link-{place}")


def _lagged(one: Link) -> str:
    sign = wording.MINUS if one.sign == "-" else "+"
    lag = months_of(one.lag)
    return say("map_after", sign=sign, lag=after(lag)) if lag else say("map_same_month", sign=sign)


def _words(arrow: Arrow, view: View) -> str:
    """What stands beside an arrow, as the way to its row below."""
    one = view.strategy.links[arrow.place]
    x, y = arrow.words
    address = f"{link('strategy_map', view.query)}#link-{arrow.place}"
    whole = f"{view.name(one.cause)} → {view.name(one.effect)}: "
    kind = view.verdict(arrow.place) or "none"
    return (
        f'<a class="words v-{kind}" href="{esc(address)}" style="--x:{x:.4f};--y:{y:.0f}px">'
        f'<span class="ear">{esc(whole)}</span>{esc(_lagged(one))} '
        f'<span class="line">{esc(view.verdict_words(arrow.place))}</span></a>'
    )


def _legend(verdicts: Sequence[str], view: View) -> str:
    shown = [(one, say(f"map_line_{one}")) for one in drawing.VERDICTS if one in verdicts]
    items = "".join(f"<span>{drawing.sample(one, view.theme)}{esc(words)}</span>" for one, words in shown)
    return f'<p class="legend lines">{items}<span class="note">{esc(say("map_signs"))}</span></p>'


# ── the links as tables ──────────────────────────────────────────────────────────────────────────────


def _tables(view: View) -> str:
    links = dict(enumerate(view.strategy.links))
    if not links:
        return section(say("links"), "", note(say("lk_none")))
    groups = [
        ("links_between_objectives", {place: one for place, one in links.items() if place in view.between}),
        ("links_between_metrics", {place: one for place, one in links.items() if place not in view.between}),
    ]
    tables = "".join(_table(say(key), found, view) for key, found in groups if found)
    told = [note(text) for one in view.tested or () for text in link_notes(one, view.name)]
    how = [note(say(key)) for key in ("lk_how_r", "lk_how_level", "lk_how_looks")]
    return tables + f'<div class="how">{"".join(dict.fromkeys(told))}{"".join(how)}</div>'


_COLUMNS = ("from", "to", "after", "sign", "verdict", "r", "interval", "n", "of")
_NUMBERS = ("r", "interval", "n")


def _head(name: str) -> str:
    return say(f"link_{name}")


def _table(head: str, links: Mapping[int, Link], view: View) -> str:
    heads = "".join(
        f'<th scope="col"{" class=num" if name in _NUMBERS else ""}>{esc(_head(name))}</th>' for name in _COLUMNS
    )
    rows = "".join(_row(place, one, view) for place, one in links.items())
    table = f'<table class="links"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return section(head, say("links_scope"), table)


def _row(place: int, one: Link, view: View) -> str:
    tested = view.tested[place] if view.tested is not None else None
    known = tested.telling if tested else None
    cells = [("verdict", f'<span class="v-{view.verdict(place)}">{esc(view.verdict_words(place))}</span>')]
    if known and tested:
        found = known[1].found
        figures = (("r", correlation(found.r)), ("interval", ends(found)), ("n", wording.count(found.n)))
        of = f"{esc(looked_at(known))}{note(rests_on(tested, view.name))}"
    else:
        figures, of = (("r", ""), ("interval", ""), ("n", "")), ""
    cells += [(name, esc(text)) for name, text in figures]
    sign = wording.MINUS if one.sign == "-" else "+"
    told = [("after", esc(after(months_of(one.lag)))), ("sign", esc(sign)), *cells, ("of", of)]
    shown = "".join(
        f'<td class="{"num " if name in _NUMBERS else ""}{name}" data-label="{esc(_head(name))}">{text}</td>'
        for name, text in told
    )
    return (
        f'<tr id="link-{place}"><th scope="row" class="from">{_end(one.cause, view)}</th>'
        f'<td class="to">{_end(one.effect, view)}</td>{shown}</tr>'
    )


def _end(node: str, view: View) -> str:
    objective = view.objectives.get(node)
    if objective is not None:
        return anchor(view.name(node), f"{link(objective.perspective, view.query)}#aim-{node}", "quiet")
    if node in view.definitions:
        return anchor(view.name(node), link("metric", {**view.query, "metric": node}), "quiet")
    return esc(node)
