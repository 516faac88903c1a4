"""The settings tables as they are written: what is given there, and what follows from a change.

They are [dataset], [targets], [reg] and [topup]. Only given keys stand in the file; the rest are
defaults, or for [topup] come from [reg]. So a change goes through the written values, and the
table is read anew from them, with all the reader's rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from spyke_tui.model.generation import KINDS, Kind
from spyke_tui.model.project import Dataset, Generation, Project, Targets
from spyke_tui.model.reading import (
    DATASET_KEYS,
    GENERATION_KEYS,
    TARGET_KEYS,
    read_dataset,
    read_generations,
    read_targets,
)
from spyke_tui.model.table import Table

Section = Literal["dataset", "targets", "reg", "topup"]
SECTIONS: tuple[Section, ...] = ("dataset", "targets", "reg", "topup")

Value = str | int | float | tuple[str, ...]
"""A value as crops.toml has it; a tuple stands for a list."""

REROLLS = "rerolls."
"""Before an image's number: one reroll is a key of its own, so that undo is of one image. The keys
of other inner tables are written so, too: ``images.min``."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One key of a settings table; None where it is not written. ``rerolls.17`` is one image's."""

    kind: Section
    key: str
    before: Value | None
    after: Value | None


def settings_of(project: Project, kind: Kind) -> Generation:
    return project.reg if kind == "reg" else project.topup


def is_setting(section: str, key: str) -> bool:
    """Whether crops.toml may have this key in this table."""
    match section:
        case "dataset":
            return key in DATASET_KEYS
        case "targets":
            return key in TARGET_KEYS
        case "reg" | "topup":
            return key in GENERATION_KEYS or key.startswith(REROLLS)
    return False


def value_of(settings: Generation | Dataset | Targets, key: str) -> Value:
    """What holds for a key, given or not, as it would be written."""
    if isinstance(settings, Generation) and key == "server":
        servers = settings.servers
        return servers[0] if len(servers) == 1 else servers
    outer, _, inner = key.partition(".")
    found = getattr(settings, "class_" if key == "class" else outer)
    if inner:
        found = found.get(inner, 0.0) if isinstance(found, Mapping) else getattr(found, inner)
    value: Value = found
    return value


def written(project: Project, section: Section) -> dict[str, Value]:
    """What stands in the table, by key."""
    if section == "dataset" or section == "targets":
        table = project.dataset if section == "dataset" else project.targets
        keys = DATASET_KEYS if section == "dataset" else TARGET_KEYS
        return {key: value_of(table, key) for key in keys if key in table.given}
    settings = settings_of(project, section)
    out = {key: value_of(settings, key) for key in GENERATION_KEYS if key in settings.given}
    rerolls = sorted(settings.rerolls.items())
    return out | {f"{REROLLS}{index}": count for index, count in rerolls}


def with_settings(
    project: Project, section: Section, values: Mapping[str, Value | None]
) -> Project:
    """`project` with these keys written, or no longer (None). Raises `FieldError`."""
    if section == "targets":
        return replace(project, targets=_changed_targets(project, values))
    if section == "dataset":
        table = Table(_nested(_changed(written(project, "dataset"), values)), ("dataset",))
        project = replace(project, dataset=read_dataset(table, []))
        section, values = "reg", {}  # their sizes follow
    tables = {one: written(project, one) for one in KINDS}
    tables[section] = _changed(tables[section], values)
    reg, topup = (Table(_nested(tables[one]), (one,)) for one in KINDS)
    read = read_generations(reg, topup, project.dataset.size, [])
    return replace(project, reg=read[0], topup=read[1])


def _changed_targets(project: Project, values: Mapping[str, Value | None]) -> Targets:
    """Only what `values` speaks of is read anew: an empty inner table says something, too."""
    table = Table(_nested(_changed(written(project, "targets"), values)), ("targets",))
    read = read_targets(table, [])
    keys = {key.partition(".")[0] for key in values}
    return replace(project.targets, given=read.given, **{key: getattr(read, key) for key in keys})


def _changed(before: Mapping[str, Value], values: Mapping[str, Value | None]) -> dict[str, Value]:
    return {key: value for key, value in {**before, **values}.items() if value is not None}


def with_reroll(project: Project, kind: Kind, index: int) -> Project:
    """`project` with image `index` rejected once more."""
    count = settings_of(project, kind).rerolls.get(index, 0) + 1
    return with_settings(project, kind, {f"{REROLLS}{index}": count})


def changes_between(before: Project, after: Project) -> tuple[SettingChange, ...]:
    """The written keys in which two projects differ."""
    found: list[SettingChange] = []
    for kind in SECTIONS:
        if getattr(before, kind) is getattr(after, kind):
            continue
        old, new = written(before, kind), written(after, kind)
        found += [
            SettingChange(kind, key, old.get(key), new.get(key))
            for key in {**old, **new}
            if old.get(key) != new.get(key) or type(old.get(key)) is not type(new.get(key))
        ]
    return tuple(found)


def _nested(flat: Mapping[str, Value]) -> dict[str, object]:
    """As the parsed file has it."""
    out: dict[str, object] = {}
    for key, value in flat.items():
        outer, _, inner = key.partition(".")
        plain = list(value) if isinstance(value, tuple) else value
        if not inner:
            out[key] = plain
            continue
        table = out.setdefault(outer, {})
        assert isinstance(table, dict)
        table[inner] = plain
    return out
