"""A private X display, and what is to be seen on it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest
from PIL import Image

from spyke_tui.model.geometry import Size
from spyke_tui.terminal.probe import parse
from spyke_tui.terminal.surface import Update

MARK = (255, 0, 255)
"""The last cell is painted so, after everything else: once it is seen, all is."""


class Shot(NamedTuple):
    """What a terminal showed, the pixels of its cells, and its name as it answers it."""

    image: Image.Image
    cell: Size
    name: str


@contextmanager
def display() -> Iterator[str]:
    """A display's name; it chooses a free number itself."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "900x600x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def everything(update: Update) -> str:
    """What an update writes in the end, its transfers and what they lead to included."""
    text = update.text
    for transfer in update.transfers:
        transfer.prepare()
        while piece := transfer.next():
            text += piece
        text += everything(transfer.done())
    return text


def shot(
    text: str,
    folder: Path,
    size: tuple[int, int],
    command: Callable[[Path], Sequence[str]],
    environment: Mapping[str, str] | None = None,
) -> Shot:
    """What a terminal shows for `text`, as soon as it has shown all of it.

    `size`: columns and rows. `command`: the terminal that runs this program (an executable file).
    """
    cols, rows = size
    folder.mkdir()
    mark = f"\x1b[{rows};{cols}H\x1b[48;2;{MARK[0]};{MARK[1]};{MARK[2]}m \x1b[0m"
    (folder / "text").write_text(text + mark, encoding="utf-8")
    script = folder / "show"
    # The terminal's answer (DA1) shows that it has taken in what came before.
    script.write_text(
        f"#!/usr/bin/env python3\n"
        f"import fcntl, os, struct, tty, termios\n"
        f"tty.setcbreak(0)\n"
        f"data = open({str(folder / 'text')!r}, 'rb').read()\n"
        f"os.write(1, b'\\x1b[?25l\\x1b[H\\x1b[2J')\n"
        f"while data: data = data[os.write(1, data[:4096]):]\n"
        f"os.write(1, b'\\x1b[>q\\x1b[c')\n"
        f"said = b''\n"
        f"while not said.endswith(b'c'): said += os.read(0, 100)\n"
        f"size = struct.unpack('4H', fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))\n"
        f"print(*size, said.hex(), file=open({str(folder / 'done')!r}, 'w'), flush=True)\n"
        f"import signal; signal.pause()\n"
    )
    script.chmod(0o755)
    done = folder / "done"
    with display() as name, open(folder / "log", "wb") as log:
        terminal = subprocess.Popen(
            command(script),
            env={**os.environ, **(environment or {}), "DISPLAY": name},
            stdout=log,
            stderr=log,
        )
        try:
            end = monotonic() + 60
            while not done.exists() or not done.read_text().strip():
                if terminal.poll() is not None or monotonic() > end:
                    said = (folder / "log").read_text(errors="replace")
                    pytest.skip(f"{command(script)[0]} does not show anything here: {said[-300:]}")
                subprocess.run(["true"], check=False)
            *numbers, said = done.read_text().split()
            seen_rows, seen_cols, width, height = map(int, numbers)
            cell = Size(width // seen_cols, height // seen_rows)
            last = cols * cell.width - 2, rows * cell.height - 2
            while (image := _screen(folder / "shot.png", name)).getpixel(last) != MARK:
                assert monotonic() < end, "it is never seen"
        finally:
            terminal.terminate()
            terminal.wait()
    image = image.crop((0, 0, cols * cell.width, rows * cell.height))
    image.paste((0, 0, 0), (image.width - cell.width, image.height - cell.height, *image.size))
    return Shot(image, cell, parse(bytes.fromhex(said)).name)


def _screen(file: Path, name: str) -> Image.Image:
    """The whole screen, into a file."""
    subprocess.run(
        ["import", "-silent", "-window", "root", f"png24:{file}"],
        env={**os.environ, "DISPLAY": name},
        check=True,
        timeout=30,
    )
    with Image.open(file) as image:
        return image.convert("RGB")
