"""Compiled code that draws and lays out runs in a process of its own: what it keeps in memory, how long it bars every
other reader (it holds Python's lock throughout), and a fault that ends its process are not the dashboard's.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from data_checks.errors import RequestError

log = logging.getLogger("scorecard")
SECONDS = 120
"""So long is waited for an answer."""
_ROOT = Path(__file__).parents[2]


def work(module: str, lines: Iterable[str], *arguments: str) -> bytes:
    """What `python -m module` answers to these lines; nothing to none. It gets ready while they are made.

    Raises RequestError with the last words of a module that fails, or when it takes too long.
    """
    command = [sys.executable, "-m", module, *arguments]
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=_ROOT)
    except OSError as error:
        raise RequestError(str(error)) from None
    with process:
        try:
            given = "".join(f"{line}\n" for line in lines).encode()
            if not given:
                return b""
            written, told = process.communicate(given, SECONDS)
        except subprocess.TimeoutExpired:
            raise RequestError(f"it takes longer than {SECONDS} seconds") from None
        finally:
            process.kill()  # whatever happened here, nothing works on
    said = told.decode(errors="replace").strip().splitlines()
    if process.returncode:
        raise RequestError(said[-1] if said else f"its process ended with {process.returncode}")
    if said:
        log.warning("%s: %s", module.rpartition(".")[2], " ".join(said))
    return written
