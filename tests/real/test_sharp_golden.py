"""Training images against what sharp really made of the same rectangles."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from spyke_tui.model.geometry import Rect, contain_box
from spyke_tui.processing.loading import load_picture
from spyke_tui.processing.render import render_crop

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
GOLDEN = SHARED / "bench" / "sharp-golden"
LEAST = 34.0
"""dB on the whole training image, where the crop is reduced: sharp enlarges half a pixel off."""

pytestmark = pytest.mark.skipif(not GOLDEN.is_dir(), reason=f"no golden pictures in {SHARED}")


def jobs() -> list[dict[str, Any]]:
    if not GOLDEN.is_dir():
        return []
    loaded = json.loads((GOLDEN / "rects.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, list)
    return loaded


def ours_and_sharps(job: dict[str, Any]) -> tuple[Rect, Image.Image, Image.Image]:
    rect = Rect(job["left"], job["top"], job["width"], job["height"])
    ours = render_crop(load_picture(SHARED / "sheets" / job["sheet"]), rect, 512, "#ffffff")
    with Image.open(GOLDEN / f"{job['id']}.png") as golden:
        return rect, ours, golden.convert("RGB")


def outside_of(image: Image.Image, box: Rect) -> Image.Image:
    bars = image.copy()
    bars.paste((255, 255, 255), box.box)
    return bars


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job["id"])
def test_the_letterbox_is_where_sharp_puts_it(job: dict[str, Any]) -> None:
    """White outside the box in both; inside, the sheet reaches the box's edges in both."""
    rect, ours, golden = ours_and_sharps(job)
    box = contain_box(rect.size, 512)
    plain = Image.new("RGB", (512, 512), (255, 255, 255))
    assert outside_of(ours, box).tobytes() == plain.tobytes()
    assert outside_of(golden, box).tobytes() == plain.tobytes()
    difference = ImageChops.difference(ours, golden).convert("L").point(lambda v: v > 60 and 255)
    assert ImageStat.Stat(difference).mean[0] / 255 < 0.02


@pytest.mark.parametrize("job", [j for j in jobs() if j["downscale"]], ids=lambda job: job["id"])
def test_reduced_crops_look_the_same(job: dict[str, Any]) -> None:
    _, ours, golden = ours_and_sharps(job)
    stat = ImageStat.Stat(ImageChops.difference(ours, golden))
    error = sum(stat.sum2) / sum(stat.count)
    assert 10 * math.log10(255**2 / error) >= LEAST
