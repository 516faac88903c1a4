"""xterm.js with its image addon, where cells are no whole pixels.

Written from `ImageStorage` and `ImageRenderer` of the addon: every cell holds a part of one
picture, or none; text takes it away. Parts that follow each other in a row are drawn at once, cut
and placed by `floor`, as wide and high as `ceil`. Compared in `test_real_xterm_js`.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from models.sixel_model import decoded
from PIL import Image

_ITEM = re.compile(r"\x1bP([0-9;]*)q([^\x1b]*)\x1b\\|\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|(.)", re.S)

Colour = tuple[int, int, int]


class Part(NamedTuple):
    """Of a picture: the part that a cell shows."""

    picture: int
    row: int
    col: int


class XtermJsModel:
    """`cols` x `rows` cells of `cell` pixels, not whole ones."""

    def __init__(self, cols: int, rows: int, cell: tuple[float, float]) -> None:
        self.cols, self.rows, self.cell = cols, rows, cell
        self.text: dict[tuple[int, int], Colour] = {}
        self.parts: dict[tuple[int, int], Part] = {}
        self.pictures: list[Image.Image] = []
        self._cursor = (0, 0)
        self._ground: Colour = (0, 0, 0)

    def feed(self, text: str) -> None:
        for match in _ITEM.finditer(text):
            if match[2] is not None:
                self._take(match[2])
            elif match[3]:
                self._cursor = (int(match[3]) - 1, int(match[4]) - 1)
            elif match[5] is not None:
                numbers = [int(number) for number in match[5].split(";")]
                assert numbers == [0] or numbers[:2] == [48, 2]
                self._ground = (0, 0, 0) if numbers == [0] else (numbers[2], numbers[3], numbers[4])
            else:
                assert match[6] == " ", f"text among the pictures: {match[6]!r}"
                self.write(*self._cursor, self._ground)
                self._cursor = (self._cursor[0], self._cursor[1] + 1)

    def write(self, row: int, col: int, colour: Colour) -> None:
        """Text in one cell: its background, without a glyph."""
        self.text[row, col] = colour
        self.parts.pop((row, col), None)

    def _take(self, data: str) -> None:
        width, height, pixels = decoded(data)
        picture = Image.new("RGB", (width, height), (1, 2, 3))
        for at, colour in pixels.items():
            picture.putpixel(at, colour)
        self.pictures.append(picture)
        row, col = self._cursor
        across, down = math.ceil(width / self.cell[0]), math.ceil(height / self.cell[1])
        assert row + down < self.rows, "the terminal would scroll"
        for y in range(down):
            for x in range(across):
                self.parts[row + y, col + x] = Part(len(self.pictures) - 1, y, x)

    def render(self) -> Image.Image:
        wide, high = self.cell
        screen = Image.new("RGB", (math.ceil(self.cols * wide), math.ceil(self.rows * high)))
        for (row, col), colour in self.text.items():
            box = (col * wide, row * high, (col + 1) * wide, (row + 1) * high)
            screen.paste(colour, tuple(math.floor(edge) for edge in box))  # type: ignore[arg-type]
        for row, col in sorted(self.parts):
            part, before = self.parts[row, col], self.parts.get((row, col - 1))
            if before == part._replace(col=part.col - 1):
                continue
            count = 1
            while self.parts.get((row, col + count)) == part._replace(col=part.col + count):
                count += 1
            picture = self.pictures[part.picture]
            left, top = part.col * wide, part.row * high
            width = min(count * wide, picture.width - left)
            height = min(high, picture.height - top)
            x, y = math.floor(left), math.floor(top)
            shown = picture.crop(
                (x, y, min(picture.width, x + math.ceil(width)),
                 min(picture.height, y + math.ceil(height)))
            )  # fmt: skip
            screen.paste(shown, (math.floor(col * wide), math.floor(row * high)))
        return screen
