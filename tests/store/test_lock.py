from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from spyke_tui.errors import ProjectLockedError
from spyke_tui.store.lock import exclusive


def refusal(lock: Path) -> str:
    with pytest.raises(ProjectLockedError) as refused, exclusive(lock, "one more"):
        pass
    return refused.value.message


def test_who_holds_it_is_said(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock", "spyke-tui build"):
        assert f"spyke-tui build (process {os.getpid()})" in refusal(tmp_path / "lock")
    with exclusive(tmp_path / "lock", "another"):
        pass


def test_a_full_disk_leaves_only_the_name_unsaid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", refuse)
    with exclusive(tmp_path / "lock", "spyke-tui build"):
        assert "another process" in refusal(tmp_path / "lock")
