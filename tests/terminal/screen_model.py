"""A terminal as a grid of cells: enough of one to replay what the app writes and look at it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\x1b\[(?P<args>[0-9;?<>=]*)(?P<final>[A-Za-z])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[P_^][^\x1b]*\x1b\\"
    r"|\x1b[()][A-Za-z0-9]|\x1b[=>78A-Za-z]"
    r"|(?P<char>[^\x1b])",
    re.DOTALL,
)
_UNFINISHED = re.compile(
    r"\x1b(?:\[[0-9;?<>=]*|\][^\x07\x1b]*\x1b?|[P_^][^\x1b]*\x1b?|[()])?\Z", re.DOTALL
)
DEFAULT = -1


@dataclass(frozen=True)
class Shown:
    """One cell as it is seen. A blank has no foreground."""

    text: str
    fg: int
    bg: int


class ScreenModel:
    """Feeds on terminal output; `cells[row][col]` is what is seen."""

    def __init__(self, cols: int, rows: int) -> None:
        self.cols, self.rows = cols, rows
        blank = Shown(" ", DEFAULT, DEFAULT)
        self.cells = [[blank] * cols for _ in range(rows)]
        self.row = self.col = 0
        self.fg = self.bg = DEFAULT
        self._rest = ""

    def feed(self, text: str) -> None:
        text = self._rest + text
        # An unfinished sequence at the end waits for the next piece.
        cut = _UNFINISHED.search(text)
        text, self._rest = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
        for match in _TOKEN.finditer(text):
            if (char := match["char"]) is not None:
                self._put(char)
            elif (final := match["final"]) is not None:
                self._control(match["args"], final)

    def text(self) -> list[str]:
        return ["".join(cell.text for cell in row) for row in self.cells]

    def has(self, words: str) -> bool:
        return any(words in line for line in self.text())

    def _put(self, char: str) -> None:
        if char == "\r":
            self.col = 0
        elif char in "\n\v":
            self.row += 1
        elif char == "\b":
            assert self.col < self.cols, (
                "a terminal would wait in its last column, and go back from there"
            )
            self.col -= 1
        elif char >= " " and self.row < self.rows and self.col < self.cols:
            fg = DEFAULT if char == " " else self.fg
            self.cells[self.row][self.col] = Shown(char, fg, self.bg)
            self.col += 1
            if unicodedata.east_asian_width(char) in "WF" and self.col < self.cols:
                self.cells[self.row][self.col] = Shown("", fg, self.bg)
                self.col += 1

    def _control(self, args: str, final: str) -> None:
        if args[:1] in ("?", ">", "<", "="):
            return
        numbers = [int(word) if word else 0 for word in args.split(";")]
        match final:
            case "H":
                self.row = (numbers[0] or 1) - 1
                self.col = (numbers[1] if len(numbers) > 1 else 1) - 1
            case "G":
                self.col = (numbers[0] or 1) - 1
            case "C":
                self.col += numbers[0] or 1
            case "m":
                self._colours(numbers)

    def _colours(self, numbers: list[int]) -> None:
        at = 0
        while at < len(numbers):
            code = numbers[at]
            if code == 0:
                self.fg = self.bg = DEFAULT
            elif code in (38, 48):
                if numbers[at + 1] == 2:
                    red, green, blue = numbers[at + 2 : at + 5]
                    colour, at = red << 16 | green << 8 | blue, at + 4
                else:
                    colour, at = 1 << 24 | numbers[at + 2], at + 2
                if code == 38:
                    self.fg = colour
                else:
                    self.bg = colour
            at += 1
