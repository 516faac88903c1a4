"""The trainer's own caches (.npz) beside a picture: stale as soon as the picture changes."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

_CACHE = re.compile(
    r"(?P<stem>.+?)(?:_\d{3,5}x\d{3,5}_[a-z0-9]+|_te_outputs|_(?:sd3|flux)_te)?\.npz"
)
"""``stem.npz``, latents ``stem_0512x0512_sd.npz`` and text encoder outputs, as sd-scripts
names them."""


def cache_stem(name: str) -> str | None:
    """The picture's stem that a cache file of this name belongs to; None for other files."""
    match = _CACHE.fullmatch(name)
    return match["stem"] if match else None


def caches_of(folder: Path, stems: set[str]) -> list[Path]:
    """The cache files in `folder` of the pictures with these stems."""
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith(".npz")]
    except OSError:
        return []
    return [folder / name for name in names if cache_stem(name) in stems]


def remove_caches(folder: Path, stems: set[str]) -> None:
    """Delete the caches of pictures that were rewritten or went; the trainer makes new ones."""
    for path in caches_of(folder, stems):
        with contextlib.suppress(OSError):
            path.unlink()
