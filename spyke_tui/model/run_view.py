"""What a generation run looks like from outside: folded from its journal and its live status.

The app's Regularization pane, `reg --status` and `check` all read this and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spyke_tui.model.generation import JobState, Kind

RunState = Literal[
    "none",  # never started here
    "starting",
    "running",
    "waiting",  # no server reachable just now; tries again by itself
    "pausing",  # finishes what the servers have, then pauses
    "paused",
    "stopping",  # finishes the running image, then ends
    "done",  # every image is there
    "failed",  # ended with images that could not be made, or refused before the first
    "stopped",  # ended on request with images still to come
    "died",  # its process is gone without a last word; the next start goes on
]

ALIVE: frozenset[RunState] = frozenset(
    {"starting", "running", "waiting", "pausing", "paused", "stopping"}
)

ServerState = Literal["connecting", "idle", "working", "unreachable", "refused"]

Order = Literal["pause", "resume", "stop", "interrupt", "retry", "reread"]
"""What a run can be told: `stop` ends after the running image, `interrupt` ends now, `retry` takes
failed images up again, `reread` looks at crops.toml (rerolls) again."""


@dataclass(frozen=True, slots=True)
class ServerView:
    """One server of the run."""

    address: str
    """As the user wrote it, never with a secret in it."""
    state: ServerState = "connecting"
    version: str = ""
    queue_remaining: int | None = None
    """All clients' prompts, as the server counts them."""
    index: int | None = None
    """The image it draws now."""
    node: str = ""
    """Class of the running node, e.g. ``KSampler``."""
    step: int = 0
    steps: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class ImageView:
    """The last word on one image of the run."""

    index: int
    state: JobState = "planned"
    reroll: int = 0
    attempt: int = 0
    seed: int = 0
    server: str = ""
    file: str = ""
    """Relative to the dataset folder (dataset/NAME), with forward slashes."""
    seconds: float = 0.0
    settings: str = ""
    """`settings_digest` of the settings it was made with."""
    message: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line for a person; `at` is Unix time in seconds."""

    at: float
    text: str
    level: Literal["info", "warning", "error"] = "info"


@dataclass(frozen=True, slots=True)
class RunView:
    """A whole run. `images` has one entry for each image 1..total, in order."""

    kind: Kind
    state: RunState = "none"
    pid: int = 0
    host: str = ""
    started_at: float = 0.0
    total: int = 0
    done: int = 0
    failed: int = 0
    images: tuple[ImageView, ...] = ()
    servers: tuple[ServerView, ...] = ()
    per_minute: float = 0.0
    """Median rate of recent images over all servers, 0 while unknown."""
    eta_s: float | None = None
    message: str = ""
    """Why it waits, paused by itself, failed or refused: what happened."""
    hint: str = ""
    """And what to do next."""
    field: str = ""
    """The key of [reg] or [topup] that caused it (``checkpoint``, ``sampler``...), or ``""``."""
    log: tuple[LogLine, ...] = ()
    """Newest last; bounded."""
    outdated: int = 0
    """Images that are there but were made with other settings than now."""
    gone: int = 0
    """Images that were there when the run was done, and were taken away since."""

    @property
    def alive(self) -> bool:
        return self.state in ALIVE
