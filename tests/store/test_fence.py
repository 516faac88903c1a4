"""Links and pipes that came with a project: nothing is written elsewhere, nothing waits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from spyke_tui.errors import WriteError
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Dataset
from spyke_tui.store.app_lock import AppLock
from spyke_tui.store.crop_thumbnails import CropThumbnails
from spyke_tui.store.fence import require_own_folders
from spyke_tui.store.regular_files import append_to_own, read_regular
from spyke_tui.store.thumbnails import load_thumbnail


@pytest.mark.parametrize(
    "place",
    ["", ".spyke", ".spyke/runs", ".spyke/runs/rejected", "train", "train/10_v1", "reg",
     "reg/1_character", "topup", "preview", "aside"],
)  # fmt: skip
def test_a_link_out_of_the_project_is_refused(tmp_path: Path, place: str) -> None:
    project, outside = tmp_path / "project", tmp_path / "projects-neighbour"
    outside.mkdir()
    layout = Layout.of(Dataset("hero", "v1"), project)
    link = layout.root / place
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    with pytest.raises(WriteError, match="leads elsewhere"):
        require_own_folders(layout, project)
    link.unlink()
    (project / "inside").mkdir()
    link.symlink_to(project / "inside")
    require_own_folders(layout, project)


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    project = tmp_path / "project"
    project.mkdir()
    (project / "dataset").symlink_to(tmp_path / "disk")
    layout = Layout.of(Dataset("hero", "v1"), project)
    layout.train.mkdir(parents=True)
    require_own_folders(layout, project)
    (layout.root / "reg").symlink_to("train")
    require_own_folders(layout, project)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "link", 5) == b"12345"
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)
    for path in (tmp_path / "pipe", tmp_path / "huge", Path("/dev/zero"), tmp_path, Path("none")):
        with pytest.raises(OSError):
            read_regular(path, 1000)


def test_appending_follows_no_link(tmp_path: Path) -> None:
    append_to_own(tmp_path / "journal", b"one\n")
    append_to_own(tmp_path / "journal", b"two\n")
    assert (tmp_path / "journal").read_bytes() == b"one\ntwo\n"
    (tmp_path / "link").symlink_to("journal")
    (tmp_path / "hanging").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "hanging", "pipe"):
        with pytest.raises(OSError):
            append_to_own(tmp_path / name, b"three\n")
    assert (tmp_path / "journal").read_bytes() == b"one\ntwo\n"
    assert not (tmp_path / "nowhere").exists()


def test_a_lock_behind_a_link_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    layout = Layout.of(Dataset("hero", "v1"), tmp_path / "project")
    layout.root.mkdir(parents=True)
    layout.own.symlink_to(tmp_path / "elsewhere")
    assert AppLock.of(layout, tmp_path / "project").take() == ""
    assert not list((tmp_path / "elsewhere").iterdir())


def test_thumbnails_are_not_kept_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    own = tmp_path / "project/dataset/hero/.spyke"
    own.mkdir(parents=True)
    for name in ("crops", "thumbnails"):
        (own / name).symlink_to(tmp_path / "elsewhere")
    sheet = tmp_path / "sheet.png"
    Image.new("RGB", (800, 600)).save(sheet)
    assert CropThumbnails(own / "crops").of_file(sheet)
    load_thumbnail(sheet, own / "thumbnails")
    assert not list((tmp_path / "elsewhere").iterdir())
    (own / "crops").unlink()
    assert CropThumbnails(own / "crops").of_file(sheet)
    assert len(list((own / "crops").iterdir())) == 1
