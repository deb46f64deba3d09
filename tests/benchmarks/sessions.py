"""A reader without a browser: one session of the dashboard's websocket, as Streamlit's own page speaks it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from dashboard.wording import say

_WAIT = 120.0


class _Counting(ClientConnection):
    """A connection that counts the bytes that really came, small as they were sent."""

    came = 0

    def data_received(self, data: bytes) -> None:
        self.came += len(data)
        super().data_received(data)


class BrokenRun(RuntimeError):
    """A run that ended in an error, or in none at all."""


@dataclass(frozen=True)
class Run:
    """One run of a page's script as the reader sees it: from asking until all of it is there."""

    milliseconds: float
    received: int
    """Bytes that came over the network."""
    unpacked: int
    messages: int
    references: int
    """Messages that only name what the reader already has."""


@dataclass
class Session(AbstractAsyncContextManager["Session"]):
    """One open page. Like a browser it keeps large messages while its runs use them, and says so, that they are not
    sent again."""

    address: str
    page: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    _hash: str = ""
    _kept: dict[str, int] = field(default_factory=dict)
    """How many runs ago each message that is kept was last used."""
    _oldest: int = 0
    _selects: dict[str, str] = field(default_factory=dict)
    """The id of every select of the page, by its key."""

    async def __aenter__(self) -> Session:
        stream = f"{self.address.replace('http', 'ws', 1)}/_stcore/stream"
        offered = [Subprotocol("streamlit")]
        socket = await connect(
            stream, subprotocols=offered, max_size=None, open_timeout=60, create_connection=_Counting
        )
        assert isinstance(socket, _Counting)
        self._socket = socket
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    async def run(self, **query: str) -> Run:
        """Run the page again, at its address with these parts of the query changed."""
        self.query = {**self.query, **query}
        return await self._send({})

    async def choose(self, select: str, value: str) -> Run:
        """Run the page as it does when a reader chooses from a select."""
        return await self._send({self._selects[f"choice_{select}"]: value})

    async def _send(self, chosen: Mapping[str, str]) -> Run:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = urlencode(self.query), self._hash
        asked.page_name = "" if self._hash else self.page
        asked.context_info.timezone, asked.context_info.locale = "UTC", "en"
        asked.context_info.url = f"{self.address}/{self.page}"
        asked.cached_message_hashes.extend(self._kept)
        for widget, value in chosen.items():
            state = asked.widget_states.widgets.add()
            state.id, state.string_value = widget, value
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        return await self._received(began)

    async def _received(self, began: float) -> Run:
        size = messages = references = 0
        before = self._socket.came
        while True:
            data = await asyncio.wait_for(self._socket.recv(), _WAIT)
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            size, messages, references = size + len(data), messages + 1, references + bool(message.ref_hash)
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self._kept = {name: runs + 1 for name, runs in self._kept.items() if runs < self._oldest}
                    return Run(
                        (time.perf_counter() - began) * 1000, self._socket.came - before, size, messages, references
                    )
            else:
                self._read(message)

    def _read(self, message: ForwardMsg) -> None:
        self._hash = message.new_session.page_script_hash or message.navigation.page_script_hash or self._hash
        self._oldest = message.new_session.config.max_cached_message_age or self._oldest
        if message.metadata.cacheable or message.ref_hash:
            self._kept[message.ref_hash or message.hash] = 0
        if message.WhichOneof("type") != "delta":
            return
        element = message.delta.new_element
        if element.WhichOneof("type") == "exception" or say("failed_here") in element.html.body:
            raise BrokenRun(f"/{self.page} ended in an error: {element.exception.message or element.html.body}")
        if (identity := element.selectbox.id) and "-choice_" in identity:
            self._selects[f"choice_{identity.rpartition('-choice_')[2]}"] = identity
