"""`make torture`: at least 200 loads killed with SIGKILL at random moments while a reader looks on; prints a table.

A third of the moments are drawn over the whole load, a third over its last part, from the building of the version on,
and a third around the move of the pointer, from the moment the version has its name: that is where a mistake would
show, and it is short. After each kill the state is read, and the next load, killed again or not, has to cope with what
it left; each tenth time one must go through and leave nothing behind.
"""

from __future__ import annotations

import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_checks.ledger import past_loads
from data_checks.warehouse.versions import kept_versions
from tests.killing import Seen, leftovers, look, reader, start_load, write_generation

KILLS = 200
SEED = 20261020
_LAST_PART = "building the new version"
_NOT_YET = "nothing"
_NAMED = "nothing more; the version had its name"


@dataclass
class Tally:
    """What came of the kills, by the last thing the load had said."""

    kills: dict[str, int] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    finished: int = 0
    wrong: list[str] = field(default_factory=list)


def words(told: Path) -> list[str]:
    """What the load has said so far."""
    return told.read_text(encoding="utf-8").splitlines() if told.exists() else []


def wait_for(process: Any, done: Callable[[], bool]) -> None:
    """Until it is so, or the load is over."""
    while process.is_alive() and not done():
        time.sleep(0.0005)


def newest(var: Path) -> str:
    """The newest version on disk, published or not."""
    return max(kept_versions(var), default="")


def timed(folder: Path, told: Path) -> tuple[float, float, float]:
    """Seconds of a whole load, its last part, and what comes after the name; the longest of three."""
    spans = []
    for generation in range(1, 4):
        write_generation(folder, generation)
        told.unlink(missing_ok=True)
        before, start = newest(folder / "var"), time.monotonic()
        process = start_load(folder, told=told)
        wait_for(process, lambda: _LAST_PART in words(told))
        building = time.monotonic()
        wait_for(process, lambda before=before: newest(folder / "var") != before)  # type: ignore[misc]
        named = time.monotonic()
        process.join()
        end = time.monotonic()
        spans.append((end - start, end - building, end - named))
    whole, last, after = (max(found) for found in zip(*spans, strict=True))
    return whole, last, after


def kill_one(folder: Path, told: Path, generation: int, part: int, seconds: float, tally: Tally) -> int:
    """Load a new generation and kill it so many seconds after its part began; which generation is shown then.

    `part` 0: the start, 1: the building of the version, 2: the version has its name.
    """
    before = newest(folder / "var")
    write_generation(folder, generation)
    told.unlink(missing_ok=True)
    process = start_load(folder, told=told)
    if part == 1:
        wait_for(process, lambda: _LAST_PART in words(told))
    elif part == 2:
        wait_for(process, lambda: newest(folder / "var") != before)
    process.join(seconds)
    process.kill()
    process.join()
    shown = look(folder / "var", Seen())
    said = _NAMED if newest(folder / "var") != before else (words(told) or [_NOT_YET])[-1]
    if process.exitcode == -signal.SIGKILL:
        tally.kills[said] = tally.kills.get(said, 0) + 1
        tally.published[said] = tally.published.get(said, 0) + (shown == generation)
    else:
        tally.finished += 1
    return -1 if shown is None else shown


def go_through(folder: Path, generation: int, tally: Tally) -> None:
    """One load that nobody kills: it publishes, and clears up behind all those before it."""
    var = folder / "var"
    process = start_load(folder)
    process.join()
    books = {entry["status"] for entry in past_loads(var)}
    facts = (process.exitcode == 0, look(var, Seen()) == generation, leftovers(var) == [],
             len(kept_versions(var)) <= 3, books <= {"published", "interrupted"})  # fmt: skip
    if not all(facts):
        tally.wrong.append(f"after generation {generation}: {facts} {leftovers(var)} {books}")


def table(tally: Tally) -> str:
    """The kills by the last sentence of the load, as Markdown."""
    lines = [
        "| the load had last said | killed | the old version stayed | the new one was published |",
        "|---|--:|--:|--:|",
    ]
    for said, kills in sorted(tally.kills.items(), key=lambda found: found[1]):
        lines.append(f"| {said} | {kills} | {kills - tally.published[said]} | {tally.published[said]} |")
    kills, published = sum(tally.kills.values()), sum(tally.published.values())
    return "\n".join([*lines, f"| **together** | **{kills}** | **{kills - published}** | **{published}** |"])


def main() -> int:
    """Kill until there were enough; 0 when nobody was harmed."""
    chance, tally, seen = random.Random(SEED), Tally(), Seen()
    with tempfile.TemporaryDirectory() as place:
        folder, told = Path(place) / "company", Path(place) / "told.txt"
        spans = timed(folder, told)
        shown = generation = 3
        with reader(folder / "var", seen):
            while sum(tally.kills.values()) < KILLS:
                generation += 1
                part = generation % 3
                now = kill_one(folder, told, generation, part, chance.uniform(0, spans[part]), tally)
                if now not in (shown, generation):
                    tally.wrong.append(f"after generation {generation} was killed, {now} was shown, not {shown}")
                shown = now
                if generation % 10 == 0:
                    go_through(folder, generation, tally)
                    shown = generation
                print(f"\r{sum(tally.kills.values())} of {KILLS} kills", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(table(tally))
    print(f"\n{tally.finished} more loads were through before they could be killed. A whole load took up to "
          f"{spans[0]:.2f} s, its last part {spans[1]:.2f} s, what comes after the name {spans[2]:.3f} s.")  # fmt: skip
    print(f"The reader looked {seen.reads:,} times: {seen.lost} rows lost, {seen.doubled} doubled, {seen.mixed} mixed "
          f"versions, {seen.backwards} times an older one, {len(seen.errors)} errors.")  # fmt: skip
    for sentence in [*tally.wrong, *seen.errors[:5]]:
        print(sentence)
    return 1 if tally.wrong or any(seen.faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
