"""The Sheets pane: what each key does, what then stands in crops.toml, and the way back."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from spyke_tui.tui.screens.question import QuestionScreen
from spyke_tui.tui.screens.sheets import SheetsScreen
from spyke_tui.tui.widgets.sheet_table import SheetTable, row_height
from spyke_tui.tui.widgets.sheet_thumbnails import SheetThumbnails

FACES = '[sheets.faces]\nfile = "faces.png"\nsize = [300, 200]\nnote = "a [bold]row[/] of faces"\n'
GONE = '[sheets.gone]\nfile = "art/gone.png"\nsize = [500, 400]\n'
FINAL = '[sheets.final]\nfile = "final.png"\n'


@pytest.fixture
def sheets(opened: Callable) -> Callable:
    """The app on its Sheets pane, with the files looked at."""

    @asynccontextmanager
    async def run(**how: object) -> AsyncIterator:
        async with opened(**how) as it:
            await it.press("f2")
            await it.until(lambda: "! missing" in it.text(), "what became of the files")
            yield it

    return run


def text_of(it: object) -> str:
    return (it.folder / "crops.toml").read_text()


async def select(it: object, key: str) -> None:
    screen = it.app.screen
    assert isinstance(screen, SheetsScreen)
    screen.table.select(key)
    about = screen.query_one("#about")
    await it.until(lambda: any(key in line for line in about._lines[:1]), key)


@pytest.mark.parametrize(
    ("sheet", "key", "old", "new"),
    [
        ("final", "p", FINAL, FINAL + 'use = "partial"\n'),
        ("final", "v", FINAL, FINAL + 'use = "evaluate"\n'),
        ("final", "x", FINAL, FINAL + 'use = "exclude"\n'),
        ("faces", "t", FACES, FACES + "annotated = true\n"),
        ("gone", "x", GONE, GONE + 'use = "exclude"\n'),
    ],
)
async def test_one_key_one_line_and_one_undo(
    sheets: Callable, sheet: str, key: str, old: str, new: str
) -> None:
    async with sheets() as it:
        before = text_of(it)
        await select(it, sheet)
        await it.press(key)
        await it.until(lambda: text_of(it) == before.replace(old, new), "the one line")
        await it.press("u")
        await it.saved()
        assert text_of(it) == before
        await it.press("U")
        await it.saved()
        assert text_of(it) == before.replace(old, new)
        assert it.app.screen.table.selected == sheet


async def test_yes_takes_a_use_back_and_the_row_says_so(sheets: Callable) -> None:
    async with sheets() as it:
        await select(it, "final")
        await it.press("x")
        assert "exclude" in it.text() and "1 crop of it is kept" in it.text()
        await it.press("y")
        assert "exclude" not in it.text().split("use:")[0]
        await it.press("y")  # nothing changes any more
        assert len(it.session.history._done) == 2


async def test_a_note_is_edited_in_place(sheets: Callable) -> None:
    async with sheets() as it:
        before = text_of(it)
        await select(it, "faces")
        await it.press("e")
        assert it.app.focused.id == "answer"
        await it.press("backspace", *"X q", "enter")
        await it.saved()
        assert text_of(it) == before.replace("of faces", "of faceX q")
        assert "a [bold]row[/] of faceX q" in it.text()
        await it.press("e", *"zzz", "escape")
        assert "zzz" not in it.text() and it.app.focused.id == "table"
        await it.press("u")
        await it.saved()
        assert text_of(it) == before


async def test_a_missing_picture_is_relocated(sheets: Callable) -> None:
    async with sheets() as it:
        place = it.folder / "moved" / "deep"
        place.mkdir(parents=True)
        Image.new("RGB", (500, 400), "white").save(place / "gone.png")
        Image.new("RGB", (50, 40), "white").save(it.folder / "moved" / "gone.png")
        (place / "loop").symlink_to(it.folder / "moved", target_is_directory=True)
        before = text_of(it)
        await select(it, "gone")
        assert "r looks for it in a folder" in it.text()
        await it.press("r", *"mov")
        await it.until(lambda: "Tab: moved/" in it.text(), "the completion")
        await it.press("tab")
        assert it.app.focused.value == "moved/"
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, QuestionScreen), "the candidates")
        await it.pilot.pause()
        assert "1  moved/deep/gone.png   same name, same size 500x400" in it.text()
        assert "2  moved/gone.png   same name, 50x40" in it.text() and "3  moved" not in it.text()
        await it.press("1")
        await it.saved()
        assert text_of(it) == before.replace("art/gone.png", "moved/deep/gone.png")
        await it.until(lambda: "! missing" not in it.text(), "found")
        await it.press("u")
        await it.until(lambda: "! missing" in it.text(), "missing again")
        await it.saved()
        assert text_of(it) == before


async def test_nothing_found_is_said_and_the_line_stays(sheets: Callable) -> None:
    async with sheets() as it:
        await select(it, "gone")
        await it.press("r", *"nowhere", "enter")
        await it.until(lambda: "no such folder" in it.text(), "why not")
        await it.press(*["backspace"] * 7, "enter")
        await it.until(lambda: "Nothing like it is there" in it.text(), "why not")
        await it.press("escape")
        assert it.app.focused.id == "table" and it.session.is_saved


async def test_a_changed_size_is_accepted(sheets: Callable) -> None:
    async with sheets() as it:
        before = text_of(it)
        await select(it, "faces")
        await it.press("s")
        assert it.session.is_saved
        Image.new("RGB", (310, 200), "white").save(it.folder / "faces.png")
        await it.until(lambda: "! changed, was 300x200" in it.text(), "the change is noticed")
        assert "s accepts 310x200" in it.text()
        await it.press("s")
        await it.saved()
        assert text_of(it) == before.replace("[300, 200]", "[310, 200]")
        await it.until(lambda: "! changed" not in it.text(), "all well")


async def test_a_picture_that_comes_back_is_noticed(sheets: Callable) -> None:
    async with sheets() as it:
        (it.folder / "art").mkdir()
        Image.new("RGB", (500, 400), "white").save(it.folder / "art" / "gone.png")
        await it.until(lambda: "! missing" not in it.text(), "it is there")


async def test_a_folder_of_pictures_is_added_and_undone(sheets: Callable) -> None:
    async with sheets() as it:
        before = text_of(it)
        more = it.folder / "more"
        more.mkdir()
        Image.new("RGB", (64, 48), "white").save(more / "Final.png")
        Image.new("RGB", (32, 24), "white").save(more / "side view.png")
        (more / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        (more / "notes.txt").write_text("no picture")
        shutil.copy(it.folder / "faces.png", more / "faces.png")
        (more / "link.png").symlink_to(it.folder / "faces.png")
        await it.press("a", *"more", "enter")
        await it.until(lambda: "side_view" in it.session.project.sheets, "the new sheets")
        await it.saved()
        added = (
            '[sheets.final_2]\nfile = "more/Final.png"\nsize = [64, 48]\n\n'
            '[sheets.faces_2]\nfile = "more/faces.png"\nsize = [300, 200]\n\n'
            '[sheets.side_view]\nfile = "more/side view.png"\nsize = [32, 24]\n\n'
        )
        assert text_of(it) == before.replace("[[crops]]", added + "[[crops]]", 1)
        said = " ".join(note.message for note in it.app._notifications)
        assert "link.png is the sheet faces already" in said and "broken.png" in said
        await it.press("u")
        await it.saved()
        assert text_of(it) == before


async def test_what_can_not_be_added_is_said(sheets: Callable) -> None:
    async with sheets() as it:
        await it.press("a", *"faces.png", "enter")
        await it.until(lambda: "is the sheet faces already" in it.text(), "why not")
        await it.press("escape", "a", *"no.png", "enter")
        await it.until(lambda: "no.png" in it.app.screen.query_one("#hint").render().plain, "why")
        assert it.session.is_saved


async def test_removing_asks_where_crops_use_it(sheets: Callable) -> None:
    async with sheets() as it:
        before = text_of(it)
        await select(it, "faces")
        await it.press("X")
        assert "1 of its crops stand in crops.toml, 1 of them kept" in it.text()
        await it.press("escape")
        assert it.session.is_saved and "faces" in it.session.project.sheets
        await it.press("delete", "y")
        await it.saved()
        after = text_of(it)
        assert "faces" not in after and "angry" not in after and "# by hand" in after
        assert (it.folder / "faces.png").exists()
        await it.press("u")
        await it.saved()
        assert text_of(it) == before
        assert list(it.session.project.sheets) == ["final", "faces", "gone"]


async def test_order_and_filter(sheets: Callable) -> None:
    async with sheets() as it:
        table = it.app.screen.table
        await select(it, "gone")
        await it.press("o")
        assert [row[0] for row in table._rows] == ["faces", "final", "gone"]
        assert table.selected == "gone"
        await it.press("o")
        assert table._rows[0][0] == "gone"
        await it.press("o", "o", "o", "slash", *"row of", "enter")
        assert [row[0] for row in table._rows] == ["faces"]
        await it.press("slash", *" zzz")
        assert "No sheet has these words" in it.text()
        await it.press("enter", "x", "t", "e", "r", "X", "enter")
        assert it.session.is_saved
        await it.press("slash", "escape")
        assert len(table._rows) == 3


async def test_the_picture_of_the_sheet_and_its_kept_copy(
    sheets: Callable, project: Path, opened: Callable
) -> None:
    Image.effect_noise((900, 600), 90).convert("RGB").save(project / "final.png")
    async with sheets() as it:
        await select(it, "final")
        await it.until(lambda: "▀" in it.text() and "+…ont" in it.text(), "the picture")
        kept = it.folder / "dataset/spyke/.spyke/thumbnails"
        await it.until(lambda: len(list(kept.glob("*.jpg"))) == 1, "its small copy")


async def test_a_sheet_that_only_crops_name(opened: Callable, project: Path) -> None:
    file = project / "crops.toml"
    file.write_text(file.read_text().replace('sheet = "gone"', 'sheet = "unknown"'))
    async with opened() as it:
        await it.press("f2")
        await it.until(lambda: "! not in [sheets]" in it.text(), "the row")
        await select(it, "unknown")
        await it.press("x", "t", "e", "r", "s")
        assert it.session.is_saved
        await it.press("X", "y")
        assert it.session.project.crop("lost") is None


@pytest.mark.parametrize("images", ["halfcell", "none", "kitty", "sixel"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50), (30, 8)])
async def test_every_size_and_protocol(
    opened: Callable, images: str, size: tuple[int, int]
) -> None:
    async with opened(size=size, images=images) as it:
        await it.press("f2", "down", "e", "escape", "f3", "f2")
        await it.until(lambda: "final" in it.text(), "the table")
        assert it.app.is_running


@pytest.mark.parametrize(
    ("rows", "room", "least", "high"),
    [(5, 21, 2, 4), (5, 16, 2, 3), (5, 11, 2, 2), (13, 24, 2, 2), (13, 24, 3, 3), (5, 12, 3, 1),
     (0, 40, 3, 4), (3, 9, 2, 1)],
)  # fmt: skip
def test_rows_are_as_high_as_there_is_room_for(rows: int, room: int, least: int, high: int) -> None:
    assert row_height(rows, room, least) == high


def row_pictures(it: object) -> dict[str, str]:
    """The text of the column of pictures, by sheet."""
    table = it.app.screen.query_one(SheetTable)  # type: ignore[attr-defined]
    found = {}
    for top, key in table.tops:
        lines = [table.render_line(top + line).text[1:17] for line in range(table.row_height)]
        found[key] = "\n".join(lines)
    return found


async def test_each_row_begins_with_its_picture_in_half_cells(opened: Callable) -> None:
    async with opened(size=(120, 40), images="halfcell") as it:
        await it.press("f2")
        await it.until(lambda: "▀" in row_pictures(it)["faces"], "the second sheet")
        await it.until(lambda: "▀" in row_pictures(it)["final"], "the first sheet")
        assert "▀" not in row_pictures(it)["gone"]
        (cell,) = {type(one).__module__ for one in it.app.screen.table._pictures.values()}
        assert cell == "textual_image.renderable.halfcell"
        await it.press("down", "down", "up")  # the cursor's colours leave the pictures alone
        assert it.app.screen.table.selected == "faces"
        line = it.app.screen.table.render_line(it.app.screen.table.tops[1][0])
        inks = {one.style.color.name for one in line if one.text == "▀"}
        assert len(inks) > 1 or inks == {"#ffffff"}
        await it.pilot.resize_terminal(80, 20)
        await it.until(lambda: it.app.screen.table.row_height == 1, "no room for pictures")
        assert "▀" not in "".join(row_pictures(it).values())


@pytest.mark.parametrize("images", ["kitty", "sixel"])
async def test_each_row_has_its_picture_beside_it(opened: Callable, images: str) -> None:
    async with opened(size=(120, 40), images=images) as it:
        await it.press("f2")
        pane = it.app.screen.query_one(SheetThumbnails)
        await it.until(lambda: len(pane.slots) == 2, "the pictures of two sheets")
        tops = {key: top for top, key in it.app.screen.table.tops}
        assert [slot.top for slot in pane.slots] == [tops["final"], tops["faces"]]
        assert all(slot.bottom <= pane.size.height for slot in pane.slots)
        await it.press("o", "o", "o", "o")
        await it.press("slash", *"faces", "enter")
        await it.until(lambda: len(pane.slots) == 1, "the one that the filter leaves")
        assert pane.slots[0].top == 1


def test_textual_image_asks_the_terminal_nothing() -> None:
    """Its questions would be answered by keys that nobody pressed."""
    master, slave = pty.openpty()
    code = (
        "from spyke_tui.tui.half_cell_pictures import half_cell_picture as draw\n"
        "from spyke_tui.model.geometry import Size\n"
        "from spyke_tui.processing.previews import SheetPicture\n"
        "from rich.console import Console; from PIL import Image; import io, sys\n"
        "console = Console(file=io.StringIO(), width=40)\n"
        "console.print(draw(SheetPicture(Image.new('RGB', (90, 60))), Size(12, 3)))\n"
        "assert console.file.getvalue().count('▀') == 27, console.file.getvalue()\n"
        "assert sys.__stdout__.isatty()\n"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=subprocess.PIPE,
            check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        os.set_blocking(master, False)
        with pytest.raises(BlockingIOError):
            os.read(master, 100)
    finally:
        os.close(slave)
        os.close(master)
