"""What the encoder writes, read chunk by chunk."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms, ImageDraw

from spyke_tui.processing.png import ENCODER_ID, encode_png


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = [], 8
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        found.append((kind, data[place + 8 : place + 8 + length]))
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        assert checksum == zlib.crc32(data[place + 4 : place + 8 + length])
        place += 12 + length
    return found


def drawing(size: int = 128) -> Image.Image:
    image = Image.new("RGB", (size, size), (255, 255, 255))
    ImageDraw.Draw(image).ellipse((20, 30, 90, 110), fill=(200, 40, 30), outline=(0, 0, 0))
    return image


def test_eight_bit_rgb_and_nothing_else() -> None:
    found = chunks(encode_png(drawing()))
    assert {kind for kind, _ in found} == {b"IHDR", b"IDAT", b"IEND"}
    assert struct.unpack(">IIBBBBB", found[0][1]) == (128, 128, 8, 2, 0, 0, 0)


def test_metadata_of_the_picture_is_not_written() -> None:
    image = drawing()
    image.info = {
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        "transparency": (255, 255, 255),
        "exif": b"Exif\0\0II*\0\x08\0\0\0\0\0",
        "prompt": "secret workflow",
        "dpi": (72, 72),
        "gamma": 0.45,
    }
    image.getexif()[0x0112] = 6
    assert encode_png(image) == encode_png(drawing())


@pytest.mark.parametrize("image", [drawing(), Image.effect_noise((64, 64), 90).convert("RGB")])
def test_pixels_survive_and_bytes_repeat(image: Image.Image) -> None:
    data = encode_png(image)
    assert data == encode_png(image.copy())
    with Image.open(io.BytesIO(data)) as again:
        assert again.mode == "RGB"
        assert again.tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "LA", "1"])
def test_other_modes_are_refused(mode: str) -> None:
    with pytest.raises(ValueError, match=mode):
        encode_png(Image.new(mode, (8, 8)))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (65, 3), (3, 200), (512, 512)])
def test_any_size_reads_back(size: tuple[int, int]) -> None:
    image = Image.effect_noise(size, 50).convert("RGB")
    with Image.open(io.BytesIO(encode_png(image))) as again:
        again.load()
        assert again.tobytes() == image.tobytes()


def test_checksums_and_filters_are_valid() -> None:
    """Unpacked with zlib and undone with the specification's formula, row by row."""
    image = drawing(40)
    found = dict(chunks(encode_png(image)))
    raw = zlib.decompress(found[b"IDAT"])
    above = bytes(120)
    pixels = b""
    for start in range(0, len(raw), 121):
        assert raw[start] == 2
        row = raw[start + 1 : start + 121]
        above = bytes((one + other) & 0xFF for one, other in zip(row, above, strict=True))
        pixels += above
    assert pixels == image.tobytes()


def test_files_are_small() -> None:
    """Against Pillow's own default, on flat art and on grain."""
    grain = Image.effect_noise((512, 512), 12).convert("RGB")
    for image in (drawing(512), grain):
        default = io.BytesIO()
        image.save(default, "PNG")
        assert len(encode_png(image)) <= 1.3 * default.tell()


def test_the_id_names_the_library() -> None:
    assert "pillow" in ENCODER_ID
