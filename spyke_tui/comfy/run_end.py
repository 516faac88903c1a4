"""How a run ends, in words: all there, some failed, or stopped with some still to come."""

from __future__ import annotations

from dataclasses import dataclass

from spyke_tui.model.generation import all_there, counted_images
from spyke_tui.model.run_view import RunState


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
    """What a run that is over leaves: numbers of images. `why`: of the first that failed."""

    total: int
    asked: int
    missing: int
    failed: int
    why: str

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
            return End(
                "failed", f"{counted_images(self.failed)} could not be made: {self.why}",
                "Start it again to try those once more.", exit_code=1,
            )  # fmt: skip
        if self.missing:
            return End(
                "stopped", f"Made what was asked for ({self.asked}); {self.missing} still to come."
            )
        return End("done", all_there(self.total))
