"""Findings about what was generated: the smallest broken project, and the nearest sound one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from training_set import TrainingSet, crop, png

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Sheet
from spyke_tui.processing.generated import mark_practice
from spyke_tui.store.run_files import RunFiles


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


def files_of(good: TrainingSet, kind: str = "reg") -> RunFiles:
    layout = Layout.of(good.p.dataset, good.folder)
    return RunFiles(layout, "reg" if kind == "reg" else "topup")


def journal(
    good: TrainingSet, made: Iterable[int], total: int, *, kind: str = "reg", family: str = ""
) -> None:
    """A run of `total` images that put those of `made` in their places."""
    files = files_of(good, kind)
    files.folder.mkdir(parents=True, exist_ok=True)
    records: list[dict[str, object]] = [
        {"t": "run", "run": "r", "pid": 1, "total": total, "folder": files.images.name},
        {"t": "model", "checkpoint": "m.safetensors", "family": family},
    ]
    for index in made:
        name = files.image(index, total).name
        records += [{"t": "about", "i": index, "name": name}, {"t": "done", "i": index}]
    files.journal.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_a_run_with_images_still_to_come(good: TrainingSet) -> None:
    journal(good, range(1, 11), 12)
    finding = good.only("reg-unfinished")
    assert (finding.severity, finding.where) == ("warning", "reg")
    assert "12" in finding.message and "2 still to come" in finding.message
    with files_of(good).held():
        assert "being generated" in good.only("reg-unfinished").message
    journal(good, range(1, 11), 10)
    assert good.codes() == set()


def test_an_image_of_the_run_that_was_deleted(good: TrainingSet) -> None:
    journal(good, range(1, 12), 11)
    assert "1 still to come" in good.only("reg-unfinished").message


def test_a_journal_explains_its_own_pictures_only(good: TrainingSet) -> None:
    good.targets(reg=replace(good.p.targets.reg, max=20))
    journal(good, range(1, 11), 10)
    (good.reg / "reg_010.png").rename(good.reg / "reg_0010.png")
    assert good.first("image-foreign").where.endswith("reg_0010.png")
    journal(good, range(1, 10), 9)
    (good.reg / "reg_0010.png").rename(good.reg / "reg_010.png")
    assert good.only("image-foreign").where.endswith("reg_010.png")


def test_a_picture_beyond_the_count_is_explained_by_its_run(good: TrainingSet) -> None:
    good.p = replace(good.p, reg=replace(good.p.reg, count=4))
    journal(good, range(1, 11), 10)
    assert good.codes() == set()


@pytest.mark.parametrize("number", [1, 5])
def test_practice_pictures(good: TrainingSet, number: int) -> None:
    for index in range(1, number + 1):
        (good.reg / f"reg_{index:03d}.png").write_bytes(mark_practice(png("a")))
    finding = good.only("reg-practice")
    assert finding.severity == "error"
    assert finding.where == ("dataset/spyke/reg/1_hero/reg_001.png" if number == 1 else "reg")
    assert str(number) in finding.message
    good.check()
    assert good.only("reg-practice") == finding, "remembered alike"
    for index in range(1, number + 1):
        (good.reg / f"reg_{index:03d}.png").write_bytes(png("a"))
    assert good.codes() == set()


def candidate(good: TrainingSet, data: bytes) -> Path:
    path = files_of(good, "topup").image(1, 5)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def on_a_sheet(good: TrainingSet, path: Path, status: str) -> None:
    sheet = Sheet("topup-001", os.path.relpath(path, good.folder), Size(512, 512))
    drawn = crop("topup_001", sheet=sheet.key, rect=Rect(0, 0, 512, 512), status=status)
    others = tuple(c for c in good.p.crops if c.id != drawn.id)
    good.p = replace(good.p.with_sheet(sheet), crops=(*others, drawn))


def test_candidates_that_nobody_decided_on(good: TrainingSet) -> None:
    path = candidate(good, png("d"))
    finding = good.only("topup-undecided")
    assert (finding.severity, finding.where) == ("warning", "topup")
    assert "topup_001.png" in finding.message
    on_a_sheet(good, path, "draft")
    assert good.only("topup-undecided").fix == "Keep or reject their crops."
    on_a_sheet(good, path, "reject")
    assert good.codes() == set()
    (path.parent / "notes.txt").write_text("no picture")
    assert good.codes() == set()


def test_a_candidate_whose_sheet_was_deleted_is_decided_on(good: TrainingSet) -> None:
    candidate(good, png("d"))
    memory = files_of(good, "topup").folder / "topup.taken"
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text('{"name":"topup_001.png","sha":"x"}\n')
    assert good.codes() == set()


def test_a_kept_crop_of_a_practice_candidate(good: TrainingSet) -> None:
    path = candidate(good, mark_practice(png("d")))
    on_a_sheet(good, path, "keep")
    finding = good.first("reg-practice")
    assert (finding.severity, finding.where) == ("error", "topup_001")
    path.write_bytes(png("d"))
    assert "reg-practice" not in good.codes()


def test_an_sdxl_checkpoint_for_a_small_training(good: TrainingSet) -> None:
    good.p = replace(good.p, reg=replace(good.p.reg, checkpoint="AnythingXL_inkBase.safetensors"))
    finding = good.only("checkpoint-family")
    assert (finding.severity, finding.where) == ("warning", "reg")
    good.p = replace(good.p, reg=replace(good.p.reg, checkpoint="anything-v5.safetensors"))
    assert good.codes() == set()


def test_the_family_that_a_run_found_out_counts(good: TrainingSet) -> None:
    journal(good, range(1, 11), 10, family="sdxl")
    assert "m.safetensors" in good.only("checkpoint-family").message
    journal(good, range(1, 11), 10, family="sd15")
    assert good.codes() == set()


@pytest.mark.parametrize("damage", ["", "\n", "[]\n", '{"t":"run"', '{"t":"run","total":-1}\n{}'])
def test_a_journal_that_says_nothing(good: TrainingSet, damage: str) -> None:
    files = files_of(good)
    files.folder.mkdir(parents=True)
    files.journal.write_text(damage)
    assert good.codes() == set()
