"""Which images the strip shows: it follows the newest, and stays where somebody looks."""

from __future__ import annotations

from spyke_tui.model.run_view import ImageView, RunView
from spyke_tui.tui.run_selection import RunSelection
from spyke_tui.tui.run_words import duration, indicator, rate


def view(done: int, total: int = 50) -> RunView:
    images = tuple(
        ImageView(index, "verified" if index <= done else "planned")
        for index in range(1, total + 1)
    )
    return RunView("reg", "running", total=total, done=done, images=images)


def test_the_newest_and_the_one_after_it_are_always_there() -> None:
    selection = RunSelection()
    for done in range(51):
        window = selection.window(view(done), 7)
        assert len(window) == 7
        assert {min(50, max(1, done)), min(50, done + 1)} <= set(window)


def test_pictures_stay_in_place_for_several_images() -> None:
    selection = RunSelection()
    starts = [selection.window(view(done), 8)[0] for done in range(1, 40)]
    assert len(set(starts)) <= 20
    assert starts == sorted(starts)


def test_who_looks_at_one_is_not_carried_away() -> None:
    selection = RunSelection()
    selection.window(view(30), 7)
    selection.choose(3)
    assert 3 in selection.window(view(30), 7)
    assert selection.at(view(45)) == 3
    assert selection.window(view(31), 7) == selection.window(view(45), 7)
    assert not selection.go(view(45), -10) or selection.at(view(45)) == 1
    selection.follow()
    assert 45 in selection.window(view(45), 7)


def test_nothing_to_choose() -> None:
    selection = RunSelection()
    assert selection.window(RunView("reg"), 7) == range(0)
    assert selection.at(RunView("reg")) == 0
    assert not selection.go(RunView("reg"), 1)
    assert len(selection.window(view(3, total=3), 7)) == 3
    selection.choose(40)
    assert selection.at(view(3, total=3)) == 3  # the run has become shorter


def test_words() -> None:
    assert [duration(s) for s in (0, 45, 119, 3540, 3900)] == ["0s", "45s", "2m", "59m", "1h 05m"]
    assert indicator(RunView("reg", "done", total=5, done=5)) == ""
    assert indicator(RunView("topup", "running", total=5, done=2, eta_s=30)) == "topup 2/5 30s"
    assert indicator(RunView("reg", "waiting", total=5, done=2)) == "reg 2/5 ! no server"
    assert rate(RunView("reg", "running", per_minute=2.5, eta_s=600)) == "2.5 a minute, 10m left"
    assert rate(RunView("reg", "done", per_minute=2.5)) == ""
