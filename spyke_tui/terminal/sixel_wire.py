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

_RUN = re.compile(rb"(.)\1{3,}", re.DOTALL)
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
    """The most frequent colour first, everywhere; the others are drawn over it."""
    together = b"".join(rows)
    present = sorted(set(together) - {LEFT_OUT}, key=together.count, reverse=True)
    lines: list[bytes] = []
    for number, colour in enumerate(present):
        bits = 0
        for place, row in enumerate(rows):
            if number == 0:
                bits |= int.from_bytes(row.translate(_drawn(place)), "little")
            elif colour in row:
                bits |= int.from_bytes(row.translate(_mask(colour, place)), "little")
        data = bits.to_bytes(width, "little").translate(_SIXELS).rstrip(b"?")
        lines.append(b"#%d%s" % (numbers[colour], _RUN.sub(_shortened, data)))
    return b"$".join(lines)


def _shortened(run: re.Match[bytes]) -> bytes:
    return b"!%d%s" % (run.end() - run.start(), run[1])


@lru_cache(None)
def _mask(colour: int, place: int) -> bytes:
    """A translation that leaves one bit where a pixel has this colour."""
    table = bytearray(256)
    table[colour] = 1 << place
    return bytes(table)


@lru_cache(None)
def _drawn(place: int) -> bytes:
    """A translation that leaves one bit where a pixel is not left out."""
    return bytes(0 if value == LEFT_OUT else 1 << place for value in range(256))


@lru_cache(4096)
def _percent(colour: int) -> tuple[int, int, int]:
    """Sixel colours count from 0 to 100."""
    return (
        ((colour >> 16) * 100 + 127) // 255,
        ((colour >> 8 & 255) * 100 + 127) // 255,
        ((colour & 255) * 100 + 127) // 255,
    )
