"""The floors of the house as data: who may import what, and what a floor must not know.

Data enters at the bottom and rises; a floor imports only from floors below it. Each law is a function from one
parsed file to complaints, so the last tests can show every law catching a file that breaks it.
"""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = ("data_checks", "metrics", "dashboard", "pages")
"""From the ground up. Nobody imports pages; tests stand outside and may import every floor."""

ONLY_IN: dict[str, tuple[str, ...]] = {
    "streamlit": ("pages/", "dashboard/"),
    "starlette": ("dashboard/",),
    "uvicorn": ("dashboard/server",),
    "altair": ("dashboard/charts/", "dashboard/theme"),
    "great_expectations": ("data_checks/suites", "data_checks/gx_duckdb"),
    "sqlalchemy": (
        "data_checks/warehouse/",
        "data_checks/journal",
        "data_checks/sources/",
        "metrics/analyses/",
        "metrics/events",
        "metrics/journal_scope",
        "metrics/models/",
        "metrics/organisation",
        "metrics/rows/",
        "metrics/slices",
        "metrics/sql/",
    ),
    "alembic": ("data_checks/journal_schema", "data_checks/journal_migrations/"),
    "duckdb": ("data_checks/",),
    "openpyxl": ("data_checks/sources/workbook", "dashboard/export/workbook"),
    "typst": ("dashboard/export/typeset",),
    "vl_convert": ("dashboard/export/draw",),
    "lark": ("metrics/language/formula",),
    "scipy": ("metrics/stats/",),
    "click": ("dashboard/cli", "dashboard/commands/", "dashboard/printing/"),
    "rich": ("dashboard/cli", "dashboard/commands/", "dashboard/printing/"),
}
"""Third-party package → the beginnings of the paths that may import it. A package not named here: any floor."""

NEVER_DRAWS = (
    "dashboard/charts/",
    "dashboard/cli",
    "dashboard/commands/",
    "dashboard/export/",
    "dashboard/printing/",
    "dashboard/server",
    "dashboard/wording",
    "dashboard/words/",
)
"""Files of dashboard/ that do without Streamlit's screen; server may use `streamlit.web` and `st.App`."""

READS_ENVIRONMENT = "data_checks/workspace"
"""The one place below dashboard/ that reads the environment (`env:` and `${…}` in a workspace)."""

HEAVY = ("statsmodels", "matplotlib", "plotly", "seaborn")
"""Seconds to import, for what we compute and draw ourselves."""

DISTRIBUTIONS = {
    "axe_playwright_python": "axe-playwright-python",
    "yaml": "pyyaml",
    "great_expectations": "great-expectations",
    "duckdb_sqlalchemy": "duckdb-sqlalchemy",
    "vl_convert": "vl-convert-python",
}
"""Import name → distribution, where they differ."""

CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
}
CHANCE = {"random", "secrets"}
_CHANCE_CALL = re.compile(r"(np|numpy)\.random\.\w+")
# Spelled in pieces, so that this file keeps its own law.
_PIECES = (
    ("p", "ypi."),
    ("python", "hosted"),
    ("deb", "ian.org"),
    ("npm", "js"),
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
)
PRIVATE = re.compile("|".join("".join(pieces) for pieces in _PIECES))


@dataclass(frozen=True)
class Source:
    """One file of the project: its path from the root, and its text parsed."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def floor(self) -> str:
        return self.path.split("/", 1)[0]


Law = Callable[[Source], Iterator[str]]


def python_files() -> list[Source]:
    """Every Python file of the project, what tools leave behind left out."""
    found = [path for folder in (*FLOORS, "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in found]


def imports(source: Source, top_level_only: bool = False) -> Iterator[str]:
    """The dotted modules a file imports, wherever in it; those for type checkers alone are left out at top level."""
    body: list[ast.stmt] = source.tree.body
    nodes = body if top_level_only else [node for node in ast.walk(source.tree) if isinstance(node, ast.stmt)]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


# ---- the laws ---------------------------------------------------------------------------------------------------


def imports_only_downwards(source: Source) -> Iterator[str]:
    """pages → dashboard → metrics → data_checks; relative imports would hide the direction."""
    for module in imports(source):
        first = module.split(".")[0]
        if module.startswith("."):
            yield f"imports '{module}': write the whole name"
        elif source.floor in FLOORS and first == "tests":
            yield "imports the tests"
        elif first == "pages":
            yield "imports a page; nobody does"
        elif source.floor in FLOORS and first in FLOORS and FLOORS.index(first) > FLOORS.index(source.floor):
            yield f"imports {module}, which is above {source.floor}"


def third_parties_stay_in_their_place(source: Source) -> Iterator[str]:
    """The table ONLY_IN."""
    if source.floor not in FLOORS:
        return
    for module in imports(source):
        allowed = ONLY_IN.get(module.split(".")[0])
        if allowed and not source.path.startswith(allowed):
            yield f"imports {module}, which belongs in {', '.join(allowed)}"


def statistics_are_light(source: Source) -> Iterator[str]:
    """`scipy.stats` costs seconds to import; the floors compute with `scipy.special` and `scipy.optimize`."""
    if source.floor not in FLOORS:
        return
    for node in ast.walk(source.tree):
        for name in _dotted(node):
            first, _, rest = name.partition(".")
            if first in HEAVY or (first == "scipy" and rest.split(".")[0] not in ("special", "optimize")):
                yield f"imports {name}"


def _dotted(node: ast.AST) -> list[str]:
    """What an import statement names: `from scipy import stats` is scipy.stats."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{name.name}" for name in node.names]
    return []


def files_that_do_not_draw_leave_the_screen_alone(source: Source) -> Iterator[str]:
    """A command or a sentence must work without a browser, so Streamlit is never loaded with the file."""
    if not source.path.startswith(NEVER_DRAWS) or source.path.startswith("dashboard/server"):
        return
    for module in imports(source, top_level_only=True):
        if module.split(".")[0] == "streamlit":
            yield "imports streamlit at its top level"


def great_expectations_is_imported_lazily(source: Source) -> Iterator[str]:
    """It takes seconds and 200 MB: only `suites` and `gx_duckdb` know it, and nobody imports those at the top."""
    if source.path.startswith("data_checks/gx_duckdb"):
        return
    for module in imports(source, top_level_only=True):
        if module.startswith(("great_expectations", "data_checks.gx_duckdb")):
            yield f"imports {module} at its top level"


def no_clock_below_the_dashboard(source: Source) -> Iterator[str]:
    """What "now" is comes as an argument: `as_of`, `loaded_at`."""
    if source.floor not in ("data_checks", "metrics"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in CLOCK:
                yield f"line {node.lineno}: reads the clock ({name})"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"line {node.lineno}: reads the clock" for name in node.names if f"time.{name.name}" in CLOCK)


def no_chance_below_the_dashboard(source: Source) -> Iterator[str]:
    """Whatever draws numbers is given its seed."""
    if source.floor not in ("data_checks", "metrics"):
        return
    for module in imports(source):
        if module.split(".")[0] in CHANCE or module.startswith("numpy.random"):
            yield f"imports {module}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _CHANCE_CALL.fullmatch(name := ast.unparse(node.func)):
            seeded = name.endswith(".default_rng") and (node.args or node.keywords)
            if not seeded:
                yield f"line {node.lineno}: {name} without a seed"


def environment_is_read_in_one_place(source: Source) -> Iterator[str]:
    """Below dashboard/, only the workspace."""
    if source.floor not in ("data_checks", "metrics") or source.path.startswith(READS_ENVIRONMENT):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv", "os.environb"):
            yield f"line {node.lineno}: reads the environment"
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (
                f"line {node.lineno}: reads the environment" for n in node.names if n.name in ("environ", "getenv")
            )


def a_scope_becomes_sql_in_one_place(source: Source) -> Iterator[str]:
    """A condition on whose rows are seen is easily forgotten or spelled otherwise where it is written anew."""
    if source.floor != "metrics" or source.path == "metrics/sql/scope_sql.py":
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "in_":
            continue
        if re.search(r"\bteams\b", " ".join(ast.unparse(argument) for argument in node.args)):
            yield f"line {node.lineno}: {ast.unparse(node)}"


def a_page_is_thin(source: Source) -> Iterator[str]:
    """Guard, controls, components: at most 60 lines."""
    if source.floor == "pages" and (lines := len(source.text.splitlines())) > 60:
        yield f"has {lines} lines; a page has at most 60"


def pages_are_scripts(source: Source) -> Iterator[str]:
    """With an __init__.py somebody would import them; named like a package, one would hide it when run alone."""
    if source.floor != "pages":
        return
    stem = Path(source.path).stem
    if stem == "__init__":
        yield "makes a package of the pages"
    elif stem in FLOORS or stem in sys.stdlib_module_names or stem in ONLY_IN:
        yield f"is named like the module '{stem}'"


def says_its_job_first(source: Source) -> Iterator[str]:
    """The first docstring line; an empty __init__.py needs none."""
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield "does not say its job in a docstring"


def holds_at_most_400_lines(source: Source) -> Iterator[str]:
    """300 is the aim, 400 the end."""
    if source.floor in FLOORS and (lines := len(source.text.splitlines())) > 400:
        yield f"has {lines} lines; does it still have one job?"


LAWS: tuple[Law, ...] = (
    imports_only_downwards,
    third_parties_stay_in_their_place,
    statistics_are_light,
    files_that_do_not_draw_leave_the_screen_alone,
    great_expectations_is_imported_lazily,
    no_clock_below_the_dashboard,
    no_chance_below_the_dashboard,
    environment_is_read_in_one_place,
    a_scope_becomes_sql_in_one_place,
    a_page_is_thin,
    pages_are_scripts,
    says_its_job_first,
    holds_at_most_400_lines,
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_every_file_keeps_the_law(law: Law) -> None:
    broken = [f"{source.path} {complaint}" for source in python_files() for complaint in law(source)]
    assert not broken, "\n".join(broken)


# ---- laws of the whole house ------------------------------------------------------------------------------------


def committed_files() -> list[Path]:
    """What git holds or would hold; without git (a wheel's sources) every file that is no leftover."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [p for folder in (*FLOORS, "tests", "docs") for p in (ROOT / folder).rglob("*") if p.is_file()]


def test_every_python_file_stands_on_a_floor() -> None:
    strays = [
        path.relative_to(ROOT).as_posix()
        for path in committed_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] not in (*FLOORS, "tests", "bench")
    ]
    assert not strays


def test_a_folder_is_read_at_a_glance() -> None:
    """Tests lie flat, one file a subject; what belongs together on a floor has a folder."""
    folders = Counter(Path(source.path).parent.as_posix() for source in python_files() if source.floor in FLOORS)
    assert {folder: files for folder, files in folders.items() if files >= 50} == {}


def test_no_file_names_a_registry_or_this_machine() -> None:
    texts = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".cfg", ".sh", ".css", ""}
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in committed_files()
        if path.suffix in texts and (match := PRIVATE.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert not found


@pytest.mark.parametrize("package", ["data_checks", "metrics", "dashboard"])
def test_a_package_is_imported_from_this_project(package: str) -> None:
    """`metrics` is a generic name; another one on the path would be imported instead without a word."""
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == ROOT / package


def test_the_entry_script_has_no_pages_beside_it() -> None:
    """Beside it, Streamlit would serve each page without the entry script: without navigation and without a guard."""
    app = ROOT / "dashboard" / "app"
    assert [path.name for path in app.glob("*.py")] == ["main.py"]
    assert not (app / "pages").exists()
    assert (ROOT / "pages").is_dir()


def test_every_third_party_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[\[<>=!~ ]", line)[0].lower() for line in project["dependencies"]}
    for extra in project["optional-dependencies"].values():
        declared |= {re.split(r"[\[<>=!~ ]", line)[0].lower() for line in extra} if extra else set()
    ours = {*FLOORS, "tests"}
    undeclared = {
        f"{source.path}: {first}"
        for source in python_files()
        for module in imports(source)
        if (first := module.split(".")[0]) not in sys.stdlib_module_names | ours
        and DISTRIBUTIONS.get(first, first) not in declared
    }
    assert not undeclared


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs/adr/0004-dependencies.md").read_text(encoding="utf-8").lower()
    lines = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = [re.split(r"[\[<>=!~ ]", line)[0].lower() for line in lines]
    assert [name for name in names if f"| {name} |" not in reasons] == []


@pytest.mark.parametrize(
    "heavy",
    ["great_expectations", "streamlit", "pandas", "altair", "scipy", "alembic", "typst", "vl_convert", "openpyxl"],
)
def test_the_command_line_starts_without(heavy: str) -> None:
    """`scorecard --help` must not wait for what it does not use."""
    code = f"import sys, dashboard.cli; sys.exit('{heavy}' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr or f"importing dashboard.cli loads {heavy}"


def test_no_statistics_bring_scipys_or_a_plotting_library_in() -> None:
    """Not even through something they import."""
    modules = [path.stem for path in sorted((ROOT / "metrics/stats").glob("*.py")) if path.stem != "__init__"]
    code = "".join(f"import metrics.stats.{name}\n" for name in modules) + (
        "import sys\nsys.exit(', '.join({'scipy.stats', 'statsmodels', 'matplotlib', 'altair'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stderr.strip() == ""


# ---- each law catches a file that breaks it -----------------------------------------------------------------------

BROKEN: tuple[tuple[Law, str, str], ...] = (
    (imports_only_downwards, "metrics/plan.py", "from dashboard import charts"),
    (imports_only_downwards, "data_checks/load.py", "def f():\n    import metrics.catalog"),
    (imports_only_downwards, "metrics/plan.py", "from . import scope"),
    (imports_only_downwards, "dashboard/charts/trends.py", "import pages.overview"),
    (imports_only_downwards, "metrics/plan.py", "from tests import browser"),
    (third_parties_stay_in_their_place, "metrics/plan.py", "import streamlit as st"),
    (third_parties_stay_in_their_place, "pages/overview.py", "import altair"),
    (third_parties_stay_in_their_place, "metrics/scorecard.py", "from sqlalchemy import select"),
    (a_scope_becomes_sql_in_one_place, "metrics/rows/listing.py", "seen = table.c.team_id.in_(sorted(scope.teams))"),
    (third_parties_stay_in_their_place, "data_checks/load.py", "def f():\n    import great_expectations"),
    (third_parties_stay_in_their_place, "data_checks/journal.py", "from alembic import command"),
    (statistics_are_light, "metrics/stats/nps.py", "def f():\n    from scipy import stats"),
    (statistics_are_light, "metrics/stats/nps.py", "import scipy.stats"),
    (statistics_are_light, "metrics/stats/nps.py", "from statsmodels.stats import proportion"),
    (files_that_do_not_draw_leave_the_screen_alone, "dashboard/wording.py", "import streamlit as st"),
    (great_expectations_is_imported_lazily, "data_checks/suites.py", "import great_expectations as gx"),
    (great_expectations_is_imported_lazily, "data_checks/load.py", "from data_checks.gx_duckdb import engine"),
    (no_clock_below_the_dashboard, "metrics/plan.py", "import datetime as dt\nx = dt.datetime.now()"),
    (no_clock_below_the_dashboard, "metrics/plan.py", "from datetime import date\nx = date.today()"),
    (no_clock_below_the_dashboard, "data_checks/load.py", "import time\nx = time.time()"),
    (no_clock_below_the_dashboard, "data_checks/load.py", "from time import time"),
    (no_chance_below_the_dashboard, "metrics/stats/nps.py", "import random"),
    (no_chance_below_the_dashboard, "metrics/stats/nps.py", "import numpy as np\nx = np.random.default_rng()"),
    (no_chance_below_the_dashboard, "metrics/stats/nps.py", "import numpy as np\nx = np.random.normal(0, 1)"),
    (environment_is_read_in_one_place, "metrics/plan.py", "import os\nx = os.environ['A']"),
    (environment_is_read_in_one_place, "data_checks/load.py", "from os import getenv"),
    (a_page_is_thin, "pages/overview.py", "x = 1\n" * 61),
    (pages_are_scripts, "pages/__init__.py", ""),
    (pages_are_scripts, "pages/metrics.py", ""),
    (pages_are_scripts, "pages/statistics.py", ""),
    (says_its_job_first, "metrics/plan.py", "x = 1"),
    (holds_at_most_400_lines, "metrics/plan.py", "x = 1\n" * 401),
)


@pytest.mark.parametrize(("law", "path", "text"), BROKEN, ids=lambda part: getattr(part, "__name__", None))
def test_a_law_catches_a_file_that_breaks_it(law: Law, path: str, text: str) -> None:
    assert list(law(Source(path, text)))


def test_every_law_has_a_file_that_breaks_it() -> None:
    assert {law for law, _, _ in BROKEN} == set(LAWS)


def test_the_laws_let_good_files_pass() -> None:
    text = '"""Job."""\nimport numpy as np\nfrom scipy.special import ndtri\n'
    text += "from data_checks.errors import Place\nrng = np.random.default_rng(7)\n"
    good = Source("metrics/stats/nps.py", text)
    assert [complaint for law in LAWS for complaint in law(good)] == []


def test_a_registry_or_machine_path_would_be_seen() -> None:
    assert PRIVATE.search("https://p" + "ypi.org/simple")
    assert PRIVATE.search("see /ro" + "ot/notes")
