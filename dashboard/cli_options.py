"""What several commands of `scorecard` have in common: the workspace they work on, the form of their answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data_checks.errors import RequestError

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


class _Filter(click.ParamType[tuple[str, str | None]]):
    """slice=value; nothing behind the sign means rows without a value."""

    name = "slice=value"

    def convert(self, value: Any, param: object, ctx: object) -> tuple[str, str | None]:  # noqa: ARG002
        name, sign, wanted = str(value).partition("=")
        if not sign or not name:
            raise RequestError(f"--where takes slice=value, like team=\"Group 70\"; this is '{value}'.")
        return name.strip(), wanted or None


def where_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--where slice=value, as often as wanted; given to the command as pairs."""
    return click.option(
        "--where", type=_Filter(), multiple=True, help="Only these rows: team=North; team= for rows without one."
    )(command)
