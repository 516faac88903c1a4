"""`t`: a crop or a sheet cut into columns or rows."""

from collections.abc import Callable

import pytest

from spyke_tui.model.geometry import Rect
from spyke_tui.tui.modes.splitting import Splitting, split


@pytest.mark.parametrize("count", range(2, 10))
@pytest.mark.parametrize("rows", [False, True])
def test_parts_fill_the_whole_and_are_alike(count: int, rows: bool) -> None:
    whole = Rect(7, 11, 103, 205)
    parts = split(whole, count, rows=rows)
    assert len(parts) == count and sum(part.area for part in parts) == whole.area
    assert parts[0].box[:2] == whole.box[:2] and parts[-1].box[2:] == whole.box[2:]
    lengths = {part.height if rows else part.width for part in parts}
    assert max(lengths) - min(lengths) <= 1


def test_no_more_parts_than_pixels() -> None:
    assert split(Rect(5, 5, 3, 1), 9) == [Rect(5, 5, 1, 1), Rect(6, 5, 1, 1), Rect(7, 5, 1, 1)]
    assert split(Rect(5, 5, 3, 1), 9, rows=True) == [Rect(5, 5, 3, 1)]


def rects(it, sheet: str) -> list[Rect]:
    return [crop.rect for crop in it.session.project.crops_of(sheet) if crop.status == "draft"]


async def test_a_crop_is_split_in_one_step(opened: Callable) -> None:
    async with opened() as it:
        before = (it.folder / "crops.toml").read_text()
        await it.press("t")
        assert "Split: 4 columns" in it.text()
        await it.press("2")
        assert "Split: 2 columns" in it.text()
        await it.press("r", "3", "1", "c", "2", "enter")
        parts = [Rect(60, 40, 60, 240), Rect(120, 40, 60, 240)]
        ids = [crop.id for crop in it.session.project.crops]
        assert ids == ["front", "final_1", "final_2", "back", "angry", "lost"]
        assert rects(it, "final")[:2] == parts
        assert it.crops.mode is None and it.session.editor.crop.id == "final_1"
        await it.saved()
        new = "".join(
            f'\n[[crops]]\nid = "final_{n}"\nsheet = "final"\n'
            f"rect = {{ left = {left}, top = 40, width = 60, height = 240 }}\n"
            'status = "draft"\n'
            for n, left in ((1, 60), (2, 120))
        )
        sized = before.replace('"final.png"\n', '"final.png"\nsize = [600, 320]\n')
        assert (it.folder / "crops.toml").read_text() == sized.replace(
            'framing = "full body"\n', f'framing = "full body"\n{new}'
        )
        await it.press("u")
        await it.saved()
        assert (it.folder / "crops.toml").read_text() == before


async def test_a_sheet_without_crops_is_split_and_fitted(opened: Callable) -> None:
    async with opened() as it:
        await it.press("X", "X")
        assert it.session.editor.crop is None
        await it.press("t", "2", "s")
        assert isinstance(it.crops.mode, Splitting) and "fitted" in it.text()
        await it.press("enter")
        left, right = rects(it, "final")
        assert 70 <= left.left <= 82 and 155 <= left.right <= 170
        assert 310 <= right.left <= 322 and 395 <= right.right <= 410
        await it.press("u")
        assert rects(it, "final") == []


async def test_esc_and_another_crop_leave_all_as_it_was(opened: Callable) -> None:
    async with opened() as it:
        await it.press("t", "escape")
        assert it.crops.mode is None
        await it.press("t", "5", "n")
        assert it.crops.mode is None and it.session.editor.crop.id == "back"
        await it.press("4", "left")
        assert it.rect() == (172, 40, 120, 240)
