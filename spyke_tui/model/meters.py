"""The targets as meters: how far the set is, what is missing, and which crops would help.

Counted like `coverage`: what the kept crops make, twins included. The words name crops that are
there already, because "2 more" helps less than "2 more, e.g. final_angry is still a draft".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spyke_tui.model.coverage import Coverage, Share, has_expression, measure_coverage, shows
from spyke_tui.model.project import Crop, Project
from spyke_tui.model.steps import plan_steps

NAMED = 2
"""Crops that the words name as examples."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """What lies in the training folder, counted as the trainer counts it."""

    train_images: int
    reg_images: int


@dataclass(frozen=True, slots=True)
class Meter:
    """One target: `value` is reached, `want` is wanted, both in a word or two. `have` of `full`
    fills the bar, `mark` is where it is good enough (all in pictures, or in steps); `words` say
    what is missing, or that nothing is.

    `filter` lists the crops that would help, in the filter language; empty where none can.
    """

    name: str
    value: str
    want: str
    have: float
    full: float
    mark: float
    ok: bool
    words: str
    filter: str = ""

    @property
    def share(self) -> float:
        """How full the bar is, 0..1."""
        return min(1.0, self.have / self.full) if self.full > 0 else float(self.ok)

    @property
    def mark_share(self) -> float:
        """Where on the bar the target lies, 0..1."""
        return min(1.0, self.mark / self.full) if self.full > 0 else 1.0


def measure_set(project: Project, disk: OnDisk | None = None) -> tuple[Meter, ...]:
    """A meter for every target of [targets]; `disk` None: nobody has looked yet."""
    coverage = measure_coverage(project)
    return (
        _images(project, coverage, disk),
        _details(project, coverage),
        *(_framing(project, kind, share) for kind, share in coverage.framing.items()),
        _action(project, coverage.action),
        _expressions(project, coverage),
        _steps(project, coverage, disk),
        _reg(project, coverage, disk),
    )


def helpers(project: Project, fits: Callable[[Crop], bool]) -> list[Crop]:
    """Crops that are not kept and would help: drafts first, none of an excluded sheet."""
    found = [
        crop
        for crop in project.crops
        if crop.status != "keep" and fits(crop) and not _is_excluded(crop, project)
    ]
    return sorted(found, key=lambda crop: crop.status == "reject")


def _is_excluded(crop: Crop, project: Project) -> bool:
    sheet = project.sheets.get(crop.sheet)
    return sheet is None or sheet.use == "exclude"


def _example(crops: Sequence[Crop], kind: str) -> str:
    """Which crops would help, in words."""
    if not crops:
        return f"; no draft {kind}" if kind else "; there is no draft left"
    drafts = [crop.id for crop in crops if crop.status == "draft"]
    if not drafts:
        return f", e.g. {crops[0].id} was rejected"
    named = drafts[:NAMED]
    more = f" and {len(drafts) - len(named)} more are" if len(drafts) > len(named) else ""
    if more:
        return f", e.g. {', '.join(named)}{more} still drafts"
    if len(named) == 1:
        return f", e.g. {named[0]} is still a draft"
    return f", e.g. {' and '.join(named)} are still drafts"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _images(project: Project, coverage: Coverage, disk: OnDisk | None) -> Meter:
    have, target = coverage.total, project.targets.images
    drafts = helpers(project, lambda _: True)
    if have < target.min:
        words = f"{target.min - have} more{_example(drafts, '')}."
    elif have > target.max:
        words = f"{have - target.max} too many: reject the weakest."
    else:
        words = "Enough."
    built = disk.train_images if disk is not None else have
    if built < have:
        words += f" On disk {f'only {built}' if built else 'none'} of them."
    elif built > have:
        words += f" On disk {_count(built - have, 'picture')} more, which nobody asks for."
    return Meter(
        "images", str(have), _span(target.min, target.max), have, target.max, target.min,
        target.min <= have <= target.max and built == have, words,
        "-status:keep" if have < target.min and drafts else "",
    )  # fmt: skip


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _details(project: Project, coverage: Coverage) -> Meter:
    share, looked_for = coverage.details, coverage.looked_for
    if not looked_for:
        return Meter("details", "-", "", 0, 0, 0, True, "No details are listed in [dataset].")
    named = " or ".join(looked_for) if len(looked_for) <= 3 else "one of the details"
    found = helpers(project, lambda crop: any(shows(crop, detail) for detail in looked_for))
    words = f"Enough show {named}."
    if not share.ok:
        words = f"{share.missing} more with {named}{_example(found, 'shows one')}."
    unseen = [name for name, each in coverage.each_detail.items() if not each.images]
    if unseen and coverage.total:
        words += f" On no image: {', '.join(unseen)}."
    asked = " | ".join(f'details:"{detail}" -status:keep' for detail in looked_for)
    return _shared("details", share, f"{share.want:.0%}", words, found, asked)


def _framing(project: Project, kind: str, share: Share) -> Meter:
    found = helpers(project, lambda crop: crop.framing == kind)
    plural = {"bust": "busts", "closeup": "closeups"}.get(kind, f"{kind} pictures")
    name = kind if share.missing == 1 else plural
    words = _around(share, name, plural, _example(found, "is one"))
    asked = f'framing:"{kind}" -status:keep'
    want = f"{share.want:.0%} ±{project.targets.tolerance:.0%}"
    return _shared(kind, share, want, words, found, asked)


def _action(project: Project, share: Share) -> Meter:
    found = helpers(project, lambda crop: crop.action is True)
    name = "action pose" if share.missing == 1 else "action poses"
    words = _around(share, name, "action poses", _example(found, "is one"))
    open_ones = sum(crop.status == "keep" and crop.action is None for crop in project.crops)
    if open_ones and not share.ok:
        words += f" Nobody has said it of {_count(open_ones, 'kept crop')}."
    want = f"{share.want:.0%} ±{project.targets.tolerance:.0%}"
    return _shared("action", share, want, words, found, "action:yes -status:keep")


def _around(share: Share, name: str, plural: str, example: str) -> str:
    if not share.total:
        return f"None yet{example}."
    if share.missing:
        return f"{share.missing} more {name}{example}."
    if share.surplus:
        return f"{share.surplus} fewer {plural}, or more of the others."
    return f"Enough {plural}."


def _shared(
    name: str, share: Share, want: str, words: str, found: Sequence[Crop], asked: str
) -> Meter:
    """A share of the images; the bar goes up to twice the wanted share, at most to all."""
    full = min(share.total, max(1.0, 2 * share.want * share.total)) if share.total else 1.0
    wanted = asked if found and (share.missing or not share.total) else ""
    return Meter(
        name, f"{share.images} of {share.total}", want, share.images, full,
        share.want * share.total, share.ok, words, wanted,
    )  # fmt: skip


def _expressions(project: Project, coverage: Coverage) -> Meter:
    missing, wanted = coverage.missing_expressions, len(coverage.expressions)
    found = helpers(project, lambda crop: any(has_expression(crop, name) for name in missing))
    words = "Each is there." if wanted else "None is asked for."
    if missing:
        words = f"Missing: {', '.join(missing)}{_example(found, 'has one')}."
    asked = " | ".join(f'expression:"{name}" -status:keep' for name in missing)
    have = wanted - len(missing)
    return Meter(
        "expressions", f"{have} of {wanted}", "all", have, wanted, wanted, not missing, words,
        asked if found else "",
    )  # fmt: skip


def _steps(project: Project, coverage: Coverage, disk: OnDisk | None) -> Meter:
    target, repeats = project.targets.steps, project.dataset.repeats
    reg = disk.reg_images if disk is not None else 0
    steps = plan_steps(coverage.total, repeats, project.targets.batch, reg, target)
    doubled = ", doubled by the regularization images" if steps.with_reg else ""
    span = _span(target.min, target.max)
    if not steps.per_epoch:
        return Meter("steps", "0", span, 0, target.max, target.min, False, "No images yet.")
    epochs = _count(steps.nearest_epochs, "epoch")
    words = f"{epochs} of {steps.per_epoch} steps{doubled}."
    if steps.epochs is None:
        words = (
            f"No whole number of epochs lands there: {epochs} of {steps.per_epoch} steps{doubled}. "
            f"Change repeats ({repeats}) in [dataset], or the number of images."
        )
    return Meter(
        "steps", str(steps.nearest_total), span, steps.nearest_total, target.max, target.min,
        steps.epochs is not None, words,
    )  # fmt: skip


def _reg(project: Project, coverage: Coverage, disk: OnDisk | None) -> Meter:
    target, repeats = project.targets.reg, project.dataset.repeats
    span, best = _span(target.min, target.max), coverage.total * repeats
    if disk is None:
        return Meter("reg", "?", span, 0, target.max, target.min, True, "Looking ...")
    have = disk.reg_images
    product = f"{coverage.total} images x {repeats} repeats = {best}"
    if have < target.min:
        words = f"{target.min - have} more regularization images; best are {product}."
    elif have > target.max:
        words = f"{have - target.max} more than [targets] allows."
    elif have < best:
        words = f"Enough; best would be {product}: the trainer repeats some."
    elif have > best > 0:
        words = f"Enough; the trainer drops the last {have - best} ({product})."
    else:
        words = f"Enough: {product}."
    ok = target.min <= have <= target.max
    return Meter("reg", str(have), span, have, target.max, target.min, ok, words)
