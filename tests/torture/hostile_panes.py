"""Words that are commands or markup, in every pane: shown as letters, or not at all."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import time
from pathlib import Path

from tests.torture.hostile_fields import quoted
from tests.torture.nasty import MARK, journal
from tests.torture.programs import Program, environment
from tests.torture.stage import crash_logs, draw_sheet

MARKUP = (f"[red]{MARK}[/red]", f"[@click=app.quit]{MARK}[/]", f"[/]{MARK}[/x]", f"[b]{MARK}")
COMMANDS = (
    f"\x1b]0;{MARK}\x07", f"\x1b[31m{MARK}", f"\x1bP{MARK}\x1b\\", f"\x9b31m{MARK}",
    f"\x1b_Ga=T;{MARK}\x1b\\", f"\x1b]52;c;{MARK}\x07", f"{MARK}\x08\x08\x7f", f"a\r{MARK}\nb",
    f"\u202e{MARK}\u202c", f"\u2066{MARK}", f"\u2028{MARK}\u2029", f"{MARK}\x0e\x0f\x05",
)  # fmt: skip

ESC = b"\x1b"
KEYS = (
    b"\x1bOQ", b"/", MARK[:3].encode(), b"\r", ESC, b"\x1bOR", b"n", b"e", ESC, b"a", ESC, b"M",
    ESC, b"v", ESC, b"R", ESC, b"\x1bOS", b"\t", b"\t", ESC, b"#", ESC, b"/", ESC, b"\x1b[15~", ESC,
    b"\x1b[17~", b"\x1b[C", b"\x1b[C", b"s", ESC, b"e", ESC, b"\t", b"s", ESC,
    b"\x1bOR", b"?", ESC, b":", b"sheet", ESC, ESC, b"b",
)  # fmt: skip

_RAW = tuple(
    form.encode("utf-8", "surrogatepass")
    for form in (
        f"\x1b]0;{MARK}", f"\x1b[31m{MARK}", f"\x1bP{MARK}", "\x9b31m", f"\x1b_Ga=T;{MARK}",
        f"\x1b]52;c;{MARK}", f"{MARK}\x07", f"{MARK}\x08", f"{MARK}\x0e", "\u202e", "\u2066",
        "\u2028", "\u2029",
    )
)  # fmt: skip


SHORT = ("f2", "down", "f4", "escape", "f5", "f6", "question_mark", "escape")


def project_text(words: tuple[str, ...], pick: random.Random) -> str:
    """Every text field that may hold anything holds one of `words`."""

    def word() -> str:
        return quoted(pick.choice(words))

    text = f"""
[dataset]
character = "hero"
trigger = "hero_v1"
details = [{word()}, {word()}]
one_sided = [{word()}]
{word()} = 1
[targets]
expressions = [{word()}]
[reg]
prompt = {word()}
negative = {word()}
checkpoint = {word()}
sampler = {word()}
scheduler = {word()}
workflow = {word()}
"""
    for at in range(5):
        file = word() if at else '"sheet.png"'
        text += f"[sheets.s{at}]\nfile = {file}\nnote = {word()}\nsize = [340, 300]\n"
    for at in range(10):
        text += (
            f'[[crops]]\nid = "c{at}"\nsheet = {word() if at > 7 else quoted(f"s{at % 5}")}\n'
            f"rect = {{ left = {at}, top = 2, width = 100, height = 200 }}\nview = {word()}\n"
            f"pose = {word()}\nexpression = {word()}\nbackground = {word()}\n"
            f"tags = [{word()}, {word()}]\ndetails = [{word()}]\nmirror_caption = {word()}\n"
            f"caption = {word() if at % 3 == 0 else quoted('')}\n{word()} = 2\n"
        )
    return text


def write(folder: Path, words: tuple[str, ...], pick: random.Random) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    draw_sheet(folder / "sheet.png", 2, 1)
    (folder / "crops.toml").write_text(project_text(words, pick), encoding="utf-8")
    runs = folder / "dataset/hero/.spyke/runs"
    runs.mkdir(parents=True)
    for kind in ("reg", "topup"):
        (runs / f"{kind}.journal").write_text(journal(words, pick, kind), encoding="utf-8")
    train = folder / "dataset/hero/train/10_hero_v1"
    train.mkdir(parents=True)
    for at in range(6):
        (train / f"c{at}.txt").write_text(pick.choice(words), encoding="utf-8")
    for at, word in enumerate(words):
        name = word.replace("/", "").replace("\0", "")[:60]
        (train / f"{name}{at}.txt").write_text("x")
        shutil.copy(folder / "sheet.png", train / f"{name}{at}.png")
        shutil.copy(folder / "sheet.png", folder / f"{name}{at}.png")


def play(seed: int, place: Path, pause: float = 0.15) -> list[str]:
    """The app on a pseudo terminal, through all panes: no word of the data becomes a command."""
    pick = random.Random(seed)
    write(place / "project", COMMANDS, pick)
    state = place / "state"
    config = state / "config/spyke-tui/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        f"theme = {quoted(pick.choice(COMMANDS))}\nimages = {quoted(pick.choice(COMMANDS))}\n"
        f"[keys]\n{quoted(pick.choice(COMMANDS))} = [{quoted(pick.choice(COMMANDS))}]\n"
    )
    size = pick.choice([(80, 24), (120, 40), (200, 50), (40, 12)])
    program = Program(
        [str(place / "project")], environment(state), folder=place / "project", size=size
    )
    findings = []
    try:
        program.wait_for(b"saved")
        for key in KEYS:
            program.press(key)
            time.sleep(pause)
        time.sleep(0.5)
        program.signal(signal.SIGTERM)
        program.ended(20)
        output = program.output
    finally:
        program.close()
    findings += [f"sent to the terminal: {raw!r}" for raw in _RAW if raw in output]
    if program.status != 128 + signal.SIGTERM:
        findings.append(f"it ended with {program.status}: {output[-300:]!r}")
    findings += [f"it crashed: {log}" for log in crash_logs(state)]
    return [f"panes at {size[0]}x{size[1]}, seed {seed}: {one}" for one in findings]


def play_markup(seed: int, place: Path, *, short: bool = False) -> list[str]:
    """The app without a terminal: what looks like markup stands on the screen as it is."""
    import asyncio

    from spyke_tui.store.config import Config
    from spyke_tui.terminal.capabilities import choose
    from spyke_tui.tui.session import Session
    from spyke_tui.tui.spyke_app import SpykeApp

    pick = random.Random(seed)
    folder = place / "project"
    write(folder, MARKUP, pick)
    os.environ["XDG_STATE_HOME"] = str(place / "state")
    app = SpykeApp(
        Session.open(folder, choose("none"), Config(problems=[f"There is no {MARKUP[0]}."]))
    )
    findings: list[str] = []
    size = pick.choice([(80, 24), (120, 40), (200, 50)])

    def look(after: str) -> None:
        strips = app.screen._compositor.render_strips()
        for strip in strips:
            for match in re.finditer(MARK, strip.text):
                before = strip.text[: match.start()]
                if not before.endswith(("]", "/")) and before.strip(" │▌┃|"):
                    findings.append(f"markup was taken as such after {after}: {strip.text!r}")

    keys = (
        "f2", "down", "down", "enter", "n", "n", "v", "escape", "M", "escape", "slash", "escape",
        "f4", "tab", "tab", "tab", "escape", "number_sign", "escape", "n", "f5", "down", "f6", "f3",
        "question_mark", "escape", "colon", *"sheet", "escape", "R", "escape", "b", "escape",
    )  # fmt: skip

    async def visit() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            for key in SHORT if short else keys:
                await pilot.press(key)
                await pilot.pause()
                look(key)

    asyncio.run(visit())
    if app.failure is not None:
        findings.append(f"it crashed: {app.failure!r}")
    return [f"panes at {size[0]}x{size[1]}, seed {seed}: {one}" for one in dict.fromkeys(findings)]
