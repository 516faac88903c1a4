"""Reading typed values out of a parsed TOML table, with errors that name the key and the cure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

Key = str | int
Path = tuple[Key, ...]
LONGEST_NAME = 200
"""Characters of a name; ``_mirror``, repeats and what the trainer puts behind it still fit into
the 255 bytes of a file's name."""
Choice = TypeVar("Choice", bound=str)


class FieldError(Exception):
    """A value of crops.toml has the wrong type, is missing, or is an unsafe name.

    `path` leads to it from the top of the file, e.g. ``("crops", 3, "rect", "width")``.
    """

    def __init__(self, path: Path, message: str, fix: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message
        self.fix = fix


def dotted(path: Path) -> str:
    """``("crops", 3, "rect", "width")`` as ``crops[3].rect.width`` (index 0-based)."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            shown = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"'
            out += f".{shown}" if out else shown
    return out


def kind_of(value: object) -> str:
    """The TOML word for a value's type."""
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    for kind, name in names.items():
        if type(value) is kind:
            return name
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, list) else "a date or time"


class Table:
    """One TOML table. Each read marks its key as known; `unknown` lists the keys left over."""

    def __init__(self, data: Mapping[str, Any], path: Path = ()) -> None:
        self.data = data
        self.path = path
        self.known: set[str] = set()

    def unknown(self) -> list[str]:
        return [dotted((*self.path, key)) for key in self.data if key not in self.known]

    def has(self, key: str) -> bool:
        return key in self.data

    def fail(self, key: Key | None, message: str, fix: str) -> FieldError:
        return FieldError(self.path if key is None else (*self.path, key), message, fix)

    def missing(self, key: str, fix: str) -> FieldError:
        """The error of a required key that is not there; a misspelt one is named instead."""
        import difflib

        near = difflib.get_close_matches(key, self.data, 1, 0.75)
        if near:
            fix = f"It says {near[0]}: write {key} instead."
        return self.fail(key, "is missing and required.", fix)

    def _get(self, key: str, kind: type | tuple[type, ...], wanted: str, example: str) -> Any:
        self.known.add(key)
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fail(
                key, f"must be {wanted}, but is {kind_of(value)}.", f"Write {key} = {example}."
            )
        return value

    def text(self, key: str, default: str = "") -> str:
        value: str | None = self._get(key, str, "text in quotes", '"..."')
        return default if value is None else value

    def required_text(self, key: str, example: str) -> str:
        if key not in self.data:
            raise self.missing(key, f'Add {key} = "{example}".')
        return self.text(key)

    def name(self, key: str, value: str, pattern: str, rule: str) -> str:
        """`value` where it matches `pattern` whole; it becomes a file or folder name."""
        if len(value) > LONGEST_NAME:
            raise self.fail(
                key,
                f"{quoted(value[:40])}... is {len(value)} characters long; files are named after "
                f"it, and no file system takes more than {LONGEST_NAME} with what is added.",
                f'Write for example "{suggest_name(value[:20], pattern)}".',
            )
        if not re.fullmatch(pattern, value):
            raise self.fail(
                key,
                f"{quoted(value)} can't be a name here: {rule}.",
                f'Write for example "{suggest_name(value, pattern)}".',
            )
        return value

    def choice(self, key: str, choices: Sequence[Choice], default: Choice) -> Choice:
        value = self.text(key, default)
        for choice in choices:
            if value == choice:
                return choice
        import difflib

        near = difflib.get_close_matches(value.lower(), choices, 1)
        fix = f'Write "{near[0]}".' if near else f"Write one of {quoted_list(choices)}."
        raise self.fail(key, f"{quoted(value)} is not one of {quoted_list(choices)}.", fix)

    def integer(
        self, key: str, default: int, *, low: int | None = None, high: int | None = None
    ) -> int:
        value: int | None = self._get(key, int, "a whole number", str(default))
        if value is None:
            return default
        if low is not None and value < low:
            raise self.fail(
                key, f"must be at least {low}, but is {value}.", f"Write {key} = {default}."
            )
        if high is not None and value > high:
            raise self.fail(
                key, f"must be at most {high}, but is {value}.", f"Write {key} = {default}."
            )
        return value

    def number(self, key: str, default: float, *, low: float = 0.0, high: float = 1e6) -> float:
        value = self._get(key, (int, float), "a number", str(default))
        if value is None:
            return default
        if not low <= value <= high:  # also refuses nan
            raise self.fail(
                key, f"must lie between {low:g} and {high:g}, but is {value}.",
                f"Write {key} = {default}.",
            )  # fmt: skip
        return float(value)

    def flag(self, key: str) -> bool | None:
        value: bool | None = self._get(key, bool, "true or false", "true")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        value: list[Any] | None = self._get(key, list, "a list of texts", '["...", "..."]')
        if value is None:
            return None
        for index, entry in enumerate(value):
            if not isinstance(entry, str):
                raise FieldError(
                    (*self.path, key, index),
                    f"must be text in quotes, but is {kind_of(entry)}.",
                    f'Write {key} = ["...", "..."].',
                )
        return tuple(value)

    def table(self, key: str, example: str) -> Table | None:
        value = self._get(key, Mapping, "a table", example)
        return None if value is None else Table(value, (*self.path, key))

    def tables(self, key: str, example: str) -> list[Table]:
        self.known.add(key)
        value = self.data.get(key)
        if value is not None and not isinstance(value, list):
            raise self.fail(
                key, f"must be a list of tables, but is {kind_of(value)}.", f"Write {example}."
            )
        for index, entry in enumerate(value or ()):
            if not isinstance(entry, Mapping):
                raise FieldError(
                    (*self.path, key, index),
                    f"must be a table, but is {kind_of(entry)}.",
                    f"Write {example}.",
                )
        return [Table(entry, (*self.path, key, i)) for i, entry in enumerate(value or ())]


def quoted(text: str) -> str:
    """`text` in quotes, control characters shown as escapes, cut at 60 characters."""
    shown = printable(text)
    return '"' + (shown if len(shown) <= 60 else shown[:57] + "...") + '"'


def quoted_list(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def printable(text: str) -> str:
    """`text` without anything that a terminal could take as a command: controls as ``\\xNN``.

    Covers C0, DEL, C1, line separators and the directional overrides (categories Cc, Cf, Zl, Zp,
    Cs), so that a name from a file can be put on the screen as it is.
    """
    if text.isprintable():
        return text
    bad = {"Cc", "Cf", "Zl", "Zp", "Cs"}
    return "".join(
        c.encode("unicode_escape").decode("ascii") if unicodedata.category(c) in bad else c
        for c in text
    )


def suggest_name(value: str, pattern: str) -> str:
    """A name near `value` that matches `pattern`, for an error's advice."""
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode("ascii")
    while plain.endswith("_mirror"):
        plain = plain.removesuffix("_mirror") + "_flipped"
    for joint in ("_", "-"):
        for text in (plain, plain.lower()):
            guess = re.sub(r"[^A-Za-z0-9_-]+", joint, text)
            guess = guess.replace("-" if joint == "_" else "_", joint).strip(joint)
            if re.fullmatch(pattern, guess):
                return guess
    return "spyke"
