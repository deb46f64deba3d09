"""The months ahead as escaped HTML: what is expected, the chance of the goal, the bands. Pure functions."""

from __future__ import annotations

from dashboard import wording
from dashboard.components import esc, note
from dashboard.wording import say
from metrics.analyses.forecasting import Outlook


def none(why: str) -> str:
    """Why nothing is forecast."""
    return note(say("mx_fc_none", why=why))


def answer(found: Outlook, currency: str) -> str:
    """The last month ahead in a sentence, and the chance of its goal."""
    unit, last, point = found.definition.unit, found.periods[-1], found.points[-1]
    told = [
        say(
            "mx_fc_answer",
            month=wording.period(last),
            value=wording.value(point.value, unit, currency),
            interval=wording.interval(point.low_95, point.high_95, unit, currency),
        )
    ]
    month = wording.period(found.goal_by)
    if found.chance is not None:
        goal = wording.value(found.chance.goal, unit, currency, exact=True)
        told.append(say("mx_fc_chance", goal=goal, month=month, chance=_share(found.chance.chance)))
    else:
        told.append(say("mx_fc_no_goal", month=month))
    return f'<p class="standing">{esc(" ".join(told))}</p>'


def _share(chance: float) -> str:
    """Whole percents; certainty is not for sale."""
    if chance > 0.99:
        return say("fc_all_certain", space=wording.SPACE)
    if chance < 0.01:
        return say("fc_hardly", space=wording.SPACE)
    return f"{100 * chance:.0f}{wording.SPACE}%"


def months(found: Outlook, currency: str) -> str:
    """One row per month ahead with both bands, and how it was made."""
    unit = found.definition.unit
    heads = "".join(
        f'<th scope="col" class="{"" if key == "mx_fc_month" else "num"}">{esc(say(key))}</th>'
        for key in ("mx_fc_month", "mx_fc_middle", "mx_fc_80", "mx_fc_95")
    )
    rows = "".join(
        f'<tr><th scope="row">{esc(wording.month_short(period.start))}</th>'
        f'<td class="num strong">{esc(wording.value(point.value, unit, currency))}</td>'
        f'<td class="num">{esc(wording.interval(point.low_80, point.high_80, unit, currency))}</td>'
        f'<td class="num unsure">{esc(wording.interval(point.low_95, point.high_95, unit, currency))}</td></tr>'
        for period, point in zip(found.periods, found.points, strict=True)
    )
    method = found.forecast.method.replace("naive", say("fc_naive_name"))
    made = note(say("mx_fc_method", method=method, n=found.forecast.n))
    return f'<table class="groups mx-ahead"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{made}'
