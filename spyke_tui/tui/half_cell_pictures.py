"""Small pictures in half cells for tables, drawn by textual-image.

Only its half cells are used, where pictures are text. Its kitty and sixel pictures clash with ours:
it deletes all placements on the screen, loses sixels under a dialog, and encodes on the event loop.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Size

if TYPE_CHECKING:
    from rich.console import RenderableType

    from spyke_tui.processing.previews import SheetPicture


def half_cell_picture(picture: SheetPicture, room: Size) -> RenderableType:
    """The whole picture, as large as `room` (in cells) allows."""
    cells = fitted_cells(picture.size, room, Size(1, 2))
    # As many pixels as it shows: it is drawn with every repaint of its row.
    pixels = picture.whole(Size(cells.width, 2 * cells.height))
    return _half_cells()(pixels, width=cells.width, height=cells.height)


def fitted_cells(picture: Size, room: Size, cell: Size) -> Size:
    """The cells that a picture takes when it is as large as `room` allows; at least one."""
    scale = min(
        room.width * cell.width / max(1, picture.width),
        room.height * cell.height / max(1, picture.height),
    )
    return Size(
        min(room.width, max(1, round(picture.width * scale / cell.width))),
        min(room.height, max(1, round(picture.height * scale / cell.height))),
    )


@cache
def _half_cells() -> Callable[..., RenderableType]:
    """The class, imported in a way that asks the terminal nothing.

    The package asks it what it can when it is imported, and for the size of its cells, by what
    then would be typed into the app; it keeps quiet where standard output is no terminal.
    """
    output = sys.__stdout__
    vars(sys)["__stdout__"] = io.StringIO()
    try:
        import textual_image.widget  # noqa: F401  asks for the size of cells, once for all
        from textual_image.renderable import HalfcellImage
    finally:
        vars(sys)["__stdout__"] = output
    return HalfcellImage
