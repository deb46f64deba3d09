"""The commands of who keeps it running: what was loaded, what was set aside, going back."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from dashboard.commands.options import form_option, read_workspace, workspace_option
from data_checks.errors import RequestError


@click.command()
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def status(folder: Path, as_json: bool) -> None:
    """Loads, freshness, checks, versions and quarantine. Exit 2 when the published version cannot be read."""
    from dashboard.printing import status as printing_status
    from data_checks.state import read_state

    workspace = read_workspace(folder)
    state = read_state(workspace.var)
    click.echo(printing_status.status(state, workspace.timezone, as_json))
    sys.exit(2 if state.fault else 0)


@click.command()
@workspace_option
@click.option("--load", "load_id", metavar="LOAD", help="Of this load; else of the last one that read rows.")
@click.option("--table", help="Only the rows of this table.")
@click.option("--rule", help="Only the rows that break this rule.")
@click.option("--limit", type=click.IntRange(1), help="So many rows; 100 are printed and all are exported if left out.")
@form_option("table", "csv", "json")
@click.option("--export", "target", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the rows to a CSV file (.json: JSON) in the workspace.")  # fmt: skip
@click.option("--outside", is_flag=True, help="The file may lie outside the workspace.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def quarantine(
    folder: Path, load_id: str | None, table: str | None, rule: str | None, limit: int | None, form: str,
    target: Path | None, outside: bool, force: bool,
) -> None:  # fmt: skip
    """The rows that were not published: where each stands, its text, and why."""
    from dashboard.commands.written_file import write_file
    from dashboard.printing import quarantine as printing_quarantine
    from data_checks.quarantine_file import find_quarantine

    if target is None and (outside or force):
        raise RequestError("--outside and --force belong to --export FILE.")
    workspace = read_workspace(folder)
    found = find_quarantine(workspace.var, load_id, table, rule)
    if target is None:
        click.echo(printing_quarantine.quarantine(found, limit, form))
        return
    written = "json" if form == "json" or target.suffix.lower() == ".json" else "csv"
    count = write_file(
        target, workspace, outside, force,
        lambda stream: printing_quarantine.write_to(stream, found, limit, written),
    )  # fmt: skip
    click.echo(f"Wrote {count:,} quarantined row{'s' * (count != 1)} of load {found.load} to {target}.")


@click.command()
@workspace_option
@click.option("--to", metavar="LOAD", help="The load to show; the one before the published one if left out.")
@click.option("--json", "as_json", is_flag=True, help="The ledger's entry as JSON.")
def rollback(folder: Path, to: str | None, as_json: bool) -> None:
    """Show an earlier load again, until the next load."""
    from dashboard.printing import terminal
    from data_checks.rollback import roll_back

    report = roll_back(read_workspace(folder).var, dt.datetime.now(dt.UTC).replace(tzinfo=None), to)
    if as_json:
        click.echo(terminal.as_json(report.to_json()))
    else:
        sentence = report.message[0].upper() + report.message[1:]
        click.echo(f"{sentence}. The next load publishes the files as they are then, so correct them first.")
