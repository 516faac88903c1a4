"""Every kind of picture file comes out upright, 8-bit and sRGB, or is refused with a reason."""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from spyke_tui.errors import PictureError
from spyke_tui.model.geometry import Size
from spyke_tui.processing.colour import Source, to_srgb
from spyke_tui.processing.loading import (
    MAX_PIXELS,
    MAX_SIDE,
    exif_orientation,
    load_picture,
    read_info,
)


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png_file(
    path: Path,
    size: tuple[int, int],
    depth: int,
    colour_type: int,
    rows: list[bytes],
    before: bytes = b"",
    after: bytes = b"",
) -> Path:
    """A PNG written by hand, so that no code under test decides what is in it."""
    header = struct.pack(">IIBBBBB", *size, depth, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before
    path.write_bytes(data + chunk(b"IDAT", pixels) + after + chunk(b"IEND", b""))
    return path


def exif_block(orientation: int, order: str = "<") -> bytes:
    start = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return start + struct.pack(f"{order}IH", 8, 1) + entry + b"\0\0\0\0"


def pixels(image: Image.Image) -> list[tuple[int, ...]]:
    data, bands = image.tobytes(), len(image.getbands())
    return [tuple(data[i : i + bands]) for i in range(0, len(data), bands)]


def refusal(path: Path) -> PictureError:
    """The error that both functions give for `path`; reading a header may succeed."""
    with pytest.raises(PictureError) as caught:
        load_picture(path)
    error = caught.value
    assert error.path == path
    assert error.message.endswith(".")
    assert error.hint
    return error


# Depths and modes ---------------------------------------------------------------------------


def test_gray_16_bit_is_scaled_not_clipped(tmp_path: Path) -> None:
    values = [0, 128, 129, 257, 32767, 32768, 65278, 65535]
    row = struct.pack(">8H", *values)
    path = png_file(tmp_path / "deep.png", (8, 1), 16, 0, [row])
    expected = [round(value / 257) for value in values]
    assert pixels(load_picture(path)) == [(v, v, v) for v in expected]
    assert read_info(path).bits == 16


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I", "F"])
def test_deep_tiff_is_scaled(tmp_path: Path, mode: str) -> None:
    values = [0, 257 * 40, 257 * 128, 65535]
    layout = {"I;16": "<4H", "I;16B": ">4H", "I": "<4i", "F": "<4f"}[mode]
    image = Image.frombytes(mode, (4, 1), struct.pack(layout, *values))
    path = tmp_path / "deep.tif"
    image.save(path)
    assert pixels(load_picture(path)) == [(v, v, v) for v in (0, 40, 128, 255)]


@pytest.mark.parametrize(("white", "half"), [(1.0, 0.5), (255.0, 127.6), (65535.0, 32900.0)])
def test_float_tiff_in_any_usual_range(tmp_path: Path, white: float, half: float) -> None:
    image = Image.frombytes("F", (3, 1), struct.pack("<3f", 0, half, white))
    image.save(tmp_path / "float.tif")
    assert [p[0] for p in pixels(load_picture(tmp_path / "float.tif"))] == [0, 128, 255]


def test_signed_and_32_bit_integers_do_not_wrap(tmp_path: Path) -> None:
    image = Image.frombytes("I", (3, 1), struct.pack("<3i", -5, 0, 0x7FFFFFFF))
    image.save(tmp_path / "wide.tif")
    assert [p[0] for p in pixels(load_picture(tmp_path / "wide.tif"))] == [0, 0, 255]


def test_rgb_16_bit(tmp_path: Path) -> None:
    row = struct.pack(">6H", 0, 257 * 77, 65535, 257, 257 * 254, 1)
    path = png_file(tmp_path / "deep.png", (2, 1), 16, 2, [row])
    assert pixels(load_picture(path)) == [(0, 77, 255), (1, 254, 0)]
    assert read_info(path).bits == 16
    assert read_info(path).mode == "RGB"


def test_rgba_and_gray_alpha_16_bit(tmp_path: Path) -> None:
    rgba = struct.pack(">8H", 257, 514, 771, 257 * 100, 0, 0, 0, 65535)
    path = png_file(tmp_path / "rgba.png", (2, 1), 16, 6, [rgba])
    assert pixels(load_picture(path)) == [(1, 2, 3, 100), (0, 0, 0, 255)]
    gray = struct.pack(">4H", 257 * 9, 257 * 100, 65535, 65535)
    path = png_file(tmp_path / "la.png", (2, 1), 16, 4, [gray])
    assert pixels(load_picture(path)) == [(9, 9, 9, 100), (255, 255, 255, 255)]


@pytest.mark.parametrize(
    ("depth", "row", "levels"),
    [(1, 0b01000000, (0, 255)), (2, 0b01100000, (85, 170)), (4, 0x3C, (51, 204))],
)
def test_shallow_gray_png(tmp_path: Path, depth: int, row: int, levels: tuple[int, int]) -> None:
    path = png_file(tmp_path / "gray.png", (2, 1), depth, 0, [bytes([row])])
    assert pixels(load_picture(path)) == [(v, v, v) for v in levels]
    assert read_info(path).bits == 8


@pytest.mark.parametrize(
    ("depth", "row", "key"),
    [(1, 0b01000000, 1), (2, 0b01100000, 2), (4, 0x3C, 12), (8, None, 200), (16, None, 51400)],
)
def test_gray_key_colour_becomes_alpha(
    tmp_path: Path, depth: int, row: int | None, key: int
) -> None:
    data = {8: bytes([7, 200]), 16: struct.pack(">2H", 51401, 51400)}.get(depth, bytes([row or 0]))
    key_chunk = chunk(b"tRNS", struct.pack(">H", key))
    path = png_file(tmp_path / "key.png", (2, 1), depth, 0, [data], before=key_chunk)
    picture = load_picture(path)
    assert picture.mode == "RGBA"
    assert [p[3] for p in pixels(picture)] == [255, 0]
    assert read_info(path).transparent


@pytest.mark.parametrize("depth", [8, 16])
def test_rgb_key_colour_becomes_alpha(tmp_path: Path, depth: int) -> None:
    scale = 1 if depth == 8 else 257
    key = [10 * scale, 20 * scale, 30 * scale]
    values = [*key, 10 * scale, 20 * scale, 31 * scale]
    row = struct.pack(">6B" if depth == 8 else ">6H", *values)
    key_chunk = chunk(b"tRNS", struct.pack(">3H", *key))
    path = png_file(tmp_path / "key.png", (2, 1), depth, 2, [row], before=key_chunk)
    assert pixels(load_picture(path)) == [(10, 20, 30, 0), (10, 20, 31, 255)]


@pytest.mark.parametrize("alphas", [b"\0", b"\xff\0", b"\x40\xff\x80"])
def test_palette_with_alpha(tmp_path: Path, alphas: bytes) -> None:
    colours = [(1, 2, 3), (50, 60, 70), (200, 210, 220)]
    palette = chunk(b"PLTE", b"".join(bytes(c) for c in colours)) + chunk(b"tRNS", alphas)
    path = png_file(tmp_path / "p.png", (3, 1), 8, 3, [bytes([0, 1, 2])], before=palette)
    padded = alphas.ljust(3, b"\xff")
    assert pixels(load_picture(path)) == [(*c, a) for c, a in zip(colours, padded, strict=True)]


def test_opaque_alpha_is_dropped(tmp_path: Path) -> None:
    Image.new("RGBA", (3, 2), (9, 8, 7, 255)).save(tmp_path / "a.png")
    assert read_info(tmp_path / "a.png").transparent  # the header can't know
    assert pixels(load_picture(tmp_path / "a.png")) == [(9, 8, 7)] * 6


@pytest.mark.parametrize("mode", ["La", "RGBa"])
def test_premultiplied(mode: str) -> None:
    straight = (80, 128) if mode == "La" else (80, 160, 240, 128)
    image = Image.new("LA" if mode == "La" else "RGBA", (2, 2), straight).convert(mode)
    red, *_, alpha = pixels(to_srgb(image, Source()))[0]
    assert alpha == 128
    assert abs(red - 80) <= 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "PA", "P", "HSV", "YCbCr", "RGBX", "I;16L"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    result = to_srgb(Image.new(mode, (3, 2)), Source())
    assert result.mode in ("RGB", "RGBA")
    assert result.size == (3, 2)


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_without_profile(tmp_path: Path, suffix: str) -> None:
    """Jpegs hold CMYK inverted, the way Adobe writes it; tiffs do not."""
    Image.new("CMYK", (16, 16), (255, 0, 0, 0)).save(tmp_path / f"c.{suffix}")
    red, green, blue = pixels(load_picture(tmp_path / f"c.{suffix}"))[100]
    assert red < 6
    assert min(green, blue) > 249


def test_lab_and_ycbcr_tiff(tmp_path: Path) -> None:
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.createProfile("sRGB")
    source = Image.new("RGB", (4, 4), (200, 40, 90))
    converted = ImageCms.profileToProfile(source, srgb, lab, outputMode="LAB")
    assert converted is not None
    converted.save(tmp_path / "lab.tif")
    source.convert("YCbCr").save(tmp_path / "ycc.tif")
    for name in ("lab.tif", "ycc.tif"):
        found = pixels(load_picture(tmp_path / name))[5]
        assert max(abs(a - b) for a, b in zip(found, (200, 40, 90), strict=True)) <= 3, name


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif", "webp", "avif", "jpg"])
def test_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    source = Image.new("RGB", (40, 24), (180, 60, 20))
    source.save(path, **({"lossless": True} if suffix == "webp" else {"quality": 95}))
    info = read_info(path)
    assert info.size == Size(40, 24)
    assert info.format == {"jpg": "JPEG", "tif": "TIFF"}.get(suffix, suffix.upper())
    picture = load_picture(path)
    assert picture.mode == "RGB"
    assert picture.info == {}
    assert max(abs(a - b) for a, b in zip(pixels(picture)[0], (180, 60, 20), strict=True)) <= 4


def test_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), c) for c in ((255, 0, 0), (0, 255, 0))]
    for name in ("a.gif", "a.png", "a.webp"):
        extra = {"lossless": True} if name == "a.webp" else {}
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **extra)
        assert pixels(load_picture(tmp_path / name))[0] == (255, 0, 0), name


# Profiles -----------------------------------------------------------------------------------


def swapped_profile() -> bytes:
    """An RGB profile whose red and blue primaries are exchanged, made from sRGB's bytes."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"tmp1").replace(b"bXYZ", b"rXYZ").replace(b"tmp1", b"bXYZ")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_embedded_profile_is_converted(tmp_path: Path, mode: str) -> None:
    source = Image.new("RGB", (4, 4), (255, 0, 0))
    if mode == "RGBA":
        source.putalpha(99)
    if mode == "P":
        source = source.quantize(2)
    source.save(tmp_path / "p.png", icc_profile=swapped_profile())
    picture = load_picture(tmp_path / "p.png")
    assert picture.mode == ("RGBA" if mode == "RGBA" else "RGB")
    red, green, blue, *alpha = pixels(picture)[0]
    assert (red < 3, green < 3, blue > 252) == (True, True, True)
    assert alpha == ([99] if mode == "RGBA" else [])


def test_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = Image.radial_gradient("L").convert("RGB")
    source.save(tmp_path / "p.png", icc_profile=srgb)
    assert load_picture(tmp_path / "p.png").tobytes() == source.tobytes()


def gray_profile(gamma: float) -> bytes:
    """A minimal ICC gray profile: header, a white point and one gamma curve."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    about = b"desc" + bytes(4) + struct.pack(">I", 2) + b"g\0" + bytes(78)
    tags, body, offset = b"", b"", 128 + 4 + 3 * 12
    for name, data in ((b"kTRC", curve), (b"wtpt", white), (b"desc", about)):
        data += bytes(-len(data) % 4)
        tags += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = 128 + 4 + len(tags) + len(body)
    header = struct.pack(">I4xI4s4s4s", size, 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", 3) + tags + body


@pytest.mark.parametrize("gamma", [1.0, 1.8])
@pytest.mark.parametrize("mode", ["L", "LA"])
def test_gray_profile(tmp_path: Path, gamma: float, mode: str) -> None:
    Image.new(mode, (4, 4), 100 if mode == "L" else (100, 77)).save(
        tmp_path / "g.png", icc_profile=gray_profile(gamma)
    )
    light = (100 / 255) ** gamma
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    red, green, blue, *alpha = pixels(load_picture(tmp_path / "g.png"))[0]
    assert red == green == blue
    assert abs(red - expected) <= 1.5
    assert alpha == ([77] if mode == "LA" else [])


def test_16_bit_gray_with_profile(tmp_path: Path) -> None:
    profile = chunk(b"iCCP", b"gray\0\0" + zlib.compress(gray_profile(1.0)))
    row = struct.pack(">H", 100 * 257)
    path = png_file(tmp_path / "g.png", (1, 1), 16, 0, [row], before=profile)
    expected = 255 * (1.055 * (100 / 255) ** (1 / 2.4) - 0.055)
    assert abs(pixels(load_picture(path))[0][0] - expected) <= 1.5


@pytest.mark.parametrize(
    "profile", [b"x", b"\0" * 200, swapped_profile()[:150]], ids=["word", "zeros", "cut"]
)
def test_broken_profile_is_ignored(tmp_path: Path, profile: bytes) -> None:
    Image.new("RGB", (4, 4), (12, 34, 56)).save(tmp_path / "p.png", icc_profile=profile)
    assert pixels(load_picture(tmp_path / "p.png"))[0] == (12, 34, 56)


def test_profile_for_another_kind_of_picture_is_ignored(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), (12, 34, 56)).save(tmp_path / "p.png", icc_profile=gray_profile(1.0))
    assert pixels(load_picture(tmp_path / "p.png"))[0] == (12, 34, 56)


def test_gray_picture_with_rgb_profile(tmp_path: Path) -> None:
    Image.new("L", (4, 4), 90).save(tmp_path / "g.png", icc_profile=swapped_profile())
    assert all(abs(v - 90) <= 2 for v in pixels(load_picture(tmp_path / "g.png"))[0])


# Orientation --------------------------------------------------------------------------------

STORED = {  # what a camera held each way stores, for the upright rows "abc" / "def"
    1: ["abc", "def"],
    2: ["cba", "fed"],
    3: ["fed", "cba"],
    4: ["def", "abc"],
    5: ["ad", "be", "cf"],
    6: ["cf", "be", "ad"],
    7: ["fc", "eb", "da"],
    8: ["da", "eb", "fc"],
}
INK = {letter: (40 * index + 20, 250 - 40 * index, 128) for index, letter in enumerate("abcdef")}
BLOCK = 16


def stored_picture(orientation: int) -> Image.Image:
    rows = STORED[orientation]
    image = Image.new("RGB", (BLOCK * len(rows[0]), BLOCK * len(rows)))
    for y, row in enumerate(rows):
        for x, letter in enumerate(row):
            image.paste(INK[letter], (BLOCK * x, BLOCK * y, BLOCK * (x + 1), BLOCK * (y + 1)))
    return image


def assert_upright(path: Path) -> None:
    assert read_info(path).size == Size(3 * BLOCK, 2 * BLOCK)
    picture = load_picture(path)
    assert picture.size == (3 * BLOCK, 2 * BLOCK)
    for index, letter in enumerate("abcdef"):
        y, x = divmod(index, 3)
        found = picture.getpixel((x * BLOCK + BLOCK // 2, y * BLOCK + BLOCK // 2))
        assert isinstance(found, tuple)
        assert max(abs(a - b) for a, b in zip(found, INK[letter], strict=True)) < 9, letter
    assert picture.getexif().get(0x0112) is None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "lzw.tif", "avif"])
def test_orientation(tmp_path: Path, suffix: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{suffix}"
    options = {"compression": "tiff_lzw"} if suffix == "lzw.tif" else {"quality": 95}
    stored_picture(orientation).save(path, exif=exif.tobytes(), **options)
    assert_upright(path)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("place", ["before", "after"])
def test_orientation_anywhere_in_a_png(tmp_path: Path, place: str, order: str) -> None:
    image = stored_picture(6)
    stride = 3 * image.width
    data = image.tobytes()
    rows = [data[i : i + stride] for i in range(0, len(data), stride)]
    exif = {place: chunk(b"eXIf", exif_block(6, order))}
    assert_upright(png_file(tmp_path / "a.png", image.size, 8, 2, rows, **exif))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_impossible_orientation_is_ignored(tmp_path: Path, orientation: int) -> None:
    for name in ("a.jpg", "a.png", "a.tif"):
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored_picture(1).save(tmp_path / name, exif=exif.tobytes(), quality=95)
        assert_upright(tmp_path / name)


@pytest.mark.parametrize(
    "block",
    [b"", b"Exif\0\0", b"II*\0", b"II*\0\xff\xff\xff\xff", b"junk" * 9, exif_block(6)[:14]],
)
def test_broken_exif_is_ignored(tmp_path: Path, block: bytes) -> None:
    assert exif_orientation(block) == 0
    stored_picture(1).save(tmp_path / "a.webp", exif=block or b"\0", lossless=True)
    stored_picture(1).save(tmp_path / "a.jpg", exif=b"Exif\0\0" + block, quality=95)
    assert_upright(tmp_path / "a.webp")
    assert_upright(tmp_path / "a.jpg")


# Refusals -----------------------------------------------------------------------------------


def announced(path: Path, width: int, height: int) -> Path:
    """A tiny PNG that claims to be as large as asked."""
    return png_file(path, (width, height), 8, 2, [b"\0\0\0"])


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (4096, 36864),
        (65535, 65535),
        (1, MAX_SIDE + 1),
        (MAX_SIDE + 1, 10),
        (9434, 9435),
        (2**31 - 1, 2**31 - 1),
    ],
)
def test_too_large_is_refused_by_its_header(tmp_path: Path, width: int, height: int) -> None:
    path = announced(tmp_path / "huge.png", width, height)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for reader in (read_info, load_picture):
            with pytest.raises(PictureError) as caught:
                reader(path)
            assert caught.value.reason == "too-large"
            assert f"{width}x{height}" in str(caught.value)


@pytest.mark.parametrize("size", [(8000, 8000), (12000, 6000), (30000, 2900)])
def test_large_but_sensible_is_read(tmp_path: Path, size: tuple[int, int]) -> None:
    assert size[0] * size[1] <= MAX_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_info(announced(tmp_path / "big.png", *size)).size == Size(*size)


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.bmp", "a.tif", "a.jpg"])
def test_too_large_in_other_formats(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.new("RGB", (40, 24)).save(path, lossless=True)
    data = bytearray(path.read_bytes())
    match name:
        case "a.gif":
            data[6:10] = struct.pack("<HH", 65000, 65000)
        case "a.webp":
            data[21:25] = struct.pack("<I", 16383 | 16383 << 14)
        case "a.bmp":
            data[18:26] = struct.pack("<ii", 60000, 60000)
        case "a.tif":
            data = bytearray(tiff_header(60000, 60000))
        case "a.jpg":
            frame = data.index(b"\xff\xc0")
            data[frame + 5 : frame + 9] = struct.pack(">HH", 60000, 60000)
    path.write_bytes(data)
    refused = refusal(path)
    assert refused.reason == "too-large"
    assert "decoded safely" in refused.message


def tiff_header(width: int, height: int) -> bytes:
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (279, 1)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp", "avif"])
def test_cut_anywhere_gives_a_reason(tmp_path: Path, suffix: str) -> None:
    whole = io.BytesIO()
    noise = Image.effect_noise((64, 64), 80).convert("RGB")
    noise.save(whole, {"jpg": "JPEG", "tif": "TIFF"}.get(suffix, suffix))
    data = whole.getvalue()
    path = tmp_path / f"cut.{suffix}"
    reasons = set()
    for keep in range(1, len(data), max(1, len(data) // 40)):
        path.write_bytes(data[:keep])
        try:
            load_picture(path)
        except PictureError as error:
            reasons.add(error.reason)
    assert reasons <= {"truncated", "unreadable"}
    if suffix in ("png", "jpg"):
        assert "truncated" in reasons


def test_random_damage_never_escapes(tmp_path: Path) -> None:
    """Bytes flipped all over valid files: a picture or a PictureError, nothing else."""
    state = 12345
    path = tmp_path / "damaged"
    for suffix in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"):
        whole = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        options = {} if suffix in ("GIF", "BMP") else {"exif": exif.tobytes()}
        Image.effect_noise((24, 16), 60).convert("RGB").save(whole, suffix, **options)
        for _ in range(150):
            data = bytearray(whole.getvalue())
            for _ in range(3):
                state = (state * 1103515245 + 12345) % 2**31
                data[(state >> 4) % len(data)] = state >> 20 & 0xFF
            path.write_bytes(data)
            for reader in (read_info, load_picture):
                try:
                    reader(path)
                except PictureError as error:
                    assert error.reason in ("unreadable", "truncated", "too-large")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"8BPS\0\1",
        b"<svg/>",
        b"P6 1 1 255 abc",
        b"\x89PNG\r\n\x1a\n",
        b"BM",
        b"GIF89a",
        b"RIFF....WEBP",
    ],
)
def test_not_a_picture(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    assert refusal(tmp_path / "x.png").reason in ("unreadable", "truncated")


def test_absent_files_and_odd_places(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.png").reason == "missing"
    assert refusal(tmp_path).reason == "unreadable"
    (tmp_path / "link.png").symlink_to("nowhere.png")
    error = refusal(tmp_path / "link.png")
    assert error.reason == "missing"
    assert "link" in error.message
    (tmp_path / "loop.png").symlink_to("loop.png")
    assert refusal(tmp_path / "loop.png").reason == "unreadable"
    (tmp_path / "file").write_bytes(b"x")
    assert refusal(tmp_path / "file" / "x.png").reason == "missing"
    assert refusal(tmp_path / "a\0b.png").reason == "missing"
    assert refusal(tmp_path / ("x" * 300)).reason == "unreadable"


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert refusal(tmp_path / "pipe.png").reason == "unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "a.png").chmod(0)
    assert refusal(tmp_path / "a.png").reason == "unreadable"


def test_a_name_can_not_break_out_of_the_message(tmp_path: Path) -> None:
    error = refusal(tmp_path / "a\x1b[31m\nb.png")
    assert "\x1b" not in str(error)
    assert "\n" not in str(error)


def test_no_files_stay_open(tmp_path: Path) -> None:
    open_files = Path("/proc/self/fd")
    if not open_files.exists():
        pytest.skip("needs /proc")
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "a.tif", compression="tiff_lzw")
    (tmp_path / "b.png").write_bytes(b"no picture")
    before = len(list(open_files.iterdir()))
    kept = [load_picture(tmp_path / name) for name in ("a.png", "a.tif")]
    refusal(tmp_path / "b.png")
    refusal(tmp_path)
    assert len(list(open_files.iterdir())) == before
    assert all(picture.size == (4, 4) for picture in kept)


def test_two_threads_decode_at_once(tmp_path: Path) -> None:
    for number in range(6):
        Image.new("RGB", (300, 200), (number, 0, 0)).save(tmp_path / f"{number}.png")
    wrong: list[object] = []

    def decode() -> None:
        for number in list(range(6)) * 5:
            try:
                if load_picture(tmp_path / f"{number}.png").getpixel((0, 0)) != (number, 0, 0):
                    wrong.append(number)
            except BaseException as error:
                wrong.append(error)

    filters = list(warnings.filters)
    threads = [threading.Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert list(warnings.filters) == filters
