"""What crops.toml holds, as typed, immutable data. Reading and checking it is `reading`'s work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from spyke_tui.model.geometry import Rect, Size

Status = Literal["draft", "keep", "reject"]
Framing = Literal["full body", "bust", "closeup", ""]
Use = Literal["yes", "partial", "evaluate", "exclude"]

STATUSES: tuple[Status, ...] = ("draft", "keep", "reject")
FRAMINGS: tuple[Framing, ...] = ("full body", "bust", "closeup")
USES: tuple[Use, ...] = ("yes", "partial", "evaluate", "exclude")
MIRROR_SUFFIX = "_mirror"


@dataclass(frozen=True, slots=True)
class Dataset:
    """[dataset]: the character and how its training folder is named and drawn."""

    character: str
    trigger: str
    class_: str = "character"
    repeats: int = 10
    size: int = 512
    pad: str = "#ffffff"
    """``#rrggbb`` or ``auto`` (the crop's own background)."""
    root: str = "dataset"
    details: tuple[str, ...] = ()
    one_sided: tuple[str, ...] = ()
    given: frozenset[str] = field(default=frozenset(), compare=False)
    """The keys that stand in crops.toml; the rest are defaults."""


@dataclass(frozen=True, slots=True)
class Span:
    """An inclusive range of counts."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Targets:
    """[targets]: what the set is held against. Shares are 0..1."""

    images: Span = Span(15, 20)
    reg: Span = Span(100, 200)
    details_shown: float = 0.60
    framing: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"full body": 0.70, "bust": 0.20, "closeup": 0.10})
    )
    action: float = 0.50
    tolerance: float = 0.10
    expressions: tuple[str, ...] = ("neutral", "determined", "surprised", "angry", "calm")
    steps: Span = Span(800, 1200)
    batch: int = 1
    given: frozenset[str] = field(default=frozenset(), compare=False)
    """The keys that stand in crops.toml, those of inner tables as ``images.min``."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """[sheets.KEY]: a source picture. `file` is relative to crops.toml, or absolute."""

    key: str
    file: str
    size: Size | None = None
    use: Use = "yes"
    annotated: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Crop:
    """[[crops]]: one rectangle of one sheet and what it shows.

    `action` and `details` are None where nobody has decided yet; an empty `details` means
    somebody looked and saw none.
    """

    id: str
    sheet: str
    rect: Rect
    status: Status = "keep"
    framing: Framing = ""
    view: str = ""
    pose: str = ""
    action: bool | None = None
    expression: str = ""
    background: str = ""
    tags: tuple[str, ...] = ()
    details: tuple[str, ...] | None = None
    mirror: bool = False
    mirror_caption: str = ""
    erase: tuple[Rect, ...] = ()
    caption: str = ""

    @property
    def mirror_id(self) -> str:
        return self.id + MIRROR_SUFFIX


@dataclass(frozen=True, slots=True)
class Generation:
    """[reg] or [topup] after defaults. `servers` has at least one address."""

    servers: tuple[str, ...] = ("http://127.0.0.1:8188",)
    auth_env: str = ""
    checkpoint: str = ""
    count: int = 150
    seed: int = 20260219
    rerolls: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    prompt: str = ""
    negative: str = ""
    steps: int = 20
    cfg: float = 7.0
    sampler: str = "euler_ancestral"
    scheduler: str = "normal"
    width: int = 512
    height: int = 512
    workflow: str = ""
    given: frozenset[str] = frozenset()
    """The keys that stand in its own table of crops.toml (``server``, ``steps``...; never
    ``rerolls``); the rest are defaults, or for [topup] come from [reg]."""


@dataclass(frozen=True, slots=True)
class Project:
    """A whole crops.toml. Contradictions (duplicate ids, unknown sheets) may be inside."""

    dataset: Dataset
    targets: Targets = field(default_factory=Targets)
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    crops: tuple[Crop, ...] = ()
    reg: Generation = field(default_factory=Generation)
    topup: Generation = field(default_factory=lambda: Generation(count=5))
    unknown_keys: tuple[str, ...] = ()
    """Dotted paths of keys that we do not know, e.g. ``crops[2].tag`` (kept, and reported)."""

    def crops_of(self, sheet: str) -> tuple[Crop, ...]:
        """The crops of one sheet, in the file's order."""
        return tuple(crop for crop in self.crops if crop.sheet == sheet)

    def crop(self, crop_id: str) -> Crop | None:
        """The first crop of that id."""
        return next((crop for crop in self.crops if crop.id == crop_id), None)

    def with_crops(self, crops: tuple[Crop, ...]) -> Project:
        return replace(self, crops=crops)

    def with_sheet(self, sheet: Sheet) -> Project:
        return replace(self, sheets={**self.sheets, sheet.key: sheet})
