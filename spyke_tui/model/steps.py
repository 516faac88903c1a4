"""Training steps as the trainer counts them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spyke_tui.model.project import Span


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps per epoch and the number of epochs that lands in the target, if one does.

    `epochs` and `total` are None where no whole number of epochs lands. `nearest_epochs` and
    `nearest_total` always name the closest.
    """

    per_epoch: int
    epochs: int | None
    total: int | None
    with_reg: bool
    nearest_epochs: int
    nearest_total: int


def steps_per_epoch(images: int, repeats: int, batch: int, *, with_reg: bool) -> int:
    """Steps of one epoch. With regularization images the loader fills them up to
    ``images x repeats``, which doubles the epoch."""
    shown = images * repeats * (2 if with_reg else 1)
    return math.ceil(shown / batch)


def plan_steps(images: int, repeats: int, batch: int, reg_images: int, target: Span) -> Steps:
    """The epochs to train: the whole number whose total lies nearest the middle of `target`."""
    with_reg = reg_images > 0
    per_epoch = steps_per_epoch(images, repeats, batch, with_reg=with_reg)
    if per_epoch == 0:
        return Steps(0, None, None, with_reg, 0, 0)
    middle = (target.min + target.max) / 2
    candidates = range(1, target.max // per_epoch + 2)
    inside = [n for n in candidates if target.min <= n * per_epoch <= target.max]
    if inside:
        best = min(inside, key=lambda n: (abs(n * per_epoch - middle), n))
        return Steps(per_epoch, best, best * per_epoch, with_reg, best, best * per_epoch)

    def distance(n: int) -> tuple[int, int]:
        total = n * per_epoch
        return (target.min - total if total < target.min else total - target.max, n)

    best = min(candidates, key=distance)
    return Steps(per_epoch, None, None, with_reg, best, best * per_epoch)
