"""Looking at a run: its journal and its live file are not written in the same moment."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from spyke_tui.comfy.diary import Diary
from spyke_tui.comfy.following import Follower
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Dataset
from spyke_tui.store.run_files import RunFiles

AWAY = "No connection."


@pytest.fixture
def files(tmp_path: Path) -> RunFiles:
    return RunFiles(Layout.of(Dataset("hero", "hero_v1"), tmp_path), "reg")


def write_live(files: RunFiles, **values: object) -> None:
    files.live.write_text(json.dumps({"pid": os.getpid(), "message": "", "hint": "", **values}))


def test_state_and_words_come_from_the_same_file(files: RunFiles) -> None:
    """Else the words of the next state would be taken for those of this one, and told by nobody."""
    with files.held():
        diary = Diary(files)
        diary.begin(2, "", ["http://a"])
        follower = Follower(files)
        assert follower.poll(follow=False).state == "starting"
        write_live(files, state="running")
        diary.write("state", state="waiting", message=AWAY, hint="", field="")
        view = follower.poll(follow=False)
        assert (view.state, view.message) == ("running", "")
        write_live(files, state="waiting", message=AWAY)
        view = follower.poll(follow=False)
        assert (view.state, view.message) == ("waiting", AWAY)
        diary.close()


def test_the_last_word_stands_though_the_process_is_still_there(files: RunFiles) -> None:
    with files.held():
        diary = Diary(files)
        diary.begin(2, "", ["http://a"])
        write_live(files, state="waiting", message=AWAY)
        diary.end("failed", "Nothing works.", "Do this.", exit_code=3)
        follower = Follower(files)
        view = follower.poll(follow=False)
        assert (view.state, view.message, view.hint) == ("failed", "Nothing works.", "Do this.")
        assert follower.exit_code == 3
        diary.close()


def test_the_live_file_of_another_process_says_nothing(files: RunFiles) -> None:
    with files.held():
        diary = Diary(files)
        diary.begin(2, "", ["http://a"])
        write_live(files, state="paused", message="Out of memory.", pid=1)
        view = Follower(files).poll(follow=False)
        assert (view.state, view.message) == ("starting", "")
        diary.close()
