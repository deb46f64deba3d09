"""An address that names no page leads to the overview, which says so in its own words.

Streamlit would show the overview too, under a dialogue of its own and the wrong address.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import navigation

_WORD = re.compile(r"/([A-Za-z0-9][\w-]{0,79})/?", re.ASCII)  # what a person types: no file, nothing of Streamlit's own
_NOT_PAGES = frozenset({"healthz", "oauth2callback"})


class UnknownPages:
    """ASGI middleware: who opens `/fincial` is sent to `/?missing=fincial`, with the rest of the address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = _instead(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if address is None:
            await self.app(scope, receive, send)
        else:
            await RedirectResponse(address, status_code=302)(scope, receive, send)


def _instead(scope: Scope) -> str | None:
    """Where to go from an address that names no page; None: it names one, or is no page a person opens."""
    found = _WORD.fullmatch(scope["path"])
    if found is None or "text/html" not in Headers(scope=scope).get("accept", ""):
        return None
    path = found[1]
    if path in _NOT_PAGES or (navigation.exists(path) and path != navigation.first()):
        return None
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    if path != navigation.first():
        query["missing"] = path
    return f"/?{urlencode(query)}" if query else "/"
