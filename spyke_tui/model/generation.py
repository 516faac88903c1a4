"""Rules of a generation run that need no server: seeds, counts, and what counts as a change.

A run makes image 1..count. Each image has a *reroll* (0, or how often a person rejected it, as
crops.toml says) and an *attempt* within it (0, or how often its picture failed verification).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Literal

from spyke_tui.model.project import Generation

Kind = Literal["reg", "topup"]
KINDS: tuple[Kind, ...] = ("reg", "topup")

JobState = Literal[
    "planned",
    "submitting",
    "queued",
    "running",
    "saved",
    "fetching",
    "verified",
    "failed",
    "cancelled",
    "lost",
]

SEED_LIMIT = 2**53
"""Seeds stay below it: JSON numbers of JavaScript front ends are exact up to there."""
MOST_IMAGES = 100_000
"""No run has more."""
MOST_ATTEMPTS = 3
"""How often a picture that fails verification is drawn anew with another seed, by itself."""


def seed_of(base: int, index: int, reroll: int, attempt: int = 0) -> int:
    """The seed of one image, 0 <= seed < 2**53; the same for ever for the same four numbers."""
    text = f"{base}/{index}/{reroll}/{attempt}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") % SEED_LIMIT


def wanted_regularization(train_images: int, repeats: int) -> int:
    """How many regularization images the trainer uses: one for each training image it sees."""
    return train_images * repeats


def counted_images(number: int) -> str:
    """``1 image``, ``12 images``."""
    return "1 image" if number == 1 else f"{number} images"


def all_there(total: int) -> str:
    """What a run that made everything says."""
    return "The image is there." if total == 1 else f"All {total} images are there."


def settings_digest(settings: Generation, workflow: Mapping[str, object] | None = None) -> str:
    """16 hex digits that change with anything that changes what is drawn, the seed excepted.

    Count, servers, authentication and rerolls are left out: they do not change a picture.
    """
    drawn = {
        "checkpoint": settings.checkpoint,
        "prompt": settings.prompt,
        "negative": settings.negative,
        "steps": settings.steps,
        "cfg": settings.cfg,
        "sampler": settings.sampler,
        "scheduler": settings.scheduler,
        "size": [settings.width, settings.height],
        "workflow": workflow,
    }
    text = json.dumps(drawn, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
