"""A caption that was written elsewhere becomes a crop's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from spyke_tui.model.batch import BatchEdit, Change, Skipped
from spyke_tui.model.caption import caption_of, mirror_caption_of, one_line
from spyke_tui.model.caption_parsing import parse_caption
from spyke_tui.model.mirroring import with_twin_following
from spyke_tui.model.project import Crop, Dataset, Project
from spyke_tui.model.vocabulary import Vocabulary

Adopted = tuple[str, bool, str]
"""A caption from the disk: the crop's id, whether it is its twin's, and what it says."""


def adopt_many(project: Project, found: Iterable[Adopted]) -> BatchEdit:
    """Take these captions from the disk as `with_adopted` does; empty ones are skipped."""
    vocabulary, dataset = Vocabulary.of(project), project.dataset
    crops = list(project.crops)
    places: dict[str, int] = {}
    for at, crop in enumerate(crops):
        places.setdefault(crop.id, at)
    changes: list[Change] = []
    skipped: list[Skipped] = []
    for crop_id, mirror, text in found:
        if crop_id not in places:
            continue
        crop = crops[places[crop_id]]
        name, of = (crop.mirror_id, mirror_caption_of) if mirror else (crop.id, caption_of)
        if not one_line(text):
            skipped.append(Skipped(name, "its file has no text"))
            continue
        after, words = _adopted(crop, dataset, text, vocabulary, mirror=mirror)
        changes.append(Change(name, of(crop, dataset), of(after, dataset), "" if mirror else words))
        crops[places[crop_id]] = after
    count = len(changes)
    label = f"adopt {count} caption{'' if count == 1 else 's'} from the disk"
    return BatchEdit(label, project.with_crops(tuple(crops)), tuple(changes), tuple(skipped))


def write_over_many(project: Project, found: Iterable[Adopted]) -> BatchEdit:
    """What writing over these captions would put in their place; the project stays as it is."""
    changes: list[Change] = []
    for crop_id, mirror, text in found:
        crop = project.crop(crop_id)
        if crop is not None:
            name, of = (crop.mirror_id, mirror_caption_of) if mirror else (crop.id, caption_of)
            changes.append(Change(name, text, of(crop, project.dataset)))
    count = len(changes)
    label = f"write over {count} changed caption{'' if count == 1 else 's'}, for good"
    return BatchEdit(label, project, tuple(changes))


def with_adopted(
    project: Project, crop_id: str, text: str, vocabulary: Vocabulary, *, mirror: bool
) -> tuple[Project, str]:
    """The project in which this crop (or its twin, `mirror`) says `text`: in its fields where
    they can, else as an override; and how it was taken, in words. As it was where there is no
    such crop."""
    crops = list(project.crops)
    at = next((at for at, crop in enumerate(crops) if crop.id == crop_id), None)
    if at is None:
        return project, ""
    crops[at], words = _adopted(crops[at], project.dataset, text, vocabulary, mirror=mirror)
    return project.with_crops(tuple(crops)), words


def _adopted(
    crop: Crop, dataset: Dataset, text: str, vocabulary: Vocabulary, *, mirror: bool
) -> tuple[Crop, str]:
    if mirror:
        return replace(crop, mirror_caption=text), "as the twin's own caption"
    parsed = parse_caption(text, dataset, vocabulary, crop)
    after = with_twin_following(crop, parsed.applied_to(crop), dataset)
    return after, "into the fields" if parsed.fits else f"as it is, because {parsed.why}"
