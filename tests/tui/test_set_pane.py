"""The Set pane as a user sees it: pictures, targets, findings, decisions, jumps and mends."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from spyke_tui.kohya.build import build_project
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.tui.autosave import Autosave
from spyke_tui.tui.screens.compare import CompareScreen
from spyke_tui.tui.screens.set import SetScreen

SIZES = [(80, 24), (120, 40), (200, 50)]


def pane(it) -> SetScreen:
    screen = it.app.screen
    assert isinstance(screen, SetScreen)
    return screen


def crop_of(it, crop_id: str):
    crop = it.session.project.crop(crop_id)
    assert crop is not None
    return crop


async def checked(it) -> None:
    """The report is about the project as it is, and the pictures are there."""
    await it.until(
        lambda: (
            pane(it).check.report is not None
            and pane(it).check.is_current
            and pane(it).grid.missing == 0
        ),
        "a report",
    )
    await it.pilot.pause()


@pytest.fixture
def the_set(opened: Callable) -> Callable:
    """The app in the Set pane. The crops: front (keep), back (draft), angry, lost."""

    @asynccontextmanager
    async def run(
        size: tuple[int, int] = (120, 40), images: str = "halfcell"
    ) -> AsyncIterator[object]:
        async with opened(size=size, images=images, wait=False) as it:
            await it.press("f5")
            await checked(it)
            yield it

    return run


def select(it, crop_id: str) -> None:
    screen = pane(it)
    crops = it.session.project.crops
    at = next(i for i, one in enumerate(screen.set.items) if crops[one.index].id == crop_id)
    screen.set.select(at)
    screen.draw()


async def to_finding(it, code: str) -> None:
    screen = pane(it)
    findings = enumerate(screen.findings.findings)
    at = next((i for i, one in findings if one.code in code.split()), -1)
    assert at >= 0, code
    screen.findings.focus()
    screen.findings.select(at)
    await it.pilot.pause()
    screen.draw()
    await it.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_pictures_targets_and_findings_have_room(
    the_set: Callable, size: tuple[int, int]
) -> None:
    async with the_set(size=size) as it:
        text = it.text()
        for words in (
            *("[Set]", "1 of 4", "3 kept, 1 draft", "+front", "?back", "draft"),
            *("Targets", "images", "full body", "closeup", "expressions", "steps", "reg"),
            *("errors", "image-missing", "front keep", "keep, next"),
        ):
            assert words in text, words
        assert "▀" in text  # the pictures themselves
        screen = it.app.screen.region
        for widget in it.app.screen.query("*"):
            if widget.display and widget.region.area:
                assert screen.contains_region(widget.region), widget


async def test_a_live_resize_keeps_everything_in_view(the_set: Callable) -> None:
    async with the_set(size=(120, 40)) as it:
        for size in ((80, 24), (200, 50), (40, 12), (20, 5), (120, 40)):
            await it.pilot.resize_terminal(*size)
            await it.until(lambda s=size: pane(it).size == s, f"a size of {size}")
            await it.press("right", "left")
        await checked(it)
        assert "+front" in it.text() and "▀" in it.text()


async def test_what_is_found_stands_on_the_picture_and_below(the_set: Callable) -> None:
    async with the_set() as it:
        select(it, "lost")
        await it.pilot.pause()
        assert "no picture" in it.text()  # its sheet is missing
        assert "lost.png is not built" in it.text()
        assert "!1" in it.text() and "~" in it.text()


async def test_keys_walk_the_grid(the_set: Callable) -> None:
    async with the_set() as it:
        seen = []
        for key in ("right", "right", "left", "end", "home", "down", "up", "pagedown", "l", "h"):
            await it.press(key)
            crop = it.session.editor.crop
            assert crop is not None
            seen.append(crop.id)
        assert seen[:5] == ["back", "angry", "back", "lost", "front"]
        columns = pane(it).grid.layout_.columns
        assert seen[5] == ("lost" if columns >= 3 else ["front", "back", "angry"][columns])
        assert it.session.editor.sheet_key in ("final", "faces", "gone")


async def test_keep_and_reject_are_saved_and_undone(the_set: Callable, project: Path) -> None:
    async with the_set() as it:
        await it.press("right", "enter")
        assert crop_of(it, "back").status == "keep"
        assert it.session.editor.crop.id == "angry"  # and on to the next
        await it.press("x")
        assert crop_of(it, "angry").status == "reject" and "×angry" in it.text()
        await it.press("x")
        assert crop_of(it, "angry").status == "draft"
        await it.saved()
        statuses = {crop.id: crop.status for crop in CropsFile.read(project).project.crops}
        assert statuses == {"front": "keep", "back": "keep", "angry": "draft", "lost": "keep"}
        await it.press("u", "u", "u")
        assert [crop.status for crop in it.session.project.crops] == [
            "keep", "draft", "keep", "keep",
        ]  # fmt: skip


async def test_keeping_in_a_filter_of_drafts_goes_on_with_the_next_draft(
    the_set: Callable, project: Path
) -> None:
    file = project / "crops.toml"
    file.write_text(file.read_text().replace('id = "angry"', 'id = "angry"\nstatus = "draft"'))
    async with the_set() as it:
        await it.press("slash", *"status:draft", "enter")
        assert "only status:draft" in it.text() and "1 of 2" in it.text()
        await it.press("enter")
        assert it.session.editor.crop.id == "angry" and "1 of 1" in it.text()
        await it.press("enter")
        assert "No crop comes through the filter" in it.text()
        await it.press("slash", "escape")
        assert "of 4" in it.text()


async def test_a_twin_is_a_picture_of_its_own(the_set: Callable, project: Path) -> None:
    file = project / "crops.toml"
    file.write_text(file.read_text().replace('id = "front"', 'id = "front"\nmirror = true'))
    async with the_set() as it:
        assert "+front_mirror" in it.text() and "+twin" in it.text()
        front, twin = (pane(it).grid._picture(at) for at in (0, 1))
        assert front is not None and twin is not None and front.pixels != twin.pixels
        width = front.size.width
        rows = [front.pixels[y : y + 3 * width] for y in range(0, len(front.pixels), 3 * width)]
        flipped = b"".join(
            b"".join(row[x : x + 3] for x in range(len(row) - 3, -1, -3)) for row in rows
        )
        far = sum(abs(a - b) > 8 for a, b in zip(flipped, twin.pixels, strict=True))
        assert far < len(flipped) / 100
        await it.press("right")
        assert "flipped twin of front" in it.text()
        await it.press("enter")
        assert crop_of(it, "front").status == "keep"
        await it.press("left", "x")  # the twin goes, its crop stays
        assert not crop_of(it, "front").mirror and crop_of(it, "front").status == "keep"
        await it.press("u")
        assert crop_of(it, "front").mirror


async def test_marks_and_filter_are_those_of_the_other_panes(the_set: Callable) -> None:
    async with the_set() as it:
        await it.press("space", "space")
        assert it.session.editor.marks.among(it.session.project.crops) == {"front", "back"}
        assert "2 marked" in it.text() and "*+front" in it.text()
        await it.press("m")
        assert len(pane(it).set.marked) == 3
        await it.press("slash", *"framing:full", "enter")
        await it.press("f4")
        await it.until(lambda: "only framing:full" in it.text(), "the filter in Captions")
        await it.press("f3")
        await it.until(lambda: "/ framing:full" in it.text(), "the filter in Crops")
        await it.press("f5", "M")
        assert "3 marked" in it.text()
        await it.press(*"back to draft", "enter")
        assert {crop.id for crop in it.session.project.crops if crop.status == "draft"} == {
            "front", "back", "angry",
        }  # fmt: skip


async def test_a_filter_that_can_not_be_read_says_why(the_set: Callable) -> None:
    async with the_set() as it:
        await it.press("slash", *"statis:draft")
        assert "Did you mean status" in it.text()
        await it.press("enter")
        wanted = pane(it).set.filter
        assert wanted is not None and wanted.text == "statis"  # the last one that could be read


async def test_the_order_goes_round(the_set: Callable) -> None:
    async with the_set() as it:
        crops = it.session.project.crops
        orders = {}
        for _ in range(6):
            await it.press("o")
            items = [crops[item.index].id for item in pane(it).set.items]
            orders[pane(it).set.order] = items
        assert orders["by id"] == ["angry", "back", "front", "lost"]
        assert orders["by sheet"] == ["angry", "front", "back", "lost"]
        assert orders["by status"] == ["front", "angry", "lost", "back"]
        assert orders["by findings"][-1] == "back"
        assert orders["as in the file"] == ["front", "back", "angry", "lost"]


async def test_targets_say_what_is_missing_and_list_who_would_help(the_set: Callable) -> None:
    async with the_set() as it:
        words = [meter.words for meter in pane(it).meters.meters]
        assert words[0].startswith("12 more, e.g. back is still a draft.")
        assert "12 more, e.g. back is still a" in it.text()
        await it.press("tab")
        assert pane(it).meters.has_focus and "Enter list the crops" in it.text()
        await it.press("enter")
        assert pane(it).set.filter is not None and pane(it).grid.has_focus
        listed = {it.session.project.crops[item.index].id for item in pane(it).set.items}
        assert listed == {"back"} and "would help with images" in it.text()
        await it.press("enter", "slash", "escape")
        await it.until(lambda: "11 more; there is no draft left" in it.text(), "the meter")


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("image-missing", "crops"), ("caption-incomplete", "captions"),
        ("sheet-missing", "sheets"), ("reg-few", "reg"),
    ],
)  # fmt: skip
async def test_enter_on_a_finding_goes_there(the_set: Callable, code: str, where: str) -> None:
    async with the_set() as it:
        await to_finding(it, code)
        finding = pane(it).findings.selected
        assert finding is not None
        await it.press("enter")
        await it.until(lambda: where == it.app.screen.PANE, f"the pane {where}")
        if where in ("crops", "captions"):
            assert it.session.editor.crop.id == finding.where
        if where == "sheets":
            await it.until(lambda: it.app.screen.table.selected == "gone", "the sheet's row")


async def test_a_finding_about_a_target_shows_the_target(the_set: Callable) -> None:
    async with the_set() as it:
        await to_finding(it, "images-few")
        await it.press("enter")
        assert pane(it).meters.has_focus and pane(it).meters.at == 0


async def test_a_file_is_named_where_it_lies(the_set: Callable, project: Path) -> None:
    alien = project / "dataset/spyke/train/10_spyke_plasma_v1/alien.png"
    alien.parent.mkdir(parents=True)
    shutil.copy(project / "faces.png", alien)
    async with the_set() as it:
        await to_finding(it, "image-foreign")
        assert "g moves alien.png to aside/" in it.text()
        await it.press("enter")
        assert "alien.png" in it.text() and it.app.screen.PANE == "set"
        await it.press("g")
        await it.until(lambda: "aside/alien.png lies there now" in it.text(), "the words")
        await it.until(
            lambda: all(f.code != "image-foreign" for f in pane(it).check.findings), "a check"
        )
        assert not alien.exists()


async def test_a_mend_in_crops_toml_is_one_step_back(the_set: Callable, project: Path) -> None:
    file = project / "crops.toml"
    file.write_text(file.read_text().replace("left = 60, top = 40", "left = 590, top = 40"))
    async with the_set() as it:
        assert crop_of(it, "front").rect.left == 590
        await to_finding(it, "rect-outside")
        assert "g moves its rectangle to the nearest that fits" in it.text()
        assert "G rejects front" in it.text()
        await it.press("g")
        await it.until(lambda: crop_of(it, "front").rect.left == 480, "the rectangle moved")
        await it.until(
            lambda: all(f.code != "rect-outside" for f in pane(it).check.findings), "a check"
        )
        await it.press("u")
        assert crop_of(it, "front").rect.left == 590
        await checked(it)
        await to_finding(it, "rect-outside")
        await it.press("G")
        await it.until(lambda: crop_of(it, "front").status == "reject", "the rejection")


async def test_missing_images_are_built_by_a_key(the_set: Callable, project: Path) -> None:
    async with the_set() as it:
        select(it, "front")
        await it.pilot.pause()
        assert "g builds what is missing" in it.text()
        await it.press("g")
        await it.until(lambda: "written" in it.text(), "the result of the build")
        await it.press("escape")
        built = project / "dataset/spyke/train/10_spyke_plasma_v1/front.png"
        assert built.exists()
        await it.until(
            lambda: (
                ("image-missing", "front")
                not in {(f.code, f.where) for f in pane(it).check.findings}
            ),
            "that it is noticed",
        )


async def test_a_file_that_changes_is_noticed_by_itself(the_set: Callable, project: Path) -> None:
    file = CropsFile.read(project)
    build_project(file.project, file.folder)
    caption = project / "dataset/spyke/train/10_spyke_plasma_v1/front.txt"
    async with the_set() as it:
        assert all(f.code != "caption-edited" for f in pane(it).check.findings)
        caption.write_text("spyke_plasma_v1, something else\n")
        await it.until(
            lambda: any(f.code == "caption-edited" for f in pane(it).check.findings), "the edit"
        )
        await to_finding(it, "caption-edited")
        assert "g adopts what the file says" in it.text() and "G writes the caption" in it.text()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Autosave, "_wait", lambda *_: 60.0)  # what is changed is not saved soon
            await it.press("g")
            await it.until(lambda: "something else" in str(crop_of(it, "front")), "the adoption")
            await it.until(lambda: "adopted" in it.text(), "it is written in our form")
        await it.press("u")
        await it.until(lambda: b"something else" not in caption.read_bytes(), "the file, too")


async def test_two_crops_side_by_side(the_set: Callable) -> None:
    async with the_set() as it:
        await it.press("space", "right", "space", "home", "c")  # front and angry
        await it.until(lambda: isinstance(it.app.screen, CompareScreen), "both pictures")
        text = it.text()
        assert "+front" in text and "+angry" in text and "≠ sheet: final" in text
        assert "≠ rect: 120x240 at 60,40" in text
        await it.until(lambda: it.text().count("▀") > 50, "the pictures")
        await it.press("right", "x")
        assert crop_of(it, "angry").status == "reject" and "×angry  reject" in it.text()
        await it.press("f")
        assert "shown flipped" in it.text()
        await it.press("escape")
        assert it.app.screen.PANE == "set" and "×angry" in it.text()
        await it.press("u")
        assert crop_of(it, "angry").status == "keep"


async def test_near_duplicates_are_looked_at_together(the_set: Callable, project: Path) -> None:
    file = project / "crops.toml"
    more = file.read_text() + (
        '\n[[crops]]\nid = "again"\nsheet = "final"\n'
        "rect = { left = 61, top = 40, width = 120, height = 240 }\n"
    )
    file.write_text(more)
    read = CropsFile.read(project)
    build_project(read.project, read.folder)
    async with the_set() as it:
        await to_finding(it, "near-duplicate mirror-suspect")
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, CompareScreen), "both pictures")
        assert "front" in it.text() and "again" in it.text()
        await it.press("escape", "g")
        await it.until(
            lambda: "reject" in (crop_of(it, "front").status, crop_of(it, "again").status),
            "the rejection",
        )


async def test_one_picture_at_full_size(the_set: Callable) -> None:
    async with the_set() as it:
        await it.press("v")
        await it.until(lambda: it.text().count("▀") > 50, "the picture")
        assert "view:" in it.text() or "framing: full body" in it.text()
        await it.press("v")
        assert it.app.screen.PANE == "set"


async def test_larger_and_smaller_pictures(the_set: Callable) -> None:
    async with the_set() as it:
        before = pane(it).grid.layout_.width
        await it.press("+", "+")
        assert pane(it).grid.layout_.width > before
        await checked(it)
        assert "▀" in it.text()
        await it.press("-", "-", "-")
        assert pane(it).grid.layout_.width <= before


async def test_without_pictures_words_take_their_place(the_set: Callable) -> None:
    async with the_set(images="none") as it:
        assert "▀" not in it.text() and "full body" in it.text() and "view?" in it.text()
        await it.press("right", "enter")
        assert crop_of(it, "back").status == "keep"


@pytest.mark.parametrize("protocol", ["kitty", "sixel"])
async def test_pictures_go_to_the_terminal_once(opened: Callable, protocol: str) -> None:
    async with opened(images=protocol, wait=False) as it:
        writer = it.app.writer
        said = it.heard()
        await it.press("f5")
        await checked(it)
        begins = "\x1b_Ga=t" if protocol == "kitty" else "\x1bP0;1;0q"
        await it.until(lambda: "".join(said).count(begins) >= 3, "three pictures")
        await it.until(lambda: not writer._sending, "all of them")
        said.clear()
        await it.press("right", "right", "left")
        assert len("".join(said)) < 60_000
        assert begins not in "".join(said) or protocol == "sixel"
        await it.press("f3")
        if protocol == "kitty":
            assert "a=d,d=i" in "".join(said)  # taken off the screen, kept in the terminal


async def test_light_and_without_colours(the_set: Callable, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with the_set() as it:
        it.app.do("app.theme")
        await it.pilot.pause()
        await checked(it)
        text = it.text()
        for words in ("+front", "?back", "keep", "draft", "! ", "~ "):
            assert words in text


async def test_an_empty_project_says_what_to_do(the_set: Callable, project: Path) -> None:
    file = project / "crops.toml"
    file.write_text(file.read_text().partition("[[crops]]")[0])
    async with the_set() as it:
        assert "This project has no crops yet" in it.text()
        for key in ("right", "down", "enter", "x", "c", "v", "space", "m", "g", "o", "end"):
            await it.press(key)
        assert it.app.screen.PANE == "set"


async def test_the_mouse_selects(the_set: Callable) -> None:
    async with the_set() as it:
        grid = pane(it).grid
        slot = grid.layout_.slots()[2]
        await it.pilot.click(grid, offset=(slot.left + 2, slot.top + 2))
        assert it.session.editor.crop.id == "angry"


async def test_before_the_first_check_nothing_is_called_fine(opened: Callable) -> None:
    async with opened(images="none") as it:
        await it.press("f5")
        heading = it.app.screen.findings.heading
        assert it.app.screen.check.report is not None or "0 errors" not in heading
        await it.until(lambda: it.app.screen.check.is_current, "the report")
        assert "error" in it.app.screen.findings.heading
