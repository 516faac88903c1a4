"""Somebody at a terminal: presses keys, looks, waits until what they want has come true."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0


def until(condition: Callable[[], object], what: str, shown: Callable[[], str] = str) -> None:
    """Wait for something that another process does."""
    end = monotonic() + PATIENCE
    while not condition():
        if monotonic() > end:
            pytest.fail(f"waited in vain: {what}\n{shown()}")
        sleep(0.03)


def environment(home: Path, **more: str) -> dict[str, str]:
    """A user's, with nothing of the one who tests."""
    own = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PATH": os.environ["PATH"]}
    return {**own, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8", **more}


def command(
    words: list[str], folder: Path, home: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spyke_tui", *words], cwd=folder, env=environment(home, **more),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


class Terminal(Protocol):
    """Where keys go in and the app is seen."""

    def press(self, *keys: str) -> None: ...
    def shown(self) -> str: ...
    def resize(self, columns: int, rows: int) -> None: ...
    def ended(self) -> bool: ...


NAMES = {
    "enter": "Enter",
    "escape": "Escape",
    "tab": "Tab",
    "f2": "F2",
    "f3": "F3",
    "f4": "F4",
    "f6": "F6",
}
"""Keys as tmux calls them."""


def sized(columns: int, rows: int) -> list[str]:
    return ["-x", str(columns), "-y", str(rows)]


class Tmux:
    """A tmux server of its own, with one window."""

    def __init__(
        self, home: Path, line: list[str], env: dict[str, str], size: tuple[int, int]
    ) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("not installed: tmux")
        self._tmux = ["tmux", "-f", "/dev/null", "-S", str(home / "tmux")]
        names = [f"{name}={value}" for name, value in env.items() if name != "TERM"]
        inside = shlex.join(["env", "-u", "COLORTERM", *names, *line])
        done = f"; echo $? > {shlex.quote(str(home / 'code'))}"
        self._code = home / "code"
        subprocess.run(
            [*self._tmux, "new-session", "-d", *sized(*size), inside + done],
            check=True,
            env={**os.environ, "LANG": "C.UTF-8"},
        )
        self._call("set-option", "-g", "escape-time", "0")

    def _call(self, *words: str) -> str:
        return subprocess.run(
            [*self._tmux, *words], capture_output=True, text=True, check=False
        ).stdout

    def press(self, *keys: str) -> None:
        for key in keys:
            if key in NAMES:
                self._call("send-keys", NAMES[key])
                sleep(0.1 if key == "escape" else 0)
            else:
                self._call("send-keys", "-l", key)

    def shown(self) -> str:
        return self._call("capture-pane", "-p")

    def resize(self, columns: int, rows: int) -> None:
        self._call("resize-window", *sized(columns, rows))

    def ended(self) -> bool:
        return self._code.exists() and self._code.read_text() != ""

    @property
    def code(self) -> int:
        return int(self._code.read_text())

    def close(self) -> None:
        self._call("kill-server")


class Project:
    """What crops.toml says at a moment, for comparing before and after some keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def crops(self) -> dict[str, dict[str, Any]]:
        found = tomllib.loads((self.folder / "crops.toml").read_text(encoding="utf-8"))
        return {crop["id"]: crop for crop in found.get("crops", [])}

    def of(self, sheet: str) -> list[dict[str, Any]]:
        return [crop for crop in self.crops().values() if crop["sheet"] == sheet]


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, tuple[Any, Any]]]:
    """By crop and field, what was and what is."""
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    for name in {**before, **after}:
        old, new = before.get(name, {}), after.get(name, {})
        for key in {**old, **new}:
            if old.get(key) != new.get(key):
                found.setdefault(name, {})[key] = (old.get(key), new.get(key))
    return found
