"""How long a catalogue of 1,000 definitions takes: cold in a fresh process, after one edit, and compiling one metric.

    python -m tests.benchmarks.bench_catalog

Times are wall clock. Bars: one metric 5 ms (its SQL included), 1,000 definitions cold 600 ms, one edit 50 ms.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from data_checks.calendar import EVERYBODYS
from data_checks.yaml_file import parse_documents
from metrics.catalog import read_catalog
from metrics.drafts.definition_file import draft_of
from metrics.drafts.settle import settle

DEFINITIONS = 1000
_COLD = """
import time
begun = time.perf_counter()
import sys
from pathlib import Path
from metrics.catalog import read_catalog
imported, worked = time.perf_counter(), time.process_time()
catalog = read_catalog(Path(sys.argv[1]))
read, worked = time.perf_counter(), time.process_time() - worked
assert not catalog.problems, catalog.problems[:3]
print(imported - begun, read - imported, worked)
"""

_FORMULAS = (
    "share(survey_responses.score >= 4 where survey = 'csat' and team = 'Group {n}')",
    "mean(orders.revenue where sold and revenue > {n})",
    "percentile(90, hours_between(tickets.opened_at, tickets.resolved_at) at resolved_at where team = 'Group {n}')",
    "sum(orders.revenue - orders.cost where sold and units < {n}) "
    "/ sum(orders.revenue where sold and cost is not null and units < {n})",
    "count(tickets open at end where days_between(opened_at, period_end) > {n})",
    "distinct(orders.customer_id where sold and previous_order_at >= period_start and segment = 'S{n}') "
    "/ distinct(orders.customer_id where sold and segment = 'S{n}')",
    "distinct(orders.customer_id where sold and units = {n} except tickets.customer_id where transfers > 0)",
    "sum(orders.revenue where sold and customer_id in (survey_responses.customer_id where score <= {n}))",
    "made_{a} - made_{b}",
    "(made_{a} + made_{b}) / count(tickets where transfers < {n})",
)


def definition(number: int) -> str:
    """The text of one realistic metric file; every fifth names two others that stand before it."""
    formula = _FORMULAS[number % len(_FORMULAS)].format(n=number, a=number // 10 * 10, b=number // 10 * 10 + 4)
    unit = "unit: number\nred: 40\ngoal: 80\n" if number % 2 else ""
    return (
        f"metric: made_{number}\nname: Made metric {number}\nquestion: How is number {number} doing?\n"
        f"description: Made for measuring.\nformula: {formula}\nperspective: customer\n{unit}weight: 2\n"
        "timing: lagging\nowner: Customer insight\nstatus: draft\n"
    )


def write_definitions(folder: Path, many: int = DEFINITIONS) -> None:
    """`many` metric files, one definition each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(many):
        (folder / f"made_{number:04}.yaml").write_text(definition(number), encoding="utf-8")


def cold(folder: Path) -> list[float]:
    """Seconds to import, to read, and of them at work (less on a busy machine), in a fresh process."""
    ran = subprocess.run([sys.executable, "-c", _COLD, str(folder)], capture_output=True, text=True, check=True)
    return [float(word) for word in ran.stdout.split()]


def one_edit(folder: Path, rounds: int) -> list[float]:
    """Seconds until one edited file among all is in the catalogue; every edit means something else."""
    catalog, seconds = read_catalog(folder), []
    for number in range(rounds):
        (folder / "made_0000.yaml").write_text(definition(0).replace("Group 0", f"Team {number}"), encoding="utf-8")
        begun = time.perf_counter()
        catalog = read_catalog(folder, before=catalog)
        seconds.append(time.perf_counter() - begun)
        assert f"Team {number}" in repr(catalog.bound["made_0"])
    return seconds


def compiling(rounds: int) -> list[float]:
    """Seconds from the text of a formula to its bound tree and kind, formula by formula."""
    seconds = []
    for number in range(rounds):
        document = parse_documents(definition(number % 8), "made.yaml")[0]
        begun = time.perf_counter()
        draft = draft_of(document)
        settled = settle({"made": draft}, frozenset(), EVERYBODYS, {}).settled["made"]
        seconds.append(time.perf_counter() - begun)
        assert settled.is_right, settled.problems
    return seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "metrics"
        write_definitions(folder)
        runs = [cold(folder) for _ in range(7)]
        imports, reads, work = zip(*runs, strict=True)
        rows = {
            "importing the program": imports,
            f"{DEFINITIONS:,} definitions and the library, cold": reads,
            "… of it at work": work,
            "one edit among them picked up": one_edit(folder, 30),
            "one definition read, bound and ruled": compiling(400),
        }
        print(f"{'':44}{'median':>9}{'best':>9}{'worst':>9}   (ms)")
        for name, seconds in rows.items():
            told = (statistics.median(seconds), min(seconds), max(seconds))
            print(f"{name:44}" + "".join(f"{value * 1000:9.2f}" for value in told))


if __name__ == "__main__":
    main()
