"""Following a rename: our files move with the character, folder or crop they belong to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.kohya.caches import remove_caches
from spyke_tui.kohya.plan import SUFFIXES, Planned, image_key, key_parts
from spyke_tui.kohya.result import BuildResult, Kept
from spyke_tui.model.generation import KINDS, Kind
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.dataset_folder import former_root, project_place
from spyke_tui.store.files import free_name
from spyke_tui.store.lock import exclusive
from spyke_tui.store.manifest import Entry, Manifest
from spyke_tui.store.run_files import RunFiles


def follow_character(layout: Layout, place: str, result: BuildResult) -> None:
    """Bring this project's dataset folder along, where it lies under the former character's name.

    `place` is that of crops.toml, as `project_place` has it.
    """
    former = former_root(layout.root, place)
    if former is None:
        return
    _require_no_run(former, KINDS)
    with exclusive(former / ".spyke" / "lock", "spyke-tui build"):
        try:
            if not os.path.lexists(layout.root):
                former.rename(layout.root)
                return
            # A dry run or a hand-over made the new folder already.
            with exclusive(layout.own / "lock", "spyke-tui build"):
                _merge_roots(former, layout.root, result)
        except OSError as error:
            raise WriteError(
                f"{former} could not be moved to {layout.root}: {error.strerror or error}.",
                "Move it by hand, then build again.",
            ) from error


def follow_renames(file: CropsFile) -> None:
    """Bring the dataset folder along before anything new is written to it, as a build does.

    Raises `WriteError`, `ProjectLockedError`.
    """
    layout = Layout.of(file.project.dataset, file.folder)
    place = project_place(file.path.absolute(), layout.root)
    follow_character(layout, place, BuildResult())


def _merge_roots(old: Path, new: Path, result: BuildResult) -> None:
    """Move all of `old` into `new`; the manifest last, so that a kill leaves a way to go on."""
    former, manifest = Manifest.read(old), Manifest.read(new)
    own = Manifest.path_in(old).parent
    for entry in sorted(os.scandir(old), key=lambda e: e.name):
        if Path(entry.path) != own:
            _merge(manifest, Path(entry.path), new / entry.name, result)
    _merge_runs(own / "runs", new)
    former.root = new
    for name, item in manifest.files.items():
        former.files.setdefault(name, item)
    former.write()
    for entry in list(os.scandir(own)):
        Path(entry.path).unlink()
    own.rmdir()
    old.rmdir()


def _require_no_run(root: Path, kinds: Iterable[Kind]) -> None:
    """Raises `ProjectLockedError` while images are generated into `root`: they would miss it."""
    layout = Layout(root, root / "train", root / "reg")
    for kind in kinds:
        if RunFiles(layout, kind).is_alive():
            raise ProjectLockedError(
                f"Images are being generated into {root} just now.",
                f"Wait until they are there, or end it with spyke-tui {kind} --stop (in the app: "
                "the Regularization pane). Then try again.",
            )


def _merge_runs(old: Path, new: Path) -> None:
    """What the former folder knows of its runs; two journals can't be made one."""
    if not old.is_dir():
        return
    target = new / ".spyke" / "runs"
    if os.path.lexists(target):
        target = free_name(new / "aside" / "runs")
    target.parent.mkdir(parents=True, exist_ok=True)
    old.rename(target)


def _merge(manifest: Manifest, old: Path, new: Path, result: BuildResult) -> None:
    if not os.path.lexists(new):
        old.rename(new)
    elif old.is_dir() and new.is_dir() and not (old.is_symlink() or new.is_symlink()):
        for entry in list(os.scandir(old)):
            _merge(manifest, Path(entry.path), new / entry.name, result)
        old.rmdir()
    else:
        put_aside(manifest, old, result, "its place was taken")


def follow_folders(manifest: Manifest, layout: Layout, result: BuildResult) -> None:
    """Move train/ and reg/ subfolders that were ours under another repeats, trigger or class."""
    for kind, known, wanted in (
        ("train", manifest.train_folder, layout.train),
        ("reg", manifest.reg_folder, layout.reg),
    ):
        if known and known != wanted.name:
            old = manifest.root / kind / known
            if old.is_dir():
                if kind == "reg":
                    _require_no_run(manifest.root, ("reg",))
                _move_folder(manifest, old, wanted, result)
            # Also where a killed build, or the user, had moved it already.
            _rename_entries(manifest, f"{kind}/{known}/", f"{kind}/{wanted.name}/")
    manifest.train_folder, manifest.reg_folder = layout.train.name, layout.reg.name


def _move_folder(manifest: Manifest, old: Path, new: Path, result: BuildResult) -> None:
    try:
        # The same folder: a file system that does not tell capitals from small letters.
        if not new.exists() or new.samefile(old):
            old.rename(new)
            return
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


def _rename_entries(manifest: Manifest, old: str, new: str) -> None:
    for name in [name for name in manifest.files if name.startswith(old)]:
        manifest.files.setdefault(new + name.removeprefix(old), manifest.files[name])
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
            orphans.setdefault(key_parts(entry.key)[1], []).append(name)
    for planned in plan if orphans else ():
        digest = digests.get(planned.crop.sheet, "")
        names = orphans.get(key_parts(image_key(planned, project, digest))[1], [])
        if manifest.name_of(planned.image) in manifest.files:
            continue
        for name in names:
            # Without the sheet at hand its digest is unknown: the rectangle has to do.
            same_sheet = not digest or key_parts(manifest.files[name].key)[0] == digest
            # Both there: somebody made a picture of that name. Neither of the old name: a
            # killed build had moved it already.
            both = (manifest.root / name).exists() and os.path.lexists(planned.image)
            if same_sheet and not both:
                names.remove(name)
                _rename_crop(manifest, name, planned)
                break


def _rename_crop(manifest: Manifest, name: str, planned: Planned) -> None:
    old = manifest.root / name
    remove_caches(old.parent, {old.stem})
    for suffix in SUFFIXES:
        source, target = old.with_suffix(suffix), planned.image.with_suffix(suffix)
        entry = manifest.files.get(manifest.name_of(source))
        with contextlib.suppress(OSError):
            if source.exists():
                if os.path.lexists(target):
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                source.rename(target)
            manifest.files.pop(manifest.name_of(source), None)
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
    name = os.path.relpath(path, manifest.root)
    manifest.files.pop(name, None)
    result.kept.append(Kept(manifest.name_of(target), f"{why}; it was {name}"))
