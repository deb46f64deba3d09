"""A change explained as sentences and parts, all in as many decimals as it takes to add them up. Pure.

What the terminal and the pages say of a change stands here once; how it is laid out, there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from dashboard import sentences, wording
from dashboard.printing.terminal import visible
from dashboard.wording import MINUS, SPACE, say
from metrics.analyses.explain import JUDGED, SLICES, Explanation, GroupChange
from metrics.stats.change import Part, rounded

MOST_ROWS = 12
"""More groups than this are shown as the largest parts and one line for the rest."""
MOST_CAUSES = 3
_FINEST = 6


# ── numbers that sum ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Scale:
    """How numbers of one metric are written here: all with as many decimals, so that a reader can add them up.

    `is_clock`: minutes are written as hours and whole minutes, as everywhere once they reach an hour.
    """

    by: Decimal
    digits: int
    unit: str
    step: str
    is_clock: bool = False

    def number(self, value: float | Decimal) -> Decimal:
        exact = Decimal(value) if isinstance(value, float) else value
        return _rounded(exact * self.by, self.digits)

    def value(self, value: float) -> str:
        return self.bare(self.number(value)) + ("" if self.is_clock else self.unit)

    def part(self, shown: Decimal) -> str:
        return self.signed(shown) + ("" if self.is_clock else self.step)

    def bare(self, shown: Decimal) -> str:
        """A number under a head that tells the unit."""
        return _clock(shown) if self.is_clock else written(shown)

    def signed(self, shown: Decimal) -> str:
        """The same of a part."""
        return _clock(shown, signed(shown)[0]) if self.is_clock else signed(shown)

    def change(self, found: Explanation) -> Decimal:
        """The difference, rounded once: what the rows of a board say in fewer decimals. The decimals are chosen so that
        the difference of the two values as shown is the same; of hours and minutes it may be a minute more or less."""
        return _rounded(_difference(found) * self.by, self.digits)

    def interval(self, low: float, high: float) -> str:
        first, last = (self.signed(self.number(end)) for end in (low, high))
        return f"{first} to {last}" + ("" if self.is_clock else self.step)


def _rounded(exact: Decimal, digits: int) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-digits))


def _clock(minutes: Decimal, sign: str = "") -> str:
    """'7 h 46', '−11 min'; with `sign` that one."""
    hours, rest = divmod(int(abs(minutes)), 60)
    size = f"{hours}{SPACE}h{SPACE}{rest:02d}" if hours else f"{rest}{SPACE}min"
    return f"{sign or (MINUS if minutes < 0 else '')}{size}"


def _difference(found: Explanation) -> Decimal:
    """As the rows of a board have it."""
    before, after = values_of(found)
    return Decimal(after - before)


_UNITS = {"minutes": "min", "hours": "h", "days": "days"}
_MORE = 3
"""So many decimals more than usual are shown, where fewer would make one change read as two."""


def scale_of(found: Explanation, currency: str) -> Scale:
    """Three figures of the value at least, and two of the change. Both periods have a value."""
    unit, (before, after) = found.definition.unit, values_of(found)
    percent = unit == "percent"
    by = 100 if percent else 1
    if unit == "minutes" and max(abs(before), abs(after)) >= wording.AN_HOUR:
        return Scale(Decimal(1), 0, "", "", is_clock=True)
    least = 1 if unit in ("percent", "points") else _places(max(abs(before), abs(after)) * by, 2)
    is_count = unit == "number" and before == round(before) and after == round(after)
    digits = 0 if is_count else min(_FINEST, max(least, _places(abs(after - before) * by, 1)))
    rows = 0 if unit == "points" else min(least, digits)
    digits = agreeing(Decimal(before) * by, Decimal(after) * by, _difference(found) * by, digits, rows)
    name = currency if unit == "currency" else _UNITS.get(unit, "")
    shown = f"{SPACE}%" if percent else f"{SPACE}{name}" if name else ""
    return Scale(Decimal(by), digits, shown, f"{SPACE}pt" if percent else shown)


def agreeing(before: Decimal, after: Decimal, change: Decimal, digits: int, rows: int) -> int:
    """The fewest decimals from `digits` on in which a reader's own subtraction finds the rounded change, and finds it
    too when rounding what is found to the decimals of the `rows` of a board."""
    for more in range(_MORE + 1):
        places = digits + more
        shown = _rounded(after, places) - _rounded(before, places)
        if all(_rounded(shown, fewer) == _rounded(change, fewer) for fewer in range(rows, places + 1)):
            return places
    return digits


def values_of(found: Explanation) -> tuple[float, float]:
    """Before and after; both periods have one."""
    before, after = found.before.value, found.after.value
    assert before is not None
    assert after is not None
    return before, after


def _places(size: float, more: int) -> int:
    """Decimal places for the first figure and `more` behind it; 0 for nothing."""
    return max(0, more - math.floor(math.log10(size))) if size > 1e-12 else 0


def written(number: Decimal) -> str:
    """'1,204.5', with a true minus."""
    return f"{number:,}".replace("-", MINUS if number else "")


def signed(number: Decimal) -> str:
    """'+0.4', '−1.2', '±0.0'."""
    return f"{'+' if number > 0 else ''}{written(number)}" if number else f"±{abs(number):,}"


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────


def told(found: Explanation, currency: str, is_command: bool = True) -> list[str]:
    """The change, its interval, its parts and what stands out; on the terminal also which slice was chosen and how to
    name another."""
    name = sentences.title(found.definition)
    for one in (found.after, found.before):
        if one.state not in JUDGED or one.value is None:
            why = one.reason or say(one.state)
            return [say("ex_no_value", name=name, period=wording.period(one.period), reason=visible(why))]
    scale = scale_of(found, currency)
    shown = scale.change(found)
    lines = [moved(found, currency), *_interval_told(found, scale), *_parts_told(found, scale, shown)]
    if found.is_chosen and found.groups and is_command:
        lines.append(say("ex_chosen", slice=str(found.by).capitalize(), slices=", ".join(SLICES)))
    late = [one.period for one in (found.before, found.after) if not one.complete]
    return [*lines, *(say("ex_not_complete", period=wording.period(period)) for period in late)]


def moved(found: Explanation, currency: str) -> str:
    """'… fell from 81.2 % in August 2026 to 79.2 % in September 2026: −2.0 pt.' Both periods have a value."""
    scale = scale_of(found, currency)
    shown = scale.change(found)
    key = "ex_rose" if shown > 0 else "ex_fell" if shown < 0 else "ex_same"
    before, after = (scale.value(value) for value in values_of(found))
    first, last = (wording.period(one.period) for one in (found.before, found.after))
    return say(
        key,
        name=sentences.title(found.definition),
        before=before,
        after=after,
        first=first,
        last=last,
        change=scale.part(shown) + _in_percent(found),
    )


def _in_percent(found: Explanation) -> str:
    """' (+2.5 %)' behind a change of a sum of money, which the rows of a board have in percent."""
    definition, kind = found.definition, found.after.kind
    before, after = values_of(found)
    if definition.unit != "currency" or kind != "total" or not before:
        return ""
    return f" ({wording.change(after - before, 'currency', kind, after)})"


def _interval_told(found: Explanation, scale: Scale) -> list[str]:
    change = found.change
    if change is None or change.low is None or change.high is None:
        return []
    key = "ex_may_be_chance" if change.low <= 0 <= change.high else "ex_ends"
    return [say(key, interval=scale.interval(change.low, change.high))]


def _parts_told(found: Explanation, scale: Scale, shown: Decimal) -> list[str]:
    if found.how == "mix_and_rate" and found.by:
        cells = cells_of(found, scale, shown)
        mix, rate = (sum((row[place] for row in cells.parts), Decimal(0)) for place in (0, 1))
        told = say("ex_mix_and_rate", slice=found.by, mix=scale.part(mix), rate=scale.part(rate))
        return [told, _causes_told(found, scale, cells)]
    if found.how == "differences" and found.groups:
        cells = cells_of(found, scale, shown)
        part = scale.part(cells.parts[0][0])
        return [say("ex_differences", slice=found.by, group=named(cells.rows[0]), change=part)]
    lines = [say("ex_not_by_groups", reason=found.reason)] if found.reason else []
    return [*lines, *(_factors_told(found, scale, shown) if found.how == "factors" else [])]


def _causes_told(found: Explanation, scale: Scale, cells: Cells) -> str:
    if not found.causes:
        return say("ex_nothing")
    told = "; ".join(_cause(found, part, scale, cells) for part in found.causes[:MOST_CAUSES])
    return sentences.sentence(told)


def _cause(found: Explanation, part: Part, scale: Scale, cells: Cells, is_short: bool = False) -> str:
    group = found.groups[int(part.group or 0)]
    assert group.share is not None
    then, now = group.share
    if part.kind == "rate":
        key = "ex_own_rose" if part.value > 0 else "ex_own_fell"
    elif not then or not now:
        key = "ex_gone" if then else "ex_appeared"
    else:
        key = "ex_larger" if now > then else "ex_smaller"
    shown = scale.number(part.value)
    if group in cells.rows:  # as the table has it
        shown = cells.parts[cells.rows.index(group)][part.kind == "rate"]
    if is_short:
        key = "ex_short_own" if part.kind == "rate" else "ex_short_mix"
    return say(key, group=named(group), part=scale.part(shown))


def _factors_told(found: Explanation, scale: Scale, shown: Decimal) -> list[str]:
    assert found.factors is not None
    above, below = rounded([float(Decimal(e.value) * scale.by) for e in found.factors.effects], scale.digits, shown)
    then, now = found.before, found.after
    numbers = [one or 0.0 for one in (then.numerator, now.numerator, then.denominator, now.denominator)]
    names = ("above_then", "above_now", "below_then", "below_now")
    told = {name: wording.value(number, "number") for name, number in zip(names, numbers, strict=True)}
    return [say("ex_factors", above=scale.part(above), below=scale.part(below), **told)]


def named(group: GroupChange) -> str:
    """A group as a row or a sentence calls it, safe for a terminal."""
    if group.folded:
        return say("ex_group_folded", n=group.folded)
    return say("ex_group_none") if group.name is None else visible(group.name)


# ── parts that sum ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Cells:
    """The rows shown, the largest part first; `rest`: the groups of the last line. `parts`: per line (mix, rate), or
    (difference,) of totals; they sum to the change as shown, to the last digit."""

    rows: tuple[GroupChange, ...]
    rest: tuple[GroupChange, ...]
    parts: tuple[tuple[Decimal, ...], ...]


def cells_of(found: Explanation, scale: Scale, shown: Decimal) -> Cells:
    """Every group, or the largest and the rest as one; `shown`: the change that the parts sum to."""
    ordered = sorted(found.groups, key=lambda group: -abs(group.both.value))
    most = len(ordered) if len(ordered) <= MOST_ROWS else MOST_ROWS - 1
    rows, rest = tuple(ordered[:most]), tuple(ordered[most:])
    lines = [_effects(group) for group in rows]
    if rest:
        lines.append([math.fsum(column) for column in zip(*map(_effects, rest), strict=True)])
    width = len(lines[0])
    flat = rounded([value * float(scale.by) for line in lines for value in line], scale.digits, shown)
    parts = tuple(tuple(flat[place : place + width]) for place in range(0, len(flat), width))
    return Cells(rows, rest, parts)


def _effects(group: GroupChange) -> list[float]:
    if group.mix is None or group.rate is None:
        return [group.both.value]
    return [group.mix.value, group.rate.value]


MOST_LINES = 6
"""So many groups stand by name in a list of contributions; the others as one line."""


@dataclass(frozen=True)
class Contribution:
    """One line of what a change is made of; the numbers of all lines sum to the change as shown. `is_mix`: it comes of
    what share the groups have, not of their own values."""

    name: str
    number: Decimal
    text: str
    is_mix: bool = False


def contributions(found: Explanation, currency: str) -> tuple[Contribution, ...]:
    """What the change is made of: the groups' own values with the mix of the groups as one line, the groups of a total,
    or the two factors of a quotient. Empty where nothing tells it."""
    lines = _lines(found)
    if not lines:
        return ()
    scale = scale_of(found, currency)
    sizes = [value * float(scale.by) for _, value, _ in lines]
    numbers = rounded(sizes, scale.digits, scale.change(found))
    return tuple(
        Contribution(name, number, scale.part(number), is_mix)
        for (name, _, is_mix), number in zip(lines, numbers, strict=True)
    )


def _lines(found: Explanation) -> list[tuple[str, float, bool]]:
    if found.how == "factors" and found.factors is not None:
        names = (say("ex_above"), say("ex_below"))
        return [(name, one.value, False) for name, one in zip(names, found.factors.effects, strict=True)]
    own = [(named(group), (group.rate or group.both).value, False) for group in found.groups]
    own.sort(key=lambda line: -abs(line[1]))
    most = MOST_LINES if len(own) > MOST_LINES + 1 else len(own)
    rest = own[most:]
    lines = own[:most] + (
        [(say("ex_group_rest", n=len(rest)), math.fsum(v for _, v, _ in rest), False)] if rest else []
    )
    mixes = [group.mix.value for group in found.groups if group.mix is not None]
    return [*lines, (say("ex_mix_of", slice=found.by), math.fsum(mixes), True)] if mixes else lines


def stands_out(found: Explanation, currency: str, most: int = MOST_CAUSES) -> tuple[str, str]:
    """The change, and its largest parts that may be named as a clause; '' when none can be told from chance."""
    if found.how != "mix_and_rate" or not found.causes:
        return "", ""
    scale = scale_of(found, currency)
    shown = scale.change(found)
    cells = cells_of(found, scale, shown)
    return scale.part(shown), ", ".join(
        _cause(found, part, scale, cells, is_short=True) for part in found.causes[:most]
    )
