"""Compiled code that draws and lays out runs in a process of its own: what it keeps in memory, how long it bars every
other reader (it holds Python's lock throughout), and a fault that ends its process are not the dashboard's.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from data_checks.errors import RequestError

SECONDS = 120
"""So long is waited for an answer."""
_ROOT = Path(__file__).parents[2]


def work(module: str, lines: Iterable[str], *arguments: str) -> bytes:
    """What `python -m module` answers to these lines. They are made and sent one by one, while it gets ready.

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
            return _answer(process, lines)
        finally:
            process.kill()  # whatever happened here, nothing works on


def _answer(process: subprocess.Popen[bytes], lines: Iterable[str]) -> bytes:
    assert process.stdin is not None
    for line in lines:
        with contextlib.suppress(BrokenPipeError):  # it has ended: its last words say why
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
    try:
        written, told = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise RequestError(f"it takes longer than {SECONDS} seconds") from None
    if process.returncode:
        said = told.decode(errors="replace").strip().splitlines()
        raise RequestError(said[-1] if said else f"its process ended with {process.returncode}")
    return written
