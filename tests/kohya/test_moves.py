"""Renames: our files move with their character, folder or crop, edited ones too."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from little_project import LittleProject, contents, rect
from PIL import Image

from spyke_tui.errors import ProjectLockedError
from spyke_tui.store.dataset_folder import project_place
from spyke_tui.store.lock import exclusive


@pytest.fixture
def project(tmp_path: Path) -> LittleProject:
    """Built, with one caption and one picture changed by hand, and a cache."""
    made = LittleProject(tmp_path / "project")
    made.build()
    (made.train / "front.txt").write_text("by hand\n")
    Image.new("RGB", (512, 512), "red").save(made.train / "face.png")
    (made.train / "back_0512x0512_sd.npz").write_bytes(b"cache")
    (made.train / "foreign.png").write_bytes(b"not ours")
    return made


EDITED = {"front.txt", "face.png"}


def test_repeats_move_the_folder(project: LittleProject) -> None:
    before = contents(project.train)
    project.set(repeats=12)
    result = project.build()
    assert [entry.name for entry in (project.root / "train").iterdir()] == ["12_hero_v1"]
    assert contents(project.train) == before
    assert (result.written, result.removed) == (0, 0)
    assert {Path(entry.file).name for entry in result.kept} == EDITED
    assert all("12_hero_v1" in entry.file for entry in result.kept)


def test_a_trigger_moves_the_folder_and_rewrites_captions(project: LittleProject) -> None:
    before = contents(project.train)
    project.set(trigger="hero_v2")
    result = project.build()
    assert [entry.name for entry in (project.root / "train").iterdir()] == ["10_hero_v2"]
    assert result.written == 3, "three captions are ours, the fourth is somebody's"
    after = contents(project.train)
    assert after["face.txt"] == b"hero_v2, bust\n"
    assert after["front.txt"] == b"by hand\n"
    assert {n: b for n, b in after.items() if not n.endswith(".txt")} == {
        n: b for n, b in before.items() if not n.endswith(".txt")
    }


def test_a_class_moves_the_folder_of_regularization_images(project: LittleProject) -> None:
    reg = project.root / "reg/1_character"
    reg.mkdir(parents=True)
    (reg / "reg_001.png").write_bytes(b"an image")
    project.set(**{"class": "anime_boy"})
    project.build()
    assert contents(project.root / "reg") == {"1_anime_boy/reg_001.png": b"an image"}
    assert not reg.exists()


def test_everything_at_once(project: LittleProject) -> None:
    before = contents(project.train)
    project.set(character="villain", trigger="villain_v1", repeats=3, **{"class": "x"})
    result = project.build()
    assert [entry.name for entry in (project.folder / "dataset").iterdir()] == ["villain"]
    assert [entry.name for entry in (project.root / "train").iterdir()] == ["3_villain_v1"]
    assert sorted(contents(project.train)) == sorted(before)
    assert {Path(entry.file).name for entry in result.kept} == EDITED
    assert not project.aside.exists()


def test_a_character_moves_all_of_its_folder(project: LittleProject) -> None:
    for name in ("topup/candidate.png", "aside/old.txt", "dataset.toml", "preview/front.png"):
        (project.root / name).parent.mkdir(exist_ok=True)
        (project.root / name).write_bytes(name.encode())
    before = contents(project.root)
    project.set(character="villain")
    assert project.build().written == 0
    assert contents(project.folder / "dataset") == {f"villain/{n}": b for n, b in before.items()}


def test_a_character_after_a_dry_run_under_its_new_name(project: LittleProject) -> None:
    """The new folder is there already; still no old one stays beside it, and nothing is lost."""
    project.preview()
    (project.root / "dataset.toml").write_text("old")
    before = contents(project.root)
    project.set(character="villain")
    project.preview()
    (project.root / "dataset.toml").write_text("new")
    result = project.build()
    assert result.written == 0
    assert [entry.name for entry in (project.folder / "dataset").iterdir()] == ["villain"]
    after = contents(project.root)
    assert {n: after[n] for n in before if n.startswith("train/")} == {
        n: b for n, b in before.items() if n.startswith("train/")
    }
    assert after["dataset.toml"] == b"new"
    assert after["aside/dataset.toml"] == b"old"
    assert "aside/dataset.toml" in {entry.file for entry in result.kept}
    project.nudge("back")
    assert project.build().written == 2, "the manifest came along: they are ours"


def test_a_move_cut_short_goes_on(project: LittleProject, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(project.train)
    project.set(character="villain")
    project.preview()
    real = Path.rename
    calls: list[Path] = []

    def rename(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        project.build()
    result = project.build()
    assert [entry.name for entry in (project.folder / "dataset").iterdir()] == ["villain"]
    assert contents(project.train) == before
    assert {Path(entry.file).name for entry in result.kept} == EDITED


def test_the_folder_of_another_project_stays(project: LittleProject) -> None:
    """Two projects write below one root; renaming one does not carry off the other's folder."""
    other = LittleProject(project.folder / "other")
    other.set(character="aaa", root=str(project.folder / "dataset"))
    other.build()
    before = contents(project.folder / "dataset/aaa")
    project.set(character="villain")
    project.build()
    names = sorted(entry.name for entry in (project.folder / "dataset").iterdir())
    assert names == ["aaa", "villain"]
    assert contents(project.folder / "dataset/aaa") == before


def test_a_copy_of_the_folder_is_not_taken_for_it(project: LittleProject) -> None:
    backup = project.folder / "dataset/a-backup"
    shutil.copytree(project.root, backup)
    before = contents(backup)
    shutil.rmtree(project.root)
    project.build()
    assert contents(backup) == before
    assert sorted(contents(project.train)) != []


def test_a_moved_project_still_knows_its_folder(project: LittleProject, tmp_path: Path) -> None:
    project.folder = project.folder.rename(tmp_path / "elsewhere")
    before = contents(project.train)
    project.set(character="villain")
    project.build()
    assert [entry.name for entry in (project.folder / "dataset").iterdir()] == ["villain"]
    assert contents(project.train) == before


def test_a_folder_that_is_being_written_is_not_moved(project: LittleProject) -> None:
    project.set(character="villain")
    with (
        exclusive(project.folder / "dataset/hero/.spyke/lock", "another build"),
        pytest.raises(ProjectLockedError, match="another build"),
    ):
        project.build()
    assert (project.folder / "dataset/hero/train").is_dir()
    assert not project.root.exists()


def test_a_taken_folder_name_merges_without_loss(project: LittleProject) -> None:
    before = contents(project.train)
    taken = project.root / "train/12_hero_v1"
    taken.mkdir()
    (taken / "front.txt").write_text("was here first\n")
    project.set(repeats=12)
    result = project.build()
    assert [entry.name for entry in (project.root / "train").iterdir()] == ["12_hero_v1"]
    after = contents(project.train)
    assert after == {**before, "front.txt": b"was here first\n"}
    assert contents(project.aside) == {"front.txt": b"by hand\n"}
    assert "aside/front.txt" in {entry.file for entry in result.kept}


def test_capitals_only_on_a_file_system_without_them(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the new folder "is there already": it is the old one, and nothing goes aside."""
    before = contents(project.train)
    project.set(trigger="Hero_v1")
    old, new = project.root / "train/10_hero_v1", project.train
    exists = Path.exists

    def without_capitals(self: Path, **options: bool) -> bool:
        return exists(old if self == new else self, **options)

    monkeypatch.setattr(Path, "exists", without_capitals)
    monkeypatch.setattr(Path, "samefile", lambda self, other: {self, other} == {old, new})
    project.build()
    monkeypatch.undo()
    assert not project.aside.exists()
    assert sorted(contents(project.train)) == sorted(before)


def test_a_folder_that_the_user_moved_already(project: LittleProject) -> None:
    before = contents(project.train)
    project.train.rename(project.train.with_name("12_hero_v1"))
    project.set(repeats=12)
    result = project.build()
    assert result.written == 0
    assert contents(project.train) == before
    assert {entry.why.split(";")[0] for entry in result.kept} == {"changed since it was built"}


# Crops -----------------------------------------------------------------------------------------


def rename(project: LittleProject, old: str, new: str) -> None:
    project.crop(old)["id"] = new
    project.save()


def test_a_renamed_crop_takes_its_files_along(project: LittleProject) -> None:
    before = contents(project.train)
    for old, new in (("front", "hero_front"), ("face", "portrait"), ("back", "behind")):
        rename(project, old, new)
    result = project.build()
    after = contents(project.train)
    names = {
        "front.png": "hero_front.png", "front.txt": "hero_front.txt",
        "face.png": "portrait.png", "face.txt": "portrait.txt",
        "back.png": "behind.png", "back.txt": "behind.txt",
        "back_mirror.png": "behind_mirror.png", "back_mirror.txt": "behind_mirror.txt",
        "foreign.png": "foreign.png",
    }  # fmt: skip
    assert after == {new: before[old] for old, new in names.items()}, "the cache was of back.png"
    assert (result.written, result.removed) == (0, 0)
    assert {Path(entry.file).name for entry in result.kept} == {"hero_front.txt", "portrait.png"}
    assert "--force hero_front" in result.kept[0].why


def test_a_renamed_crop_with_other_words_keeps_its_picture(project: LittleProject) -> None:
    project.crop("back")["tags"] = ["running"]
    rename(project, "back", "run")
    stamp = (project.train / "back.png").stat()
    result = project.build()
    assert (result.written, result.removed) == (2, 0)
    assert os.path.samestat((project.train / "run.png").stat(), stamp)
    assert (project.train / "run.txt").read_text() == "hero_v1, running\n"


def test_a_renamed_crop_without_its_sheet(project: LittleProject) -> None:
    (project.folder / "sheets/one.png").unlink()
    rename(project, "front", "hero_front")
    result = project.build()
    assert (project.train / "hero_front.txt").read_text() == "by hand\n"
    assert (project.train / "hero_front.png").is_file()
    assert result.removed == 0


def test_a_crop_renamed_and_moved_loses_no_words(project: LittleProject) -> None:
    """It can't be known for the same crop; what was edited goes aside."""
    project.crop("front")["rect"] = rect(1, 1, 50, 50)
    rename(project, "front", "other")
    result = project.build()
    assert "aside/front.txt" in {entry.file for entry in result.kept}
    assert contents(project.aside) == {"front.txt": b"by hand\n"}
    assert (project.train / "other.txt").read_text() == "hero_v1, front\n"


def test_a_rename_never_lands_on_somebodys_file(project: LittleProject) -> None:
    (project.train / "hero_front.png").write_bytes(b"somebody's")
    rename(project, "front", "hero_front")
    result = project.build()
    assert (project.train / "hero_front.png").read_bytes() == b"somebody's"
    assert {entry.file for entry in result.kept} >= {
        "train/10_hero_v1/hero_front.png",
        "aside/front.txt",
    }


def test_two_crops_that_swap_their_names(project: LittleProject) -> None:
    pictures = {n: (project.train / f"{n}.png").read_bytes() for n in ("front", "back")}
    project.crop("back")["mirror"] = False
    one, other = project.crop("front"), project.crop("back")
    one["id"], other["id"] = "back", "front"
    project.save()
    project.build()
    assert (project.train / "front.png").read_bytes() == pictures["back"]
    assert (project.train / "back.png").read_bytes() == pictures["front"]


def test_places_are_told_apart_through_links(tmp_path: Path) -> None:
    (tmp_path / "real/deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real/deep")
    root = tmp_path / "real/deep/dataset/hero"
    straight = project_place(tmp_path / "real/deep/crops.toml", root)
    assert straight == "../crops.toml"
    assert project_place(tmp_path / "link/crops.toml", tmp_path / "link/dataset/hero") == straight


def test_a_manifest_says_where_from_without_absolute_paths(project: LittleProject) -> None:
    data = json.loads((project.root / ".spyke/manifest.json").read_text())
    assert data["project"] == "../crops.toml"
    assert data["character"] == "hero"
