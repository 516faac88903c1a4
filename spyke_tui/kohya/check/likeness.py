"""Findings about pictures that show the same: near duplicates, and mirror images made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from spyke_tui.errors import PictureError
from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.model.findings import Finding
from spyke_tui.model.project import MIRROR_SUFFIX
from spyke_tui.model.table import printable

LIMIT = 300
"""Images up to which all pairs are compared. It needs their pixels (once) and grows with the
square of their number; a LoRA set has some twenty."""


def find_alike(inspection: Inspection) -> Iterator[Finding]:
    """Compare all training images with each other, but for the flipped twins that we make."""
    from spyke_tui.processing.similarity import NEAR_DUPLICATE, distance

    names = [name for name in inspection.train_pictures if not _is_twin(name, inspection)]
    if len(names) > LIMIT:
        return
    hashes = {name: found for name in names if (found := _hashes(name, inspection)) is not None}
    for (one, (plain, mirrored)), (other, (other_plain, _)) in combinations(hashes.items(), 2):
        apart, mirrored_apart = distance(plain, other_plain), distance(mirrored, other_plain)
        where = inspection.where(inspection.train, other)
        names_of_both = f"{printable(one)} and {printable(other)}"
        # A symmetrical figure is near its own mirror image: only the clearly nearer side counts.
        if mirrored_apart <= NEAR_DUPLICATE and 2 * mirrored_apart < apart:
            yield Finding(
                "mirror-suspect", "warning", where,
                f"{names_of_both} look like one picture and its mirror image.",
                "Keep one of them; to have both, write mirror = true on a crop that may be "
                "flipped.", _stems(one, other),
            )  # fmt: skip
        elif apart <= NEAR_DUPLICATE:
            yield Finding(
                "near-duplicate", "warning", where,
                f"{names_of_both} are almost alike: the trainer sees that view twice as often.",
                "Reject one of them.", _stems(one, other),
            )  # fmt: skip


def _stems(*names: str) -> tuple[str, ...]:
    return tuple(name.rpartition(".")[0] for name in names)


def _is_twin(name: str, inspection: Inspection) -> bool:
    """Whether we made it by flipping; one that nobody asks for any more is told as foreign."""
    stem = name.rpartition(".")[0]
    planned = inspection.planned.get(stem)
    if planned is not None:
        return planned.mirror
    return (
        stem.endswith(MIRROR_SUFFIX) and inspection.entry(inspection.train.path / name) is not None
    )


def _hashes(name: str, inspection: Inspection) -> tuple[int, int] | None:
    """The picture's hash and that of its mirror image; None where it can't be read."""
    stamp = inspection.train.files.get(name)
    if stamp is None:
        return None
    found = inspection.memory.note("alike", inspection.train.path / name, stamp, _look)
    plain, _, mirrored = found.partition(" ")
    try:
        return int(plain, 16), int(mirrored, 16)
    except ValueError:
        return None


def _look(path: Path) -> str:
    from spyke_tui.processing.loading import load_picture
    from spyke_tui.processing.similarity import mirrored_hash, perceptual_hash

    try:
        picture = load_picture(path)
    except PictureError:
        return ""  # told as image-unreadable
    return f"{perceptual_hash(picture):x} {mirrored_hash(picture):x}"
