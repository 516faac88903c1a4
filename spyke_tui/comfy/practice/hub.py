"""The web sockets of the practice server and what is sent through them.

One task sends everything, in order, as the recorded servers do: who does not read holds up all.
And as there, a socket that closes takes its name with it, even where a newer one has it by now.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from spyke_tui.comfy.practice.faults import Faults

_READ_BYTES = 65536
_LARGEST_MESSAGE = 4 << 20
_JPEG, _PNG = 1, 2
_IMAGE, _IMAGE_WITH_METADATA = 1, 4
_BIG_FRAME_BYTES = 3 << 20
_SENT_TOGETHER = 32

FEATURES = {
    "supports_preview_metadata": True,
    "supports_model_type_tags": True,
    "max_upload_size": 104857600,
    "extension": {"manager": {"supports_v4": True}},
    "node_replacements": True,
    "assets": False,
}


class Socket:
    """One client's socket."""

    def __init__(self, sid: str, protocol: ServerProtocol, writer: asyncio.StreamWriter) -> None:
        self.sid = sid
        self.wants_metadata = False
        """Whether its first message said that it reads previews with metadata."""
        self.sent = 0
        self.is_deaf = False
        self._protocol = protocol
        self._writer = writer

    def put_text(self, text: str) -> None:
        """Send with the next `flush`."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text.encode())

    def put_binary(self, data: bytes) -> None:
        """Send with the next `flush`."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_binary(data)

    async def flush(self) -> None:
        """Send what the protocol has made; a reader who does not read makes this wait."""
        with contextlib.suppress(OSError):
            parts = self._protocol.data_to_send()
            self._writer.write(b"".join(parts))
            # An empty part stands for the end.
            if b"" in parts and self._writer.can_write_eof():
                self._writer.write_eof()
            await self._writer.drain()

    async def close(self) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1001)
            await self.flush()

    def cut(self) -> None:
        """Gone, as when a cable is pulled."""
        self._writer.transport.abort()


@dataclass(frozen=True, slots=True)
class _Message:
    """Text for `sid` (or all), or an image in one of its two wrappings."""

    sid: str | None
    text: str = ""
    binary: bytes = b""
    image: bytes = b""
    image_format: int = _JPEG
    metadata: dict[str, Any] | None = None


class Hub:
    """All sockets by their name; `current` is what a client that comes late is told first."""

    def __init__(self, faults: Faults) -> None:
        self.sockets: dict[str, Socket] = {}
        self.current: tuple[str | None, str | None] = (None, None)
        """(client, node) of the running prompt."""
        self.queue_remaining = 0
        self._faults = faults
        self._messages: deque[_Message] = deque()
        self._waiting = asyncio.Event()
        self._cured: set[str] = set()
        self._sent = 0

    # What is said ---------------------------------------------------------------------------

    def say(self, kind: str, data: dict[str, Any], sid: str | None) -> None:
        self._put(_Message(sid, text=_event(kind, data)))

    def say_status(self) -> None:
        self._put(_Message(None, text=_event("status", self._status())))
        if self._faults.has("odd-events"):
            self._put(_Message(None, text=_event("nobody.knows", {"this": None})))
            self._put(_Message(None, text='{"type": "progress", "data": "none"}'))
            self._put(_Message(None, text="{not json"))
            self._put(_Message(None, binary=b"\0\0"))
            self._put(_Message(None, binary=struct.pack(">II", 4, 4_000_000_000) + b"{"))
            self._put(_Message(None, binary=struct.pack(">I", 77) + b"later"))

    def show(self, image: bytes, metadata: dict[str, Any], sid: str, *, is_png: bool) -> None:
        """A preview, or a picture that is sent instead of being saved."""
        if self._faults.has("big-frame") and not is_png:
            image += bytes(_BIG_FRAME_BYTES - len(image))
        message = _Message(
            sid, image=image, image_format=_PNG if is_png else _JPEG, metadata=metadata
        )
        for _ in range(max(1, 0 if is_png else self._faults.number("endless-frames"))):
            self._put(message)

    def wants_metadata(self, sid: str | None) -> bool:
        socket = self.sockets.get(sid or "")
        return socket is not None and socket.wants_metadata

    def _status(self) -> dict[str, Any]:
        return {"status": {"exec_info": {"queue_remaining": self.queue_remaining}}}

    def _put(self, message: _Message) -> None:
        self._messages.append(message)
        self._waiting.set()

    async def send_all(self) -> None:
        """Send what is said, for ever, one after the other."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while self._messages:
                # Many at once: what is sent together costs one call of the system.
                touched: dict[Socket, None] = {}
                for _ in range(min(len(self._messages), _SENT_TOGETHER)):
                    message = self._messages.popleft()
                    for socket in self._targets(message):
                        self._send(socket, message)
                        touched[socket] = None
                for socket in touched:
                    await socket.flush()

    def _targets(self, message: _Message) -> list[Socket]:
        if message.sid is None:
            return list(self.sockets.values())
        socket = self.sockets.get(message.sid)
        return [] if socket is None else [socket]

    def _send(self, socket: Socket, message: _Message) -> None:
        if self._struck(socket):
            return
        if message.text:
            socket.put_text(message.text)
        elif message.binary:
            socket.put_binary(message.binary)
        elif socket.wants_metadata:
            kind = "image/png" if message.image_format == _PNG else "image/jpeg"
            words = json.dumps({**(message.metadata or {}), "image_type": kind}).encode()
            head = struct.pack(">II", _IMAGE_WITH_METADATA, len(words))
            socket.put_binary(head + words + message.image)
        else:
            head = struct.pack(">II", _IMAGE, message.image_format)
            socket.put_binary(head + message.image)

    def _struck(self, socket: Socket) -> bool:
        """Whether a fault keeps this message from the socket."""
        if socket.is_deaf:
            return True
        socket.sent += 1
        self._sent += 1
        if (
            self._faults.has("deaf-socket")
            and socket.sid not in self._cured
            and socket.sent > self._faults.number("deaf-socket")
        ):
            self._cured.add(socket.sid)
            socket.is_deaf = True
            return True
        if self._faults.has("drop-socket"):
            every = max(1, self._faults.number("drop-socket"))
            if self._sent % every == 0:
                socket.cut()
                return True
        return False

    # Connections ----------------------------------------------------------------------------

    async def serve(
        self,
        sid: str,
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Be the server of one socket until it closes. `head` is the request as it came."""
        protocol = ServerProtocol(max_size=_LARGEST_MESSAGE)
        protocol.receive_data(head)
        requests = [event for event in protocol.events_received() if isinstance(event, Request)]
        if not requests:
            return
        protocol.send_response(protocol.accept(requests[0]))
        socket = Socket(sid or uuid.uuid4().hex, protocol, writer)
        await socket.flush()
        if protocol.state is not State.OPEN:
            return
        self.sockets[socket.sid] = socket
        try:
            socket.put_text(_event("status", {**self._status(), "sid": socket.sid}))
            client, node = self.current
            if client == socket.sid and node is not None:
                socket.put_text(_event("executing", {"node": node}))
            await socket.flush()
            await self._listen(socket, protocol, reader)
        finally:
            # By name, not by socket: this is what makes a newer one deaf.
            self.sockets.pop(socket.sid, None)

    async def _listen(
        self, socket: Socket, protocol: ServerProtocol, reader: asyncio.StreamReader
    ) -> None:
        is_first = True
        while protocol.state is not State.CLOSED:
            data = await reader.read(_READ_BYTES)
            if data:
                protocol.receive_data(data)
            else:
                protocol.receive_eof()
            for event in protocol.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                    if is_first and _asks_for_metadata(bytes(event.data)):
                        socket.wants_metadata = True
                        socket.put_text(_event("feature_flags", FEATURES))
                    is_first = False
            await socket.flush()
            if not data or protocol.close_expected():
                return

    def cut_all(self) -> None:
        for socket in list(self.sockets.values()):
            socket.cut()
        self.sockets.clear()
        self._messages.clear()
        self.current = (None, None)


def _event(kind: str, data: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "data": data})


def _asks_for_metadata(message: bytes) -> bool:
    try:
        said = json.loads(message)
        return bool(
            said["type"] == "feature_flags" and said["data"].get("supports_preview_metadata")
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
