"""``spyke-tui practice`` as a program."""

import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest

from spyke_tui.cli import main


@contextmanager
def started(*options):
    words = [sys.executable, "-m", "spyke_tui", "practice", *options]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_its_address_first_and_ends_cleanly(number):
    with started("--delay", "0") as process:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}/queue", timeout=10) as answer:
            assert b"queue_running" in answer.read()
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_told(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["practice", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"Port {port} can't be had: address already in use." in said
    assert "--port" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "99999"], "no port 99999"),
        (["--port", "-1"], "no port -1"),
        (["--port", "x"], "no whole number"),
        (["--delay", "-1"], "delay of -1"),
        (["--delay", "nan"], "delay of nan"),
        (["--fault", "blak"], "Did you mean black?"),
    ],
)
def test_wrong_words(words, said, capsys):
    assert main(["practice", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_faults_are_listed(capsys):
    assert main(["practice", "--fault", "help"]) == 0
    assert "deaf-socket" in capsys.readouterr().out
