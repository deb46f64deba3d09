"""A load of 5 M rows beside the engine's own typed read of the same file into a database file."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

WORKSPACE = """title: Five million orders
sources:
  orders:
    files: orders.csv
    datetimes: "%Y-%m-%d %H:%M:%S"
    columns: {order_id: order_id, customer_id: customer_id, ordered_at: ordered_at, revenue: amount, status: status}
"""
TYPES = (
    "{'order_id': 'varchar', 'customer_id': 'varchar', 'ordered_at': 'timestamp', 'amount': 'double', "
    "'status': 'varchar'}"
)
BARE = """import duckdb, sys
with duckdb.connect(sys.argv[2]) as connection:
    connection.execute(f"create table t as select * from read_csv('{sys.argv[1]}', header=true, store_rejects=true, "
                       f"timestampformat = '%Y-%m-%d %H:%M:%S', columns = {sys.argv[3]})")
"""
RUNS = 3


def main(generated: Path) -> None:
    """Print seconds, ratio and peak memory. `generated`: the generator's database."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        file = folder / "orders.csv"
        with duckdb.connect(str(generated), read_only=True) as connection:
            connection.execute(
                "copy (select order_id, customer_id, strftime(ordered_at, '%Y-%m-%d %H:%M:%S') as ordered_at, amount, "
                f"replace(status, 'refunded', 'returned') as status from orders) to '{file}' (header)"
            )
        bare, ours, fitted = [], [], []
        for run in range(RUNS):
            (folder / "workspace.yaml").write_text(f"{WORKSPACE}# {run}\n", encoding="utf-8")  # a change: load again
            bare.append(_seconds([sys.executable, "-c", BARE, str(file), str(folder / f"bare{run}.duckdb"), TYPES]))
            published, ended = _until_published([sys.executable, "-m", "dashboard.cli", "load", "-w", str(folder)])
            ours.append(published)
            fitted.append(ended - published)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        both = statistics.median(bare), statistics.median(ours)
        print(f"{file.stat().st_size / 2**20:.0f} MiB of CSV, typed read by the engine into a file: {both[0]:.1f} s")
        print(f"mapped, checked, prepared, published: {both[1]:.1f} s, {both[1] / both[0]:.1f}×; peak {peak:.2f} GiB")
        print(f"models of purchases fitted after that: {statistics.median(fitted):.1f} s")


def _until_published(command: list[str]) -> tuple[float, float]:
    """Seconds until it says that the load is published, and until it ends."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        published = next(time.perf_counter() - began for line in process.stdout if "is published" in line)
        process.stdout.read()
    assert process.returncode == 0
    return published, time.perf_counter() - began


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]))
