"""Character cells and the shortest way to write the changed ones to a terminal.

Colours are 0xRRGGBB. Everything is written at absolute positions and ends with a reset, so that
whoever writes next finds the state it expects.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from colorsys import rgb_to_hls
from functools import lru_cache
from typing import Literal, NamedTuple

Depth = Literal["truecolor", "256"]

ANY = -1
"""A foreground that does not show, because the cell is blank."""

CLEAR = -2
"""A background through which a picture below the text shows: the terminal's own default."""

PALETTE = 1 << 24
"""Added to the number of one of the 256 fixed colours: a foreground that is written as it is."""

PLACEHOLDER = "\U0010eeee"
"""A character that kitty shows a part of an image for; its colour says of which one."""

LONG = 6
"""From so many clear cells on erasing them is shorter than writing blanks."""

_RESET = "\x1b[0m"


class Cell(NamedTuple):
    """One character cell. `text` is "" for the right half of a wide character."""

    text: str
    fg: int
    bg: int
    bold: bool = False


class Change(NamedTuple):
    """A cell that differs from what the terminal shows. Row and column count from 0."""

    row: int
    col: int
    cell: Cell


def half_cell(top: int, bottom: int) -> Cell:
    """Two pixels in one cell."""
    return Cell(" ", ANY, bottom) if top == bottom else Cell("▀", top, bottom)


def plain(text: str) -> str:
    """`text` without anything a terminal could act on: control characters become ``�``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "�" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else char
        for char in text
    )


def cells_of(text: str, fg: int, bg: int, bold: bool = False) -> list[Cell]:
    """The cells of a text: a wide character takes two, combining marks are left out."""
    found: list[Cell] = []
    for char in plain(text):
        if unicodedata.combining(char):
            continue
        found.append(Cell(char, fg, bg, bold))
        if unicodedata.east_asian_width(char) in "WF":
            found.append(Cell("", fg, bg, bold))
    return found


def clipped(cells: Sequence[Cell], width: int) -> list[Cell]:
    """At most `width` cells; an ellipsis stands where something was cut off."""
    if len(cells) <= width:
        return list(cells)
    if width < 1:
        return []
    kept = list(cells[: width - 1])
    if len(cells) >= width and cells[width - 1].text == "" and kept:
        kept[-1] = kept[-1]._replace(text=" ")  # the left half of a wide one alone
    return [*kept, cells[width - 1]._replace(text="…")]


def shortened(cells: Sequence[Cell], width: int) -> list[Cell]:
    """At most `width` cells; an ellipsis stands for a part of the middle: ids differ at their
    ends, and a label begins with the sign of its status."""
    if len(cells) <= width or width < 3:
        return clipped(cells, width)
    head = max(1, (width - 1) // 3)
    tail = list(cells[len(cells) - (width - 1 - head) :])
    if tail[0].text == "":
        tail[0] = tail[0]._replace(text=" ")  # the right half of a wide one alone
    return [*clipped(cells, head + 1), *tail]


def changes_between(row: int, before: Sequence[Cell] | None, after: Sequence[Cell]) -> list[Change]:
    """The cells of one row that differ. A wide character is always written whole."""
    if before is None or len(before) != len(after):
        return [Change(row, col, cell) for col, cell in enumerate(after) if cell.text]
    if before == after:
        return []
    changed = {col for col, cell in enumerate(after) if cell != before[col]}
    for col in list(changed):
        if after[col].text == "" and col:
            changed.add(col - 1)
        if before[col].text == "" and col:
            changed.add(col - 1)
    return [Change(row, col, after[col]) for col in sorted(changed) if after[col].text]


def encode(
    changes: Iterable[Change],
    left: int,
    top: int,
    depth: Depth = "truecolor",
    *,
    grey: bool = False,
    width: int = 0,
) -> str:
    """Terminal text that writes `changes` with cell (0, 0) at screen cell (left, top).

    `grey` writes every colour as its luminance, for NO_COLOR. `width`: columns of the screen; 0
    where that is not known.

    Colours cost more than positions (up to 38 bytes against 8), so cells that share their
    colours, or their background, with others are written together; the rest in reading order.
    """
    pending = _in_short_order(list(changes))
    if not pending:
        return ""
    out: list[str] = []
    fg = bg = bold = None
    cursor = (-1, -1)
    for row, col, cell, count in _runs(pending):
        if (row, col) != cursor:
            if (row, col) == (cursor[0] + 1, cursor[1] - 1) and left + cursor[1] < width:
                # Back and down. In the last column a terminal would go back one too many.
                out.append("\b\v")
            elif row == cursor[0] and col > cursor[1]:
                out.append(f"\x1b[{top_col(col, left)}G")
            else:
                out.append(f"\x1b[{row + top + 1};{col + left + 1}H")
        codes: list[str] = []
        if cell.bold != bool(bold):
            codes.append("1" if cell.bold else "22")
            bold = cell.bold
        if cell.fg != fg and cell.fg != ANY:
            codes.append(_colour(cell.fg, 38, depth, grey))
            fg = cell.fg
        if cell.bg != bg:
            codes.append(_colour(cell.bg, 48, depth, grey))
            bg = cell.bg
        if codes:
            out.append(f"\x1b[{';'.join(codes)}m")
        if count > 1:
            out.append(f"\x1b[{count}X")  # ECH: erases and leaves the cursor where it is
            cursor = (row, col)
            continue
        out.append(cell.text)
        cursor = (row, col + (2 if unicodedata.east_asian_width(cell.text[0]) in "WF" else 1))
    out.append(_RESET)
    return "".join(out)


def _in_short_order(changes: list[Change]) -> list[Change]:
    """Cells of the same colours after each other, along rows or columns, as they lie together."""
    grounds = Counter(change.cell.bg for change in changes)
    groups: dict[tuple[int, int, bool], list[Change]] = {}
    alone: list[Change] = []
    for change in changes:
        cell = change.cell
        if grounds[cell.bg] > 1:
            groups.setdefault((cell.bg, cell.fg, cell.bold), []).append(change)
        else:
            alone.append(change)
    out: list[Change] = []
    for _, group in sorted(groups.items()):
        places = {(row, col) for row, col, _ in group}
        along = sum((row, col + 1) in places for row, col in places)
        down = sum((row + 1, col) in places for row, col in places)
        if down > along:
            out += sorted(group, key=lambda change: (change.col, change.row))
        else:
            out += sorted(group, key=lambda change: (change.row, change.col))
    return out + sorted(alone, key=lambda change: (change.row, change.col))


def _runs(changes: Sequence[Change]) -> Iterable[tuple[int, int, Cell, int]]:
    """(row, col, cell, count): long runs of clear blanks as one."""
    at = 0
    while at < len(changes):
        row, col, cell = changes[at]
        count = 1
        if cell.bg == CLEAR and cell.text == " ":
            while at + count < len(changes) and changes[at + count] == (row, col + count, cell):
                count += 1
        if count >= LONG:
            yield row, col, cell, count
            at += count
        else:
            yield row, col, cell, 1
            at += 1


def top_col(col: int, left: int) -> int:
    """A pane's column as the terminal counts it, from 1."""
    return col + left + 1


@lru_cache(4096)
def _colour(colour: int, base: int, depth: Depth, grey: bool) -> str:
    if colour == CLEAR:
        return f"{base + 1}"
    if colour & PALETTE:
        return f"{base};5;{colour & 255}"
    red, green, blue = colour >> 16, colour >> 8 & 255, colour & 255
    if grey:
        red = green = blue = round(0.2126 * red + 0.7152 * green + 0.0722 * blue)  # Rec. 709
    if depth == "truecolor":
        return f"{base};2;{red};{green};{blue}"
    return f"{base};5;{_palette_index(red, green, blue)}"


def _palette_index(red: int, green: int, blue: int) -> int:
    """A near one of the 256 fixed colours: greyish colours on the grey ramp, others in the cube.

    It must be the one that the host's own repaints choose (Rich's rule), or every change would
    leave its shade behind.
    """
    _, light, saturation = rgb_to_hls(red / 255, green / 255, blue / 255)
    if saturation < 0.15:
        grey = round(light * 25)
        return {0: 16, 25: 231}.get(grey, 231 + grey)
    sixths = (value / 95 if value < 95 else 1 + (value - 95) / 40 for value in (red, green, blue))
    r, g, b = map(round, sixths)
    return 16 + 36 * r + 6 * g + b
