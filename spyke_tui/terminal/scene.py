"""What is to be seen over a sheet, as data: no pixels, no escapes. Surfaces turn it into those."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.model.project import Crop

Colour = int
"""0xRRGGBB."""


class Kind(enum.Enum):
    """What an outline stands for; each has a sign, so that colour is never the only one."""

    ACTIVE = ""
    KEEP = "+"
    DRAFT = "?"
    REJECT = "×"
    ERASE = "#"


@dataclass(frozen=True, slots=True)
class Outline:
    """A rectangle to draw, in sheet pixels, and the words at its corner."""

    rect: Rect
    kind: Kind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything over the picture. Drawn in this order: dimming, `others`, `erase`, active.

    Where `active` is None nothing is dimmed.
    """

    sheet: Size
    active: Outline | None = None
    edge: Edge = Edge.WHOLE
    others: tuple[Outline, ...] = ()
    erase: tuple[Rect, ...] = ()

    def moved(self, rect: Rect, edge: Edge) -> Scene:
        """The same scene with the active rectangle elsewhere."""
        if self.active is None:
            return self
        return replace(self, active=replace(self.active, rect=rect), edge=edge)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a scene. `dim` is the share of light that stays outside the active crop."""

    background: Colour = 0x121212
    """Around the sheet."""
    blank: Colour = 0x2A2A2A
    """Where the sheet lies while its picture is not there."""
    active: Colour = 0xFF3D7F
    edge: Colour = 0xFFD400
    keep: Colour = 0x2FBF71
    draft: Colour = 0x3D9BFF
    reject: Colour = 0x9A9A9A
    erase: Colour = 0xB06CFF
    label: Colour = 0xFFFFFF
    label_background: Colour = 0x101010
    dim: float = 0.5

    @property
    def lines(self) -> frozenset[Colour]:
        """The colours of all that is not sheet."""
        return frozenset(
            (
                self.background,
                self.active,
                self.edge,
                self.keep,
                self.draft,
                self.reject,
                self.erase,
            )
        )

    def of(self, kind: Kind) -> Colour:
        return {
            Kind.ACTIVE: self.active,
            Kind.KEEP: self.keep,
            Kind.DRAFT: self.draft,
            Kind.REJECT: self.reject,
            Kind.ERASE: self.erase,
        }[kind]


EDGE_SIGNS = {Edge.TOP: "▲", Edge.RIGHT: "▶", Edge.BOTTOM: "▼", Edge.LEFT: "◀"}
"""Stands on the middle of the edge that the arrows move."""


MARK = "*"
"""Stands before the label of a marked crop."""


def label_of(crop: Crop, marked: Collection[str] = ()) -> str:
    """A crop's label: whether it is marked, the sign of its status, its id."""
    return (MARK if crop.id in marked else "") + kind_of(crop).value + crop.id


def kind_of(crop: Crop) -> Kind:
    return {"keep": Kind.KEEP, "draft": Kind.DRAFT, "reject": Kind.REJECT}[crop.status]


def scene_of(
    sheet: Size,
    crops: Sequence[Crop],
    active: Crop | None,
    edge: Edge,
    marked: Collection[str] = (),
) -> Scene:
    """The scene of one sheet: its crops, one of them active (compared by identity).

    `marked` are ids.
    """
    others = tuple(
        Outline(crop.rect, kind_of(crop), label_of(crop, marked))
        for crop in crops
        if crop is not active and not crop.rect.is_empty
    )
    if active is None:
        return Scene(sheet, others=others)
    return Scene(
        sheet,
        Outline(active.rect, Kind.ACTIVE, label_of(active, marked)),
        edge,
        others,
        active.erase,
    )
