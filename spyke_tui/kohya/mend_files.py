"""What mends a finding on the disk. Nothing is deleted: what has to go is moved to aside/."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from spyke_tui.errors import UsageError
from spyke_tui.kohya.build import build_project
from spyke_tui.kohya.caches import remove_caches
from spyke_tui.kohya.captions_on_disk import write_captions
from spyke_tui.kohya.moves import put_aside
from spyke_tui.kohya.plan import plan_training
from spyke_tui.kohya.result import BuildResult
from spyke_tui.kohya.trainer import absolute
from spyke_tui.model.layout import Layout, is_picture
from spyke_tui.model.project import Project
from spyke_tui.store.lock import exclusive
from spyke_tui.store.manifest import Manifest


def path_named(where: str, project: Project, folder: Path) -> Path | None:
    """The file or folder inside the dataset folder that a finding names; None for any other."""
    layout = Layout.of(project.dataset, folder)
    path = absolute(folder / where)
    root = absolute(layout.root)
    kept = {root, *(root / name for name in ("train", "reg", "topup", "aside", ".spyke"))}
    kept |= {absolute(layout.train), absolute(layout.reg)}
    if path in kept or not path.is_relative_to(root) or not os.path.lexists(path):
        return None
    return path


def is_ours(path: Path, project: Project, folder: Path) -> bool:
    """Whether we wrote this file, or the pictures of this folder: then a build clears it up."""
    manifest = Manifest.read(Layout.of(project.dataset, folder).root)
    if path.is_dir():
        return path.name in (manifest.train_folder, manifest.reg_folder)
    return manifest.name_of(path) in manifest.files


def move_aside(project: Project, folder: Path, where: str) -> str:
    """Move a file (a picture with its caption) or a folder to aside/; in words what was done.

    Raises `UsageError` where it does not lie inside the dataset folder, `WriteError`,
    `ProjectLockedError`.
    """
    path = path_named(where, project, folder)
    if path is None:
        raise UsageError(f"{where} is not there, or is not ours to move.")
    paths = [path]
    layout = Layout.of(project.dataset, folder)
    if is_picture(path.name):
        if path.parent in (layout.train_root, layout.reg_root):  # loose ones: all of them
            paths = [one for one in sorted(path.parent.iterdir()) if is_picture(one.name)]
        if not _is_planned(path, project, layout):
            paths += [one.with_suffix(".txt") for one in paths]
    return _aside([one for one in paths if os.path.lexists(one)], layout)


def rebuild(project: Project, folder: Path, crop_id: str) -> str:
    """Put the pictures of a crop aside where somebody changed them, and build them anew."""
    layout = Layout.of(project.dataset, folder)
    images = [p.image for p in plan_training(project, layout) if p.crop.id == crop_id]
    manifest = Manifest.read(layout.root)
    theirs = [one for one in images if manifest.state_of(one) in ("edited", "foreign")]
    words = _aside(theirs, layout) + " " if theirs else ""
    result = build_project(project, folder, only={crop_id})
    if result.failed:
        raise UsageError(words + result.failed[0].message, result.failed[0].fix)
    return f"{words}{crop_id} is built anew."


def write_over(project: Project, folder: Path, crop_id: str) -> str:
    """Write the crop's caption over the file; in words, with what the file said."""
    layout = Layout.of(project.dataset, folder)
    planned = [p for p in plan_training(project, layout) if p.crop.id == crop_id]
    said: list[str] = []
    names: set[str] = set()
    for one in planned:
        try:
            text = one.caption_file.read_bytes().decode("utf-8", "replace").strip()
        except OSError:
            continue
        if text != one.caption:
            names.add(one.caption_file.name)
            said.append(text.partition("\n")[0][:200])
    written = write_captions(project, folder, names)
    if not written:
        raise UsageError(f"The caption of {crop_id} is as it should be.")
    before = "; ".join(text for text in said if text)
    return f"{', '.join(written)} is written again. It said: {before or '(nothing)'}"


def _is_planned(path: Path, project: Project, layout: Layout) -> bool:
    """Whether a caption beside this picture belongs to another picture that is wanted."""
    return any(planned.stem == path.stem for planned in plan_training(project, layout))


def _aside(paths: Iterable[Path], layout: Layout) -> str:
    result = BuildResult()
    with exclusive(layout.own / "lock", "spyke-tui"):
        manifest = Manifest.read(layout.root)
        try:
            for path in paths:
                put_aside(manifest, path, result, "moved by you")
                remove_caches(path.parent, {path.stem})
        finally:
            manifest.write()
    moved = [kept.file for kept in result.kept]
    more = f" and {len(moved) - 2} more" if len(moved) > 2 else ""
    return f"{' and '.join(moved[:2])}{more} lie{'s' * (len(moved) == 1)} there now."
