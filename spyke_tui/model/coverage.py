"""How well the training set covers its targets; counted over images, flipped twins included."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spyke_tui.model.caption import one_line, split_tags
from spyke_tui.model.mirroring import has_twin
from spyke_tui.model.project import Crop, Project

_EPSILON = 1e-9
"""Shares are fractions of whole images; 0.7 - 0.1 must not miss 0.6 by a rounding error."""


@dataclass(frozen=True, slots=True)
class Share:
    """`images` of `total` images, against a wanted share of 0..1.

    `low` and `high` are the fewest and the most images that still meet it.
    """

    images: int
    total: int
    want: float
    low: int
    high: int

    @property
    def have(self) -> float:
        """The share reached, 0..1; 0 for an empty set."""
        return self.images / self.total if self.total else 0.0

    @property
    def missing(self) -> int:
        """Images that are missing, at this number of images."""
        return max(0, self.low - self.images)

    @property
    def surplus(self) -> int:
        """Images that are too many, at this number of images."""
        return max(0, self.images - self.high)

    @property
    def ok(self) -> bool:
        """Within the bounds; an empty set meets only a wanted share of nothing."""
        if not self.total:
            return self.want <= _EPSILON
        return not self.missing and not self.surplus


@dataclass(frozen=True, slots=True)
class Coverage:
    """The set against [targets].

    `details` counts images that show at least one of `looked_for`; `each_detail` every detail's
    own images. `framing` has the kinds that the targets name, `expressions` the images of each
    wanted expression.
    """

    total: int
    looked_for: tuple[str, ...]
    details: Share
    each_detail: Mapping[str, Share]
    framing: Mapping[str, Share]
    action: Share
    expressions: Mapping[str, int]

    @property
    def framing_ok(self) -> bool:
        return all(share.ok for share in self.framing.values())

    @property
    def missing_expressions(self) -> tuple[str, ...]:
        return tuple(name for name, images in self.expressions.items() if not images)

    def as_json(self) -> dict[str, Any]:
        """The `coverage` object of ``check --json``: `have`, `want` and `ok` of each target."""
        return {
            "details": {
                **_share_json(self.details),
                "each": {name: _rounded(share.have) for name, share in self.each_detail.items()},
            },
            "framing": {
                "have": {name: _rounded(share.have) for name, share in self.framing.items()},
                "want": {name: share.want for name, share in self.framing.items()},
                "ok": self.framing_ok,
            },
            "action": _share_json(self.action),
            "expressions": {
                "have": dict(self.expressions),
                "want": dict.fromkeys(self.expressions, 1),
                "ok": not self.missing_expressions,
            },
        }


def measure_coverage(project: Project) -> Coverage:
    """Count the images that the kept crops make, twins included."""
    dataset, targets = project.dataset, project.targets
    crops = list(_images(project))
    total = len(crops)
    looked_for = dataset.one_sided or dataset.details
    named = dict.fromkeys((*dataset.details, *dataset.one_sided))
    shown = sum(any(shows(crop, detail) for detail in looked_for) for crop in crops)

    def floor(images: int, want: float) -> Share:
        return Share(images, total, want, _ceil(want * total), total)

    def around(images: int, want: float) -> Share:
        low = max(0, _ceil((want - targets.tolerance) * total))
        high = min(total, _floor((want + targets.tolerance) * total))
        return Share(images, total, want, low, high)

    return Coverage(
        total=total,
        looked_for=looked_for,
        # Where no detail is listed there is nothing to show, so nothing is wanted.
        details=floor(shown, targets.details_shown if looked_for else 0.0),
        each_detail={
            detail: floor(sum(shows(crop, detail) for crop in crops), 0.0) for detail in named
        },
        framing={
            kind: around(sum(crop.framing == kind for crop in crops), want)
            for kind, want in targets.framing.items()
        },
        action=around(sum(crop.action is True for crop in crops), targets.action),
        expressions={
            name: sum(has_expression(crop, name) for crop in crops) for name in targets.expressions
        },
    )


def shows(crop: Crop, detail: str) -> bool:
    """Whether somebody has said that this crop shows `detail`."""
    wanted = one_line(detail).casefold()
    return any(one_line(shown).casefold() == wanted for shown in crop.details or ())


def has_expression(crop: Crop, expression: str) -> bool:
    """Whether the crop's expression is `expression`, with or without that word behind it."""
    if not crop.expression:
        return False
    wanted = _plain_expression(expression)
    return any(_plain_expression(tag) == wanted for tag in split_tags(crop.expression))


def _plain_expression(text: str) -> str:
    return one_line(text).casefold().removesuffix(" expression").strip()


def _images(project: Project) -> Iterator[Crop]:
    """The kept crops, each as often as it makes an image."""
    for crop in project.crops:
        if crop.status == "keep":
            yield crop
            if has_twin(crop, project.dataset):
                yield crop


def _ceil(value: float) -> int:
    return math.ceil(value - _EPSILON)


def _floor(value: float) -> int:
    return math.floor(value + _EPSILON)


def _share_json(share: Share) -> dict[str, Any]:
    return {"have": _rounded(share.have), "want": share.want, "ok": share.ok}


def _rounded(share: float) -> float:
    return round(share, 4)
