"""What the strategy map asks: whether the data bear out its links. It takes seconds, so it runs beside the page."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING

from dashboard import cache
from dashboard.cache import Load
from metrics.scope import Scope

if TYPE_CHECKING:
    from metrics.analyses.links import TestedLink


@lru_cache(maxsize=1)
def _beside() -> ThreadPoolExecutor:
    """One test at a time: it is heavy, and readers of the same numbers share its answer."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="links")


def tested_links(load: Load, scope: Scope) -> Future[tuple[TestedLink, ...]]:
    """Every link of the strategy with what the reader's own numbers say about it, begun once for all who may see the
    same; it goes on when the reader leaves. A test that failed is told to whoever waits for it, and begun anew for who
    comes next."""
    question = ("tested links", load.version, load.catalog, scope)
    found = cache.remembered(question, lambda: _beside().submit(_test, load, scope))
    if found.done() and found.exception() is not None:
        cache.forget(question)
        found = cache.remembered(question, lambda: _beside().submit(_test, load, scope))
    return found


def _test(load: Load, scope: Scope) -> tuple[TestedLink, ...]:
    from metrics.analyses.links import examine_links

    opened = cache.opened(load)
    return examine_links(opened.warehouse, opened.catalog, scope)
