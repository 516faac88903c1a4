"""Which dataset folder belongs to which crops.toml, also after a rename of the character."""

from __future__ import annotations

import os
from pathlib import Path

from spyke_tui.store.manifest import Manifest


def project_place(crops_file: Path, root: Path) -> str:
    """Where `crops_file` lies, as seen from the folder that holds the dataset folder `root`."""
    folder = os.path.realpath(crops_file.parent)
    return os.path.join(os.path.relpath(folder, os.path.realpath(root.parent)), crops_file.name)


def former_root(root: Path, place: str) -> Path | None:
    """Where this project's dataset lies under the former name of its character; None: nowhere.

    `root` is where it should lie, `place` what `project_place` says of its crops.toml.
    """
    present = Manifest.read(root)
    if present.project not in ("", place):
        return None
    try:
        names = sorted(
            entry.name for entry in os.scandir(root.parent) if entry.is_dir(follow_symlinks=False)
        )
    except OSError:
        return None
    for name in names:
        if name == root.name or name.startswith("."):
            continue
        manifest = Manifest.read(root.parent / name)
        # A copy of the folder bears another name than its manifest says: it is not ours to move.
        if manifest.project == place and manifest.character == name:
            return root.parent / name
    return None
