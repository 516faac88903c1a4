"""Each mend does what its words say, and the finding is gone afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from spyke_tui.errors import UsageError
from spyke_tui.kohya.check import check_project
from spyke_tui.kohya.mending import Mend, mends_of
from spyke_tui.model.findings import Finding
from spyke_tui.model.project import Project
from spyke_tui.store.crops_file import CropsFile
from tests.little_project import LittleProject, rect


@pytest.fixture
def it(tmp_path: Path) -> LittleProject:
    return LittleProject(tmp_path / "hero")


def read(it: LittleProject) -> Project:
    return CropsFile.read(it.crops_toml).project


def found(it: LittleProject, code: str) -> list[Finding]:
    file = CropsFile.read(it.crops_toml)
    report = check_project(file.project, file.folder)
    return [finding for finding in report.findings if finding.code == code]


def mends(it: LittleProject, code: str) -> tuple[Mend, ...]:
    findings = found(it, code)
    assert findings, f"there is no {code}"
    return mends_of(findings[0], read(it), it.folder)


def do(it: LittleProject, mend: Mend) -> str:
    """Do it as the app does: save the change, then work on the disk, or build."""
    file = CropsFile.read(it.crops_toml)
    project, words = file.project, ""
    if mend.edit is not None:
        words, project = mend.edit(project)
        file.write(project)
    if mend.work is not None:
        words = mend.work(project)
    if mend.build:
        it.build()
    return words


def test_a_rectangle_moves_to_the_nearest_that_fits(it: LittleProject) -> None:
    it.change("front", rect=rect(200, 10, 80, 120))
    first, second = mends(it, "rect-outside")
    assert "80x120 at 160,10" in first.words and second.words == "rejects front"
    do(it, first)
    crop = read(it).crop("front")
    assert crop is not None and (crop.rect.left, crop.rect.width) == (160, 80)
    assert not found(it, "rect-outside")


def test_doubled_ids_get_numbers(it: LittleProject) -> None:
    it.crops[1]["id"] = "front"
    it.save()
    do(it, mends(it, "id-duplicate")[0])
    assert [crop.id for crop in read(it).crops] == ["front", "front_2", "face"]
    assert not found(it, "id-duplicate")


@pytest.mark.parametrize("choice", [0, 1])
def test_a_crop_of_an_excluded_sheet(it: LittleProject, choice: int) -> None:
    it.sheets["two"]["use"] = "exclude"
    it.save()
    do(it, mends(it, "sheet-excluded")[choice])
    crop = read(it).crop("face")
    assert crop is not None and (crop.status == "reject") is (choice == 0)
    assert not found(it, "sheet-excluded")


def test_the_clean_crop_takes_the_place_of_the_annotated_one(it: LittleProject) -> None:
    it.sheets["one"]["annotated"] = True
    it.change("front", framing="full body")
    it.change("face", framing="full body", view="front", status="draft")
    do(it, mends(it, "sheet-annotated")[0])
    statuses = {crop.id: crop.status for crop in read(it).crops}
    assert statuses == {"front": "reject", "back": "keep", "face": "keep"}


def test_a_changed_size_is_accepted(it: LittleProject) -> None:
    it.sheets["one"]["size"] = [100, 100]
    it.save()
    do(it, mends(it, "sheet-size-changed")[0])
    assert not found(it, "sheet-size-changed")


def test_a_refused_twin_is_no_longer_asked_for(it: LittleProject) -> None:
    it.set(details=["scar"], one_sided=["scar"])
    do(it, mends(it, "mirror-one-sided")[0])
    assert not found(it, "mirror-one-sided")


def test_missing_and_stale_images_are_built(it: LittleProject) -> None:
    assert mends(it, "image-missing")[0].build
    it.build()
    it.nudge("front")
    do(it, mends(it, "image-stale")[0])
    assert not found(it, "image-stale")


def test_a_retouched_picture_goes_aside_before_it_is_built_anew(it: LittleProject) -> None:
    it.build()
    retouched = Image.new("RGB", (512, 512), "red")
    retouched.save(it.train / "front.png")
    words = do(it, mends(it, "image-edited")[0])
    assert "aside/front.png" in words and "built anew" in words
    assert Image.open(it.aside / "front.png").getpixel((9, 9)) == (255, 0, 0)
    assert Image.open(it.train / "front.png").getpixel((256, 256)) != (255, 0, 0)
    assert not found(it, "image-edited")


def test_a_foreign_picture_goes_aside_with_its_caption(it: LittleProject) -> None:
    it.build()
    Image.new("RGB", (512, 512), "red").save(it.train / "alien.png")
    (it.train / "alien.txt").write_text("hero_v1, alien\n")
    do(it, mends(it, "image-foreign")[0])
    assert sorted(path.name for path in it.aside.iterdir()) == ["alien.png", "alien.txt"]
    assert not found(it, "image-foreign") and "front.png" in it.names()


def test_what_we_wrote_for_a_crop_that_is_gone_is_cleared_by_a_build(it: LittleProject) -> None:
    it.build()
    it.change("front", status="draft")
    (mend,) = mends(it, "image-foreign")
    assert mend.build
    do(it, mend)
    assert "front.png" not in it.names() and not it.aside.exists()


def test_of_two_pictures_with_one_stem_the_foreign_one_goes(it: LittleProject) -> None:
    it.build()
    Image.new("RGB", (512, 512), "red").save(it.train / "front.jpg")
    do(it, mends(it, "stem-duplicate")[0])
    assert (it.aside / "front.jpg").exists()
    assert {"front.png", "front.txt"} <= set(it.names())


def test_an_edited_caption_is_adopted_or_written_over(it: LittleProject) -> None:
    it.build()
    before = (it.train / "front.txt").read_text()
    (it.train / "front.txt").write_text("hero_v1, side view, sword\n")
    adopt, over = mends(it, "caption-edited")
    assert "It said: hero_v1, side view, sword" in do(it, over)
    assert (it.train / "front.txt").read_text() == before
    (it.train / "front.txt").write_text("hero_v1, side view, sword\n")
    do(it, adopt)
    crop = read(it).crop("front")
    assert crop is not None and "sword" in (*crop.tags, crop.pose, crop.caption)
    assert not found(it, "caption-edited")
    assert (it.train / "front.txt").read_text() == "hero_v1, side view, sword\n"


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("caption-empty", b"\n"),
        ("caption-encoding", b"\xef\xbb\xbfhero_v1, front\n"),
        ("caption-multiline", b"hero_v1, front\nmore\n"),
        ("caption-trigger", b"front, hero_v1\n"),
    ],
)
def test_a_broken_caption_is_written_again(it: LittleProject, code: str, data: bytes) -> None:
    it.build()
    (it.train / "front.txt").write_bytes(data)
    do(it, mends(it, code)[0])
    assert not found(it, code) and not found(it, "caption-edited")


def test_tags_that_are_almost_one_are_written_alike(it: LittleProject) -> None:
    for crop_id in ("front", "back"):
        it.change(crop_id, background="white background")
    it.change("face", background="white backgroud")
    it.build()
    first, second = mends(it, "caption-vocabulary")
    assert first.words == 'writes "white background" for "white backgroud" everywhere'
    assert second.words == 'writes "white backgroud" for "white background" everywhere'
    do(it, first)
    assert {crop.background for crop in read(it).crops} == {"white background"}


def test_a_missing_background_is_the_usual_one(it: LittleProject) -> None:
    it.change("front", background="grey background")
    it.build()
    finding = next(f for f in found(it, "caption-background") if f.where == "face")
    (mend,) = mends_of(finding, read(it), it.folder)
    assert mend.words == 'writes "grey background" on face'
    do(it, mend)
    crop = read(it).crop("face")
    assert crop is not None and crop.background == "grey background"


def test_a_feature_of_all_captions_is_left_out(it: LittleProject) -> None:
    it.set(details=["red hair"])
    for crop in ("front", "back", "face"):
        it.change(crop, tags=["red hair"])
    it.build()
    do(it, mends(it, "caption-fixed-feature")[0])
    assert all(crop.tags == () for crop in read(it).crops)


def test_one_of_two_near_duplicates_is_rejected(it: LittleProject) -> None:
    it.crops.append({"id": "again", "sheet": "one", "rect": rect(11, 10, 80, 120)})
    it.save()
    it.build()
    first, second = mends(it, "near-duplicate")
    assert {first.words, second.words} == {"rejects again", "rejects front"}
    do(it, first)
    rejected = [crop.id for crop in read(it).crops if crop.status == "reject"]
    assert [f"rejects {crop_id}" for crop_id in rejected] == [first.words]


def test_a_caption_among_the_regularization_images_goes_aside(it: LittleProject) -> None:
    it.build()
    folder = it.root / "reg" / "1_character"
    folder.mkdir(parents=True)
    (folder / "reg_001.txt").write_text("a")
    do(it, mends(it, "reg-caption")[0])
    assert (it.aside / "reg_001.txt").exists() and not found(it, "reg-caption")


def test_a_second_training_folder_goes_aside_whole(it: LittleProject) -> None:
    it.build()
    other = it.root / "train" / "5_other"
    other.mkdir()
    Image.new("RGB", (8, 8)).save(other / "a.png")
    do(it, mends(it, "folder-name")[0])
    assert (it.aside / "5_other" / "a.png").exists() and not found(it, "folder-name")


def test_nothing_outside_the_dataset_folder_is_moved(it: LittleProject) -> None:
    it.build()
    for where in ("sheets/one.png", "crops.toml", "dataset", "dataset/hero/train", "/etc/hosts"):
        finding = Finding("image-foreign", "warning", where, "", "")
        assert mends_of(finding, read(it), it.folder) == (), where


def test_what_is_gone_meanwhile_is_told(it: LittleProject) -> None:
    it.change("front", rect=rect(200, 10, 80, 120))
    (first, _) = mends(it, "rect-outside")
    assert first.edit is not None
    with pytest.raises(UsageError):
        first.edit(read(it).with_crops(()))


def test_findings_without_a_cure_by_key_have_none(it: LittleProject) -> None:
    for code in ("sheet-missing", "unknown-key", "caption-incomplete", "reg-few", "no-such-code"):
        assert mends_of(Finding(code, "error", "front", "", ""), read(it), it.folder) == ()


def test_a_twin_that_fell_behind_follows_again(it: LittleProject) -> None:
    """Its side is right: it must not be exchanged once more."""
    own = "hero_v1, left hand raised"
    it.change(
        "back", pose="left hand raised", details=[], mirror_caption=own.replace("left", "right")
    )
    it.change("back", background="snow")
    it.build()
    (finding,) = found(it, "caption-side-words")
    assert "does not follow from the fields of back: +snow" in finding.message
    do(it, mends(it, "caption-side-words")[0])
    crop = CropsFile.read(it.crops_toml).project.crop("back")
    assert crop is not None and crop.mirror_caption == "hero_v1, right hand raised, snow"
