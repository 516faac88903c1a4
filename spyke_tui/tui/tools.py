"""What opens a mode, a dialog or a line of the Crops pane; each is loaded when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spyke_tui.model.batch import BatchEdit
    from spyke_tui.model.geometry import Rect
    from spyke_tui.tui.screens.crops import CropsScreen


def _suggest(screen: CropsScreen) -> None:
    from spyke_tui.tui.modes.suggesting import suggest_here

    suggest_here(screen)


def _suggest_all(screen: CropsScreen) -> None:
    from spyke_tui.tui.modes.suggesting import suggest_here

    suggest_here(screen, take_all=True)


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
    screen.app.push_screen(MarkedScreen(title, choices(editor, ids)), partial(_take_edit, screen))


def _take_edit(screen: CropsScreen, edit: BatchEdit | None) -> None:
    if edit is not None:
        screen.edit(lambda editor: editor.take_edit(edit.label, edit.project))


def _filter(screen: CropsScreen) -> None:
    from spyke_tui.tui.filtering import ask_filter

    ask_filter(screen)


def _rename(screen: CropsScreen) -> None:
    crop = screen.editor.crop
    if crop is not None:
        from spyke_tui.tui.screens.name import NameScreen

        taken = {other.id for other in screen.editor.project.crops if other is not crop}

        def typed(name: str | None) -> None:
            if name is not None:
                screen.edit(lambda editor: editor.rename(name))

        screen.app.push_screen(NameScreen(crop.id, taken), typed)


def _move_to_sheet(screen: CropsScreen) -> None:
    editor, crop = screen.editor, screen.editor.crop
    if crop is not None:
        from spyke_tui.tui.marked_choices import sheet_choices
        from spyke_tui.tui.screens.marked import MarkedScreen

        choices = sheet_choices(editor, {crop.id})
        screen.app.push_screen(
            MarkedScreen(f"Move {crop.id}", choices), partial(_take_edit, screen)
        )


def _numbers(screen: CropsScreen) -> None:
    target = screen.editor.target
    if target is None:
        return
    from spyke_tui.tui.screens.numbers import NumbersScreen

    def typed(rect: Rect | None) -> None:
        if rect is not None:
            screen.edit(lambda editor: editor.place(rect, "type"))

    screen.app.push_screen(NumbersScreen(target, screen.editor.sheet_size), typed)


TOOLS: dict[str, Callable[[CropsScreen], None]] = {
    "suggest.begin": _suggest,
    "suggest.all": _suggest_all,
    "erase.begin": _erase,
    "split.begin": _split,
    "view.image": _full_image,
    "mark.turn": _mark,
    "mark.range": _mark_range,
    "mark.act": _act_on_marked,
    "crops.filter": _filter,
    "crop.rename": _rename,
    "crop.move": _move_to_sheet,
    "crop.numbers": _numbers,
    "mark.clear": lambda screen: screen.editor.marks.clear(),
}
