"""Pixels as sixel strings.

Source: the VT330/VT340 programmer's reference, chapter 14, and what xterm and foot make of it.
A sixel is a column of six pixels; a band of them is written once for each colour in it, ``$``
goes back to its start, ``-`` to the next band, ``!n`` repeats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

LEFT_OUT = 255
"""The index of a pixel that is not drawn: it stays as it was, where the terminal can do that."""

NARROW = 64
"""Pixels: bands up to this width, those of an upright line, are worth a closer look."""

_RUN = re.compile(rb"(.)\1{3,}", re.DOTALL)
_SAME = re.compile(rb"(.)\1*", re.DOTALL)
_MIXED = re.compile(rb"[^\0]+")
_SIXELS = bytes((value + 63) & 255 for value in range(256))


def sixel(rows: Sequence[bytes], colours: Sequence[int]) -> str:
    """Rows of colour indices as one picture, drawn from the cursor to the right and down.

    `colours` are 0xRRGGBB by index. Each picture defines the registers it uses, because terminals
    forget them between two pictures (mode 1070); the most frequent colours get the short numbers.
    """
    width = len(rows[0])
    together = b"".join(rows)
    used = sorted(set(together) - {LEFT_OUT}, key=together.count, reverse=True)
    if not used:
        return ""
    numbers = {index: number for number, index in enumerate(used)}
    out = [b'\x1bP0;1;0q"1;1;%d;%d' % (width, len(rows))]
    out += [b"#%d;2;%d;%d;%d" % (numbers[index], *_percent(colours[index])) for index in used]
    for top in range(0, len(rows), 6):
        if top:
            out.append(b"-")
        out.append(_band(rows[top : top + 6], width, numbers))
    out.append(b"\x1b\\")
    return b"".join(out).decode("ascii")


def _band(rows: Sequence[bytes], width: int, numbers: Mapping[int, int]) -> bytes:
    """One pass in as few colours as will do, then every colour that is still missing over it."""
    base = _base(rows) if width <= NARROW else _plain(rows)
    lines = [_first_pass(base, len(rows), numbers)]
    missing = [only_new(base, row) for row in rows] if width <= NARROW else rows
    together = b"".join(missing)
    done = LEFT_OUT if width <= NARROW else base[0]
    for colour in sorted(set(together) - {LEFT_OUT, done}, key=together.count, reverse=True):
        bits = 0
        for place, row in enumerate(missing):
            if colour in row:
                bits |= int.from_bytes(row.translate(_mask(colour, place)), "little")
        data = bits.to_bytes(width, "little").translate(_SIXELS).rstrip(b"?")
        lines.append(b"#%d%s" % (numbers[colour], _RUN.sub(_shortened, data)))
    return b"$".join(line for line in lines if line)


def _base(rows: Sequence[bytes]) -> bytes:
    """A colour for each column, so that few runs of them are right for many pixels.

    Columns of one colour keep it; a run of others gets the most frequent one in it, and none
    where a pixel is left out.
    """
    first, differing = rows[0], 0
    top = int.from_bytes(first, "little")
    for row in rows[1:]:
        if row != first:
            differing |= int.from_bytes(row, "little") ^ top
    mixed = differing.to_bytes(len(first), "little")
    base = bytearray(first)
    for run in _MIXED.finditer(mixed):
        start, end = run.span()
        pixels = b"".join([row[start:end] for row in rows])
        colour = LEFT_OUT if LEFT_OUT in pixels else max(set(pixels), key=pixels.count)
        base[start:end] = bytes((colour,)) * (end - start)
    return bytes(base)


def _plain(rows: Sequence[bytes]) -> bytes:
    """The most frequent colour in every column; none where pixels are left out."""
    together = b"".join(rows)
    colour = LEFT_OUT if LEFT_OUT in together else max(set(together), key=together.count)
    return bytes((colour,)) * len(rows[0])


def _first_pass(base: bytes, height: int, numbers: Mapping[int, int]) -> bytes:
    """Runs of full columns of `height` pixels, colour after colour."""
    full = b"%c" % (62 + (1 << height))
    out: list[bytes] = []
    last = -1
    for run in _SAME.finditer(base):
        colour, length = base[run.start()], run.end() - run.start()
        if colour == LEFT_OUT:
            sign = b"?"
        else:
            sign = full
            if colour != last:
                out.append(b"#%d" % numbers[colour])
                last = colour
        out.append(sign * length if length < 4 else b"!%d%s" % (length, sign))
    if last < 0:
        return b""
    if out[-1].endswith(b"?"):
        out.pop()
    return b"".join(out)


def only_new(old: bytes, new: bytes) -> bytes:
    """`new` without the pixels that are the same in `old`."""
    if old == new:
        return bytes((LEFT_OUT,)) * len(new)
    return bytes([b if a != b else LEFT_OUT for a, b in zip(old, new, strict=True)])


def _shortened(run: re.Match[bytes]) -> bytes:
    return b"!%d%s" % (run.end() - run.start(), run[1])


@lru_cache(None)
def _mask(colour: int, place: int) -> bytes:
    """A translation that leaves one bit where a pixel has this colour."""
    table = bytearray(256)
    table[colour] = 1 << place
    return bytes(table)


@lru_cache(4096)
def _percent(colour: int) -> tuple[int, int, int]:
    """Sixel colours count from 0 to 100."""
    return (
        ((colour >> 16) * 100 + 127) // 255,
        ((colour >> 8 & 255) * 100 + 127) // 255,
        ((colour & 255) * 100 + 127) // 255,
    )
