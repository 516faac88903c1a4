"""A pipe in the place of one of our files makes nobody wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from little_project import LittleProject, rect

TRAIN = "dataset/hero/train/10_hero_v1"


@pytest.mark.parametrize(
    "name",
    [
        "dataset/hero/.spyke/manifest.json", "dataset/hero/.spyke/check.json",
        f"{TRAIN}/front.png", f"{TRAIN}/front.txt", "sheets/one.png",
    ],
)  # fmt: skip
def test_check_and_build_go_on(name: str, tmp_path: Path) -> None:
    crops = [{"id": "front", "sheet": "one", "rect": rect(0, 0, 60, 80)}]
    project = LittleProject(tmp_path / "project", crops)
    project.build()
    pipe = project.folder / name
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    for words in (["check", "--json"], ["build", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "spyke_tui", *words, "--project", str(project.folder)],
            capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        assert isinstance(json.loads(done.stdout), dict)


def test_what_a_journal_names_may_be_a_pipe(tmp_path: Path) -> None:
    from spyke_tui.store.manifest import Manifest

    manifest = Manifest(tmp_path)
    manifest.write()
    manifest.announce(tmp_path / "pipe.png", "crop", "", "0" * 64)
    os.mkfifo(tmp_path / "pipe.png")
    code = (
        "from pathlib import Path; from spyke_tui.store.manifest import Manifest\n"
        f"print(len(Manifest.read(Path({str(tmp_path)!r})).files))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "0"
