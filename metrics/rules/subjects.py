"""What rules look at: one definition with its surroundings, or all definitions at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data_checks.yaml_file import Document
from metrics.drafts.definition_file import Draft


@dataclass(frozen=True, eq=False)
class Understood(Draft):
    """A draft whose `metric` has its unit and goals. `known`: the id of every metric there is."""

    known: Collection[str]


def drives_written(document: Document, key: str) -> Iterator[tuple[int, str]]:
    """The texts under one key of `drives`, by number, also where another key of the item is wrong."""
    written = document.data.get("drives")
    for index, item in enumerate(written if isinstance(written, list) else ()):
        if isinstance(item, dict) and isinstance(item.get(key), str):
            yield index, item[key]


@dataclass(frozen=True)
class Whole:
    """`drafts`: the definition of every id. `twice`: ids that several definitions of the workspace claim.

    `circles`: metrics that name each other in turn, each circle once. `waiting`: metrics whose own formula is right,
    with those they name that cannot be computed.
    """

    drafts: Mapping[str, Draft]
    twice: Mapping[str, Sequence[Draft]]
    circles: Sequence[tuple[str, ...]]
    waiting: Mapping[str, Sequence[str]]
