"""What a client can know of each of its prompts, folded from events and HTTP answers.

For the replay of recordings: events are hints, an answer over HTTP decides. An event may come
before the reply to its own prompt, even under an id that the server minted, so what strangers do is
kept in case one of them turns out to be ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from spyke_tui.comfy.answers import HistoryEntry, Queue
from spyke_tui.comfy.events import (
    Event,
    Executed,
    Executing,
    ExecutionCached,
    ExecutionError,
    ExecutionInterrupted,
    ExecutionStart,
    ExecutionSuccess,
    OutputImage,
    Progress,
    ProgressState,
)

PromptState = Literal[
    "submitted",  # sent or about to be; no word from the server yet
    "queued",
    "running",
    "success",
    "error",
    "interrupted",
    "cancelled",  # taken out of the queue at our wish before it began
    "gone",  # neither queue nor history knows it: the server was restarted, or somebody deleted it
]
OVER: frozenset[PromptState] = frozenset({"success", "error", "interrupted", "cancelled", "gone"})


@dataclass(frozen=True, slots=True)
class PromptTrack:
    """One prompt."""

    prompt_id: str
    state: PromptState = "submitted"
    images: tuple[OutputImage, ...] = ()
    error: ExecutionError | None = None
    nodes_cached: int = 0
    nodes_run: int = 0
    withdrawn: bool = False

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def cached(self) -> bool:
        """Nothing was run for it: its pictures are those of an earlier prompt."""
        return self.state == "success" and self.nodes_cached > 0 and self.nodes_run == 0


class PromptTracker:
    """The prompts of one server: ours, and strangers that may become ours."""

    def __init__(self) -> None:
        self._ours: dict[str, PromptTrack] = {}
        self._strangers: dict[str, PromptTrack] = {}
        self._known: set[str] = set()
        self._absent: set[str] = set()

    def __getitem__(self, prompt_id: str) -> PromptTrack:
        return self._ours[prompt_id]

    def __contains__(self, prompt_id: object) -> bool:
        return prompt_id in self._ours

    def __iter__(self) -> Iterator[PromptTrack]:
        return iter(tuple(self._ours.values()))

    def register(self, prompt_id: str) -> None:
        """Before the prompt is sent."""
        self._ours.setdefault(prompt_id, PromptTrack(prompt_id))

    def accepted(self, prompt_id: str, theirs: str) -> None:
        """The server took it, under the id `theirs`."""
        track = self._ours.pop(prompt_id, PromptTrack(prompt_id))
        track = replace(self._strangers.pop(theirs, track), prompt_id=theirs)
        if track.state == "submitted":
            track = replace(track, state="queued")
        self._ours[theirs] = track
        self._known.add(theirs)

    def withdraw(self, prompt_ids: Iterable[str]) -> None:
        """The server was told to drop them from its queue; one that runs goes on all the same."""
        for prompt_id in prompt_ids:
            track = self._ours.get(prompt_id)
            if track is not None and track.state in ("submitted", "queued"):
                self._ours[prompt_id] = replace(track, withdrawn=True)

    def feed(self, event: Event) -> None:
        prompt_id = getattr(event, "prompt_id", None)
        if not prompt_id:
            return
        kept = self._ours if prompt_id in self._ours else self._strangers
        kept[prompt_id] = _after(kept.get(prompt_id, PromptTrack(prompt_id)), event)

    def look(self, queue: Queue) -> tuple[str, ...]:
        """Takes a look at the queue in; the ids whose history is to be asked for after it."""
        ask = []
        for track in self:
            prompt_id = track.prompt_id
            if track.over:
                continue
            if prompt_id in queue:
                state: PromptState = "running" if prompt_id in queue.running else track.state
                self._ours[prompt_id] = replace(track, state=state)
                self._absent.discard(prompt_id)
            elif track.withdrawn:
                self._ours[prompt_id] = replace(track, state="cancelled")
            elif prompt_id in self._known:
                self._absent.add(prompt_id)
                ask.append(prompt_id)
        return tuple(ask)

    def told(self, prompt_id: str, entry: HistoryEntry | None) -> None:
        """Takes the answer of /history/ID in."""
        track = self._ours.get(prompt_id)
        if track is None:
            return
        if entry is not None:
            images = tuple(image for found in entry.images.values() for image in found)
            track = replace(track, state=entry.state, images=images)
        elif prompt_id in self._absent and not track.over:
            track = replace(track, state="gone")
        self._ours[prompt_id] = track


def _after(track: PromptTrack, event: Event) -> PromptTrack:
    match event:
        case ExecutionStart():
            # Also a second run under the same id: the last one counts, as in the history.
            return PromptTrack(track.prompt_id, "running")
        case ExecutionCached(nodes=nodes):
            return replace(_running(track), nodes_cached=len(nodes))
        case Executing(node=str()):
            return replace(_running(track), nodes_run=track.nodes_run + 1)
        case Progress() | ProgressState():
            return _running(track)
        case Executed(images=images):
            return replace(_running(track), images=track.images + images)
        case ExecutionSuccess():
            return replace(track, state="success")
        case ExecutionError():
            return replace(track, state="error", error=event)
        case ExecutionInterrupted():
            return replace(track, state="interrupted")
        case _:
            return track


def _running(track: PromptTrack) -> PromptTrack:
    """Late events of a prompt that is over do not wake it."""
    return track if track.over else replace(track, state="running")
