"""The words of the page about what customers say. A part of words.py."""

from __future__ import annotations

SATISFACTION_WORDS: dict[str, str] = {}
