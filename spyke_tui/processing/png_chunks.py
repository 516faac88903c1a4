"""PNG files as a row of chunks: what stands in them, without decoding a pixel."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LARGEST = 2**31 - 1


class Chunk(NamedTuple):
    """One chunk: four letters and its bytes."""

    kind: bytes
    data: bytes


def read_chunks(png: bytes) -> Iterator[Chunk]:
    """The chunks up to IEND. Raises ValueError where `png` is none, is cut, or a sum is wrong."""
    if not png.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    place = len(SIGNATURE)
    while place + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        if length > _LARGEST or place + 12 + length > len(png):
            break
        data = png[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", png, place + 8 + length)
        if checksum != zlib.crc32(data, zlib.crc32(kind)):
            raise ValueError(f"wrong checksum in {kind!r}")
        yield Chunk(kind, data)
        if kind == b"IEND":
            return
        place += 12 + length
    raise ValueError("ends too early")


def write_chunk(kind: bytes, data: bytes) -> bytes:
    """The chunk as it stands in a file."""
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)))


def text_chunk(keyword: str, text: str) -> bytes:
    """A tEXt chunk; what Latin-1 lacks becomes a question mark."""
    words = keyword.encode("latin-1") + b"\0" + text.encode("latin-1", "replace")
    return write_chunk(b"tEXt", words)


def insert_chunks(png: bytes, *chunks: bytes) -> bytes:
    """`png` with written chunks put in right behind its header."""
    end = len(SIGNATURE) + 12 + 13
    return b"".join((png[:end], *chunks, png[end:]))


def keyword_of(chunk: Chunk) -> str:
    """The keyword of a text chunk (tEXt, zTXt, iTXt), else ``""``."""
    if chunk.kind not in (b"tEXt", b"zTXt", b"iTXt"):
        return ""
    return chunk.data.split(b"\0", 1)[0][:79].decode("latin-1")
