"""A catalogue read again after an edit is the catalogue a fresh process would read."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.catalog import read_catalog

BASE = "metric: base\nformula: count(tickets)\n"
FILES = {
    "base.yaml": BASE,
    "double.yaml": "metric: double\nformula: base * 2\nred: 10\ngoal: 20\n",
    "fourfold.yaml": "metric: fourfold\nformula: double * 2\ndrives: [{metric: base, sign: '-', lag: 2 months}]\n",
    "alone.yaml": "metric: alone\nformula: count(orders)\nred: 1\ngoal: 2\nperspective: customer\n",
    "satisfied.yaml": "metric: satisfied\nformula: csat - 0\nripe_after: 10 days\n",
}
EDITS = {
    "a metric changed": {"alone.yaml": "metric: alone\nformula: sum(orders.revenue)\n"},
    "a metric that others name changed": {"base.yaml": "metric: base\nformula: count(orders)\n"},
    "its unit changed": {"base.yaml": "metric: base\nformula: share(orders.sold)\n"},
    "its ripening changed": {"base.yaml": BASE + "ripe_after: 90 days\n"},
    "it became wrong": {"base.yaml": "metric: base\nformula: count(tickts)\n"},
    "it became wrong beside its formula": {"base.yaml": BASE + "weight: 0\n"},
    "it cannot be read": {"base.yaml": "metric: [base\n"},
    "it was removed": {"base.yaml": None},
    "it was renamed": {"base.yaml": None, "moved.yaml": BASE},
    "it has another id": {"base.yaml": "metric: bases\nformula: count(tickets)\n"},
    "it moved down in its file": {"base.yaml": "# a word\n" + BASE},
    "a second one claims its id": {"other.yaml": BASE},
    "a second one in the same file": {"base.yaml": f"{BASE}---\n{BASE}"},
    "a circle": {"base.yaml": "metric: base\nformula: fourfold + 1\n"},
    "a library metric replaced": {"csat.yaml": "metric: csat\nformula: count(tickets)\n"},
    "what another drives was removed": {"base.yaml": None, "double.yaml": "metric: double\nformula: alone * 2\n"},
    "a new metric that a wrong one names": {"a.yaml": "metric: needed\nformula: count(orders)\n"},
    "only the name changed": {"base.yaml": BASE + "name: Another\n"},
    "nothing changed": {},
}
WAITING = {"waits.yaml": "metric: waits\nformula: needed + base\n"}


def write(folder, files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).write_text(text, encoding="utf-8")


def alike(again, cold):
    """Equal in everything, the order of metrics too."""
    assert list(again.metrics) == list(cold.metrics)
    assert list(again.bound) == list(cold.bound)
    assert again == cold


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_and_its_undoing_give_what_a_cold_reading_gives(tmp_path, edit):
    folder = tmp_path / "metrics"
    write(folder, FILES | WAITING)
    first = read_catalog(folder)
    write(folder, EDITS[edit])
    again = read_catalog(folder, before=first)
    alike(again, read_catalog(folder))
    assert (again.hash == first.hash) == (edit == "nothing changed")
    write(folder, dict.fromkeys(EDITS[edit]) | FILES | WAITING)
    undone = read_catalog(folder, before=again)
    alike(undone, read_catalog(folder))
    assert undone == first


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(EDITS)), min_size=2, max_size=6))
def test_any_row_of_edits_gives_what_a_cold_reading_gives(tmp_path_factory, edits):
    folder = tmp_path_factory.mktemp("edits") / "metrics"
    write(folder, FILES)
    catalog = read_catalog(folder)
    for edit in edits:
        write(folder, EDITS[edit])
        catalog = read_catalog(folder, before=catalog)
        alike(catalog, read_catalog(folder))


def test_what_has_not_changed_is_not_read_again(tmp_path):
    folder = tmp_path / "metrics"
    write(folder, FILES)
    first = read_catalog(folder)
    write(folder, EDITS["a metric that others name changed"])
    again = read_catalog(folder, before=first)
    same = {name for name, one in again.reading.settled.items() if one is first.reading.settled.get(name)}
    assert set(again.metrics) - same == {"base", "double", "fourfold"}


def test_a_thousand_metrics_may_stand_on_each_other_in_any_order(tmp_path):
    folder = tmp_path / "metrics"
    chain = {f"m{n:04}.yaml": f"metric: m{n:04}\nformula: m{n + 1:04}\n" for n in range(1000)}
    write(folder, chain | {"m1000.yaml": "metric: m1000\nformula: count(tickets)\n"})
    catalog = read_catalog(folder)
    assert catalog.problems == ()
    assert catalog.bound["m0000"] == catalog.bound["m1000"]
