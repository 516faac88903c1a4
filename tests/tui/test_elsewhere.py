"""Another program, another instance, another run: nothing is lost and everything is said."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from spyke_tui.store import lock
from spyke_tui.store.lock_owner import Owner
from spyke_tui.store.state import state_folder
from spyke_tui.terminal.capabilities import choose
from spyke_tui.tui import project_watch
from spyke_tui.tui.autosave import Autosave
from spyke_tui.tui.screens.conflict import ConflictScreen
from spyke_tui.tui.screens.question import QuestionScreen
from spyke_tui.tui.session import Session
from spyke_tui.tui.spyke_app import SpykeApp


def text_of(it: Any) -> str:
    return (it.folder / "crops.toml").read_text()


def said(it: Any) -> str:
    return " ".join(note.message for note in it.app._notifications)


async def leave(it: Any) -> None:
    await it.press("q")
    await it.until(lambda: not it.app.is_running, "the end")


async def ready(it: Any) -> None:
    await it.until(lambda: it.session.steps_adopted, "the steps of the last run")


# Another run


async def test_undo_and_redo_survive_a_restart(opened: Callable) -> None:
    async with opened() as it:
        before = text_of(it)
        await ready(it)
        await it.press("right", "right", "tab", "down", "x", "f2", "x")
        await it.saved()
        after = text_of(it)
        await leave(it)
    async with opened() as it:
        await ready(it)
        assert text_of(it) == after
        await it.press("u", "u")
        assert it.session.project.crop("front").status == "keep"
        await leave(it)
    async with opened() as it:
        await ready(it)
        await it.press("U")
        assert it.session.project.crop("front").status == "reject"
        await it.press("U")
        await it.saved()
        assert text_of(it) == after
        await it.press("u", "u", "u", "u")
        await it.saved()
        assert it.rect() == (60, 40, 120, 240)
        # Comments and order are as they were; defaults may stand there in words.
        lines = [line for line in text_of(it).splitlines() if line not in before.splitlines()]
        assert not set(lines) - {"size = [600, 320]", 'use = "yes"', 'status = "keep"'}
        assert [crop.id for crop in it.session.project.crops] == ["front", "back", "angry", "lost"]
        await it.press("u")
        assert "nothing to undo" in said(it)


async def test_a_step_that_no_longer_fits_refuses_and_says_why(opened: Callable) -> None:
    async with opened() as it:
        await ready(it)
        await it.press("n", "x", "p", "right")
        await it.saved()
        await leave(it)
        file = it.folder / "crops.toml"
        file.write_text(file.read_text().replace("left = 61", "left = 70"))
    async with opened() as it:
        await ready(it)
        before = text_of(it)
        await it.press("u")
        assert "The crop front was changed meanwhile" in said(it)
        assert it.session.is_saved and text_of(it) == before
        await it.press("u")  # once more: that step is passed over
        assert it.session.project.crop("back").status == "draft"
        assert it.session.project.crop("front").rect.left == 70


async def test_damaged_steps_are_no_steps(opened: Callable) -> None:
    for text in ("{", "[]", '{"version":1,"done":[{"label":1}],"undone":[]}', '{"version":2}'):
        state_folder().mkdir(parents=True, exist_ok=True)
        async with opened() as it:
            await ready(it)
            await it.press("right", "left", "x", "x")
            await leave(it)
        (kept,) = state_folder().glob("*.history.json")
        kept.write_text(text)
        async with opened() as it:
            await ready(it)
            await it.press("u")
            assert "nothing to undo" in said(it)


async def test_kept_steps_are_bounded_and_hold_all_kinds_of_change(opened: Callable) -> None:
    async with opened() as it:
        await ready(it)
        await it.press("i", "y", "X", "u", "u", "f2", "t", "X", "y")
        project = it.session.project
        await it.saved()
        await leave(it)
        (kept,) = state_folder().glob("*.history.json")
        assert kept.stat().st_size < 20_000 and json.loads(kept.read_text())["version"] == 1
    async with opened() as it:
        await ready(it)
        assert it.session.project.crops == project.crops
        count = len(it.session.history._done)
        assert count == 3
        for _ in range(count):
            await it.press("u")
        assert [crop.id for crop in it.session.project.crops] == ["front", "back", "angry", "lost"]
        for _ in range(count):
            await it.press("U")
        assert it.session.project.crops == project.crops


# Another program


async def test_a_change_by_an_editor_is_shown_within_a_second(opened: Callable) -> None:
    """By the next look that begins after it, of which two come in a second."""
    assert project_watch.PAUSE < 0.5
    async with opened() as it:
        await ready(it)
        await it.press("n", "x", "p")
        await it.saved()
        file = it.folder / "crops.toml"
        look, looks = it.app.project_watch._look, []

        async def counted(hasty: bool = False) -> bool:
            begun = text_of(it)
            news = await look(hasty=hasty)
            looks.append("left = 77" in begun)
            return news

        it.app.project_watch._look = counted
        file.write_text(text_of(it).replace("left = 60", "left = 77"))
        await it.until(lambda: any(looks), "a look that began after it")
        assert it.rect()[0] == 77
        assert it.session.is_saved and "changed by another program" in said(it)
        await it.press("u")  # an earlier step still fits
        assert it.session.project.crop("back").status == "draft"
        assert it.rect()[0] == 40 or it.session.project.crop("front").rect.left == 77
        await it.saved()
        assert "left = 77" in text_of(it) and "# by hand" in text_of(it)


@contextmanager
def unsaved() -> Iterator[None]:
    """What is changed meanwhile is saved in a minute, however slow the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Autosave, "_wait", lambda *_: 60.0)
        yield


async def both_changed(it: Any) -> str:
    """Change the file under an unsaved change; what the file says then."""
    await ready(it)
    with unsaved():
        await it.press("right")
    theirs = text_of(it).replace("width = 90", "width = 91").replace("stay", "are theirs")
    (it.folder / "crops.toml").write_text(theirs)
    await it.until(lambda: isinstance(it.app.screen, QuestionScreen), "the question")
    it.app.autosave._drop_timer()  # the one that would wait for so long
    it.app.autosave.changed()
    await it.until(lambda: "NOT SAVED" in it.text(), "the word")
    assert text_of(it) == theirs
    assert "left = 61" in (it.folder / "crops.toml.ours").read_text()
    return theirs


async def test_both_sides_are_brought_together(opened: Callable) -> None:
    async with opened() as it:
        theirs = await both_changed(it)
        await it.press("b")
        await it.saved()
        after = text_of(it)
        changed = set(after.splitlines()) - set(theirs.splitlines())
        assert any("left = 61" in line for line in changed) and len(changed) == 2
        assert not (it.folder / "crops.toml.ours").exists()
        await it.press("u")
        await it.saved()
        assert it.rect()[0] == 60 and "width = 91" in text_of(it)


async def test_mine_is_written_and_theirs_kept(opened: Callable) -> None:
    async with opened() as it:
        theirs = await both_changed(it)
        await it.press("m")
        await it.saved()
        assert "left = 61" in text_of(it) and "width = 90" in text_of(it)
        assert (it.folder / "crops.toml.theirs").read_text() == theirs
        await it.until(lambda: "NOT SAVED" not in it.text(), "the word saved")


async def test_theirs_is_taken_and_undo_brings_mine(opened: Callable) -> None:
    async with opened() as it:
        theirs = await both_changed(it)
        await it.press("t")
        await it.until(lambda: it.session.is_saved, "theirs")
        assert text_of(it) == theirs and it.rect()[0] == 60
        await it.press("u")
        await it.saved()
        assert it.session.project.crop("front").rect.left == 61
        assert "# my notes are theirs" in text_of(it)


async def test_no_choice_loses_nothing_and_is_asked_again(opened: Callable) -> None:
    async with opened() as it:
        theirs = await both_changed(it)
        await it.press("escape", "down")
        assert it.session.project.crop("front").rect.top == 41
        await it.until(lambda: "top = 41" in (it.folder / "crops.toml.ours").read_text(), "kept")
        assert text_of(it) == theirs
        it.app.do("project.reload")
        await it.until(lambda: isinstance(it.app.screen, QuestionScreen), "the question again")
        await it.press("b")
        await it.saved()
        assert "top = 41" in text_of(it) and "width = 91" in text_of(it)


async def test_what_was_left_beside_is_told_at_the_start(opened: Callable, project: Path) -> None:
    (project / "crops.toml.ours").write_text("left from a lost connection")
    async with opened() as it:
        await ready(it)
        assert "crops.toml.ours holds changes" in said(it)
    (project / "crops.toml-2.ours").write_text("left from another one")
    async with opened() as it:
        await ready(it)
        assert "crops.toml-2.ours and crops.toml.ours hold changes" in said(it)


def table_of(crop_id: str, text: str) -> str:
    """The text of one [[crops]] table."""
    (found,) = (one for one in text.split("[[crops]]") if f'id = "{crop_id}"' in one)
    return f"[[crops]]{found}"


async def clashing(it: Any, *keys: str) -> str:
    """Change two crops here and by another program too; what the file says then."""
    await ready(it)
    with unsaved():
        await it.press(*(keys or ("right", "n", "x", "p")))
    theirs = text_of(it).replace("left = 60", "left = 50").replace('status = "draft"', "")
    theirs = theirs.replace("width = 90", "width = 91")
    (it.folder / "crops.toml").write_text(theirs)
    await it.until(lambda: isinstance(it.app.screen, ConflictScreen), "the conflict")
    await it.pilot.pause()
    return theirs


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (20, 5)])
async def test_the_same_crop_changed_on_both_sides_is_shown_side_by_side(
    opened: Callable, size: tuple[int, int]
) -> None:
    async with opened(size=size) as it:
        theirs = await clashing(it)
        if size != (20, 5):
            words = " ".join(it.text().split())
            for word in ("front", "back", "61,40", "50,40", "60,40", "mine", "theirs", "before"):
                assert word in words, it.text()
            assert "1 of theirs" in words
        await it.press("enter", "b", "u")
        assert isinstance(it.app.screen, ConflictScreen), "nothing is chosen yet"
        assert text_of(it) == theirs
        await it.press("m", "t")
        await it.until(lambda: "Enter writes it" in it.text() or size == (20, 5), "all chosen")
        await it.press("enter")
        await it.until(lambda: "given up is kept" in said(it), "what became of the rest")
        project = it.session.project
        assert project.crop("front").rect.left == 61 and project.crop("back").status == "keep"
        assert project.crop("angry").rect.width == 91
        assert it.on_disk().project == project and "# my notes stay" in text_of(it)
        assert (it.folder / "crops.toml.theirs").read_text() == theirs
        assert "reject" in (it.folder / "crops.toml.ours").read_text()
        now = it.session
        await it.press("u")  # what was mine
        await it.until(lambda: now.project.crop("back").status == "reject", "mine")
        await it.press("u", "u")  # and the steps before it
        await it.until(lambda: now.project.crop("front").rect.left == 60, "the start")


async def test_all_clashes_at_once_and_nothing_left_beside(opened: Callable) -> None:
    for key, other, left in (("M", "ours", 61), ("T", "theirs", 50)):
        async with opened() as it:
            before = text_of(it)
            await clashing(it)
            await it.press(key, "enter")
            await it.until(lambda it=it: "given up is kept" in said(it), "the word")
            assert it.on_disk().project.crop("front").rect.left == left
            assert not (it.folder / f"crops.toml.{other}").exists()
            await it.press("u", "u", "u")
            await it.saved()
        for beside in it.folder.glob("crops.toml.*"):
            beside.unlink()
        (it.folder / "crops.toml").write_text(before)


async def test_a_clash_put_off_loses_nothing(opened: Callable) -> None:
    async with opened() as it:
        theirs = await clashing(it)
        await it.press("m", "escape")
        assert "Nothing was chosen" in said(it)
        assert text_of(it) == theirs
        assert "left = 61" in (it.folder / "crops.toml.ours").read_text()
        it.app.do("project.reload")
        await it.until(lambda: isinstance(it.app.screen, ConflictScreen), "asked again")
        await it.press("M", "enter")
        await it.saved()
        assert it.on_disk().project.crop("front").rect.left == 61


async def test_two_crops_of_one_id_can_only_be_taken_whole(opened: Callable) -> None:
    async with opened() as it:
        await ready(it)
        await it.press("right")
        (it.folder / "crops.toml").write_text(text_of(it).replace('id = "back"', 'id = "front"'))
        await it.until(lambda: isinstance(it.app.screen, QuestionScreen), "the question")
        await it.pilot.pause()
        assert "More than one crop has the id front" in " ".join(it.text().split())
        await it.press("b", "m")
        await it.saved()
        assert "left = 61" in text_of(it)


async def test_the_selection_stays_when_another_program_adds_and_moves(opened: Callable) -> None:
    async with opened() as it:
        await ready(it)
        await it.press("n", "n")
        assert it.session.editor.crop.id == "angry"
        text = text_of(it)
        front = table_of("front", text)
        moved = text.replace(front, "") + "\n" + front + front.replace("front", "more")
        (it.folder / "crops.toml").write_text(moved)
        await it.until(lambda: len(it.session.project.crops) == 5, "theirs")
        assert it.session.editor.crop.id == "angry"
        gone = moved.replace(table_of("angry", moved), "")
        (it.folder / "crops.toml").write_text(gone)
        await it.until(lambda: len(it.session.project.crops) == 4, "theirs again")
        await it.press("right", "n", "p")
        assert it.session.editor.crop is not None


async def test_a_file_that_is_broken_meanwhile_is_said_once(opened: Callable) -> None:
    async with opened() as it:
        file, good = it.folder / "crops.toml", text_of(it)
        file.write_text(good + "\n[broken\n")
        await it.until(lambda: "What is here stays" in said(it), "why")
        file.write_text(good.replace("left = 60", "left = 33"))
        await it.until(lambda: it.rect()[0] == 33, "mended")
        assert said(it).count("What is here stays") == 1


async def test_a_file_that_is_gone_can_be_written_again(opened: Callable) -> None:
    async with opened() as it:
        (it.folder / "crops.toml").unlink()
        await it.until(lambda: "not there any more" in said(it), "why")
        it.app.do("project.reload")
        await it.until(lambda: isinstance(it.app.screen, QuestionScreen), "the question")
        await it.press("m")
        await it.until((it.folder / "crops.toml").exists, "the file")
        assert "# by hand" in text_of(it)


# Another instance


async def test_a_second_instance_looks_on_and_then_takes_over(
    opened: Callable, project: Path
) -> None:
    async with opened() as it:
        await ready(it)
        second = SpykeApp(Session.open(project, choose("none")))
        async with second.run_test(size=(120, 40)) as pilot:
            other = type(it)(second, pilot, project)
            await other.until(lambda: "Read-only: spyke-tui (process" in said(other), "who")
            before = text_of(it)
            await other.press("right", "i", "x", "X", "y", "f2", "x", "t", "X", "y")
            await other.press("e", *"note", "enter", "f3")
            assert text_of(it) == before and second.is_running
            assert second.session.is_saved and "read only" in other.text()
            assert "has this project open" in said(other)
            await other.press("b")
            await other.until(lambda: "Nothing is built here" in said(other), "why not")
            await it.press("right")
            await it.saved()
            await other.until(lambda: other.rect()[0] == 61, "what the first one saved")
            assert "by another program" not in said(other), "it was told that it looks on"
            (project / "crops.toml.ours").write_text("left by the first one")
            await leave(it)
            await other.until(lambda: not second.session.history.holder, "taking over")
            await other.until(
                lambda: "crops.toml.ours holds changes" in said(other), "what is left"
            )
            await other.press("right")
            await other.saved()
            assert "left = 62" in text_of(it)


async def test_an_instance_on_another_machine_is_waited_for_until_it_is_gone(
    opened: Callable, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "dataset/spyke/.spyke/app.lock"
    path.parent.mkdir(parents=True)
    owner = {"purpose": "spyke-tui", "user": "anna", "host": "gpubox", "process": 12}
    path.write_text(json.dumps({**owner, "since": time.time() - 300, "boot": "another"}))
    monkeypatch.setattr("spyke_tui.store.app_lock.PATIENCE", 0.0)
    async with opened() as it:
        await it.press("right")
        assert "process 12, for 5 minutes) by anna on gpubox has this" in said(it)
        assert it.rect()[0] == 60
        then = time.time() - lock.STALE - 1
        os.utime(path, (then, then))
        await it.until(lambda: not it.session.history.holder, "taking over")
        await it.press("right")
        await it.saved()
        assert it.rect()[0] == 61


async def test_who_was_killed_is_named_by_the_next(opened: Callable, project: Path) -> None:
    path = project / "dataset/spyke/.spyke/app.lock"
    path.parent.mkdir(parents=True)
    owner = {"purpose": "spyke-tui", "user": "[b]anna\x1b[31m", "host": "here", "process": 12}
    path.write_text(json.dumps({**owner, "since": time.time() - 300, "boot": Owner.here("").boot}))
    async with opened() as it:
        await ready(it)
        assert "did not close it" in said(it) and "\x1b" not in said(it)


async def test_what_a_killed_run_left_half_written_goes_with_the_next_start(
    opened: Callable, project: Path
) -> None:
    half = project / "dataset/spyke/.spyke/runs/.spyke-tmp-999999999-ab"
    half.parent.mkdir(parents=True)
    half.write_text("half")
    async with opened() as it:
        await it.until(lambda: not half.exists(), "tidied")


async def test_keys_that_come_while_it_ends_change_nothing(opened: Callable) -> None:
    """Though the look at the lock comes meanwhile: what they would change is not saved."""
    async with opened() as it:
        await ready(it)
        await it.press("right")
        await it.saved()
        before = it.session.project
        it.session.history.is_over = True
        await it.app.project_watch._mind_the_lock()
        await it.press("right", "u", "x")
        assert it.session.project == before and "the program ends" in said(it)
