"""A small training set on which `check` has nothing to say, to be broken in one place a test."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from PIL import Image, ImageDraw

from spyke_tui.kohya.check import check_project
from spyke_tui.kohya.plan import caption_bytes, image_key, plan_training
from spyke_tui.model.findings import Finding, Report
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Crop, Dataset, Generation, Project, Sheet, Span, Targets
from spyke_tui.store.files import Stamp, sha256_of_bytes
from spyke_tui.store.manifest import Entry, Manifest

SIDE = 512
SHEET = Size(1300, 1300)
_SHAPES = {
    "a": [("ellipse", (40, 40, 470, 470), "red")],
    "b": [("rectangle", (200, 10, 300, 500), "blue")],
    "c": [("polygon", ((10, 500), (10, 100), (400, 500)), "green")],
    "d": [("rectangle", (10, 220, 500, 290), "black"), ("ellipse", (10, 10, 120, 120), "orange")],
}


def picture(name: str, side: int = SIDE, mode: str = "RGB") -> Image.Image:
    """Something of its own for each name: no two are alike, none is symmetrical to another."""
    canvas = Image.new("RGB", (SIDE, SIDE), "white")
    draw = ImageDraw.Draw(canvas)
    for shape, where, colour in _SHAPES.get(name.removesuffix("_mirror"), _SHAPES["a"]):
        getattr(draw, shape)(where, fill=colour)
    if name.endswith("_mirror"):
        canvas = canvas.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return canvas.resize((side, side)).convert(mode)


@cache
def png(name: str, side: int = SIDE, mode: str = "RGB") -> bytes:
    data = io.BytesIO()
    picture(name, side, mode).save(data, "PNG")
    return data.getvalue()


def crop(crop_id: str, **values: Any) -> Crop:
    """A kept crop on which everything is decided."""
    crop = Crop(
        id=crop_id,
        sheet="front",
        rect=Rect(0, 0, 600, 700),
        framing="full body",
        view=f"view {crop_id}{crop_id}{crop_id}{crop_id}",
        pose="standing",
        action=True,
        expression="neutral",
        background="white background",
        details=("right bracer",),
    )
    return replace(crop, **values)


def project() -> Project:
    """Four crops and one twin that meet their targets exactly."""
    return Project(
        Dataset(
            "spyke", "spyke_v1", class_="hero", repeats=2,
            details=("right bracer", "white cloak"), one_sided=("right bracer",),
        ),
        Targets(
            images=Span(5, 5),
            reg=Span(8, 12),
            details_shown=0.4,
            framing=MappingProxyType({"full body": 0.4, "bust": 0.4, "closeup": 0.2}),
            action=0.6,
            tolerance=0.05,
            expressions=("neutral", "angry"),
            steps=Span(35, 45),
        ),
        {"front": Sheet("front", "sheets/front.png", SHEET)},
        (
            crop("a"),
            crop("b", rect=Rect(100, 100, 512, 300), action=False),
            crop("c", framing="bust", details=("white cloak",), mirror=True),
            crop("d", framing="closeup", details=(), action=False, expression="angry"),
        ),
        Generation(count=10, prompt="a hero with a red bracer"),
    )  # fmt: skip


class TrainingSet:
    """The project `p` in `folder`, built by hand, and what check says of it."""

    def __init__(self, folder: Path, p: Project | None = None) -> None:
        self.folder = folder
        self.p = p or project()
        self.sheet = folder / "sheets" / "front.png"
        self.sheet.parent.mkdir(parents=True)
        self.sheet.write_bytes(png("d", 1300))
        self.layout = Layout.of(self.p.dataset, folder)
        self.train, self.reg = self.layout.train, self.layout.reg
        self.manifest = Manifest(self.layout.root)
        self.build()

    def build(self) -> None:
        """Write what the project asks for, and remember it, as a build does."""
        self.train.mkdir(parents=True, exist_ok=True)
        self.reg.mkdir(parents=True, exist_ok=True)
        for planned in plan_training(self.p, self.layout):
            digest = self.manifest.source_sha256(self._sheet_of(planned.crop))
            key = image_key(planned, self.p, digest)
            self.write_ours(planned.image, png(planned.stem), planned.crop.id, key)
            data = caption_bytes(planned.caption)
            self.write_ours(planned.caption_file, data, planned.crop.id)
        for index in range(1, self.p.reg.count + 1):
            self.layout.reg_image(index).write_bytes(png("a"))
        self.manifest.write()

    def _sheet_of(self, crop: Crop) -> Path:
        """The sheet's file; the first one's where the project does not name any that is there."""
        sheet = self.p.sheets.get(crop.sheet)
        path = self.folder / sheet.file if sheet else self.sheet
        return path if path.is_file() else self.sheet

    def write_ours(self, path: Path, data: bytes, crop_id: str, key: str = "") -> None:
        path.write_bytes(data)
        stamp = Stamp.of(path)
        assert stamp is not None
        entry = Entry(crop_id, key, sha256_of_bytes(data), stamp)
        self.manifest.files[self.manifest.name_of(path)] = entry

    def change(self, crop_id: str, **values: Any) -> None:
        """Change a crop in crops.toml, nothing on disk."""
        self.p = self.p.with_crops(
            tuple(replace(c, **values) if c.id == crop_id else c for c in self.p.crops)
        )

    def dataset(self, **values: Any) -> None:
        self.p = replace(self.p, dataset=replace(self.p.dataset, **values))

    def targets(self, **values: Any) -> None:
        self.p = replace(self.p, targets=replace(self.p.targets, **values))

    def sheets(self, **values: Any) -> None:
        self.p = self.p.with_sheet(replace(self.p.sheets["front"], **values))

    def check(self) -> Report:
        return check_project(self.p, self.folder)

    def codes(self) -> set[str]:
        return {finding.code for finding in self.check().findings}

    def only(self, code: str) -> Finding:
        """The one finding there must be."""
        findings = self.check().findings
        assert [f.code for f in findings] == [code], findings
        return findings[0]

    def first(self, code: str) -> Finding:
        """The first finding of this code."""
        return next(f for f in self.check().findings if f.code == code)
