"""A caption that was written elsewhere becomes a crop's own."""

from __future__ import annotations

from dataclasses import replace

from spyke_tui.model.caption_parsing import parse_caption
from spyke_tui.model.mirroring import with_twin_following
from spyke_tui.model.project import Project
from spyke_tui.model.vocabulary import Vocabulary


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
    words = "as the twin's own caption"
    if mirror:
        crops[at] = replace(crops[at], mirror_caption=text)
    else:
        parsed = parse_caption(text, project.dataset, vocabulary, crops[at])
        crops[at] = with_twin_following(crops[at], parsed.applied_to(crops[at]), project.dataset)
        words = "into the fields" if parsed.fits else f"as it is, because {parsed.why}"
    return project.with_crops(tuple(crops)), words
