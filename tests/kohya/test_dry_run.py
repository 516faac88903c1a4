"""The dry run: pictures for approval in preview/, and nothing else in the world changes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from little_project import LittleProject, build_and_die, contents, draw_sheet, rect, stamps
from PIL import Image

from spyke_tui.errors import ProjectLockedError, UsageError, WriteError
from spyke_tui.store.files import Stamp, write_whole
from spyke_tui.store.lock import exclusive
from spyke_tui.store.temporary import TEMPORARY_PREFIX

PICTURES = ["_contact-sheet.png", "back.png", "face.png", "front.png"]


@pytest.fixture
def project(tmp_path: Path) -> LittleProject:
    return LittleProject(tmp_path / "project")


def pictures(project: LittleProject) -> list[str]:
    return sorted(p.name for p in (project.root / "preview").iterdir() if p.name[0] != ".")


def test_one_picture_a_crop_and_a_contact_sheet(project: LittleProject) -> None:
    project.change("face", status="draft")
    project.crops.append({"id": "no", "sheet": "one", "rect": rect(0, 0, 9, 9), "status": "reject"})
    project.save()
    result = project.preview()
    assert (result.written, result.unchanged, result.kept, result.failed) == (4, 0, [], [])
    assert pictures(project) == PICTURES
    project.change("face", status="keep")
    project.build()
    for name in PICTURES[1:]:
        preview = (project.root / "preview" / name).read_bytes()
        assert preview == (project.train / name).read_bytes(), "what is approved is what is built"
    with Image.open(project.root / "preview/_contact-sheet.png") as sheet:
        sheet.load()
        assert sheet.mode == "RGB"


def test_nothing_else_is_touched(project: LittleProject) -> None:
    project.build()
    project.nudge("front")
    before = stamps(project.folder)
    state = stamps(Path(os.environ["XDG_STATE_HOME"]))
    project.preview()
    after = {n: s for n, s in stamps(project.folder).items() if "/preview" not in n}
    del before["dataset/hero"], after["dataset/hero"]  # it holds preview/ now
    assert after == before
    assert stamps(Path(os.environ["XDG_STATE_HOME"])) == state


def test_a_second_dry_run_writes_nothing(project: LittleProject) -> None:
    project.preview()
    before = {n: s for n, s in stamps(project.root / "preview").items() if n[0] != "."}
    result = project.preview()
    assert (result.written, result.unchanged, result.removed) == (0, 4, 0)
    assert {n: s for n, s in stamps(project.root / "preview").items() if n[0] != "."} == before


def test_old_previews_go_and_foreign_files_stay(project: LittleProject) -> None:
    project.preview()
    folder = project.root / "preview"
    (folder / "notes.txt").write_text("approved: all\n")
    (folder / "sketch.png").write_bytes(b"mine")
    (folder / "deep").mkdir()
    project.change("front", status="reject")
    project.crop("face")["id"] = "portrait"
    project.save()
    result = project.preview()
    assert result.removed == 2
    assert pictures(project) == [
        "_contact-sheet.png", "back.png", "deep", "notes.txt", "portrait.png", "sketch.png",
    ]  # fmt: skip
    assert (folder / "sketch.png").read_bytes() == b"mine"


def test_a_foreign_file_of_a_crops_name_is_kept_and_said(project: LittleProject) -> None:
    folder = project.root / "preview"
    folder.mkdir(parents=True)
    (folder / "front.png").write_bytes(b"mine")
    project.preview()
    (folder / "back.png").write_bytes(b"painted over")
    project.nudge("back")
    result = project.preview()
    assert [entry.file for entry in result.kept] == ["preview/front.png", "preview/back.png"]
    assert (folder / "front.png").read_bytes() == b"mine"
    assert (folder / "back.png").read_bytes() == b"painted over"
    for crop in project.crops:
        crop["status"] = "reject"
    project.save()
    project.preview()
    assert pictures(project) == ["_contact-sheet.png", "back.png", "front.png"]


def test_a_painted_preview_of_a_rejected_crop_stays(project: LittleProject) -> None:
    project.preview()
    (project.root / "preview/back.png").write_bytes(b"painted over")
    project.change("back", status="reject")
    assert project.preview().removed == 0
    assert (project.root / "preview/back.png").read_bytes() == b"painted over"


def test_only_adds_and_removes_nothing(project: LittleProject) -> None:
    project.preview()
    project.nudge("front")
    project.nudge("face")
    before = contents(project.root / "preview")
    result = project.preview(only=["front"])
    after = contents(project.root / "preview")
    assert {name for name in after if after[name] != before[name]} >= {
        "front.png",
        "_contact-sheet.png",
    }
    assert after["face.png"] == before["face.png"]
    assert result.removed == 0
    with pytest.raises(UsageError, match="fornt"):
        project.preview(only=["fornt"])


def test_a_crop_that_fails_leaves_an_empty_cell(project: LittleProject) -> None:
    project.crops.append({"id": "far", "sheet": "one", "rect": rect(200, 0, 99, 9)})
    project.save()
    sheet = project.folder / "sheets/two.png"
    sheet.write_bytes(sheet.read_bytes()[:200])
    result = project.preview()
    assert {(f.crop, f.code) for f in result.failed} == {
        ("far", "rect-outside"),
        ("face", "sheet-unreadable"),
    }
    assert pictures(project) == ["_contact-sheet.png", "back.png", "front.png"]


def test_a_file_that_cannot_be_written_is_on_the_contact_sheet_all_the_same(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.preview()
    before = contents(project.root / "preview")
    project.nudge("front")

    def failing(path: Path, data: bytes) -> Stamp:
        if path.name == "front.png":
            raise WriteError(f"{path} could not be written: I/O error.", "Mend the disk.")
        return write_whole(path, data)

    with monkeypatch.context() as disk:
        disk.setattr("spyke_tui.kohya.previews.write_whole", failing)
        result = project.preview()
    assert [(f.crop, f.code) for f in result.failed] == [("front", "write-failed")]
    after = contents(project.root / "preview")
    assert after["front.png"] == before["front.png"], "the older one stays"
    assert after["_contact-sheet.png"] != before["_contact-sheet.png"]
    project.preview()
    assert contents(project.root / "preview")["_contact-sheet.png"] == after["_contact-sheet.png"]


def test_no_crops_at_all(tmp_path: Path) -> None:
    project = LittleProject(tmp_path / "empty", crops=[])
    result = project.preview()
    assert result.failed == []
    assert pictures(project) == ["_contact-sheet.png"]


def test_a_killed_dry_run_leaves_nothing_of_unknown_origin(project: LittleProject) -> None:
    code_at = 2
    project.preview()
    for crop in project.crops:
        crop["rect"]["left"] += 2
    project.save()
    assert build_and_die(project, code_at, after=True, words=("build", "--dry-run"))
    for crop in project.crops:
        crop["rect"]["left"] += 2
    project.save()
    result = project.preview()
    assert (result.kept, result.failed) == ([], [])
    fresh = LittleProject.__new__(LittleProject)
    fresh.__dict__ = {**project.__dict__, "folder": project.folder.parent / "fresh"}
    fresh.folder.mkdir()
    shutil.copytree(project.folder / "sheets", fresh.folder / "sheets")
    shutil.copy(project.crops_toml, fresh.folder)
    fresh.preview()
    for name in PICTURES:
        one, other = (p.root / "preview" / name for p in (project, fresh))
        assert one.read_bytes() == other.read_bytes()
    names = [path.name for path in (project.root / "preview").iterdir()]
    assert not [name for name in names if name.startswith(TEMPORARY_PREFIX)]


def test_a_strangers_listing_deletes_nothing_outside(project: LittleProject) -> None:
    from spyke_tui.store.files import sha256_of

    folder = project.root / "preview"
    folder.mkdir(parents=True)
    victim = draw_sheet(project.folder / "victim.png")
    (folder / ".spyke-previews").write_text(f"{sha256_of(victim)}  ../../../victim.png\n\x00\n  \n")
    project.preview()
    assert victim.is_file()


def test_two_dry_runs_do_not_mix(project: LittleProject) -> None:
    with (
        exclusive(project.root / "preview/.spyke-lock", "another dry run"),
        pytest.raises(ProjectLockedError, match="another dry run"),
    ):
        project.preview()
    assert pictures(project) == []
