"""The published CDNOW purchases, unpacked from the package `lifetimes`, which is fetched and never installed.

`python -m tests.cdnow` fetches it once into .venv/.cdnow and prints which tests this machine can run.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

PACKAGE = "lifetimes==0.11.3"
FOLDER = Path(__file__).parents[1] / ".venv" / ".cdnow"
_FETCHES_WITHIN_S = 120


class NotFetched(RuntimeError):
    """The package index has no such package, or there is none to ask."""


def find_or_fetch(folder: Path = FOLDER) -> Path:
    """The package as it came, a zip file. Raises NotFetched with what to do."""
    for kept in sorted(folder.glob("*.whl")):
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as half_way:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        try:
            done = subprocess.run(
                [*command, "--dest", half_way, PACKAGE], capture_output=True, timeout=_FETCHES_WITHIN_S, check=False
            )
            came = done.returncode == 0
        except subprocess.TimeoutExpired:
            came = False
        for fetched in Path(half_way).glob("*.whl") if came else ():
            return fetched.replace(folder / fetched.name)
    raise NotFetched(f"{PACKAGE} could not be fetched from the package index; the tests on CDNOW data need it.")


def table(package: Path, name: str) -> Iterator[str]:
    """The lines of one data file of the package."""
    with zipfile.ZipFile(package) as archive, archive.open(f"lifetimes/datasets/{name}") as file:
        yield from io.TextIOWrapper(file, encoding="utf-8")


def summary(package: Path) -> pd.DataFrame:
    """One row a customer of the calibration half: x, t_x and T in weeks, whole days again, and m."""
    rows = [line.split(",") for line in table(package, "cdnow_customers_summary_with_transactions.csv")][1:]
    frame = pd.DataFrame([row[1:5] for row in rows], columns=["x", "t_x", "age", "m"]).astype(np.float64)
    frame[["t_x", "age"]] = np.rint(frame[["t_x", "age"]] * 7) / 7  # printed as days/7 with two decimals
    return frame


def purchases(package: Path) -> pd.DataFrame:
    """One row a purchase of the 2,357 customers: customer, day, amount."""
    rows = [line.split() for line in table(package, "CDNOW_sample.txt") if line.strip()]
    frame = pd.DataFrame([(row[1], row[2], row[4]) for row in rows], columns=["customer", "day", "amount"])
    frame["day"] = pd.to_datetime(frame["day"], format="%Y%m%d")
    return frame.assign(amount=frame["amount"].astype(np.float64))


if __name__ == "__main__":  # for `make test`
    try:
        find_or_fetch()
        print("(cdnow or not cdnow)")
    except NotFetched as why:
        print(f"{why} They are left out.", file=sys.stderr)
        print("not cdnow")
