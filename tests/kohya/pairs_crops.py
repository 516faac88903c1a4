"""Pairs for what crops.toml says, and for the sheets that it names."""

from __future__ import annotations

from code_pairs import PairSet, pair

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Span


@pair("rect-outside", "error", "one pixel further to the right")
def one_pixel_over_the_edge(it: PairSet, spoilt: int) -> None:
    it.add("e", rect=Rect(700 + spoilt, 600, 600, 700))


@pair("rect-outside", "error", "the corner at -1 instead of 0")
def one_pixel_over_the_top(it: PairSet, spoilt: int) -> None:
    it.add("e", rect=Rect(0, -spoilt, 1300, 1300))


@pair("rect-empty", "error", "a width of 0 instead of 1")
def no_width(it: PairSet, spoilt: int) -> None:
    it.add("e", rect=Rect(10, 10, 1 - spoilt, 600))


@pair("id-duplicate", "error", "one letter of a draft's id")
def one_id_for_two(it: PairSet, spoilt: int) -> None:
    it.add("e")
    it.add("e" if spoilt else "ee")


@pair("sheet-unknown", "error", "a capital letter in a crop's sheet")
def a_sheet_of_no_name(it: PairSet, spoilt: int) -> None:
    it.add("e", sheet="Front" if spoilt else "front")


@pair("sheet-missing", "warning", "one letter of a file's name, on a sheet without kept crops")
def a_file_of_another_name(it: PairSet, spoilt: int) -> None:
    it.add_sheet("back", file="sheets/frond.png" if spoilt else "sheets/front.png")
    it.add("e", sheet="back")


@pair("sheet-missing", "error", "the crop of a missing sheet is kept instead of a draft",
      along={"image-missing"}, beside={"sheet-missing"})  # fmt: skip
def a_missing_sheet_that_is_used(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.add_sheet("back", file="sheets/gone.png")
    it.add("e", sheet="back", status="keep" if spoilt else "draft")


@pair("sheet-unreadable", "error", "the first byte is 0x88 instead of 0x89")
def one_byte_of_a_sheet(it: PairSet, spoilt: int) -> None:
    data = it.sheet.read_bytes()
    it.sheet.write_bytes(bytes([data[0] - spoilt]) + data[1:])


@pair("sheet-unreadable", "warning", "the first byte of a sheet without kept crops")
def one_byte_of_a_spare_sheet(it: PairSet, spoilt: int) -> None:
    data = it.sheet.read_bytes()
    (it.folder / "sheets" / "back.png").write_bytes(bytes([data[0] - spoilt]) + data[1:])
    it.add_sheet("back", file="sheets/back.png")


@pair("sheet-size-changed", "error", "noted as one pixel higher than it is")
def one_pixel_of_a_sheet(it: PairSet, spoilt: int) -> None:
    it.sheets(size=Size(1300, 1300 + spoilt))


@pair("sheet-size-changed", "warning", "one pixel, on a sheet without kept crops")
def one_pixel_of_a_spare_sheet(it: PairSet, spoilt: int) -> None:
    it.add_sheet("back", size=Size(1300 - spoilt, 1300))


@pair("sheet-excluded", "error", "the crop of an excluded sheet is kept instead of a draft")
def a_kept_crop_of_an_excluded_sheet(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.add_sheet("back", use="exclude")
    it.change("b", sheet="back" if spoilt else "front")
    it.add("e", sheet="back")
    it.build()


@pair("sheet-annotated", "warning", "one letter of the clean crop's view")
def the_same_view_on_a_clean_sheet(it: PairSet, spoilt: int) -> None:
    it.sheets(annotated=True)
    it.add_sheet("clean")
    it.add("e", sheet="clean", view="View AAAA" if spoilt else "view aaab")


@pair("erase-large", "warning", "one pixel more than 10% is painted over")
def one_pixel_painted_over(it: PairSet, spoilt: int) -> None:
    it.change("a", erase=(Rect(0, 0, 60, 700), Rect(60, 0, spoilt, spoilt)))
    it.build()


@pair("unknown-key", "warning", "one letter of a crop's key")
def one_letter_of_a_key(it: PairSet, spoilt: int) -> None:
    it.retyped = ("tags = []", "tag = []") if spoilt else ("", "")


@pair("unknown-key", "warning", "one letter of a key inside a table")
def one_letter_of_a_target(it: PairSet, spoilt: int) -> None:
    it.targets(framing={"full body": 0.4, "bust": 0.4})
    it.retyped = ('"bust" =', '"bvst" =') if spoilt else ("", "")


@pair("mirror-one-sided", "error", "one letter of a detail: it may be the one-sided one",
      along={"image-foreign"})  # fmt: skip
def one_letter_of_a_detail(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.dataset(one_sided=("right bracer", "white cloak"), details=("white cloaks",))
    it.change("c", details=("white cloak" if spoilt else "white cloaks",))


@pair("mirror-one-sided", "error", "details are absent instead of []",
      along={"caption-incomplete", "image-foreign"})  # fmt: skip
def nobody_has_looked(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.change("d", mirror=True)
    it.reg_settings(count=12)  # six images, twice each
    it.targets(images=Span(5, 6), steps=Span(35, 50))
    it.build()
    it.change("d", details=None if spoilt else ())
