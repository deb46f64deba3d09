"""`make bench-screen`: what the dashboard costs, seen from its readers' side; the table of docs/benchmarks.md.

It serves the example company, and a workspace of 5 M orders where SCORECARD_BENCH names the folder that makes one, and
opens sessions on it. Linux only: what a process uses is read where Linux tells it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from data_checks.demo.write import write_demo
from data_checks.warehouse import adding_later, open_warehouse
from data_checks.workspace import read_workspace
from metrics.catalog import Catalog, read_catalog
from metrics.prepare import prepare, prepare_later
from tests.benchmarks.company import publish_company
from tests.benchmarks.sessions import Run, Session

PAGES = ("", "teams", "financial", "customer", "internal_process", "learning_growth", "benchmarks", "metric_library")
MONTHS = ("2026-07", "2026-08", "2026-09")
READERS, THINKING, TURNS, RERUNS = 50, 2.0, 8, 1500
DEFINITIONS = Path(__file__).parent / "definitions" / "screen.yaml"
WORKSPACE = """title: Five million orders
as_of: 2026-10-31
synthetic: true
sources:
  orders:
    files: orders.csv
    columns: {order_id: order_id, customer_id: customer_id, ordered_at: ordered_at, revenue: amount, status: status}
"""


@dataclass
class Seen:
    """Every run that was timed, and the memory in between, of one workspace."""

    name: str
    served: float = 0.0
    first: Run | None = None
    warm: list[Run] = field(default_factory=list)
    warm_cpu: float = 0.0
    cold_filter: list[Run] = field(default_factory=list)
    filter: list[Run] = field(default_factory=list)
    many: list[Run] = field(default_factory=list)
    many_cpu: float = 0.0
    memory: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """A process that serves a workspace."""

    address: str
    process: int

    def cpu(self) -> float:
        """Milliseconds of a processor since it began."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MiB it holds now."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found
        return int(found[1]) / 1024


@contextlib.contextmanager
def serving(workspace: Path) -> Iterator[Server]:
    """A fresh process that serves the workspace, from the moment it answers."""
    command = [sys.executable, "-m", "dashboard.cli", "serve", "-w", str(workspace), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            said = process.stdout.readline()
            found = re.search(r"http://[\w.:]+", said)
            assert found, f"it did not say where it is: {said}"
            address = found[0].rstrip(".")
            with urllib.request.urlopen(f"{address}/healthz", timeout=120) as answer:
                answer.read()
            yield Server(address, process.pid)
        finally:
            process.terminate()


def main() -> None:
    """Print a table with a column for each workspace."""
    folder = Path(os.environ.get("BENCH_FOLDER", ".bench"))
    folder.mkdir(exist_ok=True)
    found = [asyncio.run(_measured("the example company", _demo(folder)))]
    if given := os.environ.get("SCORECARD_BENCH"):
        scale = float(os.environ.get("SCALE", "1"))
        found.append(asyncio.run(_measured(f"{5 * scale:g} M orders", _large(Path(given), folder, scale))))
    Console(width=110).print(_table(found))


def _demo(folder: Path) -> Path:
    """The example company, loaded; made once."""
    workspace = folder / "screen-demo"
    if not (workspace / "var").exists():
        write_demo(workspace)
        command = [sys.executable, "-m", "dashboard.cli", "load", "-w", str(workspace)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return workspace


def _large(given: Path, folder: Path, scale: float) -> Path:
    """5 M orders, 3 M tickets and 1 M answers, published with all of the library prepared; made once."""
    generated, workspace = folder / f"generated-{scale:g}.duckdb", folder / f"screen-{scale:g}"
    if not generated.exists():
        subprocess.run([sys.executable, given / "gen_bench.py", "--db", generated, "--scale", str(scale)], check=True)
    if not (workspace / "var").exists():
        (workspace / "metrics").mkdir(parents=True, exist_ok=True)
        (workspace / "workspace.yaml").write_text(WORKSPACE, encoding="utf-8")
        (workspace / "metrics" / "screen.yaml").write_text(DEFINITIONS.read_text(encoding="utf-8"), encoding="utf-8")
        catalog = read_catalog(workspace / "metrics")
        publish_company(generated, workspace, lambda version: prepare(version, catalog))
        _fit_after(workspace, catalog)
    return workspace


def _fit_after(folder: Path, catalog: Catalog) -> None:
    """As the load command does."""
    workspace = read_workspace(folder)
    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        made = prepare_later(warehouse, catalog)
        assert made
        with adding_later(workspace, "000001") as keep:
            keep(made())


async def _measured(name: str, workspace: Path) -> Seen:
    began = time.perf_counter()
    with serving(workspace) as server:
        seen = Seen(name, time.perf_counter() - began)
        async with Session(server.address) as reader:
            seen.first = await reader.run()
            await _idle(server)
            await _alone(reader, server, seen)
        seen.memory["with one reader"] = server.memory()
        await _together(server, seen)
        await _for_long(server, seen)
        return seen


async def _idle(server: Server) -> None:
    """Wait until every screen is prepared: until nothing is done for a while."""
    before = -1000.0
    while (now := server.cpu()) - before > 50:
        before = now
        await asyncio.sleep(2)


async def _alone(reader: Session, server: Server, seen: Seen) -> None:
    """One reader: the same page again, and other months, each a first and a second time."""
    await reader.run()
    before = server.cpu()
    seen.warm = [await reader.run() for _ in range(40)]
    seen.warm_cpu = (server.cpu() - before) / len(seen.warm)
    for runs in (seen.cold_filter, seen.filter):
        for month in MONTHS:
            runs.append(await reader.choose("period", month))
            reader.query = {"period": month}  # the address follows what is chosen


async def _together(server: Server, seen: Seen) -> None:
    """Fifty readers of the overview, each thinking a while between two runs."""

    async def read(reader: Session, place: int) -> list[Run]:
        await asyncio.sleep(THINKING * place / READERS)
        await reader.run()
        runs = []
        for _ in range(TURNS):
            await asyncio.sleep(THINKING * random.uniform(0.5, 1.5))
            runs.append(await reader.run())
        return runs

    async with contextlib.AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(Session(server.address)) for _ in range(READERS)]
        before = server.cpu()
        found = await asyncio.gather(*(read(reader, place) for place, reader in enumerate(readers)))
        seen.many = [run for runs in found for run in runs]
        seen.many_cpu = (server.cpu() - before) / (len(seen.many) + READERS)
        seen.memory[f"with {READERS} readers"] = server.memory()


async def _for_long(server: Server, seen: Seen) -> None:
    """Every page in every month in turn, until each third of the reruns is done."""
    for third in range(3):
        for place, page in enumerate(PAGES):
            async with Session(server.address, page) as reader:
                for turn in range(RERUNS // 3 // len(PAGES) + (place < RERUNS // 3 % len(PAGES))):
                    await reader.run(period=MONTHS[turn % len(MONTHS)])
        seen.memory[f"after {(third + 1) * RERUNS // 3:,} more reruns"] = server.memory()


def _table(found: Sequence[Seen]) -> Table:
    table = Table("", *(seen.name for seen in found), title=f"{os.cpu_count()} cores, {sys.platform}")
    rows: dict[str, list[str]] = {}
    for seen in found:
        assert seen.first
        memory = {f"memory {when}": f"{size:.0f} MiB" for when, size in seen.memory.items()}
        figures = {
            "from starting the process to its first answer": f"{seen.served:.1f} s",
            "first run of a fresh process": f"{seen.first.milliseconds:.0f} ms",
            "first render, sent": f"{seen.first.received / 1000:.1f} KB",
            "warm rerun, median and 95th": _two(seen.warm),
            "… of a processor": f"{seen.warm_cpu:.1f} ms",
            "… sent": f"{seen.warm[-1].received / 1000:.1f} KB",
            "another month for the first time": _two(seen.cold_filter),
            "another month again": _two(seen.filter),
            "… sent, at most": f"{max(run.received for run in seen.cold_filter) / 1000:.1f} KB",
            f"{READERS} readers thinking {THINKING:g} s, median and 95th": _two(seen.many),
            "… of a processor each": f"{seen.many_cpu:.1f} ms",
            **memory,
        }
        for what, figure in figures.items():
            rows.setdefault(what, []).append(figure)
    for what, shown in rows.items():
        table.add_row(what, *shown)
    return table


def _two(runs: Sequence[Run]) -> str:
    """The median and the 95th of a hundred."""
    taken = sorted(run.milliseconds for run in runs)
    return f"{statistics.median(taken):.0f}, {taken[min(len(taken) - 1, int(len(taken) * 0.95))]:.0f} ms"


if __name__ == "__main__":
    main()
