"""The check as a whole: a good set, empty ones, its memory, and that it changes nothing."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from training_set import TrainingSet, png

from spyke_tui.kohya.check import check_project
from spyke_tui.kohya.check import memory as memory_module
from spyke_tui.model.project import Dataset, Project


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


def everything_in(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.name not in ("check.json", ".spyke")
    }


def test_nothing_to_say(good: TrainingSet) -> None:
    report = good.check()
    assert report.findings == ()
    assert report.ok
    assert report.counts == {
        "train_images": 5, "mirrored": 1, "captions": 5, "reg_images": 10,
        "drafts": 0, "rejected": 0,
    }  # fmt: skip
    assert report.steps == {"per_epoch": 20, "epochs": 2, "total": 40, "with_reg": True}
    assert report.coverage["framing"] == {
        "have": {"full body": 0.4, "bust": 0.4, "closeup": 0.2},
        "want": {"full body": 0.4, "bust": 0.4, "closeup": 0.2},
        "ok": True,
    }
    assert report.coverage["details"] == {
        "have": 0.4, "want": 0.4, "ok": True,
        "each": {"right bracer": 0.4, "white cloak": 0.4},
    }  # fmt: skip
    json.dumps(report.as_json())


def test_what_build_makes_is_fine(good: TrainingSet) -> None:
    from spyke_tui.kohya.build import build_project

    reg = good.reg
    kept = {path.name: path.read_bytes() for path in reg.iterdir()}
    shutil.rmtree(good.layout.root)
    assert not build_project(good.p, good.folder).failed
    reg.mkdir(parents=True)
    for name, data in kept.items():
        (reg / name).write_bytes(data)
    # All crops of the one sheet show the same: the pictures are alike, and nothing else.
    assert good.codes() <= {"near-duplicate", "mirror-suspect"}


def test_an_empty_project(tmp_path: Path) -> None:
    report = check_project(Project(Dataset("spyke", "spyke_v1")), tmp_path)
    assert [f.code for f in report.findings] == ["reg-few", "images-few"]
    assert report.counts["train_images"] == 0
    assert report.steps == {"per_epoch": 0, "epochs": None, "total": None, "with_reg": False}
    assert report.coverage["details"]["have"] == 0
    assert list(tmp_path.iterdir()) == []  # not even our own folder


def test_it_writes_only_its_memory(good: TrainingSet) -> None:
    before = everything_in(good.folder)
    good.check()
    assert everything_in(good.folder) == before
    assert (good.layout.own / "check.json").is_file()


def test_it_opens_nothing_the_second_time(
    good: TrainingSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    good.check()

    def refuse(path: Path) -> None:
        raise AssertionError(f"opened {path}")

    for name in ("read_picture_facts", "read_caption_facts", "read_cache_facts", "sha256_of"):
        monkeypatch.setattr(memory_module, name, refuse)
    assert good.check().findings == ()


def test_a_changed_file_is_looked_at_again(good: TrainingSet) -> None:
    good.check()
    (good.train / "a.png").write_bytes(png("a", 511))
    assert "image-size" in good.codes()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b'{"version":1,"rows":[]}',
        b'{"version":1,"rows":{"x":3}}',
        pytest.param(b"[" * 9999, id="deep"),
    ],
)
def test_a_damaged_memory_costs_time_only(good: TrainingSet, damage: bytes) -> None:
    good.check()
    (good.layout.own / "check.json").write_bytes(damage)
    assert good.check().findings == ()


def test_what_a_killed_check_left_is_taken_away_by_the_next(good: TrainingSet) -> None:
    left = good.layout.own / ".spyke-tmp-999999999-cbba01c6a31f"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"{")
    writing = left.with_name(f".spyke-tmp-{os.getpid()}-0a31fcbba01c")
    writing.write_bytes(b"{")
    good.check()
    assert not left.exists()
    assert writing.exists(), "its writer is alive"


def test_rows_of_other_types_are_no_facts(good: TrainingSet) -> None:
    good.check()
    memory = good.layout.own / "check.json"
    data = json.loads(memory.read_bytes())
    for row in data["rows"].values():
        row[4:] = [None] * len(row[4:])
    memory.write_text(json.dumps(data))
    assert good.check().findings == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_memory_that_cannot_be_written_is_silent(good: TrainingSet) -> None:
    good.layout.own.chmod(0o500)
    try:
        assert good.check().findings == ()
    finally:
        good.layout.own.chmod(0o700)


def test_a_file_in_the_place_of_our_folder_is_silent(good: TrainingSet) -> None:
    shutil.rmtree(good.layout.own)
    good.layout.own.write_text("in the way")
    assert "image-edited" in good.codes()  # the record is lost, and that is all


def test_errors_come_first(good: TrainingSet) -> None:
    (good.train / "a.txt").write_text("no trigger\nsecond line")
    severities = [f.severity for f in good.check().findings]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "warning"}


def test_every_finding_has_its_cure(good: TrainingSet) -> None:
    shutil.rmtree(good.layout.train)
    good.sheet.unlink()
    good.targets(expressions=("sad",), action=0.1)
    findings = good.check().findings
    assert len(findings) > 6
    for finding in findings:
        assert finding.message.endswith(".")
        assert finding.fix.endswith(".")
        assert finding.where


def test_a_copied_set_is_still_ours(good: TrainingSet, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(good.folder / "dataset", copy / "dataset")
    shutil.copytree(good.folder / "sheets", copy / "sheets")
    assert check_project(good.p, copy).findings == ()


def test_names_that_a_terminal_would_obey_are_shown_as_text(good: TrainingSet) -> None:
    (good.train / "x\x1b[2J.png").write_bytes(png("a"))
    (good.train / os.fsdecode(b"y\xff.png")).write_bytes(png("b", 100))
    for finding in good.check().findings:
        text = f"{finding.where}{finding.message}{finding.fix}"
        assert "\x1b" not in text
        text.encode()
