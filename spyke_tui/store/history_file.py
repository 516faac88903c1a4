"""The steps of the last run, kept so that undo survives a restart."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from spyke_tui.errors import WriteError
from spyke_tui.model.history import Step
from spyke_tui.model.patch_json import step_as_json, step_from_json
from spyke_tui.model.table import FieldError
from spyke_tui.store.files import write_whole
from spyke_tui.store.regular_files import read_regular
from spyke_tui.store.state import state_folder

STEPS = 300
"""Steps kept either way."""
MAX_BYTES = 1024 * 1024
"""The oldest steps are left out where they would take more."""

Steps = tuple[Sequence[Step], Sequence[Step]]
"""What can be undone and what can be done again, each with the last step first."""


def _path_of(project_file: Path) -> Path:
    name = hashlib.sha256(str(project_file.resolve()).encode(errors="surrogateescape")).hexdigest()
    return state_folder() / f"{name[:16]}.history.json"


def save_history(project_file: Path, steps: Steps) -> None:
    """Keep the steps for the next start; for any thread. Failure is not worth a word."""
    room = MAX_BYTES
    kept: list[list[str]] = [[], []]
    for way, listed in enumerate(steps):
        for step in listed[:STEPS]:
            text = json.dumps(step_as_json(step), ensure_ascii=False, separators=(",", ":"))
            room -= len(text.encode(errors="surrogatepass"))
            if room < 0:
                break
            kept[way].append(text)
    done, undone = (",\n".join(texts) for texts in kept)
    data = f'{{"version":1,"done":[\n{done}\n],"undone":[\n{undone}\n]}}\n'
    with contextlib.suppress(WriteError, OSError, UnicodeError):
        write_whole(_path_of(project_file), data.encode())


def load_history(project_file: Path) -> Steps:
    """The steps that `save_history` kept; none where there is nothing to read."""
    try:
        data = json.loads(read_regular(_path_of(project_file), 2 * MAX_BYTES))
        if data["version"] != 1:
            return (), ()
        done, undone = ([step_from_json(one) for one in data[way]] for way in ("done", "undone"))
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        FieldError,
    ):
        return (), ()
    return done, undone
