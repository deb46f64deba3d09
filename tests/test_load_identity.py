"""Random small tables, good and bad: every row that is read is found again in exactly one place."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from data_checks.contract import contracts
from data_checks.ledger import LoadReport, SourceReport, TableReport
from data_checks.load import load
from data_checks.workspace import read_workspace
from tests.loading import NOW, ask, quarantined, write

PLACES = ("published", "quarantined", "superseded", "merged", "filtered")
HEAD = ("id", "step", "opened", "resolved", "moves", "state")
VALUES = {
    "id": ("a", "b", "c", "d", "e", "", " "),
    "step": ("1", "2", "10", "x", ""),
    "opened": ("2026-01-01 09:00", "2026-01-02 09:00", "soon", "", "9999-12-31"),
    "resolved": ("", "2026-01-03 09:00", "2025-12-31 09:00", "later"),
    "moves": ("0", "3", "", "-1", "many", "1.5"),
    "state": ("open", "done", "void", "", 'said "no"', "two\nlines", "a,b"),
}
FIXED = {
    "id": "fixed", "step": "1", "opened": "2026-01-02 09:00", "resolved": "2026-01-03 09:00", "moves": "1",
    "state": "done",
}  # fmt: skip
OPTIONAL = ("resolved", "moves", "state")
TARGETS = {"opened": "opened_at", "resolved": "resolved_at", "moves": "transfers", "state": "status"}
GROUPED = {"resolved": "max(resolved)", "moves": "sum(moves)", "state": "any_value(state)"}
MODES = ("plain", "latest_by", "group_by")
Row = tuple[str, ...]


@dataclass(frozen=True)
class Mapping:
    """One mapping of tickets: its rows, the optional columns it maps, and what it does before the checks."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    mode: str
    has_where: bool
    torn: int
    """So many of the rows at its end lack their last field."""

    def source(self, number: int) -> str:
        """The mapping as one item of a list of sources. Keys of two mappings never meet."""
        grouped = self.mode == "group_by"
        key = f"'{number}-' || nullif(trim(id), '')"
        columns = {"ticket_id": key, "opened_at": "min(opened)" if grouped else "opened"}
        for name in self.columns:
            columns[TARGETS[name]] = GROUPED[name] if grouped else name
        lines = [f"- files: t{number}.csv", "  columns:"]
        lines += [f'    {name}: "{expression}"' for name, expression in columns.items()]
        if self.mode == "latest_by":
            lines += ["  types: {step: integer}", "  latest_by: {key: id, order: step}"]
        if grouped:
            lines += ["  types: {opened: time, resolved: time, moves: integer}", f'  group_by: "{key}"']
        if self.has_where:
            lines += ["  where: state <> 'void'"]
        return "".join(f"    {line}\n" for line in lines)

    def records(self) -> list[str]:
        """Every record as the file has it, without its line end."""
        whole = len(self.rows) - self.torn
        return [_text(row if at < whole else row[:-1]) for at, row in enumerate(self.rows)]

    def file(self) -> str:
        return "".join(f"{record}\n" for record in [",".join(HEAD), *self.records()])


def _text(row: Row) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue().removesuffix("\n")


rows = st.lists(
    st.tuples(*(st.one_of(st.just(FIXED[name]), st.sampled_from(VALUES[name])) for name in HEAD)),
    min_size=1,
    max_size=12,
)
mappings = st.builds(
    lambda rows, columns, mode, has_where, torn: Mapping(
        tuple(rows), tuple(columns), mode, has_where, min(torn, len(rows))
    ),
    rows,
    st.lists(st.sampled_from(OPTIONAL), unique=True),
    st.sampled_from(MODES),
    st.booleans(),
    st.sampled_from((0, 0, 0, 1)),
)
unions = st.lists(mappings, min_size=1, max_size=3)


def good_orders() -> str:
    """Something to publish beside the tickets."""
    return "id,day\n1,2026-01-01\n"


def workspace(folder: Path, union: list[Mapping]) -> Path:
    text = "sources:\n  tickets:\n" + "".join(one.source(number) for number, one in enumerate(union))
    text += "  orders: {files: o.csv, columns: {order_id: id, ordered_at: day}}\n"
    files = {f"t{number}": one.file() for number, one in enumerate(union)}
    return write(folder, text, o=good_orders(), **files)


STRICT = ("bad_rows", "unique_key", "not_empty")
PATIENT = {
    name: replace(
        contract,
        table_rules=tuple(rule for rule in contract.table_rules if rule.kind not in ("bad_rows", "unique_key")),
    )
    for name, contract in contracts().items()
}
"""The contracts without the rules that refuse a whole table: random rows are mostly bad."""
FEW = settings().max_examples // 6
"""A load takes a third of a second."""


@settings(max_examples=FEW)
@given(unions)
@example([Mapping((("a",) * 6,), (), "plain", False, 1)])
def test_every_row_that_is_read_is_found_again_in_exactly_one_place(union: list[Mapping]) -> None:
    union = [*union, Mapping((tuple(FIXED.values()),), (), "plain", False, 0)]  # a table without a good row is refused
    with tempfile.TemporaryDirectory() as made:
        folder = workspace(Path(made) / "w", union)
        report = load(read_workspace(folder), NOW, tables=PATIENT)
        tickets = [one for one in report.sources if one.table == "tickets"]
        read = [len(one.records()) for one in union]
        assert [one.read for one in tickets] == read
        every: list[TableReport | SourceReport] = [report.tables["tickets"], *tickets]
        for one in every:
            assert one.read == sum(getattr(one, place) for place in PLACES)
        for place in PLACES:
            assert getattr(report.tables["tickets"], place) == sum(getattr(one, place) for one in tickets)
        assert ask(folder, "select count(*) from tickets") == [(report.tables["tickets"].published,)]
        assert all(sum(one.rules.values()) == one.quarantined for one in tickets)
        set_aside = [row for row in quarantined(folder) if row["table"] == "tickets"] if _has_any(report) else []
        assert len(set_aside) == report.tables["tickets"].quarantined
        for row in set_aside:
            assert row["row"] in union[int(row["file"].removeprefix("t").removesuffix(".csv"))].records()
        assert len({(row["file"], row["record"]) for row in set_aside}) == len(set_aside)
        assert load(read_workspace(folder), NOW, tables=PATIENT).status == "unchanged"


def _has_any(report: LoadReport) -> bool:
    return any(table.quarantined for table in report.tables.values())
