"""Each layer, imported in a process of its own, loads nothing that belongs above or beside it."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "spyke_tui"

# What a layer must never load. Textual belongs to tui, Pillow to processing and terminal, httpx to
# the generation client, argument parsing to cli.
TEXTUAL = {"textual", "textual_image"}
NETWORK = {"httpx", "websockets", "aiohttp"}
COMMAND_LINE = {"argparse", "click", "typer"}
FORBIDDEN = {
    "errors": TEXTUAL | NETWORK | COMMAND_LINE | {"PIL", "tomlkit"},
    "actions": TEXTUAL | NETWORK | COMMAND_LINE | {"PIL", "tomlkit"},
    "model": TEXTUAL | NETWORK | COMMAND_LINE | {"PIL", "tomlkit"},
    "processing": TEXTUAL | NETWORK | COMMAND_LINE | {"tomlkit"},
    "store": TEXTUAL | NETWORK | COMMAND_LINE | {"PIL"},
    "kohya": TEXTUAL | NETWORK | COMMAND_LINE,
    "terminal": TEXTUAL | NETWORK | COMMAND_LINE | {"tomlkit"},
}
# What lies above a layer is not loaded by it either.
ORDER = ("errors", "model", "processing", "store", "kohya", "tui", "cli")


def modules_of(layer: str) -> list[str]:
    """The dotted names of all modules of a layer."""
    name = f"spyke_tui.{layer}"
    folder = PACKAGE / layer
    if not folder.is_dir():
        return [name]
    found = pkgutil.walk_packages([str(folder)], prefix=f"{name}.")
    return [name, *(module.name for module in found if not module.name.endswith("__main__"))]


def loaded_by(statement: str) -> set[str]:
    """The names in `sys.modules` after `statement` in a fresh process."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_a_layer_loads_nothing_foreign(layer: str) -> None:
    loaded = loaded_by("import " + ", ".join(modules_of(layer)))
    assert not FORBIDDEN[layer] & {name.partition(".")[0] for name in loaded}


@pytest.mark.parametrize("layer", ORDER[:-1])
def test_a_layer_loads_nothing_from_above(layer: str) -> None:
    loaded = loaded_by("import " + ", ".join(modules_of(layer)))
    above = tuple(f"spyke_tui.{name}" for name in ORDER[ORDER.index(layer) + 1 :])
    assert not [name for name in loaded if name.startswith(above)]


def test_reading_the_version_loads_next_to_nothing() -> None:
    loaded = loaded_by("import spyke_tui")
    assert not (TEXTUAL | NETWORK | COMMAND_LINE | {"PIL", "tomlkit"}) & loaded


def test_opening_the_app_does_not_pay_for_the_command_line() -> None:
    loaded = loaded_by("import spyke_tui.tui.app")
    assert not {"typer", "click", "spyke_tui.cli.parser"} & loaded
    assert not NETWORK & loaded


def test_the_command_line_does_not_pay_for_the_app() -> None:
    assert not TEXTUAL & loaded_by("import spyke_tui.cli")
