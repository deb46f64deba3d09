"""Fixtures every test may use: the real data sets, a demo workspace, a browser."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests import cdnow as cdnow_package
from tests.browser import FLAGS, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from data_checks.workspace import Workspace
    from metrics.catalog import Catalog

ROOT = Path(__file__).parents[1]

DEMO_SCALE = 0.1
"""Large enough that every team has answers, small enough that a test does not wait."""

_CALM = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
settings.register_profile("test", _CALM, max_examples=150)
settings.register_profile("fuzz", _CALM, max_examples=4000, print_blob=True)
settings.load_profile(os.environ.get("SCORECARD_FUZZ", "test"))
"""`make test` looks at some examples of each property, `make fuzz` at thousands."""


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """A page that runs in a test poses as the main module; a process started later would run that page again."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets. Fails, never skips: a test that asks for it is marked `real_data`."""
    folder = os.environ.get("SCORECARD_DATA")
    if not folder:
        pytest.fail("SCORECARD_DATA is not set; it names the folder of the real data sets.", pytrace=False)
    if not Path(folder).is_dir():
        pytest.fail(f"SCORECARD_DATA is '{folder}', which is no folder.", pytrace=False)
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def cdnow() -> Path:
    """The package that holds the CDNOW purchases. Fails, never skips: a test that asks for it is marked `cdnow`."""
    try:
        return cdnow_package.find_or_fetch()
    except cdnow_package.NotFetched as why:
        pytest.fail(str(why), pytrace=False)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that starts; `make test` has found or installed it."""
    return find_chromium()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium of this module's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[None]:
    """Closes what a test has opened."""
    yield
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo workspace as `scorecard demo --scale 0.1` writes it, not loaded. Read it; copy it to change it."""
    from data_checks.demo.write import write_demo

    folder = tmp_path_factory.mktemp("demo") / "demo"
    write_demo(folder, scale=DEMO_SCALE)
    return folder


@pytest.fixture(scope="session")
def whole_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo workspace as `scorecard demo` writes it, not loaded: for what its README says."""
    from data_checks.demo.write import write_demo

    folder = tmp_path_factory.mktemp("whole") / "demo"
    write_demo(folder)
    return folder


@pytest.fixture(scope="session")
def loaded_demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, loaded once for all as `scorecard load` does. Copy it to open or change it."""
    from data_checks.load import load
    from data_checks.workspace import read_workspace
    from metrics.prepare import prepare

    folder = tmp_path_factory.mktemp("loaded") / "demo"
    shutil.copytree(demo_folder, folder)
    workspace = read_workspace(folder)
    catalog = catalog_of(workspace)
    load(workspace, dt.datetime(2026, 10, 21, 5, 0), prepare=lambda version: prepare(version, catalog))
    return folder


def catalog_of(workspace: Workspace) -> Catalog:
    """The catalogue of a workspace with its own definitions, goals and strategy."""
    from metrics.catalog import read_catalog
    from metrics.plans import with_plans

    catalog = read_catalog(workspace.metrics_folder, workspace.calendar)
    return with_plans(catalog, workspace.folder, workspace.calendar)


@pytest.fixture(scope="module")
def workspace(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo workspace, loaded."""
    folder = tmp_path_factory.mktemp("served") / "demo"
    shutil.copytree(loaded_demo, folder)
    return folder


@pytest.fixture(scope="module")
def address(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on the demo workspace."""
    from tests.browsing import serving

    with serving(workspace, tmp_path_factory.mktemp("elsewhere")) as found:
        yield found
