"""What the Regularization pane says beside the numbers: what is wrong, and what the keys do now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.model.generation import KINDS
from spyke_tui.tui.run_words import TITLES
from spyke_tui.tui.widgets.run_parts import Caption

if TYPE_CHECKING:
    from spyke_tui.model.run_view import ImageView, RunView
    from spyke_tui.tui.run_control import Attempt

HOW_TO_START = (
    "Start ComfyUI there: python main.py in its folder, with --listen where that is another "
    "machine. It is tried again by itself; e edits the address, Esc gives up."
)


_GAP = "  "
_WAITING = ["s try now", "Esc give up", "e settings", "? keys"]
_SHORTER = (
    ("S stop after this", "S stop"), ("e settings", "e edit"), ("←→ choose", ""),
    ("r retry failed", "r retry"), ("Tab top-up", ""), ("Tab regularization", ""), ("r retry", ""),
)  # fmt: skip
"""What gives way where there is no room, the first first. The help has all keys."""


_NOTHING_WRONG = ("running", "done", "none", "starting", "stopped")


def notice_words(view: RunView, attempt: Attempt | None) -> str:
    """What is wrong, and what to do about it; "" while all is well."""
    if attempt is not None:
        if attempt.is_waiting and attempt.hindrance is not None:
            return f"{attempt.hindrance.message} {HOW_TO_START}"
        return ""
    if view.message and view.state not in _NOTHING_WRONG:
        if view.state == "waiting":  # what is edited counts from the next start on
            return f"{view.message} {view.hint} It is tried again by itself."
        field = f" e edits {view.field}." if view.field else ""
        return f"{view.message} {view.hint}{field}".strip()
    if view.gone:
        return f"{view.message} s draws what is missing."
    if view.outdated and not view.alive:
        are = "image was" if view.outdated == 1 else "images were"
        return f"{view.outdated} {are} drawn with other settings: R draws anew, or keep them."
    return ""


def doing(attempt: Attempt | None) -> str:
    """What is done before there is a run."""
    if attempt is None:
        return ""
    if attempt.is_waiting:
        return "! no server yet"
    return "looks whether all is right" if attempt.phase == "looking" else "starts"


def key_words(view: RunView, rejected: int, more: int, attempt: Attempt | None, width: int) -> str:
    """The keys that do something now; `width` cells are all there is.

    `rejected` images wait for their next reroll; `more` are wanted than the run was to make.
    """
    waits = attempt is not None and attempt.is_waiting
    words = _WAITING if waits else _keys(view, rejected, more)
    for long, short in _SHORTER:
        if len(_GAP.join(words)) > width:
            words = [short if word == long else word for word in words]
            words = [word for word in words if word]
    return _GAP.join(words)


def _keys(view: RunView, rejected: int, more: int) -> list[str]:
    if view.state in ("running", "starting", "waiting"):
        words = ["Space pause", "S stop after this", "I interrupt"]
    elif view.state in ("paused", "pausing"):
        words = ["s goes on", "S stop", "I interrupt"]
    elif view.alive:
        words = ["I interrupt"]
    elif view.state == "done":
        words = ["s draws the rejected"] if rejected else [f"s draws {more} more"] if more else []
        words += ["R draws anew"] if view.outdated else []
    else:
        words = ["s start" if view.state == "none" else "s goes on", "t test one"]
    if view.failed:
        words.append("r retry failed")
    if view.done:
        words += ["←→ choose", "x reject"]
    other = TITLES[KINDS[(KINDS.index(view.kind) + 1) % len(KINDS)]]
    return [*words, "e settings", f"Tab {other.lower()}", "? keys"]


def caption_of(image: ImageView, rejected: bool, chosen: bool) -> Caption:
    """What stands below an image in the strip."""
    words, short, ink = {
        "planned": ("", "", ""),
        "verified": ("", "", ""),
        "failed": ("failed", "!", "error"),
        "running": ("▶", "▶", "success"),
    }.get(image.state, (image.state, "·", ""))
    if rejected:
        words, short, ink = "x", "x", "warning"
    elif image.state == "verified" and image.reroll:
        words = short = f"r{image.reroll}"
    number = str(image.index)
    return Caption(f"{number} {words}".rstrip(), ink, chosen, f"{number} {short}".rstrip())
