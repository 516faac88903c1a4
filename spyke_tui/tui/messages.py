"""What has happened, for the widgets that want to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from spyke_tui.tui.pictures import SheetState


class CropMoved(Message):
    """The selected crop's rectangle changed on the screen."""


class CropChosen(Message):
    """The user chose a crop by its place in the file."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index


class PictureWanted(Message):
    """The user is done in a list and wants the keys to go to the picture again."""


class SheetPointed(Message):
    """The user clicked on a sheet pixel."""

    def __init__(self, x: int, y: int) -> None:
        super().__init__()
        self.x = x
        self.y = y


class SheetPressed(Message):
    """The mouse button went down on a sheet point; `reach` is how near an edge must be."""

    def __init__(self, x: float, y: float, reach_x: float, reach_y: float) -> None:
        super().__init__()
        self.x = x
        self.y = y
        self.reach_x = reach_x
        self.reach_y = reach_y


class SheetDragged(Message):
    """With the button down the mouse has come to this sheet point, perhaps beside the sheet."""

    def __init__(self, x: float, y: float) -> None:
        super().__init__()
        self.x = x
        self.y = y


class SheetReleased(Message):
    """The button went up after a drag."""


class SheetLoaded(Message):
    """A sheet's picture was decoded, or can't be: `state` says which."""

    def __init__(self, key: str, state: SheetState) -> None:
        super().__init__()
        self.key = key
        self.state = state


class ProjectSaved(Message):
    """crops.toml holds what is on the screen."""


class CaptionsNotWritten(Message):
    """crops.toml is saved, but a caption file could not be brought in line with it."""

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


class SaveFailed(Message):
    """crops.toml could not be written. `problem` is empty where a question tells it."""

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem
