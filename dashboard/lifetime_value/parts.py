"""What customers are worth, as escaped HTML: groups, lifecycle, model and its test. Pure functions."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping

from dashboard import sentences, wording
from dashboard.bars import bar
from dashboard.components import anchor, esc, note, rich, section
from dashboard.navigation import link
from dashboard.reasons import clause
from dashboard.wording import say
from metrics.models.customers import LEAST, Base, Bucket, HeldBack, Part
from metrics.models.fitted import RULES
from metrics.period import Period
from metrics.stats.lifecycle import STAGES
from metrics.stats.not_known import NotKnown

_ORDER = (*STAGES, "older")
"""As their rules are asked: the last of them takes everybody else."""
_WEEKS_A_YEAR = 365.25 / 7
_SHADES = 6


def answer(found: Base | NotKnown, currency: str, query: Mapping[str, str | None]) -> str:
    """What a customer will still bring, or why that is not known."""
    if isinstance(found, NotKnown):
        closed = found.status == "undefined" and bool(query.get("team") or query.get("department"))
        head = say("lv_answer_closed" if closed else "lv_answer_none")
        told = esc(sentences.sentence(found.sentence))
        if closed:
            whole = link("lifetime_value", {**query, "team": None, "department": None})
            told += f" {anchor(say('lv_whole'), whole)}"
        return f'<div class="answer"><h1>{esc(head)}</h1><p class="sub">{told}</p></div>'
    one = found.everybody
    value, low, high, total = (one.value or 0.0, one.low or 0.0, one.high or 0.0, one.total or 0.0)
    head = say("lv_answer", value=wording.value(value, "currency", currency), horizon=_horizon(found))
    told = say(
        "lv_band", interval=wording.interval(low, high, "currency", currency), n=wording.count(one.customers),
        total=wording.value(total, "currency", currency),
    )  # fmt: skip
    return f'<div class="answer"><h1>{esc(head)}</h1><p class="sub">{rich(told)}</p></div>'


def _horizon(found: Base) -> str:
    weeks = found.terms.horizon
    years = round(weeks / _WEEKS_A_YEAR)
    if abs(weeks - years * _WEEKS_A_YEAR) > 1:
        return say("lv_weeks", n=weeks)
    return say("lv_years_one") if years == 1 else say("lv_years", n=years)


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────


def by(found: Base, cut: str, currency: str) -> str:
    """Each group of a slice with what a customer of it still brings."""
    parts = found.cuts[cut]
    named = say(f"lv_cut_{cut}")
    most = max((part.high or 0.0 for part in parts), default=0.0)
    rows = "".join(_row(_name(part, cut), part, most, currency) for part in parts)
    scope = say("lv_by_scope", horizon=_horizon(found), day=wording.date(found.last))
    table = _table(named.capitalize(), rows)
    return section(say("lv_by", slice=named), scope, table + note(say("lv_by_note", space=wording.SPACE)))


def _name(part: Part, cut: str) -> str:
    if part.name is None:
        return say("lv_unknown")
    if cut != "cohort":
        return part.name
    start = dt.date.fromisoformat(part.name)
    return wording.period(Period(start, start.replace(year=start.year + 1), "year", start.month))


_HEADS = ("lv_n", "lv_each", "lv_paid", "lv_total")


def _table(first: str, rows: str) -> str:
    """A table of groups; a phone shows each as a small block, so that roles say what is a row and a cell."""
    heads = "".join(f'<th role="columnheader" scope="col" class="num">{esc(say(key))}</th>' for key in _HEADS)
    return (
        f'<table class="lengths values stack" role="table"><thead role="rowgroup"><tr role="row">'
        f'<th role="columnheader" scope="col">{esc(first)}</th>{heads}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )


def _row(name: str, part: Part, most: float, currency: str, share: str = "", says: str = "") -> str:
    """One group: how many, bar and band with the value, what was paid, and the sum."""
    under = f'<span class="note">{esc(says)}</span>' if says else ""
    cells = [f"{wording.count(part.customers)}{share}"]
    if part.value is None or part.low is None or part.high is None:
        cells += [f'<span class="none">{esc(say("lv_few", least=LEAST))}</span>', "", ""]
    else:
        value = wording.value(part.value, "currency", currency)
        ends = wording.interval(part.low, part.high, "currency", currency)
        drawn = bar(part.value, most, part.low, part.high)
        cells += [
            f'<span class="drawn">{drawn}<span><b>{esc(value)}</b><span class="note">{esc(ends)}</span></span></span>',
            esc(wording.value(part.paid or 0.0, "currency", currency)),
            esc(wording.value(part.total or 0.0, "currency", currency)),
        ]
    drawn_cells = "".join(
        f'<td role="cell" class="num" data-label="{esc(say(key))}">{cell}</td>'
        for key, cell in zip(_HEADS, cells, strict=True)
    )
    return f'<tr role="row"><th role="rowheader" scope="row">{esc(name)}{under}</th>{drawn_cells}</tr>'


def stages(found: Base, currency: str) -> str:
    """The lifecycle: how many stand where, and what they still bring."""
    parts = {part.name: part for part in found.stages}
    base = sum(part.customers for name, part in parts.items() if name != "older")
    most = max((part.high or 0.0 for part in parts.values()), default=0.0)
    rules = {str(stage): text for stage, text in RULES.sentences().items()} | {"older": say("stage_says_older")}
    rows = ""
    for name in _ORDER:
        if part := parts.get(name):
            of_base = f'<span class="note">{esc(wording.value(part.customers / base, "percent"))}</span>'
            share = of_base if name != "older" else ""
            rows += _row(say(f"stage_{name}"), part, most, currency, share, rules[name])
    scope = say("lv_stages_scope", day=wording.date(found.last))
    return section(say("lv_stages"), scope, _table(say("lv_stage"), rows))


def scores(found: Base) -> str:
    """Recency by frequency, five by five; '' with too few customers."""
    if found.scores is None:
        return ""
    most = max(max(row) for row in found.scores) or 1
    heads = "".join(f'<th scope="col" class="num">{_end("frequency", score)}</th>' for score in range(1, 6))
    rows = ""
    for place, row in enumerate(found.scores):
        cells = "".join(
            f'<td class="num h{min(_SHADES - 1, int(n / most * _SHADES))}">{wording.count(n)}</td>' for n in row
        )
        rows += f'<tr><th scope="row">{_end("recency", 5 - place)}</th>{cells}</tr>'
    corner = esc(f"{say('lv_recency')} / {say('lv_frequency').lower()}")
    table = (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{esc(say("lv_scores_alt"))}">'
        f'<table class="triangle"><thead><tr><th scope="col">{corner}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    return section(say("lv_scores"), say("lv_scores_scope"), table + note(say("lv_scores_note")))


def _end(of: str, score: int) -> str:
    return esc(say(f"lv_{of}_{score}") if score in (1, 5) else str(score))


# ── the model and its test ───────────────────────────────────────────────────────────────────────────


def test(found: HeldBack | NotKnown) -> str:
    """What a fit half a year ago said, beside what came."""
    if isinstance(found, NotKnown):
        return section(say("lv_test"), "", note(say("lv_test_none", why=clause(found))))
    whole = found.everybody
    head = rich(
        say("lv_test_head", seen=wording.date(found.seen), predicted=wording.count(whole.predicted),
            n=wording.count(whole.customers), weeks=found.weeks, came=wording.count(whole.came), off=_off(whole))
    )  # fmt: skip
    most = max(max(one.predicted, one.came) for one in found.buckets) or 1.0
    rows = "".join(_bucket(one, _bought(one), most) for one in found.buckets)
    rows += _bucket(whole, say("lv_bought_all"), None)
    heads = (say("lv_n"), say("lv_predicted"), say("lv_really"))
    columns = "".join(f'<th scope="col" class="num">{esc(text)}</th>' for text in heads)
    table = (
        f'<table class="lengths"><thead><tr><th scope="col">{esc(say("lv_bought"))}</th>{columns}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    scope = say("lv_test_scope", seen=wording.date(found.seen), weeks=found.weeks, last=wording.date(found.last))
    return section(say("lv_test"), scope, f"<p>{head}</p>{table}")


def _off(one: Bucket) -> str:
    if not one.predicted or one.came == round(one.predicted):
        return say("lv_test_same")
    off = one.came / one.predicted - 1
    return say("lv_test_more" if off > 0 else "lv_test_less", share=wording.value(abs(off), "percent"))


def _bought(one: Bucket) -> str:
    if one.most is None:
        return say("lv_bought_many", least=one.least)
    return say(f"lv_bought_{one.least}") if one.most == one.least else say("lv_bought_range", **_range(one))


def _range(one: Bucket) -> dict[str, int | None]:
    return {"least": one.least, "most": one.most}


def _bucket(one: Bucket, name: str, most: float | None) -> str:
    """One row; without `most` the sum, which is no bar among the others."""
    predicted, came = wording.count(one.predicted), wording.count(one.came)
    bars = ("", "") if most is None else (bar(one.predicted, most, kind="hollow"), bar(one.came, most))
    kind = ' class="sum"' if most is None else ""
    return (
        f'<tr{kind}><th scope="row">{esc(name)}</th><td class="num">{wording.count(one.customers)}</td>'
        f'<td class="num"><span class="drawn">{bars[0]}<span>{predicted}</span></span></td>'
        f'<td class="num"><span class="drawn">{bars[1]}<span><b>{came}</b></span></span></td></tr>'
    )


def model(found: Base) -> str:
    """The fits in full, for those who check them."""
    rows = "".join(f"<dt>{esc(head)}</dt><dd>{esc(text)}</dd>" for head, text in _model(found))
    scope = say("lv_model_scope", day=wording.date(found.last))
    return section(say("lv_model"), scope, f'<dl class="receipt">{rows}</dl>')


def _model(found: Base) -> Iterator[tuple[str, str]]:
    fitted = {name: f"{value or 0.0:.4g}" for name, value in found.parameters.items()}
    likelihood = wording.count(found.parameters["log_likelihood"] or 0.0)
    buying = {name: fitted[name] for name in ("r", "alpha", "a", "b")}
    yield say("lv_buying"), say("lv_buying_is", likelihood=likelihood, **buying)
    spending = {name: f"{found.spend[name]:.4g}" for name in ("p", "q", "v")}
    yield say("lv_spending"), say("lv_spending_is", likelihood=wording.count(found.spend["log_likelihood"]), **spending)
    yield say("lv_seen"), say("lv_seen_is", n=wording.count(found.customers), repeaters=wording.count(found.repeaters))
    discount = wording.value(math.expm1(found.terms.rate * 52), "percent")
    margin = wording.value(found.terms.margin, "percent")
    yield say("lv_terms"), say("lv_terms_is", horizon=_horizon(found), discount=discount, margin=margin)
    yield say("lv_status"), say("lv_status_is")
