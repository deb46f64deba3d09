"""Lays a page description out with typst, in a process of its own: `python -m dashboard.export.typeset` reads a JSON
request and writes the PDF. typst keeps what it has laid out for as long as its process lives, 30 MB a board pack, and a
fault in compiled code ends a process: neither is the dashboard's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from data_checks.errors import RequestError

FONTS = Path(__file__).parent / "fonts"
_SECONDS = 120
_NO_SHAPE = "could not be displayed"
"""What typst says of a letter for which no font has a shape; the accessible standard refuses it."""
_ATTEMPTS: tuple[tuple[bool, Literal["ua-1", "1.7"]], ...] = ((False, "ua-1"), (True, "ua-1"), (True, "1.7"))
"""The shipped fonts first; letters they lack are looked for on this machine, and where nothing has them the page shows
an empty box: that is no longer fit for PDF/UA, but tagged all the same."""


def typeset(layout: Path, pack: str, timestamp: int) -> bytes:
    """The PDF of a layout and its data as JSON, dated by a Unix time. Raises RequestError with typst's own words."""
    request = json.dumps({"layout": str(layout), "pack": pack, "timestamp": timestamp})
    root = Path(__file__).parents[2]
    try:
        command = [sys.executable, "-m", __name__]
        done = subprocess.run(
            command, input=request.encode(), capture_output=True, timeout=_SECONDS, cwd=root, check=False
        )
    except subprocess.TimeoutExpired:
        raise RequestError(f"it takes longer than {_SECONDS} seconds") from None
    except OSError as error:
        raise RequestError(str(error)) from None
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise RequestError(told[-1] if told else f"typst ended with {done.returncode}")
    return done.stdout


def _lay_out(request: dict[str, Any]) -> bytes:
    import typst

    refused = ""
    for of_the_machine, standard in _ATTEMPTS:
        fonts = typst.Fonts(include_system_fonts=of_the_machine, include_embedded_fonts=True, font_paths=[str(FONTS)])
        try:
            return typst.compile(
                Path(request["layout"]).read_bytes(),
                font_paths=fonts,
                sys_inputs={"pack": request["pack"]},
                format="pdf",
                pdf_standards=standard,
                timestamp=request["timestamp"],
            )
        except typst.TypstError as error:
            refused = str(error).splitlines()[0]
            if _NO_SHAPE not in refused:
                break
    sys.exit(refused)


if __name__ == "__main__":
    sys.stdout.buffer.write(_lay_out(json.load(sys.stdin.buffer)))
