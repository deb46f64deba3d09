"""What several commands of `scorecard` have in common: the workspace they work on, the form of their answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from data_checks.workspace import Workspace


def workspace_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """-w DIR; given to the command as `folder`."""
    return click.option(
        "-w", "--workspace", "folder", type=click.Path(path_type=Path), default=Path(), show_default="here",
        help="The workspace folder.",
    )(command)  # fmt: skip


def form_option(*forms: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """--as FORM, the first one unless told otherwise."""
    return click.option("--as", "form", type=click.Choice(forms), default=forms[0], show_default=True)


def read_workspace(folder: Path) -> Workspace:
    """The workspace in `folder`. Raises FileProblems."""
    from data_checks.workspace import read_workspace as read

    return read(folder)
