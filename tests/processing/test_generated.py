"""Pictures from a server: what is kept of them, and what is refused."""

import io
import os
import struct
import zlib

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from spyke_tui.model.geometry import Size
from spyke_tui.processing import practice_picture
from spyke_tui.processing.generated import GeneratedError, is_practice, mark_practice, verify
from spyke_tui.processing.png_chunks import (
    SIGNATURE,
    insert_chunks,
    read_chunks,
    text_chunk,
    write_chunk,
)

SIZE = Size(64, 48)


def picture(mode: str = "RGB") -> Image.Image:
    return Image.effect_noise((64, 48), 80).convert(mode)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def kinds(png: bytes) -> list[bytes]:
    return list(dict.fromkeys(chunk.kind for chunk in read_chunks(png)))


def refusal(data: bytes, size: Size = SIZE) -> str:
    with pytest.raises(GeneratedError) as caught:
        verify(data, size)
    assert caught.value.message
    return caught.value.kind


def test_texts_of_every_kind_are_stripped_and_pixels_kept():
    image = picture()
    info = PngInfo()
    info.add_text("prompt", '{"3": {}}')
    info.add_text("workflow", "x" * 5000, zip=True)
    info.add_itxt("parameters", "steps: 20")
    plain = saved(image, pnginfo=info, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0", dpi=(72, 72))
    verified = verify(plain, SIZE)
    assert kinds(verified.png) == [b"IHDR", b"IDAT", b"IEND"]
    assert not verified.is_practice
    again = Image.open(io.BytesIO(verified.png))
    assert again.mode == "RGB"
    assert again.tobytes() == image.tobytes()
    # The pixels were fine: not a byte of them was encoded anew.
    assert [c for c in read_chunks(plain) if c.kind == b"IDAT"] == [
        c for c in read_chunks(verified.png) if c.kind == b"IDAT"
    ]


@pytest.mark.parametrize("mode", ["RGBA", "L", "LA", "P", "1"])
def test_every_mode_becomes_8_bit_rgb(mode):
    verified = verify(saved(picture("L").convert(mode)), SIZE)
    header = next(read_chunks(verified.png)).data
    assert header[8:10] == bytes((8, 2))
    assert kinds(verified.png) == [b"IHDR", b"IDAT", b"IEND"]


def test_deep_pictures_with_alpha_keep_their_mark():
    verified = verify(mark_practice(practice_picture.deep_png(64, 48, 7)), SIZE)
    assert verified.is_practice
    assert Image.open(io.BytesIO(verified.png)).mode == "RGB"


def test_an_embedded_profile_is_applied_and_dropped():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert b"iCCP" in kinds(saved(picture(), icc_profile=profile))
    assert kinds(verify(saved(picture(), icc_profile=profile), SIZE).png)[1] == b"IDAT"


def test_the_digest_is_of_pixels_alone():
    image = picture()
    first = verify(saved(image), SIZE)
    second = verify(saved(image, compress_level=1, pnginfo=PngInfo()), SIZE)
    assert first.pixels == second.pixels
    assert verify(saved(picture()), SIZE).pixels != first.pixels


def test_jpeg_becomes_png():
    assert verify(saved(picture(), "JPEG"), SIZE).png.startswith(SIGNATURE)


@pytest.mark.parametrize(
    ("colour", "kind"),
    [((0, 0, 0), "black"), ((2, 1, 0), "black"), ((200, 30, 90), "one-colour")],
)
def test_pictures_that_show_nothing(colour, kind):
    assert refusal(saved(Image.new("RGB", (64, 48), colour))) == kind
    almost = Image.new("RGB", (64, 48), colour)
    almost.putpixel((3, 3), tuple(c + 1 for c in colour))
    assert refusal(saved(almost)) == kind


def test_a_dark_picture_is_a_picture():
    dark = Image.new("RGB", (64, 48))
    dark.putpixel((3, 3), (40, 40, 40))
    assert verify(saved(dark), SIZE).png


def test_the_size_is_checked_before_anything_is_decoded():
    assert refusal(practice_picture.bomb_png()) == "size"
    assert refusal(saved(picture()), Size(48, 64)) == "size"
    assert refusal(saved(picture(), "JPEG"), Size(64, 64)) == "size"


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.99])
def test_half_files_are_broken(share):
    for data in (saved(picture()), saved(picture(), "JPEG")):
        assert refusal(data[: int(len(data) * share)]) == "broken"


def test_damaged_files_are_broken():
    png = saved(picture())
    for place in range(16, len(png), 97):
        damaged = bytearray(png)
        damaged[place] ^= 0x5A
        assert refusal(bytes(damaged)) in ("broken", "size")
    assert refusal(b"<html>not found</html>") == "broken"
    assert refusal(SIGNATURE) == "broken"
    header = write_chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0))
    short = zlib.compress(b"\0" * 500)
    end = write_chunk(b"IEND", b"")
    assert refusal(SIGNATURE + header + end) == "broken"
    assert refusal(SIGNATURE + header + write_chunk(b"IDAT", short) + end) == "broken"


def test_practice_pictures_are_marked_and_stay_so(tmp_path):
    drawn = practice_picture.draw_practice_picture(64, 48, 5).png
    drawn = insert_chunks(drawn, text_chunk("prompt", "{}" * 40_000))
    verified = verify(drawn, SIZE)
    assert verified.is_practice
    assert kinds(verified.png) == [b"IHDR", b"tEXt", b"IDAT", b"IEND"]
    for name, data, is_marked in (
        ("raw.png", drawn, True),
        ("kept.png", verified.png, True),
        ("other.png", saved(picture()), False),
        ("cut.png", drawn[:40], False),
        ("empty.png", b"", False),
    ):
        (tmp_path / name).write_bytes(data)
        assert is_practice(tmp_path / name) == is_marked, name
    os.mkfifo(tmp_path / "pipe.png")
    assert not is_practice(tmp_path / "pipe.png")
    assert not is_practice(tmp_path / "missing.png")
    assert not is_practice(tmp_path)


def test_practice_pictures_differ_by_seed_and_come_back_the_same():
    for size in ((512, 512), (16, 16), (64, 640)):
        pixels = {
            verify(practice_picture.draw_practice_picture(*size, seed).png, Size(*size)).pixels
            for seed in range(20)
        }
        assert len(pixels) == 20
    first, second = (practice_picture.draw_practice_picture(256, 256, 9, previews=3) for _ in "ab")
    assert first == second
    assert len({*first.previews}) == 3
