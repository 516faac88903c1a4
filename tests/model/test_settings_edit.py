"""Changing [reg] and [topup]: what follows from a change, and the way back."""

from __future__ import annotations

import json
import tomllib

import pytest

from spyke_tui.model.history import History, StepRefusedError
from spyke_tui.model.patch_json import step_as_json, step_from_json
from spyke_tui.model.project import Project
from spyke_tui.model.reading import read_project
from spyke_tui.model.settings_edit import with_reroll, with_settings, written
from spyke_tui.model.table import FieldError

HEAD = '[dataset]\ncharacter = "spyke"\ntrigger = "x"\n'


def project(text: str = "") -> Project:
    return read_project(tomllib.loads(HEAD + text))


def test_topup_follows_reg_until_it_says_otherwise() -> None:
    changed = with_settings(project(), "reg", {"steps": 9, "server": ("http://a", "http://b")})
    assert (changed.reg.steps, changed.topup.steps) == (9, 9)
    assert changed.topup.servers == ("http://a", "http://b")
    own = with_settings(changed, "topup", {"steps": 30})
    assert (own.reg.steps, own.topup.steps) == (9, 30)
    again = with_settings(with_settings(own, "reg", {"steps": None}), "topup", {"steps": None})
    assert (again.reg.steps, again.topup.steps) == (20, 20)
    assert "steps" not in again.reg.given


def test_what_is_given_is_told_from_defaults() -> None:
    found = project('[reg]\ncount = 150\nserver = "http://h"\nrerolls = { 2 = 1 }\n')
    assert found.reg.given == {"count", "server"}
    assert written(found, "reg") == {"count": 150, "server": "http://h", "rerolls.2": 1}
    assert found.topup.given == frozenset()


def test_what_the_file_refuses_is_refused_here_with_the_same_words() -> None:
    with pytest.raises(FieldError, match="at least 1"):
        with_settings(project(), "reg", {"steps": 0})
    with pytest.raises(FieldError, match="not a server's address"):
        with_settings(project(), "topup", {"server": "nowhere"})


def test_undo_is_of_one_image_and_of_one_key() -> None:
    history = History(project("[reg]\nrerolls = { 3 = 1 }\n"))
    history.apply("reject 3", with_reroll(history.project, "reg", 3))
    history.apply("reject 5", with_reroll(history.project, "reg", 5))
    history.apply("steps", with_settings(history.project, "reg", {"steps": 5}))
    kept = [step_from_json(json.loads(json.dumps(step_as_json(one)))) for one in history.steps[0]]
    assert [one.patch for one in kept] == [one.patch for one in history.steps[0]]
    # Another program meanwhile rejected another image: ours still goes back.
    history.rebase(with_reroll(history.project, "reg", 8))
    for _ in range(3):
        history.undo()
    assert history.project.reg.rerolls == {3: 1, 8: 1}
    assert history.project.reg.steps == 20
    history.redo()
    assert history.project.reg.rerolls == {3: 2, 8: 1}


def test_undo_of_what_was_changed_meanwhile_is_refused() -> None:
    history = History(project())
    history.apply("steps", with_settings(history.project, "reg", {"steps": 5}))
    history.rebase(with_settings(history.project, "reg", {"steps": 7}))
    with pytest.raises(StepRefusedError, match=r"steps in \[reg\] was changed"):
        history.undo()


@pytest.mark.parametrize(
    "bad",
    [
        ["own", "steps", 1, 2],
        ["reg", "x", 1, 2],
        ["reg", "steps", {}],
        ["dataset", "clas", "a", "b"],
        ["targets", "images", 1, 2],
        ["targets", "images.mean", 1, 2],
    ],
)
def test_kept_steps_that_make_no_sense_are_dropped(bad: list[object]) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        step_from_json({"label": "", "crops": [], "sheets": [], "settings": [bad]})
