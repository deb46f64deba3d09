"""Where the environment is read: which workspace is shown, and who may come in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from data_checks.errors import RequestError

WORKSPACE = "SCORECARD_WORKSPACE"
ACCESS = "SCORECARD_ACCESS"
PROVIDER = {
    "client_id": "SCORECARD_OIDC_CLIENT_ID",
    "client_secret": "SCORECARD_OIDC_CLIENT_SECRET",
    "server_metadata_url": "SCORECARD_OIDC_METADATA_URL",
    "redirect_uri": "SCORECARD_OIDC_REDIRECT_URI",
    "cookie_secret": "SCORECARD_OIDC_COOKIE_SECRET",
}
"""What a provider needs, and the variable that holds it."""
ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "pages"
ENTRY = ROOT / "dashboard" / "app" / "main.py"


def workspace_folder() -> Path:
    """The workspace that `serve` was started for; the current folder when nobody said."""
    return Path(os.environ.get(WORKSPACE, ".")).resolve()


def access_mode() -> str:
    """`open` by default; every other word must be known to access.guard() or nobody comes in."""
    return os.environ.get(ACCESS, "open")


def secrets() -> dict[str, Any] | None:
    """The provider of mode `oidc` as Streamlit's secrets; None when the environment names none, and
    .streamlit/secrets.toml must. Raises RequestError for one that is named in part."""
    found = {key: os.environ[name] for key, name in PROVIDER.items() if os.environ.get(name)}
    if access_mode() != "oidc" or not found:
        return None
    if missing := [name for key, name in PROVIDER.items() if key not in found]:
        raise RequestError(f"Access mode 'oidc' also needs {', '.join(missing)} in the environment.")
    return {"auth": found}
