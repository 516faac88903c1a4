"""The dry run: a picture of every crop and a labelled contact sheet, for approval.

Everything goes to preview/ and nothing else is touched.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.errors import PictureError, SpykeError, WriteError
from spyke_tui.kohya.build import Progress, require_known_ids
from spyke_tui.kohya.result import BuildResult, Failure
from spyke_tui.kohya.sheet_queue import SheetJobs, SheetQueue
from spyke_tui.kohya.sheets import Sheets, crop_problem, duplicate_ids
from spyke_tui.model.caption import caption_of
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Crop, Project
from spyke_tui.model.table import printable
from spyke_tui.store.files import remove_leftovers, sha256_of, sha256_of_bytes, write_whole

if TYPE_CHECKING:
    from spyke_tui.processing.picture import Picture

CONTACT_SHEET = "_contact-sheet.png"
_LISTING = ".spyke-previews.json"
_THUMBNAIL = 320
"""Pixels kept of each picture for the contact sheet: its largest cells need no more."""


@dataclass(slots=True)
class _Previewed:
    state: str
    thumbnail: Picture


def build_previews(
    project: Project,
    folder: Path,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> BuildResult:
    """Write preview/ID.png for every crop that is not rejected, and the contact sheet.

    A crop that can't be rendered is in the result's `failed` and stands as an empty cell on the
    contact sheet. Raises `UsageError` for unknown ids and `WriteError`.
    """
    require_known_ids(project, only or ())
    layout = Layout.of(project.dataset, folder)
    crops = [
        crop
        for crop in project.crops
        if crop.status != "reject" and (only is None or crop.id in only)
    ]
    result = BuildResult()
    remove_leftovers(layout.preview)
    made = _render(project, folder, layout, crops, result, progress)
    _write_contact_sheet(project, layout, crops, made, result)
    names = [f"{crop_id}.png" for crop_id in made] + [CONTACT_SHEET]
    _forget_others(layout.preview, names, keep_listed=only is not None, result=result)
    return result


def _render(
    project: Project,
    folder: Path,
    layout: Layout,
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
        state = _write_if_new(layout.preview / f"{crop.id}.png", encode_png(image))
        image.thumbnail((_THUMBNAIL, _THUMBNAIL))
        return _Previewed(state, image)

    made: dict[str, Picture] = {}
    total = sum(len(group.jobs) for group in groups.values())
    for done, (crop, outcome) in enumerate(
        SheetQueue(list(groups.values()), load_picture, make), 1
    ):
        if isinstance(outcome, PictureError):
            failure = Failure(crop.id, "sheet-unreadable", outcome.message, outcome.hint)
            result.failed.append(failure)
        elif isinstance(outcome, SpykeError):
            result.failed.append(Failure(crop.id, "write-failed", outcome.message, outcome.hint))
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            made[crop.id] = outcome.thumbnail
            _count(result, outcome.state)
        if progress is not None:
            progress(done, total, crop.id)
    return made


def _write_if_new(path: Path, data: bytes) -> str:
    with contextlib.suppress(OSError):
        if path.stat().st_size == len(data) and sha256_of(path) == sha256_of_bytes(data):
            return "unchanged"
    write_whole(path, data)
    return "written"


def _count(result: BuildResult, state: str) -> None:
    if state == "written":
        result.written += 1
    else:
        result.unchanged += 1


def _write_contact_sheet(
    project: Project,
    layout: Layout,
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
    _count(result, _write_if_new(layout.preview / CONTACT_SHEET, data))


def _forget_others(
    folder: Path, names: list[str], *, keep_listed: bool, result: BuildResult
) -> None:
    """Delete previews that an earlier dry run wrote and that nobody asks for any more."""
    listing = folder / _LISTING
    listed: list[str] = []
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(listing.read_bytes())
        listed = [n for n in found if isinstance(n, str) and "/" not in n and n.endswith(".png")]
    if keep_listed:
        names = sorted({*names, *listed})
    for name in set(listed) - set(names):
        with contextlib.suppress(OSError):
            (folder / name).unlink()
            result.removed += 1
    with contextlib.suppress(WriteError):
        write_whole(listing, json.dumps(names).encode())
