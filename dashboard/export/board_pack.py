"""The board pack: a pack laid out by typst as a tagged PDF, the same bytes for the same load, definitions, period."""

from __future__ import annotations

import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any, Literal

from dashboard import sentences
from dashboard.export import content, content_reasons
from dashboard.export.pack import Pack
from dashboard.export.pictures import FONTS, PRINT
from dashboard.export.safe_text import visible_in
from dashboard.wording import say
from data_checks.errors import RequestError

Paper = Literal["a4", "letter"]
_PAPERS: dict[Paper, str] = {"a4": "a4", "letter": "us-letter"}
_LAYOUT = Path(__file__).parent / "board_pack.typ"
_NO_SHAPE = "could not be displayed"
"""What typst says of a letter for which no font has a shape; the accessible standard refuses it."""


_ATTEMPTS: tuple[tuple[bool, Literal["ua-1", "1.7"]], ...] = ((False, "ua-1"), (True, "ua-1"), (True, "1.7"))
"""The shipped fonts first; letters they lack are looked for on this machine, and where nothing has them the page shows
an empty box: that is no longer fit for PDF/UA, but tagged all the same."""


def board_pack(pack: Pack, paper: Paper = "a4") -> bytes:
    """The PDF. Raises RequestError when it cannot be laid out."""
    written = json.dumps(visible_in(pages(pack, paper)), ensure_ascii=False)
    instant = pack.facts.loaded_at.replace(tzinfo=dt.UTC)
    import typst

    refused = ""
    for of_the_machine, standard in _ATTEMPTS:
        try:
            return typst.compile(
                _LAYOUT.read_bytes(),
                font_paths=_fonts(of_the_machine),
                sys_inputs={"pack": written},
                format="pdf",
                pdf_standards=standard,
                timestamp=int(instant.timestamp()),
            )
        except typst.TypstError as error:
            refused = str(error)
            if _NO_SHAPE not in refused:
                break
    raise RequestError(say("xp_no_word", why=refused.splitlines()[0] if refused else ""))


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


@functools.lru_cache(maxsize=2)
def _fonts(of_the_machine: bool) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=of_the_machine, include_embedded_fonts=True, font_paths=[str(FONTS)])
