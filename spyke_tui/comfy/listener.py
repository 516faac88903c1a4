"""Reading what a server says over its socket. It never waits for anything but the socket: a client
that does not read stalls every client of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.comfy.events import Event, ExecutionError, Preview, Status
from spyke_tui.comfy.socket import Connected, Disconnected, Missed

if TYPE_CHECKING:
    from spyke_tui.comfy.worker import Worker


class Listener:
    """Events of our jobs go to the worker; of previews only the newest is kept."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.queue_remaining: int | None = None
        """Prompts of all clients, as the server said last."""

    async def read(self) -> None:
        worker = self._worker
        async for event in worker.socket:
            match event:
                case Connected() | Disconnected() | Missed():
                    worker.reconciler.look_soon()
                case Status():
                    self.queue_remaining = event.queue_remaining
                    worker.run.live.touch()
                case Preview():
                    if self._is_ours(event):
                        worker.run.live.preview(event.image)
                case _:
                    self.hear(event)

    def _is_ours(self, preview: Preview) -> bool:
        hearing = self._worker.hearing
        if preview.prompt_id is None:
            return hearing.current is not None
        return preview.prompt_id in hearing.jobs

    def hear(self, event: Event) -> None:
        """Act on what it means for a job of ours, if anything."""
        worker = self._worker
        heard = worker.hearing.hear(event)
        if heard is None:
            return
        job, verdict = heard
        if verdict == "saved":
            worker.saved(job)
        elif verdict == "error" and isinstance(event, ExecutionError):
            worker.failed(job, event.node_type, event.message, out_of_memory=event.out_of_memory)
        elif verdict == "interrupted":
            worker.interrupted(job)
        elif verdict == "over":
            worker.reconciler.look_soon()
        worker.run.live.touch()
