"""Caption files that somebody else changed: what is told, and what writing over them touches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spyke_tui.errors import ProjectLockedError
from spyke_tui.kohya import captions_on_disk
from spyke_tui.kohya.captions_on_disk import (
    CaptionWatch,
    ChangedCaption,
    follow_captions,
    write_captions,
)
from spyke_tui.kohya.plan import Planned
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.files import sha256_of_bytes, write_whole
from spyke_tui.store.lock import exclusive
from spyke_tui.store.manifest import Manifest
from tests.little_project import LittleProject, contents


@pytest.fixture
def little(tmp_path: Path) -> LittleProject:
    project = LittleProject(tmp_path / "little")
    project.build()
    return project


def look(little: LittleProject, watch: CaptionWatch | None = None) -> list[ChangedCaption]:
    watch = watch or CaptionWatch(little.folder)
    return list(watch.look(CropsFile.read(little.crops_toml).project))


def test_only_what_others_changed_is_told(little: LittleProject) -> None:
    watch = CaptionWatch(little.folder)
    assert look(little, watch) == []
    little.change("front", view="side view")  # ours, and stale: no matter of this
    assert look(little, watch) == []
    (little.train / "back_mirror.txt").write_text("hero_v1, mine\n")
    (little.train / "face.txt").write_text("hero_v1, bust\n\nmore\n")
    found = {changed.name: changed for changed in look(little, watch)}
    assert set(found) == {"back_mirror.txt", "face.txt"}
    assert found["back_mirror.txt"] == ChangedCaption(
        "back", True, "back_mirror.txt", "hero_v1, mine", True
    )
    (little.train / "face.txt").write_text("hero_v1, bust\n")
    assert [changed.name for changed in look(little, watch)] == ["back_mirror.txt"]


def test_a_file_that_is_not_ours_is_told_as_such(tmp_path: Path) -> None:
    little = LittleProject(tmp_path / "little")
    little.train.mkdir(parents=True)
    (little.train / "front.txt").write_bytes(b"\xef\xbb\xbfhero_v1, front")
    (found,) = look(little)
    assert (found.written_by_us, found.text) == (False, "hero_v1, front")
    assert found.remarks  # the mark at its beginning would reach the trainer


def test_writing_over_touches_these_captions_only(little: LittleProject) -> None:
    before = contents(little.folder)
    (little.train / "front.txt").write_text("mine\n")
    (little.train / "face.txt").write_text("mine too\n")
    picture = little.train / "front.png"
    picture.write_bytes(picture.read_bytes() + b"retouched")
    project = CropsFile.read(little.crops_toml).project
    assert write_captions(project, little.folder, {"front.txt"}) == ["front.txt"]
    assert (little.train / "front.txt").read_bytes() == b"hero_v1, front\n"
    assert (little.train / "face.txt").read_text() == "mine too\n"
    assert picture.read_bytes().endswith(b"retouched")
    assert [changed.name for changed in look(little)] == ["face.txt"]
    result = little.build()  # and the build takes it for its own
    assert {Path(kept.file).name for kept in result.kept} == {"front.png", "face.txt"}
    assert set(contents(little.folder)) == set(before)


def test_while_a_build_runs_nothing_is_written(little: LittleProject) -> None:
    project = CropsFile.read(little.crops_toml).project
    with (
        exclusive(little.root / ".spyke" / "lock", "a build"),
        pytest.raises(ProjectLockedError),
    ):
        write_captions(project, little.folder, {"front.txt"})


def test_captions_of_ours_follow_the_project(little: LittleProject) -> None:
    built = contents(little.train)
    assert follow_captions(CropsFile.read(little.crops_toml).project, little.folder) == []
    little.change("front", view="side view")
    little.change("face", view="side view")
    (little.train / "face.txt").write_text("mine\n")
    (little.train / "back.txt").unlink()
    project = CropsFile.read(little.crops_toml).project
    assert follow_captions(project, little.folder) == ["front.txt"]
    assert (little.train / "front.txt").read_bytes() == b"hero_v1, side view\n"
    assert (little.train / "face.txt").read_text() == "mine\n"
    assert not (little.train / "back.txt").exists()
    assert follow_captions(project, little.folder) == []
    pictures = {name: data for name, data in contents(little.train).items() if ".png" in name}
    assert pictures.items() <= built.items()
    assert [Path(kept.file).name for kept in little.build().kept] == ["face.txt"]


def test_without_a_build_no_caption_is_written(tmp_path: Path) -> None:
    little = LittleProject(tmp_path / "little")
    before = contents(little.folder)
    assert follow_captions(CropsFile.read(little.crops_toml).project, little.folder) == []
    assert contents(little.folder) == before


def test_a_save_of_ours_while_somebody_looks_is_not_told(
    little: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look has read what was noted; then a file is noted and written; then it is looked at."""
    watch, path = CaptionWatch(little.folder), little.train / "front.txt"
    plan, data = captions_on_disk.plan_training, b"hero_v1, side view\n"
    noted = 0

    def saved_meanwhile(project: Project, layout: Layout) -> Iterator[Planned]:
        nonlocal noted
        noted += 1
        Manifest.read(layout.root).announce(path, "front", "", sha256_of_bytes(data))
        write_whole(path, data)
        yield from plan(project, layout)

    monkeypatch.setattr(captions_on_disk, "plan_training", saved_meanwhile)
    assert look(little, watch) == [] and noted == 1
    monkeypatch.setattr(captions_on_disk, "plan_training", plan)
    assert look(little, watch) == []
    path.write_text("theirs\n")
    assert [changed.text for changed in look(little, watch)] == ["theirs"]


def test_a_look_sees_each_change_of_a_file_and_of_the_project(little: LittleProject) -> None:
    watch, file = CaptionWatch(little.folder), CropsFile.read(little.crops_toml)
    path = little.train / "front.txt"
    path.write_text("hero_v1, side view\n")
    assert [changed.text for changed in watch.look(file.project)] == ["hero_v1, side view"]
    path.write_text("hero_v1, back view\n")  # of the same length
    assert [changed.text for changed in watch.look(file.project)] == ["hero_v1, back view"]
    little.change("front", view="back view")
    assert watch.look(CropsFile.read(little.crops_toml).project) == ()
