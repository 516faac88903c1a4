"""From crops.toml to the training folder: pictures and captions, only what changed.

Never over a file that somebody else wrote or changed: those are kept, and said.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from spyke_tui.errors import PictureError, SpykeError, UsageError, WriteError
from spyke_tui.kohya.caches import remove_caches
from spyke_tui.kohya.moves import (
    follow_character,
    follow_crops,
    follow_folders,
    project_place,
    put_aside,
)
from spyke_tui.kohya.plan import Planned, caption_bytes, image_key, key_parts, plan_training
from spyke_tui.kohya.result import BuildResult, Failure, Kept
from spyke_tui.kohya.sheet_queue import SheetJobs, SheetQueue
from spyke_tui.kohya.sheets import (
    Sheets,
    crop_problem,
    duplicate_ids,
    excluded_sheet,
    unreadable_sheet,
)
from spyke_tui.kohya.unchanged import encoder_file, forget_unchanged, note_unchanged
from spyke_tui.model.geometry import Size
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.crops_file import FILE_NAME, CropsFile
from spyke_tui.store.files import Stamp, remove_leftovers, sha256_of_bytes, write_whole
from spyke_tui.store.lock import exclusive
from spyke_tui.store.manifest import Entry, Manifest

if TYPE_CHECKING:
    from spyke_tui.processing.picture import Picture

Progress = Callable[[int, int, str], None]
"""Called as (files done, files in all, what was just done), always in the caller's thread."""

CHANGED_BY_HAND = "changed since it was built"
NOT_OURS = "not written by spyke-tui"


@dataclass(slots=True)
class _Job:
    """One picture to make. `compare` holds the file that is there against it before writing;
    `before` is the digest of what we wrote there, where that was edited since."""

    planned: Planned
    key: str
    compare: Literal["", "edited", "foreign"] = ""
    before: str = ""


@dataclass(slots=True)
class _Made:
    """What a worker did: wrote the file, found it as it would have written it, or left it.

    `data` is the picture not yet written, where the one that is there must first go aside.
    """

    state: Literal["written", "same", "left", "in the way"]
    digest: str = ""
    stamp: Stamp | None = None
    data: bytes = b""


def build_project(
    project: Project,
    folder: Path,
    *,
    crops_file: CropsFile | None = None,
    only: Collection[str] | None = None,
    force: Collection[str] = (),
    progress: Progress | None = None,
) -> BuildResult:
    """Bring the training folder up to date with `project`.

    `folder` is that of crops.toml (`crops_file`, where `project` was read from it: then a clean
    build is noted for `unchanged`); `only` limits the work to these crop ids; `force` overwrites
    files of these crops that were changed by somebody else. Contradictions are in the result's
    `failed`. Raises `UsageError` for unknown ids, `WriteError`, `ProjectLockedError`.
    """
    require_known_ids(project, [*(only or ()), *force])
    _require_kept(project, [*(only or ()), *force])
    layout = Layout.of(project.dataset, folder)
    path = (crops_file.path if crops_file else folder / FILE_NAME).absolute()
    place = project_place(path, layout.root)
    result = BuildResult()
    follow_character(layout, place, result)
    with exclusive(layout.own / "lock", "spyke-tui build"):
        manifest = Manifest.read(layout.root)
        _require_own(manifest, place)
        build = _Build(project, folder, layout, manifest, frozenset(force), result)
        try:
            build.run(None if only is None else frozenset(only), progress or (lambda *_: None))
        finally:
            manifest.write()
        is_clean = not (result.failed or result.kept or force or only is not None)
        if is_clean and crops_file is not None and crops_file.stamp is not None:
            stamps = {str(path): crops_file.stamp, **build.stamps()}
            note_unchanged(path, stamps, result.written + result.unchanged)
        else:
            forget_unchanged(path)
    return result


def _require_own(manifest: Manifest, place: str) -> None:
    """Take the dataset folder for this crops.toml. Raises `UsageError` where it is another's."""
    other = manifest.root.parent / manifest.project
    own = manifest.root.parent / place
    if manifest.project not in ("", place) and other.is_file() and not _is_same(other, own):
        raise UsageError(
            f"{manifest.root} is built from {other.resolve()}.",
            "Give this project another character or another [dataset].root.",
        )
    manifest.project = place


def _is_same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _require_kept(project: Project, ids: Iterable[str]) -> None:
    """Raises `UsageError` for an id of which only drafts or rejected crops are there."""
    kept = {crop.id for crop in project.crops if crop.status == "keep"}
    for crop in project.crops:
        if crop.id in ids and crop.id not in kept:
            what = "a draft" if crop.status == "draft" else "rejected"
            raise UsageError(
                f"The crop {crop.id} is {what}; only kept crops are built.",
                'Write status = "keep", or look at a draft with: '
                f"spyke-tui build --dry-run --only {crop.id}",
            )


def require_known_ids(project: Project, ids: Iterable[str]) -> None:
    """Raises `UsageError` with the nearest id for one that no crop has."""
    known = {crop.id for crop in project.crops}
    for crop_id in ids:
        if crop_id not in known:
            near = difflib.get_close_matches(crop_id, known, 1)
            raise UsageError(
                f"There is no crop {crop_id!r}.",
                f"Did you mean {near[0]}?" if near else "The ids stand in crops.toml.",
            )


@dataclass
class _Build:
    project: Project
    folder: Path
    layout: Layout
    manifest: Manifest
    force: frozenset[str]
    result: BuildResult
    digests: dict[str, str] = field(default_factory=dict)
    """sha256 by sheet key, of the sheets that can be read."""

    def run(self, only: frozenset[str] | None, progress: Progress) -> None:
        remove_leftovers(self.layout.train)
        remove_leftovers(self.layout.own)
        sheets = Sheets(self.project, self.folder)
        plan = list(plan_training(self.project, self.layout))
        refused = self._refuse(plan, sheets, only)
        before = list(self.manifest.files)
        follow_folders(self.manifest, self.layout, self.result)
        follow_crops(self.project, self.manifest, plan, self.digests)
        if before != list(self.manifest.files):
            self.manifest.write()  # what lies where now, should this process be killed
        if only is None:
            self._remove_what_nobody_asks_for(plan)
            used = {str(sheets.state(key).path) for key in self.digests}
            for name in set(self.manifest.sources) - used:
                del self.manifest.sources[name]
        wanted = [p for p in plan if only is None or p.crop.id in only]
        for planned in wanted:
            if refused.get(planned.crop.id, "sheet-missing") == "sheet-missing":
                self._write_caption(planned)
        jobs = [job for p in wanted if p.crop.id not in refused if (job := self._job(p))]
        self._make_pictures(jobs, sheets, progress)

    def stamps(self) -> dict[str, Stamp]:
        """Stamps by absolute path of all that was read and written, as it was then."""
        stamps = {
            str(self.manifest.root / name): entry.stamp
            for name, entry in self.manifest.files.items()
        }
        stamps |= {path: source.stamp for path, source in self.manifest.sources.items()}
        for path in (self.layout.train, self.layout.train_root, Path(encoder_file())):
            stamp = Stamp.of(path)
            if stamp is not None:
                stamps[str(path)] = stamp
        return stamps

    def _refuse(
        self, plan: list[Planned], sheets: Sheets, only: frozenset[str] | None
    ) -> dict[str, str]:
        """The code by id of the crops that can't be built; hash the sheets of the others."""
        refused: dict[str, str] = {}
        duplicates = duplicate_ids(self.project)
        for planned in plan:
            crop = planned.crop
            problem = crop_problem(crop, sheets, duplicates) or excluded_sheet(crop, self.project)
            if problem is None and crop.sheet not in self.digests:
                state = sheets.state(crop.sheet)
                try:
                    self.digests[crop.sheet] = self.manifest.source_sha256(state.path)
                except OSError as error:
                    caught = PictureError(state.path, "unreadable", str(error.strerror))
                    problem = unreadable_sheet(state.sheet, caught)
            if problem is not None and crop.id not in refused:
                refused[crop.id] = problem.code
                if only is None or crop.id in only:
                    self.result.failed.append(
                        Failure(crop.id, problem.code, problem.message, problem.fix)
                    )
        return refused

    def _remove_what_nobody_asks_for(self, plan: list[Planned]) -> None:
        """Delete our untouched files of crops that went; put changed ones aside."""
        wanted = {self.manifest.name_of(f) for p in plan for f in (p.image, p.caption_file)}
        gone: set[str] = set()
        for name in [n for n in self.manifest.files if n.startswith("train/") and n not in wanted]:
            path = self.manifest.root / name
            match self.manifest.state_of(path):
                case "ours":
                    self._unlink(path)
                    self.result.removed += 1
                case "edited":
                    why = f"{CHANGED_BY_HAND}, and its crop is no longer kept"
                    put_aside(self.manifest, path, self.result, why)
            self.manifest.files.pop(name, None)
            gone.add(path.stem)
        if gone:
            remove_caches(self.layout.train, gone - {p.stem for p in plan})

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink()
        except OSError as error:
            raise WriteError(
                f"{path} could not be deleted: {error.strerror or error}.",
                "Mend the permissions of its folder, then build again.",
            ) from error

    # -- captions -------------------------------------------------------------------------

    def _write_caption(self, planned: Planned) -> None:
        path, data = planned.caption_file, caption_bytes(planned.caption)
        state = self.manifest.state_of(path)
        digest = sha256_of_bytes(data)
        if state == "ours" and self.manifest.files[self.manifest.name_of(path)].sha256 == digest:
            self.result.unchanged += 1
            return
        if state in ("edited", "foreign") and planned.crop.id not in self.force:
            if _reads_as(path, data):
                self._record(path, planned, "", digest, Stamp.of(path))
                self.result.unchanged += 1
            else:
                self._keep(path, CHANGED_BY_HAND if state == "edited" else NOT_OURS, planned)
            return
        try:
            self.manifest.announce(path, planned.crop.id, "", digest)
            stamp = write_whole(path, data)
        except WriteError as error:
            self._fail(planned, error)
            return
        self._record(path, planned, "", digest, stamp)
        self.result.written += 1

    def _record(
        self, path: Path, planned: Planned, key: str, digest: str, stamp: Stamp | None
    ) -> None:
        if stamp is not None:
            name = self.manifest.name_of(path)
            self.manifest.files[name] = Entry(planned.crop.id, key, digest, stamp)

    def _keep(self, path: Path, why: str, planned: Planned) -> None:
        advice = f"{why}; spyke-tui build --force {planned.crop.id} overwrites it"
        self.result.kept.append(Kept(self.manifest.name_of(path), advice))

    def _fail(self, planned: Planned, error: SpykeError) -> None:
        code = "write-failed"
        if isinstance(error, PictureError):
            code = "sheet-missing" if error.reason == "missing" else "sheet-unreadable"
        self.result.failed.append(Failure(planned.crop.id, code, error.message, error.hint))

    # -- pictures -------------------------------------------------------------------------

    def _job(self, planned: Planned) -> _Job | None:
        """What there is to do for one picture; None (and counted) where there is nothing."""
        path = planned.image
        key = image_key(planned, self.project, self.digests[planned.crop.sheet])
        state = self.manifest.state_of(path)
        entry = self.manifest.files.get(self.manifest.name_of(path))
        if state == "ours" and entry is not None and entry.key == key:
            self.result.unchanged += 1
            return None
        if state in ("absent", "ours") or planned.crop.id in self.force:
            return _Job(planned, key)
        if state == "foreign" or entry is None:
            return _Job(planned, key, "foreign")
        if key_parts(entry.key) == key_parts(key):
            self._keep(path, CHANGED_BY_HAND, planned)
            return None
        return _Job(planned, key, "edited", entry.sha256)

    def _make_pictures(self, jobs: list[_Job], sheets: Sheets, progress: Progress) -> None:
        from spyke_tui.processing.loading import load_picture

        groups: dict[Path, SheetJobs[_Job]] = {}
        for job in jobs:
            state = sheets.state(job.planned.crop.sheet)
            pixels = state.size.width * state.size.height if state.size else 0
            groups.setdefault(state.path, SheetJobs(state.path, pixels, [])).jobs.append(job)
        work = SheetQueue(list(groups.values()), load_picture, self._make)
        rewritten: set[str] = set()
        try:
            for done, (job, made) in enumerate(work, 1):
                if isinstance(made, SpykeError):
                    self._fail(job.planned, made)
                elif isinstance(made, BaseException):
                    raise made
                elif self._take(job, made):
                    rewritten.add(job.planned.stem)
                progress(done, len(jobs), job.planned.stem)
        finally:
            if rewritten:
                remove_caches(self.layout.train, rewritten)
        # A decoded sheet is known to be whole; one that failed must be looked at again.
        unreadable = {f.crop for f in self.result.failed if f.code == "sheet-unreadable"}
        for crop in self.project.crops:
            if crop.id in unreadable and crop.sheet in self.project.sheets:
                self.manifest.sources.pop(str(sheets.state(crop.sheet).path), None)

    def _make(self, picture: Picture, job: _Job) -> _Made:
        """Render, compare and write one picture (in a worker's thread)."""
        from spyke_tui.processing.png import encode_png
        from spyke_tui.processing.render import render_crop

        crop, dataset, path = job.planned.crop, self.project.dataset, job.planned.image
        if not crop.rect.is_inside(Size(*picture.size)):  # its header said otherwise
            sheet = self.project.sheets[crop.sheet].file
            raise PictureError(
                Path(sheet), "unreadable", f"{sheet} changed while it was read.", "Build again."
            )
        image = render_crop(
            picture, crop.rect, dataset.size, dataset.pad, crop.erase, job.planned.mirror
        )
        data = encode_png(image)
        digest = sha256_of_bytes(data)
        if job.compare:
            if _shows(path, image, data):
                return _Made("same", sha256_of_bytes(path.read_bytes()), Stamp.of(path))
            if job.compare == "foreign" or digest == job.before:
                return _Made("left", digest)
            return _Made("in the way", digest, data=data)
        self.manifest.announce(path, crop.id, job.key, digest)
        return _Made("written", digest, write_whole(path, data))

    def _take(self, job: _Job, made: _Made) -> bool:
        """Note what a worker did; whether there is a new picture now."""
        planned = job.planned
        if made.state == "left":
            # An edited one stays where the crop, as it is now, shows what it showed then.
            why = CHANGED_BY_HAND if job.compare == "edited" else NOT_OURS
            self._keep(planned.image, why, planned)
            entry = self.manifest.files.get(self.manifest.name_of(planned.image))
            if entry is not None and job.compare == "edited":
                entry.key = job.key  # it is what the crop makes now, but for the retouching
            return False
        if made.state == "in the way":
            # Retouched, and its crop moved too: it can't be right any more.
            why = f"{CHANGED_BY_HAND}, and its crop changed too"
            put_aside(self.manifest, planned.image, self.result, why)
            try:
                self.manifest.announce(planned.image, planned.crop.id, job.key, made.digest)
                made.stamp = write_whole(planned.image, made.data)
            except WriteError as error:
                self._fail(planned, error)
                return False
        self._record(planned.image, planned, job.key, made.digest, made.stamp)
        if made.state == "same":
            self.result.unchanged += 1
            return False
        self.result.written += 1
        return True


def _reads_as(path: Path, data: bytes) -> bool:
    """Whether a caption file says the same, its line's end aside."""
    line = data.removesuffix(b"\n")
    try:
        is_short = os.path.isfile(path) and path.stat().st_size <= len(line) + 2
        return is_short and path.read_bytes() in (data, line, line + b"\r\n")
    except OSError:
        return False


def _shows(path: Path, image: Picture, data: bytes) -> bool:
    """Whether the file holds these bytes, or another encoder's of the same pixels."""
    from spyke_tui.processing.loading import load_picture

    try:
        if os.path.isfile(path) and path.read_bytes() == data:
            return True
        found = load_picture(path)
    except (OSError, PictureError):
        return False
    same_shape = (found.mode, found.size) == (image.mode, image.size)
    return same_shape and found.tobytes() == image.tobytes()
