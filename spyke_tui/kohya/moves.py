"""Following a rename: our files move with the character, folder or crop they belong to."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from spyke_tui.errors import WriteError
from spyke_tui.kohya.caches import remove_caches
from spyke_tui.kohya.plan import SUFFIXES, Planned, image_key
from spyke_tui.kohya.result import BuildResult, Kept
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.files import free_name
from spyke_tui.store.manifest import Entry, Manifest


def follow_character(layout: Layout, crops_file: Path) -> None:
    """Rename the dataset folder of this crops.toml's former character, where there is one."""
    if layout.root.exists():
        return
    with contextlib.suppress(OSError):
        for entry in sorted(os.scandir(layout.root.parent), key=lambda e: e.name):
            if not entry.is_dir(follow_symlinks=False) or entry.name.startswith("."):
                continue
            if Manifest.read(Path(entry.path)).project == str(crops_file):
                Path(entry.path).rename(layout.root)
                return


def follow_folders(manifest: Manifest, layout: Layout, result: BuildResult) -> None:
    """Move train/ and reg/ subfolders that were ours under another repeats, trigger or class."""
    for kind, known, wanted in (
        ("train", manifest.train_folder, layout.train),
        ("reg", manifest.reg_folder, layout.reg),
    ):
        old = manifest.root / kind / known
        if known and known != wanted.name and old.is_dir():
            _move_folder(manifest, old, wanted, result)
    manifest.train_folder, manifest.reg_folder = layout.train.name, layout.reg.name


def _move_folder(manifest: Manifest, old: Path, new: Path, result: BuildResult) -> None:
    try:
        if not new.exists():
            old.rename(new)
        else:
            for entry in list(os.scandir(old)):
                target = new / entry.name
                if not os.path.lexists(target):
                    Path(entry.path).rename(target)
                else:
                    put_aside(manifest, Path(entry.path), result, "its place was taken")
            old.rmdir()
    except OSError as error:
        raise WriteError(
            f"{old} could not be moved to {new}: {error.strerror or error}.",
            "Move it by hand, then build again.",
        ) from error
    prefix, moved = f"{manifest.name_of(old)}/", f"{manifest.name_of(new)}/"
    for name in [name for name in manifest.files if name.startswith(prefix)]:
        manifest.files.setdefault(moved + name.removeprefix(prefix), manifest.files[name])
        del manifest.files[name]


def follow_crops(
    project: Project, manifest: Manifest, plan: Iterable[Planned], digests: dict[str, str]
) -> None:
    """Rename the files of crops whose id changed and whose picture is still the same.

    `digests` has the sha256 of the sheets that are there, by sheet key.
    """
    ids = {crop.id for crop in project.crops}
    orphans: dict[str, list[str]] = {}
    for name, entry in manifest.files.items():
        if entry.crop not in ids and name.endswith(".png") and name.startswith("train/"):
            orphans.setdefault(_signature(entry.key), []).append(name)
    for planned in plan if orphans else ():
        digest = digests.get(planned.crop.sheet, "")
        names = orphans.get(_signature(image_key(planned, project, digest)), [])
        if manifest.name_of(planned.image) in manifest.files or planned.image.exists():
            continue
        # Without the sheet at hand its digest is unknown: the rectangle has to do.
        fitting = [n for n in names if not digest or _digest(manifest.files[n].key) == digest]
        if fitting:
            names.remove(fitting[0])
            _rename_crop(manifest, fitting[0], planned)


def _signature(key: str) -> str:
    """A picture's key without the sheet's digest."""
    try:
        return json.dumps(json.loads(key)[1:])
    except (ValueError, TypeError):
        return key


def _digest(key: str) -> str:
    try:
        return str(json.loads(key)[0])
    except (ValueError, TypeError, IndexError):
        return ""


def _rename_crop(manifest: Manifest, name: str, planned: Planned) -> None:
    old = manifest.root / name
    remove_caches(old.parent, {old.stem})
    for suffix in SUFFIXES:
        source, target = old.with_suffix(suffix), planned.image.with_suffix(suffix)
        entry = manifest.files.pop(manifest.name_of(source), None)
        if not source.exists() or os.path.lexists(target):
            continue
        with contextlib.suppress(OSError):
            source.rename(target)
            if entry is not None:
                manifest.files[manifest.name_of(target)] = Entry(
                    planned.crop.id, entry.key, entry.sha256, entry.stamp
                )


def put_aside(manifest: Manifest, path: Path, result: BuildResult, why: str) -> None:
    """Move a file that can't stay to aside/, under a free name, and say so."""
    aside = manifest.root / "aside"
    try:
        aside.mkdir(parents=True, exist_ok=True)
        target = free_name(aside / path.name)
        path.rename(target)
    except OSError as error:
        raise WriteError(
            f"{path} could not be put aside: {error.strerror or error}.",
            f"Move it out of {path.parent} by hand, then build again.",
        ) from error
    manifest.files.pop(manifest.name_of(path), None)
    result.kept.append(Kept(manifest.name_of(target), f"{why}; it was {manifest.name_of(path)}"))
