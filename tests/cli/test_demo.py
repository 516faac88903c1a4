"""The sample project: whole in one go, found again, and one with mistakes."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from little_project import contents, stamps

from spyke_tui.cli import main

MISTAKES = {
    # in crops.toml
    "caption-background", "caption-incomplete", "caption-side-words", "caption-vocabulary",
    "erase-large", "mirror-one-sided", "near-duplicate", "rect-outside", "reg-prompt-leak",
    "sheet-annotated", "sheet-unknown", "unknown-key",
    # on disk
    "cache-stale", "caption-edited", "caption-encoding", "caption-multiline", "caption-trigger",
    "folder-name", "image-edited", "image-foreign", "image-size", "mirror-suspect", "reg-caption",
    "reg-size", "stem-duplicate",
    # and what follows from them
    "image-missing", "reg-few",
}  # fmt: skip


@pytest.mark.parametrize("flawed", [False, True])
def test_the_sample_project(
    flawed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my demo\x1b[31m"
    words = ["demo", "--headless", str(folder), *(["--flawed"] if flawed else [])]
    assert main(words) == flawed
    said = capsys.readouterr()
    assert said.err == ""
    assert "\x1b" not in said.out
    last = shlex.split(said.out.splitlines()[-1].partition(": ")[2])
    assert last == ["spyke-tui", str(folder).replace("\x1b", "\\x1b")]
    assert list((folder / "dataset/spyke/train").iterdir())
    main(["check", "--json", "--project", str(folder)])
    codes = {finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]}
    if flawed:
        assert codes == MISTAKES
    else:
        assert codes == {"reg-practice"}
    before = contents(folder)
    (folder / "sheets").joinpath(next((folder / "sheets").iterdir()).name).unlink()
    assert main(words) == flawed, "what is missing is drawn again"
    assert contents(folder) == before


def test_a_folder_that_holds_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    mine = tmp_path / "project"
    mine.mkdir()
    (mine / "crops.toml").write_text('[dataset]\ncharacter = "me"\ntrigger = "me_v1"\n')
    before = stamps(tmp_path)
    assert main(["demo", "--headless", str(tmp_path)]) == 2
    assert main(["demo", "--headless", str(tmp_path / "mine.txt")]) == 2
    assert main(["demo", "--headless", str(mine)]) == 2, "nothing is generated in a real project"
    assert "holds something else" in capsys.readouterr().err
    assert stamps(tmp_path) == before
