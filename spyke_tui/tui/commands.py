"""What each action of the Crops pane does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Edge, Rect
from spyke_tui.tui.crop_editor import FAR, CropEditor
from spyke_tui.tui.crop_selection import STEPS
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
        screen.notify(f"No flipped twin: {reason}.", severity="warning", markup=False)


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


def _numbers(screen: CropsScreen) -> None:
    target = screen.editor.target
    if target is None:
        return
    from spyke_tui.tui.screens.numbers import NumbersScreen

    screen.app.push_screen(NumbersScreen(target, screen.editor.sheet_size), screen.numbers_typed)


def _suggest(screen: CropsScreen) -> None:
    from spyke_tui.tui.modes.suggesting import suggest_here

    suggest_here(screen)


def _suggest_all(screen: CropsScreen) -> None:
    screen.notify("a suggests rectangles here; then A takes them all.", markup=False, timeout=3)


def _erase(screen: CropsScreen) -> None:
    if screen.editor.crop is not None:
        from spyke_tui.tui.modes.erasing import Erasing

        screen.begin(Erasing(screen))


def _split(screen: CropsScreen) -> None:
    if screen.editor.sheet_key in screen.editor.project.sheets:
        from spyke_tui.tui.modes.splitting import Splitting

        screen.begin(Splitting(screen))


def _full_image(screen: CropsScreen) -> None:
    crop = screen.mode.crop if screen.mode is not None else screen.editor.crop
    if screen.picture is None or crop is None:
        screen.notify("There is no picture to show.", markup=False, timeout=2)
        return
    from spyke_tui.tui.screens.full_image import FullImageScreen

    dataset = screen.session.project.dataset
    screen.app.push_screen(FullImageScreen(screen.picture, crop, dataset))


def _mark(screen: CropsScreen) -> None:
    """Mark, and on to the next crop of this sheet."""
    editor = screen.editor
    if editor.crop is not None:
        editor.marks.turn(editor.crop.id)
        after = [index for index in editor.indexes if index > editor.index]
        if after:
            editor.select(after[0])


def _mark_range(screen: CropsScreen) -> None:
    editor = screen.editor
    if editor.crop is not None:
        crops = editor.project.crops
        editor.marks.mark_to(editor.crop.id, [crops[index].id for index in editor.order])


def _act_on_marked(screen: CropsScreen) -> None:
    editor = screen.editor
    ids = editor.marks.among(editor.project.crops)
    if not ids:
        screen.notify("Nothing is marked: Space marks a crop, m a range.", markup=False)
        return
    from spyke_tui.tui.marked_choices import choices
    from spyke_tui.tui.screens.marked import MarkedScreen

    title = f"{len(ids)} marked: {', '.join(c.id for c in editor.project.crops if c.id in ids)}"
    screen.app.push_screen(MarkedScreen(title, choices(editor, ids)), screen.edit_chosen)


def _filter(screen: CropsScreen) -> None:
    from spyke_tui.tui.filtering import ask_filter

    ask_filter(screen)


def _rename(screen: CropsScreen) -> None:
    crop = screen.editor.crop
    if crop is not None:
        from spyke_tui.tui.screens.name import NameScreen

        taken = {other.id for other in screen.editor.project.crops if other is not crop}
        screen.app.push_screen(NameScreen(crop.id, taken), screen.name_typed)


def _move_to_sheet(screen: CropsScreen) -> None:
    editor, crop = screen.editor, screen.editor.crop
    if crop is not None:
        from spyke_tui.tui.marked_choices import sheet_choices
        from spyke_tui.tui.screens.marked import MarkedScreen

        choices = sheet_choices(editor, {crop.id})
        screen.app.push_screen(MarkedScreen(f"Move {crop.id}", choices), screen.edit_chosen)


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
    "crop.numbers": _numbers,
    "suggest.begin": _suggest,
    "suggest.all": _suggest_all,
    "erase.begin": _erase,
    "split.begin": _split,
    "mark.turn": _mark,
    "mark.range": _mark_range,
    "mark.act": _act_on_marked,
    "mark.clear": lambda screen: screen.editor.marks.clear(),
    "crop.rename": _rename,
    "crop.move": _move_to_sheet,
    "crops.filter": _filter,
    "view.image": _full_image,
    "view.closer": _closer,
    "view.back": _back,
    "focus.leave": _leave,
}
"""What needs the screen."""
