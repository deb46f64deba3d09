"""A tested link in words: lag, association, what it rests on, what to mind. For the terminal and for the map. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dashboard import wording
from dashboard.wording import say
from metrics.analyses.links import Look, Pair, TestedLink
from metrics.stats.association import Association

Named = Callable[[str], str]
"""How an objective or a metric is called."""


def correlation(number: float) -> str:
    """−0.21: two decimals and a true minus."""
    text = f"{abs(number):.2f}"
    return f"{wording.MINUS if number < 0 and text != '0.00' else ''}{text}"


def ends(found: Association) -> str:
    """'−0.02 to 0.30'."""
    return f"{correlation(found.low)} to {correlation(found.high)}"


def after(lag: int) -> str:
    """'same month', '1 month', '3 months'."""
    return say("lk_at_once" if lag == 0 else "lk_month" if lag == 1 else "lk_months", n=lag)


def looked_at(known: tuple[Pair, Look]) -> str:
    """'heights of 12 teams'."""
    pair, look = known
    return say(f"lk_{look.kind}_{pair.level}", teams=look.found.teams)


def rests_on(one: TestedLink, name: Named) -> str:
    """The pair of metrics that tells most; '' where the link is that pair."""
    known = one.telling
    own = (one.link.cause, one.link.effect)
    if known is None or (len(one.pairs) == 1 and (known[0].cause, known[0].effect) == own):
        return ""
    key = "link_rests_on_of" if len(one.pairs) > 1 else "link_rests_on"
    return say(key, cause=name(known[0].cause), effect=name(known[0].effect), n=len(one.pairs))


def link_notes(one: TestedLink, name: Named) -> Iterator[str]:
    """Why there is too little data; the one team that speaks against it; what may be arithmetic."""
    if one.why:
        yield say("lk_too_little", cause=name(one.link.cause), effect=name(one.link.effect), why=one.why)
    for pair in one.pairs:
        for look in pair.looks:
            if look.against is not None and one.verdict != "supported":
                team, rest = look.against
                yield say("lk_against", cause=name(pair.cause), effect=name(pair.effect), team=wording.printable(team),
                          r=correlation(rest.r), interval=ends(rest))  # fmt: skip
    if one.telling is not None and one.verdict in ("supported", "contradicts") and (pair := one.telling[0]).shared:
        yield say("lk_shared", cause=name(pair.cause), effect=name(pair.effect), tables=" and ".join(pair.shared))
