"""What is wrong with a file that is no valid TOML, in words for its author.

Python's parser says where it stopped, in terms of its own ("Cannot overwrite a value"). What people
do most is a key or a table written twice; then both places are named.
"""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple

from spyke_tui.model.table import dotted, printable
from spyke_tui.store.toml_blocks import Block, line_of_key, lines_of, split_blocks

_PLACE = re.compile(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", re.DOTALL)
_KEY = re.compile(r"""^[ \t]*([A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*(\.|=)""")
_TWICE = re.compile(
    r"Cannot (?:overwrite a value|declare .* twice|mutate .*|redefine namespace .*)", re.DOTALL
)
_TWICE_INLINE = re.compile(r"Duplicate inline table key '(.*)'", re.DOTALL)

_MEND = "Mend that line; text goes in quotes, lists in [ ], tables in { }."
_KNOWN = {
    "Invalid value": (
        "What stands behind the = is no value.",
        "Write text in quotes, true and false in small letters, numbers as digits alone.",
    ),
    "Unclosed array": (
        "A list is not closed.",
        "Look for a [ without its ], at the end or further up.",
    ),
    "Unclosed inline table": ("A table in { } is not closed.", "Write the } that is missing."),
    "Unterminated string": ("A text is not closed.", "Write the quote at its end."),
    "Illegal character '\\n'": ("A text is not closed.", "Write the quote at its end."),
    "Expected '=' after a key in a key/value pair": (
        "There is no = behind the key.",
        "Write key = value; a comment begins with #.",
    ),
}


class Broken(NamedTuple):
    """Where (the 1-based line), which key ("" for none), what is wrong, and what to do."""

    line: int
    key: str
    message: str
    fix: str


def explain(text: str, error: tomllib.TOMLDecodeError) -> Broken:
    """What `error` means, which reading `text` has raised."""
    match = _PLACE.match(str(error))
    reason = match[1] if match else str(error)
    lines = lines_of(text)
    line = int(match[2]) if match and match[2] else max(1, len(lines))
    inline = _TWICE_INLINE.fullmatch(reason)
    if inline:
        key = printable(inline[1])
        return Broken(
            line, key, f"{key} is written twice between the same braces.",
            "Keep the one that you mean, and remove the other.",
        )  # fmt: skip
    if _TWICE.fullmatch(reason):
        return _written_twice(lines, line)
    message, fix = _KNOWN.get(reason, (f"This is not valid TOML: {printable(reason)}.", _MEND))
    return Broken(line, "", message, fix)


def _written_twice(lines: list[str], line: int) -> Broken:
    """The key or table on `line` stands further up already: the parser has read up to here."""
    blocks = split_blocks("".join(lines[:line]))
    block = blocks[-1]
    if block.path and block.first_line == line:
        return _table_twice(blocks[:-1], block)
    match = _KEY.match(lines[line - 1])
    name = match[1].strip("\"'") if match else ""
    first = line_of_key(block, [name]) if name else 0
    index = (sum(other.path == block.path for other in blocks) - 1,) if block.is_array else ()
    key = dotted((*block.path, *index, *([name] if name else [])))
    shown = printable(name or lines[line - 1].strip())
    if not first or first == line:
        return Broken(
            line, key, f"{shown} has another meaning further up: a value and a table at once.",
            "Give one of them another name, or remove it.",
        )  # fmt: skip
    begun = f"If a new one begins here, write {_header(block)} above it; else keep"
    return Broken(
        line, key, f"{shown} is written twice in one table, first on line {first}.",
        f"{begun if block.is_array else 'Keep'} the one that you mean, and remove the other.",
    )  # fmt: skip


def _table_twice(before: list[Block], block: Block) -> Broken:
    key, header = dotted(block.path), _header(block)
    same = [other for other in before if other.path == block.path]
    if not same:
        return Broken(
            block.first_line, key, f"{header} stands further up already, as a value.",
            "Give one of them another name, or remove it.",
        )  # fmt: skip
    first = same[0]
    if first.is_array != block.is_array:
        double = _header(first if first.is_array else block)
        return Broken(
            block.first_line, key,
            f"{header} here, but {_header(first)} on line {first.first_line}.",
            f"Write {double} above each, if there are several; else bring them together.",
        )  # fmt: skip
    return Broken(
        block.first_line, key, f"{header} is written twice, first on line {first.first_line}.",
        "Bring their lines together under one of them, or give this one another name.",
    )  # fmt: skip


def _header(block: Block) -> str:
    key = dotted(block.path)
    return f"[[{key}]]" if block.is_array else f"[{key}]"
