"""Small copies of pictures."""

from __future__ import annotations

import io

from PIL import Image

from spyke_tui.processing.render import flattened


def thumbnail(picture: Image.Image, side: int) -> Image.Image:
    """A copy on white with at most `side` pixels on the longer side; never enlarged."""
    small = flattened(picture, (255, 255, 255))
    longer = max(small.size)
    if longer <= side:
        return small.copy()
    width, height = (max(1, round(length * side / longer)) for length in small.size)
    return small.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def jpeg_of(picture: Image.Image) -> bytes:
    """The picture as JPEG, small enough to be kept for every sheet."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
