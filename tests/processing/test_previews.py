from PIL import Image, ImageDraw

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.processing.render import render_crop


def sheet(size: tuple[int, int] = (1000, 600), mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 100, 399, 499), fill="#803030")
    draw.ellipse((500, 100, 800, 400), fill="#3060c0")
    return image


def image_of(pixels: bytes, size: Size) -> Image.Image:
    return Image.frombytes("RGB", (size.width, size.height), pixels)


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    pairs = zip(one.tobytes(), other.tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / len(one.tobytes())


def test_a_part_is_the_part_at_any_reduction_and_enlargement() -> None:
    picture = SheetPicture(sheet())
    for size in (Size(1000, 600), Size(300, 180), Size(50, 30), Size(2000, 1200)):
        part = image_of(picture.part((0, 0, 1000, 600), size), size)
        scale = size.width / 1000
        assert part.getpixel((int(250 * scale), int(300 * scale))) == (0x80, 0x30, 0x30)
        assert part.getpixel((int(50 * scale), int(50 * scale))) == (255, 255, 255)
        # The edge lies where it should, to one pixel of the result.
        row = [part.getpixel((x, int(300 * scale)))[1] for x in range(size.width)]
        first = next(x for x, level in enumerate(row) if level < 0x90)
        assert abs(first - 100 * scale) <= 1
    part = image_of(picture.part((100.0, 100.0, 110.0, 110.0), Size(100, 100)), Size(100, 100))
    assert set(part.getcolors()) == {(10000, (0x80, 0x30, 0x30))}


def test_the_quick_preview_is_near_the_real_one() -> None:
    picture = SheetPicture(sheet())
    for rect in (Rect(80, 80, 340, 440), Rect(450, 80, 400, 340), Rect(0, 0, 1000, 600)):
        for side in (24, 56, 57):
            quick = image_of(picture.quick_preview(rect, side, "#ffffff"), Size(side, side))
            pixels = picture.real_preview(rect, 512, side, "#ffffff")
            assert mean_difference(quick, image_of(pixels, Size(side, side))) < 4


def test_the_real_preview_is_the_training_image_reduced() -> None:
    source = sheet()
    rect, erase = Rect(80, 80, 340, 440), (Rect(150, 150, 60, 60),)
    trained = render_crop(source, rect, 512, "#102030", erase)
    pixels = SheetPicture(source).real_preview(rect, 512, 128, "#102030", erase)
    assert pixels == trained.resize((128, 128), Image.Resampling.BOX).tobytes()


def test_a_rectangle_that_leaves_the_sheet_is_shown_as_far_as_it_goes() -> None:
    picture = SheetPicture(sheet())
    for rect in (Rect(900, 500, 400, 400), Rect(2000, 2000, 10, 10), Rect(-50, -50, 100, 100)):
        assert len(picture.quick_preview(rect, 40, "#ffffff")) == 3 * 40 * 40
        assert len(picture.real_preview(rect, 512, 40, "#ffffff")) == 3 * 40 * 40


def test_see_through_sheets_lie_on_white_and_crops_on_the_pad() -> None:
    image = Image.new("RGBA", (400, 400), (10, 20, 30, 0))
    ImageDraw.Draw(image).rectangle((100, 100, 299, 299), fill=(200, 0, 0, 255))
    picture = SheetPicture(image)
    part = image_of(picture.part((0, 0, 400, 400), Size(40, 40)), Size(40, 40))
    assert part.getpixel((1, 1)) == (255, 255, 255)
    assert part.getpixel((20, 20)) == (200, 0, 0)
    real = picture.real_preview(Rect(0, 0, 400, 400), 512, 64, "#00ff00")
    assert image_of(real, Size(64, 64)).getpixel((1, 1)) == (0, 255, 0)


def test_tiny_and_long_sheets() -> None:
    for size in ((1, 1), (3000, 2), (2, 3000)):
        picture = SheetPicture(Image.new("RGB", size, "red"))
        assert picture.part((0, 0, *size), Size(10, 10)) == b"\xff\x00\x00" * 100
        assert len(picture.quick_preview(Rect(0, 0, *size), 20, "auto")) == 1200
