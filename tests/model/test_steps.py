"""Steps as the trainer counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.project import Span
from spyke_tui.model.steps import plan_steps, steps_per_epoch

TARGET = Span(800, 1200)


@pytest.mark.parametrize(
    ("images", "repeats", "batch", "with_reg", "steps"),
    [
        (15, 10, 1, True, 300),
        (15, 10, 1, False, 150),
        (15, 10, 4, True, 75),
        (15, 10, 4, False, 38),
        (1, 1, 9, False, 1),
        (0, 10, 1, True, 0),
    ],
)
def test_an_epoch(images: int, repeats: int, batch: int, with_reg: bool, steps: int) -> None:
    assert steps_per_epoch(images, repeats, batch, with_reg=with_reg) == steps


def test_the_usual_set() -> None:
    plan = plan_steps(15, 10, 1, 150, TARGET)
    assert (plan.per_epoch, plan.epochs, plan.total, plan.with_reg) == (300, 3, 900, True)
    plan = plan_steps(15, 10, 1, 0, TARGET)
    assert (plan.per_epoch, plan.epochs, plan.total, plan.with_reg) == (150, 7, 1050, False)


def test_nothing_to_train() -> None:
    plan = plan_steps(0, 10, 1, 0, TARGET)
    assert (plan.per_epoch, plan.epochs, plan.total) == (0, None, None)


@pytest.mark.parametrize(
    ("images", "target", "epochs", "nearest"),
    [
        (10, Span(100, 100), 1, 1),
        (10, Span(101, 199), None, 1),  # 1 below, 1 above: the shorter
        (10, Span(150, 199), None, 2),
        (10, Span(0, 0), None, 1),
        (10, Span(1, 99), None, 1),
        (10, Span(0, 300), 1, 1),  # 100 and 200 are as near to the middle: the shorter
    ],
)
def test_the_nearest(images: int, target: Span, epochs: int | None, nearest: int) -> None:
    plan = plan_steps(images, 10, 1, 0, target)
    assert (plan.epochs, plan.nearest_epochs) == (epochs, nearest)
    assert plan.nearest_total == nearest * 100


def test_numbers_that_nobody_means() -> None:
    huge = 10**400
    assert plan_steps(10, huge, 1, 0, TARGET).nearest_epochs == 1
    assert plan_steps(10, 10, 1, 0, Span(0, huge)).total == huge // 2
    assert plan_steps(10, 10, huge, 0, TARGET).total == 1000


@given(
    st.integers(1, 60), st.integers(1, 40), st.integers(1, 8), st.integers(0, 1),
    st.integers(0, 3000), st.integers(0, 3000),
)  # fmt: skip
def test_epochs_land_where_any_do(
    images: int, repeats: int, batch: int, reg: int, low: int, width: int
) -> None:
    target = Span(low, low + width)
    plan = plan_steps(images, repeats, batch, reg, target)
    landing = [n for n in range(1, 6001) if low <= n * plan.per_epoch <= low + width]
    assert (plan.epochs is not None) == bool(landing)
    assert plan.nearest_total == plan.nearest_epochs * plan.per_epoch
    if landing:
        assert plan.epochs == plan.nearest_epochs
        assert plan.epochs in landing
        assert plan.total == plan.nearest_total
    else:

        def off(n: int) -> int:
            return max(low - n * plan.per_epoch, n * plan.per_epoch - low - width)

        assert off(plan.nearest_epochs) == min(off(n) for n in range(1, 6001))
