"""The bottom: what is open, saved or not, and what the keys do next."""

from __future__ import annotations

from collections.abc import Iterable

from spyke_tui.terminal.cells import Cell, cells_of, clipped
from spyke_tui.tui.crop_words import enlarged_words, erased_words
from spyke_tui.tui.session import Session
from spyke_tui.tui.widgets.cell_pane import TextPane

_BAR = "  "

_SAVED = len("* not saved")
"""Saved or not takes so much room, or every change would move all the words behind it."""

_SHORTEST = 16
"""Characters that are left of a name."""
_NAMES = (2, 3)
"""Where sheet and crop stand."""


class StatusLine(TextPane):
    """Two rows in a narrow terminal, one in a wide one."""

    WIDE = 118
    """Cells from which on everything fits into one row."""

    def __init__(self, session: Session) -> None:
        super().__init__(id="status")
        self._session = session
        self._more = ""

    def on_mount(self) -> None:
        self.set_interval(1.0, self.draw)  # a saved file and a failed one show by themselves

    def on_resize(self) -> None:
        self.draw()

    def say(self, more: str) -> None:
        """Draw, with a few words more: what is going on in the pane."""
        self._more = more
        self.draw()

    def draw(self) -> None:
        first, second = self._words()
        fg, bg = self.ink
        width = self.size.width

        def row(words: list[tuple[str, bool]], names: Iterable[int]) -> list[Cell]:
            words = _fitted(words, names, width)
            bar = _BAR if sum(len(word) + len(_BAR) for word, _ in words) < width else " "
            cells = cells_of(" ", fg, bg)
            for word, bold in words:
                cells += cells_of(word + bar, fg, bg, bold)
            return clipped(cells[: -len(bar)], width)

        if self.size.height > 1:
            self.set_rows([row(first, _NAMES), row(second, ())])
        else:
            self.set_rows([row(first + second, _NAMES)])

    def _words(self) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
        session, editor = self._session, self._session.editor
        saved = "saved" if session.is_saved else "* not saved"
        if session.problem:
            saved = "! NOT SAVED"
        elif session.history.holder:
            saved = "read only"
        first = [
            (session.project.dataset.character, True),
            (saved.ljust(_SAVED if self.size.width >= self.WIDE else 0), not session.is_saved),
            (f"sheet {editor.sheet_key or '-'}", False),
        ]
        crop = editor.crop
        if crop is None:
            first.append(("no crop", False))
            second = [("-", False)]
        else:
            at = editor.indexes.index(editor.index) + 1 if editor.index in editor.indexes else 0
            first.append((f"{crop.id} {crop.status} {at}/{len(editor.indexes)}", True))
            second = [(str(editor.target), True)]
            for words in (enlarged_words(crop.rect, session.project.dataset.size),
                          erased_words(crop)):  # fmt: skip
                if words:
                    second.append((words, words.startswith("!")))
        if editor.filter is not None:
            second.append((f"/ {editor.filter.text}", True))
        runs = self.spyke.runs
        if runs is not None and runs.words:
            first.append((runs.words, True))
        if self._more:
            second.append((self._more, True))
        second += [
            (f"step {editor.step}", False),
            (f"edge {editor.edge.value}", False),
            (f"aspect {editor.lock.value}", False),
            (session.choice.protocol, False),
        ]
        return first, second


def _fitted(
    words: list[tuple[str, bool]], names: Iterable[int], width: int
) -> list[tuple[str, bool]]:
    """Where they don't fit, names lose their beginning, as they differ at the end, and the rest its
    labels: the last words of all are to be seen."""
    texts = [word for word, _ in words]
    if _over(texts, width) > 0:
        texts = [text.rstrip() for text in texts]
    for at in sorted(names, key=lambda at: -len(texts[at])):
        over = _over(texts, width)
        if over > 0 and len(texts[at]) > _SHORTEST:
            texts[at] = "…" + texts[at][-max(_SHORTEST, len(texts[at]) - over - 1) :]
    if _over(texts, width) > 0:
        texts = [text.removeprefix("edge ").removeprefix("aspect ") for text in texts]
    return [(text, bold) for text, (_, bold) in zip(texts, words, strict=True)]


def _over(texts: list[str], width: int) -> int:
    """How many cells they lack."""
    return sum(len(text) + 1 for text in texts) - width
