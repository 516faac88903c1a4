"""What one file says of itself: a picture's header, a caption's text, a cache's soundness.

Facts don't depend on the project, so they can be remembered for as long as the file's stamp
stays. Only regular files may be given; every error becomes a `problem` in words.
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from spyke_tui.errors import PictureError

CAPTION_LIMIT = 1_000_000
"""Bytes of a caption that are read; a longer file is no caption."""
CACHE_LIMIT = 256_000_000
"""Bytes of unpacked arrays up to which a cache is tested whole."""
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """`problem` is empty where the picture can be read; the size is upright, in pixels."""

    problem: str = ""
    width: int = 0
    height: int = 0
    mode: str = ""
    bits: int = 8
    transparent: bool = False
    practice: bool = False
    """Drawn by the practice server, as its metadata says."""


@dataclass(frozen=True, slots=True)
class CaptionFacts:
    """`text` is the first line as the trainer reads it; `problem` says why it misreads the file.

    `sha256` is of the whole file; `more_lines` is true where text follows the first line.
    """

    problem: str = ""
    sha256: str = ""
    text: str = ""
    more_lines: bool = False


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """`problem` is empty where the trainer's cache is a sound archive."""

    problem: str = ""


def read_picture_facts(path: Path) -> PictureFacts:
    """The header of a picture, and whether the file is whole. Its pixels are not decoded."""
    from spyke_tui.processing.generated import is_practice
    from spyke_tui.processing.loading import load_picture, read_info

    try:
        info = read_info(path)
        if info.format == "PNG":
            problem = png_damage(path)
        else:
            # Only a PNG shows its end and its damage without being decoded.
            load_picture(path)
            problem = ""
    except PictureError as error:
        return PictureFacts(problem=_without_path(error.message, path))
    except OSError as error:
        return PictureFacts(problem=f"can't be read: {error.strerror or error}")
    size = info.size
    return PictureFacts(
        problem, size.width, size.height, info.mode, info.bits, info.transparent,
        is_practice(path),
    )  # fmt: skip


def _without_path(message: str, path: Path) -> str:
    """The finding names the file itself, so the path in front of an error's message goes."""
    return message.removeprefix(f"{path} ").rstrip(".")


def png_damage(path: Path) -> str:
    """What is wrong with a PNG's chunks (cut off, or a checksum fails); empty where all is well.

    Raises OSError.
    """
    with path.open("rb") as file:
        if file.read(8) != _PNG_SIGNATURE:
            return "is damaged"
        while True:
            kind = _read_chunk(file)
            if kind is None:
                return "ends too early"
            if kind == b"":
                return "is damaged: a checksum in it fails"
            if kind == b"IEND":
                return ""


def _read_chunk(file: BinaryIO) -> bytes | None:
    """The next chunk's kind; None where the file ends inside it, ``b""`` where it is damaged."""
    head = file.read(8)
    if len(head) < 8:
        return None
    length, kind = struct.unpack(">I4s", head)
    body = file.read(length + 4)
    if len(body) < length + 4:
        return None
    return kind if zlib.crc32(body[:-4], zlib.crc32(kind)) == int.from_bytes(body[-4:]) else b""


def read_caption_facts(path: Path) -> CaptionFacts:
    """A caption as the trainer reads it: UTF-8, lines end at LF, CR or both, the first counts."""
    try:
        with path.open("rb") as file:
            data = file.read(CAPTION_LIMIT + 1)
    except OSError as error:
        return CaptionFacts(problem=f"can't be read: {error.strerror or error}")
    digest = hashlib.sha256(data).hexdigest()
    if len(data) > CAPTION_LIMIT:
        return CaptionFacts(problem="is longer than a million bytes", sha256=digest)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return CaptionFacts(
            problem=f"is not UTF-8 (byte {error.start + 1} is 0x{data[error.start]:02x})",
            sha256=digest,
        )
    first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return CaptionFacts(
        problem=hidden_character(text),
        sha256=digest,
        text=first.strip(),
        more_lines=any(line.strip() for line in rest),
    )


def hidden_character(text: str) -> str:
    """Names the first character in `text` that nobody sees and the trainer takes for text."""
    for index, character in enumerate(text):
        if character in "\t\n\r":
            continue
        if unicodedata.category(character) in ("Cf", "Cc", "Co"):
            if character == "\ufeff" and index == 0:
                return "begins with a byte order mark (BOM)"
            name = unicodedata.name(character, "control character").lower()
            return f"holds an invisible character (U+{ord(character):04X}, {name})"
    return ""


def read_cache_facts(path: Path) -> CacheFacts:
    """Whether a cache of the trainer is an archive whose parts are all there."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            damaged = archive.testzip() if unpacked <= CACHE_LIMIT else None
            if not archive.namelist() or damaged is not None:
                return CacheFacts("is damaged")
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return CacheFacts("can't be read")
    return CacheFacts()
