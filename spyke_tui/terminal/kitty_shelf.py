"""What images the terminal holds for us, and what is on its way there.

The sheet goes out once per level (half the pane, the pane, full size); the lines, the dimming and
the letterbox bars are tiny one-bit pictures. Everything that is transmitted is a `Parcel`, and
the host sends one parcel after the other: a transmission in pieces may have placements between
its pieces, but no other transmission.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Size
from spyke_tui.terminal.kitty_anchor import Anchors, TextAnchor
from spyke_tui.terminal.kitty_wire import GIVE_UP, Board, deleted, sent_file
from spyke_tui.terminal.surface import Update

if TYPE_CHECKING:
    from PIL.Image import Image

TEMPORARY = "tty-graphics-protocol-spyke-"
"""A terminal deletes only temporary files that have this protocol's name in theirs (t=t)."""

KEPT_PIXELS = 24_000_000
"""Pixels of sheets that stay in the terminal although they are not in use: 4 bytes each there."""

KEPT_IMAGES = 4

MANY_FILES = 100
"""Temporary files that are remembered before it is looked which of them are still there."""

FORGOTTEN = 3600.0
"""Seconds after which a temporary file of ours is nobody's."""

Key = tuple[Hashable, ...] | None
"""What an image is: its owner first, then all that it was made from."""


@dataclass(slots=True)
class Held:
    """An image that the terminal has."""

    image: int
    pixels: int


@dataclass(slots=True)
class Parcel:
    """One image on its way to the terminal."""

    key: Key
    image: int
    make: Callable[[], tuple[list[str], int]]
    """Slow and for any thread: the pieces, and how many pixels the image has."""
    arrived: Callable[[Parcel], Update]
    then: Callable[[], Update]
    """What its owner can show now."""
    begun: set[int]
    """The shelf's list of images of which the terminal may have something."""
    wait: Callable[[], float]
    """For how many seconds no key should have come before this is sent."""
    pieces: list[str] = field(default_factory=list)
    pixels: int = 0
    sent: int = 0
    void: bool = False
    ended: bool = False

    def due(self, idle: float) -> bool:
        return self.void or idle >= self.wait()

    def prepare(self) -> None:
        if not self.void:
            self.pieces, self.pixels = self.make()

    def next(self) -> str:
        if self.void:
            begun, self.pieces = 0 < self.sent < len(self.pieces), []
            return GIVE_UP if begun else ""
        if self.sent >= len(self.pieces):
            return ""
        self.begun.add(self.image)
        self.sent += 1
        return self.pieces[self.sent - 1]

    def done(self) -> Update:
        self.ended = True
        if not self.void:
            return self.arrived(self)
        if self.image not in self.begun:
            return Update()
        self.begun.discard(self.image)  # it came, but nobody wants it any more
        return Update(text=deleted(self.image))


def _sweep() -> None:
    """Delete files that a killed session left, which no terminal is going to read any more."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(tempfile.gettempdir()):
            if entry.name.startswith(TEMPORARY):
                with contextlib.suppress(OSError):
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > FORGOTTEN:
                        os.unlink(entry.path)


class Shelf:
    """The images of one terminal. `files`: whether it can read our temporary files."""

    def __init__(
        self, files: bool, first: int | None = None, anchors: Anchors | None = None
    ) -> None:
        """`anchors`: pictures hang on cells of text, with numbers from there."""
        self.files = files
        self._anchors = anchors
        self._hung: list[TextAnchor] = []
        # Not 1, 2, 3...: programs before us in this window may have used those.
        self._next = first if first is not None else 1000 + secrets.randbelow(90_000)
        self._held: dict[Key, Held] = {}
        self._coming: dict[Key, Parcel] = {}
        self._sending: list[Parcel] = []
        """Every parcel that was asked for and has not ended, also those nobody wants any more."""
        self._begun: set[int] = set()
        self._files: list[str] = []
        self.watchers: list[Callable[[], str]] = []
        """Asked for their words when an image has come: they cut from others' images."""
        self.preview_side = 0
        """Pixels of the preview, which is cut from the sheet's image."""

    def board(self) -> Board:
        """A board for placements of these images."""
        if self._anchors is None:
            return Board()
        self._hung.append(TextAnchor(self._anchors, self._begun))
        return Board(self._hung[-1])

    def image(self, key: Key) -> int | None:
        """The id of an image, once the terminal has it."""
        held = self._held.get(key)
        return held.image if held else None

    def knows(self, key: Key) -> bool:
        """Whether the terminal has it or will have it."""
        return key in self._held or key in self._coming

    def want(
        self,
        key: Key,
        make: Callable[[int], tuple[list[str], int]],
        then: Callable[[], Update],
        wait: Callable[[], float] = lambda: 0.0,
    ) -> tuple[Parcel, ...]:
        """A parcel for an image that is neither there nor on its way."""
        if key in self._held:
            self._held[key] = self._held.pop(key)  # the last used stand last
            return ()
        if key in self._coming:
            return ()
        image, self._next = self._next, self._next + 1
        parcel = Parcel(key, image, lambda: make(image), self._arrived, then, self._begun, wait)
        self._coming[key] = parcel
        self._sending = [one for one in self._sending if not one.ended] + [parcel]
        return (parcel,)

    def rgb(self, image: int, strips: Iterable[Image], size: Size) -> tuple[list[str], int] | None:
        """An RGB picture in strips, by way of a file; None where there is no room for one."""
        if not self._files:
            _sweep()
        try:
            handle, path = tempfile.mkstemp(prefix=TEMPORARY)
            if len(self._files) >= MANY_FILES:  # the terminal deletes what it has read
                self._files = [one for one in self._files if os.path.exists(one)]
            self._files.append(path)
            with open(handle, "wb") as file:
                for strip in strips:
                    file.write(strip.tobytes())
        except OSError:
            return None
        return sent_file(image, size, path), size.width * size.height

    def keep(self, used: Iterable[Key], mine: Callable[[Hashable], bool]) -> str:
        """Drop what no longer is of use: the words for it. Sheets stay while there is room."""
        used = set(used)
        for key in [k for k in self._coming if k and mine(k[0]) and k not in used]:
            self._coming.pop(key).void = True
        spare = [key for key in self._held if key and mine(key[0]) and key not in used]
        room, places = KEPT_PIXELS, KEPT_IMAGES
        out: list[str] = []
        for key in reversed(spare):
            held = self._held[key]
            if held.pixels and room >= held.pixels and places:
                room, places = room - held.pixels, places - 1
                continue
            del self._held[key]
            self._begun.discard(held.image)
            out.append(deleted(held.image))
        return "".join(out)

    def clear(self) -> str:
        """Take everything out of the terminal; what is on its way gives up."""
        halfway = any(0 < p.sent < len(p.pieces) for p in self._sending)
        for parcel in self._sending:
            parcel.void = True
        out = (GIVE_UP if halfway else "") + "".join(deleted(one) for one in sorted(self._begun))
        self._begun.clear()
        for anchor in self._hung:
            anchor.release()
        self._held, self._coming, self._sending = {}, {}, []
        for path in self._files:
            with contextlib.suppress(OSError):  # the terminal has read and deleted it
                os.unlink(path)
        self._files = []
        return out

    def _arrived(self, parcel: Parcel) -> Update:
        self._coming.pop(parcel.key, None)
        self._held[parcel.key] = Held(parcel.image, parcel.pixels)
        update = parcel.then()
        others = "".join(words() for words in self.watchers)
        return replace(update, text=update.text + others)
