"""The events of one server, for as long as anybody listens: opened again whenever it breaks.

A reader of its own drains the socket whatever the listener does, because a client that does not
read stalls the events of every client of that server. What waits is bounded: of previews only the
newest is kept, and where too much waits it is dropped and `Missed` says so; HTTP is the truth.

Import this only where a server is about to be spoken to: websockets is slow to load.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.comfy.connection import Connection, ConnectionLostError, why_lost
from spyke_tui.comfy.events import Event, Preview, Status
from spyke_tui.comfy.exchange import tls_context
from spyke_tui.comfy.frames import parse_binary, parse_text
from spyke_tui.errors import ServerError

FEATURES = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
MOST_WAITING = 2000


@dataclass(frozen=True, slots=True)
class Timings:
    """In seconds. Tests make them short."""

    open: float = 15.0
    close: float = 5.0
    ping: float = 20.0
    ping_answer: float = 40.0
    """A server that loads a model may not answer for long."""
    first_delay: float = 0.3
    longest_delay: float = 15.0
    settled: float = 5.0
    """A connection that lived this long makes the next delay a short one again."""
    quiet: float = 10.0
    """Silence after which a socket is thought deaf while HTTP says the server works for us."""
    longest_quiet: float = 160.0


@dataclass(frozen=True, slots=True)
class Connected:
    """The socket is open. `again`: events were lost in between, so ask HTTP what has become of
    every prompt."""

    again: bool


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The socket is closed, for the `error`; it is opened again in `retry_in` seconds."""

    error: ServerError
    retry_in: float


@dataclass(frozen=True, slots=True)
class Missed:
    """`count` events were dropped because nobody took them: ask HTTP."""

    count: int


SocketEvent = Event | Connected | Disconnected | Missed


class EventSocket:
    """`async with EventSocket(address, client_id) as socket: async for event in socket: ...`

    The iteration ends only with the `async with`; losing the server is an event, not an error.
    """

    def __init__(
        self,
        address: ServerAddress,
        client_id: str,
        *,
        timings: Timings | None = None,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self.timings = timings or Timings()
        self._own_id = client_id
        self._sid = ""
        self._jitter = jitter
        self._clock = clock
        self._inbox = _Inbox()
        self._reader: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._opened = asyncio.Event()
        self._ever = False
        self._heard = clock()
        self._quiet = self.timings.quiet

    @property
    def client_id(self) -> str:
        """What POST /prompt must name so that the events come here: the id the server gave us."""
        return self._sid or self._own_id

    @property
    def connected(self) -> bool:
        return self._opened.is_set()

    @property
    def silent_for(self) -> float:
        """Seconds since anything was heard."""
        return self._clock() - self._heard

    async def wait_connected(self, seconds: float) -> bool:
        """Whether the socket is open within `seconds`: open it before the first prompt is sent."""
        try:
            async with asyncio.timeout(seconds):
                await self._opened.wait()
        except TimeoutError:
            return False
        return True

    def compare(self, working: bool) -> bool:
        """To be told after each look at the queue whether the server works on a prompt of ours.

        Where it does and nothing was heard for long, the socket may be deaf (it answers pings all
        the same): it is closed fully and opened again, and True comes back. Where that does not
        help, because a step simply takes that long, the next silence may last twice as long.
        """
        if not working or not self.connected or self.silent_for < self._quiet:
            return False
        self._quiet = min(2 * self._quiet, self.timings.longest_quiet)
        self.reopen()
        return True

    def reopen(self) -> None:
        """Closes the connection fully; the reader then opens a new one."""
        if self._connection is not None:
            self._heard = self._clock()
            self._connection.hang_up(self.timings.close)

    async def __aenter__(self) -> Self:
        self._reader = asyncio.create_task(self._read_for_ever())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        self._inbox.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SocketEvent:
        return await self._inbox.take()

    async def _read_for_ever(self) -> None:
        delay = self.timings.first_delay
        tls = tls_context() if self.address.secure else None
        while True:
            began = self._clock()
            error: ServerError
            try:
                connection = await Connection.open(
                    self.address.socket(self._own_id),
                    self.address.headers,
                    tls,
                    seconds=self.timings.open,
                )
                try:
                    # Closed already? Then what it said before that is still to be read.
                    with suppress(ConnectionLostError):
                        await connection.send(FEATURES)
                    began = self._open(connection)
                    await self._drain(connection)
                finally:
                    # Fully, before another is opened, or the server tells neither of them anything.
                    await connection.close(self.timings.close)
            except asyncio.CancelledError:
                raise
            except Exception as trouble:
                error = why_lost(self.address.shown, trouble)
            finally:
                self._connection = None
                self._opened.clear()
            if self._clock() - began >= self.timings.settled:
                delay = self.timings.first_delay
            # Between half and all of it: clients of one server do not come back all at once.
            pause = delay * (0.5 + 0.5 * self._jitter())
            self._inbox.put(Disconnected(error, pause))
            await asyncio.sleep(pause)
            delay = min(2 * delay, self.timings.longest_delay)

    def _open(self, connection: Connection) -> float:
        self._connection = connection
        self._heard = self._clock()
        self._opened.set()
        self._inbox.put(Connected(again=self._ever))
        self._ever = True
        return self._heard

    async def _drain(self, connection: Connection) -> None:
        while True:
            message = await connection.message(self.timings.ping, self.timings.ping_answer)
            self._heard = self._clock()
            event = parse_text(message) if isinstance(message, str) else parse_binary(message)
            if isinstance(event, Status) and event.sid:
                self._sid = event.sid
            elif getattr(event, "prompt_id", None):
                self._quiet = self.timings.quiet  # it hears what is ours
            if event is not None:
                self._inbox.put(event)


class _Inbox:
    """What was heard and not yet taken, in order but for the one newest preview, which waits."""

    def __init__(self) -> None:
        self._waiting: deque[SocketEvent] = deque()
        self._preview: Preview | None = None
        self._missed = 0
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, event: SocketEvent) -> None:
        if isinstance(event, Preview):
            self._preview = event
        else:
            self._waiting.append(event)
            if len(self._waiting) > MOST_WAITING:
                self._drop()
        self._filled.set()

    def _drop(self) -> None:
        """What our own side said stays: without it nobody knows that the socket is open."""
        own = [e for e in self._waiting if isinstance(e, (Connected, Disconnected))][-2:]
        self._missed += len(self._waiting) - len(own)
        self._waiting = deque(own)

    def close(self) -> None:
        self._closed = True
        self._filled.set()

    async def take(self) -> SocketEvent:
        while True:
            if self._missed:
                count, self._missed = self._missed, 0
                return Missed(count)
            if self._waiting:
                return self._waiting.popleft()
            if self._preview is not None:
                preview, self._preview = self._preview, None
                return preview
            if self._closed:
                raise StopAsyncIteration
            self._filled.clear()
            await self._filled.wait()
