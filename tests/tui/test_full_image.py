"""`v`: the training image as large as the terminal allows."""

from collections.abc import Callable

from PIL import Image

from spyke_tui.terminal.halfcell_frame import cell_of
from spyke_tui.tui.screens.full_image import FullImageScreen, TrainingImage


async def shown(it) -> FullImageScreen:
    screen = it.app.screen
    assert isinstance(screen, FullImageScreen)
    panes = screen.query(TrainingImage)
    await it.until(lambda: all(pane.shown is pane.wanted for pane in panes), "the picture")
    return screen


def pixels_of(screen: FullImageScreen, name: str) -> list[int]:
    """The colours in the middle row of cells of a pane."""
    pane = screen.query_one(f"#{name}", TrainingImage)
    row = pane.row_cells(pane.size.height // 2)
    return [cell.bg for cell in row]


async def test_it_is_the_real_render_and_esc_goes_back(opened: Callable) -> None:
    async with opened(size=(100, 40)) as it:
        await it.press("v")
        screen = await shown(it)
        pane = screen.query_one("#image", TrainingImage)
        side = pane.surface.side
        assert side == 76  # two pixels to each of 38 rows
        crop = it.session.editor.crop
        real = screen._picture.real_preview(crop.rect, 512, side, "#ffffff")
        image = Image.frombytes("RGB", (side, side), real)
        left = (pane.size.width - side) // 2
        differing = 0
        for row in range(38):
            for x in range(side):
                wanted = [image.getpixel((x, 2 * row + y)) for y in (0, 1)]
                cell = pane.row_cells(row)[left + x]
                differing += cell != cell_of(*(bytes(colour) for colour in wanted))
        assert differing == 0
        assert "512x512 from 120x240 at 60,40" in it.text() and "enlarged" in it.text()
        await it.press("u", "x")  # nothing but its own keys
        await it.press("escape")
        assert it.crops.sheet_view.has_focus and it.session.project is it.session.file.project


async def test_before_and_after_erasing(opened: Callable) -> None:
    async with opened() as it:
        await it.press("E", "4", "plus", "escape", "v")
        screen = await shown(it)
        assert "As it will be trained" in it.text()
        after = pixels_of(screen, "image")
        await it.press("space")
        await shown(it)
        assert "Before erasing" in it.text()
        before = pixels_of(screen, "image")
        assert before != after
        await it.press("space")
        await shown(it)
        assert pixels_of(screen, "image") == after
        await it.press("v")
        assert it.crops.sheet_view.has_focus


async def test_the_twin_stands_beside_it_flipped(opened: Callable) -> None:
    async with opened() as it:
        await it.press("f", "2", "right", "right", "v")
        screen = await shown(it)
        assert "front_mirror" in it.text()
        image, twin = (pixels_of(screen, name) for name in ("image", "twin"))
        assert image != twin and image == twin[::-1]
        await it.press("escape")
        assert len(it.app.writer._panes) == 2  # theirs are forgotten


async def test_pictures_off_and_no_picture(opened: Callable) -> None:
    async with opened(images="none") as it:
        await it.press("v")
        assert "Pictures are off" in it.text()
        await it.press("escape", "P")
        await it.until(lambda: "not there" in it.text(), "the missing picture")
        await it.press("v")
        assert it.crops.is_current
