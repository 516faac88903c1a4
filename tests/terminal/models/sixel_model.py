"""A terminal with sixels, as far as this program uses them: pixels, and text that erases them.

Written from the VT330/VT340 programmer's reference, chapter 14. `holes`: whether pixels that a
picture leaves out stay as they were; else they are painted white, as mlterm does it.
"""

from __future__ import annotations

import re

from PIL import Image

_ITEM = re.compile(r"\x1bP([0-9;]*)q([^\x1b]*)\x1b\\|\x1b\[(\d+);(\d+)H|(.)", re.S)
_DATA = re.compile(r'"(\d+);(\d+);(\d+);(\d+)|#([\d;]+)|!(\d+)(.)|([?-~])|([$-])', re.S)

MOST_COLOURS = 256


class SixelModel:
    """`cols` x `rows` cells of `cell` pixels."""

    def __init__(self, cols: int, rows: int, cell: tuple[int, int], holes: bool = True) -> None:
        self.cell, self.holes = cell, holes
        self.cols, self.rows = cols, rows
        self.screen = Image.new("RGB", (cols * cell[0], rows * cell[1]), (9, 9, 9))
        self.bytes = 0
        self._cursor = (0, 0)

    def feed(self, text: str) -> None:
        self.bytes += len(text)
        for match in _ITEM.finditer(text):
            if match[2] is not None:
                self._draw(match[1], match[2])
            elif match[3]:
                self._cursor = (int(match[3]) - 1, int(match[4]) - 1)
            else:
                raise AssertionError(f"text among the pictures: {match[5]!r}")

    def write(self, row: int, col: int, colour: tuple[int, int, int]) -> None:
        """Text in one cell: its background, without a glyph."""
        wide, high = self.cell
        self.screen.paste(colour, (col * wide, row * high, (col + 1) * wide, (row + 1) * high))

    def _draw(self, parameters: str, data: str) -> None:
        assert parameters.split(";")[1] == "1", "pixels left out would be painted"
        row, col = self._cursor
        left, top = col * self.cell[0], row * self.cell[1]
        width, height, pixels = decoded(data)
        last = (top + height - 1) // self.cell[1]
        assert last < self.rows - 1, "the terminal would scroll"
        for at_y in range(height):
            for at_x in range(width):
                value = pixels.get((at_x, at_y))
                if value is None and not self.holes:
                    value = (255, 255, 255)
                if value is not None:
                    self.screen.putpixel((left + at_x, top + at_y), value)


Pixels = dict[tuple[int, int], tuple[int, int, int]]


def decoded(data: str) -> tuple[int, int, Pixels]:
    """Width, height, and the pixels that are drawn, of what stands between ``q`` and the end."""
    registers: dict[int, tuple[int, int, int]] = {}
    colour, x, y = -1, 0, 0
    width = height = 0
    pixels: Pixels = {}
    end = 0
    for match in _DATA.finditer(data):
        assert match.start() == end, f"not sixel: {data[end : match.start()]!r}"
        end = match.end()
        if match[1]:
            assert (match[1], match[2]) == ("1", "1"), "pixels are square"
            width, height = int(match[3]), int(match[4])
        elif match[5]:
            numbers = [int(number) for number in match[5].split(";")]
            colour = numbers[0]
            assert colour < MOST_COLOURS
            if len(numbers) > 1:
                assert numbers[1] == 2 and max(numbers[2:]) <= 100
                red, green, blue = (round(value * 255 / 100) for value in numbers[2:])
                registers[colour] = (red, green, blue)
        elif match[9] == "$":
            x = 0
        elif match[9] == "-":
            x, y = 0, y + 6
        else:
            count, sixel = (int(match[6]), match[7]) if match[6] else (1, match[8])
            bits = ord(sixel) - 63
            for at_x in range(x, x + count):
                for place in range(6):
                    if bits >> place & 1:
                        assert at_x < width and y + place < height, "outside its raster"
                        pixels[at_x, y + place] = registers[colour]
            x += count
    assert end == len(data)
    return width, height, pixels
