"""Training images: what there is to make, made in two threads, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from spyke_tui.errors import PictureError, SpykeError, WriteError
from spyke_tui.kohya.caches import remove_caches
from spyke_tui.kohya.decoding_ahead import DecodingAhead
from spyke_tui.kohya.ledger import CHANGED_BY_HAND, NOT_OURS, Ledger
from spyke_tui.kohya.moves import put_aside
from spyke_tui.kohya.plan import Planned, image_key, key_parts
from spyke_tui.kohya.sheet_queue import SheetJobs, SheetQueue
from spyke_tui.kohya.sheets import Sheets
from spyke_tui.model.geometry import Size
from spyke_tui.model.project import Project
from spyke_tui.store.files import Stamp, sha256_of_bytes, write_whole

if TYPE_CHECKING:
    from spyke_tui.processing.picture import Picture

Progress = Callable[[int, int, str], None]
"""Called as (files done, files in all, what was just done), always in the caller's thread."""


@dataclass(slots=True, eq=False, repr=False)
class _Job:
    """One picture to make. `compare` holds the file that is there against it before writing;
    `before` is the digest of what we wrote there, where that was edited since."""

    planned: Planned
    key: str
    compare: Literal["", "edited", "foreign"] = ""
    before: str = ""


@dataclass(slots=True, eq=False, repr=False)
class _Made:
    """What a worker did: wrote the file, found it as it would have written it, or left it.

    `data` is the picture not yet written, where the one that is there must first go aside.
    """

    state: Literal["written", "same", "left", "in the way"]
    digest: str = ""
    stamp: Stamp | None = None
    data: bytes = b""


@dataclass(slots=True, eq=False, repr=False)
class TrainingImages:
    """The pictures of one build. `digests` has the sha256 of the sheets by key, `train` is the
    folder they go to."""

    project: Project
    train: Path
    ledger: Ledger
    digests: Mapping[str, str]

    def _job(self, planned: Planned) -> _Job | None:
        """What there is to do for one picture; None (and counted) where there is nothing."""
        path = planned.image
        key = image_key(planned, self.project, self.digests[planned.crop.sheet])
        state = self.ledger.manifest.state_of(path)
        entry = self.ledger.manifest.files.get(self.ledger.manifest.name_of(path))
        if state == "ours" and entry is not None and entry.key == key:
            self.ledger.result.unchanged += 1
            return None
        if state in ("absent", "ours") or planned.crop.id in self.ledger.force:
            return _Job(planned, key)
        if state == "foreign" or entry is None:
            return _Job(planned, key, "foreign")
        if key_parts(entry.key) == key_parts(key):
            self.ledger.keep(path, CHANGED_BY_HAND, planned)
            return None
        return _Job(planned, key, "edited", entry.sha256)

    def make(
        self,
        wanted: Iterable[Planned],
        sheets: Sheets,
        progress: Progress,
        *,
        ahead: DecodingAhead | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        """Make the pictures of `wanted` that are not there as they should be.

        `ahead` decodes one of the sheets already; `meanwhile` is done while the workers begin.
        """
        from spyke_tui.processing.loading import load_picture

        jobs = [job for planned in wanted if (job := self._job(planned))]
        groups: dict[Path, SheetJobs[_Job]] = {}
        for job in jobs:
            state = sheets.state(job.planned.crop.sheet)
            pixels = state.size.width * state.size.height if state.size else 0
            groups.setdefault(state.path, SheetJobs(state.path, pixels, [])).jobs.append(job)
        load: Callable[[Path], Picture] = load_picture
        first = self._decoded_ahead(ahead, groups)
        if ahead is not None and first is not None:
            load = ahead.instead_of(load_picture, first)
        elif ahead is not None:
            ahead.forget()
        work = SheetQueue(list(groups.values()), load, self._render, first=first)
        rewritten: set[str] = set()
        try:
            work.start()
            meanwhile()
            for done, (job, made) in enumerate(work, 1):
                if isinstance(made, SpykeError):
                    self.ledger.fail(job.planned, made)
                elif isinstance(made, BaseException):
                    raise made
                elif self._take(job, made):
                    rewritten.add(job.planned.stem)
                progress(done, len(jobs), job.planned.stem)
        finally:
            work.stop()
            if rewritten:
                remove_caches(self.train, rewritten)
        # A decoded sheet is known to be whole; one that failed must be looked at again.
        unreadable = {f.crop for f in self.ledger.result.failed if f.code == "sheet-unreadable"}
        for crop in self.project.crops:
            if crop.id in unreadable and crop.sheet in self.project.sheets:
                self.ledger.manifest.sources.pop(str(sheets.state(crop.sheet).path), None)

    def _decoded_ahead(self, ahead: DecodingAhead | None, paths: Iterable[Path]) -> Path | None:
        """Which of the sheets it is; None where it is none of them as they were hashed.

        A file that was replaced between the two would be noted under the wrong digest for good.
        """
        for path in paths:
            source = self.ledger.manifest.sources.get(str(path))
            if ahead and source and tuple(source.stamp.as_list()) == ahead.stamp:
                return path
        return None

    def _render(self, picture: Picture, job: _Job) -> _Made:
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
        self.ledger.manifest.announce(path, crop.id, job.key, digest)
        return _Made("written", digest, write_whole(path, data))

    def _take(self, job: _Job, made: _Made) -> bool:
        """Note what a worker did; whether there is a new picture now."""
        planned = job.planned
        if made.state == "left":
            # An edited one stays where the crop, as it is now, shows what it showed then.
            why = CHANGED_BY_HAND if job.compare == "edited" else NOT_OURS
            self.ledger.keep(planned.image, why, planned)
            entry = self.ledger.manifest.files.get(self.ledger.manifest.name_of(planned.image))
            if entry is not None and job.compare == "edited":
                entry.key = job.key  # it is what the crop makes now, but for the retouching
            return False
        if made.state == "in the way":
            # Retouched, and its crop moved too: it can't be right any more.
            why = f"{CHANGED_BY_HAND}, and its crop changed too"
            put_aside(self.ledger.manifest, planned.image, self.ledger.result, why)
            try:
                self.ledger.manifest.announce(planned.image, planned.crop.id, job.key, made.digest)
                made.stamp = write_whole(planned.image, made.data)
            except WriteError as error:
                self.ledger.fail(planned, error)
                return False
        self.ledger.record(planned.image, planned, job.key, made.digest, made.stamp)
        if made.state == "same":
            self.ledger.result.unchanged += 1
            return False
        self.ledger.result.written += 1
        return True


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
