"""Every pixel mode and embedded profile becomes 8-bit sRGB, with alpha where it matters."""

from __future__ import annotations

import io
from functools import cache
from typing import NamedTuple

from PIL import Image, ImageFile

_DEEP_GRAY = ("I;16", "I;16L", "I;16B", "I;16N")
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
_NO_CHANGE = 1
"""A profile that moves no probe colour by more than this (of 255) is sRGB under another name."""


class Source(NamedTuple):
    """What the file says about its pixels and decoding forgets.

    `raw` is Pillow's name for the layout in the file, e.g. ``RGB;16B``; `key` the colour that
    counts as see-through, in the file's own depth; `profile` the embedded ICC profile.
    """

    raw: str = ""
    key: int | tuple[int, ...] | None = None
    profile: bytes = b""

    @classmethod
    def of(cls, picture: ImageFile.ImageFile) -> Source:
        """Read before the pixels are decoded."""
        key = picture.info.get("transparency")
        profile = picture.info.get("icc_profile")
        return cls(
            raw_mode(picture),
            key if isinstance(key, int | tuple) else None,
            profile if isinstance(profile, bytes) else b"",
        )


def raw_mode(picture: ImageFile.ImageFile) -> str:
    """The pixel layout in the file; "" where Pillow does not tell."""
    if not picture.tile:
        return ""
    args = picture.tile[0].args
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def bits_per_channel(picture: ImageFile.ImageFile) -> int:
    """16 or 32 for deep pictures, else 8 (also for 1, 2 and 4 bits)."""
    if picture.mode in ("I", "F"):
        return 32
    return 16 if "16" in picture.mode or ";16" in raw_mode(picture) else 8


def to_srgb(picture: Image.Image, source: Source) -> Image.Image:
    """The decoded `picture` as RGB, or as RGBA where a pixel is see-through.

    May return `picture` itself.
    """
    if picture.mode == "RGBA" and not source.profile:
        # The usual cut-out: nothing to take apart and put together again.
        opaque = _lowest(picture.getchannel("A")) == 255
        return picture.convert("RGB") if opaque else picture
    flat, alpha = _split(picture, source)
    converted = _profiled(flat, source.profile)
    colours = _plain_rgb(flat) if converted is None else converted
    if alpha is not None and _lowest(alpha) < 255:
        colours.putalpha(alpha)
    return colours


# Alpha --------------------------------------------------------------------------------------


def _split(picture: Image.Image, source: Source) -> tuple[Image.Image, Image.Image | None]:
    """Colours without alpha (modes RGB, L, CMYK, YCbCr, LAB, HSV), and the alpha if any."""
    mode = picture.mode
    if mode == "P":
        return _split_palette(picture)
    # `source` knows the key; left here, Pillow would try to convert it as well.
    picture.info.pop("transparency", None)
    if mode in ("RGBa", "La"):
        picture = picture.convert("RGBA" if mode == "RGBa" else "LA")
    if picture.mode in ("RGBA", "PA"):
        rgba = picture.convert("RGBA")
        return rgba.convert("RGB"), rgba.getchannel("A")
    if picture.mode == "LA":
        return picture.getchannel("L"), picture.getchannel("A")
    if mode in (*_DEEP_GRAY, "I", "F"):
        wide = picture.convert("I") if mode in _DEEP_GRAY else picture
        return _shallow(wide), _alpha_of_deep_key(wide, source)
    flat = picture.convert("L") if mode == "1" else picture
    return flat, _alpha_of_key(flat, source)


def _split_palette(picture: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    if not picture.has_transparency_data:
        return picture.convert("RGB"), None
    rgba = picture.convert("RGBA")
    return rgba.convert("RGB"), rgba.getchannel("A")


def _alpha_of_deep_key(wide: Image.Image, source: Source) -> Image.Image | None:
    """Alpha of a 16-bit gray picture (mode I) whose one colour counts as see-through."""
    if not isinstance(source.key, int) or wide.mode != "I":
        return None
    table = [255] * 65536
    table[source.key & 0xFFFF] = 0
    return wide.point(table, "L")


def _alpha_of_key(flat: Image.Image, source: Source) -> Image.Image | None:
    """Alpha of a gray or RGB picture whose one colour counts as see-through."""
    key = source.key
    if isinstance(key, int) and flat.mode == "L":
        # The key is in the file's depth, the pixels are already spread over 0..255.
        key *= {"L;2": 85, "L;4": 17}.get(source.raw, 1)
        return flat.point([0 if value == key else 255 for value in range(256)])
    if isinstance(key, tuple) and flat.mode == "RGB" and len(key) == 3:
        deep = ";16" in source.raw
        return _alpha_of_rgb_key(flat, tuple(v >> 8 if deep else v & 0xFF for v in key))
    return None


def _alpha_of_rgb_key(flat: Image.Image, key: tuple[int, ...]) -> Image.Image:
    from PIL import ImageChops

    alpha = Image.new("L", flat.size, 0)
    for band, wanted in zip(flat.split(), key, strict=True):
        differs = band.point([0 if value == wanted else 255 for value in range(256)])
        alpha = ImageChops.lighter(alpha, differs)
    return alpha


def _lowest(alpha: Image.Image) -> int:
    low, _ = alpha.getextrema()
    return int(low) if isinstance(low, int | float) else 0


# Depth --------------------------------------------------------------------------------------


def _shallow(wide: Image.Image) -> Image.Image:
    """Gray of mode I or F as 8-bit gray, rounded.

    Integers are 16-bit (65535 is white) unless they exceed it; floats are 0..1, 0..255 or
    0..65535, whichever holds their largest value.
    """
    low, high = (float(value) for value in wide.getextrema() if isinstance(value, int | float))
    if wide.mode == "I" and low >= 0 and high <= 65535:
        return wide.point(_sixteen_to_eight(), "L")
    if wide.mode == "I":
        scale = 255 / 0x7FFFFFFF if high > 65535 else 1 / 257
    else:
        scale = 255.0 if high <= 1 else 1.0 if high <= 255 else 1 / 257
    scaled = wide.convert("F").point(lambda value: value * scale + 0.5)
    return scaled.convert("L")  # cuts the fraction and clips


@cache
def _sixteen_to_eight() -> list[int]:
    return [(value + 128) // 257 for value in range(65536)]


# Colour -------------------------------------------------------------------------------------


def _plain_rgb(flat: Image.Image) -> Image.Image:
    """`flat` in RGB without a profile; itself where it is RGB already."""
    if flat.mode == "RGB":
        return flat
    if flat.mode == "LAB":
        from PIL import ImageCms

        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(flat, lab, srgb, outputMode="RGB")
        if converted is not None:
            return converted
    return flat.convert("RGB")


def _profiled(flat: Image.Image, profile: bytes) -> Image.Image | None:
    """`flat` converted from its embedded profile to sRGB.

    None where there is nothing to convert: no profile, a broken one, one for another kind of
    picture, or one that is sRGB anyway.
    """
    if not profile:
        return None
    from PIL import ImageCms

    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _SPACES.get(embedded.profile.xcolor_space, "")
        matching = _in_mode(flat, mode)
        if matching is None:
            return None
        transform = ImageCms.buildTransform(
            embedded,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent(ImageCms.getDefaultIntent(embedded)),
        )
        if mode in ("RGB", "L") and _changes_nothing(transform, mode):
            return None
        return ImageCms.applyTransform(matching, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _in_mode(flat: Image.Image, mode: str) -> Image.Image | None:
    """`flat` in the mode a profile speaks of; None where the two don't go together."""
    if flat.mode == mode:
        return flat
    gray_or_screen = flat.mode in ("L", "YCbCr", "HSV")
    return flat.convert("RGB") if mode == "RGB" and gray_or_screen else None


def _changes_nothing(transform: object, mode: str) -> bool:
    """Whether a profile's transform leaves a cube of probe colours as they are."""
    from PIL import ImageChops, ImageCms

    assert isinstance(transform, ImageCms.ImageCmsTransform)
    probe = _probe(mode)
    converted = ImageCms.applyTransform(probe, transform)
    if converted is None:
        return False
    difference = ImageChops.difference(probe.convert("RGB"), converted)
    return all(high <= _NO_CHANGE for _, high in difference.getextrema())  # type: ignore[misc]


def _probe(mode: str) -> Image.Image:
    """A small picture with colours from the whole RGB cube, or every gray."""
    if mode == "L":
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    steps = range(0, 256, 15)
    cube = bytes(v for r in steps for g in steps for b in steps for v in (r, g, b))
    return Image.frombytes("RGB", (len(steps) ** 2, len(steps)), cube)
