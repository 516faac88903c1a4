"""Any picture file becomes upright 8-bit sRGB, or a `PictureError` that says why not.

Only a fixed list of formats is ever opened, straight through its own Pillow class: no plugin
that could run a program, no registry, and none of the process-wide switches and warnings that
`Image.open` needs. Sizes are checked on the header, before memory is asked for.

It imports little beside Pillow, because a build decodes before the rest of the program is loaded.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import stat
import struct
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from PIL import Image, ImageFile

from spyke_tui.errors import PictureError
from spyke_tui.processing import colour

if TYPE_CHECKING:
    from pathlib import Path

    from spyke_tui.model.geometry import Size

MAX_PIXELS = 89_000_000
"""Just below the size from which Pillow itself warns of a bomb; 360 MB once decoded."""

MAX_SIDE = 30_000
"""No sheet is longer. A strip longer than this is a scroll, and breaks screens and thumbnails."""

# One filter for the life of the process, set on import: `warnings.catch_warnings` swaps a list
# that all threads share, and builds decode in two threads. TIFF's reader also parses EXIF.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.TiffImagePlugin")
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.PngImagePlugin")
# We refuse what is too large ourselves, and earlier.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


class PictureInfo(NamedTuple):
    """What a file's header says.

    `size` is upright (EXIF applied); `mode` is Pillow's; `bits` is the depth of one channel, 8
    for a bilevel or palette picture too; `transparent` is true where any pixel may be see-through.
    """

    size: Size
    format: str
    mode: str
    bits: int
    transparent: bool


def read_info(path: Path | str) -> PictureInfo:
    """Read only the header of the picture at `path`.

    Raises PictureError (``missing``, ``unreadable``, ``truncated``, ``too-large``).
    """
    from spyke_tui.model.geometry import Size

    with _opened(path) as (picture, file):
        orientation = _orientation(picture) or _late_png_orientation(picture, file)
        return PictureInfo(
            size=Size(*_upright_size(picture, orientation)),
            format=picture.format or "",
            mode=picture.mode,
            bits=colour.bits_per_channel(picture),
            transparent=picture.has_transparency_data,
        )


def load_picture(path: Path | str) -> Image.Image:
    """Decode the first frame of the picture at `path`: upright, 8-bit sRGB.

    The result is RGBA where at least one pixel is see-through, else RGB. It carries no metadata.
    Raises PictureError (``missing``, ``unreadable``, ``truncated``, ``too-large``).
    """
    with _opened(path) as (picture, _):
        source = colour.Source.of(picture)
        picture.load()
        # Only now: a PNG may carry its EXIF after the pixels.
        orientation = _orientation(picture)
        return _plain(_turned(colour.to_srgb(picture, source), orientation))


# Opening ------------------------------------------------------------------------------------


@contextlib.contextmanager
def _opened(path: Path | str) -> Iterator[tuple[ImageFile.ImageFile, BinaryIO]]:
    """The picture, its header read and its size allowed, and its file.

    Whatever is raised inside, in Pillow or in the caller's block, leaves as PictureError.
    """
    try:
        with _opened_file(path) as file:
            picture = _parsed(path, file)
            _refuse_too_large(path, *picture.size)
            yield picture, file
    except PictureError:
        raise
    except Exception as error:
        raise _as_picture_error(path, error) from error


@contextlib.contextmanager
def _opened_file(path: Path | str) -> Iterator[BinaryIO]:
    """A regular file opened for reading; never blocks on a pipe or a device."""
    if "\0" in str(path):
        raise _error(path, "missing", "is not a possible file name", "Correct its path.")
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise _error(path, "unreadable", "is a folder", "Name a picture inside it.")
        if not stat.S_ISREG(mode):
            raise _error(path, "unreadable", "is not a regular file", "Name a picture file.")
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)


def _parsed(path: Path | str, file: BinaryIO) -> ImageFile.ImageFile:
    prefix = file.read(30)
    if not prefix:
        raise _error(path, "unreadable", "is empty", "Copy or export it again.")
    reader = _reader_of(prefix)
    if reader is None:
        raise _error(
            path,
            "unreadable",
            "is not a picture this program opens",
            "Save it as PNG, JPEG, WebP, AVIF, TIFF, BMP or GIF.",
        )
    size = _size_in_prefix(prefix)
    if size is not None:
        _refuse_too_large(path, *size)
    file.seek(0)
    module_name, class_name = reader
    module = importlib.import_module(f"PIL.{module_name}")
    # The name stays empty: with one, Pillow maps raw files into memory and a file that shrinks
    # meanwhile would end the process.
    return cast(ImageFile.ImageFile, getattr(module, class_name)(file, ""))


def _reader_of(prefix: bytes) -> tuple[str, str] | None:
    """Pillow's module and class for a file that starts like this."""
    if prefix.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PngImagePlugin", "PngImageFile"
    if prefix.startswith(b"\xff\xd8\xff"):
        return "JpegImagePlugin", "JpegImageFile"
    if prefix.startswith((b"GIF87a", b"GIF89a")):
        return "GifImagePlugin", "GifImageFile"
    if prefix.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "TiffImagePlugin", "TiffImageFile"
    if prefix.startswith(b"BM"):
        return "BmpImagePlugin", "BmpImageFile"
    if prefix[:4] == b"RIFF" and prefix[8:12] == b"WEBP":
        return "WebPImagePlugin", "WebPImageFile"
    if prefix[4:8] == b"ftyp" and prefix[8:12] in (b"avif", b"avis", b"mif1", b"msf1"):
        return "AvifImagePlugin", "AvifImageFile"
    return None


def _size_in_prefix(prefix: bytes) -> tuple[int, int] | None:
    """The canvas of a GIF or WebP file from its first 30 bytes; None where they don't tell.

    Pillow's readers of these two reserve memory for the canvas as soon as they are created.
    """
    if len(prefix) < 30:
        return None
    if prefix.startswith(b"GIF8"):
        width, height = struct.unpack_from("<HH", prefix, 6)
        return width, height
    if not prefix.startswith(b"RIFF"):
        return None
    match prefix[12:16]:
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", prefix, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", prefix, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            width = int.from_bytes(prefix[24:27], "little") + 1
            return width, int.from_bytes(prefix[27:30], "little") + 1
    return None


def _plain(picture: Image.Image) -> Image.Image:
    """The same pixels, not copied, without metadata and without the reader that made them."""
    plain = picture._new(picture.im)
    plain.info = {}
    return plain


# Orientation --------------------------------------------------------------------------------

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION_TAG = 0x0112


def _turned(picture: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _upright_size(picture: Image.Image, orientation: int) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if orientation in _SIDEWAYS else (width, height)


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation still to be applied, 1..8; 0 where there is none or it is broken."""
    if picture.format == "TIFF":
        return 0  # its reader turns the pixels and the size by itself
    exif = picture.info.get("exif")
    if isinstance(exif, bytes):
        return exif_orientation(exif)
    hexadecimal = picture.info.get("Raw profile type exif")  # ImageMagick's way in a PNG
    if isinstance(hexadecimal, str):
        with contextlib.suppress(ValueError):
            return exif_orientation(bytes.fromhex("".join(hexadecimal.split("\n")[3:])))
    return 0


def exif_orientation(exif: bytes) -> int:
    """The orientation 1..8 in a block of EXIF data; 0 where it has none or is broken."""
    data = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return 0
    with contextlib.suppress(struct.error):
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        for index in range(count):
            entry = start + 2 + 12 * index
            tag, kind = struct.unpack_from(f"{order}HH", data, entry)
            if tag == _ORIENTATION_TAG:
                layout = {1: "B", 3: "H", 4: "I"}.get(kind, "H")
                value = int(struct.unpack_from(order + layout, data, entry + 8)[0])
                return value if 1 <= value <= 8 else 0
    return 0


def _late_png_orientation(picture: Image.Image, file: BinaryIO) -> int:
    """The orientation in a PNG's EXIF chunk wherever it stands, by hopping over the others."""
    if picture.format != "PNG" or "exif" in picture.info:
        return 0
    file.seek(8)
    while len(header := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", header)
        if kind == b"eXIf":
            return exif_orientation(file.read(length))
        if kind == b"IEND":
            break
        file.seek(length + 4, os.SEEK_CUR)
    return 0


# Refusals -----------------------------------------------------------------------------------


def _refuse_too_large(path: Path | str, width: int, height: int) -> None:
    too_many = width * height > MAX_PIXELS
    if not too_many and max(width, height) <= MAX_SIDE:
        return
    limit = f"{MAX_PIXELS // 1_000_000} megapixels" if too_many else f"{MAX_SIDE} pixels a side"
    raise _error(
        path,
        "too-large",
        f"is {width}x{height} pixels, more than the {limit} that are decoded safely",
        "Reduce it, or cut it into several sheets.",
    )


def _as_picture_error(path: Path | str, error: Exception) -> PictureError:
    """What Pillow or the system raised, in words."""
    if isinstance(error, Image.DecompressionBombError):
        limit = f"more than the {MAX_PIXELS // 1_000_000} megapixels that are decoded safely"
        return _error(path, "too-large", f"says that it has {limit}", "Export it again, smaller.")
    if isinstance(error, MemoryError):
        return _error(path, "too-large", "needs more memory than there is", "Reduce it.")
    if isinstance(error, OSError) and error.errno is not None:
        return _system_error(path, error)
    text = str(error).lower()
    if isinstance(error, EOFError) or "truncated" in text or "incomplete" in text:
        return _error(path, "truncated", "ends too early", "Copy or export it again.")
    return _error(path, "unreadable", "is damaged", "Copy or export it again.")


def _system_error(path: Path | str, error: OSError) -> PictureError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        is_link = os.path.islink(path)
        where = "is a link to a file that does not exist" if is_link else "does not exist"
        return _error(path, "missing", where, "Put it back, or correct its path.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return _error(path, "unreadable", "may not be read", "Give yourself permission to read it.")
    why = (error.strerror or "can't be read").lower()
    return _error(path, "unreadable", f"can't be read: {why}", "Check the disk and the path.")


def _error(path: Path | str, reason: str, what: str, hint: str) -> PictureError:
    name = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(path))
    from pathlib import Path

    return PictureError(Path(path), reason, f"{name} {what}.", hint)
