"""The data-quality report as one HTML file: no script, nothing fetched, light or dark as its reader's screen is."""

from __future__ import annotations

from dashboard import components, lone_file
from dashboard.components import esc
from dashboard.data_quality import parts
from dashboard.data_quality.report import Quality
from dashboard.theme import Tokens
from dashboard.wording import say


def document(quality: Quality) -> str:
    """The whole file. It names metrics without links: there is no dashboard where it is read."""
    facts = quality.facts

    def body(look: Tokens) -> str:
        return (
            f'<p class="note">{esc(facts.title)} · {esc(say("data_quality"))}</p>{components.data_through(facts)}'
            f"{parts.body(parts.Drawn(quality, look))}{components.foot(facts, '')}"
        )

    return lone_file.document(say("page_title", page=say("data_quality"), company=facts.title), body)
