"""One WebSocket connection as a client that trusts the other side with nothing.

The protocol itself is websockets'; the reading is done here, because a flood of tiny frames must
neither hold up the process nor fill its memory: a slice of what has come is taken in, and then
everything else has its turn. Nothing is compressed, no proxy is used and no redirect followed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import CLOSED, CONNECTING, OPEN
from websockets.uri import parse_uri

from spyke_tui.comfy.exchange import AUTH_HINT, START_HINT, origin_of
from spyke_tui.comfy.server_words import cleaned
from spyke_tui.errors import ServerError, ServerRefusedError, ServerUnreachableError

LARGEST_MESSAGE = 64 * 2**20
"""Bytes. A picture of 1024x1024 noise has 3 MB; the library's own limit of 1 MiB is too low."""
MOST_FRAGMENTS = 4096
"""Frames that one message may come in; ComfyUI sends one, SwarmUI's passthrough a few."""
MOST_UNSENT = 2**20
"""Bytes of our answers to pings that a server may leave unread."""
SLICE = 4096
"""Bytes that are taken in before everything else in the process has its turn."""
LARGE_SLICE = 2**14
"""The same in the middle of a frame, where there is less to do for each."""
READ_SIZE = 2**17


class ConnectionLostError(Exception):
    """The connection is over; the text says why, cleaned, "" where nobody said anything."""


class Connection:
    """An open connection. One task reads, others may send and close."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        protocol: ClientProtocol,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = protocol
        self._parts: list[bytes] = []
        self._is_text = False
        self._messages: deque[str | bytes] = deque()
        self._ahead = memoryview(b"")
        self._amid = False
        self._over = False

    @classmethod
    async def open(
        cls,
        address: str,
        headers: Mapping[str, str],
        tls: ssl.SSLContext | None,
        *,
        seconds: float,
    ) -> Connection:
        """Connects and shakes hands within `seconds`.

        Raises OSError, TimeoutError, or InvalidHandshake (InvalidStatus where HTTP said no).
        """
        parts = urlsplit(address)
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(
                parts.hostname,
                parts.port or (443 if tls else 80),
                ssl=tls,
                limit=READ_SIZE,
            )
            protocol = ClientProtocol(parse_uri(address), max_size=LARGEST_MESSAGE)
            connection = cls(reader, writer, protocol)
            try:
                await connection._shake_hands(headers)
            except BaseException:
                connection._abort()
                raise
        return connection

    async def _shake_hands(self, headers: Mapping[str, str]) -> None:
        request = self._protocol.connect()
        for name, value in headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()
        while self._protocol.state is CONNECTING:
            if not await self._more():
                raise InvalidMessage("closed in the middle of the handshake")
            error = self._protocol.handshake_exc
            if error is not None:
                raise (
                    error if isinstance(error, InvalidHandshake) else InvalidMessage("no handshake")
                )

    async def send(self, text: str) -> None:
        """Sends a text frame. Raises ConnectionLostError."""
        if self._over or self._protocol.state is not OPEN:
            raise ConnectionLostError(self._reason())
        self._protocol.send_text(text.encode())
        self._flush()
        try:
            await self._writer.drain()
        except OSError as error:
            raise ConnectionLostError(cleaned(error.strerror, 100)) from None

    async def message(self, ping_after: float, ping_answer: float) -> str | bytes:
        """The next message, however long it takes.

        After `ping_after` seconds without a byte the server is pinged; without one in
        `ping_answer` more it is taken for dead. Raises ConnectionLostError.
        """
        pinged = False
        while not self._messages:
            if self._over:
                raise ConnectionLostError(self._reason())
            try:
                async with asyncio.timeout(ping_answer if pinged else ping_after):
                    await self._more()
                pinged = False
            except TimeoutError:
                if pinged:
                    self._abort()
                    raise ConnectionLostError("it does not even answer a ping") from None
                pinged = True
                if self._protocol.state is OPEN:
                    self._protocol.send_ping(b"")
                    self._flush()
            except OSError as error:
                self._abort()
                raise ConnectionLostError(cleaned(error.strerror, 100)) from None
        return self._messages.popleft()

    def hang_up(self, seconds: float) -> None:
        """Says goodbye; whoever waits for a message gets ConnectionLostError within `seconds`."""
        if self._protocol.state is OPEN:
            self._protocol.send_close(1000)
            self._flush()
        asyncio.get_running_loop().call_later(seconds, self._abort)

    async def close(self, seconds: float) -> None:
        """Says goodbye, waits for the server's up to `seconds`, and is closed for certain then."""
        try:
            async with asyncio.timeout(seconds):
                if self._protocol.state is OPEN:
                    self._protocol.send_close(1000)
                    self._flush()
                while not self._over:
                    await self._more()
                    self._messages.clear()
        except (TimeoutError, OSError):
            pass
        finally:
            self._abort()

    async def _more(self) -> bool:
        """Takes in a slice of what has come, waiting for it if need be; False at the end."""
        if not self._ahead:
            self._ahead = memoryview(await self._reader.read(READ_SIZE))
        size = LARGE_SLICE if self._amid else SLICE
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        if data:
            self._protocol.receive_data(bytes(data))
        else:
            self._protocol.receive_eof()
        events = self._protocol.events_received()
        self._amid = not events
        for event in events:
            if isinstance(event, Frame):
                self._assemble(event)
        self._flush()
        if not data or self._protocol.state is CLOSED:
            self._over = True
        if len(events) > 1:
            # Reading what is there already gives no one else a turn.
            await asyncio.sleep(0)
        return bool(data)

    def _assemble(self, frame: Frame) -> None:
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        if frame.opcode is not Opcode.CONT:
            self._is_text = frame.opcode is Opcode.TEXT
        self._parts.append(bytes(frame.data))
        if len(self._parts) > MOST_FRAGMENTS:
            self._fail(1009, "too many fragments")
            return
        if not frame.fin:
            return
        whole = b"".join(self._parts)
        self._parts.clear()
        if not self._is_text:
            self._messages.append(whole)
            return
        try:
            self._messages.append(whole.decode())
        except UnicodeDecodeError:
            self._fail(1007, "no UTF-8")

    def _fail(self, code: int, why: str) -> None:
        self._parts.clear()
        self._protocol.fail(code, why)
        self._over = True

    def _flush(self) -> None:
        """What the protocol wants to say goes out; without waiting, so within bounds."""
        for data in self._protocol.data_to_send():
            if self._writer.is_closing():
                return
            if data:
                self._writer.write(data)
            elif self._writer.can_write_eof():
                self._writer.write_eof()
        if self._writer.transport.get_write_buffer_size() > MOST_UNSENT:
            self._abort()

    def _abort(self) -> None:
        self._over = True
        self._writer.transport.abort()

    def _reason(self) -> str:
        for close in (self._protocol.close_rcvd, self._protocol.close_sent):
            if close is not None and close.reason:
                return cleaned(close.reason, 100)
        return ""


def why_lost(shown: str, trouble: Exception) -> ServerError:
    """What ended a connection, for people. No address is taken from it: that may hold the key."""
    if isinstance(trouble, InvalidStatus):
        status = trouble.response.status_code
        place = origin_of(trouble.response.headers.get("Location", ""))
        if status in (502, 503, 504):
            return ServerUnreachableError(f"{shown} has no ComfyUI behind it just now.")
        if place and 300 <= status < 400:
            return ServerRefusedError(
                status, "", f"{shown} sends elsewhere (to {place}); not followed."
            )
        hint = AUTH_HINT if status in (401, 403, 407) else ""
        return ServerRefusedError(status, "", f"{shown} refused the event socket ({status}).", hint)
    if isinstance(trouble, ConnectionLostError):
        why = f": {trouble}" if str(trouble) else ""
        return ServerUnreachableError(f"{shown} closed the event socket{why}.", START_HINT)
    if isinstance(trouble, TimeoutError):
        return ServerUnreachableError(f"{shown} did not open an event socket.", START_HINT)
    if isinstance(trouble, OSError):
        said = cleaned(trouble.strerror or type(trouble).__name__, 160)
        return ServerUnreachableError(f"No connection to {shown}: {said}.", START_HINT)
    return ServerUnreachableError(f"{shown} does not open an event socket.", START_HINT)
