"""The training set as a grid of pictures, each with its id, its status and what `check` found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.set_items import NONE, Counted, SetItem
from spyke_tui.terminal.cells import (
    ANY,
    Cell,
    Change,
    cells_of,
    changes_between,
    clipped,
    shortened,
)
from spyke_tui.terminal.scene import MARK, kind_of
from spyke_tui.terminal.surface import Update
from spyke_tui.tui.grid_layout import FRAME, LABELS, GridLayout, lay_out
from spyke_tui.tui.set_pictures import SetPictures, Wanted
from spyke_tui.tui.widgets.caption_parts import Ink
from spyke_tui.tui.widgets.cell_pane import as_int
from spyke_tui.tui.widgets.inks import mixed, readable, theme_ink
from spyke_tui.tui.widgets.picture_pane import PicturePane

if TYPE_CHECKING:
    from pathlib import Path

    from spyke_tui.model.project import Crop, Project
    from spyke_tui.terminal.gallery import Framed, Gallery
    from spyke_tui.terminal.scene import Palette

STATUS_INKS = {"keep": "success", "draft": "secondary", "reject": ""}
HEAVY, LIGHT = "┏━┓┃", "┌─┐│"
SMALL, NORMAL, BIG = 10, 14, 20
"""How wide a picture is to be, in cells: in narrow, usual and large terminals."""
LARGER = 4
"""Cells that a picture grows by a key."""

Line = list["Cell | None"]
"""Cells of the text layer; None where a picture is."""


class TileChosen(Message):
    """The user clicked on a picture, `at` its place among the items."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


@dataclass(frozen=True, slots=True)
class Grid:
    """What is to be seen. `files`: retouched pictures by crop id, to be shown as they are."""

    project: Project
    items: Sequence[SetItem]
    at: int
    marked: Collection[str]
    found: Mapping[str, Counted]
    files: Mapping[str, Path]


class SetGrid(PicturePane, can_focus=True):
    """Only the rows of tiles that are in view are drawn, and only what differs is written."""

    surface: Gallery

    def __init__(self, gallery: Gallery, scale: Callable[[], int]) -> None:
        """`scale`: how wide pictures are to be, in cells."""
        super().__init__(id="set-grid")
        self.surface = gallery
        self.layout_: GridLayout = lay_out(Size(1, 1), SMALL, Size(1, 2))
        self._scale = scale
        self._pictures: SetPictures | None = None
        self._grid: Grid | None = None
        self._lines: list[Line] = []
        self._top = 0
        self._placed: tuple[object, ...] = ()
        self._slots: tuple[Rect, ...] = ()
        self._tiles = 0
        self._ground_now = 0
        self._inks = (0, 0, 0)
        self._colours: dict[str, int] = {}

    def load_by(self, pictures: SetPictures) -> None:
        self._pictures = pictures

    # What is shown

    def show(self, grid: Grid) -> None:
        """Show this; scrolls so that the selected picture is in view."""
        self._grid = grid
        self._draw()

    def pictures_arrived(self) -> None:
        """There are more pictures than before."""
        self._draw()

    @property
    def first(self) -> int:
        """The place of the first picture in view."""
        return self._top * self.layout_.columns

    @property
    def shown(self) -> range:
        count = len(self._grid.items) if self._grid is not None else 0
        return range(self.first, min(count, self.first + self.layout_.tiles))

    @property
    def missing(self) -> int:
        """How many of the pictures in view are not there yet."""
        return (
            sum(self._picture(at) is None and not self._failure(at) for at in self.shown)
            if self._draws_pictures
            else 0
        )

    def row_cells(self, row: int) -> Sequence[Cell]:
        if row >= len(self._lines):
            return ()
        base = self.surface.cells(row)
        blank = Cell(" ", ANY, self._ground)
        return [
            cell if cell is not None else base[col] if col < len(base) else blank
            for col, cell in enumerate(self._lines[row])
        ]

    # The terminal

    def on_resize(self) -> None:
        self.reshow()

    def on_focus(self) -> None:
        self.call_next(self._draw)  # `has_focus` is set after this

    def on_blur(self) -> None:
        self.call_next(self._draw)

    def recolour(self, palette: Palette) -> None:
        self.surface.recolour(palette)
        self.reshow()

    def reshow(self) -> None:
        if not self.region or self._grid is None:
            return
        self._shown_at = self.region
        self._placed = ()
        self._draw()

    def hide_picture(self) -> None:
        self._placed = ()
        super().hide_picture()

    def rescale(self) -> None:
        """Pictures are to be of another size."""
        self.reshow()

    def on_click(self, event: events.Click) -> None:
        place = self.layout_.tile_at(event.x, event.y)
        if place is not None and self.first + place in self.shown:
            self.post_message(TileChosen(self.first + place))

    # Drawing

    @property
    def _draws_pictures(self) -> bool:
        return self.spyke.session.choice.protocol != "none"

    @property
    def _ground(self) -> int:
        return as_int(self.background_colors[1])

    def _draw(self) -> None:
        grid, size = self._grid, self.size
        if grid is None or not size.width or not size.height or self._shown_at is None:
            return
        repaint = self._lay_out()
        self._scroll(grid)
        update = self._show_pictures() if self._draws_pictures else Update()
        before, self._lines = self._lines, self._drawn(grid)
        changes: list[Change] = list(update.changes)
        repaint = repaint or len(self.shown) != self._tiles
        self._tiles = len(self.shown)
        if not repaint and len(before) == len(self._lines):
            for row, line in enumerate(self._lines):
                if line != before[row]:
                    changes += self._changes(row, before[row], line)
        repaint = repaint or update.repaint or 3 * len(changes) > size.width * size.height
        self.take(Update(() if repaint else tuple(changes), update.text, update.transfers, repaint))

    def _changes(self, row: int, before: Line, after: Line) -> list[Change]:
        """What differs in one row; where words make room for a picture, the picture's cells."""
        gone = [
            col
            for col, (old, new) in enumerate(zip(before, after, strict=True))
            if (old is None) != (new is None)
        ]
        if not gone:
            return changes_between(row, before, after)  # type: ignore[arg-type]
        base = self.surface.cells(row)
        merged: list[Cell] = [
            cell if cell is not None else base[col] for col, cell in enumerate(after)
        ]
        differing = (col for col, cell in enumerate(after) if cell != before[col])
        return [Change(row, col, merged[col]) for col in differing if merged[col].text]

    def _lay_out(self) -> bool:
        """Bring the tiles in line with the pane; whether that is another layout."""
        place = self.place()
        self._ground_now = self._ground
        wanted = (place, self._scale(), self._ground_now)
        if wanted == self._placed:
            return False
        self._placed = wanted
        self.layout_ = self._layout_at(self._scale())
        self._slots = self.layout_.slots()
        if self._draws_pictures:
            self.take(self.surface.place(place, self._slots))
        return True

    def _layout_at(self, scale: int) -> GridLayout:
        pane = Size(self.size.width, self.size.height)
        return lay_out(pane, scale, self.place().cell, pictures=self._draws_pictures)

    def width_at(self, scale: int) -> int:
        """How wide pictures would be where they are to be so wide."""
        return self._layout_at(scale).width

    def _scroll(self, grid: Grid) -> None:
        columns, rows = self.layout_.columns, self.layout_.rows
        last = max(0, -(-len(grid.items) // columns) - rows)
        if grid.at >= 0:
            row = grid.at // columns
            self._top = min(max(self._top, row - rows + 1), row)
        self._top = min(max(0, self._top), last)

    def _show_pictures(self) -> Update:
        shown = self.shown
        pictures = [self._picture(at) for at in shown]
        if self._pictures is not None:
            count = len(self._grid.items) if self._grid is not None else 0
            after = range(shown.stop, min(count, shown.stop + self.layout_.tiles))
            before = range(max(0, shown.start - self.layout_.tiles), shown.start)
            wanted = [self._wanted(at) for at in (*shown, *after, *before)]
            self._pictures.want([one for one in wanted if one is not None], len(shown))
        return self.surface.show([*pictures, *[None] * (self.layout_.tiles - len(pictures))])

    def _picture(self, at: int) -> Framed | None:
        wanted = self._wanted(at)
        return self._pictures.get(wanted) if self._pictures and wanted else None

    def _failure(self, at: int) -> str:
        wanted = self._wanted(at)
        if self._pictures is None or wanted is None:
            return ""
        return self._pictures.failed.get(wanted.key, "")

    def _wanted(self, at: int) -> Wanted | None:
        grid = self._grid
        if grid is None or not self._slots:
            return None
        item = grid.items[at]
        crop = grid.project.crops[item.index]
        file = grid.files.get(crop.id) if not item.mirror else None
        return Wanted(
            crop, item.mirror, crop.status == "reject", file, grid.project.dataset.pad,
            self.surface.size_of(self._slots[0]), self._ground_now,
        )  # fmt: skip

    # The words around the pictures

    def _drawn(self, grid: Grid) -> list[Line]:
        width, height = self.size
        self._inks, self._colours = self._inks_now(), {}
        blank = Cell(" ", *self._inks[:2])
        lines: list[Line] = [[blank] * width for _ in range(height)]
        for place, slot in enumerate(self._slots):
            at = self.first + place
            if at in self.shown:
                self._draw_tile(lines, grid, at, slot)
        if not grid.items and height:
            words = "No crop comes through the filter; / changes it, Esc in it shows all."
            if not grid.project.crops:
                words = "This project has no crops yet: F3, then i or a."
            _write(lines, 0, 1, clipped(cells_of(words, *self._inks[:2]), width - 2))
        return lines

    def _inks_now(self) -> tuple[int, int, int]:
        """Words, ground, and the frame of the selected picture."""
        _, _, background, colour = self.colors
        ground = as_int(background)
        words = as_int(background + colour.multiply_alpha(1.0)) if colour.ansi is None else ANY
        own = self.app.native_ansi_color
        frame = words if own else readable(theme_ink(self.app, "accent"), ground, words)
        return words, ground, frame

    def _draw_tile(self, lines: list[Line], grid: Grid, at: int, slot: Rect) -> None:
        item = grid.items[at]
        crop = grid.project.crops[item.index]
        selected = at == grid.at
        if self._draws_pictures:
            for row in range(slot.top, min(slot.bottom, len(lines))):
                lines[row][slot.left : slot.right] = [None] * slot.width
            if failure := self._failure(at):
                self._draw_failure(lines, failure, slot)
        else:
            self._draw_words(lines, crop, slot)
        if selected:
            self._draw_frame(lines, slot)
        first = self._label(grid, item, crop, selected)
        second = self._badges(grid, item, crop, at, selected)
        width = slot.width + 2 * FRAME
        for row, cells in enumerate((first, second), slot.bottom):
            if row < len(lines):
                ground = cells[0].bg if selected else self._inks[1]
                filled = [*clipped(cells, width)]
                filled += [Cell(" ", self._inks[0], ground)] * (width - len(filled))
                _write(lines, row, slot.left - FRAME, filled)

    def _draw_frame(self, lines: list[Line], slot: Rect) -> None:
        _, ground, ink = self._inks
        left, across, right, side = tuple(HEAVY if self.has_focus else LIGHT)

        def cell(text: str) -> Cell:
            return Cell(text, ink, ground, self.has_focus)

        top = [cell(left), *[cell(across)] * slot.width, cell(right)]
        _write(lines, slot.top - FRAME, slot.left - FRAME, top)
        for row in range(slot.top, min(slot.bottom, len(lines))):
            _write(lines, row, slot.left - FRAME, [cell(side)])
            _write(lines, row, slot.right, [cell(side)])

    def _draw_failure(self, lines: list[Line], words: str, slot: Rect) -> None:
        """Why there is no picture, in the middle of its place."""
        ink, ground, _ = self._inks
        cells = clipped(cells_of(words, ink, ground), slot.width)
        row, col = slot.top + slot.height // 2, slot.left + (slot.width - len(cells)) // 2
        _write(lines, row, col, cells)

    def _draw_words(self, lines: list[Line], crop: Crop, slot: Rect) -> None:
        words, ground, _ = self._inks
        said = (crop.framing or "framing?", crop.view or "view?", crop.pose or crop.expression)
        for row, text in enumerate(said[: slot.height], slot.top):
            if row < len(lines):
                cells = clipped(cells_of(text, mixed(words, ground, 0.25), ground), slot.width)
                _write(lines, row, slot.left, cells)

    def _label(self, grid: Grid, item: SetItem, crop: Crop, selected: bool) -> list[Cell]:
        mark = MARK if crop.id in grid.marked else " "
        name = crop.mirror_id if item.mirror else crop.id
        words, ground, frame = self._inks
        room = self._slots[0].width + 2 * FRAME
        text = f"{mark}{kind_of(crop).value}{name}"
        if selected:
            ink, paper = (ground, frame) if self.has_focus else (ground, words)
            return shortened(cells_of(text, ink, paper, True), room)
        colour = mixed(words, ground, 0.35) if crop.status == "reject" else words
        if self.app.native_ansi_color:
            colour = words
        return shortened(cells_of(text, colour, ground, crop.status == "keep"), room)

    def _badges(self, grid: Grid, item: SetItem, crop: Crop, at: int, selected: bool) -> list[Cell]:
        """What there is to know in a word or two: the status, the twin, errors, warnings."""
        found = grid.found.get(crop.id, NONE)
        twin = self._has_twin(grid, at)
        pieces = [Ink(f" {'twin' if item.mirror else crop.status}", STATUS_INKS[crop.status])]
        if (found.errors or found.warnings) and not item.mirror:
            pieces.append(Ink(" "))
            if found.errors:
                pieces.append(Ink(f"!{found.errors}", "error", bold=True))
            if found.warnings:
                pieces.append(Ink(f"~{found.warnings}", "warning"))
        if twin:
            pieces.append(Ink(" +twin", "secondary"))
        if crop.id in grid.files and not item.mirror:
            pieces.append(Ink(" by hand", "warning"))
        words, ground, frame = self._inks
        own = self.app.native_ansi_color
        out: list[Cell] = []
        for piece in pieces:
            colour = words
            if piece.ink and not own:
                if piece.ink not in self._colours:
                    ink = theme_ink(self.app, piece.ink)
                    self._colours[piece.ink] = readable(ink, ground, words)
                colour = self._colours[piece.ink]
            paper = ground
            if selected:
                colour, paper = ground, frame if self.has_focus else words
            out += cells_of(piece.text, colour, paper, piece.bold)
        return out

    def _has_twin(self, grid: Grid, at: int) -> bool:
        item = grid.items[at]
        follows = at + 1 < len(grid.items) and grid.items[at + 1] == SetItem(item.index, True)
        return not item.mirror and follows


def _write(lines: list[Line], row: int, col: int, cells: Sequence[Cell]) -> None:
    if 0 <= row < len(lines):
        room = len(lines[row]) - col
        lines[row][col : col + min(len(cells), room)] = list(cells[: max(0, room)])


assert LABELS == 2  # a name and a line of badges
