"""The panes at several sizes, and what they say when something is wrong."""

import re
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PIL import Image
from rich.color import ColorType
from rich.segment import Segment
from textual.command import CommandPalette

from spyke_tui.actions import PANES
from spyke_tui.model.project import Project
from spyke_tui.store.config import Config
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.terminal.capabilities import Choice
from spyke_tui.terminal.cells import PLACEHOLDER
from spyke_tui.tui.screens.help import HelpScreen
from spyke_tui.tui.session import Session
from spyke_tui.tui.spyke_app import WHY, WHY_AGAIN, SpykeApp
from spyke_tui.tui.themes import palette_of

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_status_line_says_all_it_must(
    opened: Callable, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    may_write, write = Event(), CropsFile.write

    def held(self: CropsFile, project: Project) -> None:
        may_write.wait(60)
        write(self, project)

    monkeypatch.setattr(CropsFile, "write", held)
    async with opened(size=size) as it:
        text = it.text()
        for words in (
            *("spyke", "saved", "sheet final", "front keep 1/2", "120x240 at 60,40"),
            *("step 1", "edge whole", "aspect free", "halfcell"),
        ):
            assert words in text, words
        await it.press("right")
        assert "not saved" in it.text()
        may_write.set()
        await it.saved()
        await it.until(lambda: "* not saved" not in it.text(), "the word saved")


@pytest.mark.parametrize("size", SIZES)
async def test_every_part_has_room(opened: Callable, size: tuple[int, int]) -> None:
    async with opened(size=size) as it:
        sheet, preview = it.app.screen.query_one("#sheet"), it.app.screen.query_one("#preview")
        assert sheet.size.width >= 50 and sheet.size.height >= 19
        assert preview.size.height >= 10
        assert abs(preview.size.width - 2 * preview.size.height) <= 6
        for words in ("+front", "?back", "full body", "Crops 2", "spyke_plasma_v1"):
            assert words in it.text()
        screen = it.app.screen.region
        for widget in it.app.screen.query("*"):
            if widget.display and widget.region.area:
                assert screen.contains_region(widget.region), widget


async def test_resizing_live(opened: Callable) -> None:
    async with opened(size=(120, 40)) as it:
        view = it.crops.sheet_view
        for size in ((80, 24), (200, 50), (60, 15), (120, 40), (20, 5), (100, 30)):
            await it.pilot.resize_terminal(*size)
            await it.until(
                lambda: (
                    view.viewport is not None
                    and view.viewport.pane.width == view.size.width
                    and len(view.row_cells(0)) == view.size.width
                ),
                f"a view at {size}",
            )
            await it.press("right", "left")
        assert "front" in it.text()


async def test_panes_change_by_key(opened: Callable) -> None:
    async with opened() as it:
        first, *_, last = PANES
        for keys, pane in (
            (["f2"], "sheets"), (["f3"], "crops"), (["full_stop"], "captions"),
            (["comma"], "crops"), (["f2"], first), (["comma"], last), (["full_stop"], first),
            (["f6"], "reg"), (["f4"], "captions"),
        ):  # fmt: skip
            await it.press(*keys)
            assert pane == it.app.screen.PANE


@pytest.mark.parametrize("size", SIZES)
async def test_the_table_of_sheets(opened: Callable, size: tuple[int, int]) -> None:
    async with opened(size=size) as it:
        await it.press("f2")
        await it.until(lambda: "! missing" in it.text(), "what became of the files")
        text = it.text()
        for words in ("final", "faces", "gone", "600x320", "500x400", "final.png", "ok"):
            assert words in text
        await it.press("down")
        await it.until(lambda: "a [bold]row[/] of faces" in it.text(), "the note, as it is")
        await it.press("enter")
        assert it.app.screen.PANE == "crops"
        assert it.session.editor.sheet_key == "faces"
        await it.loaded()
        await it.press("f2")
        assert it.app.screen.query_one("#table").cursor_row == 1


async def test_a_missing_sheet_is_drawn_from_its_size_and_said_once(opened: Callable) -> None:
    async with opened() as it:
        await it.press("p")
        await it.until(lambda: "The picture is not there" in it.text(), "the notice")
        assert "500x400" in it.text() and "xlost" not in it.text() and "+lost" in it.text()
        assert len(it.app._notifications) == 1
        await it.press("n", "p")
        await it.until(lambda: "The picture is not there" in it.text(), "the notice again")
        assert len(it.app._notifications) == 1
        await it.press("right", "s")  # moves without a picture; snapping says why not
        assert it.session.project.crop("lost").rect.left == 11


async def test_a_broken_picture_is_a_message(opened: Callable, project: Path) -> None:
    data = (project / "final.png").read_bytes()
    (project / "final.png").write_bytes(data[: len(data) // 2])
    async with opened(wait=False) as it:
        await it.until(lambda: "! " in it.text() and len(it.app._notifications) > 0, "a message")
        await it.press("right")
        assert it.rect()[0] == 61


async def test_a_changed_size_is_said(opened: Callable, project: Path) -> None:
    Image.new("RGB", (150, 100), "white").save(project / "faces.png")
    async with opened() as it:
        await it.press("N")
        await it.until(lambda: "rectangles were drawn on 300x200" in it.text(), "the notice")
        await it.press("right")
        await it.saved()
        assert str(it.on_disk().project.sheets["faces"].size) == "300x200"


async def test_a_sheet_that_no_table_names_and_an_empty_project(
    opened: Callable, project: Path
) -> None:
    file = project / "crops.toml"
    file.write_text(file.read_text().replace('sheet = "gone"', 'sheet = "unknown"'))
    async with opened() as it:
        await it.press("p")
        await it.until(lambda: "[sheets.unknown]" in it.text(), "the notice")
        await it.press("f2")
        assert "not in [sheets]" in it.text()
    file.write_text('[dataset]\ncharacter = "a"\ntrigger = "b"\n')
    async with opened(wait=False) as it:
        for key in ("i", "n", "p", "N", "P", "right", "enter", "x", "X", "y", "s", "z", "e", "u"):
            await it.press(key)
        assert "no sheets yet" in it.text()
        await it.press("f2", "enter")
        assert it.session.is_saved


async def test_markup_and_control_characters_in_names_stay_text(
    opened: Callable, project: Path
) -> None:
    file = project / "crops.toml"
    text = file.read_text().replace('"final.png"', '"[red]\\u001b[2Jfinal.png"')
    file.write_text(text.replace('framing = "full body"', 'caption = "[b]x[/b] \\u001b]0;t"'))
    async with opened(wait=False) as it:
        await it.until(lambda: "The picture is not there" in it.text(), "the notice")
        shown = it.text()
        assert "[red]" in shown and "[b]x[/b]" in shown and "\x1b" not in shown
        await it.press("f2")
        assert "[red]" in it.text() and "\x1b" not in it.text()


async def test_help_names_the_keys_of_the_pane_and_finds_them(opened: Callable) -> None:
    async with opened(size=(120, 50)) as it:
        await it.press("question_mark")
        assert isinstance(it.app.screen, HelpScreen)
        assert "Keys: Crops" in it.text() and "Far left" in it.text()
        await it.press(*"snap")
        assert "Snap: pull" in it.text() and "Far left" not in it.text()
        await it.press("escape", "f2", "f1")
        assert "Keys: Sheets" in it.text() and "the crops of this sheet" in it.text()
        await it.press(*"zzz")
        assert "No such key" in it.text()
        await it.press("escape")
        assert it.app.screen.PANE == "sheets"


async def test_the_palette_runs_actions(opened: Callable) -> None:
    async with opened() as it:
        await it.press("colon", *"duplicate")
        await it.until(lambda: "Crops: Duplicate" in it.text(), "the hit")
        await it.press("enter", "enter")
        await it.until(lambda: it.session.project.crop("front_1") is not None, "the duplicate")
        await it.press("ctrl+p", *"dark or light")
        await it.until(lambda: "Dark or light" in it.text(), "the hit")
        await it.press("enter", "enter")
        await it.until(lambda: not it.app.current_theme.dark, "the light theme")


async def test_why_it_is_another_protocol_is_said(project: Path) -> None:
    session = Session.open(project, Choice("halfcell", "This terminal has no kitty pictures."))
    app = SpykeApp(session)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert [note.message for note in app._notifications] == [session.choice.why]
        assert [note.timeout for note in app._notifications] == [WHY]
        session.remember()
    for why, timeout in ((session.choice.why, WHY_AGAIN), ("Another reason.", WHY)):
        app = SpykeApp(Session.open(project, Choice("halfcell", why)))
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            assert [note.timeout for note in app._notifications] == [timeout]


async def test_without_pictures_there_are_boxes(opened: Callable) -> None:
    async with opened(images="none") as it:
        text = it.text()
        assert "┏" in text and "+front━" in text and "▀" not in text and "none" in text
        await it.press("2", "right", "tab")
        assert "▲" in it.text()
        assert it.rect()[0] == 68


async def test_no_color_is_grey(opened: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened() as it:
        strips = it.app.screen._compositor.render_strips()
        for strip in strips:
            for segment in strip:
                for colour in (segment.style.color, segment.style.bgcolor):
                    if colour is not None and colour.triplet is not None:
                        assert len(set(colour.triplet)) == 1


@pytest.mark.parametrize("in_tmux", [False, True])
async def test_no_color_leaves_pictures_below_the_text_in_sight(
    opened: Callable, monkeypatch: pytest.MonkeyPatch, in_tmux: bool
) -> None:
    """They show where the background is the terminal's own; an anchor's colour is its name."""
    monkeypatch.setenv("NO_COLOR", "1")
    if in_tmux:
        monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    async with opened(images="kitty") as it:

        def segments() -> list[Segment]:
            return [one for strip in it.app.screen._compositor.render_strips() for one in strip]

        def clear() -> list[Segment]:
            return [one for one in segments() if one.style.bgcolor.is_default]

        await it.until(lambda: sum(one.cell_length for one in clear()) > 500, "the picture")
        anchors = [one for one in segments() if one.text.startswith(PLACEHOLDER)]
        assert len(anchors) == (2 if in_tmux else 0)
        assert all(one.style.color.type is ColorType.EIGHT_BIT for one in anchors)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_picture_takes_the_colours_that_were_asked_for(
    opened: Callable, theme: str
) -> None:
    async with opened(config=Config(theme=theme)) as it:
        corner = it.crops.sheet_view.row_cells(0)[0]
        assert corner.bg == palette_of(theme == "dark").background


async def test_the_theme_is_kept(opened: Callable) -> None:
    async with opened() as it:
        it.app.do("app.theme")
        await it.press("q")
        await it.until(lambda: not it.app.is_running, "the end")
    async with opened() as it:
        assert not it.app.current_theme.dark


async def test_build_writes_the_kept_crops_and_says_what_failed(opened: Callable) -> None:
    async with opened() as it:
        await it.press("right", "b")
        await it.until(lambda: "written" in it.text(), "the result")
        text = it.text()
        assert "failed" in text and "lost" in text
        train = it.folder / "dataset" / "spyke" / "train" / "10_spyke_plasma_v1"
        assert {path.name for path in train.iterdir()} >= {"front.png", "front.txt", "angry.png"}
        assert not (train / "back.png").exists()
        await it.press("escape")
        assert it.app.screen.PANE == "crops"
        assert it.session.is_saved


@pytest.mark.parametrize(
    ("words", "opens"), [("? keys", HelpScreen), (": actions", CommandPalette)]
)
async def test_what_the_top_line_hints_at_can_be_clicked(
    opened: Callable, words: str, opens: type
) -> None:
    """Terminals keep F1 and ctrl+p for themselves, and a text field `?` and `:`."""
    async with opened(size=(120, 40)) as it:
        at = it.text().splitlines()[0].index(words)
        await it.pilot.click("#panes", offset=(at - 2, 0))
        assert not isinstance(it.app.screen, opens)
        await it.pilot.click("#panes", offset=(at + len(words) - 1, 0))
        await it.until(lambda: isinstance(it.app.screen, opens), "what was clicked")


async def test_redraw_sends_the_picture_again(opened: Callable) -> None:
    async with opened(images="sixel") as it:
        writer = it.app.writer
        await it.until(lambda: not writer._sending, "the picture")
        said = it.heard()
        it.app.do("app.redraw")
        sheet = it.app.screen.query_one("#sheet")
        rows = sheet.surface._canvas.area.height  # type: ignore[attr-defined]
        wanted = rows * 20 - 20  # pixels; it comes in pieces of whole rows

        def drawn() -> int:
            found = re.findall(r'\x1bP0;1;0q"1;1;(\d+);(\d+)#', "".join(said))
            return sum(int(high) for wide, high in found if int(wide) > 500)

        await it.until(lambda: drawn() >= wanted, "all of it")
