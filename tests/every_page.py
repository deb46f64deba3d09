"""Every page of the menu run as a reader gets it, and all that reaches the browser as bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import access, cache, navigation, settings
from metrics.scope import Scope

PATHS = tuple(navigation._PAGES)


def run_page(path: str, **query: str) -> AppTest:
    """One page in a session of its own, under the address."""
    app = AppTest.from_file(settings.ENTRY, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(str(settings.PAGES / navigation._PAGES[path][0])).run()
    assert not app.exception, app.exception
    return app


def html(app: AppTest) -> str:
    """What a page shows as HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))


def sent(app: AppTest) -> bytes:
    """Every element as it is sent: text, options, links, charts with their data, what components are given."""

    def walk(node: Any) -> Iterator[bytes]:
        if (proto := getattr(node, "proto", None)) is not None and hasattr(proto, "SerializeToString"):
            yield proto.SerializeToString()
        for child in getattr(node, "children", {}).values():
            yield from walk(child)

    return b"\n".join(walk(app._tree))


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the download buttons of a page would hand out, unpacked where it is a package."""
    made: list[bytes] = []
    real: Callable[..., bool] = st.download_button

    def recorded(label: str, data: Any = None, *rest: Any, **named: Any) -> bool:
        content = data() if callable(data) else data
        content = content.encode() if isinstance(content, str) else bytes(content)
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                content = b"\n".join(packed.read(name) for name in packed.namelist())
        made.append(content)
        return real(label, data, *rest, **named)

    monkeypatch.setattr(st, "download_button", recorded)
    return made


@pytest.fixture
def read_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Scope], None]:
    """Lets the reader have a scope from now on."""
    return lambda scope: monkeypatch.setattr(access, "guard", lambda: scope)


def serve_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer from a workspace's own floors, with nothing remembered."""
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    cache.use(None)
