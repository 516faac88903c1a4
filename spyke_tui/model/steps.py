"""Training steps as the trainer counts them."""

from __future__ import annotations

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
    return _ceil_divided(shown, batch)


def plan_steps(images: int, repeats: int, batch: int, reg_images: int, target: Span) -> Steps:
    """The epochs to train: the whole number whose total lies nearest the middle of `target`."""
    with_reg = reg_images > 0
    per_epoch = steps_per_epoch(images, repeats, batch, with_reg=with_reg)
    if per_epoch == 0:
        return Steps(0, None, None, with_reg, 0, 0)
    # Worked out, not tried out: a target may be any number that somebody typed.
    first, last = max(1, _ceil_divided(target.min, per_epoch)), target.max // per_epoch
    if first <= last:
        # The whole number nearest to the middle; of two as near, the shorter training.
        middle = _ceil_divided(target.min + target.max - per_epoch, 2 * per_epoch)
        best = min(max(first, middle), last)
        return Steps(per_epoch, best, best * per_epoch, with_reg, best, best * per_epoch)
    below, above = max(1, last), first
    short, long = target.min - below * per_epoch, above * per_epoch - target.max
    best = below if 0 <= short <= long else above
    return Steps(per_epoch, None, None, with_reg, best, best * per_epoch)


def _ceil_divided(number: int, by: int) -> int:
    """Rounded up, exact for numbers that no float holds."""
    return -(-number // by)
