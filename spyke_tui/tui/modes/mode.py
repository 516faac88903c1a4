"""What a mode of the Crops pane is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop
    from spyke_tui.terminal.scene import Scene
    from spyke_tui.tui.crop_editor import CropEditor
    from spyke_tui.tui.screens.crops import CropsScreen


class Mode:
    """Takes keys before the pane does, and draws over the sheet, until it ends.

    It belongs to the sheet that it began on; `holds` says whether it still makes sense.
    """

    drags = False
    """Whether the mouse goes on moving rectangles."""

    def __init__(self, screen: CropsScreen) -> None:
        self.screen = screen
        self.sheet_key = screen.editor.sheet_key

    @property
    def editor(self) -> CropEditor:
        return self.screen.editor

    def holds(self) -> bool:
        """False where what it is about is gone: another sheet, another crop, an undo."""
        return self.editor.sheet_key == self.sheet_key

    def key(self, typed: str) -> bool:  # noqa: ARG002
        """Take a key as it was typed; False leaves it to the bindings."""
        return False

    def do(self, action: str) -> bool:  # noqa: ARG002
        """Take an action; False leaves it to the pane."""
        return False

    def point(self, x: int, y: int) -> bool:  # noqa: ARG002
        """Take a click on a sheet pixel; False leaves it to the pane."""
        return False

    def scene(self, scene: Scene) -> Scene:
        """The scene with what the mode shows."""
        return scene

    @property
    def crop(self) -> Crop | None:
        """The crop that preview and facts show."""
        return self.editor.crop

    @property
    def title(self) -> str:
        """What is going on and what the keys do, for the line above the sheet."""
        return ""

    @property
    def status(self) -> str:
        """A few words for the status line."""
        return ""

    def ended(self) -> None:
        """It is over: leave nothing behind."""
