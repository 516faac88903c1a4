"""The one list of images still to come, which all servers of a run take from."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image to be drawn: which seed of it, and how often that one was sent before."""

    index: int
    reroll: int = 0
    attempt: int = 0
    number: int = 0
    errors: int = 0


class Board:
    """Each image is either waiting here, or out with one server, or neither (there, or failed)."""

    def __init__(self) -> None:
        self._waiting: list[int] = []
        self._wanted: dict[int, Wanted] = {}
        self._out: set[int] = set()
        self.changed = asyncio.Event()
        """Set whenever something was put up or came back; whoever waits for it clears it."""

    def put(self, wanted: Wanted) -> None:
        """Put an image up, or put it up anew (it is not out any more then)."""
        self._out.discard(wanted.index)
        if wanted.index not in self._wanted:
            heapq.heappush(self._waiting, wanted.index)
        self._wanted[wanted.index] = wanted
        self.changed.set()

    def take(self) -> Wanted | None:
        """The waiting image of the lowest number; it is out then."""
        while self._waiting:
            wanted = self._wanted.pop(heapq.heappop(self._waiting), None)
            if wanted is not None:
                self._out.add(wanted.index)
                return wanted
        return None

    def lend(self, index: int) -> bool:
        """Mark an image as out (a prompt of an earlier life); whether it was free."""
        if index in self._out:
            return False
        self._wanted.pop(index, None)
        self._out.add(index)
        return True

    def drop(self, index: int) -> None:
        """It is there, or nothing more is tried."""
        self._wanted.pop(index, None)
        self._out.discard(index)
        self.changed.set()

    def is_out(self, index: int) -> bool:
        return index in self._out

    @property
    def waiting(self) -> int:
        return len(self._wanted)

    @property
    def left(self) -> int:
        """Images that are not there yet, the failed ones left out."""
        return len(self._wanted) + len(self._out)
