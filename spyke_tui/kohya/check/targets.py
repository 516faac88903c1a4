"""Findings about the whole set against [targets]: how many, of what, and how many steps."""

from __future__ import annotations

from collections.abc import Iterator

from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.model.coverage import Coverage, Share
from spyke_tui.model.findings import Finding
from spyke_tui.model.project import Project
from spyke_tui.model.steps import Steps, plan_steps
from spyke_tui.model.table import printable, quoted_list


def find_in_targets(inspection: Inspection, coverage: Coverage, steps: Steps) -> Iterator[Finding]:
    yield from _images(inspection)
    if coverage.total:  # of an empty set there is nothing more to say
        yield from _coverage(coverage, inspection.project)
    yield from _steps(steps, inspection)


def _images(inspection: Inspection) -> Iterator[Finding]:
    have, target = len(inspection.train_pictures), inspection.project.targets.images
    if have < target.min:
        yield Finding(
            "images-few", "error", "targets.images",
            f"{have} training image{'' if have == 1 else 's'}; at least {target.min} are wanted: "
            f"{target.min - have} missing.",
            "Run spyke-tui build: enough crops are kept."
            if len(inspection.planned) >= target.min
            else "Keep more crops, then run spyke-tui build.",
        )  # fmt: skip
    elif have > target.max:
        yield Finding(
            "images-many", "warning", "targets.images",
            f"{have} training images, {have - target.max} more than the {target.max} "
            "of [targets].",
            "Reject the weakest crops, or raise targets.images.max.",
        )  # fmt: skip


def _coverage(coverage: Coverage, project: Project) -> Iterator[Finding]:
    details = coverage.details
    if not details.ok:
        wanted = quoted_list([printable(name) for name in coverage.looked_for])
        yield Finding(
            "coverage-details", "warning", "targets.details_shown",
            f"{_of(details)} show one of {wanted}; at least {details.want:.0%} should: "
            f"{details.missing} more.",
            "Keep crops that show one, and name it in their details.",
        )  # fmt: skip
    tolerance = f"{project.targets.tolerance:.0%}"
    for kind, share in coverage.framing.items():
        if not share.ok:
            yield Finding(
                "coverage-framing", "warning", "targets.framing",
                f'{_of(share)} are "{kind}"; {_target(share, tolerance)}',
                f'Keep {_change(share)} crops with framing = "{kind}".',
            )  # fmt: skip
    if not coverage.action.ok:
        yield Finding(
            "coverage-action", "warning", "targets.action",
            f"{_of(coverage.action)} are action poses; {_target(coverage.action, tolerance)}",
            f"Keep {_change(coverage.action)} crops with action = true.",
        )  # fmt: skip
    if coverage.missing_expressions:
        missing = coverage.missing_expressions
        yield Finding(
            "coverage-expressions", "warning", "targets.expressions",
            f"{len(missing)} of {len(coverage.expressions)} expressions are on no image: "
            f"{', '.join(printable(name) for name in missing)}.",
            "Keep a crop of each, and write its expression.",
        )  # fmt: skip


def _of(share: Share) -> str:
    return f"{share.images} of {share.total} images ({share.have:.0%})"


def _target(share: Share, tolerance: str) -> str:
    number = f"{share.missing} more" if share.missing else f"{share.surplus} fewer"
    return f"{share.want:.0%} are wanted, {tolerance} more or less: {number}."


def _change(share: Share) -> str:
    return "more" if share.missing else "fewer"


def _steps(steps: Steps, inspection: Inspection) -> Iterator[Finding]:
    if steps.per_epoch == 0 or steps.epochs is not None:
        return
    project, target = inspection.project, inspection.project.targets.steps
    doubled = ", doubled by the regularization images" if steps.with_reg else ""
    near = steps.nearest_epochs
    repeats = _better_repeats(inspection)
    advice = f"Write repeats = {repeats} in [dataset]" if repeats else "Change the repeats"
    yield Finding(
        "steps-range", "warning", "targets.steps",
        f"An epoch is {steps.per_epoch} steps ({len(inspection.train_pictures)} images x "
        f"{project.dataset.repeats} repeats{doubled}), so no whole number of epochs lands in "
        f"{target.min} to {target.max}; the nearest is {near} "
        f"{'epoch' if near == 1 else 'epochs'} with {steps.nearest_total} steps.",
        f"{advice}, or widen targets.steps.",
    )  # fmt: skip


def _better_repeats(inspection: Inspection) -> int | None:
    """The number of repeats nearest to the present one whose epochs land in the target."""
    project = inspection.project
    now, targets = project.dataset.repeats, project.targets
    images, reg = len(inspection.train_pictures), len(inspection.reg_pictures)
    for away in range(1, 100):
        for repeats in (now - away, now + away):
            if (
                repeats >= 1
                and plan_steps(images, repeats, targets.batch, reg, targets.steps).epochs
            ):
                return repeats
    return None
