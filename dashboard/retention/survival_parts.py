"""Survival curves as escaped HTML: a table of months, small pictures of groups, what the model says. Pure functions."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from dashboard import marks, survival_sentences, wording
from dashboard.charts.customers import points
from dashboard.components import esc, note, rich
from dashboard.navigation import link
from dashboard.survival_sentences import AT_LEAST, days, months
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.cohorts import Staying, Survival
from metrics.models.contracts import ContractCurve
from metrics.stats.survival import Curve

_READ = (3, 6, 12, 24, 36, 48)


def told(found: Survival) -> str:
    """Counts and medians in words, then whether the groups differ."""
    if not found.by:
        only = found.groups[0]
        return f"<p>{esc(survival_sentences.counts(only))} {esc(survival_sentences.median(only.curve))}</p>"
    left = ""
    if found.left_out:
        left = note(say("ch_groups_left", n=wording.plural(found.left_out, f"{found.by} is", f"{found.by}s are")))
    return f"<p>{esc(survival_sentences.compared(found.test))}</p>{left}"


def table(found: Survival) -> str:
    """One row a group: the share still running after so many months, its interval and how many were observed."""
    every = [group.curve for group in found.groups]
    read = [month for month in _READ if any(month in survival_sentences.marks(curve) for curve in every)]
    if not read:
        return note(say("sv_screen_least", least=AT_LEAST))
    first = (found.by or "").replace("_", " ").capitalize() or say("sv_group")
    heads = "".join(f'<th scope="col" class="num">{esc(months(month))}</th>' for month in read)
    rows = "".join(_row(group, read, bool(found.by)) for group in found.groups)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{esc(say("sv_table"))}"><table class="stays">'
        "<thead><tr>"
        f'<th scope="col">{esc(first)}</th><th scope="col" class="num">{esc(say("sv_n"))}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(group: Staying, read: Sequence[int], named: bool) -> str:
    name = (group.value or say("unassigned")) if named else say("sv_all")
    cells = "".join(_cell(group.curve, month) for month in read)
    return f'<tr><th scope="row">{esc(name)}</th><td class="num">{wording.count(group.n)}</td>{cells}</tr>'


def _cell(curve: Curve, month: int) -> str:
    if month not in survival_sentences.marks(curve):
        return f'<td class="num none">{esc(say("too_few").lower())}</td>'
    step = survival_sentences.step_at(curve, days(month))
    ends = wording.interval(step.low, step.high, "percent") if step and step.low and step.high else ""
    share = wording.value(curve.at(days(month)), "percent")
    observed = wording.count(curve.at_risk(days(month)))
    under = " · ".join(part for part in (ends, say("n", n=observed)) if part)
    return f'<td class="num">{esc(share)}<span class="note">{esc(under)}</span></td>'


def multiples(found: Survival, theme: Tokens) -> str:
    """A small picture a group, all on one axis of time."""
    curves = {group: _line(group.curve) for group in found.groups}
    last = max((line[-1][0] for line in curves.values() if line), default=0.0)
    if not last:
        return ""
    figures = "".join(_figure(group, line, last, theme) for group, line in curves.items() if line)
    return f'<div class="multiples">{figures}</div>'


def _figure(group: Staying, line: tuple[tuple[float, float, float, float], ...], last: float, theme: Tokens) -> str:
    name = group.value or say("unassigned")
    alt = say("sv_alt", name=name, shares=say("sv_alt_part", share=wording.value(line[-1][1], "percent"),
              months=months(round(line[-1][0]))))  # fmt: skip
    under = survival_sentences.median_of(name, group)
    return (
        f'<figure><figcaption><span class="strong">{esc(name)}</span>'
        f'<span class="num">{esc(wording.value(line[-1][1], "percent"))}</span></figcaption>'
        f'{_picture(line, last, theme, alt)}<div class="ends"><span>0</span>'
        f"<span>{esc(months(round(last)))}</span></div>"
        f"{note(under)}</figure>"
    )


def _line(curve: Curve) -> tuple[tuple[float, float, float, float], ...]:
    """(months, share, low, high) of every step drawn; a band that is not known is as narrow as the line."""
    found = []
    for row in points(curve):
        share = row["share"] or 0.0
        low, high = (share if row[end] is None else row[end] or 0.0 for end in ("low", "high"))
        found.append((row["months"] or 0.0, share, low, high))
    return tuple(found)


@functools.lru_cache(maxsize=256)
def _picture(line: tuple[tuple[float, float, float, float], ...], last: float, theme: Tokens, alt: str) -> str:
    width, height, top, bottom = 280, 96, 4.0, 92.0

    def steps(which: int) -> list[str]:
        found, before = [], 1.0
        for row in line:
            x = row[0] / last * width
            found += [f"{x:.1f} {bottom - before * (bottom - top):.1f}"]
            before = row[which]
            found += [f"{x:.1f} {bottom - before * (bottom - top):.1f}"]
        return found

    grid = "".join(
        f'<path d="M0 {bottom - share * (bottom - top):.1f}H{width}" stroke="{theme.grid}"/>' for share in (0, 0.5, 1)
    )
    band = "L".join([*steps(3), *reversed(steps(2))])
    drawn = (
        f'{grid}<path d="M{band}Z" fill="{theme.series}" fill-opacity=".16"/>'
        f'<path d="M{"L".join(steps(1))}" fill="none" stroke="{theme.series}" stroke-width="1.8"/>'
    )
    return marks.picture(drawn, width, height, alt, "trend")


def contract(found: ContractCurve, query: dict[str, str | None]) -> str:
    """The fit beside what came, in words, with the way to the value of a contract."""
    until = int(found.observed.drawn_until(AT_LEAST) or 0)
    month = max((mark for mark in survival_sentences.MARKS if mark <= until), default=until)
    far = min(2 * month, len(found.predicted) - 1)
    step = survival_sentences.step_at(found.observed, month)
    ends = wording.interval(step.low, step.high, "percent") if step and step.low and step.high else ""
    sentence = say(
        "cc_sentence", months=months(month), predicted=wording.value(found.predicted[month], "percent"),
        observed=wording.value(found.observed.at(month), "percent"), interval=ends,
        later=wording.value(found.predicted[far], "percent"), far=months(far),
    )  # fmt: skip
    counted = {"contracts": wording.count(found.contracts), "ended": wording.count(found.ended)}
    if found.one_rate is not None:
        fit = say("cc_alike", rate=wording.value(found.one_rate, "percent"), **counted)
    else:
        fit = say("cc_fit", alpha=f"{found.alpha:.3g}", beta=f"{found.beta:.3g}",
                  likelihood=wording.count(found.log_likelihood or 0.0), **counted)  # fmt: skip
    way = link("metric", {**query, "metric": "contract_lifetime_value"})
    return f'<p>{rich(sentence)}</p>{note(fit)}<p class="note"><a href="{esc(way)}">{esc(say("cc_value"))}</a></p>'
