"""Suggested rectangles, best first: the user takes one, leaves one, or takes them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.kohya.drafts import SAME_FIGURE, overlap
from spyke_tui.model.geometry import Edge, Rect
from spyke_tui.model.project import Crop
from spyke_tui.terminal.scene import Kind, Outline, Scene, kind_of
from spyke_tui.tui.background import start
from spyke_tui.tui.modes.mode import Mode

if TYPE_CHECKING:
    from spyke_tui.tui.screens.crops import CropsScreen

PATIENCE = 0.5
"""Seconds that may be spent on telling touching figures apart; nobody waits for it."""


def suggest_here(screen: CropsScreen, *, take_all: bool = False) -> None:
    """Look for figures in a thread, then show them, or take them all as drafts."""
    picture, key = screen.picture, screen.editor.sheet_key
    if picture is None:
        screen.notify("This needs the sheet's picture, which is not there.", markup=False)
        return
    searching = Searching(screen, take_all)
    screen.begin(searching)

    def search() -> None:
        from spyke_tui.processing.suggest import suggest_rects

        rects: list[Rect] | None = None
        try:
            found = suggest_rects(picture.source, time_limit=PATIENCE)
            rects = [suggestion.rect for suggestion in found]
        finally:  # what goes wrong is told by the worker
            screen.app.call_from_thread(partial(_found, screen, searching, key, rects))

    start(screen, search, "suggest", thread=True, exclusive=True)


def _found(screen: CropsScreen, searching: Searching, key: str, rects: list[Rect] | None) -> None:
    """The thread is done; None where it failed."""
    if not screen.is_attached or screen.mode is not searching or screen.editor.sheet_key != key:
        return  # the user went on with something else
    if rects is None:
        screen.end_mode()
    elif (suggesting := Suggesting(screen, rects)).open:
        count = len(suggesting.open)
        screen.begin(suggesting)
        if searching.takes_all:
            with screen.spyke.telling():
                suggesting.do("suggest.all")
                screen.edited(True)
                drafts = "1 draft" if count == 1 else f"{count} drafts"
                screen.notify(f"{drafts} added; u takes that back.", markup=False, timeout=4)
    else:
        screen.end_mode()
        words = "All figures found here have a crop already." if rects else "No figures found here."
        screen.notify(words, markup=False, timeout=4)
    screen.draw()


class Searching(Mode):
    """While the thread looks; any key does what it always does, Esc gives up."""

    def __init__(self, screen: CropsScreen, takes_all: bool) -> None:
        super().__init__(screen)
        self.takes_all = takes_all

    @property
    def title(self) -> str:
        return f"{self.sheet_key}  looking for figures ..."

    def do(self, action: str) -> bool:
        if action == "focus.leave":
            self.screen.end_mode()
            return True
        if action == "suggest.all":
            self.takes_all = True
        return action in ("suggest.begin", "suggest.all")


class Suggesting(Mode):
    """The suggestions that are still open, one of them in front.

    One that a crop covers is not open: taken ones go, and an undo brings them back.
    """

    def __init__(self, screen: CropsScreen, rects: Sequence[Rect]) -> None:
        super().__init__(screen)
        self._rects = rects
        self._left: set[int] = set()
        self._at = 0
        self._turn(0)

    @property
    def open(self) -> list[int]:
        """Places of the suggestions that are neither left nor covered by a crop."""
        crops = self.editor.project.crops_of(self.sheet_key)
        return [
            at
            for at, rect in enumerate(self._rects)
            if at not in self._left
            and all(overlap(rect, crop.rect) < SAME_FIGURE for crop in crops)
        ]

    def holds(self) -> bool:
        return super().holds() and bool(self.open)

    def do(self, action: str) -> bool:
        self._turn(0)
        match action:
            case "crop.keep":
                self.editor.add_drafts([self._rects[self._at]], "take {id}")
                self._turn(0)
            case "crop.reject":
                self._left.add(self._at)
                self._turn(0)
            case "suggest.all":
                self.editor.add_drafts([self._rects[at] for at in self.open], "take all")
                self.screen.end_mode()
            case "crop.next":
                self._turn(1)
            case "crop.previous":
                self._turn(-1)
            case "focus.leave" | "suggest.begin":
                self.screen.end_mode()
            case _ if action.partition(".")[0] in ("crop", "edge", "aspect"):
                words = "First take it (Enter) or leave it (x), then change it."
                self.screen.notify(words, markup=False, timeout=2)
            case _:
                return False
        return True

    def _turn(self, by: int) -> None:
        """Put another open suggestion in front: the next one from here where this has gone."""
        places = self.open
        if not places:
            return
        if self._at not in places:
            self._at = next((at for at in places if at > self._at), places[0])
            return
        self._at = places[(places.index(self._at) + by) % len(places)]

    def point(self, x: int, y: int) -> bool:
        """A click puts the smallest suggestion under it in front."""
        under = [
            at for at in self.open if not Rect(x, y, 1, 1).intersection(self._rects[at]).is_empty
        ]
        if under:
            self._at = min(under, key=lambda at: self._rects[at].area)
        return bool(under)

    def scene(self, scene: Scene) -> Scene:
        self._turn(0)
        crop = self.editor.crop
        others = list(scene.others)
        if scene.active is not None and crop is not None:
            others.append(replace(scene.active, kind=kind_of(crop)))
        others += [
            Outline(self._rects[at], Kind.DRAFT, self._label(at))
            for at in self.open
            if at != self._at
        ]
        front = Outline(self._rects[self._at], Kind.ACTIVE, self._label(self._at))
        return Scene(scene.sheet, front, Edge.WHOLE, tuple(others))

    @property
    def crop(self) -> Crop:
        rect = self._rects[self._at]
        return Crop(f"suggestion_{self._at + 1}", self.sheet_key, rect, "draft")

    @property
    def title(self) -> str:
        number = f"Suggestion {self._at + 1} of {len(self._rects)}"
        return f"{number}: Enter take, x leave, A all {len(self.open)}, Esc"

    @property
    def status(self) -> str:
        return f"suggestion {self._at + 1}/{len(self._rects)}"

    def _label(self, at: int) -> str:
        return f"{at + 1} new"
