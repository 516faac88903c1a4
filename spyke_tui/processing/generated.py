"""Pictures that a server made: verified, and without what a server writes into them.

ComfyUI puts the whole graph into the file; a picture of the dataset carries nothing but the mark
of a practice picture, where it is one. Pixels that are as they should be already are not encoded
again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageFile

from spyke_tui.errors import SpykeError
from spyke_tui.model.geometry import Size
from spyke_tui.processing import colour
from spyke_tui.processing.png import encode_png
from spyke_tui.processing.png_chunks import (
    SIGNATURE,
    Chunk,
    insert_chunks,
    keyword_of,
    read_chunks,
    text_chunk,
    write_chunk,
)
from spyke_tui.processing.render import flattened

Fault = Literal["broken", "size", "black", "one-colour"]

PRACTICE_KEYWORD = "spyke-practice"
"""Keyword of the text chunk that marks a picture of the practice server."""
PRACTICE_TEXT = "a placeholder drawn by the practice server; not for training"

LARGEST_FILE = 128 << 20
"""Bytes; a picture of 4096x4096 with 16 bits and alpha is that large without compression."""

_BLACK = 3
"""The brightest value of any channel (of 255) in a picture that counts as black."""
_FLAT = 2
"""How far apart the values of a channel may be in a picture of one colour."""
_MOST_CHUNKS = 512
_PLAIN = struct.pack(">BBBBB", 8, 2, 0, 0, 0)
"""Depth, colour type and so on of a PNG with 8-bit RGB, not interlaced."""
_COLOUR_CHUNKS = (b"PLTE", b"tRNS", b"iCCP", b"sRGB")
"""What the pixels mean: kept for decoding, and applied."""


class GeneratedError(SpykeError):
    """A picture is not used. `kind` is what a run counts it as."""

    def __init__(self, kind: Fault, message: str) -> None:
        super().__init__(message, "It is made again with another seed.")
        self.kind: Fault = kind


@dataclass(frozen=True, slots=True)
class Verified:
    """A picture as it may lie in the dataset.

    `png` is 8-bit RGB without metadata but the practice mark. `pixels` is a digest of the pixels
    alone: two files of one digest show the same picture.
    """

    png: bytes
    pixels: str
    is_practice: bool


def verify(data: bytes, size: Size) -> Verified:
    """Check what a server sent (PNG or JPEG) and strip it. Any thread may.

    Raises `GeneratedError`: ``broken``, ``size`` (other than `size`, found before decoding),
    ``black`` or ``one-colour``.
    """
    if len(data) > LARGEST_FILE:
        raise GeneratedError("broken", f"A file of {len(data) >> 20} MB is no such picture.")
    try:
        if data.startswith(SIGNATURE):
            return _verified_png(data, size)
        if data.startswith(b"\xff\xd8\xff"):
            return _verified_jpeg(data, size)
    except GeneratedError:
        raise
    # Pillow and zlib raise all kinds of things over damaged files.
    except Exception as error:
        raise GeneratedError("broken", f"The picture is damaged ({error}).") from error
    what = "empty" if not data else "neither PNG nor JPEG"
    raise GeneratedError("broken", f"What the server sent is {what}.")


def is_practice(path: Path) -> bool:
    """Whether a PNG bears the mark of the practice server; only its first chunks are read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return False
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return False
    with os.fdopen(handle, "rb", buffering=512) as file, contextlib.suppress(OSError):
        if file.read(8) != SIGNATURE:
            return False
        for _ in range(_MOST_CHUNKS):
            head = file.read(8)
            if len(head) < 8:
                return False
            length, kind = struct.unpack(">I4s", head)
            if kind in (b"IDAT", b"IEND"):
                return False
            words = file.read(min(length, 80)) if kind in (b"tEXt", b"zTXt", b"iTXt") else b""
            if keyword_of(Chunk(kind, words)) == PRACTICE_KEYWORD:
                return True
            file.seek(length - len(words) + 4, os.SEEK_CUR)
    return False


def _verified_png(data: bytes, size: Size) -> Verified:
    kept: list[Chunk] = []
    marked = False
    for chunk in read_chunks(data):
        marked = marked or keyword_of(chunk) == PRACTICE_KEYWORD
        if not kept:
            _check_header(chunk, size)
        if chunk.kind in (b"IHDR", b"IDAT", b"IEND", *_COLOUR_CHUNKS):
            kept.append(chunk)
    if not any(chunk.kind == b"IDAT" for chunk in kept):
        raise GeneratedError("broken", "The picture has no pixels.")
    # Decoded without its texts: they may be large once unpacked, and nobody reads them.
    bare = SIGNATURE + b"".join(write_chunk(*chunk) for chunk in kept)
    from PIL.PngImagePlugin import PngImageFile

    picture = _decoded(PngImageFile(io.BytesIO(bare), ""))
    digest = _judged(picture)
    is_plain = kept[0].data[8:] == _PLAIN
    if is_plain and not any(chunk.kind in (b"iCCP", b"tRNS") for chunk in kept):
        wanted = [c for c in kept if c.kind not in _COLOUR_CHUNKS]
        png = SIGNATURE + b"".join(write_chunk(*chunk) for chunk in wanted)
    else:
        png = encode_png(picture)
    return Verified(mark_practice(png) if marked else png, digest, marked)


def _check_header(chunk: Chunk, size: Size) -> None:
    if chunk.kind != b"IHDR" or len(chunk.data) != 13:
        raise GeneratedError("broken", "The picture has no header.")
    _check_size(Size(*struct.unpack_from(">II", chunk.data)), size)


def _check_size(found: Size, wanted: Size) -> None:
    if found != wanted:
        raise GeneratedError("size", f"The picture is {found} pixels instead of {wanted}.")


def _verified_jpeg(data: bytes, size: Size) -> Verified:
    from PIL.JpegImagePlugin import JpegImageFile

    source = JpegImageFile(io.BytesIO(data), "")
    _check_size(Size(*source.size), size)
    picture = _decoded(source)
    digest = _judged(picture)
    return Verified(encode_png(picture), digest, is_practice=False)


def _decoded(source: ImageFile.ImageFile) -> Image.Image:
    """The pixels as RGB, see-through ones on white."""
    facts = colour.Source.of(source)
    source.load()
    if source.mode == "RGB" and not facts.profile and facts.key is None:
        return source
    return flattened(colour.to_srgb(source, facts), (255, 255, 255))


def _judged(picture: Image.Image) -> str:
    """The digest of the pixels. Raises `GeneratedError` for a picture that shows nothing."""
    ranges = [band.getextrema() for band in picture.split()]
    lows = [int(low) for low, _ in ranges if not isinstance(low, tuple)]
    highs = [int(high) for _, high in ranges if not isinstance(high, tuple)]
    if max(highs) <= _BLACK:
        raise GeneratedError("black", "The picture is black: the model made no valid numbers.")
    if all(high - low <= _FLAT for low, high in zip(lows, highs, strict=True)):
        raise GeneratedError("one-colour", "The picture has a single colour.")
    return hashlib.sha256(picture.tobytes()).hexdigest()


def mark_practice(png: bytes) -> bytes:
    """`png` with the mark of a practice picture in its metadata."""
    return insert_chunks(png, text_chunk(PRACTICE_KEYWORD, PRACTICE_TEXT))
