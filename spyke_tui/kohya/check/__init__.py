"""Check: everything that would go wrong with this training set, before the trainer sees it.

Pictures and captions are counted as they lie on disk, the way the trainer counts them. Nothing is
written but the check's own memory in ``.spyke/``. Headers say most; what needs pixels is looked at
once a picture.
"""

from __future__ import annotations

from pathlib import Path

from spyke_tui.kohya.check.captions import find_in_captions
from spyke_tui.kohya.check.crops import find_in_crops
from spyke_tui.kohya.check.folders import find_in_folders
from spyke_tui.kohya.check.images import find_in_images
from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.kohya.check.likeness import find_alike
from spyke_tui.kohya.check.regularization import find_in_regularization
from spyke_tui.kohya.check.runs import find_in_runs
from spyke_tui.kohya.check.targets import find_in_targets
from spyke_tui.kohya.trainer import CAPTION_SUFFIX
from spyke_tui.model.coverage import measure_coverage
from spyke_tui.model.findings import Report
from spyke_tui.model.project import MIRROR_SUFFIX, Project
from spyke_tui.model.steps import plan_steps

__all__ = ["check_project"]


def check_project(project: Project, folder: Path) -> Report:
    """Every finding on `project`, errors first; `folder` is that of crops.toml.

    Opens only files whose stamp has changed since last time.
    """
    inspection = Inspection(project, folder)
    coverage = measure_coverage(project)
    steps = plan_steps(
        len(inspection.train_pictures),
        project.dataset.repeats,
        project.targets.batch,
        len(inspection.reg_pictures),
        project.targets.steps,
    )
    findings = [
        *find_in_crops(inspection),
        *find_in_images(inspection),
        *find_alike(inspection),
        *find_in_captions(inspection),
        *find_in_folders(inspection),
        *find_in_regularization(inspection),
        *find_in_runs(inspection),
        *find_in_targets(inspection, coverage, steps),
    ]
    inspection.memory.save()
    return Report(
        findings=tuple(sorted(findings, key=lambda finding: finding.severity)),
        counts=_counts(inspection),
        coverage=coverage.as_json(),
        steps={
            "per_epoch": steps.per_epoch,
            "epochs": steps.epochs,
            "total": steps.total,
            "with_reg": steps.with_reg,
        },
    )


def _counts(inspection: Inspection) -> dict[str, int]:
    crops = inspection.project.crops
    stems = [name.rpartition(".")[0] for name in inspection.train_pictures]
    return {
        "train_images": len(stems),
        "mirrored": sum(stem.endswith(MIRROR_SUFFIX) for stem in stems),
        "captions": sum(name.endswith(CAPTION_SUFFIX) for name in inspection.train.files),
        "reg_images": len(inspection.reg_pictures),
        "drafts": sum(crop.status == "draft" for crop in crops),
        "rejected": sum(crop.status == "reject" for crop in crops),
    }
