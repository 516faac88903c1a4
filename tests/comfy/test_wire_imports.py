"""What only names a server or reads what it said does not load the network."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["addresses", "events", "answers", "server_words"])
def test_plain_data_loads_no_network(module: str) -> None:
    code = (
        f"import spyke_tui.comfy.{module}, sys\n"
        "print(sorted({'httpx', 'websockets', 'ssl', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
