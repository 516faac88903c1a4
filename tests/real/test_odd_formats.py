"""Real files of odd formats: each does what was written down about it, and looks right."""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from spyke_tui.errors import PictureError
from spyke_tui.processing.loading import load_picture, read_info

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
ODD = SHARED / "sheets" / "odd-formats"
GOPHER = SHARED / "sheets" / "derived-gopher"
MODEL = SHARED / "sheets" / "go-gopher-model-sheet" / "modelsheet.jpg"

pytestmark = pytest.mark.skipif(not ODD.is_dir(), reason=f"no real pictures in {SHARED}")


def expectations() -> list[dict[str, str]]:
    if not ODD.is_dir():
        return []
    with (ODD / "EXPECT.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def psnr(one: Image.Image, other: Image.Image) -> float:
    stat = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB")))
    error = sum(stat.sum2) / sum(stat.count)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


@pytest.mark.parametrize("expected", expectations(), ids=lambda row: row["file"])
def test_does_what_is_written(expected: dict[str, str]) -> None:
    path = ODD / expected["file"]
    if expected["opens"] != "yes" or expected["loads"] != "yes":
        with pytest.raises(PictureError) as caught:
            load_picture(path)
        assert caught.value.reason == reason_of(expected)
        return
    info = read_info(path)
    assert info.format == expected["format"]
    assert str(info.size) == expected["size"]
    assert info.mode == expected["mode"]
    assert info.transparent == (expected["transparency"] == "True")
    picture = load_picture(path)
    assert picture.size == (info.size.width, info.size.height)
    assert picture.mode in ("RGB", "RGBA")


def reason_of(expected: dict[str, str]) -> str:
    text = (expected["opens"] + expected["loads"]).lower()
    if "decompressionbomb" in text:
        return "too-large"
    return "truncated" if "truncated" in text else "unreadable"


@pytest.mark.skipif(shutil.which("convert") is None, reason="needs ImageMagick")
@pytest.mark.parametrize("expected", expectations(), ids=lambda row: row["file"])
def test_looks_as_another_decoder_shows_it(expected: dict[str, str], tmp_path: Path) -> None:
    """ImageMagick's pixels on white, upright, against ours composited on white."""
    path = ODD / expected["file"]
    if expected["loads"] != "yes" or path.suffix == ".avif":
        pytest.skip("not to be decoded, or not by every ImageMagick")
    if path.name == "pil123rgba.png":
        pytest.skip("its gamma chunk is ignored, as Pillow and with it the trainer do")
    shown = tmp_path / "shown.bmp"
    command = ["convert", f"{path}[0]", "-auto-orient", "-colorspace", "sRGB"]
    command += ["-background", "white", "-flatten", "-depth", "8", f"BMP3:{shown}"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this ImageMagick does not read it")
    picture = load_picture(path).convert("RGBA")
    ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    ours = Image.alpha_composite(ground, picture)
    with Image.open(shown) as other:
        # CMYK is what each makes of it without a common profile; JPEG decoders round differently.
        least = 20 if expected["mode"] == "CMYK" else 38
        assert psnr(ours, other) >= least


def test_orientation_samples_match_the_upright_original() -> None:
    upright = load_picture(ODD / "hopper.jpg")
    for name in ("hopper_orientation_6.jpg", "hopper_orientation_8.webp"):
        assert psnr(load_picture(ODD / name), upright) > 25, name


def derived() -> list[Path]:
    return sorted(p for p in GOPHER.glob("*") if p.suffix != ".json") if GOPHER.is_dir() else []


@pytest.mark.parametrize("path", derived(), ids=lambda path: path.name)
def test_the_gopher_sheet_in_every_format(path: Path) -> None:
    """Each conversion still looks like the sheet it was made from, upright and not inverted."""
    model = load_picture(MODEL)
    picture = load_picture(path)
    ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    shown = Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    small = model.resize(shown.size, Image.Resampling.LANCZOS)
    if path.name.startswith(("gray", "bilevel")):
        small = small.convert("L").convert("RGB")
    if path.name.startswith("bilevel"):
        # Dithered: the same picture only from a distance.
        shown, small = shown.reduce(8), small.reduce(8)
    least = {"rgba-cut.png": 25, "bilevel.png": 20, "palette.png": 26}.get(path.name, 30)
    assert psnr(shown, small) >= least
