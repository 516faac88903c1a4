"""A project with one crop, and the line that opens the app on it."""

from pathlib import Path

from PIL import Image

CROPS = """\
[dataset]
character = "spyke"
trigger = "spyke_plasma_v1"

[sheets.final]
file = "final.png"
size = [600, 320]

[[crops]]
id = "front"
sheet = "final"
rect = { left = 60, top = 40, width = 240, height = 200 }
"""
RUN = (
    "import sys; from pathlib import Path; from spyke_tui.tui.app import run_app;"
    "sys.exit(run_app(Path(sys.argv[1]), sys.argv[2]))"
)
"""For ``python -c``, with the project and the kind of pictures behind it."""


def write_project(folder: Path) -> Path:
    """crops.toml and its sheet in a folder that is there; the folder."""
    (folder / "crops.toml").write_text(CROPS)
    Image.effect_noise((600, 320), 30).convert("RGB").save(folder / "final.png")
    return folder
