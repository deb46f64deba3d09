"""Opens the dashboard in a real browser and notes what goes wrong on a page."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, expect

expect.set_options(timeout=15_000)  # a machine that does other work too is slow, not wrong

SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@dataclass
class Visit:
    """A page and what went wrong on it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until Streamlit has finished its run and shows the page's answer."""
        self.page.wait_for_selector("[data-test-script-state=notRunning]")
        self.page.wait_for_selector("h1")
        expect(self.page.locator("[data-stale=true]")).to_have_count(0)

    def follow(self, name: str) -> None:
        """Click a link in the page's own text and wait for the place it leads to."""
        anchor = self.page.locator(".stHtml").get_by_role("link", name=name, exact=True).first
        wanted = anchor.get_attribute("href")
        assert wanted is not None
        anchor.click()
        self.page.wait_for_url(f"**{wanted}")
        self.settle()


@contextlib.contextmanager
def serving(folder: Path, elsewhere: Path) -> Iterator[str]:
    """A server on a free port, started from another folder than the project's; its address as it prints it."""
    code = f"from pathlib import Path; from dashboard.server import serve; serve(Path({str(folder)!r}), '127.0.0.1', 0)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=elsewhere, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            found = re.search(r"http://\S+?:\d+", said)
            assert found, f"the server said {said!r}"
            yield found[0]
        finally:
            server.terminate()


def visit(browser: Browser, address: str, path: str, size: str = "desk", scheme: str = "light") -> Visit:
    """Open a page; requests to other hosts are stopped and written down."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    opened = Visit(context.new_page())
    host = urlsplit(address).netloc

    def guard(route: Route) -> None:
        asked = urlsplit(route.request.url)
        if asked.scheme in ("http", "https") and asked.netloc != host:
            opened.foreign.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def listen(kind: str, text: str, where: str) -> None:
        # Streamlit looks for its base path under /<page>/_stcore/ first: two 404 that mean nothing.
        if kind == "error" and not ("404" in text and "/_stcore/" in where):
            opened.errors.append(f"{text} at {where}")

    context.route("**/*", guard)
    opened.page.on("console", lambda message: listen(message.type, message.text, message.location.get("url", "")))
    opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.page.goto(address + path)
    opened.settle()
    return opened


def overflow(page: Page) -> int:
    found = page.evaluate(
        """() => { const d = document.documentElement, m = document.querySelector('[data-testid="stMain"]') || d;
                   return Math.max(d.scrollWidth - d.clientWidth, m.scrollWidth - m.clientWidth) }"""
    )
    return int(found)


def fits(page: Page) -> None:
    """Wait until the page is no wider than its window: a chart is drawn first and then made to fit."""
    page.wait_for_function(
        """() => { const d = document.documentElement, m = document.querySelector('[data-testid="stMain"]') || d;
                   return Math.max(d.scrollWidth - d.clientWidth, m.scrollWidth - m.clientWidth) <= 0 }"""
    )
