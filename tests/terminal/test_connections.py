"""The app over SSH in a real xterm, and in tmux: opened, used, resized, left, cut off."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from connections import Orders, need, ssh_server, until
from one_crop import RUN, write_project
from real_display import display

SIXEL = re.compile(rb'\x1bP0;1;0q"1;1;\d+;\d+#.*?\x1b\\', re.S)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return write_project(folder)


def app(project: Path, *, pid_file: Path | None = None) -> str:
    """A shell's line that runs the app with nothing of the user's."""
    names = {"XDG_STATE_HOME": project.parent / "state", "HOME": project.parent}
    words = ["env", *(f"{name}={value}" for name, value in names.items()), "COLORTERM=truecolor"]
    words += [sys.executable, "-c", RUN, str(project), "auto"]
    note = f"echo $$ > {shlex.quote(str(pid_file))}; " if pid_file else ""
    return f"cd {shlex.quote(os.getcwd())}; {note}exec {shlex.join(words)}"


def rect_of(project: Path) -> str:
    found = re.search(r"rect = .*", (project / "crops.toml").read_text())
    return found[0] if found else ""


def test_over_ssh_in_xterm(project: Path, tmp_path: Path) -> None:
    need("Xvfb", "xterm")
    with ssh_server(tmp_path) as ssh, display() as name:
        orders = Orders(tmp_path, [*ssh, app(project)])
        options = ["-ti", "vt340", "-geometry", "100x30+0+0", "-fn", "7x13", "-b", "0", "+sb"]
        for option in ("decTerminalID: vt340", "allowWindowOps: true", "numColorRegisters: 256"):
            options += ["-xrm", f"*{option}"]
        xterm = subprocess.Popen(
            ["xterm", *options, "-e", *orders.command],
            env={**os.environ, "DISPLAY": name, "TERM": "xterm-256color"},
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: SIXEL.search(orders.output), "the picture")
            orders.press("lll")
            until(lambda: "left = 63" in rect_of(project), "three nudges, saved")
            before = len(orders.output)
            orders.resize(26, 90)
            until(lambda: SIXEL.search(orders.output, before), "the picture in the new size")
            orders.press("jq")
            status, modes = orders.end()
        finally:
            xterm.terminate()
            xterm.wait()
    assert status == 0
    assert "top = 41" in rect_of(project)
    assert "left = 63" in rect_of(project)
    # What the terminal itself says: the cursor shows, all else is off.
    assert modes.pop(25) == 1
    assert set(modes.values()) <= {0, 2, 4}
    assert modes[1049] == 2


def test_a_connection_that_closes_loses_nothing(project: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    with ssh_server(tmp_path) as ssh:
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(ssh[0], [*ssh, app(project, pid_file=pid_file)])
        try:
            shown = b""
            while b"\xe2\x96\x80" not in shown:  # a half cell: the picture
                shown += os.read(terminal, 65536)
            running = int(pid_file.read_text())
            os.write(terminal, b"lllll")
            while b"not saved" not in shown:
                shown += os.read(terminal, 65536)
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(terminal)
        until(lambda: _is_gone(running), "the end of the app", 15)
    assert "left = 65" in rect_of(project)


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_in_tmux(project: Path, tmp_path: Path) -> None:
    need("tmux")
    tmux = ["tmux", "-L", f"spyke-{os.getpid()}", "-f", "/dev/null"]

    def ask(*words: str) -> str:
        done = subprocess.run([*tmux, *words], capture_output=True, text=True, check=True)
        return done.stdout

    def shown() -> str:
        return ask("capture-pane", "-p", "-t", "0")

    shell = ["sh", "-c", f"({app(project)}); echo ended with $?; exec sleep 60"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("TMUX", None)
    new = ["new-session", "-d", "-x", "100", "-y", "30", "-s", "0", shlex.join(shell)]
    subprocess.run([*tmux, *new], check=True, env=environment)
    try:
        until(lambda: "▀" in shown(), "the picture in half cells")
        until(lambda: "tmux" in shown(), "why there are only half cells")
        ask("send-keys", "-t", "0", "l", "Right", "l")
        until(lambda: "at 63,40" in shown(), "three nudges")
        ask("resize-window", "-t", "0", "-x", "84", "-y", "26")
        until(lambda: "front" in shown() and len(shown().splitlines()) <= 26, "the new size")
        ask("send-keys", "-t", "0", "q")
        until(lambda: "ended with 0" in shown(), "the end")
        assert "▀" not in shown()
        flags = ask("display", "-p", "-t", "0", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}")
        assert flags.split() == ["0", "0", "1"]
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
    assert "left = 63" in rect_of(project)
