"""How a run ends, in words: all there, some failed, or stopped with some still to come."""

from __future__ import annotations

from dataclasses import dataclass

from spyke_tui.model.generation import all_there, counted_images
from spyke_tui.model.run_view import RunState

_CURES = {
    # The usual cause: SD 1.5 in half precision, whose VAE overflows on some cards and checkpoints.
    "black": "Start ComfyUI with --fp32-vae, or where that is not enough with --force-fp32, or "
    "choose another checkpoint",
    "one-colour": "Look at the prompt, the size and the workflow",
    "same": "Look where the workflow takes its seed from",
    "size": "Give width and height as the workflow draws them, or mend the workflow",
}


def cure_of(kind: str) -> str:
    """What helps against pictures that can't be used, without a full stop; "" where trying does."""
    return _CURES.get(kind, "")


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended; `exit_code` is that of the command line."""

    state: RunState
    message: str
    hint: str = ""
    field: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """What a run that is over leaves: numbers of images.

    `why` and `kind` are those of the first that failed.
    """

    total: int
    asked: int
    missing: int
    failed: int
    why: str
    kind: str = ""

    def stopped(self) -> End:
        """Somebody ended it."""
        if not self.missing:
            return self.finished()
        return End(
            "stopped", f"Stopped with {counted_images(self.missing)} still to come.",
            "Start it again to go on.", exit_code=130,
        )  # fmt: skip

    def finished(self) -> End:
        """Everything that was asked for was tried."""
        if self.failed:
            cure = cure_of(self.kind)
            return End(
                "failed", f"{counted_images(self.failed)} could not be made: {self.why}",
                f"{cure}, then start again." if cure else "Start it again to try those once more.",
                exit_code=1,
            )  # fmt: skip
        if self.missing:
            return End(
                "stopped", f"Made what was asked for ({self.asked}); {self.missing} still to come."
            )
        return End("done", all_there(self.total))
