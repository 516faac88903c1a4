"""The wheel holds what the program needs and runs from an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel (with the build packages already here, so without a network)."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), ROOT,
        cwd=folder,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """spyke-tui installed from the wheel; the libraries it needs are lent by this environment."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    lent = sysconfig.get_path("purelib")
    run(
        sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps",
        "--no-index", "--disable-pip-version-check", str(wheel),
    )  # fmt: skip
    site = next((home / "lib").glob("python*/site-packages"))
    # Added last, so that the wheel's own spyke_tui is found before the one under development.
    (site / "lent.pth").write_text(f"{lent}\n")
    return home / "bin" / "spyke-tui"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What the command prints; a failure shows both of its outputs."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_wheel_holds_the_style_sheets_and_the_sample_project(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    styles = {f"spyke_tui/styles/{path.name}" for path in (ROOT / "styles").glob("*.tcss")}
    assert styles and styles <= names
    assert "spyke_tui/processing/samples/sample-crops.toml" in names


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top.partition("-")[0] for top in tops} == {"spyke_tui"}


def test_installed_program_tells_its_version(program: Path) -> None:
    assert "0.1.0" in run(program, "--version")


def test_installed_program_runs_the_demo(program: Path, tmp_path: Path) -> None:
    run(program, "demo", tmp_path / "demo", "--headless", cwd=tmp_path)
    folder = tmp_path / "demo" / "dataset" / "spyke" / "train" / "10_spyke_plasma_v1"
    assert len(list(folder.glob("*.png"))) == 18
    assert len(list(folder.glob("*.txt"))) == 18
