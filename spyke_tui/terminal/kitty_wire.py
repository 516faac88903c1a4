"""The words of the kitty graphics protocol that this program says, as strings.

Source: https://sw.kovidgoyal.net/kitty/graphics-protocol/ . Every command asks for silence (q=2),
because a reply would reach the application as key presses, and leaves the cursor alone (C=1).
Images are deleted by id only, so that pictures of other programs stay.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.few_colours import in_few_colours
from spyke_tui.terminal.surface import Place

if TYPE_CHECKING:
    from PIL.Image import Image

CHUNK = 4096
"""Bytes of base64 in one escape: the protocol's limit for data sent directly (t=d)."""

PIECE = 48 * 1024
"""Bytes that go out at once; a key press waits behind one piece at most."""

GIVE_UP = "\x1b_Gm=0,q=2;\x1b\\"
"""Ends a transmission early: the terminal finds too little data and drops it."""

BELOW = -1_100_000_000
"""Below the background of cells. From z < -2**30 on images lie even under cells that have a
background colour of their own, so whatever Textual writes (labels, a toast, a modal screen)
covers them, and they show where a cell has the terminal's default background."""


Spot = tuple[int, int]
"""Column and row of a cell of the screen, from 0."""

ANCHORED = 1
"""The placement id of an anchor."""


Anchored = tuple[Spot, Cell]
"""Which cell of the screen must hold what."""


class Anchor(Protocol):
    """A cell of text that placements hang on."""

    @property
    def image(self) -> int:
        """The id of the image that its character stands for."""

    @property
    def cell(self) -> Cell:
        """Its character, in the colour that says which image it is."""

    def made(self) -> str:
        """The words that make the image, where the terminal lacks it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A part of an image on the screen.

    `col`, `row`: screen cell from 0; `dx`, `dy`: pixels into that cell. `source` in pixels of
    the image. `cols` x `rows` cells are filled, or one device pixel per image pixel where 0.
    """

    image: int
    layer: int
    col: int
    row: int
    source: Rect
    dx: int = 0
    dy: int = 0
    cols: int = 0
    rows: int = 0

    @property
    def cursor(self) -> str:
        """The words that go to its cell."""
        return f"\x1b[{self.row + 1};{self.col + 1}H"

    def text(self, slot: int, anchor: int = 0, at: Spot = (0, 0)) -> str:
        """The words that place it at the cursor, or move the placement `slot` of that image.

        `anchor`: the image of the text cell `at` (column, row) that it hangs on instead.
        """
        source = self.source
        keys = [f"a=p,i={self.image},p={slot}"]
        if anchor:
            right, down = self.col - at[0], self.row - at[1]
            keys += [f"P={anchor},Q={ANCHORED}"]
            keys += [f"H={right}"] if right else []
            keys += [f"V={down}"] if down else []
        keys += [f"x={source.left}"] if source.left else []
        keys += [f"y={source.top}"] if source.top else []
        keys += [f"w={source.width},h={source.height}"]
        keys += [f"X={self.dx}"] if self.dx else []
        keys += [f"Y={self.dy}"] if self.dy else []
        keys += [f"c={self.cols},r={self.rows}"] if self.cols else []
        keys += [f"z={BELOW + self.layer},C=1,q=2"]
        return f"\x1b_G{','.join(keys)}\x1b\\"


class Board:
    """What is placed on the screen, by slot (the protocol's placement id).

    With an `anchor` all of it hangs on one cell of text, that of the first placement, which has to
    hold the anchor's own character: a multiplexer moves and hides text, and pictures go along.
    """

    def __init__(self, anchor: Anchor | None = None) -> None:
        self._placed: dict[int, Placement] = {}
        self._anchor = anchor
        self._at: Spot | None = None

    @property
    def anchor(self) -> Anchored | None:
        """What has to stand in the text for the placements to be seen."""
        if self._anchor is None or self._at is None:
            return None
        return self._at, self._anchor.cell

    def anchored(self, line: list[Cell], row: int, pane: Place) -> list[Cell]:
        """A row of a pane's text layer, with the anchor where that is its place."""
        if self.anchor is not None:
            (col, line_of), cell = self.anchor
            if line_of == pane.top + row and 0 <= col - pane.left < len(line):
                line[col - pane.left] = cell
        return line

    def keep_free(self, text: dict[int, dict[int, Cell]], pane: Place) -> None:
        """Take out of a text layer what stands where the anchor is."""
        if self.anchor is None:
            return
        (col, row), _ = self.anchor
        cells, col = text.get(row - pane.top, {}), col - pane.left
        cells.pop(col, None)
        if (beside := cells.get(col + 1)) is not None and not beside.text:
            del cells[col + 1]  # the other half of a wide character

    def turn_to(self, wanted: Mapping[int, Placement]) -> str:
        """The words that make the screen show exactly `wanted`; only what differs is said."""
        before, self._placed = self._placed, dict(wanted)
        if self._anchor is not None:
            return self._hang(self._anchor, before, wanted)
        out: list[str] = []
        at = ""
        for slot, placement in wanted.items():
            if before.get(slot) != placement:
                if placement.cursor != at:
                    at = placement.cursor
                    out.append(at)
                out.append(placement.text(slot))
        return "".join((*out, *_gone(before, wanted)))

    def _hang(
        self, anchor: Anchor, before: Mapping[int, Placement], wanted: Mapping[int, Placement]
    ) -> str:
        first = next(iter(wanted.values()), None)
        at = None if first is None else (first.col, first.row)
        moved, self._at = at != self._at, at
        out = [anchor.made()] if at is not None else []
        for slot, placement in wanted.items():
            if moved or before.get(slot) != placement:
                assert at is not None
                out.append(placement.text(slot, anchor.image, at))
        return "".join((*out, *_gone(before, wanted)))

    def forget(self, image: int) -> None:
        """The image was deleted, and its placements with it."""
        self._placed = {s: p for s, p in self._placed.items() if p.image != image}

    @property
    def images(self) -> set[int]:
        return {placement.image for placement in self._placed.values()}


def _gone(before: Mapping[int, Placement], wanted: Mapping[int, Placement]) -> Iterator[str]:
    """The words that take away what is wanted no more."""
    for slot, old in before.items():
        new = wanted.get(slot)
        if new is None or new.image != old.image:
            yield f"\x1b_Ga=d,d=i,i={old.image},p={slot},q=2\x1b\\"


def deleted(image: int) -> str:
    """Deletes an image, its placements and its data."""
    return f"\x1b_Ga=d,d=I,i={image},q=2\x1b\\"


def sent_png(image: int, png: bytes) -> list[str]:
    """A PNG file's bytes, in the stream itself."""
    data = base64.standard_b64encode(png).decode("ascii")
    first, *rest = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)] or [""]
    if not rest:
        return [f"\x1b_Ga=t,f=100,i={image},q=2;{first}\x1b\\"]
    chunks = [f"\x1b_Ga=t,f=100,i={image},q=2,m=1;{first}\x1b\\"]
    chunks += [f"\x1b_Gm=1,q=2;{chunk}\x1b\\" for chunk in rest[:-1]]
    chunks.append(f"\x1b_Gm=0,q=2;{rest[-1]}\x1b\\")
    return list(_gathered(chunks))


def sent_file(image: int, size: Size, path: str) -> list[str]:
    """RGB pixels in a temporary file, which the terminal deletes when it has read them."""
    name = base64.standard_b64encode(path.encode()).decode("ascii")
    return [f"\x1b_Ga=t,t=t,f=24,s={size.width},v={size.height},i={image},q=2;{name}\x1b\\"]


PLAIN = Size(8, 8)
PLAIN_CUT = Rect(2, 2, 4, 4)
"""An image of one colour that is stretched over a pane, and the part of it to show: terminals
blend the outermost pixels of a stretched image with what is behind it."""


def palette_png(
    strips: Callable[[], Iterable[Image]], size: Size, colours: int, grain: int
) -> bytes:
    """An RGB picture, in strips from the top, as a PNG of at most so many colours."""
    flat = in_few_colours(strips, size, colours, grain)
    return _png(flat, compress_level=6)  # the best takes twelve times as long, for a twentieth


def in_linear_light(value: float) -> float:
    """A share of white (0 to 1) as a share of its light. Source: IEC 61966-2-1 (sRGB)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def ink_png(size: Size, colour: int, *, alpha: int = 255, hole: Rect | None = None) -> bytes:
    """One colour, with a transparent `hole` in it; a PNG of one bit per pixel."""
    from PIL import Image

    image = Image.new("P", (size.width, size.height), 1)
    image.putpalette([0, 0, 0, *colour.to_bytes(3, "big")])
    if hole is not None and not hole.is_empty:
        image.paste(0, hole.box)
    return _png(image, bits=1, transparency=bytes((0, alpha)))


def _png(image: Image, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **{"compress_level": 9, **how})
    return file.getvalue()


def _gathered(chunks: list[str]) -> Iterator[str]:
    """Whole escapes, as many together as make a piece."""
    piece: list[str] = []
    length = 0
    for chunk in chunks:
        if length + len(chunk) > PIECE and piece:
            yield "".join(piece)
            piece, length = [], 0
        piece.append(chunk)
        length += len(chunk)
    if piece:
        yield "".join(piece)
