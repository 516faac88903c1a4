"""Every code of `check` has its pair of projects, and `check` tells the two halves apart."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from code_pairs import Pair, all_pairs, findings_in

from spyke_tui.kohya.check import likeness
from spyke_tui.model.findings import SEVERITIES

PAIRS = all_pairs()
SOURCE = Path(__file__).parents[2] / "spyke_tui"

look = likeness._look
seen: dict[bytes, str] = {}


@pytest.fixture(autouse=True)
def look_at_equal_pictures_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of the time would go into hashing the same few pictures in every project."""

    def look_once(path: Path) -> str:
        data = path.read_bytes()
        if data not in seen:
            seen[data] = look(path)
        return seen[data]

    monkeypatch.setattr(likeness, "_look", look_once)


def test_every_code_has_a_pair_in_each_of_its_severities() -> None:
    wanted = {(code, severity) for code, known in SEVERITIES.items() for severity in known}
    assert {(one.code, one.severity) for one in PAIRS} == wanted


def test_the_table_of_codes_is_that_of_the_source() -> None:
    """A finding whose code is not in the table would go without a pair."""
    said: set[str] = set()
    for file in (SOURCE / "kohya").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").lower() == "finding":
                said |= _texts(node.args[0])
    said |= {"image-size", "reg-size"}  # given by name to the one that looks at both
    assert said == set(SEVERITIES)


def _texts(node: ast.expr) -> set[str]:
    return {str(node.value)} if isinstance(node, ast.Constant) else set()


@pytest.mark.parametrize("one", PAIRS, ids=lambda one: one.name)
def test_the_spoilt_one_is_told_and_its_nearest_is_not(one: Pair, tmp_path: Path) -> None:
    spoilt = findings_in(one.make(tmp_path / "spoilt", spoilt=True).folder)
    named = [finding for finding in spoilt if finding.code == one.code]
    assert {finding.severity for finding in named} == {one.severity}, spoilt
    assert {finding.code for finding in spoilt} == {one.code} | one.along
    assert all(finding.where and finding.message and finding.fix for finding in named)
    near = findings_in(one.make(tmp_path / "near", spoilt=False).folder)
    assert not [f for f in near if (f.code, f.severity) == (one.code, one.severity)], near
    assert {finding.code for finding in near} == one.beside
