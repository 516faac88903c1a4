"""From pictures to a checked set, by keys in a real terminal; the files say what the keys meant."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "terminal")]

from connections import Orders, need, ssh_server  # noqa: E402
from person import Project, Terminal, Tmux, changes, command, environment, until  # noqa: E402
from real_display import display  # noqa: E402

from tests.torture.generation_scene import Server  # noqa: E402
from tests.torture.programs import Program  # noqa: E402
from tests.torture.stage import draw_sheet  # noqa: E402

APP = [sys.executable, "-m", "spyke_tui"]
FIGURES = 3
IMAGES = 12
SHEETS = Path(__file__).resolve().parents[2].parent / "shared" / "sheets"
REAL = {
    "one": "devbrain-expressions/devbrain-mascot-expressions-v1.png",
    "two": "godette-expressions/godette_expressions.png",
    "three": "pepper-idle-row/idle.png",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for number, name in enumerate(("one", "two", "three"), 1):
        draw_sheet(tmp_path / f"art/{name}.png", FIGURES, number)
    return tmp_path


def new_project(home: Path, **more: str) -> Project:
    words = ["init", "my-hero", "art/one.png", "art/two.png", "art/three.png"]
    words += ["--character", "hero", "--trigger", "hero_v1"]
    done = command(words, home, home, **more)
    assert done.returncode == 0, done.stderr
    return Project(home / "my-hero")


def go_the_whole_road(terminal: Terminal, project: Project, figures: dict[str, int]) -> None:
    """Suggest, take, nudge, keep, caption, build: after each, the file is looked at.

    `figures`: how many are found on each sheet.
    """

    def saved(condition: object, what: str) -> None:
        until(condition, what, terminal.shown)  # type: ignore[arg-type]

    def see(sheet: str) -> None:
        drawn = lambda: sheet in terminal.shown() and terminal.shown().count("▀") > 60  # noqa: E731
        saved(drawn, f"the picture of {sheet}")

    def propose(sheet: str) -> None:
        """As soon as the sheet is decoded; before that the key says that it is not there."""
        see(sheet)
        asked = [0.0]

        def answered() -> bool:
            if "Enter take" in terminal.shown():
                return True
            if monotonic() - asked[0] > 4:
                terminal.press("a")
                asked[0] = monotonic()
            return False

        saved(answered, "proposals")

    first, second = figures["one"], figures["two"] - 1
    propose("one.png")
    terminal.press("A")
    saved(lambda: len(project.of("one")) == first, "all figures of the first sheet")
    assert {crop["status"] for crop in project.of("one")} == {"draft"}
    terminal.press("N")
    propose("two.png")
    terminal.press("enter", "x", "A")
    saved(lambda: len(project.of("two")) == second, "all figures but one of the second sheet")

    before = project.crops()
    terminal.press("1", "l", "l", "l", "j")
    saved(lambda: sum_of(changes(before, project.crops())) == (3, 1), "three right, one down")
    (moved,) = changes(before, project.crops())
    terminal.press("u")
    saved(lambda: sum_of(changes(before, project.crops())) in ((3, 0), (0, 0)), "one step back")
    terminal.press("U")
    saved(lambda: sum_of(changes(before, project.crops())) == (3, 1), "and done again")
    terminal.press("enter")
    saved(lambda: project.crops()[moved]["status"] == "keep", "kept")

    def kept() -> int:
        return [crop["status"] for crop in project.crops().values()].count("keep")

    for number in range(2, first + second):
        terminal.press("enter")
        saved(lambda number=number: kept() >= number, f"{number} kept")

    terminal.resize(20, 5)
    saved(lambda: len(terminal.shown().splitlines()) <= 5, "a tiny terminal")
    before = project.crops()
    terminal.press("2", "h")
    saved(lambda: abs(sum_of(changes(before, project.crops()))[0]) == 8, "eight left, unseen")
    terminal.resize(100, 30)
    saved(lambda: "hero" in terminal.shown() and "saved" in terminal.shown(), "room again")

    terminal.press("enter")
    saved(lambda: {c["status"] for c in project.crops().values()} == {"keep"}, "all kept")
    terminal.press("p")
    before = project.crops()
    terminal.press("f4")
    saved(lambda: marked(terminal) == "framing", "the form")
    terminal.press("1", "tab")
    # Tab finishes the beginning of a word, and leaves a word as it was typed.
    for field, words in (("view", "fr"), ("pose", "standing")):
        saved(lambda field=field: marked(terminal) == field, f"the field {field}")
        terminal.press(*words, "tab")
    saved(
        lambda: [
            {key: after for key, (_, after) in fields.items()}
            for fields in changes(before, project.crops()).values()
        ] == [{"framing": "full body", "view": "front view", "pose": "standing"}],
        "the words of one caption",
    )  # fmt: skip
    terminal.press("escape", "f3")
    terminal.press("b")
    train = project.folder / "dataset/hero/train/10_hero_v1"
    saved(lambda: len(list(train.glob("*.png"))) == first + second, "the training images")
    terminal.press("escape")


def draw_images(terminal: Terminal, project: Project, enough: int) -> Path:
    """Start a run in the pane for it, and wait for some of its images; their folder."""
    until(lambda: terminal.press("f6") or "Top-up" in terminal.shown(), "the pane", terminal.shown)
    terminal.press("s")
    images = project.folder / "dataset/hero/reg/1_character"
    until(lambda: drawn(images) >= enough, f"{enough} images", terminal.shown)
    return images


def drawn(images: Path) -> int:
    return len(list(images.glob("reg_*.png")))


def leave(terminal: Terminal) -> None:
    terminal.press("q")
    until(terminal.ended, "the end", terminal.shown)


def marked(terminal: Terminal) -> str:
    """The field that has the keys."""
    found = re.search(r"▶ *[○●]? *(\w+)", terminal.shown())
    return found[1] if found else ""


def sum_of(found: dict[str, dict[str, tuple[object, object]]]) -> tuple[int, int]:
    """How far rectangles went, all together."""
    across = down = 0
    for fields in found.values():
        old, new = fields.get("rect", (None, None))
        if isinstance(old, dict) and isinstance(new, dict):
            across += new["left"] - old["left"]
            down += new["top"] - old["top"]
    return across, down


def check_what_was_built(project: Project, home: Path) -> None:
    kept = {name: crop for name, crop in project.crops().items() if crop["status"] == "keep"}
    train = project.folder / "dataset/hero/train/10_hero_v1"
    assert {path.stem for path in train.glob("*.png")} == set(kept)
    assert {path.stem for path in train.glob("*.txt")} == set(kept)
    (captioned,) = (name for name, crop in kept.items() if crop.get("view"))
    said = (train / f"{captioned}.txt").read_text()
    assert said == "hero_v1, full body, front view, standing\n"
    done = command(["check", "--json"], project.folder, home)
    report = json.loads(done.stdout)
    assert report["counts"]["train_images"] == len(kept) == len(project.crops())
    errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
    codes = {finding["code"] for finding in errors}
    assert codes <= {"images-few", "reg-few", "reg-practice"}, errors
    assert report["counts"]["reg_images"] == IMAGES
    done = command(["build", "--json"], project.folder, home)
    assert json.loads(done.stdout)["unchanged"] == 2 * len(kept)
    assert not list(home.rglob(".spyke-tmp-*")) and not list(home.rglob("crash-*.log"))


def found_on(project: Project, home: Path) -> dict[str, int]:
    """How many figures the program proposes, by sheet."""
    done = command(["suggest", "--json"], project.folder, home)
    sheets = json.loads(done.stdout)["sheets"]
    return {Path(sheet["file"]).stem: len(sheet["boxes"]) for sheet in sheets}


@contextmanager
def practice(home: Path, project: Project, delay: float) -> Iterator[None]:
    """A practice server for the project: `delay` seconds an image."""
    server = Server(home / "server", delay)
    server.start()
    file = project.folder / "crops.toml"
    words = f'server = "http://127.0.0.1:{server.port}"\ncheckpoint = "practice_sd15.safetensors"\n'
    words += f"count = {IMAGES}\nsteps = 2\n"
    file.write_text(file.read_text().replace("[reg]\n", f"[reg]\n{words}"))
    try:
        yield
    finally:
        server.kill()


def test_in_tmux(home: Path) -> None:
    project = new_project(home, LANG="C")
    with practice(home, project, 0.05):
        terminal = Tmux(home, [*APP, str(project.folder)], environment(home, LANG="C"), (100, 30))
        try:
            go_the_whole_road(terminal, project, found_on(project, home))
            draw_images(terminal, project, IMAGES)
            until(lambda: "done" in terminal.shown(), "the end of the run", terminal.shown)
            leave(terminal)
            assert terminal.code == 0
        finally:
            terminal.close()
    check_what_was_built(project, home)


def test_over_ssh_with_the_connection_dropped_in_a_run(home: Path) -> None:
    """Nothing is lost, the run goes on alone, and the next login finds it at its work.

    With real sheets where there are some.
    """
    for name, real in REAL.items():
        if (SHEETS / real).is_file():
            shutil.copy(SHEETS / real, home / f"art/{name}.png")
    project = new_project(home)
    names = [f"{name}={value}" for name, value in environment(home).items() if name != "TERM"]
    line = shlex.join(["env", *names, *APP, str(project.folder)])
    note = f"echo $$ > {shlex.quote(str(home / 'pid'))}; exec"
    with ssh_server(home) as ssh, practice(home, project, 0.4):

        def log_in(name: str) -> Tmux:
            (home / name).mkdir()
            return Tmux(home / name, [*ssh, f"{note} {line}"], environment(home), (100, 30))

        terminal = log_in("first")
        try:
            go_the_whole_road(terminal, project, found_on(project, home))
            images = draw_images(terminal, project, 2)
            terminal.press("f3", "1", "l")
        finally:
            terminal.close()  # the login's end of the line is gone
        until(lambda: not is_running(int((home / "pid").read_text())), "the app's end")
        before = project.crops()
        there = drawn(images)
        assert there < IMAGES, "it was cut off in the middle"
        until(lambda: drawn(images) > there, "the run goes on alone")
        terminal = log_in("second")
        try:
            until(lambda: "saved" in terminal.shown(), "the first screen", terminal.shown)
            terminal.press("1", "l")  # whether or not they arrived the last time
            until(
                lambda: sum_of(changes(before, project.crops())) == (1, 0),
                "a nudge",
                terminal.shown,
            )
            terminal.press("f6")
            until(lambda: f" of {IMAGES}" in terminal.shown(), "the run in sight", terminal.shown)
            until(lambda: drawn(images) == IMAGES, "all images", terminal.shown)
            until(lambda: "done" in terminal.shown(), "word of it", terminal.shown)
            leave(terminal)
            assert terminal.code == 0
        finally:
            terminal.close()
    assert command(["build"], project.folder, home).returncode == 0  # the nudged one
    check_what_was_built(project, home)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


SENT = {"enter": "\r", "escape": "\x1b"}
"""Keys as xterm sends them."""


class Xterm:
    """The app in a real xterm, on a display of its own."""

    def __init__(self, home: Path, line: list[str], env: dict[str, str], name: str) -> None:
        names = [f"{key}={value}" for key, value in env.items() if key != "TERM"]
        self.orders = Orders(home, ["env", "-u", "COLORTERM", *names, *line])
        words = ["xterm", "-geometry", "100x30+0+0", "-fn", "7x13", "-b", "0", "+sb"]
        self.process = subprocess.Popen(
            [*words, "-xrm", "*allowWindowOps: true", "-e", *self.orders.command],
            env={**env, "DISPLAY": name},
            stderr=subprocess.DEVNULL,
        )

    def press(self, *keys: str) -> None:
        for key in keys:
            self.orders.press(SENT.get(key, key))
            if key == "escape":
                sleep(0.5)  # with what comes at once it would be another key


def test_in_xterm(home: Path) -> None:
    """Without a word on what it shows, which the other tests look at: the files say it all."""
    need("Xvfb", "xterm")
    project = new_project(home)
    for sheet in ("one", "two"):
        done = command(["suggest", "--write", sheet], project.folder, home)
        assert done.returncode == 0, done.stderr
    with display() as name:
        xterm = Xterm(home, [*APP, str(project.folder)], environment(home), name)
        try:
            until(lambda: b"saved" in xterm.orders.output, "the first screen")
            before = project.crops()
            for _ in range(3):
                xterm.press("l")
            until(lambda: sum_of(changes(before, project.crops())) == (3, 0), "three nudges")
            xterm.orders.resize(5, 20)
            xterm.press("j")
            until(lambda: sum_of(changes(before, project.crops())) == (3, 1), "one more, unseen")
            xterm.orders.resize(30, 100)
            xterm.press("enter")
            kept = lambda: [c["id"] for c in project.crops().values() if c["status"] == "keep"]  # noqa: E731
            until(lambda: len(kept()) == 1, "one kept")
            xterm.press("b")
            train = project.folder / "dataset/hero/train/10_hero_v1"
            until(lambda: len(list(train.glob("*.txt"))) == 1, "one built")
            xterm.press("escape")
            xterm.press("q")
            status, modes = xterm.orders.end()
        finally:
            xterm.process.terminate()
            xterm.process.wait()
    assert status == 0 and modes.get(1049) == 2
    assert [path.stem for path in train.glob("*.png")] == kept()


@pytest.mark.parametrize("term", ["xterm-256color", "vt100", "dumb"])
def test_a_terminal_that_answers_nothing(home: Path, term: str) -> None:
    """And knows few colours, or none: every key still does what it says."""
    project = new_project(home)
    assert command(["suggest", "--write", "one"], project.folder, home).returncode == 0
    before = project.crops()
    env = environment(home, TERM=term, LANG="C")
    program = Program([str(project.folder)], env, folder=project.folder, size=(80, 24))
    try:
        until(lambda: b"saved" in program.output, "the first screen", lambda: str(program.output))
        program.press(b"l")
        until(lambda: sum_of(changes(before, project.crops())) == (1, 0), "a nudge")
        program.resize(20, 5)
        program.press(b"\r")
        until(lambda: "keep" in {c["status"] for c in project.crops().values()}, "kept")
        program.resize(80, 24)
        program.press(b"q")
        assert program.ended(20) and program.status == 0
        assert b"Traceback" not in program.output
    finally:
        program.close()


def test_names_that_are_no_utf8(home: Path) -> None:
    """In the project, beside the sheets and in the training folder: told, or passed by."""
    strange = os.fsdecode(b"sh\xe9et\xff")
    draw_sheet(home / "art" / f"{strange}.png", 1, 1)
    words = ["init", "p", f"art/{strange}.png", "--character", "hero", "--trigger", "hero_v1"]
    done = command(words, home, home)
    assert done.returncode == 2 and "Rename it first" in done.stderr
    project = new_project(home)
    assert command(["suggest", "--write", "--keep"], project.folder, home).returncode == 0
    assert command(["build"], project.folder, home).returncode == 0
    train = project.folder / "dataset/hero/train/10_hero_v1"
    draw_sheet(project.folder / f"{strange}.png", 1, 1)
    draw_sheet(train / f"{strange}.png", 1, 1)
    (train / f"{strange}.txt").write_text("hero_v1\n")
    for words in (["check"], ["check", "--json"], ["build"], ["handover"], ["suggest"]):
        for language in ("C", "C.UTF-8"):
            done = command(words, project.folder, home, LANG=language)
            assert done.returncode in (0, 1), (words, done.stderr)
            assert "Traceback" not in done.stderr and "should not" not in done.stderr, done.stderr
    program = Program([str(project.folder)], environment(home), folder=project.folder)
    try:
        until(lambda: b"saved" in program.output, "the first screen", lambda: str(program.output))
        for key in (b"\x1bOQ", b"a", b"./", b"\x1b", b"\x1b[15~", b"\x1bOR", b"q"):
            program.press(key)
            sleep(0.3)
        assert program.ended(20) and program.status == 0, program.output[-500:]
    finally:
        program.close()
    assert not list(home.rglob("crash-*.log"))
