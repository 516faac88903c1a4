"""The repository's own crops.toml: Spyke himself, whose pictures are not in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from spyke_tui.kohya.check import check_project
from spyke_tui.kohya.plan import caption_bytes, plan_training
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.crops_file import CropsFile

HERE = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def project() -> Project:
    return CropsFile.read(HERE).project


def test_the_committed_captions_are_those_of_the_kept_crops(project: Project) -> None:
    layout = Layout.of(project.dataset, HERE)
    planned = {p.caption_file: caption_bytes(p.caption) for p in plan_training(project, layout)}
    on_disk = {path: path.read_bytes() for path in layout.train.glob("*.txt")}
    assert on_disk == planned


def test_the_planned_set(project: Project) -> None:
    assert len(project.sheets) == 13
    assert len([c for c in project.crops if c.status == "keep"]) == 12
    assert len([c for c in project.crops if c.status == "draft"]) == 6
    assert not any(crop.mirror for crop in project.crops)
    captions = {p.stem: p.caption for p in plan_training(project, Layout.of(project.dataset, HERE))}
    assert captions["spyke_final_front"] == (
        "spyke_plasma_v1, full body, front view, standing neutral pose, white background"
    )
    assert captions["spyke_final_angry"] == (
        "spyke_plasma_v1, closeup, angry expression, white background"
    )


def test_check_names_every_missing_picture_and_no_contradiction(project: Project) -> None:
    report = check_project(project, HERE)
    codes = {finding.code for finding in report.findings}
    missing = {f.where for f in report.findings if f.code == "sheet-missing"}
    assert missing == {f"sheets.{key}" for key in project.sheets}
    assert {"coverage-framing", "coverage-action"} <= codes
    for code in ("rect-outside", "rect-empty", "id-duplicate", "unknown-key", "sheet-excluded"):
        assert code not in codes
