"""What is wrong with a length of time; shared by the rules about durations."""

from __future__ import annotations

from metrics.period import duration

MOST_DAYS = 7320


def wrong_length(text: str, like: str = "3 months") -> str:
    """The sentence about a text that is no length of time anybody waits; '' when it is one."""
    if (length := duration(text)) is None:
        return f"'{text}' is no duration; write it like '{like}'."
    if length.count == 0:
        return f"'{text}' is no time at all; write it like '{like}'."
    return f"'{text}' is longer than anybody waits; 20 years are the most." if length.about_days > MOST_DAYS else ""
