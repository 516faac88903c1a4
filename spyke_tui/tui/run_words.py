"""A generation run in words: the same in the pane, in the status line and in messages."""

from __future__ import annotations

from spyke_tui.model.generation import Kind, all_there
from spyke_tui.model.run_view import ImageView, RunState, RunView, ServerView

TITLES: dict[Kind, str] = {"reg": "Regularization", "topup": "Top-up"}

STATES: dict[RunState, str] = {
    "none": "not started",
    "starting": "starting",
    "running": "running",
    "waiting": "waiting for a server",
    "pausing": "pausing: finishes what the servers have",
    "paused": "paused",
    "stopping": "stopping: finishes this image",
    "done": "done",
    "failed": "failed",
    "stopped": "stopped",
    "died": "it ended without a word",
}

SIGNS: dict[RunState, str] = {
    "running": "▶", "starting": "▶", "waiting": "!", "pausing": "‖", "paused": "‖",
    "stopping": "■", "stopped": "■", "done": "✓", "failed": "!", "died": "!", "none": "·",
}  # fmt: skip

SERVER_STATES = {
    "connecting": "connecting",
    "idle": "idle",
    "working": "working",
    "unreachable": "! not reachable",
    "refused": "! refused",
}


def duration(seconds: float) -> str:
    """``45s``, ``2m``, ``1h 05m``: as exact as anybody cares."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h {minutes % 60:02}m"


def indicator(view: RunView) -> str:
    """A few words for the status line of every pane; empty while there is nothing to say."""
    if not view.alive:
        return ""
    words = f"{view.kind} {view.done}/{view.total}" if view.total else view.kind
    if view.state == "running":
        return words + (f" {duration(view.eta_s)}" if view.eta_s is not None else "")
    short = {"waiting": "! no server", "starting": "starting"}.get(view.state, view.state)
    return f"{words} {short}"


def rate(view: RunView) -> str:
    """``12 a minute, 2m left``; empty where nothing is known."""
    words: list[str] = []
    if not view.alive or view.state in ("paused", "waiting"):
        return ""
    if view.per_minute >= 10:
        words.append(f"{view.per_minute:.0f} a minute")
    elif view.per_minute > 0:
        words.append(f"{view.per_minute:.1f} a minute")
    if view.eta_s is not None and view.state in ("running", "stopping", "pausing"):
        words.append(f"{duration(view.eta_s)} left")
    return ", ".join(words)


def counted(view: RunView) -> str:
    """``37 of 150, 2 failed``."""
    if not view.total:
        return ""
    words = f"{view.done} of {view.total}"
    return words + (f", {view.failed} failed" if view.failed else "")


def server_words(server: ServerView) -> str:
    """One server and its queue."""
    words = [server.address, SERVER_STATES.get(server.state, server.state)]
    if server.version:
        words.insert(1, f"ComfyUI {server.version}")
    if server.queue_remaining is not None:
        words.append(f"queue {server.queue_remaining}")
    return "  ".join(words)


def work_words(server: ServerView) -> str:
    """What it draws just now; empty while that is nothing."""
    if server.index is None:
        return server.message
    words = f"image {server.index}"
    return f"{words}  {server.node}" if server.node else words


def image_words(image: ImageView, rejected: bool) -> list[str]:
    """What there is to say of one image, what matters most first."""
    if image.state == "failed" and image.message:
        return [f"image {image.index} failed: {image.message}"]
    words = [f"image {image.index}"]
    if rejected:
        words[0] += " is rejected"
    if image.state != "verified":
        words[0] += f"  {image.state}"
    elif image.seconds:
        words.append(f"{image.seconds:.1f} s")
    if image.seed:
        words.append(f"seed {image.seed}")
    if image.reroll:
        words.append(f"reroll {image.reroll}")
    if image.attempt:
        words.append(f"attempt {image.attempt + 1}")
    if image.message:
        words.append(image.message)
    return words


def ended_words(view: RunView) -> str:
    """What the bell says when a run has ended."""
    title = TITLES[view.kind]
    if view.state == "done":
        words = all_there(view.total)
        return f"{title}: {words[0].lower()}{words[1:]}"
    if view.state == "stopped" and view.message:
        return f"{title}: {view.message[0].lower()}{view.message[1:]}"
    words = f"{title} has stopped: {counted(view) or 'no image yet'}."
    return f"{words} {view.message}".rstrip()
