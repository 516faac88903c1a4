"""Findings about crops.toml: each with the nearest project that does not deserve it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_project import LittleProject
from training_set import SHEET, TrainingSet, crop, picture

from spyke_tui.kohya.check import check_project
from spyke_tui.kohya.check.crops import covered_area
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Sheet
from spyke_tui.store.crops_file import CropsFile


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


# Rectangles ---------------------------------------------------------------------------------


def test_a_rectangle_that_leaves_the_sheet(good: TrainingSet) -> None:
    good.change("a", rect=Rect(701, 0, 600, 700))
    finding = good.only("rect-outside")
    assert finding.severity == "error"
    assert finding.where == "a"
    assert "600x700 at 701,0" in finding.message
    assert "left = 700, top = 0, width = 600, height = 700" in finding.fix


def test_a_rectangle_at_the_border(good: TrainingSet) -> None:
    good.change("a", rect=Rect(700, 0, 600, 700))
    assert good.codes() == {"image-stale"}


@pytest.mark.parametrize("rect", [Rect(0, 0, 0, 700), Rect(0, 0, 600, -1)])
def test_an_empty_rectangle(good: TrainingSet, rect: Rect) -> None:
    good.change("a", rect=rect)
    assert good.only("rect-empty").where == "a"


def test_a_rectangle_of_one_pixel(good: TrainingSet) -> None:
    good.change("a", rect=Rect(0, 0, 1, 1))
    assert "rect-empty" not in good.codes()


def test_a_rejected_rectangle_is_of_no_consequence(good: TrainingSet) -> None:
    good.p = good.p.with_crops(
        (*good.p.crops, crop("e", rect=Rect(9999, 0, 5, 5), status="reject"))
    )
    assert good.codes() == set()
    good.change("e", status="draft")
    assert good.codes() == {"rect-outside"}


def test_two_crops_of_one_id_are_told_once(good: TrainingSet) -> None:
    good.p = good.p.with_crops((*good.p.crops, crop("d", rect=Rect(9, 9, 600, 600))))
    findings = good.check().findings
    assert [f.where for f in findings if f.code == "id-duplicate"] == ["d"]


def test_an_unknown_sheet(good: TrainingSet) -> None:
    good.change("a", sheet="frunt")
    finding = good.only("sheet-unknown")
    assert finding.where == "a"
    assert "front" in finding.fix


# Sheets -------------------------------------------------------------------------------------


def test_a_missing_sheet(good: TrainingSet) -> None:
    good.sheet.unlink()
    finding = good.only("sheet-missing")  # what is built stays as it is
    assert (finding.severity, finding.where) == ("error", "sheets.front")


def test_a_missing_sheet_that_no_kept_crop_uses(good: TrainingSet) -> None:
    good.p = good.p.with_sheet(Sheet("back", "sheets/back.png", SHEET))
    assert good.only("sheet-missing").severity == "warning"
    good.p = good.p.with_crops((*good.p.crops, crop("e", sheet="back", status="draft")))
    assert good.only("sheet-missing").severity == "warning"
    good.change("e", status="keep")
    assert good.first("sheet-missing").severity == "error"


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_a_broken_sheet(good: TrainingSet, data: bytes) -> None:
    good.sheet.write_bytes(data)
    assert good.only("sheet-unreadable").severity == "error"


def test_a_sheet_that_is_cut_off_is_found_before_the_first_build(good: TrainingSet) -> None:
    good.p = good.p.with_sheet(Sheet("back", "sheets/back.png"))
    good.p = good.p.with_crops((*good.p.crops, crop("e", sheet="back")))
    whole = good.sheet.read_bytes()
    back = good.folder / "sheets" / "back.png"
    back.write_bytes(whole[: len(whole) * 2 // 3])
    for _ in range(2):  # the second time from memory
        finding = good.first("sheet-unreadable")
        assert finding.where == "sheets.back"
        assert finding.severity == "error"
    back.write_bytes(whole)
    assert "sheet-unreadable" not in good.codes()


def test_another_picture_in_the_place_of_a_sheet(good: TrainingSet) -> None:
    picture("d", 1299).save(good.sheet)
    finding = good.only("sheet-size-changed")
    assert "1299x1299" in finding.message
    assert "1300x1300" in finding.message


def test_an_edited_sheet_of_the_same_size_makes_its_images_stale(good: TrainingSet) -> None:
    picture("a", 1300).save(good.sheet)
    findings = good.check().findings
    assert {f.code for f in findings} == {"image-stale"}
    assert len(findings) == 5


def test_an_excluded_sheet(good: TrainingSet) -> None:
    good.sheets(use="exclude")
    findings = good.check().findings
    assert {(f.code, f.severity) for f in findings} == {("sheet-excluded", "error")}
    assert [f.where for f in findings] == ["a", "b", "c", "d"]
    good.sheets(use="partial")
    assert good.codes() == set()


def test_an_annotated_sheet_where_a_clean_one_shows_the_same(good: TrainingSet) -> None:
    good.sheets(annotated=True)
    good.p = good.p.with_sheet(Sheet("clean", "sheets/front.png", SHEET))
    twin = crop("e", sheet="clean", status="draft", view="View AAAA")
    good.p = good.p.with_crops((*good.p.crops, twin))
    finding = good.only("sheet-annotated")
    assert (finding.severity, finding.where) == ("warning", "a")
    assert "clean" in finding.message


@pytest.mark.parametrize(
    "change", [{"view": "view aaab"}, {"framing": "bust"}, {"status": "reject"}, {"sheet": "front"}]
)
def test_an_annotated_sheet_where_no_clean_one_does(
    good: TrainingSet, change: dict[str, str]
) -> None:
    good.sheets(annotated=True)
    good.p = good.p.with_sheet(Sheet("clean", "sheets/front.png", SHEET))
    twin = crop("e", sheet="clean", status="draft", view="view aaaa")
    good.p = good.p.with_crops((*good.p.crops, replace(twin, **change)))
    assert "sheet-annotated" not in good.codes()


# Crops --------------------------------------------------------------------------------------


def test_too_much_painted_over(good: TrainingSet) -> None:
    good.change("a", erase=(Rect(0, 0, 60, 700),))
    assert good.codes() == {"image-stale"}  # exactly 10%
    good.change("a", erase=(Rect(0, 0, 61, 700),))
    assert good.codes() == {"image-stale", "erase-large"}
    good.change("a", erase=(Rect(-100, -100, 130, 900), Rect(0, 0, 60, 700)))
    assert good.codes() == {"image-stale"}  # what overlaps or lies outside counts once or not


small = st.builds(
    Rect, st.integers(-3, 9), st.integers(-3, 9), st.integers(-1, 8), st.integers(-1, 8)
)


@given(small, st.lists(small, max_size=5))
def test_covered_area_counts_pixels(whole: Rect, parts: list[Rect]) -> None:
    pixels = {
        (x, y)
        for x in range(whole.left, whole.right)
        for y in range(whole.top, whole.bottom)
        if any(p.left <= x < p.right and p.top <= y < p.bottom for p in parts)
    }
    assert covered_area(whole, tuple(parts)) == len(pixels)


@pytest.mark.parametrize("details", [None, ("Right  Bracer",), ("right bracers",)])
def test_a_twin_with_one_side(good: TrainingSet, details: tuple[str, ...] | None) -> None:
    good.change("a", mirror=True, details=details)
    finding = good.first("mirror-one-sided")
    assert (finding.severity, finding.where) == ("error", "a")
    assert "image-missing" not in good.codes()  # nothing asks for that twin


def test_a_twin_that_may_be(good: TrainingSet) -> None:
    good.change("a", mirror=True, details=("white cloak",))
    assert "mirror-one-sided" not in good.codes()
    good.change("a", mirror=True, details=None)
    good.dataset(one_sided=())
    assert "mirror-one-sided" not in good.codes()


@pytest.mark.parametrize(
    ("key", "where", "advice"),
    [
        ("dataset.tigger", "dataset", "trigger"),
        ("crops[1].tag", "b", "tags"),
        ("crops[1].rect.widht", "b", "width"),
        ("sheets.front.annotatet", "sheets.front", "annotated"),
        ("targts", "crops.toml", "targets"),
        ('reg."a.b"', "reg", ""),
        ("crops[77].x", "crops[77]", ""),
    ],
)
def test_an_unknown_key(good: TrainingSet, key: str, where: str, advice: str) -> None:
    good.p = replace(good.p, unknown_keys=(key,))
    finding = good.only("unknown-key")
    assert (finding.severity, finding.where) == ("warning", where)
    assert key in finding.message
    assert (f"Did you mean {advice}?" in finding.fix) == bool(advice)


def test_sizes_of_sheets_are_unknown_at_first(good: TrainingSet) -> None:
    good.sheets(size=None)
    assert good.codes() == set()
    good.sheets(size=Size(1300, 1300))
    assert good.codes() == set()


def test_a_crop_of_an_excluded_sheet_is_not_told_to_be_built(tmp_path: Path) -> None:
    project = LittleProject(tmp_path / "project")
    project.sheets["two"]["use"] = "exclude"
    project.save()
    file = CropsFile.read(project.folder)
    findings = check_project(file.project, file.folder).findings
    (missing,) = [f for f in findings if f.code == "image-missing" and f.where == "face"]
    assert missing.fix.startswith("Reject the crop")
