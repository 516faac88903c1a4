"""One image on its way: what is asked of a server, and how far it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from spyke_tui.comfy.events import OutputImage
from spyke_tui.model.generation import JobState, seed_of
from spyke_tui.model.run_fold import Sent

_NAMESPACE = uuid.UUID("3d0f8c1e-6a55-5d7b-9a43-0c5f2f8f7b11")


@dataclass(slots=True)
class Job:
    """Image `index` of a run, drawn with one seed by one prompt.

    `number` counts the prompts of this very seed: an identical prompt would be answered from the
    server's cache, with a file that may be gone, so each has a prefix of its own.
    """

    index: int
    reroll: int
    attempt: int
    number: int
    seed: int
    prompt_id: str
    prefix: str
    settings: str = ""
    state: JobState = "planned"
    queued_at: float = 0.0
    """Monotonic seconds, as all times here."""
    started_at: float = 0.0
    node: str = ""
    """Id of the node that runs now."""
    step: int = 0
    steps: int = 0
    image: OutputImage | None = None
    missing_since: float = 0.0
    """When neither queue nor history knew it for the first time in a row."""
    errors: int = 0

    @property
    def on_server(self) -> bool:
        """Whether the server still has to draw it, as far as we know."""
        return self.state in ("submitting", "queued", "running")


def make_job(
    run: str, base_seed: int, index: int, reroll: int, attempt: int, number: int, settings: str
) -> Job:
    """The job of these numbers; the same prompt id and prefix for the same numbers."""
    name = f"{run}/{index}/{reroll}/{attempt}/{number}/{settings}"
    words = "".join(
        f"_{letter}{value}" for letter, value in zip("ras", (reroll, attempt, number), strict=True)
        if value
    )  # fmt: skip
    return Job(
        index=index,
        reroll=reroll,
        attempt=attempt,
        number=number,
        seed=seed_of(base_seed, index, reroll, attempt),
        prompt_id=str(uuid.uuid5(_NAMESPACE, name)),
        prefix=f"reg/{run}/{settings[:4]}/img_{index:04d}{words}",
        settings=settings,
    )


def job_again(sent: Sent) -> Job:
    """The job behind a prompt of an earlier life of the run."""
    return Job(
        index=sent.index,
        reroll=sent.reroll,
        attempt=sent.attempt,
        number=sent.number,
        seed=sent.seed,
        prompt_id=sent.prompt_id,
        prefix=sent.prefix,
        settings=sent.settings,
        state="queued",
    )
