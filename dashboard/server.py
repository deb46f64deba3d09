"""The web server: one st.App with warm imports, a health answer, security headers and quiet failures."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import hashlib
import importlib
import importlib.util
import ipaddress
import logging
import os
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from dashboard import cache, screens, settings
from dashboard.hosts import OwnNamesOnly, served_names
from dashboard.unknown_pages import UnknownPages
from data_checks.errors import RequestError, ScorecardError

log = logging.getLogger("scorecard")

# What a first visit would otherwise import while the reader waits.
_WARM = ("altair", "pyarrow", "streamlit.elements.vega_charts", "streamlit.elements.html")

_PATIENCE = 3.0
"""Seconds that a start waits for its first screen."""

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def _inline_hashes() -> str:
    """The hashes of the scripts written into Streamlit's own page; they change with its version."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = [hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page)]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


# `blob:` for scripts: Streamlit loads the code of a v2 component from a blob it makes itself.
_HEADERS = {
    "content-security-policy": (
        f"default-src 'self'; script-src 'self' blob: {_inline_hashes()}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """ASGI middleware: the same headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


@contextlib.asynccontextmanager
async def _warm(_app: st.App) -> AsyncIterator[None]:
    """Import what the first run needs, prepare the first screens, and keep all of it out of garbage collection.

    Who comes before all screens are prepared is let in: a large company takes longer than anybody waits for a server.
    """
    for module in _WARM:
        importlib.import_module(module)
    preparing = screens.Preparing()
    await asyncio.to_thread(preparing.has_first.wait, _PATIENCE)
    gc.collect()
    gc.freeze()
    yield
    preparing.stop()


async def _healthz(_request: Request) -> Response:
    """200 as soon as the server answers; says which load it shows."""
    try:
        return JSONResponse({"status": "ok", "load": cache.current().facts.load_id})
    except ScorecardError:
        return JSONResponse({"status": "ok", "load": None})
    except Exception:
        log.exception("The health check failed.")
        return JSONResponse({"status": "broken"}, status_code=503)


def _on_script_error(error: BaseException) -> None:
    """What main.py did not catch itself: an error before a page begins, or in a callback."""
    log.error("A page failed.", exc_info=error)


def app(host: str, port: int) -> st.App:
    """The application. One per process. In open mode it answers to its own names only."""
    doors = []
    if settings.access_mode() == "open":
        doors = [Middleware(OwnNamesOnly, names=served_names(host, port))]
    return st.App(
        settings.ENTRY,
        secrets=settings.secrets(),
        lifespan=_warm,
        routes=[Route("/healthz", _healthz)],
        middleware=[Middleware(SecurityHeaders), *doors, Middleware(UnknownPages)],
        on_script_error=_on_script_error,
    )


def serve(workspace_folder: Path, host: str = "127.0.0.1", port: int = 8501) -> None:
    """Serve a workspace until interrupted. Raises RequestError when it may not or cannot listen there."""
    if settings.access_mode() == "open" and not _is_loopback(host):
        raise RequestError(f"Access mode 'open' serves this machine only, and {host} is more; use --host 127.0.0.1.")
    if settings.access_mode() == "oidc" and importlib.util.find_spec("authlib") is None:
        raise RequestError("Access mode 'oidc' signs people in with Authlib; install it with: pip install authlib")
    os.environ[settings.WORKSPACE] = str(Path(workspace_folder).resolve())
    # Streamlit reads .streamlit/ from the working folder, whatever the reader's own folder is.
    os.chdir(settings.ROOT)
    with _listen(host, port) as listening:
        taken = listening.getsockname()[1]
        config = uvicorn.Config(
            app(host, taken),
            log_level="warning",
            access_log=False,
            ws_per_message_deflate=True,  # a page is repetition: a fifth of it travels, for half a millisecond
            timeout_graceful_shutdown=2,
        )
        note = " Access mode 'open': only this machine can reach it." if settings.access_mode() == "open" else ""
        print(f"Scorecard is at http://{host}:{taken}.{note}", flush=True)
        uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a taken port is a sentence and port 0 is any free one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)  # from here on a reader waits for the start instead of being turned away
    except OSError as error:
        raise RequestError(f"Cannot listen on {host}:{port}: {error.strerror or error}; try another --port.") from error
    return listening


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
