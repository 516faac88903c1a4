"""A real SSH server with keys of its own, and a terminal's owner that can be given orders."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

SERVER = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def need(*programs: str) -> None:
    """Skip where a program is missing; fail where everything has to be there."""
    found = {"sshd": SERVER}
    missing = [one for one in programs if not found.get(one) and not shutil.which(one)]
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def until(condition: Callable[[], object], what: str, limit: float = 40) -> None:
    """Wait for something that another process does."""
    end = monotonic() + limit
    while not condition():
        if monotonic() > end:
            pytest.fail(f"waited in vain: {what}")
        sleep(0.02)


@contextmanager
def ssh_server(folder: Path) -> Iterator[list[str]]:
    """The first words of a command that runs the rest of it over SSH, on this machine."""
    need("sshd", "ssh", "ssh-keygen")
    assert SERVER is not None
    for name in ("host", "key"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(make, check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where a server run by root wants to retreat to
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ListenAddress": "127.0.0.1",
        "AuthorizedKeysFile": folder / "key.pub",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "PermitRootLogin": "yes",
    }
    command = [SERVER, "-D", "-f", "/dev/null", "-h", str(folder / "host"), "-p", str(port)]
    command += [f"-o{name}={value}" for name, value in options.items()]
    server = subprocess.Popen([*command, "-E", str(folder / "log")])
    try:
        until(lambda: _listens(port) or server.poll() is not None, "the SSH server", 10)
        assert server.poll() is None, (folder / "log").read_text()
        known = ["-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null"]
        login = ["ssh", "-F", "/dev/null", "-tt", "-q", "-p", str(port), "-i", str(folder / "key")]
        yield [*login, *known, "127.0.0.1"]
    finally:
        server.terminate()
        server.wait()


def _listens(port: int) -> bool:
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


OWNER = """
import fcntl, os, pty, select, signal, sys, termios, tty
folder, command = sys.argv[1], sys.argv[2:]
def size():
    return fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8))
tty.setraw(0)
output = open(folder + "/output", "wb", 0)
orders = os.open(folder + "/orders", os.O_RDWR)
pid, inner = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, size())
    os.execvp(command[0], command)
signal.signal(signal.SIGWINCH, lambda *_: fcntl.ioctl(inner, termios.TIOCSWINSZ, size()))
def write(data):
    while data:
        data = data[os.write(1, data):]
while True:
    ready = select.select([0, inner, orders], [], [])[0]
    if inner in ready:
        try:
            data = os.read(inner, 65536)
        except OSError:
            break
        if not data:
            break
        write(data)
        output.write(data)
    if 0 in ready:
        os.write(inner, os.read(0, 4096))
    if orders in ready:
        for order in os.read(orders, 4096).decode().splitlines():
            kind, _, what = order.partition(" ")
            if kind == "keys":
                os.write(inner, bytes.fromhex(what))
            else:
                write(b"\\x1b[8;%d;%dt" % tuple(map(int, what.split())))
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
modes = (1049, 25, 1000, 1002, 1003, 1006, 2004)
write(b"".join(b"\\x1b[?%d$p" % mode for mode in modes) + b"\\x1b[c")
answers = b""
while not answers.endswith(b"c"):
    answers += os.read(0, 1000)
with open(folder + "/end.new", "wb") as file:
    file.write(b"%d " % status + answers)
os.rename(folder + "/end.new", folder + "/end")
signal.pause()
"""
"""Runs a command on a pty of its own inside a terminal, keeps what it writes, and at the end asks
the terminal which modes are left on."""


class Orders:
    """A command in a terminal that `OWNER` runs there."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self._folder = folder
        (folder / "owner.py").write_text(OWNER)
        (folder / "output").touch()
        os.mkfifo(folder / "orders")
        self._pipe = os.open(folder / "orders", os.O_RDWR)
        self.command = [sys.executable, str(folder / "owner.py"), str(folder), *command]

    @property
    def output(self) -> bytes:
        return (self._folder / "output").read_bytes()

    def press(self, keys: str) -> None:
        os.write(self._pipe, f"keys {keys.encode().hex()}\n".encode())

    def resize(self, rows: int, cols: int) -> None:
        os.write(self._pipe, f"size {rows} {cols}\n".encode())

    def end(self) -> tuple[int, dict[int, int]]:
        """The command's exit status, and the state of the terminal's modes (2 is off)."""
        until((self._folder / "end").exists, "the end")
        status, _, answers = (self._folder / "end").read_bytes().partition(b" ")
        modes = re.findall(rb"\x1b\[\?(\d+);(\d+)\$y", answers)
        return int(status), {int(mode): int(state) for mode, state in modes}
