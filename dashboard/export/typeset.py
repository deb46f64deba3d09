"""Lays a page description out with typst, in a process of its own: `python -m dashboard.export.typeset` reads a request
as a line of JSON and writes the PDF. typst keeps what it has laid out for as long as its process lives, 30 MB a pack.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Literal

import typst

FONTS = Path(__file__).parent / "fonts"
_NO_SHAPE = "could not be displayed"
"""What typst says of a letter for which no font has a shape; the accessible standard refuses it."""
_ATTEMPTS: tuple[tuple[bool, Literal["ua-1", "1.7"]], ...] = ((False, "ua-1"), (True, "ua-1"), (True, "1.7"))
"""The shipped fonts first; letters they lack are looked for on this machine, and where nothing has them the page shows
an empty box: that is no longer fit for PDF/UA, but tagged all the same."""
_BOXES = (
    "some letters have no shape in any font of this machine and are printed as empty boxes, so the file is not "
    "declared PDF/UA; a font that has them, such as Noto, would help\n"
)


def main() -> bytes:
    """The PDF; typst is ready before the request is read. Ends with typst's own words when it refuses."""
    shipped = _fonts(of_the_machine=False)
    request = json.loads(sys.stdin.buffer.readline())
    refused = ""
    for of_the_machine, standard in _ATTEMPTS:
        fonts = _fonts(of_the_machine=True) if of_the_machine else shipped
        try:
            found = _laid_out(request, fonts, standard)
            if standard != "ua-1":
                sys.stderr.write(_BOXES)
            return found
        except typst.TypstError as error:
            refused = str(error).splitlines()[0]
            if _NO_SHAPE not in refused:
                break
    sys.exit(refused)


def _fonts(of_the_machine: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=of_the_machine, include_embedded_fonts=True, font_paths=[str(FONTS)])


def _laid_out(request: dict[str, Any], fonts: typst.Fonts, standard: Literal["ua-1", "1.7"]) -> bytes:
    return typst.compile(
        Path(request["layout"]).read_bytes(),
        font_paths=fonts,
        sys_inputs={"pack": request["pack"]},
        format="pdf",
        pdf_standards=standard,
        timestamp=request["timestamp"],
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(main())
