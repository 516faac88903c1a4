"""What stands beside the fields of the caption form: labels, the caption itself, proposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spyke_tui.model.caption import (
    CLIP_TOKENS,
    caption_of,
    compose,
    estimate_tokens,
    has_override,
    one_line,
    split_tags,
    starts_with_trigger,
)
from spyke_tui.model.caption_diff import TagPiece, tag_diff
from spyke_tui.model.mirroring import follows, has_twin, twin_differences, twin_is_behind
from spyke_tui.model.undecided import undecided
from spyke_tui.terminal.cells import Cell, cells_of, clipped
from spyke_tui.tui.widgets.cell_pane import TextPane
from spyke_tui.tui.widgets.inks import mixed, readable, theme_ink

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop, Dataset
    from spyke_tui.model.proposals import Proposal, Slip


@dataclass(frozen=True, slots=True)
class Ink:
    """How a piece of text looks; `ink` is a colour of the theme, "" the widget's own."""

    text: str
    ink: str = ""
    bold: bool = False
    dim: bool = False


class InkPane(TextPane):
    """Rows made of pieces in colours of the theme."""

    def on_resize(self) -> None:
        self.draw()

    def cells(self, piece: Ink) -> list[Cell]:
        fg, bg = self.ink
        is_own = not piece.ink or self.app.native_ansi_color
        colour = fg if is_own else readable(theme_ink(self.app, piece.ink), bg, fg)
        if piece.dim and not self.app.native_ansi_color:
            colour = mixed(colour, bg, 0.4)
        return cells_of(piece.text, colour, bg, piece.bold)

    def flowed(
        self, pieces: Iterable[Ink], indent: int = 0, width: int | None = None
    ) -> list[list[Cell]]:
        """The pieces in rows of `width` cells (None: the widget's own); a piece that does not fit
        goes to the next row."""
        width = max(1, self.size.width if width is None else width)
        indent = indent if width > 4 * indent else 0
        _, bg = self.ink
        blank = Cell(" ", 0, bg)
        rows: list[list[Cell]] = [[]]
        for piece in pieces:
            cells = self.cells(piece)
            if rows[-1] and len(rows[-1]) + len(cells) > width:
                rows.append([blank] * indent)
            while cells and len(rows[-1]) + len(cells) > width and len(cells) > width - indent:
                room = max(1, width - len(rows[-1]))
                room = _last_gap(cells[:room]) or room
                rows[-1] += cells[:room]
                cells = cells[room:]
                rows.append([blank] * indent)
            rows[-1] += [*cells, blank][: width - len(rows[-1])]
        return rows


def _last_gap(cells: Sequence[Cell]) -> int:
    """How many cells end with the last blank among these, 0 without one."""
    return max((at for at, cell in enumerate(cells, 1) if cell.text == " "), default=0)


class FieldLabel(InkPane):
    """The name of a field: whether the keys go there, and whether it is still open."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._words = name
        self._state = (False, False)

    def show(self, focused: bool, is_open: bool) -> None:
        self._state = (focused, is_open)
        self.draw()

    def draw(self) -> None:
        focused, is_open = self._state
        row = self.cells(Ink("▶" if focused else " ", "primary"))
        row += self.cells(Ink("○ " if is_open else "  ", "warning", bold=True))
        row += self.cells(Ink(self._words, "primary" if focused else "", focused, not focused))
        self.set_rows([row])


class FormTitle(InkPane):
    """Which crop it is, where among the others, and what else is to be known."""

    def __init__(self) -> None:
        super().__init__(id="cap-title")
        self._pieces: tuple[Ink, ...] = ()

    def show(self, *pieces: Ink) -> None:
        self._pieces = pieces
        self.draw()

    def draw(self) -> None:
        row: list[Cell] = []
        for piece in self._pieces:
            row += self.cells(piece)
        self.set_rows([clipped(row, self.size.width)])


LEAST_ROWS = 2
"""Of a caption that are shown, whatever is to be said of it."""


class CaptionView(InkPane):
    """The caption as it will be written, and what is to be said of it."""

    def __init__(self) -> None:
        super().__init__(id="cap-view")
        self._shown: tuple[Crop, Dataset, Slip | None, str] | None = None

    def show(self, crop: Crop | None, dataset: Dataset, slip: Slip | None, problem: str) -> None:
        """`problem` is what is wrong with the picture."""
        self._shown = (crop, dataset, slip, problem) if crop is not None else None
        self.draw()

    def draw(self) -> None:
        if self._shown is None:
            words = "Crops (F3) makes them: A finds the figures of a sheet, i draws one by hand."
            none = self.flowed([Ink("No crop here.", bold=True)])
            self.set_rows([*none, *self.flowed(Ink(word) for word in words.split())])
            return
        crop, dataset, slip, problem = self._shown
        rows: list[list[Cell]] = []
        tokens = estimate_tokens(caption_of(crop, dataset))
        ink = "warning" if tokens > CLIP_TOKENS else "secondary"
        words = f"about {tokens} of {CLIP_TOKENS} tokens (an estimate)"
        if tokens > CLIP_TOKENS:
            words += ": the end is lost"
        rows += self._said(words, ink)
        if has_twin(crop, dataset) and one_line(crop.mirror_caption):
            rows += self._said(f"its twin: {one_line(crop.mirror_caption)}", "secondary")
        if has_twin(crop, dataset) and not follows(crop, dataset):
            rows += self._twin(crop, dataset, slip)
        if not starts_with_trigger(caption_of(crop, dataset), dataset.trigger):
            rows += self._said(f"! does not begin with {dataset.trigger}", "error")
        if found := undecided(crop, dataset):
            rows += self._said(f"○ not decided: {', '.join(found)}", "warning")
            rows += self._said("  check will say caption-incomplete", "warning")
        else:
            rows += self._said("✓ complete", "success")
        if slip is not None:
            words = f'? "{slip.tag}" is almost "{slip.usual}": ctrl+g writes that'
            rows += self._said(words, "accent")
        if problem:
            rows += self._said(f"! {problem}", "warning")
        self.set_rows([*self._shortened(self._caption(crop, dataset), len(rows)), *rows])

    def _shortened(self, caption: list[list[Cell]], below: int) -> list[list[Cell]]:
        """The caption's rows, with an end where that leaves what is to be said of it in view."""
        room = max(LEAST_ROWS, self.size.height - below)
        if len(caption) <= room:
            return caption
        last = clipped(caption[room - 1], self.size.width - 2)
        return [*caption[: room - 1], [*last, *self.cells(Ink(" …", dim=True))]]

    def _said(self, words: str, ink: str) -> list[list[Cell]]:
        lead = len(words) - len(words.lstrip())
        pieces = [Ink(word, ink) for word in words.split()]
        rows = self.flowed(pieces, indent=2)
        return [[*[Cell(" ", 0, self.ink[1])] * lead, *rows[0]], *rows[1:]]

    def _twin(self, crop: Crop, dataset: Dataset, slip: Slip | None) -> list[list[Cell]]:
        """How its caption differs; only what it lacks is a warning."""
        is_behind = twin_is_behind(crop, dataset)
        lead = Ink("! it is behind:", "warning") if is_behind else Ink("by hand:", dim=True)
        pieces = [lead, *(_signed(piece) for piece in twin_differences(crop, dataset))]
        if slip is None:  # the key mends that first
            pieces.append(Ink("ctrl+g makes it anew", dim=not is_behind))
        return self.flowed(pieces, indent=2)

    def _caption(self, crop: Crop, dataset: Dataset) -> list[list[Cell]]:
        caption = caption_of(crop, dataset)
        if not has_override(crop):
            tags = split_tags(caption)
            last = len(tags) - 1
            return self.flowed(
                Ink(tag + ("," if at < last else ""), "secondary" if at == 0 else "", at > 0)
                for at, tag in enumerate(tags)
            )
        rows = self.flowed([Ink("by hand:", "primary", True), *_words(caption)])
        pieces = map(_signed, tag_diff(compose(crop, dataset), caption))
        return rows + self.flowed([Ink("the fields and this:", dim=True), *pieces])


def _signed(piece: TagPiece) -> Ink:
    """A tag as it stands where two captions are held against each other."""
    match piece.sign:
        case "+":
            return Ink(f"+{piece.tag}", "success", True)
        case "-":
            return Ink(f"-{piece.tag}", "error")
    return Ink(piece.tag, dim=True)


def _words(text: str) -> list[Ink]:
    return [Ink(word, bold=True) for word in text.split()]


class ProposalList(InkPane):
    """What the focused field can become; without proposals, what the keys do."""

    LIST_HEIGHT = 7
    """Rows from which on they stand one below the other."""

    def __init__(self) -> None:
        super().__init__(id="cap-proposals")
        self._shown: tuple[Sequence[Proposal], int, str, Sequence[str]] = ((), -1, "", ())

    def show(self, proposals: Sequence[Proposal], at: int, words: str, keys: Sequence[str]) -> None:
        """`at` is the one that Enter takes, -1 none; `words` a remark, `keys` what keys do."""
        self._shown = (proposals, at, words, keys)
        self.draw()

    def draw(self) -> None:
        proposals, at, words, keys = self._shown
        rows: list[list[Cell]] = []
        if words:
            rows += self.flowed([Ink(words, "warning", True)])
        if not proposals:
            rows += self.flowed([Ink(key + "  ", dim=True) for key in keys])
        elif self.size.height >= self.LIST_HEIGHT:
            rows += self._listed(proposals, at, self.size.height - len(rows) - 3)
            rows += [[], *self.flowed([Ink(key + "  ", dim=True) for key in keys])]
        else:
            lead = "Enter takes" if at >= 0 else "used here, Down chooses"
            rows += self._in_a_row(proposals, at, lead)
        self.set_rows(rows)

    def _listed(self, proposals: Sequence[Proposal], at: int, room: int) -> list[list[Cell]]:
        lead = "used before; Down chooses"
        if at >= 0:
            lead = "Enter takes the marked one, Esc does not"
        rows = [self.cells(Ink(lead, dim=True))]
        room = max(1, room)
        top = max(0, at - room + 1)
        for number, proposal in enumerate(proposals[top : top + room], top):
            rows.append([*self._one(proposal, number == at), *self._count(proposal)])
        return rows

    def _in_a_row(self, proposals: Sequence[Proposal], at: int, lead: str) -> list[list[Cell]]:
        _, bg = self.ink
        rows = [self.cells(Ink(lead + " ", dim=True))]
        first = max(0, at - 2)
        for number, proposal in enumerate(proposals[first:], first):
            cells = [*self._one(proposal, number == at), Cell(" ", 0, bg)]
            if len(rows[-1]) + len(cells) > self.size.width:
                if len(rows) >= self.size.height:
                    break
                rows.append([])
            rows[-1] += cells
        return rows

    def _one(self, proposal: Proposal, marked: bool) -> list[Cell]:
        fg, bg = self.ink
        ink = fg if self.app.native_ansi_color else theme_ink(self.app, "primary")
        if marked:
            return cells_of(f" {proposal.text} ", bg, ink, True)
        return cells_of(f" {proposal.text} ", fg, bg)

    def _count(self, proposal: Proposal) -> list[Cell]:
        if not proposal.count:
            return []
        times = "once" if proposal.count == 1 else f"{proposal.count} times"
        return self.cells(Ink(f" {times}", dim=True))
