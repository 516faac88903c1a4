"""Shares of the set, twins counted."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.coverage import Coverage, measure_coverage
from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop, Dataset, Project, Targets


def crop(number: int, **values: object) -> Crop:
    return replace(Crop(f"c{number}", "s", Rect(0, 0, 9, 9)), **values)  # type: ignore[arg-type]


def measure(*crops: Crop, targets: Targets | None = None, **dataset: object) -> Coverage:
    values = Dataset("spyke", "spyke_v1", details=("cap", "cloak"), one_sided=("bracer",))
    return measure_coverage(
        Project(replace(values, **dataset), targets or Targets(), crops=crops)  # type: ignore[arg-type]
    )


def test_twins_count() -> None:
    coverage = measure(
        crop(1, framing="bust", details=("bracer",), action=True),
        crop(2, framing="closeup", details=(), mirror=True, expression="calm"),
    )
    assert coverage.total == 3
    assert coverage.framing["closeup"].images == 2
    assert coverage.expressions["calm"] == 2
    assert coverage.details.images == 1
    assert coverage.action.have == pytest.approx(1 / 3)


def test_a_twin_that_is_not_written_does_not_count() -> None:
    assert measure(crop(1, details=("bracer",), mirror=True)).total == 1
    assert measure(crop(1, details=None, mirror=True)).total == 1


def test_only_kept_crops_count() -> None:
    assert measure(crop(1, status="draft"), crop(2, status="reject")).total == 0


def test_details_are_those_with_one_side_where_there_are_any() -> None:
    crops = (crop(1, details=("Cap",)), crop(2, details=("BRACER ",)), crop(3))
    assert measure(*crops).details.images == 1
    coverage = measure(*crops, one_sided=())
    assert coverage.details.images == 1
    assert coverage.looked_for == ("cap", "cloak")
    assert {n: s.images for n, s in measure(*crops).each_detail.items()} == {
        "cap": 1, "cloak": 0, "bracer": 1,
    }  # fmt: skip


def test_without_details_nothing_is_wanted() -> None:
    assert measure(crop(1), details=(), one_sided=()).details.ok


@pytest.mark.parametrize(("shown", "ok"), [(5, False), (6, True), (10, True)])
def test_the_share_of_details_is_a_floor(shown: int, ok: bool) -> None:
    crops = [crop(n, details=("bracer",) if n < shown else ()) for n in range(10)]
    coverage = measure(*crops)
    assert coverage.details.ok is ok
    assert coverage.details.missing == max(0, 6 - shown)


@pytest.mark.parametrize(
    ("action", "missing", "surplus"), [(3, 1, 0), (4, 0, 0), (6, 0, 0), (7, 0, 1)]
)
def test_a_share_with_a_tolerance(action: int, missing: int, surplus: int) -> None:
    crops = [crop(n, action=n < action) for n in range(10)]
    share = measure(*crops).action
    assert (share.missing, share.surplus) == (missing, surplus)
    assert share.ok is not (missing or surplus)


def test_undecided_is_not_an_action() -> None:
    assert measure(crop(1, action=None)).action.images == 0


def test_framing_not_named_in_the_targets_is_free() -> None:
    targets = Targets(framing=MappingProxyType({"bust": 0.5}))
    coverage = measure(crop(1, framing="bust"), crop(2, framing=""), targets=targets)
    assert list(coverage.framing) == ["bust"]
    assert coverage.framing_ok


@pytest.mark.parametrize("field", ["calm", "Calm", "calm expression", "smiling, calm", " calm "])
def test_expressions(field: str) -> None:
    assert measure(crop(1, expression=field)).expressions["calm"] == 1


def test_another_expression() -> None:
    coverage = measure(crop(1, expression="calmly"))
    assert coverage.expressions["calm"] == 0
    assert "calm" in coverage.missing_expressions


def test_an_empty_set() -> None:
    coverage = measure()
    found = coverage.as_json()
    assert found["details"]["have"] == 0
    assert found["action"] == {"have": 0, "want": 0.5, "ok": False}
    assert found["framing"]["ok"] is False
    assert found["expressions"]["ok"] is False


@given(
    st.integers(0, 60), st.integers(0, 60),
    st.floats(0, 1, allow_nan=False), st.floats(0, 1, allow_nan=False),
)  # fmt: skip
def test_ok_is_the_distance_of_the_shares(
    action: int, other: int, want: float, tolerance: float
) -> None:
    want, tolerance = round(want, 2), round(tolerance, 2)
    crops = [crop(n, action=n < action) for n in range(action + other)]
    share = measure(*crops, targets=Targets(action=want, tolerance=tolerance)).action
    if crops:
        assert share.ok == (abs(share.images / len(crops) - want) <= tolerance + 1e-9)
