"""The dry run: a picture of every crop and a labelled contact sheet, for approval.

Everything goes to preview/ and nothing else is touched; nor is a file there that is not as a dry
run wrote it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.errors import PictureError, WriteError
from spyke_tui.kohya.build import require_known_ids
from spyke_tui.kohya.result import BuildResult, Failure, Kept
from spyke_tui.kohya.sheet_queue import SheetJobs, SheetQueue
from spyke_tui.kohya.sheets import Sheets, crop_problem, duplicate_ids
from spyke_tui.kohya.training_images import Progress
from spyke_tui.model.caption import caption_of
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Crop, Project
from spyke_tui.model.table import printable
from spyke_tui.store.fence import require_own_folders
from spyke_tui.store.files import sha256_of, sha256_of_bytes, write_whole
from spyke_tui.store.lock import exclusive
from spyke_tui.store.regular_files import append_to_own, read_regular
from spyke_tui.store.temporary import remove_leftovers

if TYPE_CHECKING:
    from spyke_tui.processing.picture import Picture

CONTACT_SHEET = "_contact-sheet.png"
_LISTING = ".spyke-previews"
MAX_BYTES = 16 * 1024 * 1024
"""What dry runs wrote, as lines of digest and name: one is added before its file is written, so
that a killed run leaves nothing of unknown origin."""
_LOCK = ".spyke-lock"
CHANGED = "not as a dry run wrote it; delete or move it, then run again"
_THUMBNAIL = 320
"""Pixels kept of each picture for the contact sheet: its largest cells need no more."""


@dataclass(slots=True)
class _Previewed:
    """`problem`: why its file could not be written."""

    state: str
    thumbnail: Picture
    problem: WriteError | None = None


def build_previews(
    project: Project,
    folder: Path,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> BuildResult:
    """Write preview/ID.png for every crop that is not rejected, and the contact sheet.

    A crop that can't be rendered is in the result's `failed` and stands as an empty cell on the
    contact sheet; one whose file can't be written is in `failed` too, and on the sheet all the
    same. Raises `UsageError` for unknown ids and `WriteError`.
    """
    require_known_ids(project, only or ())
    layout = Layout.of(project.dataset, folder)
    require_own_folders(layout, folder)
    crops = [
        crop
        for crop in project.crops
        if crop.status != "reject" and (only is None or crop.id in only)
    ]
    result = BuildResult()
    with exclusive(layout.preview / _LOCK, "spyke-tui build --dry-run"):
        remove_leftovers(layout.preview)
        files = _PreviewFiles(layout.preview)
        made = _render(project, folder, files, crops, result, progress)
        _write_contact_sheet(project, files, crops, made, result)
        if only is None:
            result.removed = files.remove_others(
                {f"{crop_id}.png" for crop_id in made} | {CONTACT_SHEET}
            )
        files.save()
    return result


class _PreviewFiles:
    """The folder of previews and what is known of who wrote them. `write` is for any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = threading.Lock()
        self._ours: dict[str, set[str]] = {}
        with contextlib.suppress(OSError):
            listing = read_regular(folder / _LISTING, MAX_BYTES).decode("utf-8", "replace")
            for line in listing.splitlines():
                digest, _, name = line.partition("  ")
                if name.endswith(".png") and "/" not in name:
                    self._ours.setdefault(name, set()).add(digest)

    def write(self, name: str, data: bytes) -> str:
        """Write one file; whether it was ``written``, ``unchanged``, or ``kept`` as it was."""
        path, digest = self.folder / name, sha256_of_bytes(data)
        present = self._digest(path)
        if present == digest:
            self._note(name, digest)
            return "unchanged"
        if os.path.lexists(path) and present not in self._ours.get(name, ()):
            return "kept"
        self._note(name, digest)
        write_whole(path, data)
        return "written"

    def remove_others(self, names: set[str]) -> int:
        """Delete what earlier dry runs wrote under other names; how many files."""
        removed = 0
        for name in set(self._ours) - names:
            path = self.folder / name
            if self._digest(path) in self._ours.pop(name):
                with contextlib.suppress(OSError):
                    path.unlink()
                    removed += 1
        return removed

    def save(self) -> None:
        """Shorten the listing to what is there."""
        rows = [(self._digest(self.folder / name), name) for name in sorted(self._ours)]
        lines = [f"{digest}  {name}\n" for digest, name in rows if digest in self._ours[name]]
        with contextlib.suppress(WriteError):
            write_whole(self.folder / _LISTING, "".join(lines).encode())

    def _note(self, name: str, digest: str) -> None:
        if digest in self._ours.get(name, ()):
            return
        try:
            with self._guard:
                append_to_own(self.folder / _LISTING, f"\n{digest}  {name}\n".encode())
        except OSError as error:
            raise WriteError(
                f"{self.folder / _LISTING} could not be written: {error.strerror or error}.",
                "Make room or mend the permissions, then try again.",
            ) from error
        self._ours.setdefault(name, set()).add(digest)

    @staticmethod
    def _digest(path: Path) -> str:
        """Of a regular file; "" where there is none."""
        try:
            return sha256_of(path) if path.is_file() else ""
        except OSError:
            return ""


def _render(
    project: Project,
    folder: Path,
    files: _PreviewFiles,
    crops: list[Crop],
    result: BuildResult,
    progress: Progress | None,
) -> dict[str, Picture]:
    """Thumbnails by crop id of all that could be rendered; the pictures are on disk then."""
    from spyke_tui.processing.loading import load_picture
    from spyke_tui.processing.png import encode_png
    from spyke_tui.processing.render import render_crop

    sheets, duplicates = Sheets(project, folder), duplicate_ids(project)
    groups: dict[Path, SheetJobs[Crop]] = {}
    for crop in crops:
        problem = crop_problem(crop, sheets, duplicates)
        if problem is not None:
            failure = Failure(crop.id, problem.code, problem.message, problem.fix)
            result.failed.append(failure)
            continue
        state = sheets.state(crop.sheet)
        pixels = state.size.width * state.size.height if state.size else 0
        groups.setdefault(state.path, SheetJobs(state.path, pixels, [])).jobs.append(crop)

    def make(picture: Picture, crop: Crop) -> _Previewed:
        image = render_crop(
            picture, crop.rect, project.dataset.size, project.dataset.pad, crop.erase
        )
        state, problem = "failed", None
        try:
            state = files.write(f"{crop.id}.png", encode_png(image))
        except WriteError as error:
            problem = error
        image.thumbnail((_THUMBNAIL, _THUMBNAIL))
        return _Previewed(state, image, problem)

    made: dict[str, Picture] = {}
    total = sum(len(group.jobs) for group in groups.values())
    for done, (crop, outcome) in enumerate(
        SheetQueue(list(groups.values()), load_picture, make), 1
    ):
        if isinstance(outcome, PictureError):
            failure = Failure(crop.id, "sheet-unreadable", outcome.message, outcome.hint)
            result.failed.append(failure)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            made[crop.id] = outcome.thumbnail
            if outcome.problem is None:
                _count(result, outcome.state, f"{crop.id}.png")
            else:
                words = outcome.problem.message, outcome.problem.hint
                result.failed.append(Failure(crop.id, "write-failed", *words))
        if progress is not None:
            progress(done, total, crop.id)
    result.put_in_order(crop.id for crop in crops)
    return made


def _count(result: BuildResult, state: str, name: str) -> None:
    if state == "written":
        result.written += 1
    elif state == "unchanged":
        result.unchanged += 1
    else:
        result.kept.append(Kept(f"preview/{name}", CHANGED))


def _write_contact_sheet(
    project: Project,
    files: _PreviewFiles,
    crops: list[Crop],
    made: dict[str, Picture],
    result: BuildResult,
) -> None:
    from spyke_tui.processing.contact_sheet import ContactItem, contact_sheet
    from spyke_tui.processing.png import encode_png

    items = [
        ContactItem(
            made.get(crop.id),
            crop.id,
            [
                f"{crop.sheet}: {crop.rect}",
                printable(caption_of(crop, project.dataset)),
            ],
            "" if crop.status == "keep" else crop.status.upper(),
        )
        for crop in crops
    ]
    data = encode_png(contact_sheet(items))
    _count(result, files.write(CONTACT_SHEET, data), CONTACT_SHEET)
