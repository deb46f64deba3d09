"""What the search box finds: pages, metrics, teams, departments and agents of one reader. Pure but for what it asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from dashboard import cache, navigation, sentences
from dashboard.cache import Load
from dashboard.navigation import link
from dashboard.wording import say
from metrics.rows.ticket import known_ticket
from metrics.scope import Scope

MOST_AGENTS = 300
"""Agents that are sent along; of more, those that fit are asked for while typing."""
MOST_FOUND = 20
_LONGEST = 80


@dataclass(frozen=True)
class Found:
    """One thing to go to. `kind`: page, metric, team, department or agent; `also`: other words it is found by."""

    kind: str
    title: str
    address: str
    also: str = ""


def index(load: Load, scope: Scope, sees_agents: bool = True) -> list[dict[str, str]]:
    """All that the reader may go to; agents only while they are few."""
    agents = agents_of(load, scope) if sees_agents else ()
    found = [*_pages(), *_metrics(load), *_parts(load, scope)]
    return [asdict(one) for one in [*found, *(_agents(agents) if len(agents) <= MOST_AGENTS else ())]]


def asks_server(load: Load, scope: Scope) -> bool:
    """Whether the agents are too many to send."""
    return len(agents_of(load, scope)) > MOST_AGENTS


def matching_agents(load: Load, scope: Scope, words: str) -> list[dict[str, str]]:
    """The first agents whose name holds every one of the words."""
    wanted = words[:_LONGEST].casefold().split()
    fits = (name for name in agents_of(load, scope) if all(word in name.casefold() for word in wanted))
    return [asdict(one) for one, _ in zip(_agents(fits), range(MOST_FOUND), strict=False)] if wanted else []


def ticket(load: Load, scope: Scope, words: str) -> dict[str, str]:
    """Whether these words are the id of a ticket that the reader may see: asked at Enter, and answered once."""
    typed = words.strip()[:_LONGEST]
    if not typed:
        return {"asked": "", "address": ""}
    known = cache.remembered(
        ("ticket", load.version, scope, typed), lambda: known_ticket(cache.opened(load).warehouse, scope, typed)
    )
    return {"asked": typed, "address": link("ticket", {"ticket": known}) if known else ""}


def agents_of(load: Load, scope: Scope) -> Sequence[str]:
    """The names of the agents the reader may see."""
    return cache.names(load, scope, "agent")


def _pages() -> Iterable[Found]:
    for path, word in navigation.in_menu():
        yield Found("page", say(word), link(path, {}), path.replace("_", " "))


def _metrics(load: Load) -> Iterable[Found]:
    for one in load.definitions.values():
        also = " ".join(filter(None, (one.metric.replace("_", " "), one.question, one.owner)))
        yield Found("metric", sentences.title(one), link("metric", {"metric": one.metric}), also)


def _parts(load: Load, scope: Scope) -> Iterable[Found]:
    for name in cache.teams(load, scope):
        yield Found("team", name, link("overview", {"team": name}))
    for name in cache.departments(load, scope):
        yield Found("department", name, link("overview", {"department": name}))


def _agents(names: Iterable[str]) -> Iterable[Found]:
    page = "agent" if navigation.exists("agent") else "overview"
    return (Found("agent", name, link(page, {"agent": name})) for name in names)
