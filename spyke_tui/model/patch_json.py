"""Steps as plain JSON values and back."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.history import Step
from spyke_tui.model.patch import Hunk, Patch, SheetChange
from spyke_tui.model.project import Crop, Sheet
from spyke_tui.model.reading import read_project
from spyke_tui.model.settings_edit import SettingChange, Value, is_setting


def step_as_json(step: Step) -> dict[str, Any]:
    return {
        "label": step.label,
        "crops": [
            [hunk.at, hunk.above, _listed(hunk.before), _listed(hunk.after), list(hunk.doubled)]
            for hunk in step.patch.hunks
        ],
        "sheets": [
            [one.key, one.above, _values(one.before), _values(one.after)]
            for one in step.patch.sheets
        ],
        "settings": [
            [one.kind, one.key, _plain(one.before), _plain(one.after)]
            for one in step.patch.settings
        ],
    }


def step_from_json(value: Any) -> Step:
    """Raises ValueError, TypeError, KeyError, LookupError or a `FieldError` for anything else."""
    hunks = tuple(
        Hunk(int(at), str(above), _crops(before), _crops(after), tuple(map(str, doubled)))
        for at, above, before, after, doubled in value["crops"]
    )
    sheets = tuple(
        SheetChange(str(key), str(above), _sheet(key, before), _sheet(key, after))
        for key, above, before, after in value["sheets"]
    )
    settings = tuple(_setting(*one) for one in value.get("settings", ()))
    return Step(str(value["label"]), Patch(hunks, sheets, settings))


def _setting(kind: Any, key: Any, before: Any, after: Any) -> SettingChange:
    if not is_setting(kind, str(key)):
        raise ValueError(key)
    return SettingChange(kind, key, _value(before), _value(after))


def _value(value: Any) -> Value | None:
    if isinstance(value, list):
        return tuple(map(str, value))
    if value is not None and type(value) not in (str, int, float):
        raise TypeError(value)
    found: Value | None = value
    return found


def _listed(crops: tuple[Crop, ...]) -> list[dict[str, Any]]:
    return [_values(crop) or {} for crop in crops]


def _values(item: Crop | Sheet | None) -> dict[str, Any] | None:
    """The fields that differ from their defaults, as crops.toml would have them."""
    if item is None:
        return None
    found: dict[str, Any] = {}
    for field in fields(item):
        value = getattr(item, field.name)
        if field.default is MISSING or value != field.default:
            found[field.name] = _plain(value)
    found.pop("key", None)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Rect):
        return {
            "left": value.left, "top": value.top, "width": value.width, "height": value.height,
        }  # fmt: skip
    if isinstance(value, Size):
        return [value.width, value.height]
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _project(tables: dict[str, Any]) -> Any:
    return read_project({"dataset": {"character": "x", "trigger": "x"}, **tables})


def _crops(values: list[dict[str, Any]]) -> tuple[Crop, ...]:
    return tuple(_project({"crops": values}).crops) if values else ()


def _sheet(key: str, values: dict[str, Any] | None) -> Sheet | None:
    if values is None:
        return None
    found: Sheet = _project({"sheets": {key: values}}).sheets[key]
    return found
