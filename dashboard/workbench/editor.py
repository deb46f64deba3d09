"""The editor of metric definitions: a component of our own (editor.js, editor.css), nothing from elsewhere.

The text is sent after a pause in typing, with Ctrl Enter, or when the reader leaves it; Tab and Escape leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard.wording import say

_HTML = """
<div class="wb-editor"><div class="shown" aria-hidden="true"></div><textarea spellcheck="false" autocapitalize="off"
autocomplete="off" autocorrect="off" wrap="soft" aria-describedby="wb-editor-hint"></textarea></div>
<p class="wb-editor-hint" id="wb-editor-hint"></p>
"""
_FOLDER = Path(__file__).parent


def _of_file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


# Not isolated: what listens for keys on the whole page must see that somebody is typing in a text field.
_editor = st.components.v2.component(
    "scorecard_editor", html=_HTML, css=_of_file("editor.css"), js=_of_file("editor.js"), isolate_styles=False
)


@dataclass(frozen=True)
class Mark:
    """Some letters that are wrong; line and column from 1."""

    line: int
    column: int
    length: int


def edit(
    key: str, text: str, revision: int, first: int, marks: Sequence[Mark], most: int, changed: Callable[[str], None]
) -> None:
    """Show `text`, whose lines are numbered from `first`. `revision`: another one replaces what the reader has typed.
    `changed` is told what the reader wrote, before the run that follows."""

    def sent() -> None:
        found = (st.session_state.get(key) or {}).get("draft")
        if isinstance(found, dict) and found.get("revision") == revision and isinstance(found.get("text"), str):
            changed(found["text"][: most + 1])

    data = {
        "text": text,
        "revision": revision,
        "first": first,
        "marks": [asdict(mark) for mark in marks],
        "most": most,
        "label": say("wb_editor"),
        "hint": say("wb_editor_hint"),
    }
    _editor(key=key, data=data, default={"draft": None}, on_draft_change=sent)
