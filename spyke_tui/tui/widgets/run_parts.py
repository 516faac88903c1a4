"""What stands around the pictures of the Regularization pane: how the run goes, in words."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from spyke_tui.model.generation import KINDS
from spyke_tui.model.project import Generation
from spyke_tui.model.run_view import LogLine, RunState, RunView, ServerState, ServerView
from spyke_tui.terminal.cells import Cell, cells_of, clipped, plain
from spyke_tui.tui.run_words import (
    SIGNS,
    STATES,
    TITLES,
    counted,
    rate,
    server_words,
    work_words,
)
from spyke_tui.tui.widgets.caption_parts import Ink, InkPane

INKS: dict[RunState, str] = {
    "running": "success", "starting": "primary", "waiting": "warning", "pausing": "warning",
    "paused": "warning", "stopping": "warning", "stopped": "secondary", "done": "success",
    "failed": "error", "died": "error", "none": "secondary",
}  # fmt: skip


NOT_ASKED = "not asked yet"

EMPTY = (
    "Nothing has been generated here yet.",
    "",
    "s looks whether all is right and starts",
    "t draws one image only, to see what the settings make",
    "e edits prompt, server, checkpoint and all else",
    "",
    "A run goes on when this app is closed.",
)


class RunHead(InkPane):
    """Which run it is and how far it has come; below it the bar."""

    def __init__(self) -> None:
        super().__init__(id="run-head")
        self._view = RunView("reg")
        self._waits = 0
        self._doing = ""

    def show(self, view: RunView, rejected: int, doing: str) -> None:
        """`rejected`: images that are there but whose next reroll is wanted.

        `doing`: what is done before there is a run.
        """
        self._view, self._waits, self._doing = view, rejected, doing
        self.draw()

    def draw(self) -> None:
        view, width = self._view, self.size.width
        row: list[Cell] = self.cells(Ink(" "))
        for kind in KINDS:
            here = kind == view.kind
            row += self.cells(Ink(f"[{TITLES[kind]}]" if here else f" {TITLES[kind]} ", bold=here))
        row += self.cells(Ink("  "))
        state = f"{SIGNS[view.state]} {STATES[view.state]}"
        ink = INKS[view.state]
        if self._doing:
            state, ink = self._doing, "warning"
        row += self.cells(Ink(state, ink, bold=True))
        words = counted(view)
        if self._waits:
            words += f", {self._waits} rejected"
        row += self.cells(Ink(f"   {words}" if words else ""))
        right = self.cells(Ink(f"{rate(view)} "))
        room = width - len(row) - len(right)
        if room >= 1:
            row += [*self.cells(Ink(" " * room)), *right]
        self.set_rows([clipped(row, width), self._bar(width)])

    def _bar(self, width: int) -> list[Cell]:
        view = self._view
        if not view.total:
            return []
        long = max(1, width - 8)
        share = view.done / view.total
        filled = min(long, int(share * long))
        row = self.cells(Ink(" ")) + self.cells(Ink("█" * filled, INKS[view.state]))
        row += self.cells(Ink("░" * (long - filled), dim=True))
        return row + self.cells(Ink(f" {int(100 * share):3}% "))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the facts are made of."""

    view: RunView
    settings: Generation
    wanted: str = ""
    """How many images there should be, and why so many."""
    waits: bool = False
    """Whether a server is waited for, before there is a run."""


class RunFacts(InkPane):
    """The servers, what each draws, and with which settings."""

    def __init__(self) -> None:
        super().__init__(id="run-facts")
        self._facts: Facts | None = None

    def show(self, facts: Facts) -> None:
        if facts == self._facts:
            return
        self._facts = facts
        self.draw()

    def draw(self) -> None:
        facts = self._facts
        if facts is None or not self.size.width:
            return
        rows: list[list[Cell]] = []
        for server in facts.view.servers or _named(facts.settings, facts.waits):
            rows += self._server(server)
        settings = facts.settings
        rows.append([])
        size = f"{settings.width}x{settings.height}"
        what = [
            settings.checkpoint or "the server's only checkpoint",
            "1 step" if settings.steps == 1 else f"{settings.steps} steps", f"cfg {settings.cfg:g}",
            f"{settings.sampler}/{settings.scheduler}", size,
        ]  # fmt: skip
        if settings.workflow:
            what.append(f"workflow {settings.workflow}")
        if facts.wanted:
            what.append(facts.wanted)
        rows += self.flowed([Ink(word + ("," if n < len(what) - 1 else ""))
                             for n, word in enumerate(what)], 2)  # fmt: skip
        prompt = settings.prompt.strip() or "! no prompt yet: e writes one"
        rows += self._wrapped(prompt, min(3, self.size.height - len(rows)))
        self.set_rows(rows)

    def _server(self, server: ServerView) -> list[list[Cell]]:
        bad = server.state in ("unreachable", "refused")
        ink = "warning" if bad else "success" if server.state == "working" else ""
        if server.message == NOT_ASKED:
            words = "  ! not reachable" if bad else ""
            return [self.cells(Ink(server.address + words, ink, bold=True))[: self.size.width]]
        rows = [clipped(self.cells(Ink(server_words(server), ink, bold=True)), self.size.width)]
        words = "" if bad else work_words(server)  # what it drew when it was last heard of
        if words:
            row = self.cells(Ink(f"  {words}"))
            if server.steps > 0 and server.index is not None:
                done = min(server.step, server.steps)
                filled = 12 * done // server.steps
                row += self.cells(Ink(f"  {'█' * filled}", "success"))
                row += self.cells(Ink("░" * (12 - filled), dim=True))
                row += self.cells(Ink(f" {done}/{server.steps}"))
            rows.append(clipped(row, self.size.width))
        return rows

    def _wrapped(self, text: str, most: int) -> list[list[Cell]]:
        """The text in at most so many rows; a cut one ends in "…"."""
        from textwrap import wrap

        width = max(8, self.size.width - 1)
        lines = wrap(text, width)
        if len(lines) > most:
            lines = lines[: max(0, most)]
            lines[-1:] = [f"{line[: width - 1]}…" for line in lines[-1:]]
        return [self.cells(Ink(line, dim=not line.startswith("!"))) for line in lines]


def _named(settings: Generation, waits: bool) -> tuple[ServerView, ...]:
    """The servers of the file, while nothing runs."""
    state: ServerState = "unreachable" if waits else "connecting"
    return tuple(ServerView(address, state, message=NOT_ASKED) for address in settings.servers)


class RunLog(InkPane):
    """The last lines of the log, newest at the bottom."""

    def __init__(self) -> None:
        super().__init__(id="run-log")
        self._view: RunView | None = None

    def show(self, view: RunView) -> None:
        if self._view is None or view.log is not self._view.log:
            self._view = view
            self.draw()

    def draw(self) -> None:
        if self._view is None:
            return
        height = self.size.height
        rows: list[list[Cell]] = []
        for line in reversed(self._view.log[-height:] if height else ()):
            above = self._line(line)
            if rows and len(above) + len(rows) > height:
                break  # whole ones; of the last one at least its beginning
            rows = above + rows
        rows = rows[:height]
        if not rows and self._view.state == "none":
            rows = [clipped(self.cells(Ink(f" {line}")), self.size.width) for line in EMPTY]
        self.set_rows(rows)

    def _line(self, line: LogLine) -> list[list[Cell]]:
        """One line, in as many rows as it takes."""
        from textwrap import wrap

        when = time.strftime("%H:%M:%S", time.localtime(line.at))
        sign = {"info": "", "warning": "! ", "error": "! "}[line.level]
        ink = {"info": "", "warning": "warning", "error": "error"}[line.level]
        pieces = wrap(plain(sign + line.text), max(8, self.size.width - 9)) or [""]
        return [
            self.cells(Ink("         " if number else f"{when} ", dim=True))
            + self.cells(Ink(piece, ink))
            for number, piece in enumerate(pieces[:4])
        ]


class RunTitle(InkPane):
    """One line: what the picture below is, or which keys do something now."""

    def __init__(self, id_: str, dim: bool = False) -> None:
        super().__init__(id=id_)
        self._words: tuple[str, ...] = ()
        self._dim = dim

    def say(self, *words: str) -> None:
        """The first is shown in any case, the others as long as they fit in whole."""
        if words != self._words:
            self._words = words
            self.draw()

    def draw(self) -> None:
        row: list[Cell] = []
        for word in self._words:
            cells = self.cells(Ink(f"  {word}" if row else f" {word}", dim=self._dim))
            if row and len(row) + len(cells) > self.size.width:
                break
            row += cells
        self.set_rows([clipped(row, self.size.width)])


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands below one picture of the strip, and `short` where that is too long."""

    text: str
    ink: str = ""
    chosen: bool = False
    short: str = ""


class StripCaptions(InkPane):
    """The numbers of the pictures above, each below its own."""

    def __init__(self) -> None:
        super().__init__(id="run-captions")
        self._captions: Sequence[Caption] = ()
        self._across = 0

    def show(self, captions: Sequence[Caption], across: int) -> None:
        """`across`: cells from one picture to the next."""
        self._captions, self._across = tuple(captions), across
        self.draw()

    def draw(self) -> None:
        row: list[Cell] = []
        fg, bg = self.ink
        for caption in self._captions:
            text = caption.text
            if len(text) + 2 > self._across - 1:
                text = caption.short or text
            text = f"[{text}]" if caption.chosen else f" {text} "
            cells = clipped(self.cells(Ink(text, caption.ink, caption.chosen)), self._across - 1)
            row += [*cells, *cells_of(" " * (self._across - len(cells)), fg, bg)]
        self.set_rows([row[: self.size.width]])
