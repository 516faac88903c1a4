"""The lines of a TOML file cut at its table headers, so that one table can be edited alone.

Editing one block of some fifteen lines takes a millisecond whatever the file's size, and what
stands outside it survives byte for byte.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from spyke_tui.model.table import Path

_BARE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_HEADER = re.compile(r"^[ \t]*(\[\[?)(.+?)\]\]?[ \t]*(#.*)?$")


@dataclass(slots=True)
class Block:
    """The lines from a header up to the next one, each with its line end.

    `path` is the header's dotted key, () for what stands above the first header. `is_array`
    marks ``[[...]]``. `first_line` is 1-based.
    """

    path: tuple[str, ...]
    is_array: bool
    lines: list[str]
    first_line: int

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def split_tail(self) -> tuple[str, str]:
        """The block's own lines, and the blank and comment lines at its end.

        Those belong to what follows: they stay where they are when the block goes.
        """
        end = len(self.lines)
        while end > 1 and (not (line := self.lines[end - 1].strip()) or line.startswith("#")):
            end -= 1
        return "".join(self.lines[:end]), "".join(self.lines[end:])


def lines_of(text: str) -> list[str]:
    """The lines with their ends. Only LF ends one in TOML; `str.splitlines` knows ten more."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def split_blocks(text: str) -> list[Block]:
    """Cut valid TOML at its headers. Joined, the blocks are `text` again."""
    blocks = [Block((), False, [], 1)]
    state = _State()
    for number, line in enumerate(lines_of(text), 1):
        at_top = state.is_top_level
        match = _HEADER.match(line.rstrip("\r\n")) if at_top else None
        if match and (path := _header_path(match[2])) is not None:
            blocks.append(Block(path, match[1] == "[[", [line], number))
            continue  # a header never opens a string or an array that goes on
        blocks[-1].lines.append(line)
        state.feed(line)
    return blocks


def _header_path(inner: str) -> tuple[str, ...] | None:
    if _BARE.fullmatch(inner):  # as good as all of them, and a parser each is a third of a save
        return tuple(inner.split("."))
    try:
        data = tomllib.loads(f"{inner} = 0")
    except tomllib.TOMLDecodeError:
        return None
    path: list[str] = []
    value: object = data
    while isinstance(value, dict):
        if not value:
            return None  # a comment: no header
        ((key, value),) = value.items()
        path.append(key)
    return tuple(path)


class _State:
    """Whether the text read so far stands inside a multi-line string or an array."""

    _TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#.*|[\[\]{}]|\\.', re.DOTALL)

    _OPENING = re.compile(r'[\[\]{}]|"""|\'\'\'')

    def __init__(self) -> None:
        self.quote = ""
        self.depth = 0

    @property
    def is_top_level(self) -> bool:
        return not self.quote and self.depth == 0

    def feed(self, line: str) -> None:
        if not self.quote and not self._OPENING.search(line):
            return  # strings that end where they began, comments: nothing goes on
        position = 0
        while position < len(line):
            if self.quote:
                position = self._skip_string(line, position)
                continue
            match = self._TOKEN.search(line, position)
            if match is None:
                return
            token, position = match[0], match.end()
            if token in ('"""', "'''"):
                self.quote = token
            elif token in ("[", "{"):
                self.depth += 1
            elif token in ("]", "}"):
                self.depth -= 1
            elif token.startswith("#"):
                return

    def _skip_string(self, line: str, position: int) -> int:
        while position < len(line):
            if self.quote == '"""' and line[position] == "\\":
                position += 2
            elif line.startswith(self.quote, position):
                position += 3
                # a string may end in up to two quotes of its own: """"a"""""
                while position < len(line) and line[position] == self.quote[0]:
                    position += 1
                self.quote = ""
                return position
            else:
                position += 1
        return position


def locate(text: str, path: Path) -> int:
    """The 1-based line on which the value at `path` stands; that of its table where it is absent.

    0 where neither is found (an inline table over several lines, say).
    """
    names = [part for part in path if isinstance(part, str)]
    arrays: dict[tuple[str, ...], int] = {}
    wanted = dict(_array_indexes(path))
    best, best_depth = 0, 0
    for block in split_blocks(text):
        if block.is_array:
            arrays[block.path] = arrays.get(block.path, -1) + 1
        length = len(block.path)
        if tuple(names[:length]) != block.path:
            continue
        # the n-th element of every array on the way must be the one that the path means
        if any(
            arrays.get(prefix, 0) != index
            for prefix, index in wanted.items()
            if block.path[: len(prefix)] == prefix
        ):
            continue
        if length > best_depth or not best:
            best, best_depth = block.first_line if block.path else 0, length
        line = line_of_key(block, names[length:])
        if line:
            return line
    return best


def _array_indexes(path: Path) -> list[tuple[tuple[str, ...], int]]:
    found: list[tuple[tuple[str, ...], int]] = []
    names: list[str] = []
    for part in path:
        if isinstance(part, int):
            found.append((tuple(names), part))
        else:
            names.append(part)
    return found


def line_of_key(block: Block, names: list[str]) -> int:
    """The 1-based line on which the first of `names` first stands as a key; 0 where it does not."""
    if not names:
        return 0
    key = re.escape(names[0])
    pattern = re.compile(rf"""^[ \t]*(?:{key}|"{key}"|'{key}')[ \t]*[.=]""")
    state = _State()
    for offset, line in enumerate(block.lines):
        if offset == 0 and block.path:
            continue
        if state.is_top_level and pattern.match(line):
            return block.first_line + offset
        state.feed(line)
    return 0
