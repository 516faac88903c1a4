"""From crops.toml to the training folder: exactly these files, and only what changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from little_project import LittleProject, contents, draw_sheet, rect, stamps
from PIL import Image, ImageOps

from spyke_tui.errors import UsageError
from spyke_tui.kohya.result import Failure

FILES = ["back", "back_mirror", "face", "front"]


@pytest.fixture
def project(tmp_path: Path) -> LittleProject:
    return LittleProject(tmp_path / "project")


def counts(result: object) -> tuple[int, int, int, int, int]:
    r = result
    return (r.written, r.unchanged, r.removed, len(r.kept), len(r.failed))  # type: ignore[attr-defined]


# The files -------------------------------------------------------------------------------------


def test_writes_exactly_these_files(project: LittleProject) -> None:
    assert counts(project.build()) == (8, 0, 0, 0, 0)
    assert project.names() == sorted(f"{stem}{end}" for stem in FILES for end in (".png", ".txt"))
    below = {entry.name for entry in os.scandir(project.root)}
    assert below == {"train", ".spyke"}, "no empty folders for what is not there"


def test_captions_byte_for_byte(project: LittleProject) -> None:
    project.change("front", tags=["red  scarf", "FRONT", "sword, shield"], background="grün")
    project.change("face", caption="my own words\nin two lines", expression="angry")
    project.change("back", mirror_caption="hero_v1, seen in a mirror")
    project.build()
    read = {path.stem: path.read_bytes() for path in project.train.glob("*.txt")}
    assert read == {
        "front": "hero_v1, front, red scarf, sword, shield, grün\n".encode(),
        "face": b"my own words in two lines\n",
        "back": b"hero_v1\n",
        "back_mirror": b"hero_v1, seen in a mirror\n",
    }


def test_pictures_show_the_crop_on_its_pad(project: LittleProject) -> None:
    """Against a render of our own: no line of it is shared with the product."""
    project.set(pad="#102030")
    project.build()
    with Image.open(project.folder / "sheets/one.png") as sheet:
        for name, (left, top, width, height), (wide, high) in (
            ("front", (10, 10, 80, 120), (341, 512)),
            ("back", (100, 20, 120, 60), (512, 256)),
        ):
            crop = sheet.crop((left, top, left + width, top + height))
            wanted = Image.new("RGB", (512, 512), (0x10, 0x20, 0x30))
            fitted = crop.resize((wide, high), Image.Resampling.LANCZOS)
            wanted.paste(fitted, ((512 - wide) // 2, (512 - high) // 2))
            with Image.open(project.train / f"{name}.png") as made:
                assert (made.format, made.mode, made.size) == ("PNG", "RGB", (512, 512))
                assert not set(made.info) & {"icc_profile", "exif", "transparency", "Software"}
                assert made.tobytes() == wanted.tobytes()
    with Image.open(project.train / "back.png") as one:
        mirrored = ImageOps.mirror(one.convert("RGB"))
    with Image.open(project.train / "back_mirror.png") as twin:
        assert twin.tobytes() == mirrored.tobytes()


def test_transparent_sheets_show_the_pad(project: LittleProject) -> None:
    sheet = Image.new("RGBA", (240, 160), (0, 0, 0, 0))
    sheet.paste((200, 0, 0, 255), (20, 20, 60, 100))
    sheet.save(project.folder / "sheets/one.png")
    project.set(pad="#00ff00")
    project.build()
    with Image.open(project.train / "front.png") as made:
        assert made.mode == "RGB"
        assert made.getpixel((0, 0)) == made.getpixel((95, 4)) == (0, 255, 0)
        assert made.getpixel((200, 200)) == (200, 0, 0)


@pytest.mark.parametrize(
    ("details", "twin"),
    [(None, False), (["right bracer"], False), ([], True), (["cape"], True), (["caep"], False)],
)
def test_twins_fail_closed(project: LittleProject, details: list[str] | None, twin: bool) -> None:
    project.set(details=["right bracer", "cape"], one_sided=["right bracer"])
    if details is not None:
        project.change("back", details=details)
    project.build()
    assert ("back_mirror.png" in project.names()) is twin
    assert ("back_mirror.txt" in project.names()) is twin


def test_a_twin_goes_when_its_crop_must_not_be_flipped_any_more(project: LittleProject) -> None:
    project.build()
    project.set(details=["right bracer"], one_sided=["right bracer"])
    assert counts(project.build()) == (0, 6, 2, 0, 0)
    assert "back_mirror.png" not in project.names()


def test_drafts_and_rejected_crops_are_not_built(project: LittleProject) -> None:
    project.change("front", status="draft")
    project.change("face", status="reject")
    project.build()
    assert project.names() == ["back.png", "back.txt", "back_mirror.png", "back_mirror.txt"]


def test_a_project_without_crops_writes_nothing(tmp_path: Path) -> None:
    project = LittleProject(tmp_path / "empty", crops=[])
    assert counts(project.build()) == (0, 0, 0, 0, 0)
    assert not project.train.exists()


# Only what changed -----------------------------------------------------------------------------


def test_a_second_build_touches_nothing(project: LittleProject) -> None:
    project.build()
    before = stamps(project.train)
    assert counts(project.build()) == (0, 8, 0, 0, 0)
    assert stamps(project.train) == before


def test_a_nudge_rewrites_one_picture(project: LittleProject) -> None:
    project.build()
    before = stamps(project.train)
    project.nudge("front")
    assert counts(project.build()) == (1, 7, 0, 0, 0)
    assert changed(project, before) == {"front.png"}


def test_a_nudge_rewrites_the_twin_too(project: LittleProject) -> None:
    project.build()
    before = stamps(project.train)
    project.nudge("back")
    assert counts(project.build()) == (2, 6, 0, 0, 0)
    assert changed(project, before) == {"back.png", "back_mirror.png"}


def test_tags_rewrite_only_the_caption(project: LittleProject) -> None:
    project.build()
    before = stamps(project.train)
    project.change("front", tags=["scarf"])
    assert counts(project.build()) == (1, 7, 0, 0, 0)
    assert changed(project, before) == {"front.txt"}


def test_what_the_picture_depends_on(project: LittleProject) -> None:
    project.build()
    for values in ({"size": 768}, {"pad": "#808080"}, {"pad": "auto"}):
        project.set(**values)
        assert project.build().written == 4, values
    project.change("front", erase=[rect(20, 20, 10, 10)])
    assert counts(project.build()) == (1, 7, 0, 0, 0)
    draw_sheet(project.folder / "sheets/two.png", seed=9)
    assert counts(project.build()) == (1, 7, 0, 0, 0)


def test_a_touched_or_copied_sheet_changes_nothing(project: LittleProject) -> None:
    project.build()
    before = stamps(project.train)
    sheet = project.folder / "sheets/one.png"
    sheet.write_bytes(sheet.read_bytes())
    os.utime(sheet, ns=(1, 1))
    assert counts(project.build()) == (0, 8, 0, 0, 0)
    assert stamps(project.train) == before


def test_a_dataset_copied_elsewhere_is_known_again(project: LittleProject, tmp_path: Path) -> None:
    import shutil

    project.build()
    shutil.copytree(project.folder, tmp_path / "copy", copy_function=shutil.copyfile)
    copy = tmp_path / "copy"
    before = contents(copy)
    moved = LittleProject.__new__(LittleProject)
    moved.__dict__ = {**project.__dict__, "folder": copy}
    assert counts(moved.build()) == (0, 8, 0, 0, 0)
    assert contents(copy) == before


def test_a_deleted_file_comes_back(project: LittleProject) -> None:
    project.build()
    before = contents(project.train)
    (project.train / "front.png").unlink()
    (project.train / "face.txt").unlink()
    assert counts(project.build()) == (2, 6, 0, 0, 0)
    assert contents(project.train) == before


def test_only_builds_only_these(project: LittleProject) -> None:
    assert counts(project.build(only=["face"])) == (2, 0, 0, 0, 0)
    assert project.names() == ["face.png", "face.txt"]
    project.change("front", status="reject")
    project.nudge("face")
    assert counts(project.build(only=["face"])) == (1, 1, 0, 0, 0)
    project.change("front", status="keep")
    assert counts(project.build()) == (6, 2, 0, 0, 0)


def test_only_removes_nothing(project: LittleProject) -> None:
    project.build()
    project.change("front", status="reject")
    project.build(only=["face"])
    assert "front.png" in project.names()
    assert project.build().removed == 2


@pytest.mark.parametrize("option", ["only", "force"])
def test_unknown_and_unkept_ids_are_refused(project: LittleProject, option: str) -> None:
    with pytest.raises(UsageError, match="'frnt'") as caught:
        project.build(**{option: ["frnt"]})
    assert "front" in caught.value.hint
    project.change("front", status="draft")
    with pytest.raises(UsageError, match="draft"):
        project.build(**{option: ["front"]})
    assert not project.train.exists()


def test_progress_counts_to_the_end(project: LittleProject) -> None:
    seen: list[tuple[int, int, str]] = []
    project.build(progress=lambda *what: seen.append(what))
    assert [(done, total) for done, total, _ in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert sorted(name for _, _, name in seen) == FILES


def changed(project: LittleProject, before: dict[str, tuple[object, ...]]) -> set[str]:
    after = stamps(project.train)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


# Crops that can't be built ---------------------------------------------------------------------


def test_the_other_crops_are_built(project: LittleProject) -> None:
    """One crop for every reason; each is named once, with its code and a cure."""
    for number, name in enumerate(("missing", "broken", "cut", "resized", "excluded")):
        path = draw_sheet(project.folder / f"sheets/{name}.png", seed=number + 3)
        project.sheets[name] = {"file": f"sheets/{name}.png", "size": [240, 160]}
        project.crops.append({"id": name, "sheet": name, "rect": rect(0, 0, 50, 50)})
        if name == "missing":
            path.unlink()
        elif name == "broken":
            path.write_bytes(b"not a picture at all, only words")
        elif name == "cut":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    project.sheets["resized"]["size"] = [240, 161]
    project.sheets["excluded"]["use"] = "exclude"
    project.crops += [
        {"id": "outside", "sheet": "one", "rect": rect(200, 0, 100, 50)},
        {"id": "empty", "sheet": "one", "rect": rect(0, 0, 0, 50)},
        {"id": "lost", "sheet": "nowhere", "rect": rect(0, 0, 50, 50)},
        {"id": "double", "sheet": "one", "rect": rect(0, 0, 50, 50)},
        {"id": "double", "sheet": "two", "rect": rect(0, 0, 50, 50)},
    ]
    project.save()
    result = project.build()
    assert {f.crop: f.code for f in result.failed} == {
        "missing": "sheet-missing",
        "broken": "sheet-unreadable",
        "cut": "sheet-unreadable",
        "resized": "sheet-size-changed",
        "excluded": "sheet-excluded",
        "outside": "rect-outside",
        "empty": "rect-empty",
        "lost": "sheet-unknown",
        "double": "id-duplicate",
    }
    assert len(result.failed) == 9
    assert all(f.message.endswith(".") and f.fix for f in result.failed)
    assert [name for name in project.names() if name.endswith(".png")] == [
        f"{stem}.png" for stem in FILES
    ]
    outside = next(f for f in result.failed if f.crop == "outside")
    assert "left = 140, top = 0, width = 100, height = 50" in outside.fix
    assert counts(project.build())[0] == 0, "a second time they fail alike and nothing is written"


def test_a_lost_sheet_costs_no_picture(project: LittleProject) -> None:
    """Its pictures stay; captions still follow crops.toml."""
    project.build()
    before = contents(project.train)
    (project.folder / "sheets/one.png").unlink()
    project.change("front", tags=["scarf"])
    result = project.build()
    assert {f.crop for f in result.failed} == {"front", "back"}
    assert (project.train / "front.txt").read_text() == "hero_v1, front, scarf\n"
    assert {**contents(project.train), "front.txt": b""} == {**before, "front.txt": b""}


def test_only_reports_only_these(project: LittleProject) -> None:
    (project.folder / "sheets/one.png").unlink()
    assert project.build(only=["face"]).failed == []
    assert [f.crop for f in project.build(only=["front"]).failed] == ["front"]


def test_a_sheet_that_shrinks_while_it_is_read_is_a_failure(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spyke_tui.processing import loading

    whole = loading.load_picture

    def load(path: Path) -> Image.Image:
        picture = whole(path)
        return picture.crop((0, 0, 50, 50)) if path.name == "one.png" else picture

    monkeypatch.setattr(loading, "load_picture", load)
    result = project.build()
    assert {f.crop for f in result.failed} == {"front", "back"}
    assert "face.png" in project.names()


def test_names_that_need_care(tmp_path: Path) -> None:
    project = LittleProject(tmp_path / "mein Projekt ü [1]\nzwei", crops=[])
    for number, name in enumerate(("a b.png", "ünï (1).png", "new\nline.png", "$(touch x).png")):
        draw_sheet(project.folder / "my sheets" / name, seed=number + 1)
        project.sheets[f"s{number}"] = {"file": f"my sheets/{name}"}
        crop = {"id": f"c{number}", "sheet": f"s{number}", "rect": rect(5, 5, 60, 60)}
        project.crops.append(crop)
    project.save()
    assert counts(project.build()) == (8, 0, 0, 0, 0)


def test_linked_crops_toml_and_dataset(project: LittleProject, tmp_path: Path) -> None:
    """What the user linked stays a link, and both ways of naming it are one project."""
    (tmp_path / "disk").mkdir()
    (project.folder / "dataset").symlink_to(tmp_path / "disk")
    real = project.crops_toml.rename(tmp_path / "disk" / "real.toml")
    project.crops_toml.symlink_to(real)
    assert counts(project.build()) == (8, 0, 0, 0, 0)
    assert (tmp_path / "disk" / "hero" / "train").is_dir()
    assert project.crops_toml.is_symlink()
    assert (project.folder / "dataset").is_symlink()
    assert counts(project.build()) == (0, 8, 0, 0, 0)


def test_another_project_may_not_take_the_folder(project: LittleProject) -> None:
    project.build()
    other = project.folder / "other.toml"
    other.write_text(project.crops_toml.read_text().replace("front", "fore"))
    from spyke_tui.kohya.build import build_project
    from spyke_tui.store.crops_file import CropsFile

    before = contents(project.root)
    file = CropsFile.read(other)
    with pytest.raises(UsageError, match=r"crops\.toml"):
        build_project(file.project, file.folder, crops_file=file)
    assert contents(project.root) == before
    project.crops_toml.unlink()  # a renamed crops.toml is no other project
    assert build_project(file.project, file.folder, crops_file=file).failed == []


def test_failures_have_the_form_of_the_json(project: LittleProject) -> None:
    (project.folder / "sheets/two.png").unlink()
    found = project.build().as_json()
    assert set(found) == {"written", "unchanged", "removed", "kept", "failed"}
    assert found["failed"] == [
        {
            "crop": "face",
            "code": "sheet-missing",
            "message": "The picture sheets/two.png is not there.",
            "fix": "Put it there, or correct file in [sheets.two].",
        }
    ]
    assert Failure(**found["failed"][0]).crop == "face"
