"""How well figures are found on real, freely licensed sheets: floors over all of them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from spyke_tui.processing.suggest import suggest_rects

SHEETS = Path(__file__).resolve().parents[2].parent / "shared" / "sheets"
TRUTHS = sorted(SHEETS.glob("*/truth.json"))

pytestmark = pytest.mark.skipif(not TRUTHS, reason=f"no real sheets at {SHEETS}")

Score = Callable[[dict[str, Any], list[dict[str, int]]], dict[str, float]]


@pytest.fixture(scope="module")
def score() -> Score:
    spec = importlib.util.spec_from_file_location("sheet_score", SHEETS / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Score = module.score
    return found


def boxes(path: Path) -> list[dict[str, int]]:
    with Image.open(path) as opened:
        picture = opened.convert("RGBA" if "A" in opened.mode else "RGB")
    found = [suggestion.rect for suggestion in suggest_rects(picture, time_limit=60)]
    return [{"x": r.left, "y": r.top, "w": r.width, "h": r.height} for r in found]


def test_mean_recall_and_precision(score: Score) -> None:
    scores = []
    for path in TRUTHS:
        truth = json.loads(path.read_text("utf-8"))
        scores.append(score(truth, boxes(path.parent / truth["image"])))
    assert sum(s["recall50"] for s in scores) / len(scores) >= 0.99
    assert sum(s["precision50"] for s in scores) / len(scores) >= 0.98
    assert sum(s["recall75"] for s in scores) / len(scores) >= 0.9


def test_the_same_sheet_in_other_formats(score: Score) -> None:
    """Palette, gray, JPEG, WebP and cut-out versions of one sheet give the same figures."""
    folder = SHEETS / "derived-gopher"
    derived = json.loads((folder / "derived.json").read_text("utf-8"))
    truth = json.loads((folder / derived["truth"]).read_text("utf-8"))
    names = ("gray.png", "palette.png", "lossy.webp", "cmyk.jpg", "rgba-cut.png", "bilevel.png")
    recalls = [score(truth, boxes(folder / name))["recall50"] for name in names]
    assert sum(recalls) / len(recalls) >= 0.9


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("pepper-idle-row/idle.png", 6, 6),
        ("free-gophers-christmas/christmas.png", 7, 8),
        ("opensurge-sprites/surge.png", 80, 95),
        ("sylvie-expressions/sylvie green smile.png", 1, 1),
    ],
)
def test_number_of_figures(name: str, least: int, most: int) -> None:
    assert least <= len(boxes(SHEETS / name)) <= most
