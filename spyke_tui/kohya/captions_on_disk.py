"""Captions in the training folder: those that somebody else changed are found, and written over if
asked; ours follow what is decided in the app."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import UsageError
from spyke_tui.kohya.import_captions import read_caption
from spyke_tui.kohya.plan import Planned, caption_bytes, plan_training
from spyke_tui.kohya.sheets import duplicate_ids
from spyke_tui.kohya.trainer import CAPTION_SUFFIX
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


_Found = tuple[Planned, ChangedCaption]


class CaptionWatch:
    """Looks at the caption files again and again; from any thread, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._project: Project | None = None
        self._manifest: Manifest | None = None
        self._manifest_seen: tuple[object, ...] = ()
        self._known: dict[Path, tuple[Stamp, ChangedCaption | None]] = {}
        self._seen: tuple[object, ...] = ()
        self._found: list[_Found] = []

    def look(self, project: Project) -> tuple[ChangedCaption, ...]:
        """The captions that say something else than crops.toml and were not left so by us.

        Where nothing changed since the last look this costs one listing of the folder.
        """
        layout = Layout.of(project.dataset, self._folder)
        paths = (Manifest.path_in(layout.root), Manifest.journal_in(layout.root))
        seen = (layout.train, *map(Stamp.of, paths), _stamps(layout.train))
        if project is not self._project or seen != self._seen:
            manifest = self._read_manifest(layout.root)
            found = self._among(plan_training(project, layout), manifest)
            self._found = self._confirmed(found, layout.root)
            self._project, self._seen = project, seen
        return tuple(changed for _, changed in self._found)

    def _among(self, plans: Iterable[Planned], manifest: Manifest) -> list[_Found]:
        looked = ((planned, self._changed(planned, manifest)) for planned in plans)
        return [(planned, changed) for planned, changed in looked if changed is not None]

    def _confirmed(self, found: list[_Found], root: Path) -> list[_Found]:
        """Those that are still so by what was noted until now: a build or a save of ours notes a
        file before it is written, and both may have happened since the notes were read."""
        known = {changed for _, changed in self._found}
        if all(changed in known for _, changed in found):
            return found
        self._manifest = None
        manifest = self._read_manifest(root)
        return self._among([planned for planned, _ in found], manifest)

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


def _stamps(train: Path) -> frozenset[tuple[object, ...]]:
    """What the caption files look like; links are followed, as the trainer follows them."""
    out = []
    try:
        with os.scandir(train) as entries:
            for entry in entries:
                if entry.name.endswith(CAPTION_SUFFIX):
                    try:
                        status = entry.stat()
                    except OSError:
                        continue
                    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
                    out.append((entry.name, *stamp))
    except OSError:
        pass
    return frozenset(out)


def write_captions(project: Project, folder: Path, names: Collection[str]) -> list[str]:
    """Write the caption files of these names over what is there; pictures are left alone.

    Returns the names written. Raises `WriteError`, `UsageError`, `ProjectLockedError`.
    """
    return _write(project, folder, lambda planned, _: planned.caption_file.name in names)


def follow_captions(project: Project, folder: Path) -> list[str]:
    """Write the captions that changed since the last build into the files that are as we left
    them; what somebody else changed or deleted stays so, and pictures wait for a build.

    Returns the names written. Raises `WriteError`, `ProjectLockedError`.
    """
    layout = Layout.of(project.dataset, folder)
    unclear = duplicate_ids(project)

    def is_behind(planned: Planned, manifest: Manifest) -> bool:
        return planned.crop.id not in unclear and _is_behind(planned, manifest)

    manifest = Manifest.read(layout.root)
    if not any(is_behind(planned, manifest) for planned in plan_training(project, layout)):
        return []
    try:
        return _write(project, folder, is_behind)
    except UsageError:
        return []  # built from another crops.toml: a build says so


def _is_behind(planned: Planned, manifest: Manifest) -> bool:
    """Whether the file is ours and says what the crop said before."""
    path = planned.caption_file
    entry = manifest.files.get(manifest.name_of(path))
    if entry is None or entry.sha256 == sha256_of_bytes(caption_bytes(planned.caption)):
        return False
    return manifest.state_of(path) == "ours"


def _write(
    project: Project, folder: Path, wanted: Callable[[Planned, Manifest], bool]
) -> list[str]:
    layout = Layout.of(project.dataset, folder)
    written: list[str] = []
    with exclusive(layout.own / "lock", "spyke-tui"):
        manifest = Manifest.read(layout.root)
        _require_own(manifest, folder, layout)
        try:
            for planned in plan_training(project, layout):
                path = planned.caption_file
                if not os.path.lexists(path) or not wanted(planned, manifest):
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
