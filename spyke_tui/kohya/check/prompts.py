"""The positive prompt of a workflow file, as far as it stands in the file."""

from __future__ import annotations

import json
from pathlib import Path

from spyke_tui.model import prompt_leak

LIMIT = 5_000_000
"""Bytes; a workflow is far smaller."""


def positive_texts(path: Path) -> list[str]:
    """All texts that feed a `positive` input of an API-format workflow; [] where it has none.

    A file that can't be read has no prompt: drawing with it is what will complain.
    """
    try:
        if not path.is_file() or path.stat().st_size > LIMIT:
            return []
        nodes = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    return prompt_leak.positive_texts(nodes) if isinstance(nodes, dict) else []
