"""From crops.toml to the training folder: pictures and captions, only what changed.

Never over a file that somebody else wrote or changed: those are kept, and said.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from spyke_tui.errors import PictureError, UsageError, WriteError
from spyke_tui.kohya.caches import remove_caches
from spyke_tui.kohya.caption_files import write_caption
from spyke_tui.kohya.decoding_ahead import DecodingAhead
from spyke_tui.kohya.ledger import CHANGED_BY_HAND, Ledger
from spyke_tui.kohya.moves import (
    follow_character,
    follow_crops,
    follow_folders,
    put_aside,
)
from spyke_tui.kohya.plan import Planned, plan_training
from spyke_tui.kohya.result import BuildResult, Failure
from spyke_tui.kohya.sheets import (
    Sheets,
    crop_problem,
    duplicate_ids,
    excluded_sheet,
    sheet_path,
    unreadable_sheet,
)
from spyke_tui.kohya.training_images import Progress, TrainingImages
from spyke_tui.kohya.unchanged import encoder_file, forget_unchanged, note_unchanged
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.crops_file import FILE_NAME, CropsFile
from spyke_tui.store.dataset_folder import project_place
from spyke_tui.store.fence import require_own_folders
from spyke_tui.store.files import Stamp
from spyke_tui.store.lock import exclusive
from spyke_tui.store.manifest import Manifest
from spyke_tui.store.temporary import remove_leftovers


def build_project(
    project: Project,
    folder: Path,
    *,
    crops_file: CropsFile | None = None,
    only: Collection[str] | None = None,
    force: Collection[str] = (),
    progress: Progress | None = None,
    ahead: DecodingAhead | None = None,
) -> BuildResult:
    """Bring the training folder up to date with `project`.

    `folder` is that of crops.toml (`crops_file`, where `project` was read from it: then a clean
    build is noted for `unchanged`); `only` limits the work to these crop ids; `force` overwrites
    files of these crops that were changed by somebody else; `ahead` is a sheet that is being
    decoded already. Contradictions are in the result's `failed`. Raises `UsageError` for unknown
    ids, `WriteError`, `ProjectLockedError`.
    """
    require_known_ids(project, [*(only or ()), *force])
    _require_kept(project, [*(only or ()), *force])
    layout = Layout.of(project.dataset, folder)
    require_own_folders(layout, folder)
    path = (crops_file.path if crops_file else folder / FILE_NAME).absolute()
    place = project_place(path, layout.root)
    result = BuildResult()
    follow_character(layout, place, result)
    with exclusive(layout.own / "lock", "spyke-tui build"):
        manifest = Manifest.read(layout.root)
        _require_own(manifest, place)
        build = _Build(project, folder, layout, Ledger(manifest, result, frozenset(force)))
        try:
            wanted = None if only is None else frozenset(only)
            build.run(wanted, progress or (lambda *_: None), ahead)
        except BaseException:
            manifest.take_journal()  # what workers finished after the error
            raise
        finally:
            manifest.write()
        result.put_in_order(crop.id for crop in project.crops)
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
            import difflib

            near = difflib.get_close_matches(crop_id, known, 1)
            raise UsageError(
                f"There is no crop {crop_id!r}.",
                f"Did you mean {near[0]}?" if near else "The ids stand in crops.toml.",
            )


@dataclass(slots=True, eq=False, repr=False)
class _Build:
    """One build while it runs. (Without this line, `dataclass` writes one, for 3 ms.)"""

    project: Project
    folder: Path
    layout: Layout
    ledger: Ledger
    digests: dict[str, str] = field(default_factory=dict)
    """sha256 by sheet key, of the sheets that can be read."""

    @property
    def manifest(self) -> Manifest:
        return self.ledger.manifest

    @property
    def result(self) -> BuildResult:
        return self.ledger.result

    def run(
        self, only: frozenset[str] | None, progress: Progress, ahead: DecodingAhead | None
    ) -> None:
        hashing = Thread(target=self._hash_sheets, args=[only], daemon=True)
        hashing.start()
        remove_leftovers(self.layout.train)
        remove_leftovers(self.layout.own)
        sheets = Sheets(self.project, self.folder)
        plan = list(plan_training(self.project, self.layout))
        # The first look at a sheet loads the imaging library, with the other core idle.
        for key in {p.crop.sheet for p in plan if p.crop.sheet in self.project.sheets}:
            sheets.state(key)
        hashing.join()
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

        def write_captions() -> None:
            for planned in wanted:
                if refused.get(planned.crop.id, "sheet-missing") == "sheet-missing":
                    write_caption(self.ledger, planned)

        images = TrainingImages(self.project, self.layout.train, self.ledger, self.digests)
        images.make(
            [p for p in wanted if p.crop.id not in refused],
            sheets,
            progress,
            ahead=ahead,
            meanwhile=write_captions,
        )

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

    def _hash_sheets(self, only: frozenset[str] | None) -> None:
        """Have the digests ready when `_refuse` asks for them (in a thread of its own)."""
        kept = [c for c in self.project.crops if c.status == "keep" and (not only or c.id in only)]
        for key in {crop.sheet: None for crop in kept}:
            sheet = self.project.sheets.get(key)
            path = sheet_path(sheet, self.folder) if sheet else None
            with contextlib.suppress(OSError):
                if path and path.is_file():
                    self.manifest.source_sha256(path)

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
        for planned in plan:  # hashed in vain: nothing is built from it, so nothing is known of it
            if planned.crop.sheet in self.project.sheets.keys() - self.digests.keys():
                self.manifest.sources.pop(str(sheets.state(planned.crop.sheet).path), None)
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
