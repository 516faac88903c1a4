"""One picture of all crops, labelled, to approve a set at a glance or to send to somebody."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

_MARGIN = 12
_FRAME = 1
_TITLE_SIZE = 15
_TEXT_SIZE = 12
_MOST_COLUMNS = 8
_MOST_LINES = 9
_LONGEST = 2000
"""Characters of one line that are looked at: far more than there is room for."""
_LARGE, _SMALL = 256, 160
_MANY = 60

_PAPER = (246, 246, 246)
_LINE = (150, 150, 150)
_TITLE = (20, 20, 20)
_TEXT = (70, 70, 70)
_MARK_PAPER = (160, 30, 30)
_MARK_TEXT = (255, 255, 255)

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class ContactItem:
    """One cell. `image` is None where there is nothing to show, which is said in words.

    `lines` are wrapped to the cell; `mark` is a word laid over the picture, such as ``DRAFT`` or
    ``REJECTED``, so that the state can be told without colours.
    """

    image: Image.Image | None
    title: str
    lines: Sequence[str] = ()
    mark: str = ""


class _Fonts(NamedTuple):
    title: _Font
    text: _Font


def contact_sheet(items: Sequence[ContactItem], columns: int | None = None) -> Image.Image:
    """An RGB picture with `items` in reading order, `columns` a row (by default about square).

    Text in scripts the built-in font lacks shows as boxes. Without items the sheet says so.
    """
    fonts = _Fonts(ImageFont.load_default(_TITLE_SIZE), ImageFont.load_default(_TEXT_SIZE))
    side = _SMALL if len(items) > _MANY else _LARGE
    across = max(1, min(columns or _square_columns(len(items)), max(1, len(items))))
    cells = [_cell(item, side, fonts) for item in items or [ContactItem(None, "no crops")]]
    return _laid_out(cells, side, across)


def _square_columns(count: int) -> int:
    return max(1, min(_MOST_COLUMNS, math.ceil(math.sqrt(count * 1.3))))


def _laid_out(cells: Sequence[Image.Image], side: int, across: int) -> Image.Image:
    rows = [cells[start : start + across] for start in range(0, len(cells), across)]
    heights = [max(cell.height for cell in row) for row in rows]
    width = across * side + (across + 1) * _MARGIN
    sheet = Image.new("RGB", (width, sum(heights) + (len(rows) + 1) * _MARGIN), _PAPER)
    top = _MARGIN
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            sheet.paste(cell, (_MARGIN + column * (side + _MARGIN), top))
        top += height + _MARGIN
    return sheet


# One cell -----------------------------------------------------------------------------------


def _cell(item: ContactItem, side: int, fonts: _Fonts) -> Image.Image:
    """Picture, title and text of one item, `side` pixels wide and as tall as it needs."""
    title = _wrapped([item.title], fonts.title, side)[:2]
    text = _wrapped(item.lines, fonts.text, side)
    if len(text) > _MOST_LINES:
        text = [*text[: _MOST_LINES - 1], "..."]
    title_step, text_step = _line_height(fonts.title), _line_height(fonts.text)
    height = side + 4 + title_step * len(title) + text_step * len(text)
    cell = Image.new("RGB", (side, height), _PAPER)
    draw = ImageDraw.Draw(cell)
    _draw_picture(cell, draw, item, side, fonts)
    top = side + 4
    for line in title:
        draw.text((0, top), line, fill=_TITLE, font=fonts.title)
        top += title_step
    for line in text:
        draw.text((0, top), line, fill=_TEXT, font=fonts.text)
        top += text_step
    return cell


def _draw_picture(
    cell: Image.Image, draw: ImageDraw.ImageDraw, item: ContactItem, side: int, fonts: _Fonts
) -> None:
    if item.image is None:
        _draw_centred(draw, "no picture", side // 2, side, fonts.title, _TEXT)
    else:
        small = item.image.convert("RGB")
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        cell.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    draw.rectangle((0, 0, side - 1, side - 1), outline=_LINE, width=_FRAME)
    mark = _printable(item.mark, fonts.title)
    if mark:
        band = _line_height(fonts.title) + 8
        top = side - band  # low, where it hides no face
        draw.rectangle((0, top, side - 1, side - 1), fill=_MARK_PAPER)
        _draw_centred(draw, mark, top + 4, side, fonts.title, _MARK_TEXT)


def _draw_centred(
    draw: ImageDraw.ImageDraw,
    text: str,
    top: int,
    side: int,
    font: _Font,
    fill: tuple[int, int, int],
) -> None:
    draw.text(((side - font.getlength(text)) / 2, top), text, fill=fill, font=font)


# Text ---------------------------------------------------------------------------------------


def _line_height(font: _Font) -> int:
    _, top, _, bottom = font.getbbox("Ag|")
    return math.ceil(bottom - min(0, top)) + 4


def _printable(text: str, font: _Font) -> str:
    """`text` on one line, in characters that `font` can be asked for without an error."""
    one_line = "".join(c if c.isprintable() else " " for c in text[:_LONGEST]).strip()
    if isinstance(font, ImageFont.FreeTypeFont):
        return one_line
    return one_line.encode("latin-1", "replace").decode("latin-1")


def _wrapped(lines: Sequence[str], font: _Font, width: int) -> list[str]:
    return [part for line in lines for part in _wrap(_printable(line, font), font, width)]


def _wrap(line: str, font: _Font, width: int) -> Iterator[str]:
    """`line` cut at spaces, and inside words that are wider than `width` pixels alone."""
    current = ""
    for word in line.split():
        longer = f"{current} {word}".strip()
        if font.getlength(longer) <= width:
            current = longer
            continue
        if current:
            yield current
        while len(word) > 1 and font.getlength(word) > width:
            fitting = _fitting_length(word, font, width)
            yield word[:fitting]
            word = word[fitting:]
        current = word
    if current:
        yield current


def _fitting_length(word: str, font: _Font, width: int) -> int:
    """How many characters of `word` fit; at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.getlength(word[:middle]) <= width else (low, middle - 1)
    return low
