"""A catalogue read while somebody edits: what has just become wrong stays as it last was right."""

from __future__ import annotations

from dataclasses import replace

from metrics.catalog import Catalog, hash_of


def keep_last_good(fresh: Catalog, before: Catalog) -> Catalog:
    """`fresh`, with the definitions of `before` that are wrong now and were right then; `kept` names them.

    What is gone from a file that can be read is gone. The problems stay: what is shown is not what stands there.
    """
    kept = [name for name in before.metrics if _is_wrong_now(name, fresh, before)]
    if not kept:
        return fresh
    merged = {**fresh.metrics, **{name: before.metrics[name] for name in kept}}
    order = [name for name in dict.fromkeys([*before.metrics, *merged]) if name in merged]
    return replace(
        fresh,
        metrics={name: merged[name] for name in order},
        bound={**fresh.bound, **{name: before.bound[name] for name in kept}},
        hash=hash_of([fresh.hash, *(f"{name} {before.metrics[name].hash}" for name in kept)]),
        left_out=fresh.left_out - set(kept),
        kept=tuple(kept),
    )


def _is_wrong_now(name: str, fresh: Catalog, before: Catalog) -> bool:
    """Whether its definition is there but wrong, or may be there in a file that cannot be read."""
    if name in fresh.left_out:
        return True
    file = before.metrics[name].place.file
    is_unread = any(file == unread or file.startswith(f"{unread}/") for unread in fresh.unread)
    other = fresh.metrics.get(name)
    return is_unread and (other is None or other.place.file not in fresh.reading.files)
