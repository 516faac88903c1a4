"""A picture flipped left to right, told from one that only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from spyke_tui.processing.flips import is_flip


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.png"
    image = Image.linear_gradient("L").rotate(30).convert("RGB")
    ImageDraw.Draw(image).ellipse((20, 20, 90, 200), fill="maroon")
    image.save(path)
    return path


def flipped(path: Path) -> Image.Image:
    return Image.open(path).transpose(Image.Transpose.FLIP_LEFT_RIGHT)


@pytest.mark.parametrize("name", ["other.png", "other.webp", "other.jpg"])
def test_a_flip_is_one_in_any_format(base: Path, name: str) -> None:
    other = base.with_name(name)
    flipped(base).save(other, quality=80)
    assert is_flip(base, other)
    assert is_flip(other, base)
    assert not is_flip(base, base)


def test_a_retouched_flip_is_a_picture_of_its_own(base: Path, tmp_path: Path) -> None:
    other = flipped(base)
    ImageDraw.Draw(other).rectangle((120, 120, 131, 131), fill="lime")
    other.save(tmp_path / "other.png")
    assert not is_flip(base, tmp_path / "other.png")


def test_another_size_transparency_or_damage_is_no_flip(base: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    flipped(base).resize((128, 128)).save(other)
    assert not is_flip(base, other)
    clear = flipped(base)
    clear.putalpha(Image.new("L", clear.size, 100))
    clear.save(other)
    assert not is_flip(base, other)
    other.write_bytes(b"broken")
    assert not is_flip(base, other)
