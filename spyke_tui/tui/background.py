"""Work beside the event loop: started in one way, and its failures told in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.worker import Worker, WorkerState

from spyke_tui.errors import SpykeError
from spyke_tui.terminal.cells import plain

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode


def start(
    node: DOMNode,
    work: Callable[[], Any],
    group: str,
    *,
    thread: bool = False,
    exclusive: bool = False,
) -> None:
    """Run `work` (a coroutine function, or for `thread` a plain one) as a worker of `node`.

    The app or a pane, because those tell failures.
    """
    node.run_worker(work, group=group, thread=thread, exclusive=exclusive, exit_on_error=False)


def tell_failure(app: App[Any], event: Worker.StateChanged) -> None:
    """Say what a worker failed with; what we did not foresee is named by its kind."""
    error = event.worker.error
    if event.state is not WorkerState.ERROR or error is None:
        return
    words = str(error) if isinstance(error, SpykeError) else f"{type(error).__name__}: {error}"
    app.notify(plain(words), title="Something failed", severity="error", markup=False)
