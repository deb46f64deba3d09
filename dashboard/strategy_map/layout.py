"""Where the objectives of a strategy map stand and how its arrows run. Pure geometry: shares of the width, and pixels.

Every perspective is a band. An arrow that passes a band takes a narrow place of its own there, so that it runs between
the objectives; places are swapped as long as that makes fewer arrows cross, or makes them shorter (Sugiyama et al. 1981
with swaps instead of barycentres).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BAND = 170
"""Pixels of a band: an objective, and room for arrows and their words."""
NODE = 87
TOP = 16
BELOW = 64
"""Room under the last band for arrows that stay in it."""
_PASSING = 0.3
"""The place of an arrow that passes a band, an objective's being 1."""
_FILLS = 0.86
_CROSSING = 4.0
_ROUNDS = 4
Point = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """An objective. `x`: its middle, `width`: both shares of the map's width; `y`: pixels of its upper edge."""

    x: float
    width: float
    y: float


@dataclass(frozen=True)
class Arrow:
    """A link. `place`: of the link among all. `points`: from its cause to its effect, runs between are curves that
    leave and arrive upright. `words`: where its words stand. `arc`: 0, or where both ends are in one band 1 when it
    runs below the band and −1 when above."""

    place: int
    points: tuple[Point, ...]
    words: Point
    arc: int = 0


@dataclass(frozen=True)
class Layout:
    """The whole map. `bands`: the upper edge of each."""

    nodes: Mapping[str, Node]
    arrows: tuple[Arrow, ...]
    bands: tuple[float, ...]
    height: float


def layout(bands: Sequence[Sequence[str]], links: Mapping[int, tuple[str, str]]) -> Layout:
    """`bands`: the objectives of each perspective, top to bottom. `links`: (cause, effect) by place; both ends are
    in the bands and are not the same. Reckoned once for a strategy."""
    return _layout(tuple(map(tuple, bands)), tuple(links.items()))


@functools.lru_cache(maxsize=16)
def _layout(bands: tuple[tuple[str, ...], ...], named: tuple[tuple[int, tuple[str, str]], ...]) -> Layout:
    links = dict(named)
    row_of = {key: row for row, keys in enumerate(bands) for key in keys}
    chains = {place: _chain(place, ends, row_of) for place, ends in links.items()}
    rows: list[list[str]] = [list(keys) for keys in bands]
    for chain in chains.values():
        for row, key in chain[1:-1]:
            rows[row].append(key)
    steps = [pair for chain in chains.values() for pair in itertools.pairwise(chain)]
    _untangle(rows, steps)
    places = {key: spot for keys in rows for key, spot in _spots(keys).items()}
    tops = tuple(TOP + float(BAND * row) for row in range(len(rows)))
    nodes = {key: Node(places[key][0], places[key][1] * _FILLS, tops[row]) for key, row in row_of.items()}
    ways = {place: _way(chain, chains.values(), len(rows)) for place, chain in chains.items()}
    ports = _ports(chains, ways, nodes)
    arrows = _apart([_arrow(place, chain, places, ways[place], ports) for place, chain in chains.items()])
    is_low = any(arrow.arc > 0 and row_of[links[arrow.place][0]] == len(rows) - 1 for arrow in arrows)
    height = TOP + BAND * (len(rows) - 1) + NODE + (BELOW if is_low else 8) if rows else 0
    return Layout(nodes, arrows, tops, height)


_Spot = tuple[int, str]
"""The band and the key of what stands there: an objective, or an arrow that passes."""


def _chain(place: int, ends: tuple[str, str], row_of: Mapping[str, int]) -> list[_Spot]:
    """From cause to effect, with a place in every band between."""
    start, stop = (row_of[key] for key in ends)
    step = 1 if stop > start else -1
    between = [(row, f"\0{place} {row}") for row in range(start + step, stop, step)]
    return [(start, ends[0]), *between, (stop, ends[1])]


def _spots(keys: Sequence[str]) -> dict[str, tuple[float, float]]:
    """(middle, width) of each key in its row."""
    sizes = [_PASSING if key.startswith("\0") else 1.0 for key in keys]
    whole = sum(sizes) or 1.0
    ends = itertools.accumulate(sizes, initial=0.0)
    return {key: ((end + size / 2) / whole, size / whole) for key, size, end in zip(keys, sizes, ends, strict=False)}


def _untangle(rows: list[list[str]], steps: Sequence[tuple[_Spot, _Spot]]) -> None:
    """Swap two places of a row as long as that costs less."""
    best = _cost(rows, steps)
    for _ in range(_ROUNDS):
        before = best
        for row in rows:
            for one, other in itertools.combinations(range(len(row)), 2):
                row[one], row[other] = row[other], row[one]
                cost = _cost(rows, steps)
                if cost < best - 1e-9:
                    best = cost
                else:
                    row[one], row[other] = row[other], row[one]
        if best == before:
            return


def _cost(rows: Sequence[Sequence[str]], steps: Sequence[tuple[_Spot, _Spot]]) -> float:
    """Crossings, and how far arrows run sideways."""
    x = {key: middle for keys in rows for key, (middle, _) in _spots(keys).items()}
    runs = [(min(a[0], b[0]), x[a[1]], x[b[1]]) if a[0] < b[0] else (b[0], x[b[1]], x[a[1]])
            for a, b in steps if a[0] != b[0]]  # fmt: skip
    crossings = sum(
        one[0] == other[0] and (one[1] - other[1]) * (one[2] - other[2]) < 0
        for one, other in itertools.combinations(runs, 2)
    )
    return _CROSSING * crossings + sum(abs(x[a[1]] - x[b[1]]) for a, b in steps)


# ── arrows ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Way:
    """How an arrow leaves its cause and meets its effect: by the lower edge (1) or the upper one (−1)."""

    leaves: int
    arrives: int
    is_arc: bool


def _way(chain: Sequence[_Spot], chains: Iterable[Sequence[_Spot]], rows: int) -> _Way:
    """Straight up or down; within a band by the side where fewer arrows run, below the last and the first one."""
    start, stop = chain[0][0], chain[-1][0]
    if start != stop:
        return _Way(1, -1, False) if stop > start else _Way(-1, 1, False)
    runs = [sorted((a[0], b[0])) for other in chains for a, b in itertools.pairwise(other)]
    is_open = 0 < start < rows - 1
    side = -1 if is_open and runs.count([start - 1, start]) < runs.count([start, start + 1]) else 1
    return _Way(side, side, True)


def _arrow(
    place: int,
    chain: Sequence[_Spot],
    places: Mapping[str, tuple[float, float]],
    way: _Way,
    ports: Mapping[tuple[int, str], Point],
) -> Arrow:
    first, last = ports[place, "from"], ports[place, "to"]
    if way.is_arc:
        words = ((first[0] + last[0]) / 2, first[1] + way.leaves * BELOW / 2)
        return Arrow(place, (first, last), words, way.leaves)
    points = [first]
    for row, key in chain[1:-1]:
        upper = float(TOP + BAND * row)
        edges = (upper + NODE, upper) if way.leaves < 0 else (upper, upper + NODE)
        points += [(places[key][0], edge) for edge in edges]
    points.append(last)
    (x1, y1), (x2, y2) = points[:2]
    return Arrow(place, tuple(points), ((x1 + x2) / 2, (y1 + y2) / 2))


def _ports(
    chains: Mapping[int, Sequence[_Spot]], ways: Mapping[int, _Way], nodes: Mapping[str, Node]
) -> dict[tuple[int, str], Point]:
    """Where every arrow leaves ("from") and arrives ("to"): those of one edge stand side by side, in the order of
    their other ends."""
    edges: dict[tuple[str, int], list[tuple[float, int, str]]] = {}
    for place, chain in chains.items():
        cause, effect = chain[0][1], chain[-1][1]
        edges.setdefault((cause, ways[place].leaves), []).append((nodes[effect].x, place, "from"))
        edges.setdefault((effect, ways[place].arrives), []).append((nodes[cause].x, place, "to"))
    found = {}
    for (key, side), meeting in edges.items():
        node = nodes[key]
        for at, (_, place, end) in enumerate(sorted(meeting)):
            x = node.x + node.width * 0.7 * ((at + 1) / (len(meeting) + 1) - 0.5)
            found[place, end] = (x, node.y + (NODE if side > 0 else 0))
    return found


_WORDS_WIDE, _WORDS_HIGH = 0.115, 34
"""The room that the words of an arrow take: a share of the map's width, and pixels. More than fit beside each other
stand in two lines."""


def _apart(arrows: Sequence[Arrow]) -> tuple[Arrow, ...]:
    """The words of arrows in one gap, moved so that they do not lie on each other."""
    found = {arrow.place: arrow for arrow in arrows}
    for _, group in itertools.groupby(sorted(arrows, key=_gap), key=_gap):
        ordered = sorted(group, key=lambda one: one.words[0])
        xs = _spread([one.words[0] for one in ordered])
        is_tight = len(xs) * _WORDS_WIDE > 1
        for number, (one, x) in enumerate(zip(ordered, xs, strict=True)):
            aside = _WORDS_HIGH / 2 * (-1) ** number if is_tight else 0
            found[one.place] = Arrow(one.place, one.points, (x, one.words[1] + aside), one.arc)
    return tuple(found[arrow.place] for arrow in arrows)


def _gap(arrow: Arrow) -> int:
    """Which gap between two bands the words stand in."""
    return int((arrow.words[1] - TOP) // BAND)


def _spread(xs: Sequence[float]) -> list[float]:
    """The places, in order, no nearer than the words are wide: groups too narrow are centred on their mean."""
    wide = min(_WORDS_WIDE, 1 / len(xs))
    groups = [[x] for x in xs]
    while True:
        for place, (left, right) in enumerate(itertools.pairwise(groups)):
            if _middle(right) - _middle(left) < wide * (len(left) + len(right)) / 2 - 1e-9:
                groups[place : place + 2] = [left + right]
                break
        else:
            break
    spread = [
        _middle(group) + wide * (number - (len(group) - 1) / 2) for group in groups for number in range(len(group))
    ]
    half = wide / 2
    too_left, too_right = max(0.0, half - spread[0]), max(0.0, spread[-1] + half - 1)
    moved = [x + too_left - too_right for x in spread]
    fits = moved[0] >= half - 1e-9 and moved[-1] <= 1 - half + 1e-9
    return moved if fits else [half + wide * number for number in range(len(moved))]


def _middle(group: Sequence[float]) -> float:
    return sum(group) / len(group)
