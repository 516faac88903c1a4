"""The Captions pane: typing, proposals, steps back, and captions changed on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Region

from spyke_tui.kohya.build import build_project
from spyke_tui.model.caption import caption_of
from spyke_tui.store.app_lock import AppLock
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.lock import exclusive
from spyke_tui.tui.screens.captions import CaptionsScreen
from spyke_tui.tui.writer import TerminalWriter

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def captions(opened: Callable, project: Path) -> Callable:
    """The app in the Captions pane. The crops: front (keep), back (draft), angry, lost."""
    file = project / "crops.toml"
    text = file.read_text().replace(
        'trigger = "spyke_plasma_v1"',
        'trigger = "spyke_plasma_v1"\ndetails = ["white cloak", "right bracer"]',
    )
    file.write_text(text)

    @asynccontextmanager
    async def run(size: tuple[int, int] = (120, 40)) -> AsyncIterator[object]:
        async with opened(size=size) as it:
            await it.press("f4")
            assert isinstance(it.app.screen, CaptionsScreen)
            yield it

    return run


def crop_of(it, crop_id: str = "front"):
    crop = it.session.project.crop(crop_id)
    assert crop is not None
    return crop


def caption(it, crop_id: str = "front") -> str:
    return caption_of(crop_of(it, crop_id), it.session.project.dataset)


@pytest.mark.parametrize("size", SIZES)
async def test_everything_has_room_and_says_what_is_open(
    captions: Callable, size: tuple[int, int]
) -> None:
    async with captions(size=size) as it:
        for word in (
            *("front", "keep", "1 of 4", "spyke_plasma_v1, full body", "framing", "view", "pose"),
            *("expression", "extra tags", "background", "action", "details", "white cloak"),
            *("not decided: view, pose", "tokens (an estimate)", "caption-incomplete"),
        ):
            assert word in it.text(), word
        screen = it.app.screen.region
        for widget in it.app.screen.query("*"):
            if widget.display and widget.region.area:
                assert screen.contains_region(widget.region), widget
        picture = it.app.screen.query_one("#cap-picture")
        await it.until(lambda: "▀" in it.text(), "the picture")
        assert picture.size.height >= 8


async def test_a_caption_is_typed_and_saved(captions: Callable, project: Path) -> None:
    before = (project / "crops.toml").read_text()
    async with captions() as it:
        await it.press("1", "tab", *"back", "enter", "tab", *"sword", "space", *"drawn,")
        await it.press(*"cape", "tab", "n", "tab", *"a,b", "tab", "w", "enter")
        assert caption(it) == (
            "spyke_plasma_v1, full body, back view, sword drawn, cape, a, b, white background"
        )
        assert "white background" in it.text()
        await it.press("tab", "n", "tab", "2", "1", "1")
        crop = crop_of(it)
        assert (crop.expression, crop.action, crop.details) == ("neutral", False, ("right bracer",))
        await it.saved()
    lines = (project / "crops.toml").read_text().splitlines()
    new = [line for line in lines if line not in before.splitlines()]
    assert sorted(new) == [
        "action = false",
        'background = "white background"',
        'details = ["right bracer"]',
        'expression = "neutral"',
        'pose = "sword drawn, cape"',
        'tags = ["a", "b"]',
        'view = "back view"',
    ]
    assert [line for line in lines if line not in new] == before.splitlines()
    first = lines.index('id = "front"')
    assert all(first < lines.index(line) < lines.index('id = "back"') for line in new)


async def test_enter_takes_a_proposal_then_goes_on_in_the_same_field(captions: Callable) -> None:
    async with captions() as it:
        await it.press("tab", "f")
        assert "Enter takes" in it.text()
        await it.press("enter")
        assert crop_of(it).view == "front view" and it.session.editor.crop.id == "front"
        await it.press("enter")
        assert it.session.editor.crop.id == "back"  # a draft is captioned too
        assert it.app.focused.id == "field-view"
        await it.press("f", "escape", "enter")  # what is typed stays
        assert crop_of(it, "back").view == "f"
        await it.press("pageup", "pageup", "down", "enter")
        assert crop_of(it).view == "f"  # what the other crops use comes first
        await it.press("pagedown", "pagedown", "pagedown", "pagedown")
        assert "last crop" in it.text()


async def test_a_letter_or_two_are_finished_by_whatever_leads_out(captions: Callable) -> None:
    async with captions() as it:
        await it.press("tab", "f", "tab")
        assert crop_of(it).view == "front view" and it.app.focused.id == "field-pose"
        await it.press("s", "t", "pagedown")
        assert crop_of(it).pose == "standing neutral pose"
        assert it.session.editor.crop.id == "back" and it.app.focused.id == "field-pose"
        await it.press("s", "escape", "tab")  # the mark was put away: this is what is meant
        assert crop_of(it, "back").pose == "s"
        await it.press("shift+tab", "down", "tab")  # only looked at, nothing begun
        assert crop_of(it, "back").pose == "s"
        await it.press("shift+tab", *"standing", "tab")  # a word of its own
        assert crop_of(it, "back").pose == "standing"
        await it.press("shift+tab", "s", "down", "tab", "escape", "u")
        assert crop_of(it, "back").pose == "standing"  # one visit, one step


@pytest.mark.parametrize("size", [(80, 18), (50, 14), (40, 11)])
async def test_the_field_that_has_the_keys_is_seen_in_a_small_terminal(
    captions: Callable, size: tuple[int, int]
) -> None:
    async with captions(size=size) as it:
        for label in ("framing", "view", "pose", "expression", "extra tags", "background",
                      "action", "details", "framing"):  # fmt: skip
            shown = [line for line in it.text().splitlines() if "▶" in line]
            assert len(shown) == 1 and label in shown[0], it.text()
            await it.press("tab")
        await it.press("ctrl+o")
        await it.until(lambda: "▶  by hand" in it.text(), "the caption by hand")


async def test_what_is_cut_off_is_written_over_nothing(
    captions: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Region] = []
    monkeypatch.setattr(TerminalWriter, "can_write", lambda *_: True)
    monkeypatch.setattr(TerminalWriter, "put", lambda _, __, region: written.append(region))
    async with captions(size=(40, 11)) as it:
        form, details = it.app.screen.form, it.app.screen.form.widget("details")
        assert not form.region.contains_region(details.region), "it is out of view"
        written.clear()
        await it.press("1", "2")
        assert any(form.region.contains_region(region) for region in written)
        assert not any(
            region.overlaps(details.region) or region.bottom > it.app.size.height
            for region in written
        )


async def test_a_remark_goes_with_the_crop_it_was_made_on(captions: Callable) -> None:
    async with captions() as it:
        await it.press("escape", "M", *"framing: bust", "enter")
        assert "u takes it back" in it.text()
        await it.press("/", *"id:angry", "enter")
        assert it.session.editor.crop.id == "angry" and "u takes it back" not in it.text()


async def test_details_are_ticked_on_many(captions: Callable) -> None:
    async with captions() as it:
        await it.press("escape", "M", *"details: +")
        assert "white cloak" in it.text() and "right bracer" in it.text()
        await it.press("enter")
        assert {crop.details for crop in it.session.project.crops} == {("white cloak",)}
        await it.press("M", *"right bracer", "enter", "M", *"details: - white", "enter")
        assert {crop.details for crop in it.session.project.crops} == {("right bracer",)}
        await it.press("u", "u", "u")
        assert {crop.details for crop in it.session.project.crops} == {None}


async def test_a_visit_to_a_field_is_one_step_back(captions: Callable) -> None:
    async with captions() as it:
        await it.press("tab", *"side view", "tab", *"walking", "ctrl+z")
        assert (crop_of(it).view, crop_of(it).pose) == ("side view", "")
        assert it.app.focused.value == ""
        await it.press("ctrl+z")
        assert crop_of(it).view == ""
        await it.press("ctrl+y")
        assert crop_of(it).view == "side view"
        await it.press(*"run", "enter", "pageup", *"jump", "ctrl+z")
        assert crop_of(it).pose == "run"  # going away and coming back is another visit


async def test_as_the_previous_one_and_as_on_the_sheet_before(captions: Callable) -> None:
    async with captions() as it:
        await it.press("ctrl+r")
        assert "no crop before" in it.text()
        await it.press("tab", *"front view", "tab", *"walking", "pagedown", "ctrl+t")
        assert (crop_of(it, "back").pose, crop_of(it, "back").view) == ("walking", "")
        await it.press("ctrl+r")
        back = crop_of(it, "back")
        assert (back.framing, back.view, back.status) == ("full body", "front view", "draft")
        await it.press("pagedown", "ctrl+l")
        assert crop_of(it, "angry").pose == "walking"
        await it.press("ctrl+z")
        assert crop_of(it, "angry").pose == ""


async def test_letters_act_while_no_text_field_has_the_focus(captions: Callable) -> None:
    async with captions() as it:
        await it.press("escape", "n")
        assert it.session.editor.crop.id == "back"
        await it.press("r", "0", "p")
        assert crop_of(it, "back").details == () and crop_of(it, "back").framing == "full body"
        assert it.session.editor.crop.id == "front"
        await it.press("enter")
        assert it.app.focused.id == "field-framing"
        await it.press("backspace")
        assert crop_of(it).framing == ""


async def test_a_caption_by_hand_is_held_against_the_fields(captions: Callable) -> None:
    async with captions() as it:
        await it.press("tab", *"front view", "ctrl+o")
        assert crop_of(it).caption == "spyke_plasma_v1, full body, front view"
        await it.press(*", smiling")
        assert caption(it) == "spyke_plasma_v1, full body, front view, smiling"
        assert "by hand" in it.text() and "+smiling" in it.text()
        await it.press("home", "x")
        assert "does not begin with spyke_plasma_v1" in it.text()
        await it.press("ctrl+o")
        assert crop_of(it).caption == "" and crop_of(it).view == "front view"


async def test_a_slip_is_offered_and_mended(captions: Callable) -> None:
    async with captions() as it:
        await it.press("tab", "tab", *"walking fast", "pagedown", *"walkign fast")
        assert 'almost "walking fast"' in it.text()
        await it.press("ctrl+g")
        assert crop_of(it, "back").pose == "walking fast"


async def test_tags_change_places(captions: Callable) -> None:
    async with captions() as it:
        await it.press("tab", "tab", "tab", "tab", *"a, b, c", "alt+left", "alt+left")
        assert crop_of(it).tags == ("c", "a", "b")
        await it.press("alt+right")
        assert crop_of(it).tags == ("a", "c", "b")


async def test_odd_text_stays_text(captions: Callable, project: Path) -> None:
    file = project / "crops.toml"
    file.write_text(
        file.read_text().replace('framing = "full body"', 'view = "[red]x[/] \\u001b[2J"')
    )
    async with captions() as it:
        assert "[red]x[/]" in it.text() and "\x1b" not in it.text()
        await it.press("tab", "tab", *"[b]y[/b]")
        assert crop_of(it).pose == "[b]y[/b]"


# Many crops


async def test_a_filter_shows_fewer_and_marks_change_as_one_step(captions: Callable) -> None:
    async with captions() as it:
        await it.press("escape", "/", *"framing:none", "enter")
        assert it.session.editor.crop.id == "back" and "1 of 3" in it.text()
        await it.press("space", "p", "n", "n", "m")
        assert "3 marked" in it.text()
        await it.press("M", *"framing: bust")
        assert "3 would change" in it.text()
        await it.press("enter")
        assert [crop.framing for crop in it.session.project.crops] == ["full body", *3 * ["bust"]]
        await it.press("u")
        assert crop_of(it, "back").framing == "" and "3 marked" in it.text()
        it.app.do("caption.mark-clear")
        assert "marked" not in it.text().partition("crops")[2].partition("\n")[0]
        await it.press("/", *"nonsense:x")
        assert "nonsense" in it.text()
        await it.press("escape")
        assert "of 4" in it.text()


async def test_rejected_crops_are_passed_over_unless_asked_for(
    captions: Callable, project: Path
) -> None:
    file = project / "crops.toml"
    file.write_text(file.read_text().replace('status = "draft"', 'status = "reject"'))
    async with captions() as it:
        await it.press("pagedown")
        assert it.session.editor.crop.id == "angry"
        await it.press("escape", "/", *"status:reject", "enter")
        assert it.session.editor.crop.id == "back"


@pytest.mark.parametrize("size", SIZES)
async def test_tags_are_counted_and_show_their_crops(
    captions: Callable, size: tuple[int, int]
) -> None:
    async with captions(size=size) as it:
        await it.press("tab", *"odd [b]view", "pagedown", "ctrl+r", "escape", "#")
        await it.until(lambda: "captions" in it.text() and "2 " in it.text(), "the counts")
        await it.press("down", "enter")
        await it.until(lambda: "only tag:" in it.text(), "the filter")
        assert "of 2" in it.text()


async def test_who_only_looks_on_changes_nothing(
    captions: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppLock, "take", lambda self: "another one")
    async with captions() as it:
        await it.until(lambda: bool(it.session.history.holder), "read only")
        before = it.session.project
        await it.press("2", "tab", *"abc", "ctrl+r", "ctrl+o", "tab", "escape", "0")
        assert it.session.project == before
        assert it.app.screen.query_one("#field-view").value == ""
        assert it.app.is_running


# Captions on disk


def build(project: Path) -> Path:
    file = CropsFile.read(project)
    build_project(file.project, project, crops_file=file)
    return project / "dataset/spyke/train/10_spyke_plasma_v1/front.txt"


async def test_a_caption_changed_on_disk_is_adopted(captions: Callable, project: Path) -> None:
    text = build(project)
    async with captions() as it:
        assert "was changed" not in it.text()
        text.write_text("spyke_plasma_v1, full body, back view,walking")
        await it.until(lambda: "front.txt was changed" in it.text(), "the notice")
        await it.press("f7")
        assert (crop_of(it).view, crop_of(it).pose) == ("back view", "walking")
        await it.until(lambda: "front.txt was changed" not in it.text(), "no notice")
        await it.until(
            lambda: text.read_bytes() == b"spyke_plasma_v1, full body, back view, walking\n",
            "the file as it is written by us",
        )
        await it.saved()
        assert it.on_disk().project.crop("front").view == "back view"


async def test_what_no_field_can_say_is_adopted_as_it_is(captions: Callable, project: Path) -> None:
    text = build(project)
    text.write_text("a man, spyke_plasma_v1\n")
    async with captions() as it:
        await it.until(lambda: "front.txt was changed" in it.text(), "the notice")
        await it.press("escape", "a")
        assert crop_of(it).caption == "a man, spyke_plasma_v1"


async def test_a_changed_file_is_written_over_or_left(captions: Callable, project: Path) -> None:
    text = build(project)
    ours = text.read_bytes()
    text.write_text("mine\n")
    picture = text.with_suffix(".png")
    picture.write_bytes(picture.read_bytes() + b"retouched")
    async with captions() as it:
        await it.until(lambda: "front.txt was changed" in it.text(), "the notice")
        await it.press("escape", "k")
        assert "F8" not in it.text() and text.read_text() == "mine\n"
        text.write_text("mine again\n")
        await it.until(lambda: "mine again" in it.text(), "the notice for another text")
        await it.press("f8")
        await it.until(lambda: text.read_bytes() == ours, "our caption")
        await it.until(lambda: "F8" not in it.text(), "no notice")
    assert picture.read_bytes().endswith(b"retouched")  # only the caption was meant


async def test_a_built_caption_follows_what_is_typed(captions: Callable, project: Path) -> None:
    text = build(project)
    async with captions() as it:
        await it.press("tab", *"side view")
        await it.until(lambda: b"side view" in text.read_bytes(), "the caption on the disk")
        await it.press("ctrl+z")
        await it.until(lambda: b"side view" not in text.read_bytes(), "undo too")
        text.write_text("mine\n")
        await it.until(lambda: "front.txt was changed" in it.text(), "the notice")
        await it.press(*"back view")
        await it.saved()
        assert text.read_text() == "mine\n"


async def test_a_built_caption_follows_once_a_build_elsewhere_is_over(
    captions: Callable, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spyke_tui.tui.autosave.BUILT", 0.05)
    text = build(project)
    before = text.read_bytes()
    async with captions() as it:
        with exclusive(project / "dataset/spyke/.spyke/lock", "spyke-tui build"):
            await it.press("tab", *"side view")
            await it.until(lambda: it.app.autosave._captions_wait, "the lock")
            await it.saved()
            assert text.read_bytes() == before
        await it.until(lambda: b"side view" in text.read_bytes(), "the caption on the disk")


async def test_a_changed_caption_is_told_on_other_panes_once(
    captions: Callable, project: Path
) -> None:
    text = build(project)
    async with captions() as it:
        await it.press("f3")
        text.write_text("mine\n")
        told = "front.txt changed by another program"
        await it.until(lambda: any(told in note.message for note in it.app._notifications), told)
        it.app.clear_notifications()
        text.write_text("mine again\n")
        await it.until(lambda: any(told in note.message for note in it.app._notifications), told)
        await it.press("f4")
        await it.until(lambda: "It says: mine again" in it.text(), "the notice")


# Odd places


async def test_a_project_without_crops(opened: Callable, project: Path) -> None:
    (project / "crops.toml").write_text('[dataset]\ncharacter = "a"\ntrigger = "b"\n')
    async with opened(wait=False) as it:
        await it.press("f4")
        for key in (
            *("enter", "escape", "n", "p", "r", "t", "l", "0", "o", "g", "a", "W", "k"),
            *("space", "m", "M", "escape", "#", "enter", "escape", "/", "x", "enter", "tab"),
            *("alt+left", "ctrl+r", "ctrl+o", "f7", "f8", "f9", "pagedown", "u"),
        ):
            await it.press(key)
        assert "No crop" in it.text() and it.session.is_saved


async def test_resizing_while_typing(captions: Callable) -> None:
    async with captions() as it:
        await it.press("tab", *"front view")
        for size in ((80, 24), (200, 50), (60, 15), (20, 5), (120, 40)):
            await it.pilot.resize_terminal(*size)
            await it.press("ctrl+o", "ctrl+o", "tab", "shift+tab")
        assert crop_of(it).view == "front view"
        assert "front view" in it.text()


async def test_without_pictures_and_with_a_lost_one(opened: Callable) -> None:
    async with opened(images="none") as it:
        await it.press("f4", "escape", "n", "n", "n")
        await it.until(lambda: "The picture is not there" in it.text(), "what is wrong")
        await it.press("f3", "f4", "enter", "tab", "x")
        assert crop_of(it, "lost").view == "x"


async def test_help_and_palette_know_the_pane(captions: Callable) -> None:
    async with captions() as it:
        await it.press("f1")
        assert "Keys: Captions" in it.text() and "As previous" in it.text()
        await it.press("escape")
        await it.press("escape", ":", *"looked, none")
        await it.until(lambda: "Captions: Looked, none" in it.text(), "the action in the palette")
        await it.press("enter")
        await it.until(lambda: crop_of(it).details == (), "the action from the palette")


async def test_an_expression_that_is_not_in_the_list_is_typed(captions: Callable) -> None:
    async with captions() as it:
        it.app.screen.form.enter("expression")
        await it.pilot.pause()
        await it.press("+", *"smug", "enter")
        assert crop_of(it).expression == "smug"
        assert "smug" in it.text()
        assert it.app.screen.form.field == "expression"
        await it.press("+", *"sly", "escape")
        assert crop_of(it).expression == "smug"
        await it.press("pagedown")
        assert "6 smug" in it.text()


async def test_choices_go_on_in_the_next_row_instead_of_being_cut(captions: Callable) -> None:
    async with captions(size=(160, 48)) as it:
        text = it.text()
        assert "5 calm" in text
        assert "white cloak" in text
        assert it.app.screen.query_one("#cap-main").size.width >= 56
        side = it.app.screen.query_one("#cap-picture").size
        assert abs(side.width - 2 * side.height) <= 2
        assert "tags in 0 captions" not in text
        await it.pilot.resize_terminal(120, 40)
        await it.pilot.resize_terminal(200, 50)
        await it.pilot.pause()
        assert "1 tag in 4 captions" in it.text()


def packet(it, *keys: str) -> None:
    """Keys as a slow line brings them: all at once."""
    for key in keys:
        character = key if len(key) == 1 else None
        it.app.post_message(events.Key(key, character))


async def test_keys_of_one_packet_go_where_the_ones_before_them_led(captions: Callable) -> None:
    async with captions() as it:
        crops = [crop.id for crop in it.session.project.crops]
        first, second = crops[0], crops[1]
        packet(it, "2", "tab", *"rear", "tab", *"sitting", "shift+tab", "enter", *"above")
        await it.until(lambda: crop_of(it, second).view == "above", "the last key")
        assert crop_of(it, first).framing == "bust"
        assert crop_of(it, first).view == "rear"
        assert crop_of(it, first).pose == "sitting"
        assert crop_of(it, second).pose != "sitting"


def with_a_twin(project: Path, twin: str) -> None:
    file = project / "crops.toml"
    said = f'framing = "full body"\npose = "left hand raised"\ndetails = []\nmirror = true\n{twin}'
    file.write_text(file.read_text().replace('framing = "full body"', said, 1))


async def test_a_twins_caption_follows_what_is_typed(captions: Callable, project: Path) -> None:
    own = "spyke_plasma_v1, full body, right hand raised"
    with_a_twin(project, f'mirror_caption = "{own}"')
    async with captions(size=(200, 50)) as it:
        it.app.screen.form.enter("view")
        await it.press(*"side")
        await it.press("tab")
        crop = crop_of(it)
        assert crop.view.startswith("side")
        assert crop.mirror_caption == f"spyke_plasma_v1, full body, {crop.view}, right hand raised"
        assert "behind" not in it.text()
        await it.press("escape", "u")
        assert (crop_of(it).view, crop_of(it).mirror_caption) == ("", own)


async def test_a_twins_own_caption_is_made_anew_by_a_key_only(
    captions: Callable, project: Path
) -> None:
    written = "spyke_plasma_v1, full body, waving to the right"
    with_a_twin(project, f'mirror_caption = "{written}"')
    async with captions(size=(200, 50)) as it:
        it.app.screen.form.enter("background")
        await it.press(*"snow")
        await it.press("tab")
        assert crop_of(it).mirror_caption == written
        await it.press("escape")
        words = " ".join(it.text().split())
        assert "it is behind: -right hand raised -snow +waving to the right" in words
        assert "1 twin behind: / mirror:behind" in words
        await it.press("ctrl+g")
        assert crop_of(it).mirror_caption.endswith("right hand raised, snow")
        assert "behind" not in it.text()
        await it.press("u")
        assert crop_of(it).mirror_caption == written


async def test_a_twin_that_says_more_is_no_warning_and_many_are_made_anew(
    captions: Callable, project: Path
) -> None:
    more = "spyke_plasma_v1, full body, right hand raised, emblem reversed"
    with_a_twin(project, f'mirror_caption = "{more}"')
    async with captions(size=(200, 50)) as it:
        words = " ".join(it.text().split())
        assert "by hand: +emblem reversed ctrl+g makes it anew" in words
        assert "behind" not in words
        await it.press("escape", "M", *"twins")
        assert "1 would change" in it.text() and "front_mirror" in it.text()
        await it.press("enter")
        assert crop_of(it).mirror_caption == "spyke_plasma_v1, full body, right hand raised"
        await it.press("M", *"twins")
        assert "nothing of that name" in it.text()


async def test_an_expression_of_this_crop_only_is_among_the_choices(captions: Callable) -> None:
    async with captions() as it:
        it.app.screen.form.enter("expression")
        await it.press("+", *"happy", "enter")
        assert "6 happy " in it.text()
        await it.press("6")
        assert crop_of(it).expression == "happy"


async def test_many_captions_are_adopted_in_one_step(captions: Callable, project: Path) -> None:
    front = build(project)
    files = {name: front.with_name(f"{name}.txt") for name in ("front", "angry")}
    ours = {name: file.read_bytes() for name, file in files.items()}
    async with captions() as it:
        for name, file in files.items():
            file.write_text(f"spyke_plasma_v1, full body, {name} by sed,clean lines")
        found = it.app.captions_on_disk
        await it.until(lambda: len(found.found) == 2, "both are seen")
        await it.press("escape", "n")
        assert "2 changed on disk: F7" in it.text()
        await it.press("f7")  # nothing changed here: it goes to the one behind
        assert it.session.editor.crop.id == "angry" and crop_of(it, "angry").tags == ()
        await it.press("M", *"adopt")
        assert "adopt 2 captions from the disk" in it.text() and "2 would change" in it.text()
        await it.press("enter")
        assert {crop_of(it, name).tags for name in files} == {
            ("front by sed", "clean lines"),
            ("angry by sed", "clean lines"),
        }
        await it.until(lambda: not found.found, "nothing is offered any more")
        for name, file in files.items():
            wanted = f"spyke_plasma_v1, full body, {name} by sed, clean lines\n".encode()
            await it.until(
                lambda file=file, wanted=wanted: file.read_bytes() == wanted, "as we write it"
            )
        await it.press("u")
        assert it.session.editor.crop.id == "angry", "one of those that the step changed"
        for name, file in files.items():
            await it.until(lambda n=name, f=file: f.read_bytes() == ours[n], "back, too")
        await it.press("W")
        assert "as it was written, and so are all others" in it.text()


async def test_many_captions_are_written_over_but_not_what_nobody_has_seen(
    captions: Callable, project: Path
) -> None:
    front = build(project)
    angry = front.with_name("angry.txt")
    ours = angry.read_bytes()
    async with captions() as it:
        front.write_text("by sed")
        angry.write_text("by sed")
        found = it.app.captions_on_disk
        await it.until(lambda: len(found.found) == 2, "both are seen")
        await it.press("escape", "M", *"write over")
        assert "write over 2 changed captions, for good" in it.text()
        front.write_text("and once more, while the menu is open")
        await it.until(
            lambda: any("once more" in one.text for one in found.found), "it is seen, too"
        )
        await it.press("enter")
        await it.until(lambda: angry.read_bytes() == ours, "one is written over")
        await it.until(lambda: len(found.found) == 1, "the other one is still offered")
        assert "once more" in front.read_text()
        assert it.session.is_saved and not it.session.history.can_undo


async def test_drafts_are_said_not_to_be_built_and_kept_from_here(captions: Callable) -> None:
    async with captions() as it:
        await it.press("escape", "n")
        assert "draft, not built" in it.text()
        await it.press("b")
        await it.until(lambda: "1 draft is not built" in it.text(), "the word")
        await it.press("escape", "M", *"keep", "enter")
        assert {crop.status for crop in it.session.project.crops} == {"keep"}
        await it.press("b")
        await it.until(lambda: "written" in it.text(), "the build")
        assert "not built" not in it.text()


async def test_what_is_said_of_a_long_caption_is_not_pushed_out_by_it(captions: Callable) -> None:
    async with captions(size=(120, 26)) as it:
        it.app.screen.form.enter("tags")
        it.app.screen.form.widget("tags").value = ", ".join(f"a long tag {n}" for n in range(40))
        await it.pilot.pause()
        assert "an estimate" in it.text() and "○ not decided: " in it.text()
        assert "a long tag 0" in it.text() and "a long tag 39," not in it.text()


async def test_what_was_taken_away_at_once_comes_back_alone(captions: Callable) -> None:
    async with captions() as it:
        it.app.screen.form.enter("tags")
        await it.press(*"red hat, swords", "backspace", *", cape", "alt+left")
        assert crop_of(it).tags == ("red hat", "cape", "sword")
        await it.press("ctrl+w")
        assert crop_of(it).tags == ("red hat", "sword")
        await it.press("ctrl+w")
        await it.press("ctrl+z", "ctrl+z")
        assert crop_of(it).tags == ("red hat", "cape", "sword")
        assert "Undone: tags of front." in it.text()
        await it.press("ctrl+z")
        assert crop_of(it).tags == ("red hat", "sword", "cape")
        await it.press("ctrl+z")
        assert crop_of(it).tags == ()
        await it.press("ctrl+y")
        assert crop_of(it).tags == ("red hat", "sword", "cape")
        assert "Done again: tags of front." in it.text()
