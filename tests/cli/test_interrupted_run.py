"""Ctrl+C at a run that is followed, also in the middle of what is being printed."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace
from typing import Any

import pytest

from spyke_tui.cli import run_following
from spyke_tui.cli.run_following import RunFollowing
from spyke_tui.model.run_view import RunView


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_a_word_is_heeded_after_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    """Python refuses to print where it is printing already."""
    orders: list[str] = []
    rounds = iter([True, True, True, True, False])
    follower: Any = SimpleNamespace(
        files=SimpleNamespace(is_alive=lambda: next(rounds)),
        poll=lambda follow: RunView("reg"),
        order=orders.append,
        exit_code=1,
    )
    it = RunFollowing(follower, "reg", RunView("reg"))

    class Bar:
        is_shown, printing, times = True, False, 0

        def __call__(self, *_: object) -> None:
            self.printing = True
            self.times += 1
            if self.times <= 2:
                os.kill(os.getpid(), number)
                assert len(orders) == self.times - 1, "not yet"
            self.printing = False

        def close(self) -> None:
            assert not self.printing

    it._bar = Bar()  # type: ignore[assignment]
    monkeypatch.setattr(run_following, "PAUSE", 0)
    it.follow()
    assert orders == ["stop", "interrupt"]
    said = capsys.readouterr().err
    assert "Finishing the running image" in said and "Stopping" in said
