"""The board pack: a pack laid out by typst as a tagged PDF, the same bytes for the same load, definitions, period."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from dashboard import sentences
from dashboard.export import apart, content, content_reasons
from dashboard.export.pack import Pack
from dashboard.export.pictures import PRINT
from dashboard.export.safe_text import visible_in
from dashboard.wording import say
from data_checks.errors import RequestError

Paper = Literal["a4", "letter"]
_PAPERS: dict[Paper, str] = {"a4": "a4", "letter": "us-letter"}
_LAYOUT = Path(__file__).parent / "board_pack.typ"


def board_pack(pack: Pack, paper: Paper = "a4") -> bytes:
    """The PDF. Raises RequestError when it cannot be laid out."""
    try:
        return apart.work("dashboard.export.typeset", _request(pack, paper))
    except RequestError as error:
        raise RequestError(say("xp_no_word", why=error)) from None


def _request(pack: Pack, paper: Paper) -> Iterator[str]:
    """Made while typst gets ready."""
    written = json.dumps(visible_in(pages(pack, paper)), ensure_ascii=False)
    instant = pack.facts.loaded_at.replace(tzinfo=dt.UTC)
    yield json.dumps({"layout": str(_LAYOUT), "pack": written, "timestamp": int(instant.timestamp())})


def pages(pack: Pack, paper: Paper = "a4") -> dict[str, Any]:
    """All that is printed, as plain data."""
    day = pack.facts.loaded_at
    branches = [branch for branch in pack.board.branches if sentences.provided(branch.cards)]
    cover = content.cover(pack)
    return {
        "paper": _PAPERS[paper],
        "document": {
            "title": f"{cover['kind']}: {pack.title}, {cover['period']}",
            "author": pack.facts.title,
            "description": cover["answer"],
            "date": {"year": day.year, "month": day.month, "day": day.day},
        },
        "colours": {name: getattr(PRINT, name) for name in ("ink", "ink2", "ink3", "line", "grid", "watch")},
        "foot": content.foot(pack),
        "cover": cover,
        "perspectives": [content.perspective(pack, branch) for branch in branches],
        "changes": content_reasons.changes(pack),
        "benchmarks": content_reasons.benchmarks(pack),
        "initiatives": content_reasons.initiatives(pack),
        "quality": content_reasons.quality(pack),
        "definitions": content_reasons.definitions(pack),
    }
