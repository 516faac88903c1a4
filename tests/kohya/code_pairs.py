"""Pairs of projects for each code of `check`: the smallest one that deserves it, and the nearest
that does not.

A pair is one function that is run twice on the same little set, and its argument `spoilt` (0 or
1) is the single difference: a pixel, a letter, a byte, a picture. Both projects lie on disk whole,
with a crops.toml that is read again. ``python -m tests.kohya`` lists them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from little_project import toml
from training_set import TrainingSet, crop, project

from spyke_tui.kohya.check import check_project
from spyke_tui.model.findings import Finding, Severity
from spyke_tui.model.geometry import Size
from spyke_tui.model.project import Generation, Project, Sheet
from spyke_tui.store.crops_file import CropsFile


class PairSet(TrainingSet):
    """The good set, in a folder of its own; `write` puts its crops.toml there."""

    def __init__(self, folder: Path, p: Project | None = None) -> None:
        super().__init__(folder, p)
        self.retyped: tuple[str, str] = ("", "")
        """A piece of crops.toml and what is typed in its place."""

    def add(self, crop_id: str, **values: Any) -> None:
        """One crop more: a draft, which counts for nothing and is not built."""
        more = crop(crop_id, **{"status": "draft", **values})
        self.p = self.p.with_crops((*self.p.crops, more))

    def add_sheet(self, key: str, **values: Any) -> None:
        sheet = Sheet(
            key, **{"file": self.p.sheets["front"].file, "size": Size(1300, 1300), **values}
        )
        self.p = self.p.with_sheet(sheet)

    def any_shares(self) -> None:
        """Targets that the shares of framing, action and details always meet."""
        self.targets(tolerance=1.0, details_shown=0.0)

    def caption(self, crop_id: str, text: str) -> None:
        """A caption of its own in crops.toml, and built."""
        self.change(crop_id, caption=text)
        self.build()

    def ours(self, path: Path, data: bytes) -> None:
        """As if we had written `data` there: not edited, whatever else is wrong with it."""
        entry = self.manifest.files.get(self.manifest.name_of(path))
        self.write_ours(path, data, entry.crop if entry else "", entry.key if entry else "")
        self.manifest.write()

    def reg_settings(self, **values: Any) -> None:
        self.p = replace(self.p, reg=replace(self.p.reg, **values))

    def write(self) -> Path:
        """crops.toml, which says just what `p` says."""
        text = crops_toml(self.p)
        assert self.retyped[0] in text, self.retyped
        path = self.folder / "crops.toml"
        path.write_text(text.replace(*self.retyped, 1) if self.retyped[0] else text, "utf-8")
        return path


def crops_toml(p: Project) -> str:
    """A crops.toml with every key but those that follow from others."""
    tables = {"dataset": _plain(p.dataset), "targets": _plain(p.targets), "reg": _reg(p.reg)}
    tables |= {f"sheets.{key}": _sheet(sheet) for key, sheet in p.sheets.items()}
    lines = []
    for name, table in tables.items():
        lines += [f"[{name}]", *_rows(table)]
    for one in p.crops:
        lines += ["[[crops]]", *_rows(_plain(one))]
    return "\n".join(lines) + "\n"


def _rows(table: dict[str, Any]) -> list[str]:
    return [f"{key} = {toml(value)}" for key, value in table.items()]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        pairs = (
            (field.name.rstrip("_"), getattr(value, field.name))
            for field in fields(value)
            if field.name != "given"
        )
        return {key: _plain(entry) for key, entry in pairs if entry is not None}
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, tuple) else value


def _sheet(sheet: Sheet) -> dict[str, Any]:
    size = {} if sheet.size is None else {"size": [sheet.size.width, sheet.size.height]}
    return {"file": sheet.file, "use": sheet.use, "annotated": sheet.annotated, **size}


def _reg(reg: Generation) -> dict[str, Any]:
    return {
        key: getattr(reg, key) for key in ("checkpoint", "count", "prompt", "negative", "workflow")
    }


@dataclass(frozen=True)
class Pair:
    """`build` makes either half, `difference` says in words what `spoilt` changes.

    `along`: other codes that the spoilt one can't be without; `beside`: those of the near one.
    """

    code: str
    severity: Severity
    difference: str
    build: Callable[[PairSet, int], None]
    along: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    start: Callable[[], Project] = project

    @property
    def name(self) -> str:
        return f"{self.code}-{self.build.__name__}"

    def make(self, folder: Path, *, spoilt: bool) -> PairSet:
        folder.mkdir()
        it = PairSet(folder, self.start())
        self.build(it, int(spoilt))
        it.write()
        return it


PAIRS: list[Pair] = []

Build = Callable[[PairSet, int], None]


def pair(
    code: str,
    severity: Severity,
    difference: str,
    *,
    along: frozenset[str] | set[str] = frozenset(),
    beside: frozenset[str] | set[str] = frozenset(),
    start: Callable[[], Project] = project,
) -> Callable[[Build], Build]:
    def enter(build: Build) -> Build:
        PAIRS.append(
            Pair(code, severity, difference, build, frozenset(along), frozenset(beside), start)
        )
        return build

    return enter


def findings_in(folder: Path) -> tuple[Finding, ...]:
    """What `check` says of the project in `folder`, as a user has it: read from the disk."""
    file = CropsFile.read(folder)
    return check_project(file.project, file.folder).findings


def all_pairs() -> list[Pair]:
    """The pairs of all files, in the order of their codes."""
    import pairs_captions
    import pairs_crops
    import pairs_folders
    import pairs_images
    import pairs_set

    assert pairs_captions and pairs_crops and pairs_folders and pairs_images and pairs_set
    return sorted(PAIRS, key=lambda one: (one.code, one.severity))
