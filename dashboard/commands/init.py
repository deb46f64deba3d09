"""The command that looks at files nobody has described and proposes a workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from data_checks.errors import RequestError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--force", is_flag=True, help="Write over a workspace.yaml that exists.")
def init(folder: Path, files: tuple[Path, ...], force: bool) -> None:
    """Propose DIR/workspace.yaml from the headers and a sample of files; nothing else is written."""
    from data_checks.assistant.propose import propose
    from data_checks.workspace import FILE

    target = folder / FILE
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder} is a file; name a folder for the workspace.")
    if target.exists() and not force:
        raise RequestError(f"{target} exists; name another folder, or add --force to write over it.")
    proposal = propose(files, folder)
    _write(target, proposal.text)
    click.echo("\n".join(proposal.found))
    if proposal.todo:
        click.echo("\nBefore a load, in workspace.yaml:")
        click.echo("\n".join(f"  {sentence}" for sentence in proposal.todo))
    shown = shlex.quote(str(folder))
    click.echo(
        f"\nProposed {target}; read the evidence behind each line. "
        f"Next: scorecard check -w {shown}, then scorecard load -w {shown}"
    )


def _write(target: Path, text: str) -> None:
    """Whole or not at all."""
    fresh = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(target)
    except OSError as error:
        raise RequestError(f"{target} cannot be written: {error.strerror or error}.") from None
