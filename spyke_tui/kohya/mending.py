"""How the findings of `check` are mended: what one key does, said before it does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from spyke_tui.kohya import mend_edits as edits
from spyke_tui.kohya import mend_files as files
from spyke_tui.kohya.mend_edits import Edited
from spyke_tui.model.finding_places import place_of
from spyke_tui.model.findings import Finding
from spyke_tui.model.geometry import nearest_fit
from spyke_tui.model.project import Project


@dataclass(frozen=True, slots=True)
class Mend:
    """One way to mend a finding. `words` go on from "this key": "moves the rectangle ...".

    `edit` changes crops.toml (it may look at files, so it is for a thread); `work` then does what
    is to be done on the disk and says what it did; `build` is a whole build. They raise
    `SpykeError`.
    """

    words: str
    edit: Callable[[Project], Edited] | None = None
    work: Callable[[Project], str] | None = None
    build: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    finding: Finding
    project: Project
    folder: Path

    @property
    def where(self) -> str:
        return self.finding.where

    @property
    def is_crop(self) -> bool:
        return self.project.crop(self.where) is not None

    def edit(self, words: str, change: Callable[..., Edited], *more: object) -> Mend:
        return Mend(words, edit=lambda project: change(project, *more))

    def reject(self, crop_id: str = "") -> Mend:
        crop_id = crop_id or self.where
        return self.edit(f"rejects {crop_id}", edits.reject, (crop_id,))


BUILD = Mend("builds what is missing or out of date", build=True)


def mends_of(finding: Finding, project: Project, folder: Path) -> tuple[Mend, ...]:
    """The ways to mend a finding by one key, the first choice first; mostly one or none."""
    find = _MENDS.get(finding.code)
    return tuple(find(_Case(finding, project, folder))) if find is not None else ()


def _rect_outside(case: _Case) -> list[Mend]:
    if not case.is_crop:
        return []
    crop = edits.crop_named(case.project, case.where)
    sheet = case.project.sheets.get(crop.sheet)
    fit = f" ({nearest_fit(crop.rect, sheet.size)})" if sheet and sheet.size else ""
    words = f"moves its rectangle to the nearest that fits{fit}"
    return [case.edit(words, edits.fit_rect, case.where, case.folder), case.reject()]


def _rejected(case: _Case) -> list[Mend]:
    return [case.reject()] if case.is_crop else []


def _doubled(case: _Case) -> list[Mend]:
    words = f"gives all but the first {case.where} a number behind their names"
    return [case.edit(words, edits.rename_doubles, case.where)]


def _excluded(case: _Case) -> list[Mend]:
    crop = case.project.crop(case.where)
    if crop is None:
        return []
    use = case.edit(f"writes use = yes on the sheet {crop.sheet}", edits.use_sheet, crop.sheet)
    return [case.reject(), use]


def _annotated(case: _Case) -> list[Mend]:
    if not case.is_crop or not case.finding.about:
        return []
    other = case.finding.about[0]
    words = f"keeps {other} and rejects {case.where}"
    return [case.edit(words, edits.keep_in_place_of, case.where, other)]


def _resized(case: _Case) -> list[Mend]:
    key = place_of(case.finding, case.project).name
    words = "takes the size that the picture has now; the rectangles stay where they are"
    return [case.edit(words, edits.accept_size, key, case.folder)]


def _no_twin(case: _Case) -> list[Mend]:
    return [case.edit(f"writes mirror = false on {case.where}", edits.no_twin, case.where)]


def _build(_case: _Case) -> list[Mend]:
    return [BUILD]


def _rebuilt(case: _Case) -> list[Mend]:
    """A picture of ours that is not as it should be; any other one goes aside."""
    if not case.is_crop:
        return _aside(case)
    words = f"builds {case.where} anew; a picture that somebody changed goes to aside/ first"
    work = partial(_on_disk, files.rebuild, case.folder, case.where)
    return [Mend(words, work=work)]


def _foreign(case: _Case) -> list[Mend]:
    """What we wrote for something that is no more a build clears up."""
    path = files.path_named(case.where, case.project, case.folder)
    if path is not None and files.is_ours(path, case.project, case.folder):
        return [BUILD]
    return _aside(case)


def _aside(case: _Case, where: str = "") -> list[Mend]:
    where = where or case.where
    path = files.path_named(where, case.project, case.folder)
    if path is None:
        return []
    what = "that folder" if path.is_dir() else path.name
    work = partial(_on_disk, files.move_aside, case.folder, where)
    return [Mend(f"moves {what} to aside/, out of the training set", work=work)]


def _twice(case: _Case) -> list[Mend]:
    """Of pictures with one stem, one that we did not write goes."""
    for where in reversed(case.finding.about):
        path = files.path_named(where, case.project, case.folder)
        if path is not None and not files.is_ours(path, case.project, case.folder):
            return _aside(case, where)
    return []


def _caption_missing(case: _Case) -> list[Mend]:
    return [BUILD] if case.is_crop else []


def _over(case: _Case) -> list[Mend]:
    if not case.is_crop:
        return []
    work = partial(_on_disk, files.write_over, case.folder, case.where)
    return [Mend(f"writes the caption of {case.where} over the file", work=work)]


def _caption_edited(case: _Case) -> list[Mend]:
    if not case.is_crop:
        return []
    adopt = Mend(
        "adopts what the file says, into the crop's fields where it fits",
        lambda project: edits.adopt_captions(project, case.where, case.folder),
        partial(_written, case.folder, case.where),
    )
    return [adopt, *_over(case)]


def _background(case: _Case) -> list[Mend]:
    if not case.is_crop:
        return []
    words = f'writes "{edits.usual_background(case.project)}" on {case.where}'
    return [case.edit(words, edits.name_background, case.where)]


def _fixed_feature(case: _Case) -> list[Mend]:
    if not case.finding.about:
        return []
    tag = case.finding.about[0]
    return [case.edit(f'takes the tag "{tag}" out of all captions', edits.leave_out, tag)]


def _twin_sides(case: _Case) -> list[Mend]:
    if not case.is_crop:
        return []
    words = "gives the twin the crop's caption with left and right exchanged"
    return [case.edit(words, edits.swap_twin_sides, case.where)]


def _vocabulary(case: _Case) -> list[Mend]:
    if len(case.finding.about) != 2:
        return []
    tag, usual = case.finding.about
    return [
        case.edit(f'writes "{usual}" for "{tag}" everywhere', edits.write_alike, tag, usual),
        case.edit(f'writes "{tag}" for "{usual}" everywhere', edits.write_alike, usual, tag),
    ]


def _one_of_two(case: _Case) -> list[Mend]:
    place = place_of(case.finding, case.project)
    if place.kind != "pair":
        return []
    first, second = place.ids
    return [case.reject(second), case.reject(first)]


def _few(case: _Case) -> list[Mend]:
    from spyke_tui.model.coverage import measure_coverage

    enough = measure_coverage(case.project).total >= case.project.targets.images.min
    return [BUILD] if enough else []


def _on_disk(
    do: Callable[[Project, Path, str], str], folder: Path, where: str, project: Project
) -> str:
    return do(project, folder, where)


def _written(folder: Path, crop_id: str, project: Project) -> str:
    return edits.write_adopted(project, crop_id, folder)


_MENDS: Mapping[str, Callable[[_Case], list[Mend]]] = {
    "rect-outside": _rect_outside,
    "rect-empty": _rejected,
    "sheet-unknown": _rejected,
    "id-duplicate": _doubled,
    "sheet-excluded": _excluded,
    "sheet-annotated": _annotated,
    "sheet-size-changed": _resized,
    "mirror-one-sided": _no_twin,
    "image-missing": _build,
    "image-stale": _build,
    "image-edited": _rebuilt,
    "image-enlarged": _rejected,
    "image-size": _rebuilt,
    "image-mode": _rebuilt,
    "image-unreadable": _rebuilt,
    "image-foreign": _foreign,
    "caption-missing": _caption_missing,
    "caption-empty": _over,
    "caption-encoding": _over,
    "caption-multiline": _over,
    "caption-trigger": _over,
    "caption-edited": _caption_edited,
    "caption-background": _background,
    "caption-fixed-feature": _fixed_feature,
    "caption-side-words": _twin_sides,
    "caption-vocabulary": _vocabulary,
    "mirror-suspect": _one_of_two,
    "near-duplicate": _one_of_two,
    "images-few": _few,
    "folder-name": _foreign,
    "stem-duplicate": _twice,
    "cache-stale": _aside,
    "stray-caption": _aside,
    "reg-caption": _aside,
    "reg-size": _aside,
    "reg-practice": _aside,
}
