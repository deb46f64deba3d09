"""Where the environment is read: which workspace is shown, and who may come in."""

from __future__ import annotations

import os
from pathlib import Path

WORKSPACE = "SCORECARD_WORKSPACE"
ACCESS = "SCORECARD_ACCESS"
ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "pages"
ENTRY = ROOT / "dashboard" / "app" / "main.py"


def workspace_folder() -> Path:
    """The workspace that `serve` was started for; the current folder when nobody said."""
    return Path(os.environ.get(WORKSPACE, ".")).resolve()


def access_mode() -> str:
    """`open` by default; every other word must be known to access.guard() or nobody comes in."""
    return os.environ.get(ACCESS, "open")
