"""Lines of YAML with comments behind them. What comes from a file can never end a comment or a text."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z_][\w.()*/ -]*[\w)]|[A-Za-z_]")
_WORDS = {"y", "n", "yes", "no", "true", "false", "on", "off", "null"}


def scalar(text: str, always: bool = False) -> str:
    """The text as one YAML value, in quotes where it needs them, or `always`."""
    if not always and _PLAIN.fullmatch(text) and text.isascii() and text.lower() not in _WORDS:
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in json.dumps(text, ensure_ascii=False))


def _escape(char: str) -> str:
    """YAML, unlike JSON, has no pairs of escapes for one character."""
    return f"\\U{ord(char):08x}"


def with_comment(text: str, why: str) -> str:
    """One line and its evidence."""
    return f"{text}  # {_one_line(why)}" if why else text


def commented(text: str, why: str) -> str:
    """A line that is not taken, and why."""
    return f"# {text}  # {_one_line(why)}"


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def indented(lines: list[str], by: int) -> list[str]:
    """The lines further to the right."""
    return [f"{' ' * by}{line}" if line else line for line in lines]
