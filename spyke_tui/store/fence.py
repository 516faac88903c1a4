"""Nothing is written outside the project and the one place that its crops.toml names."""

from __future__ import annotations

import os
from pathlib import Path

from spyke_tui.errors import WriteError
from spyke_tui.model.layout import Layout


def require_own_folders(layout: Layout, project_folder: Path) -> None:
    """See that no link below [dataset].root leads what we write to another place.

    The project's folder and the root are where the user put them, links or not. A link below
    them may have come with the project, from anybody. Raises `WriteError`.
    """
    for folder in (
        layout.root, layout.own, layout.runs, layout.runs / "rejected", layout.train_root,
        layout.train, layout.reg_root, layout.reg, layout.topup, layout.preview, layout.aside,
    ):  # fmt: skip
        if os.path.islink(folder) and not is_inside(folder, project_folder, layout.root.parent):
            raise WriteError(
                f"{folder} is a link that leads elsewhere, to {os.path.realpath(folder)}: "
                "nothing was written.",
                "Put a folder in its place, or name the real place in [dataset].root.",
            )


def is_ours(folder: Path) -> bool:
    """Whether `folder`, one below a dataset's own, really lies in [dataset].root."""
    return is_inside(folder, folder.parents[2])


def is_inside(folder: Path, *homes: Path) -> bool:
    """Whether `folder` really lies in one of `homes`, all links followed."""
    real = os.path.realpath(folder)
    places = (os.path.realpath(home).rstrip("/") for home in homes)
    return any(real == place or real.startswith(f"{place}/") for place in places)
