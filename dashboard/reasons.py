"""Why there is no figure, as a clause inside a sentence. Pure."""

from __future__ import annotations

from metrics.stats.not_known import NotKnown


def clause(found: NotKnown) -> str:
    """The reason to stand after a colon: without its full stop, small unless it begins with an acronym."""
    text = found.sentence.rstrip(".")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
