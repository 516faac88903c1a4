"""The Set pane: the training set at a glance, held against its targets, with what `check` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from spyke_tui.model.layout import Layout
from spyke_tui.model.meters import measure_set
from spyke_tui.terminal.cells import plain
from spyke_tui.terminal.gallery import open_galleries
from spyke_tui.tui.keymap import bindings_of
from spyke_tui.tui.screens.pane import LARGE, NARROW, PaneScreen
from spyke_tui.tui.set_check import SetCheck
from spyke_tui.tui.set_commands import COMMANDS, take_row
from spyke_tui.tui.set_editor import SetEditor
from spyke_tui.tui.set_pictures import SetPictures
from spyke_tui.tui.set_words import crop_words, finding_words, meter_words, title_words
from spyke_tui.tui.stylesheets import stylesheet
from spyke_tui.tui.themes import palette_of
from spyke_tui.tui.widgets.caption_parts import FormTitle, Ink
from spyke_tui.tui.widgets.finding_list import FindingList
from spyke_tui.tui.widgets.frames import Columns, Rows
from spyke_tui.tui.widgets.pane_bar import PaneBar
from spyke_tui.tui.widgets.prompt import Prompt
from spyke_tui.tui.widgets.set_detail import SetDetail
from spyke_tui.tui.widgets.set_grid import BIG, NORMAL, SMALL, Grid, SetGrid
from spyke_tui.tui.widgets.set_meters import SetMeters
from spyke_tui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from pathlib import Path

    from textual.binding import BindingType
    from textual.geometry import Size

    from spyke_tui.model.findings import Finding
    from spyke_tui.model.meters import Meter, OnDisk
    from spyke_tui.model.project import Project
    from spyke_tui.tui.session import Session
    from spyke_tui.tui.widgets.row_list import RowTaken
    from spyke_tui.tui.widgets.set_grid import TileChosen

COARSE, COARSE_NARROW = 6, 3
"""Cells by which pictures in half cells are wider."""
LOOK = 1.5
"""Seconds between two looks whether files have changed."""


class SetScreen(PaneScreen):
    """The grid on the left, targets and findings on the right, words about either below."""

    PANE = "set"
    CSS_PATH = stylesheet("set")
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("set", "screen")]

    def __init__(self, session: Session, size: Size, dark: bool) -> None:
        super().__init__(session, size)
        self.set: SetEditor = SetEditor(session)
        self.check: SetCheck = SetCheck(self)
        self.zoom: int = 0
        """Cells by which pictures are wider than usual."""
        self._palette = palette_of(dark)
        choice = session.choice
        self._gallery = open_galleries(choice.protocol, self._palette, choice.terminal).strip
        self._pictures = SetPictures(self, self._arrived)
        self._said = ""
        self._files_seen = 0
        self._meters: tuple[tuple[Project, OnDisk | None], tuple[Meter, ...]] | None = None

    def compose(self) -> ComposeResult:
        yield PaneBar("set")
        with Columns(id="set-body"):
            with Rows(id="set-main"):
                yield FormTitle()
                yield SetGrid(self._gallery, lambda: self.scale)
                yield Prompt()
            with Rows(id="set-side"):
                yield SetMeters()
                yield FindingList()
        yield SetDetail()
        yield StatusLine(self.session)

    def on_mount(self) -> None:
        self.grid: SetGrid = self.query_one(SetGrid)
        self.meters: SetMeters = self.query_one(SetMeters)
        self.findings: FindingList = self.query_one(FindingList)
        self._title = self.query_one(FormTitle)
        self._detail = self.query_one(SetDetail)
        self._status = self.query_one(StatusLine)
        self._side = self.query_one("#set-side")
        self.grid.load_by(self._pictures)
        if self.set.at < 0:
            self.set.select(0)
        self.grid.focus()
        self.set_interval(LOOK, self._look)
        self.draw()

    def on_screen_suspend(self) -> None:
        self.grid.hide_picture()

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            if self.set.at < 0:
                self.set.select(0)
            self.grid.reshow()
            self.draw()
            self.check.look()

    # Keys

    def do(self, action: str) -> None:
        """Run an action of this pane."""
        if action not in COMMANDS:
            return
        before = self.session.project
        self._said = ""
        COMMANDS[action](self)
        self.edited(before is not self.session.project)

    def edited(self, changed: bool) -> None:
        """Something may have changed: save it in time, and show it."""
        if changed:
            self.spyke.autosave.changed()
        self.draw()

    def travelled(self, words: str) -> None:
        self.say(plain(words))

    def say(self, words: str) -> None:
        """A remark in the line below; the next key takes it away."""
        self._said = words
        self.draw()

    def on_row_taken(self, event: RowTaken) -> None:
        event.stop()
        self._said = ""
        with self.spyke.telling():
            take_row(self, event.rows)
        self.draw()

    def on_row_moved(self) -> None:
        self._said = ""
        self._draw_detail()

    def on_tile_chosen(self, event: TileChosen) -> None:
        event.stop()
        self.set.select(event.at)
        self.grid.focus()
        self.draw()

    def on_descendant_focus(self) -> None:
        self.call_later(self._draw_detail)

    # Drawing

    def draw(self) -> None:
        """Bring the widgets in line with the session."""
        if not self.is_mounted or not hasattr(self, "grid"):
            return
        project = self.session.project
        self.check.follow()
        self.set.found = self.check.counted
        with self.spyke.writer.one_write():
            items = self.set.items
            marked = self.set.marked
            self._title.show(*title_words(self, len(items), len(marked)))
            self.grid.show(
                Grid(project, items, self.set.at, marked, self.check.counted, self._by_hand())
            )
            self._draw_side(project)
            self._draw_detail()
            self._status.draw()

    def _draw_side(self, project: Project) -> None:
        known = (project, self.check.disk)
        if self._meters is None or self._meters[0] != known:
            self._meters = (known, measure_set(*known))
        height = self._side.size.height
        self.meters.show(self._meters[1], max(10, height * 3 // 5))
        words = "g mends" if self.check.mendable else ""
        words = words if self.check.is_current else "checking ..."
        self.findings.is_known = self.check.report is not None
        self.findings.show(self.check.findings, words, self.can_mend)

    def _draw_detail(self) -> None:
        if not self.is_mounted:
            return
        if self.focused is self.meters and self.meters.count:
            head, lines, keys = meter_words(self, self.meters.meters[self.meters.at])
        elif self.focused is self.findings and self.findings.selected is not None:
            head, lines, keys = finding_words(self, self.findings.selected)
        else:
            head, lines, keys = crop_words(self)
        if self._said or self.check.problem:
            lines = [[Ink(self._said or self.check.problem, "warning", bold=True)], *lines]
        self._detail.show(head, lines, keys)

    def can_mend(self, finding: Finding) -> bool:
        """Whether a key mends it."""
        return finding in self.check.mendable

    def checked(self) -> None:
        """There is another report."""
        if self._files_seen != self.check.files_seen:
            self._files_seen = self.check.files_seen
            self._pictures.forget()
        self.draw()

    def captions_changed(self) -> None:
        self._look()

    def _look(self) -> None:
        if self.is_mounted and self.app.screen is self:
            self.check.look()

    def _arrived(self) -> None:
        if self.is_mounted and self.app.screen is self:
            self.grid.pictures_arrived()

    def _by_hand(self) -> dict[str, Path]:
        if not self.check.edited:
            return {}
        layout = Layout.of(self.session.project.dataset, self.session.file.folder)
        return {crop_id: layout.train / f"{crop_id}.png" for crop_id in self.check.edited}

    @property
    def scale(self) -> int:
        """How wide pictures are to be, in cells."""
        usual = SMALL if self.has_class(NARROW) else BIG if self.has_class(LARGE) else NORMAL
        if self.session.choice.protocol == "halfcell":  # a cell is two pixels only
            usual += COARSE_NARROW if self.has_class(NARROW) else COARSE
        return usual + self.zoom

    def recolour(self) -> None:
        super().recolour()
        self.findings.forget_colours()
        palette = palette_of(self.app.current_theme.dark)
        if palette is not self._palette:
            self._palette = palette
            self.grid.recolour(palette)
        self.draw()
