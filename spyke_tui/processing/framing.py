"""Pictures of a generation run for the screen: decoded, framed and never larger than asked for."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageFile

from spyke_tui.errors import PictureError
from spyke_tui.model.geometry import Size
from spyke_tui.processing.loading import load_picture
from spyke_tui.processing.render import flattened

MAX_SIDE = 4096
"""Pixels on the longer side of a preview; servers send some hundreds."""

NOWHERE = Path("preview")
"""It has no file."""


def framed_preview(data: bytes, size: Size, ground: int) -> bytes:
    """A JPEG or PNG as `size` RGB pixels, in the middle of `ground` (0xRRGGBB).

    Raises `PictureError` where it can't be decoded.
    """
    try:
        picture = _opened(data)
        if max(picture.size) > MAX_SIDE:
            raise PictureError(NOWHERE, "too-large", "A preview is too large to be shown.")
        # A JPEG decodes to about the size that is shown, which is much less work.
        picture.draft("RGB", (size.width, size.height))
        picture.load()
        return _framed(picture, size, ground)
    except PictureError:
        raise
    except Exception as error:
        raise PictureError(NOWHERE, "unreadable", "A preview can't be decoded.") from error


def _opened(data: bytes) -> ImageFile.ImageFile:
    """Straight through one of two readers: no registry, none of `Image.open`'s warnings."""
    if data.startswith(b"\xff\xd8\xff"):
        from PIL.JpegImagePlugin import JpegImageFile

        return JpegImageFile(io.BytesIO(data), "")
    from PIL.PngImagePlugin import PngImageFile

    return PngImageFile(io.BytesIO(data), "")


def framed_file(path: Path, size: Size, ground: int) -> bytes:
    """The picture at `path` in the same way. Raises `PictureError`."""
    return _framed(load_picture(path), size, ground)


def _framed(picture: Image.Image, size: Size, ground: int) -> bytes:
    colour = (ground >> 16, ground >> 8 & 255, ground & 255)
    shown = flattened(picture, colour) if picture.mode != "RGB" else picture
    scale = min(size.width / shown.width, size.height / shown.height)
    width, height = (max(1, round(length * scale)) for length in shown.size)
    shown = shown.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    if (width, height) == (size.width, size.height):
        return shown.tobytes()
    canvas = Image.new("RGB", (size.width, size.height), colour)
    canvas.paste(shown, ((size.width - width) // 2, (size.height - height) // 2))
    return canvas.tobytes()
