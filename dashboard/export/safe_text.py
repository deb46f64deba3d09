"""Text from data as any file may hold it: what has no shape or would turn the text around is written out."""

from __future__ import annotations

import unicodedata
from typing import Any

_SHAPELESS = ("Cc", "Cf", "Cs", "Co", "Cn")
_KEPT = "\n\u00ad\u200d"
"""A line end, a soft hyphen, and what joins the parts of one picture letter."""


def visible(text: str) -> str:
    """The text with control characters, turned directions and halves of letters written as their escapes."""
    return "".join(
        letter
        if letter in _KEPT or unicodedata.category(letter) not in _SHAPELESS
        else letter.encode("unicode_escape").decode()
        for letter in text
    )


def visible_in(found: Any) -> Any:
    """Plain data with every text made visible."""
    if isinstance(found, str):
        return visible(found)
    if isinstance(found, dict):
        return {name: visible_in(value) for name, value in found.items()}
    return [visible_in(value) for value in found] if isinstance(found, list | tuple) else found
