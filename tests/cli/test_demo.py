"""The sample project: whole in one go, found again, and one with mistakes."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from little_project import contents, stamps

from spyke_tui.cli import main
from spyke_tui.cli.commands.demo import write_sample
from spyke_tui.comfy.following import Follower
from spyke_tui.model.layout import Layout
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.run_files import RunFiles

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
    (folder / ".gitignore").unlink()  # as after a full disk
    assert main(words) == flawed, "what is missing is made again"
    assert contents(folder) == before


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_killed_demo_takes_its_run_along(number: signal.Signals, tmp_path: Path) -> None:
    """It draws on a practice server that ends with the demo, and would wait for it."""
    folder = tmp_path / "demo"
    words = [sys.executable, "-m", "spyke_tui", "demo", "--headless", str(folder)]
    demo = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: (folder / "crops.toml").is_file())
    file = CropsFile.read(folder)
    run = RunFiles(Layout.of(file.project.dataset, file.folder), "reg")
    wait_for(lambda: run.images.is_dir() and any(run.images.iterdir()))
    assert run.is_alive()
    demo.send_signal(number)
    demo.wait()
    wait_for(lambda: not run.is_alive())
    assert Follower(run).poll(follow=False).state in ("stopped", "done")


def wait_for(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


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


def test_a_demo_that_was_killed_while_it_generated_goes_on(tmp_path: Path) -> None:
    """Its run ends with the practice server: the next start takes it up."""
    folder = tmp_path / "demo"
    write_sample(folder)
    file = CropsFile.read(folder)
    files = RunFiles(Layout.of(file.project.dataset, file.folder), "reg")
    code = (
        "import sys, os; from spyke_tui.comfy.practice_beside import practice_beside\n"
        "from spyke_tui.comfy.starting import start_run\nfrom pathlib import Path\n"
        "with practice_beside(delay=0.05) as server:\n"
        "    start_run(Path(sys.argv[1]), 'reg', servers=[server], attended=False)\n"
        "    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(file.path)], check=False)
    assert Follower(files).poll(follow=False).total, "it had begun"
    assert main(["demo", "--headless", str(folder)]) == 0
    assert not files.is_alive()
    assert len(list(files.images.glob("*.png"))) == file.project.reg.count
