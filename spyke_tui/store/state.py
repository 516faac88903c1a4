"""Where the app was left: a convenience, never a decision, so a damaged file is simply empty."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from spyke_tui.errors import WriteError
from spyke_tui.store.files import write_whole
from spyke_tui.store.regular_files import read_regular
from spyke_tui.store.state_place import state_place

MAX_BYTES = 1024 * 1024


def state_folder() -> Path:
    """The user's own state folder."""
    return Path(state_place())


def _path_of(project_folder: Path) -> Path:
    name = hashlib.sha256(str(project_folder.resolve()).encode()).hexdigest()[:16]
    return state_folder() / f"{name}.json"


def load_state(project_folder: Path) -> dict[str, Any]:
    """What `save_state` kept for this project; empty where there is nothing to read."""
    try:
        data = json.loads(read_regular(_path_of(project_folder), MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def save_state(project_folder: Path, state: dict[str, Any]) -> None:
    """Keep `state` (JSON values) for the next start; failure is not worth a word."""
    with contextlib.suppress(WriteError, OSError):
        write_whole(_path_of(project_folder), json.dumps(state).encode())
