"""Saving: in time, not too often, and what happens when it can't be done."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from spyke_tui.errors import WriteError
from spyke_tui.model.geometry import Rect
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.tui import autosave
from spyke_tui.tui.key_line import Acted
from spyke_tui.tui.messages import ProjectSaved, SaveFailed


async def test_a_change_is_on_disk_within_a_second(opened: Callable) -> None:
    async with opened() as it:
        await it.press("right")
        await it.saved()  # the first save also imports the writer
        for _ in range(3):
            await it.press("right")
            timer = it.app.autosave._timer
            assert timer is not None
            assert timer.when() - asyncio.get_running_loop().time() <= autosave.APART
            await it.saved()
            assert it.on_disk().project.crop("front").rect == Rect(*it.rect())


async def test_held_keys_save_at_most_about_once_a_second(
    opened: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the app's own clock; test_saving_clock has all cases."""
    begun: list[tuple[float, float]] = []
    write = CropsFile.write

    async with opened() as it:
        own = it.app.autosave

        def noted(self: CropsFile, project: object) -> None:
            begun.append((own._last, own._took))
            write(self, project)

        monkeypatch.setattr(CropsFile, "write", noted)
        while len(begun) < 4:
            await it.press("right", "left", "right")
        await it.saved()
    for (before, _), (after, took) in pairwise(begun):
        wanted = min(autosave.APART, autosave.IN_TIME - took)
        assert after - before >= wanted - 0.001


async def test_w_saves_at_once_and_q_saves_before_it_goes(opened: Callable) -> None:
    for keys in (["w"], ["ctrl+s"]):
        async with opened() as it:
            await it.press("right", *keys)
            await it.until(lambda it=it: it.session.is_saved, "saved")
    async with opened() as it:
        left = it.rect()[0]
        await it.press("right", "q")
        await it.until(lambda: not it.app.is_running, "the end")
        assert it.on_disk().project.crop("front").rect.left == left + 1


async def test_what_can_not_be_saved_is_said_and_tried_again(
    opened: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = CropsFile.write

    def full(self: CropsFile, project: object) -> None:
        raise WriteError("The disk is full.", "Make room.")

    async with opened() as it:
        monkeypatch.setattr(CropsFile, "write", full)
        await it.press("right")
        await it.until(lambda: "NOT SAVED" in it.text(), "the status line")
        assert any("disk is full" in note.message for note in it.app._notifications)
        await it.press("q")
        await it.until(lambda: any("q again" in n.message for n in it.app._notifications), "why")
        assert it.app.is_running
        monkeypatch.setattr(CropsFile, "write", write)
        await it.press("w")
        await it.saved()
        await it.until(lambda: "NOT SAVED" not in it.text(), "the status line again")
        assert it.on_disk().project.crop("front").rect.left == 61


async def test_a_second_q_leaves_anyway(opened: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: CropsFile, project: object) -> None:
        raise WriteError("The disk is full.")

    monkeypatch.setattr(CropsFile, "write", full)
    async with opened() as it:
        await it.press("right", "q")
        await it.until(lambda: any("q again" in n.message for n in it.app._notifications), "why")
        await it.press("q")
        await it.until(lambda: not it.app.is_running, "the end")


async def test_saving_does_not_hold_the_keys_up(
    opened: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    go, write = threading.Event(), CropsFile.write

    def slow(self: CropsFile, project: object) -> None:
        go.wait(20)
        write(self, project)

    monkeypatch.setattr(CropsFile, "write", slow)
    async with opened() as it:
        await it.press("right", "w")
        await it.press("right", "right")
        assert it.rect()[0] == 63
        go.set()
        await it.saved()
        assert it.on_disk().project.crop("front").rect.left == 63
        await asyncio.sleep(0)


async def test_a_save_that_is_due_at_once_is_not_left_out(
    opened: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timers of Textual leave out what they come too late for."""
    monkeypatch.setattr(autosave.Autosave, "_wait", lambda *_: 0.0)
    async with opened() as it:
        await it.press("right")
        await it.saved()
        assert it.on_disk().project.crop("front").rect.left == 61


async def test_what_is_told_once_the_screens_are_closed_harms_nobody(opened: Callable) -> None:
    """A save of the last key, and the key itself, may come to their end while the app ends."""
    async with opened() as it:
        await it.app._close_all()
        assert not it.app.screen_stack
        left, it.app._leaving = it.rect()[0], True  # taken back by the last of them
        late = Acted(it.app.keys._number, it.app, again=False)
        for message in (SaveFailed("the disk is full"), late, ProjectSaved()):
            it.app.post_message(message)
        it.app.do("edit.undo")
        it.app.do("nudge.right")
        async with asyncio.timeout(20):
            while it.app._leaving:
                await asyncio.sleep(0.01)
        assert it.app.is_running
        assert it.rect()[0] == left
    assert it.app._exception is None


@pytest.mark.parametrize("pane", ["f2", "f3", "f4", "f5", "f6"])
async def test_a_save_told_of_while_a_pane_is_taken_away_harms_nobody(
    opened: Callable, pane: str
) -> None:
    async with opened() as it:
        await it.press(pane)
        screen = it.app.screen
        screen._pruning = True  # as Textual marks it, before it takes the widgets away
        await screen.remove_children()
        assert it.app.front is screen and not screen.is_mounted
        it.app.draw()
        screen.draw()
        screen._pruning = False
