"""A run that can't even begin says why in one line, whatever its log holds."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from spyke_tui.comfy import process
from spyke_tui.comfy.starting import start_run
from spyke_tui.errors import SpykeError

CROPS = '[dataset]\ncharacter = "hero"\ntrigger = "hero_v1"\n\n[reg]\nprompt = "a person"\n'


def refusal(folder: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> str:
    """What a start says where the process writes this and ends."""
    (folder / "crops.toml").write_text(CROPS)
    instead = folder / "instead-of-python"
    instead.write_text(f"#!/bin/sh\nprintf '{said}' >&2\nexit 1\n")
    instead.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(instead))
    with pytest.raises(SpykeError) as refused:
        start_run(folder / "crops.toml", "reg")
    assert "reg.log" in refused.value.hint
    return refused.value.message


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("/a/file: no room", "/a/file: no room"),
        ("Traceback (most recent call last):\\n", "it ended at once."),
        (
            'Traceback (most recent call last):\\n  File "x.py", line 1, in x\\n',
            "it ended at once.",
        ),
        ('Traceback (most recent call last):\\n  File "x.py"\\nOSError: no\\n', "OSError: no"),
        ("", "it ended at once."),
    ],
)
def test_the_last_words_of_its_process_are_told_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, words: str
) -> None:
    message = refusal(tmp_path, monkeypatch, said)
    assert message == f"The run could not be started: {words}"


def test_what_a_disk_refuses_is_its_last_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_words: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO), "/a/journal")

    monkeypatch.setattr(process, "main", refuse)
    assert process.run_process([]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "Input/output error: /a/journal"
