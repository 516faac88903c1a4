"""The shortcut of a build with nothing to do: quick, and never wrong about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from little_project import LittleProject, draw_sheet, stamps

from spyke_tui.cli import main, quick
from spyke_tui.cli.quick import quick_answer
from spyke_tui.kohya import unchanged
from spyke_tui.kohya.unchanged import count_unchanged
from spyke_tui.store.state_place import state_place


@pytest.fixture
def project(tmp_path: Path) -> LittleProject:
    made = LittleProject(tmp_path / "project")
    made.build()
    assert count_unchanged(str(made.crops_toml)) == 8
    return made


def note_of(project: LittleProject) -> Path:
    return Path(f"{state_place()}/built-{zlib.crc32(os.fsencode(project.crops_toml)):08x}")


# Changes ---------------------------------------------------------------------------------------


def edit(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def same_size_edit(path: Path) -> None:
    """Other bytes in place, as many, and the old time of change put back."""
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"#")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


CHANGES: dict[str, Callable[[LittleProject], object]] = {
    "crops.toml": lambda p: p.nudge("front"),
    "crops.toml, only a comment": lambda p: edit(p.crops_toml),
    "crops.toml replaced by another of its size": lambda p: same_size_edit(p.crops_toml),
    "crops.toml gone": lambda p: p.crops_toml.unlink(),
    "a sheet": lambda p: draw_sheet(p.folder / "sheets/one.png", seed=5),
    "a sheet, hidden": lambda p: same_size_edit(p.folder / "sheets/two.png"),
    "a sheet gone": lambda p: (p.folder / "sheets/two.png").unlink(),
    "a picture": lambda p: same_size_edit(p.train / "front.png"),
    "a picture gone": lambda p: (p.train / "back_mirror.png").unlink(),
    "a caption": lambda p: edit(p.train / "face.txt"),
    "a caption gone": lambda p: (p.train / "face.txt").unlink(),
    "a file beside": lambda p: (p.train / "holiday.jpg").write_bytes(b"x"),
    "a cache beside": lambda p: (p.train / "front_0512x0512_sd.npz").write_bytes(b"x"),
    "the folder renamed": lambda p: p.train.rename(p.train.with_name("11_hero_v1")),
    "a second folder": lambda p: p.train.with_name("1_x").mkdir(),
    "all of it gone": lambda p: shutil.rmtree(p.folder / "dataset"),
    "the note gone": lambda p: note_of(p).unlink(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_any_change_makes_it_build(project: LittleProject, name: str) -> None:
    CHANGES[name](project)
    assert count_unchanged(str(project.crops_toml)) is None
    assert quick_answer(["build", "--project", str(project.folder)]) is None


def test_another_pillow_makes_it_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = tmp_path / "PIL.py"
    encoder.write_text("# old\n")
    monkeypatch.setattr(unchanged, "encoder_file", lambda: str(encoder))
    monkeypatch.setattr("spyke_tui.kohya.build.encoder_file", lambda: str(encoder))
    project = LittleProject(tmp_path / "project")
    project.build()
    assert count_unchanged(str(project.crops_toml)) == 8
    encoder.write_text("# new\n")
    assert count_unchanged(str(project.crops_toml)) is None


def test_another_version_of_ours_makes_it_build(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "__version__", "9.9.9")
    assert count_unchanged(str(project.crops_toml)) is None


def test_what_a_build_did_not_finish_is_not_noted(project: LittleProject) -> None:
    path = str(project.crops_toml)
    (project.train / "face.txt").write_text("by hand\n")
    project.build()
    assert count_unchanged(path) is None, "a kept file is to be said every time"
    project.build(force=["face"])
    assert count_unchanged(path) is None, "only a whole build knows"
    project.build()
    assert count_unchanged(path) == 8
    project.build(only=["face"])
    assert count_unchanged(path) is None
    project.build()
    (project.folder / "sheets/two.png").unlink()
    project.build()
    assert count_unchanged(path) is None, "a failure is to be said every time"
    draw_sheet(project.folder / "sheets/two.png", seed=2)
    project.build()
    assert count_unchanged(path) == 8


def test_a_change_while_it_builds_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """crops.toml and a sheet saved again after they were read: the next build runs."""
    for name in ("crops.toml", "sheets/one.png", "dataset/hero/train/10_hero_v1/front.txt"):
        project = LittleProject(tmp_path / name.replace("/", "_"))

        def progress(*_: object, path: Path = project.folder / name) -> None:
            path.write_bytes(path.read_bytes() + b"\n")

        project.build(progress=progress)
        assert count_unchanged(str(project.crops_toml)) is None, name


def test_a_change_just_before_reading_is_not_missed(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stamp is older than what was read, never newer."""
    from spyke_tui.store import crops_file

    real = crops_file._read_text

    def read(path: Path) -> tuple[str, str]:
        project.nudge("front")
        return real(path)

    monkeypatch.setattr(crops_file, "_read_text", read)
    project.build()
    monkeypatch.undo()
    assert count_unchanged(str(project.crops_toml)) is None


# Wrong notes -----------------------------------------------------------------------------------


def test_wrong_notes_are_no_notes(project: LittleProject) -> None:
    note = note_of(project)
    good = note.read_bytes()
    fields = good.split(b"\0")
    wrong = [
        b"", b"\0", b"{}", b"\xff" * 50, b"\0" * 5000, good[:-1], good[: len(good) // 2],
        good + b"\0", b"\0".join(fields[:-3] + fields[-2:]),
        b"\0".join([*fields[:3], b"many", *fields[4:]]),
        b"\0".join([*fields[:2], b"/elsewhere/crops.toml", *fields[3:]]),
        good.replace(b"spyke-tui built 1", b"spyke-tui built 0"),
    ]  # fmt: skip
    for data in wrong:
        note.write_bytes(data)
        assert count_unchanged(str(project.crops_toml)) is None, data[:60]
    note.unlink()
    note.mkdir()
    assert count_unchanged(str(project.crops_toml)) is None
    assert project.build().unchanged == 8, "a note that can't be written stops nothing"
    note.rmdir()


def test_two_projects_have_two_notes(project: LittleProject, tmp_path: Path) -> None:
    other = LittleProject(tmp_path / "other")
    assert count_unchanged(str(other.crops_toml)) is None
    other.build(only=["face"])
    assert count_unchanged(str(project.crops_toml)) == 8


def test_a_path_through_a_link_is_no_other_project(
    project: LittleProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`link/..` is not where it seems to be: the project of this note is another one."""
    elsewhere = LittleProject(tmp_path / "elsewhere/deep")
    (tmp_path / "project/link").symlink_to(tmp_path / "elsewhere/deep/sheets")
    assert quick_answer(["build", "--project", f"{project.folder}/link/.."]) is None
    elsewhere.build()
    monkeypatch.chdir(project.folder)
    assert quick_answer(["build", "--project", "link/.."]) is None


# The answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_quick_answer_is_the_slow_one(
    project: LittleProject,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["build", "--project", str(project.folder), *options]
    before = stamps(project.folder)
    assert main(words) == 0
    quickly = capsys.readouterr().out
    assert stamps(project.folder) == before, "not even our own notes are touched"
    monkeypatch.setattr(quick, "_unchanged", lambda *_, **__: None)
    assert main(words) == 0
    noted = capsys.readouterr().out
    monkeypatch.setattr(unchanged, "count_unchanged", lambda _: None)
    assert main(words) == 0
    assert quickly == noted == capsys.readouterr().out
    if options:
        assert json.loads(quickly)["unchanged"] == 8


@pytest.mark.parametrize(
    "words",
    [["build"], ["build", "--project", "."], ["build", "--project=./"], ["build", "--json"],
     ["build", "--project", "crops.toml"], ["build", "--project", ".//crops.toml"]],
)  # fmt: skip
def test_every_way_to_say_it(
    project: LittleProject, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    assert quick_answer(words) is not None


@pytest.mark.parametrize(
    "words",
    [["build", "--only", "face"], ["build", "--force", "face"], ["build", "--dry-run"], ["check"],
     ["build", "--help"], ["build", "--project"], ["build", "--project="], ["build", "x"], [],
     ["--version", "x"], ["build", "--log", "x"]],
)  # fmt: skip
def test_all_else_goes_the_usual_way(
    project: LittleProject, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    assert quick_answer(words) is None


def test_nothing_heavy_is_imported_for_it(project: LittleProject) -> None:
    code = """
import sys
before = set(sys.modules)
from spyke_tui.cli import main
code = main(["build"]) or main(["--version"])
print(sorted(set(sys.modules) - before))
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=project.folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer, version, modules = done.stdout.splitlines()
    assert "8 unchanged" in answer
    assert version.startswith("spyke-tui ")
    ours = {"spyke_tui", "spyke_tui.cli", "spyke_tui.cli.quick", "spyke_tui.kohya"}
    ours |= {"spyke_tui.kohya.unchanged", "spyke_tui.store", "spyke_tui.store.state_place"}
    assert set(json.loads(modules.replace("'", '"'))) - ours <= {"zlib", "__future__"}


def test_the_place_of_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/some/where")
    assert state_place() == "/some/where/spyke-tui"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setattr(sys, "platform", "linux")
    assert state_place() == "/home/somebody/.local/state/spyke-tui"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert state_place() == "/home/somebody/Library/Application Support/spyke-tui"
    monkeypatch.setenv("HOME", "~")
    assert state_place() == f"/tmp/spyke-tui-{os.getuid()}"
