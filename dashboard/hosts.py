"""Who may address the server: in open mode only its own names, so that no other site can read the board through a
reader's browser (DNS rebinding, or a page on another local port)."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_LOCAL = ("127.0.0.1", "localhost", "[::1]")


def served_names(host: str, port: int) -> frozenset[str]:
    """What a Host header may say: this machine's own names and the bound one, with the served port."""
    bound = f"[{host}]" if ":" in host and not host.startswith("[") else host
    names = {*_LOCAL, bound.lower()}
    return frozenset({f"{name}:{port}" for name in names} | (names if port == 80 else set()))


class OwnNamesOnly:
    """ASGI middleware: 403 for a request or a websocket whose Host or Origin is not one of `names`."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self.app = app
        self.names = frozenset(names)
        self.origins = frozenset(f"http://{name}" for name in self.names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_own(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "Not an address of this server."})
        else:
            text = f"Not an address of this server. Open http://{min(self.names)}.\n"
            await PlainTextResponse(text, status_code=403)(scope, receive, send)

    def _is_own(self, scope: Scope) -> bool:
        hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        origins = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"origin"]
        return len(hosts) == 1 and hosts[0] in self.names and all(origin in self.origins for origin in origins)
