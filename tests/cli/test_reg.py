"""`reg` and `topup` as a user runs them: processes, signals, exit codes, JSON lines."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from spyke_tui.cli import main
from spyke_tui.comfy.practice_beside import practice_beside
from spyke_tui.comfy.workflow import built_in
from spyke_tui.store.crops_file import CropsFile

CROPS = """\
[dataset]
character = "hero"
trigger   = "hero_v1"

[reg]
server     = "{server}"
checkpoint = "practice_sd15.safetensors"
count      = {count}
width      = 64
height     = 64
steps      = 2
prompt     = "a person"

[topup]
prompt = "hero, white cloak"   # mine
count  = 2
"""


@pytest.fixture
def quick() -> Iterator[str]:
    with practice_beside() as server:
        yield server


@pytest.fixture
def slow() -> Iterator[str]:
    with practice_beside(delay=0.4) as server:
        yield server


def write(folder: Path, server: str, count: int = 3) -> Path:
    path = folder / "crops.toml"
    path.write_text(CROPS.format(server=server, count=count))
    return path


def pictures(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "dataset/hero/reg/1_character").glob("*.png"))


def test_lines_of_json_and_nothing_to_do_again(
    quick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, quick)
    assert main(["reg", "--json", "--project", str(tmp_path)]) == 0
    *images, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert [image["event"] for image in images] == ["image"] * 3
    assert {image["index"] for image in images} == {1, 2, 3}
    for key in ("index", "seed", "state", "file", "seconds", "done", "of", "eta_s"):
        assert key in images[0]
    assert images[0]["state"] == "verified"
    assert (end["event"], end["done"], end["failed"], end["exit"]) == ("end", 3, 0, 0)
    assert pictures(tmp_path) == ["reg_001.png", "reg_002.png", "reg_003.png"]
    assert main(["reg", "--json", "--project", str(tmp_path)]) == 0
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == ["end"]
    assert main(["reg", "--status", "--json", "--project", str(tmp_path)]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["state"], status["done"], status["of"]) == ("done", 3, 3)


def test_where_nobody_says_how_many_the_trainer_does(
    quick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, quick)
    text = (
        path.read_text()
        .replace("count      = 3\n", "")
        .replace('hero_v1"\n', 'hero_v1"\nrepeats = 2\n')
    )
    path.write_text(
        text + '[sheets.a]\nfile = "a.png"\n'
        + "".join(
            f'[[crops]]\nid = "c{n}"\nsheet = "a"\n'
            "rect = { left = 0, top = 0, width = 9, height = 9 }\n"
            for n in range(2)
        )
    )  # fmt: skip
    assert main(["reg", "--project", str(tmp_path)]) == 0
    assert "4 of 4" in capsys.readouterr().out


def test_a_workflow_of_ones_own_is_told_with_its_mapping(
    quick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, quick)
    (tmp_path / "flow.json").write_text(json.dumps(dict(built_in().graph)))
    path.write_text(path.read_text().replace("count ", 'workflow = "flow.json"\ncount ', 1))
    assert main(["reg", "--project", str(tmp_path)]) == 0
    assert "flow.json takes:\n  prompt: 6 CLIPTextEncode, text" in capsys.readouterr().err
    assert main(["reg", "--status", "--project", str(tmp_path)]) == 0
    assert "prefix: 9 SaveImage, filename_prefix" in capsys.readouterr().out


def test_no_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "http://127.0.0.1:9")
    assert main(["reg", "--project", str(tmp_path)]) == 3
    said = capsys.readouterr()
    assert "http://127.0.0.1:9" in said.err and "Traceback" not in said.err
    assert main(["reg", "--json", "--project", str(tmp_path)]) == 3
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["exit"] == 3


def test_a_misspelt_key_and_a_server_that_is_away_are_told_and_hinder_nothing(
    quick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, quick)
    servers = f'["http://127.0.0.1:9", "{quick}"]'
    text = path.read_text().replace(f'"{quick}"', servers, 1)
    path.write_text(text.replace("steps ", 'sampeler = "euler"\nsteps ', 1))
    assert main(["reg", "--project", str(tmp_path)]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "reg.sampeler is not known" in said and "Did you mean sampler?" in said
    assert "No connection to http://127.0.0.1:9: connection refused" in said
    assert len(pictures(tmp_path)) == 3


def test_what_is_wrong_here_is_not_blamed_on_the_server(
    quick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, quick)
    path.write_text(path.read_text().replace('"a person"', '"hero_v1"', 1))
    assert main(["reg", "--project", str(tmp_path)]) == 1
    assert "[reg].prompt" in capsys.readouterr().err
    write(tmp_path, quick)
    path.write_text(path.read_text().replace("steps ", 'sampler = "ddimm"\nsteps ', 1))
    assert main(["reg", "--project", str(tmp_path)]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "ddim" in said and said.endswith("In crops.toml: [reg].sampler.")
    assert main(["topup", "--project", str(tmp_path)]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert said.endswith("[topup].sampler, or where that is not given [reg].sampler.")


def test_where_nothing_runs_to_be_stopped_json_says_so_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "http://127.0.0.1:9")
    assert main(["reg", "--stop", "--json", "--project", str(tmp_path)]) == 0
    end = json.loads(capsys.readouterr().out)
    assert end == {"event": "end", "done": 0, "failed": 0, "exit": 0}


@pytest.mark.parametrize(
    "words",
    [
        ["--count", "0"],
        ["--count", "100001"],
        ["--status", "--stop"],
        ["--count", "x"],
        ["--server", "ftp://x"],
    ],
)
def test_what_makes_no_sense(words: list[str], tmp_path: Path) -> None:
    write(tmp_path, "http://127.0.0.1:9")
    assert main(["reg", *words, "--project", str(tmp_path)]) == 2


def command(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "spyke_tui", "reg", *words, "--project", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for_pictures(folder: Path, number: int) -> None:
    deadline = time.monotonic() + 20
    while len(pictures(folder)) < number:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_ctrl_c_finishes_one_and_the_next_start_goes_on(slow: str, tmp_path: Path) -> None:
    write(tmp_path, slow, 6)
    process = command(tmp_path)
    wait_for_pictures(tmp_path, 1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Finishing the running image" in err and "Traceback" not in err
    assert " of 6 images" in err.splitlines()[0]  # also where no bar can be drawn
    done = len(pictures(tmp_path))
    assert 1 <= done < 6 and f"{6 - done} images still to come" in out
    assert main(["reg", "--project", str(tmp_path)]) == 0
    assert len(pictures(tmp_path)) == 6


def test_twice_stops_at_once(tmp_path: Path) -> None:
    with practice_beside(delay=30) as server:
        write(tmp_path, server)
        process = command(tmp_path)
        journal = tmp_path / "dataset/hero/.spyke/runs/reg.journal"
        deadline = time.monotonic() + 20
        while not (journal.exists() and b"submit" in journal.read_bytes()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        heard = iter(process.stderr.readline, "")
        assert any("Finishing the running image" in line for line in heard)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=15)
        assert process.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_only_follows_a_run_leaves_it_running(
    slow: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    write(tmp_path, slow, 50)
    assert main(["reg", "--detach", "--project", str(tmp_path)]) == 0
    process = command(tmp_path)
    assert process.stderr is not None
    heard = iter(process.stderr.readline, "")
    assert "following. Ctrl+C leaves it running" in next(heard)
    assert any(" of 50 images" in line for line in heard)  # it heeds signals by now
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    if number == signal.SIGHUP:  # nobody is there to be told
        assert process.returncode == -number and not err
    else:
        assert process.returncode == 130
        assert "still being generated" in err and "spyke-tui reg --status" in err
    wait_for_pictures(tmp_path, len(pictures(tmp_path)) + 2)
    capsys.readouterr()
    assert main(["reg", "--status", "--json", "--project", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "running"
    assert main(["reg", "--stop", "--project", str(tmp_path)]) == 0


def test_the_command_that_started_a_run_leaves_it_running_where_its_terminal_goes(
    slow: str, tmp_path: Path
) -> None:
    write(tmp_path, slow, 50)
    process = command(tmp_path)
    wait_for_pictures(tmp_path, 1)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=20)
    wait_for_pictures(tmp_path, len(pictures(tmp_path)) + 2)
    assert main(["reg", "--stop", "--project", str(tmp_path)]) == 0


def test_a_run_outlives_the_command_and_is_stopped_by_another(
    slow: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, slow, 8)
    process = command(tmp_path)
    wait_for_pictures(tmp_path, 1)
    process.kill()
    process.communicate()
    before = len(pictures(tmp_path))
    wait_for_pictures(tmp_path, before + 1)
    assert main(["reg", "--status", "--json", "--project", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "running"
    assert main(["reg", "--detach", "--count", "5", "--project", str(tmp_path)]) == 0
    assert "--count has no effect on it" in capsys.readouterr().err
    assert main(["reg", "--stop", "--project", str(tmp_path)]) == 0
    assert main(["reg", "--status", "--json", "--project", str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(said)["state"] == "stopped"


def test_candidates_become_sheets_with_a_draft_crop(
    quick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, quick)
    assert main(["topup", "--project", str(tmp_path)]) == 0
    assert "2 candidates added" in capsys.readouterr().out
    text = path.read_text()
    assert "# mine" in text
    data = tomllib.loads(text)
    sheet = data["sheets"]["topup-001"]
    assert (tmp_path / sheet["file"]).is_file() and sheet["size"] == [64, 64]
    assert "seed" in sheet["note"]
    crop = CropsFile.read(path).project.crops[0]
    assert (crop.id, crop.status, str(crop.rect)) == ("topup_001", "draft", str(crop.rect))
    assert (crop.rect.width, crop.rect.height) == (64, 64)
    # Once is enough, also where a sheet was deleted again.
    assert main(["topup", "--project", str(tmp_path)]) == 0
    assert path.read_text() == text
    path.write_text(CROPS.format(server=quick, count=3))
    assert main(["topup", "--project", str(tmp_path)]) == 0
    assert "topup-001" not in path.read_text()


def test_candidates_are_left_to_the_app_that_has_the_project(
    quick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from spyke_tui.store.app_lock import AppLock

    path = write(tmp_path, quick)
    before = path.read_bytes()
    lock = AppLock(tmp_path / "dataset/hero/.spyke/app.lock")
    assert not lock.take()
    assert main(["topup", "--project", str(tmp_path)]) == 0
    assert path.read_bytes() == before
    assert "takes them in" in capsys.readouterr().out
    lock.release()
    assert main(["topup", "--project", str(tmp_path)]) == 0
    assert "topup-002" in path.read_text()
