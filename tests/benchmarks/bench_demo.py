"""The example company, written and loaded by its two commands: seconds on the clock and of a processor, peak memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main(scale: float = 1.0) -> None:
    """Print a line per command. `scale`: of the company."""
    with tempfile.TemporaryDirectory() as made:
        folder = str(Path(made) / "demo")
        for words in (["demo", "--scale", str(scale), folder], ["load", "-w", folder]):
            wall, cpu = _seconds([sys.executable, "-m", "dashboard.cli", *words])
            print(f"scorecard {words[0]} at scale {scale:g}: {wall:.1f} s, {cpu:.1f} s of a processor")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"at most {peak:.2f} GiB")


def _seconds(command: list[str]) -> tuple[float, float]:
    """On the clock, and of a processor."""
    before, began = _used(), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began, _used() - before


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
