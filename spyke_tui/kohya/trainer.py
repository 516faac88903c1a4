"""What the trainer makes of file names: sd-scripts' own rules, as its dataset code has them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from spyke_tui.model.layout import is_picture

CAPTION_SUFFIX = ".txt"
CACHE_SUFFIX = ".npz"
_LATENTS = re.compile(r"(?P<stem>.+)_\d+x\d+_[a-z0-9]+")
"""``front_0512x0512_sd``: encoded pixels, since the trainer names its caches by size and model."""
_TEXT = re.compile(r"(?P<stem>.+?)(?:_te_outputs|_[a-z0-9]+_te)")
"""``front_te_outputs``, ``front_sd3_te``: an encoded caption."""


def absolute(path: Path) -> Path:
    """`path` as dataset.toml holds it: absolute, without ``..``, links left as they are.

    The trainer resolves relative folders against its own working directory.
    """
    return Path(os.path.abspath(path))


def fallback_caption(picture: str) -> str | None:
    """Where the trainer looks when ``stem.txt`` is missing; None where it looks nowhere else.

    It splits the whole absolute path, without its suffix, at ``_``; of five parts or more it
    drops the last four.
    """
    parts = os.path.splitext(picture)[0].split("_")
    return "_".join(parts[:-4]) + CAPTION_SUFFIX if len(parts) >= 5 else None


def picture_names(names: Iterable[str]) -> list[str]:
    """Those that the trainer takes as pictures, in the order in which it reads them."""
    return sorted(name for name in names if is_picture(name))


def cached_picture(name: str, stems: Iterable[str] | set[str]) -> tuple[str, bool] | None:
    """The stem that the cache file `name` belongs to and whether it holds an encoded caption.

    None where no picture of `stems` fits. A plain ``stem.npz`` is encoded pixels.
    """
    base = name.removesuffix(CACHE_SUFFIX)
    known = stems if isinstance(stems, set) else set(stems)
    if base in known:
        return base, False
    for pattern, is_text in ((_LATENTS, False), (_TEXT, True)):
        match = pattern.fullmatch(base)
        if match and match["stem"] in known:
            return match["stem"], is_text
    return None
