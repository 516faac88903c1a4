"""The contact sheet holds every item, whatever its text is written in."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from spyke_tui.processing.contact_sheet import ContactItem, contact_sheet

INKS = [(200, 0, 0), (0, 160, 0), (0, 0, 200), (180, 160, 0), (160, 0, 160)]


def items(count: int) -> list[ContactItem]:
    return [
        ContactItem(Image.new("RGB", (512, 512), INKS[n % 5]), f"crop_{n}", ["650x1100", "keep"])
        for n in range(count)
    ]


def colours(image: Image.Image) -> set[object]:
    return {colour for _, colour in image.getcolors(image.width * image.height) or []}


def test_every_picture_is_on_it() -> None:
    sheet = contact_sheet(items(5))
    assert sheet.mode == "RGB"
    assert set(INKS) <= colours(sheet)


@pytest.mark.parametrize("columns", [1, 2, 5, 99])
def test_columns(columns: int) -> None:
    one = contact_sheet(items(1)).size
    sheet = contact_sheet(items(5), columns)
    across = min(5, columns)
    rows = -(-5 // across)
    assert sheet.width == across * (one[0] - 12) + 12
    assert sheet.height == rows * (one[1] - 12) + 12


def test_text_and_marks_change_the_picture() -> None:
    plain = contact_sheet([ContactItem(None, "a")])
    for other in (
        ContactItem(None, "b"),
        ContactItem(None, "a", ["x"]),
        ContactItem(None, "a", (), "DRAFT"),
    ):
        assert contact_sheet([other]).tobytes() != plain.tobytes()


def test_mark_is_readable_without_colour() -> None:
    image = Image.new("RGB", (512, 512), (255, 255, 255))
    marked = contact_sheet([ContactItem(image, "a", (), "REJECTED")]).convert("L")
    band = marked.crop((13, 12 + 230, 13 + 254, 12 + 254))
    low, high = band.getextrema()
    assert isinstance(low, int) and isinstance(high, int)
    assert high - low > 150


@pytest.mark.parametrize(
    "text",
    [
        "日本語のタイトル",
        "مرحبا بالعالم",
        "emoji 😀😀",
        "\x1b[31mred\x07\n\t",
        "x" * 500,
        "\ud800",
        "",
        " ",
        "é" * 90,
    ],
)
def test_any_text(text: str) -> None:
    item = ContactItem(Image.new("RGB", (64, 64)), text, [text, text], text[:20])
    assert contact_sheet([item]).width == 256 + 24


def test_any_text_with_the_bitmap_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow without FreeType has a font of Latin letters only."""
    bitmap = ImageFont.load_default_imagefont()
    monkeypatch.setattr(ImageFont, "load_default", lambda size=None: bitmap)
    item = ContactItem(None, "日本語", ["مرحبا " * 40], "DRAFT ü 日")
    assert contact_sheet([item]).width == 256 + 24


def test_no_crops_and_many() -> None:
    assert contact_sheet([]).width > 100
    large = contact_sheet(items(200))
    assert large.width * large.height < 40_000_000
    assert set(INKS) <= colours(large)


def test_pictures_of_any_shape_and_mode() -> None:
    odd = Image.new("RGBA", (900, 30), (0, 0, 0, 0))
    ImageDraw.Draw(odd).line((0, 0, 900, 30), fill=(255, 0, 0, 255))
    assert contact_sheet([ContactItem(odd, "odd"), ContactItem(Image.new("L", (1, 1)), "dot")])
