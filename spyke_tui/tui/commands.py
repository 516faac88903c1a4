"""What each action of the Crops pane does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spyke_tui.model.caption import one_line
from spyke_tui.model.geometry import Edge, Rect
from spyke_tui.tui.crop_editor import FAR, CropEditor
from spyke_tui.tui.crop_selection import STEPS
from spyke_tui.tui.tools import TOOLS
from spyke_tui.tui.widgets.sheet_view import middle_rect

if TYPE_CHECKING:
    from spyke_tui.tui.screens.crops import CropsScreen

Edit = Callable[[CropEditor], object]
Command = Callable[["CropsScreen"], None]

BURSTS = frozenset(
    f"crop.{name}"
    for name in (
        *("left", "down", "up", "right", "far-left", "far-down", "far-up", "far-right"),
        *("grow", "shrink", "narrower", "wider", "shorter", "taller"),
    )
)
"""Actions of which several in a row are one step of undo."""


def _step(pixels: int) -> Edit:
    def choose(editor: CropEditor) -> None:
        editor.step = pixels

    return choose


def _whole(editor: CropEditor) -> None:
    editor.history.end_burst()
    editor.edge = Edge.WHOLE


EDITS: dict[str, Edit] = {
    "crop.left": lambda editor: editor.move(-1, 0),
    "crop.right": lambda editor: editor.move(1, 0),
    "crop.up": lambda editor: editor.move(0, -1),
    "crop.down": lambda editor: editor.move(0, 1),
    "crop.far-left": lambda editor: editor.move(-FAR, 0),
    "crop.far-right": lambda editor: editor.move(FAR, 0),
    "crop.far-up": lambda editor: editor.move(0, -FAR),
    "crop.far-down": lambda editor: editor.move(0, FAR),
    **{f"step.{pixels}": _step(pixels) for pixels in STEPS},
    "edge.next": lambda editor: editor.turn_edge(1),
    "edge.previous": lambda editor: editor.turn_edge(-1),
    "edge.whole": _whole,
    "crop.grow": lambda editor: editor.grow(1),
    "crop.shrink": lambda editor: editor.grow(-1),
    "crop.narrower": lambda editor: editor.stretch(-1, 0),
    "crop.wider": lambda editor: editor.stretch(1, 0),
    "crop.shorter": lambda editor: editor.stretch(0, -1),
    "crop.taller": lambda editor: editor.stretch(0, 1),
    "aspect.lock": lambda editor: editor.turn_lock(),
    "crop.square": lambda editor: editor.square(),
    "crop.next": lambda editor: editor.go(1),
    "crop.previous": lambda editor: editor.go(-1),
    "sheet.next": lambda editor: editor.go_sheet(1),
    "sheet.previous": lambda editor: editor.go_sheet(-1),
}
"""What only needs the editor."""


def _new(screen: CropsScreen) -> None:
    viewport = screen.sheet_view.viewport
    editor = screen.editor
    if not editor.sheet_key:
        screen.notify("This project has no sheet to put a crop on.", markup=False)
    elif viewport is not None:
        editor.add(middle_rect(viewport, editor.sheet_size))


def _repeat(screen: CropsScreen) -> None:
    viewport, crop = screen.sheet_view.viewport, screen.editor.crop
    if viewport is not None and crop is not None:
        middle = middle_rect(viewport, screen.editor.sheet_size)
        size = crop.rect.size
        left = middle.left + (middle.width - size.width) // 2
        top = middle.top + (middle.height - size.height) // 2
        screen.editor.add(Rect(left, top, size.width, size.height))


def _mirror(screen: CropsScreen) -> None:
    reason = screen.editor.turn_mirror()
    if reason is not None:
        crop = screen.editor.crop
        how = " Say so in Captions (F4)." if crop is not None and crop.details is None else ""
        screen.notify(f"No flipped twin: {reason}.{how}", severity="warning", markup=False)
        return
    crop = screen.editor.crop
    if crop is not None and crop.mirror and (own := one_line(crop.mirror_caption)):
        screen.notify(
            f'The twin says, with left and right exchanged: "{own}". If that is wrong, u takes the '
            "twin back, or mend mirror_caption in crops.toml.",
            markup=False,
        )


def _copy(screen: CropsScreen) -> None:
    crop = screen.editor.crop
    if crop is not None:
        rect = crop.rect
        numbers = f"{rect.left} {rect.top} {rect.width} {rect.height}"
        screen.app.copy_to_clipboard(numbers)
        screen.notify(f"Copied: {numbers}", markup=False, timeout=2)


def _duplicate(screen: CropsScreen) -> None:
    screen.editor.duplicate()


def _keep(screen: CropsScreen) -> None:
    screen.editor.set_status("keep")
    screen.editor.go(1)


def _reject(screen: CropsScreen) -> None:
    crop = screen.editor.crop
    if crop is not None:
        screen.editor.set_status("draft" if crop.status == "reject" else "reject")


def _delete(screen: CropsScreen) -> None:
    deleted = screen.editor.delete()
    if deleted is not None:
        screen.notify(f"{deleted} is deleted; u brings it back.", markup=False, timeout=3)


def _content(action: str) -> Command:
    """Snap to, or centre on, what is drawn inside the rectangle."""

    def run(screen: CropsScreen) -> None:
        picture, target = screen.picture, screen.editor.target
        if target is None:
            return
        if picture is None:
            screen.notify("This needs the sheet's picture, which is not there.", markup=False)
            return
        from spyke_tui.processing.snap import centre_on_content, snap_to_content

        find = snap_to_content if action == "snap" else centre_on_content
        rect = find(picture.source, target)
        if rect == target:
            screen.notify("It fits what is drawn there already.", markup=False, timeout=2)
        screen.editor.place(rect, f"{action}")

    return run


def _closer(screen: CropsScreen) -> None:
    _turn_zoom(screen, 1)


def _back(screen: CropsScreen) -> None:
    _turn_zoom(screen, -1)


def _turn_zoom(screen: CropsScreen, by: int) -> None:
    """Fit, the crop, one to one, and round again."""
    view = screen.sheet_view
    viewport, crop = view.viewport, screen.editor.crop
    if viewport is None:
        return
    whole = viewport.fit(viewport.sheet, viewport.pane, viewport.cell)
    stops = [whole]
    if crop is not None:
        near = viewport.on(crop.rect)
        stops += sorted({near.scale: near, 1.0: viewport.at_scale(1.0, crop.rect)}.values(),
                        key=lambda stop: stop.scale)  # fmt: skip
    scales = [stop.scale for stop in stops]
    at = min(range(len(stops)), key=lambda i: abs(scales[i] - viewport.scale))
    view.look(stops[(at + by) % len(stops)])


def _leave(screen: CropsScreen) -> None:
    screen.query_one("#crops").focus()


COMMANDS: dict[str, Command] = {
    **TOOLS,
    "crop.new": _new,
    "crop.duplicate": _duplicate,
    "crop.repeat": _repeat,
    "crop.mirror": _mirror,
    "crop.copy": _copy,
    "crop.keep": _keep,
    "crop.reject": _reject,
    "crop.delete": _delete,
    "crop.snap": _content("snap"),
    "crop.centre": _content("centre"),
    "view.closer": _closer,
    "view.back": _back,
    "focus.leave": _leave,
}
"""What needs the screen."""
