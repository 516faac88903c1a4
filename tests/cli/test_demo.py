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
from spyke_tui.processing.samples import _FLAWS, flawed_project_text
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.run_files import RunFiles

TRAIN, REG = "dataset/spyke/train/10_spyke_plasma_v1", "dataset/spyke/reg/1_anime_character"
IN_CROPS_TOML = [
    ("rect-outside", "fight_block"),
    ("mirror-one-sided", "turnaround_back"),
    ("caption-vocabulary", "face_surprised"),
    ("caption-incomplete", "bust_fist"),
    ("reg-prompt-leak", "reg"),
    ("unknown-key", "sheets.busts"),
    ("near-duplicate", "turnaround_side_2"),
    ("erase-large", "face_calm"),
    ("caption-side-words", "face_calm"),
    ("caption-background", "bust_calm"),
    ("sheet-unknown", "motion_run"),
    ("sheet-annotated", "reference_front"),
]
"""The mistakes of the flawed sample, in their order: by which code, and where, each is named."""
ON_DISK = [
    ("caption-encoding", "turnaround_front"),
    ("caption-multiline", "turnaround_3q"),
    ("caption-trigger", "fight_stance"),
    ("image-size", "fight_punch"),
    ("mirror-suspect", f"{TRAIN}/fight_kick_flipped.png"),
    ("stem-duplicate", f"{TRAIN}/bust_hand.png"),
    ("cache-stale", f"{TRAIN}/motion_leap_0512x0512_sd.npz"),
    ("folder-name", "dataset/spyke/train/spyke_more"),
    ("reg-caption", f"{REG}/reg_001.txt"),
    ("reg-size", f"{REG}/reg_002.png"),
]
FOLLOWING = [
    ("image-missing", "fight_block"),
    ("image-missing", "motion_run"),
    ("reg-few", "reg"),
    ("caption-incomplete", "bust_calm"),
    ("caption-edited", "fight_stance"),
    ("caption-edited", "turnaround_3q"),
    ("caption-edited", "turnaround_front"),
    ("image-edited", "fight_punch"),
    ("image-foreign", f"{TRAIN}/bust_hand.jpg"),
    ("image-foreign", f"{TRAIN}/fight_kick_flipped.png"),
    ("near-duplicate", "bust_hand"),
]
"""What else is wrong because of them."""


def test_each_mistake_in_the_sample_has_its_name_here() -> None:
    assert len(_FLAWS) == len(IN_CROPS_TOML)


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
    findings = json.loads(capsys.readouterr().out)["findings"]
    named = sorted((finding["code"], finding["where"]) for finding in findings)
    if flawed:
        assert named == sorted([*IN_CROPS_TOML, *ON_DISK, *FOLLOWING])
    else:
        assert named == [("reg-practice", "reg")]
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


def test_mistakes_are_not_put_into_a_sample_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    write_sample(folder)
    before = stamps(tmp_path)
    assert main(["demo", "--headless", "--flawed", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "without mistakes" in said and "left as it is" in said
    assert "spyke-tui demo DIR --flawed" in said
    assert stamps(tmp_path) == before


def test_the_sample_with_mistakes_stays_it_without_the_flag(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    write_sample(folder, flawed=True)
    mended = flawed_project_text().replace('artist = "me"\n', "")
    (folder / "crops.toml").write_text(mended)
    for words in (["--flawed"], []):
        assert main(["demo", "--headless", str(folder), *words]) == 1
        assert "These are the mistakes to find." in capsys.readouterr().out
    assert (folder / "crops.toml").read_text() == mended
    assert not list(folder.rglob("reg_*.png")), "nothing is generated for it"


@pytest.mark.parametrize("when", ["_spoil_captions", "_spoil_pictures", "_spoil_folders", "write"])
def test_mistakes_that_were_cut_short_are_made_with_the_next_start(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    words = ["demo", "--headless", "--flawed", str(folder)]

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        place = "cli.commands.demo.build_project" if when == "write" else f"kohya.spoiling.{when}"
        patch.setattr(f"spyke_tui.{place}", killed)
        assert main(words) == 130
    assert main(words) == 1
    capsys.readouterr()
    main(["check", "--json", "--project", str(folder)])
    findings = json.loads(capsys.readouterr().out)["findings"]
    named = sorted((finding["code"], finding["where"]) for finding in findings)
    assert named == sorted([*IN_CROPS_TOML, *ON_DISK, *FOLLOWING])


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
