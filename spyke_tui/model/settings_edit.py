"""[reg] and [topup] as they are written: what is given there, and what follows from a change.

Only given keys stand in the file; the rest are defaults, or for [topup] come from [reg]. So a
change goes through the written values, and both tables are read anew from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from spyke_tui.model.generation import KINDS, Kind
from spyke_tui.model.project import Generation, Project
from spyke_tui.model.reading import GENERATION_KEYS, read_generations
from spyke_tui.model.table import Table

Value = str | int | float | tuple[str, ...]
"""A value as crops.toml has it; a tuple stands for a list."""

REROLLS = "rerolls."
"""Before an image's number: one reroll is a key of its own, so that undo is of one image."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One key of [reg] or [topup]; None where it is not written. ``rerolls.17`` is one image's."""

    kind: Kind
    key: str
    before: Value | None
    after: Value | None


def settings_of(project: Project, kind: Kind) -> Generation:
    return project.reg if kind == "reg" else project.topup


def value_of(settings: Generation, key: str) -> Value:
    """What holds for a key, given or not, as it would be written."""
    if key == "server":
        servers = settings.servers
        return servers[0] if len(servers) == 1 else servers
    found: Value = getattr(settings, key)
    return found


def written(settings: Generation) -> dict[str, Value]:
    """What stands in the table, by key."""
    out = {key: value_of(settings, key) for key in GENERATION_KEYS if key in settings.given}
    rerolls = sorted(settings.rerolls.items())
    return out | {f"{REROLLS}{index}": count for index, count in rerolls}


def with_settings(project: Project, kind: Kind, values: Mapping[str, Value | None]) -> Project:
    """`project` with these keys written, or no longer (None). Raises `FieldError`."""
    tables = {one: written(settings_of(project, one)) for one in KINDS}
    for key, value in values.items():
        if value is None:
            tables[kind].pop(key, None)
        else:
            tables[kind][key] = value
    reg, topup = (Table(_nested(tables[one]), (one,)) for one in KINDS)
    read = read_generations(reg, topup, project.dataset.size, [])
    return replace(project, reg=read[0], topup=read[1])


def with_reroll(project: Project, kind: Kind, index: int) -> Project:
    """`project` with image `index` rejected once more."""
    count = settings_of(project, kind).rerolls.get(index, 0) + 1
    return with_settings(project, kind, {f"{REROLLS}{index}": count})


def changes_between(before: Project, after: Project) -> tuple[SettingChange, ...]:
    """The written keys in which two projects differ."""
    found: list[SettingChange] = []
    for kind in KINDS:
        one, other = settings_of(before, kind), settings_of(after, kind)
        if one is other:
            continue
        old, new = written(one), written(other)
        found += [
            SettingChange(kind, key, old.get(key), new.get(key))
            for key in {**old, **new}
            if old.get(key) != new.get(key) or type(old.get(key)) is not type(new.get(key))
        ]
    return tuple(found)


def _nested(flat: Mapping[str, Value]) -> dict[str, object]:
    """As the parsed file has it."""
    out: dict[str, object] = {}
    rerolls: dict[str, Value] = {}
    for key, value in flat.items():
        if key.startswith(REROLLS):
            rerolls[key.removeprefix(REROLLS)] = value
        else:
            out[key] = list(value) if isinstance(value, tuple) else value
    return out | ({"rerolls": rerolls} if rerolls else {})
