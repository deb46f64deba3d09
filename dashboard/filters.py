"""What a page is filtered by, as it stands in the address: `?team=Returns~Support&channel=chat`. Pure.

One value stands as it is, so every older link holds. Several stand with `~` between them, which an address keeps as it
is written; a `~` that belongs to a name is then written `\\~`. An empty name is those without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.cache import Where
from dashboard.wording import say

NAMES = ("department", "team", "agent", "channel")
MOST = 200
"""Values of one name that are read of an address; nobody writes more by hand."""
_SPLIT = re.compile(r"(?<!\\)((?:\\\\)*)~")


@dataclass(frozen=True)
class Filters:
    """The values of each name; () is all of them. A department counts only without a team, which is narrower."""

    department: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """The values of one of NAMES."""
        found: tuple[str, ...] = getattr(self, name)
        return () if name == "department" and self.team else found

    def one(self, name: str) -> str | None:
        """The value, when there is exactly one; '' is those without."""
        found = self.values(name)
        return found[0] if len(found) == 1 else None

    @property
    def used(self) -> tuple[str, ...]:
        """The names that are filtered by."""
        return tuple(name for name in NAMES if self.values(name))

    @property
    def is_single(self) -> bool:
        """Whether no name has several values: what people write about is one team, one agent, one channel."""
        return all(len(self.values(name)) == 1 for name in self.used)

    @property
    def where(self) -> Where:
        """As a condition on every query."""
        return tuple((name, tuple(value or None for value in self.values(name))) for name in self.used)

    def query(self) -> dict[str, str | None]:
        """As it stands in an address."""
        return {name: written(self.values(name)) for name in NAMES}

    def named(self) -> str | None:
        """The part of the organisation in words: 'Returns, Support · chat'; None for the whole."""
        return " · ".join(listed(name, self.values(name)) for name in self.used) or None

    def told(self) -> str:
        """'You see the teams Returns and Support and the channel chat.'; '' for the whole."""
        parts = []
        for name in self.used:
            values = [value or say("filter_nobody") for value in self.values(name)]
            parts.append(say(f"filter_{name}" if len(values) == 1 else f"filter_{name}s", names=_and(values)))
        return say("filter_told", parts=_and(parts)) if parts else ""


def written(values: Sequence[str]) -> str | None:
    """The values as one word of an address; None: it is left out."""
    if not values:
        return None
    if len(values) == 1:
        return values[0]
    return "~".join(value.replace("\\", "\\\\").replace("~", "\\~") for value in values)


def read(text: str | None, known: Callable[[], Sequence[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(the values that exist, those that do not) of one word of an address. `known` is asked only when there is one."""
    if text is None:
        return (), ()
    exist = {"", *known()}
    asked = [text] if text in exist else split(text)
    asked = list(dict.fromkeys(asked))[:MOST]
    return tuple(one for one in asked if one in exist), tuple(one for one in asked if one not in exist)


def split(text: str) -> list[str]:
    """The values between the tildes."""
    parts = _SPLIT.sub(lambda found: f"{found[1]}\0", text).split("\0")
    return [re.sub(r"\\(.)", r"\1", part) for part in parts]


def listed(name: str, values: Sequence[str]) -> str:
    """'Returns, Support', 'no team named'. `name`: one of NAMES."""
    return ", ".join(value or say(f"nobody_{name}") for value in values)


def shown(name: str, text: str) -> str:
    """A word of an address as a person reads it: 'Returns, Support'."""
    return listed(name, split(text) if "~" in text else [text])


def words_of(query: Mapping[str, str | None]) -> list[str]:
    """The parts of an address that say whose numbers these are, in words."""
    return [shown(name, text) for name in NAMES if (text := query.get(name)) is not None]


def _and(parts: Sequence[str]) -> str:
    *most, last = parts
    return say("filter_and", most=", ".join(most), last=last) if most else last
