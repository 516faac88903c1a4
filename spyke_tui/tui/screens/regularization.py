"""The Regularization pane: a generation run watched live and steered, its images looked through."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from spyke_tui.errors import SpykeError
from spyke_tui.model.generation import KINDS, Kind
from spyke_tui.model.run_view import ImageView, Order, RunView
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.terminal.gallery import open_galleries
from spyke_tui.tui.background import start
from spyke_tui.tui.keymap import bindings_of
from spyke_tui.tui.run_commands import COMMANDS
from spyke_tui.tui.run_control import RunControl
from spyke_tui.tui.run_dialogs import tell_hindrances
from spyke_tui.tui.run_hints import doing, key_words, notice_words
from spyke_tui.tui.run_selection import RunSelection
from spyke_tui.tui.run_show import RunShow
from spyke_tui.tui.screens.pane import PaneScreen
from spyke_tui.tui.stylesheets import stylesheet
from spyke_tui.tui.themes import palette_of
from spyke_tui.tui.widgets.frames import Columns, Rows
from spyke_tui.tui.widgets.notice import Notice
from spyke_tui.tui.widgets.pane_bar import PaneBar
from spyke_tui.tui.widgets.run_gallery import LargePicture, StripPicture
from spyke_tui.tui.widgets.run_parts import (
    Facts,
    RunFacts,
    RunHead,
    RunLog,
    RunTitle,
    StripCaptions,
)
from spyke_tui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.geometry import Size

    from spyke_tui.tui.session import Session


SAID = 6.0
"""Seconds for which a remark stands."""


class RegularizationScreen(PaneScreen):
    """Draws what the watch of the runs says; keys become orders, starts and rerolls."""

    PANE = "reg"
    CSS_PATH = stylesheet("regularization")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("reg", "screen")]

    def __init__(self, session: Session, size: Size, dark: bool) -> None:
        super().__init__(session, size)
        self.kind: Kind = "reg"
        choice = session.choice
        self._galleries = open_galleries(choice.protocol, palette_of(dark), choice.terminal)
        self._selections: dict[Kind, RunSelection] = {kind: RunSelection() for kind in KINDS}
        self._controls: dict[Kind, RunControl] = {}
        self._offered: dict[Kind, int] = {}
        self._said = ""
        self._drawing = False

    def compose(self) -> ComposeResult:
        yield PaneBar("reg")
        yield RunHead()
        with Columns(id="run-body"):
            with Rows(id="run-side"):
                yield RunTitle("run-about")
                yield LargePicture(self._galleries.live)
            with Rows(id="run-main"):
                yield RunFacts()
                yield RunLog()
        yield StripPicture(self._galleries.strip)
        yield StripCaptions()
        yield Notice()
        yield RunTitle("run-keys", dim=True)
        yield StatusLine(self.session)

    def on_mount(self) -> None:
        self._head = self.query_one(RunHead)
        self._facts = self.query_one(RunFacts)
        self._log = self.query_one(RunLog)
        self._notice = self.query_one(Notice)
        self._keys = self.query_one("#run-keys", RunTitle)
        self._status = self.query_one(StatusLine)
        self.pictures = RunShow(self)
        for kind in KINDS:
            self._controls[kind] = RunControl(
                self.spyke, kind, self.draw_soon, partial(tell_hindrances, self, kind)
            )
        self.pictures.begin()
        self.come()

    def on_screen_suspend(self) -> None:
        if self.spyke.runs is not None:
            self.spyke.runs.near = None
        self.pictures.hide()

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.pictures.reshow()
            self.come()

    def come(self) -> None:
        """This pane is in front now: look at its run more often."""
        runs = self.spyke.runs
        if runs is None:
            self.set_timer(0.1, self.come)  # the app has only just begun
        elif self.app.screen is self:
            runs.listen(self._run_changed)
            runs.near = self.kind
            runs.look_soon()
            start(self, self._count, "count", exclusive=True)
        self.draw()

    async def _count(self) -> None:
        """How many images a start would make; that is counted on disk."""
        from spyke_tui.kohya.offered_count import offered_count

        with suppress(SpykeError, OSError):
            file = self.session.file
            for kind in KINDS:
                self._offered[kind] = await asyncio.to_thread(offered_count, file, kind)
            self.draw_soon()

    # What there is

    @property
    def view(self) -> RunView:
        runs = self.spyke.runs
        return runs.view(self.kind) if runs is not None else RunView(self.kind)

    @property
    def control(self) -> RunControl:
        return self._controls[self.kind]

    @property
    def selection(self) -> RunSelection:
        return self._selections[self.kind]

    @property
    def chosen(self) -> int:
        """The image that the keys act on; 0 where there is none."""
        return self.selection.at(self.view)

    def image(self, index: int) -> ImageView | None:
        images = self.view.images
        return images[index - 1] if 1 <= index <= len(images) else None

    @property
    def rejected(self) -> frozenset[int]:
        """Images that are there although a person wants the next reroll of them."""
        wanted = settings_of(self.session.project, self.kind).rerolls
        return frozenset(
            index
            for index, count in wanted.items()
            if (image := self.image(index)) is not None
            and image.state == "verified"
            and image.reroll < count
        )

    @property
    def wanted(self) -> int:
        """How many images a start would make; 0 while that is not known."""
        settings = settings_of(self.session.project, self.kind)
        if "count" in settings.given or self.kind == "topup":
            return settings.count
        return self._offered.get(self.kind, 0)

    @property
    def more(self) -> int:
        """How many more images a start would make than the last run was to make."""
        return max(0, self.wanted - self.view.total)

    @property
    def field_in_question(self) -> str:
        """The key that the run or its start complains of; "" where that is none."""
        attempt = self.control.attempt
        if attempt is not None and attempt.hindrance is not None:
            return attempt.hindrance.field
        view = self.view
        return view.field if view.state not in ("running", "done") else ""

    # Keys

    def do(self, action: str) -> None:
        if action in COMMANDS:
            self._said = ""
            COMMANDS[action](self)
            self.draw()

    def say(self, words: str) -> None:
        """A remark where the keys stand, for a while; seen with the next `draw`."""
        self._said = words
        self.set_timer(SAID, partial(self._unsay, words))

    def _unsay(self, words: str) -> None:
        if self._said is words:
            self._said = ""
            self.draw_soon()

    def order(self, order: Order, words: str) -> None:
        """Tell the run, and say that it was told."""
        runs = self.spyke.runs
        if runs is not None:
            start(self, partial(runs.order, self.kind, order), "order")
            self.say(words)

    def go(self, by: int) -> None:
        """Choose another image; the large picture follows when the keys rest."""
        self.selection.go(self.view, by)
        self.pictures.wait_for_rest()

    def follow_newest(self) -> None:
        """Back to what is being drawn; a start that waits for a server is given up."""
        if self.selection.is_following and self.control.give_up():
            self.say("Nothing is waited for any more.")
        self.selection.follow()

    def turn_kind(self) -> None:
        """From regularization to top-up, or back."""
        self.kind = KINDS[(KINDS.index(self.kind) + 1) % len(KINDS)]
        self.pictures.other_kind()
        self.come()

    # Drawing

    def _run_changed(self, kind: Kind) -> None:
        if kind == self.kind:
            self.pictures.run_changed()
            self.draw_soon()

    def draw_soon(self) -> None:
        """With the next turn of the loop, however often it is asked for until then."""
        if not self._drawing and self.is_mounted and self.app.screen is self:
            self._drawing = True
            self.call_later(self._draw_now)

    def _draw_now(self) -> None:
        self._drawing = False
        self.draw()

    def on_strip_picture_pointed(self, event: StripPicture.Pointed) -> None:
        window = self.selection.window(self.view, self.pictures.places)
        if event.slot < len(window):
            self.selection.choose(window[event.slot])
            self.draw()

    def on_gallery_pane_laid(self) -> None:
        self.pictures.other_room()
        self.draw_soon()

    def draw(self) -> None:
        if not self.is_mounted or self.app.screen is not self:
            return
        view, settings = self.view, settings_of(self.session.project, self.kind)
        rejected, attempt = self.rejected, self.control.attempt
        with self.spyke.writer.one_write():
            self._head.show(view, len(rejected), doing(attempt))
            waits = attempt is not None and attempt.is_waiting
            self._facts.show(Facts(view, settings, self._wanted(), waits))
            self._log.show(view)
            self.pictures.draw(view, rejected)
            self._notice.say(notice_words(view, attempt))
            width = self._keys.size.width - 1
            self._keys.say(self._said or key_words(view, len(rejected), self.more, attempt, width))
            self._status.draw()

    def _wanted(self) -> str:
        count = self.wanted
        if not count:
            return ""
        words = "1 image" if count == 1 else f"{count} images"
        settings = settings_of(self.session.project, self.kind)
        if "count" in settings.given or self.kind == "topup":
            return words
        return f"{words}, as many as the trainer uses"

    def recolour(self) -> None:
        super().recolour()
        if self.pictures.recolour():
            self.draw()
