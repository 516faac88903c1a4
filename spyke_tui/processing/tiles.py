"""Training images at the size of a tile: the pictures of a grid."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.processing.loading import load_picture
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.processing.render import flattened, letterbox, render_crop

WHITE = (255, 255, 255)
FADED = 0.6
"""How much of the ground lies over a picture that is not part of the set."""


def crop_thumbnail(
    sheet: SheetPicture, rect: Rect, side: int, pad: str, erase: Sequence[Rect] = ()
) -> bytes:
    """The training image of a crop as a JPEG of `side` x `side` pixels.

    Of a rectangle that leaves the sheet what lies on it is shown. Raises ValueError where that
    is nothing.
    """
    inside = rect.intersection(Rect(0, 0, sheet.size.width, sheet.size.height))
    image = render_crop(sheet.source, inside, side, pad, tuple(erase))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()


def thumbnail_of_file(path: Path, side: int) -> bytes:
    """A picture file in the same form. Raises PictureError."""
    buffer = io.BytesIO()
    image = letterbox(flattened(load_picture(path), WHITE), side, WHITE)
    image.save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()


def tile_pixels(
    thumbnail: bytes, size: Size, ground: int, *, mirror: bool = False, faded: bool = False
) -> bytes:
    """A thumbnail as `size` RGB pixels, in the middle of `ground` (0xRRGGBB).

    `mirror` flips it, `faded` lets the ground show through. Raises ValueError where it can't be
    decoded.
    """
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        picture = JpegImageFile(io.BytesIO(thumbnail), "")
        picture.draft("RGB", (size.width, size.height))
        shown = picture.convert("RGB")
    except (OSError, SyntaxError) as error:
        raise ValueError("the thumbnail is damaged") from error
    colour = (ground >> 16, ground >> 8 & 255, ground & 255)
    side = max(1, min(size.width, size.height))
    if shown.size != (side, side):
        shown = shown.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    if mirror:
        shown = shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if faded:
        shown = Image.blend(shown, Image.new("RGB", shown.size, colour), FADED)
    if (size.width, size.height) == (side, side):
        return shown.tobytes()
    canvas = Image.new("RGB", (size.width, size.height), colour)
    canvas.paste(shown, ((size.width - side) // 2, (size.height - side) // 2))
    return canvas.tobytes()
