"""The values of a sheet's, a crop's or a settings table, brought in one by one."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

import tomlkit
import tomlkit.items

from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop, Sheet
from spyke_tui.model.settings_edit import SettingChange

CROP_FIELDS = (
    "id", "sheet", "rect", "status", "framing", "view", "pose", "action", "expression",
    "background", "tags", "details", "mirror", "mirror_caption", "erase", "caption",
)  # fmt: skip
SHEET_FIELDS = ("file", "size", "use", "annotated", "note")
Writable = MutableMapping[str, Any]


def _rect_text(rect: Rect) -> str:
    return (
        f"{{ left = {rect.left}, top = {rect.top}, width = {rect.width}, height = {rect.height} }}"
    )


def _parsed(value: str) -> Any:
    """A TOML value written just so."""
    return tomlkit.parse(f"value = {value}\n")["value"]


def _update_rect(table: Writable, key: str, value: Rect) -> None:
    present = table.get(key)
    if not isinstance(present, MutableMapping):
        table[key] = _parsed(_rect_text(value))
        return
    for name in ("left", "top", "width", "height"):
        number = getattr(value, name)
        if present.get(name) != number:
            _replace(present, name, number)


def _replace(table: Writable, key: str, value: Any) -> None:
    """Set a value so that a comment and the spaces behind the old one stay."""
    item = tomlkit.item(value)
    before = table.get(key)
    if isinstance(before, tomlkit.items.Item) and not isinstance(
        before, (tomlkit.items.Table, tomlkit.items.AoT)
    ):
        item.trivia.indent = before.trivia.indent
        item.trivia.comment_ws = before.trivia.comment_ws
        item.trivia.comment = before.trivia.comment
        item.trivia.trail = before.trivia.trail
    table[key] = item


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    if value and isinstance(value[0], Rect):
        return _parsed("[" + ", ".join(_rect_text(rect) for rect in value) + "]")
    return list(value)


def update_fields(table: Writable, old: Crop | Sheet | None, new: Crop | Sheet) -> None:
    """Bring into `table` the fields in which `new` differs from `old` (None: from defaults)."""
    fields = CROP_FIELDS if isinstance(new, Crop) else SHEET_FIELDS
    for name in fields:
        value = getattr(new, name)
        before = getattr(old, name) if old is not None else _default(type(new), name)
        if value == before and not (old is None and before is _REQUIRED):
            continue
        if value is None:
            table.pop(name, None)
        elif isinstance(value, Rect):
            _update_rect(table, name, value)
        elif name == "size":
            _replace(table, name, [value.width, value.height])
        else:
            _replace(table, name, _plain(value))


def update_settings(table: Writable, changes: Iterable[SettingChange]) -> None:
    """Bring changed keys into one of the settings tables."""
    inner: dict[str, dict[str, Any]] = {}
    for change in changes:
        outer, _, key = change.key.partition(".")
        if key:
            inner.setdefault(outer, {})[key] = change.after
        elif change.after is None:
            table.pop(change.key, None)
        else:
            _replace(table, change.key, _plain(change.after))
    for outer, values in inner.items():
        _update_inner(table, outer, values)


def _update_inner(table: Writable, outer: str, values: dict[str, Any]) -> None:
    """Keys of a table in the table: rerolls, images, framing."""
    present = table.get(outer)
    given = {key: value for key, value in values.items() if value is not None}
    if not isinstance(present, MutableMapping):
        if given:
            table[outer] = _parsed(f"{{ {', '.join(map(_pair, given, given.values()))} }}")
        return
    for key, value in values.items():
        if value is None:
            present.pop(key, None)
        else:
            _replace(present, key, value)
    if not present:
        del table[outer]


def _pair(key: str, value: Any) -> str:
    return f"{tomlkit.key(key).as_string()} = {tomlkit.item(value).as_string()}"


_REQUIRED = object()


def _default(kind: type, name: str) -> Any:
    from dataclasses import MISSING, fields

    field = next(f for f in fields(kind) if f.name == name)
    return _REQUIRED if field.default is MISSING else field.default
