"""What the training folder should hold: one picture and one caption a kept crop and twin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.model.caption import caption_of, mirror_caption_of
from spyke_tui.model.layout import Layout
from spyke_tui.model.mirroring import has_twin
from spyke_tui.model.project import Crop, Project

SUFFIXES = (".png", ".txt")


@dataclass(frozen=True, slots=True)
class Planned:
    """One training image with its caption (without the line's end)."""

    crop: Crop
    mirror: bool
    image: Path
    caption_file: Path
    caption: str

    @property
    def stem(self) -> str:
        return self.image.stem


def plan_training(project: Project, layout: Layout) -> Iterator[Planned]:
    """All pictures that the kept crops ask for, in the file's order, twins after their crops.

    Crops that can't be built (see `sheets.crop_problem`) are planned too.
    """
    for crop in project.crops:
        if crop.status != "keep":
            continue
        yield _planned(crop, layout, crop.id, caption_of(crop, project.dataset), mirror=False)
        if has_twin(crop, project.dataset):
            caption = mirror_caption_of(crop, project.dataset)
            yield _planned(crop, layout, crop.mirror_id, caption, mirror=True)


def _planned(crop: Crop, layout: Layout, stem: str, caption: str, *, mirror: bool) -> Planned:
    image, text = (layout.train / f"{stem}{suffix}" for suffix in SUFFIXES)
    return Planned(crop, mirror, image, text, caption)


def caption_bytes(caption: str) -> bytes:
    """A caption file: UTF-8 without BOM, one line, LF."""
    return f"{caption}\n".encode()


def image_key(planned: Planned, project: Project, source_sha256: str) -> str:
    """From what a picture is made: equal keys give equal bytes."""
    from spyke_tui.processing.png import ENCODER_ID

    rect, dataset = planned.crop.rect, project.dataset
    erase = [[e.left, e.top, e.width, e.height] for e in planned.crop.erase]
    return json.dumps(
        [
            source_sha256,
            [rect.left, rect.top, rect.width, rect.height],
            erase,
            dataset.size,
            dataset.pad,
            planned.mirror,
            ENCODER_ID,
        ],
        separators=(",", ":"),
    )


def key_parts(key: str) -> tuple[str, str]:
    """The sheet's digest in a picture's key, and the rest but for the encoder.

    Pictures whose parts are equal show the same: another encoder only writes other bytes.
    """
    try:
        digest, *rest, _encoder = json.loads(key)
    except (ValueError, TypeError):
        return "", key
    return str(digest), json.dumps(rest)
