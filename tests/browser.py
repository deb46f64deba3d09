"""Finds the Chromium the browser tests drive, or installs one. `python -m tests.browser` prints its path.

A browser counts only when it starts: some systems ship a `chromium` that merely says where to get one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")
"""Start flags for a browser in a container without a display."""

_STARTS_WITHIN_S = 30
_INSTALLS_WITHIN_S = 600


class NoBrowser(RuntimeError):
    """No Chromium here and none could be installed."""


def find_chromium() -> str:
    """The path of a Chromium that starts: $CHROMIUM, a known name, or Playwright's own. Raises NoBrowser."""
    if asked := os.environ.get("CHROMIUM"):
        if starts(asked):
            return asked
        raise NoBrowser(f"CHROMIUM is '{asked}', which does not start; correct it or unset it.")
    for path in _candidates():
        if starts(path):
            return path
    raise NoBrowser("No Chromium was found; install one (for example: apt-get install chromium) or set CHROMIUM.")


def find_or_install() -> str:
    """Like find_chromium, after trying each way to install one. Raises NoBrowser."""
    try:
        return find_chromium()
    except NoBrowser:
        if os.environ.get("CHROMIUM"):
            raise
    for commands in _ways_to_install():
        if all(_run(command) for command in commands):
            try:
                return find_chromium()
            except NoBrowser:
                continue
    raise NoBrowser(
        "The browser tests need Chromium and it could not be installed: install it with your package manager, "
        "or set CHROMIUM to the path of one."
    )


def starts(path: str) -> bool:
    """Whether this program runs and tells its version."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=_STARTS_WITHIN_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and b"hrom" in answer.stdout


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    if path := _playwrights_own():
        yield path


def _playwrights_own() -> str | None:
    """Where Playwright keeps its Chromium; asked in another process, as its driver cannot be nested."""
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def _ways_to_install() -> Iterator[Sequence[Sequence[str]]]:
    yield [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        yield [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]]


def _run(command: Sequence[str]) -> bool:
    """Runs one step of an installation; what it says goes to stderr."""
    print("browser:", " ".join(command), file=sys.stderr)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=quiet, timeout=_INSTALLS_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    try:
        print(find_or_install())
    except NoBrowser as error:
        sys.exit(str(error))
