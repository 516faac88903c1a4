"""Captions in the training folder that somebody else changed: found, and written over if asked."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import UsageError
from spyke_tui.kohya.import_captions import read_caption
from spyke_tui.kohya.plan import Planned, caption_bytes, plan_training
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.crops_file import FILE_NAME
from spyke_tui.store.dataset_folder import project_place
from spyke_tui.store.files import Stamp, sha256_of_bytes, write_whole
from spyke_tui.store.lock import exclusive
from spyke_tui.store.manifest import Entry, Manifest


@dataclass(frozen=True, slots=True)
class ChangedCaption:
    """A caption file that is not as we left it. `mirror`: it is the flipped twin's."""

    crop_id: str
    mirror: bool
    name: str
    text: str
    written_by_us: bool
    remarks: tuple[str, ...] = ()


class CaptionWatch:
    """Looks at the caption files again and again; from any thread, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manifest: Manifest | None = None
        self._manifest_seen: tuple[object, ...] = ()
        self._known: dict[Path, tuple[Stamp, ChangedCaption | None]] = {}

    def look(self, project: Project) -> tuple[ChangedCaption, ...]:
        """The captions that say something else than crops.toml and were not left so by us."""
        layout = Layout.of(project.dataset, self._folder)
        manifest = self._read_manifest(layout.root)
        found = (self._changed(p, manifest) for p in plan_training(project, layout))
        return tuple(changed for changed in found if changed is not None)

    def _read_manifest(self, root: Path) -> Manifest:
        paths = (Manifest.path_in(root), Manifest.journal_in(root))
        seen = (root, *map(Stamp.of, paths))
        if self._manifest is None or seen != self._manifest_seen:
            self._manifest, self._manifest_seen = Manifest.read(root), seen
            self._known = {}
        return self._manifest

    def _changed(self, planned: Planned, manifest: Manifest) -> ChangedCaption | None:
        path = planned.caption_file
        stamp = Stamp.of(path)
        if stamp is None:
            return None
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            known = (stamp, self._read(planned, manifest))
            self._known[path] = known
        changed = known[1]
        if changed is None or (changed.text == planned.caption and not changed.remarks):
            return None
        return changed

    def _read(self, planned: Planned, manifest: Manifest) -> ChangedCaption | None:
        path = planned.caption_file
        state = manifest.state_of(path)
        if state not in ("edited", "foreign"):
            return None
        try:
            found = read_caption(path)
        except OSError:
            return None
        return ChangedCaption(
            planned.crop.id, planned.mirror, path.name, found.text, state == "edited", found.remarks
        )


def write_captions(project: Project, folder: Path, names: Collection[str]) -> list[str]:
    """Write the caption files of these names over what is there; pictures are left alone.

    Returns the names written. Raises `WriteError`, `UsageError`, `ProjectLockedError`.
    """
    layout = Layout.of(project.dataset, folder)
    written: list[str] = []
    with exclusive(layout.own / "lock", "spyke-tui"):
        manifest = Manifest.read(layout.root)
        _require_own(manifest, folder, layout)
        try:
            for planned in plan_training(project, layout):
                path = planned.caption_file
                if path.name not in names or not os.path.lexists(path):
                    continue
                data = caption_bytes(planned.caption)
                digest = sha256_of_bytes(data)
                manifest.announce(path, planned.crop.id, "", digest)
                stamp = write_whole(path, data)
                manifest.files[manifest.name_of(path)] = Entry(planned.crop.id, "", digest, stamp)
                written.append(path.name)
        finally:
            manifest.write()
    return written


def _require_own(manifest: Manifest, folder: Path, layout: Layout) -> None:
    place = project_place((folder / FILE_NAME).absolute(), layout.root)
    if manifest.project and manifest.project != place:
        raise UsageError(
            f"{layout.root.name} is built from another crops.toml.",
            "Give this project another character or another [dataset].root.",
        )
