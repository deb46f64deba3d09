"""The words of the page about what customers are worth. A part of words.py."""

from __future__ import annotations

LIFETIME_WORDS: dict[str, str] = {}
