"""Files that somebody changed or put there: never overwritten, never lost, always said."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from little_project import LittleProject, contents, rect, stamps
from PIL import Image, ImageDraw

from spyke_tui.kohya import plan
from spyke_tui.kohya.check import check_project
from spyke_tui.kohya.result import BuildResult
from spyke_tui.store.crops_file import CropsFile


@pytest.fixture
def project(tmp_path: Path) -> LittleProject:
    made = LittleProject(tmp_path / "project")
    made.build()
    return made


def retouch(path: Path) -> bytes:
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    ImageDraw.Draw(picture).line((0, 0, 511, 511), fill="red", width=5)
    picture.save(path)
    return path.read_bytes()


def kept(result: BuildResult) -> dict[str, str]:
    return {entry.file: entry.why for entry in result.kept}


def test_an_edited_caption_stays_and_is_said_every_time(project: LittleProject) -> None:
    path = project.train / "front.txt"
    path.write_text("hero_v1, mine\n")
    project.change("front", tags=["scarf"])
    for _ in range(2):
        result = project.build()
        assert path.read_text() == "hero_v1, mine\n"
        assert list(kept(result)) == ["train/10_hero_v1/front.txt"]
        assert "build --force front" in kept(result)["train/10_hero_v1/front.txt"]
        assert (result.written, result.removed, result.failed) == (0, 0, [])


def test_a_retouched_picture_stays(project: LittleProject) -> None:
    mine = retouch(project.train / "front.png")
    project.change("front", tags=["scarf"])
    result = project.build()
    assert list(kept(result)) == ["train/10_hero_v1/front.png"]
    assert (project.train / "front.png").read_bytes() == mine
    assert result.written == 1, "the caption is ours and follows"


def test_force_overwrites_only_what_it_names(project: LittleProject) -> None:
    before = contents(project.train)
    retouch(project.train / "front.png")
    (project.train / "front.txt").write_text("mine\n")
    (project.train / "face.txt").write_text("mine too\n")
    result = project.build(force=["front"])
    assert list(kept(result)) == ["train/10_hero_v1/face.txt"]
    assert result.written == 2
    assert contents(project.train) == {**before, "face.txt": b"mine too\n"}


def test_force_on_untouched_files_writes_nothing(project: LittleProject) -> None:
    before = stamps(project.train)
    assert project.build(force=["front"]).written == 0
    assert stamps(project.train) == before


def test_a_retouched_picture_whose_crop_moved_goes_aside(project: LittleProject) -> None:
    mine = retouch(project.train / "front.png")
    (project.train / "front_0512x0512_sd.npz").write_bytes(b"cache")
    project.nudge("front", 5)
    result = project.build()
    assert list(kept(result)) == ["aside/front.png"]
    assert "front.png" in kept(result)["aside/front.png"]
    assert (project.aside / "front.png").read_bytes() == mine
    assert "front_0512x0512_sd.npz" not in project.names()
    with Image.open(project.train / "front.png") as made:
        assert made.getpixel((256, 256)) != (255, 0, 0)
    assert project.build().kept == [], "said once: what is in train/ is right again"


def test_two_pictures_of_one_name_both_stay_aside(project: LittleProject) -> None:
    first = retouch(project.train / "front.png")
    project.nudge("front")
    project.build()
    second = retouch(project.train / "front.png")
    project.nudge("front")
    project.build()
    assert contents(project.aside) == {"front.png": first, "front-2.png": second}


def test_a_retouched_picture_survives_a_sheet_saved_again(project: LittleProject) -> None:
    """The sheet's bytes changed, what the crop shows did not: the retouching is still right."""
    mine = retouch(project.train / "face.png")
    sheet = project.folder / "sheets/two.png"
    with Image.open(sheet) as picture:
        picture.load()
    picture.save(sheet, compress_level=9)
    result = project.build()
    assert list(kept(result)) == ["train/10_hero_v1/face.png"]
    assert (project.train / "face.png").read_bytes() == mine


def test_an_update_of_the_encoder_costs_no_retouching(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spyke_tui.processing import png

    mine = retouch(project.train / "front.png")
    (project.train / "back.txt").write_text("mine\n")

    def encode(image: Image.Image) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=2)
        return buffer.getvalue()

    monkeypatch.setattr(png, "ENCODER_ID", "another one")
    monkeypatch.setattr(png, "encode_png", encode)
    project.crop("back")["id"] = "behind"
    project.save()
    result = project.build()
    assert list(kept(result)) == ["train/10_hero_v1/front.png", "train/10_hero_v1/behind.txt"]
    assert (project.train / "front.png").read_bytes() == mine
    assert not project.aside.exists()


def test_rejected_crops_leave_nothing_but_what_was_edited(project: LittleProject) -> None:
    mine = retouch(project.train / "face.png")
    (project.train / "back.txt").write_text("hero_v1, by hand\n")
    for crop in project.crops:
        crop["status"] = "reject"
    project.save()
    result = project.build()
    assert (result.written, result.unchanged, result.removed) == (0, 0, 6)
    assert set(kept(result)) == {"aside/face.png", "aside/back.txt"}
    assert contents(project.aside) == {"face.png": mine, "back.txt": b"hero_v1, by hand\n"}
    assert project.names() == []


def test_deleted_crops_too(project: LittleProject) -> None:
    (project.train / "front.txt").write_text("by hand\n")
    del project.crops[0]
    project.save()
    result = project.build()
    assert (result.removed, list(kept(result))) == (1, ["aside/front.txt"])
    assert not [name for name in project.names() if name.startswith("front")]


def test_a_foreign_file_in_the_way_is_kept(tmp_path: Path) -> None:
    project = LittleProject(tmp_path / "project")
    project.train.mkdir(parents=True)
    (project.train / "front.txt").write_text("somebody's words\n")
    (project.train / "front.png").write_bytes(b"somebody's bytes")
    (project.train / "holiday.png").write_bytes(b"not ours at all")
    result = project.build()
    assert set(kept(result)) == {"train/10_hero_v1/front.png", "train/10_hero_v1/front.txt"}
    assert (result.written, result.failed) == (6, [])
    assert (project.train / "front.png").read_bytes() == b"somebody's bytes"
    project.crops = []
    project.save()
    project.build()
    left = contents(project.train)
    assert sorted(left) == ["front.png", "front.txt", "holiday.png"]


def test_force_overwrites_a_foreign_file_and_a_link_but_not_its_target(tmp_path: Path) -> None:
    project = LittleProject(tmp_path / "project")
    project.train.mkdir(parents=True)
    precious = tmp_path / "precious.png"
    precious.write_bytes(b"precious")
    (project.train / "front.png").symlink_to(precious)
    (project.train / "face.png").symlink_to(tmp_path / "nowhere.png")
    assert set(kept(project.build())) == {
        "train/10_hero_v1/front.png",
        "train/10_hero_v1/face.png",
    }
    assert project.build(force=["front", "face"]).kept == []
    assert precious.read_bytes() == b"precious"
    assert not (tmp_path / "nowhere.png").exists()
    assert not (project.train / "front.png").is_symlink()


def test_a_folder_or_pipe_in_the_way_stops_nothing(tmp_path: Path) -> None:
    import os

    project = LittleProject(tmp_path / "project")
    (project.train / "front.png").mkdir(parents=True)
    os.mkfifo(project.train / "front.txt")
    os.mkfifo(project.train / "face.png")
    result = project.build()
    assert len(result.kept) == 3
    result = project.build(force=["front"])
    assert [(f.crop, f.code) for f in result.failed] == [("front", "write-failed")]
    assert (project.train / "front.png").is_dir()


def test_a_lost_manifest_loses_nothing(project: LittleProject) -> None:
    before = stamps(project.train)
    for damage in (None, b"", b"{", b'{"version": 99}', b'{"version": 1, "files": 7}', b"[" * 9999):
        manifest = project.root / ".spyke/manifest.json"
        manifest.unlink()
        if damage is not None:
            manifest.write_bytes(damage)
        result = project.build()
        assert (result.written, result.unchanged, result.kept) == (0, 8, []), damage
        assert stamps(project.train) == before
    project.nudge("front")
    assert project.build().written == 1, "they are ours again"


def test_a_lost_manifest_still_keeps_what_was_edited(project: LittleProject) -> None:
    mine = retouch(project.train / "front.png")
    (project.train / "face.txt").write_text("mine\n")
    (project.root / ".spyke/manifest.json").unlink()
    result = project.build()
    assert set(kept(result)) == {"train/10_hero_v1/front.png", "train/10_hero_v1/face.txt"}
    assert (project.train / "front.png").read_bytes() == mine


def test_the_same_picture_from_another_encoder_is_taken_as_ours(project: LittleProject) -> None:
    path = project.train / "front.png"
    with Image.open(path) as picture:
        picture.load()
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=9)
    path.write_bytes(buffer.getvalue())
    (project.root / ".spyke/manifest.json").unlink()
    assert project.build().kept == []
    assert path.read_bytes() == buffer.getvalue()


@pytest.mark.parametrize("same", [b"hero_v1, front", b"hero_v1, front\r\n"])
def test_a_line_end_is_no_edit(project: LittleProject, same: bytes) -> None:
    (project.train / "front.txt").write_bytes(same)
    result = project.build()
    assert (result.kept, result.written) == ([], 0)
    assert (project.train / "front.txt").read_bytes() == same


@pytest.mark.parametrize(
    "other",
    [b"\nhero_v1, front\n", b" hero_v1, front\n", b"\xef\xbb\xbfhero_v1, front\n",
     b"hero_v1, front\n\n", b"", b"hero_v1, front\nmore\n", b"\xff"],
)  # fmt: skip
def test_what_the_trainer_reads_otherwise_is_an_edit(project: LittleProject, other: bytes) -> None:
    (project.train / "front.txt").write_bytes(other)
    assert len(project.build().kept) == 1
    assert (project.train / "front.txt").read_bytes() == other


# Caches of the trainer -------------------------------------------------------------------------


def test_caches_go_with_their_picture_and_no_other(tmp_path: Path) -> None:
    crops = [
        {"id": name, "sheet": "one", "rect": rect(10 * n, 10, 50, 50)}
        for n, name in enumerate(("v1", "v1_3q", "v2", "v3"))
    ]
    project = LittleProject(tmp_path / "project", crops)
    project.build()
    for stem in ("v1", "v1_3q", "v2", "v3"):
        for end in (".npz", "_0512x0512_sd.npz", "_0512x0768_sdxl.npz", "_te_outputs.npz"):
            (project.train / f"{stem}{end}").write_bytes(b"cache")
    (project.train / "notes_of_v1.npz").write_bytes(b"not ours")
    project.change("v2", tags=["only words"])
    project.nudge("v1")
    project.change("v3", status="reject")
    project.build()
    left = [name for name in project.names() if name.endswith(".npz")]
    assert sorted({name.partition(".")[0].split("_0")[0] for name in left}) == [
        "notes_of_v1", "v1_3q", "v1_3q_te_outputs", "v2", "v2_te_outputs",
    ]  # fmt: skip
    assert len(left) == 9


# A manifest from a stranger --------------------------------------------------------------------


def test_a_strangers_manifest_reaches_nothing_outside(project: LittleProject) -> None:
    """It may come with a downloaded project; every name in it is input."""
    from spyke_tui.store.files import Stamp, sha256_of

    victim = project.folder / "victim.txt"
    victim.write_text("precious\n")
    stamp = Stamp.of(victim)
    assert stamp is not None
    path = project.root / ".spyke/manifest.json"
    data = json.loads(path.read_text())
    entry = {
        "crop": "x", "key": "", "sha256": sha256_of(victim),
        "stamp": [stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode],
    }  # fmt: skip
    for name in ("train/../../../victim.txt", str(victim), "train//../../../victim.txt"):
        data["files"][name] = entry
        data["files"][name + "x"] = {**entry, "sha256": "0"}
    data["train_folder"] = "../../../sheets"
    path.write_text(json.dumps(data))
    journal = project.root / ".spyke/manifest.journal"
    journal.write_text(json.dumps(["train/../../../victim.txt", "x", "", entry["sha256"]]))
    assert project.build().failed == []
    assert victim.read_text() == "precious\n"
    assert (project.folder / "sheets/one.png").is_file()


def test_keys_compare_without_their_encoder() -> None:
    one = json.dumps(["digest", [1, 2, 3, 4], [], 512, "auto", False, "encoder 1"])
    other = one.replace("encoder 1", "encoder 2")
    assert plan.key_parts(one) == plan.key_parts(other)
    assert plan.key_parts(one) != plan.key_parts(one.replace("512", "768"))
    assert plan.key_parts("rubbish") == ("", "rubbish")
    assert plan.key_parts("[]") == ("", "[]")


def test_a_retouched_picture_that_its_changed_crop_would_make_again_is_not_stale(
    project: LittleProject,
) -> None:
    retouch(project.train / "front.png")
    # outside its rectangle there is nothing to paint over: other parameters, the same picture
    project.change("front", erase=[rect(2, 2, 3, 3)])
    project.build()
    file = CropsFile.read(project.folder)
    codes = {finding.code for finding in check_project(file.project, file.folder).findings}
    assert "image-edited" in codes
    assert "image-stale" not in codes
