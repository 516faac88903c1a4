"""What each action of the Sheets pane does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.errors import SpykeError
from spyke_tui.model.project import USES, Use
from spyke_tui.tui.background import start
from spyke_tui.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from spyke_tui.store.new_sheets import Found
    from spyke_tui.store.sheet_search import Candidate, Search
    from spyke_tui.tui.screens.sheets import SheetsScreen

Command = Callable[["SheetsScreen"], None]


def _on_sheet(change: Callable[[SheetsScreen, str], None]) -> Command:
    """A command on the selected sheet; one that only crops name can't be changed."""

    def run(screen: SheetsScreen) -> None:
        key = screen.table.selected
        if key in screen.session.project.sheets:
            change(screen, key)
        elif key:
            screen.notify(f"crops.toml has no [sheets.{key}] to change.", markup=False)

    return run


def _use(use: Use) -> Command:
    return _on_sheet(lambda screen, key: screen.sheets.set_use(key, use))


def _open(screen: SheetsScreen) -> None:
    key, editor = screen.table.selected, screen.session.editor
    if key:
        if key != editor.sheet_key:
            editor.open_sheet(key)
        screen.spyke.open_pane("crops")


def _answered(screen: SheetsScreen) -> None:
    screen.prompt.close()
    screen.table.focus()


def _note(screen: SheetsScreen, key: str) -> None:
    def take(note: str) -> None:
        _answered(screen)
        before = screen.session.project
        if key in before.sheets:
            screen.sheets.set_note(key, note)
            screen.edited(before is not screen.session.project)

    screen.prompt.ask(
        Question(
            f"Note on {key}:", take, screen.session.project.sheets[key].note,
            "Enter takes it, Esc leaves it as it was.", gone=screen.table.focus,
        )
    )  # fmt: skip


# Order and filter


def _sort(screen: SheetsScreen) -> None:
    screen.table.turn_order()
    screen.notify(f"Sheets {screen.table.order}.", markup=False, timeout=2)


def _filter(screen: SheetsScreen) -> None:
    def changed(words: str) -> None:
        screen.table.words = words
        screen.draw()

    def gone() -> None:
        changed("")
        screen.table.focus()

    def take(words: str) -> None:
        _answered(screen)
        changed(words)

    screen.prompt.ask(
        Question(
            "Only sheets with:", take, screen.table.words,
            "Words of any column; Enter keeps the filter, Esc shows all.",
            changed=changed, gone=gone,
        )
    )  # fmt: skip


# Files


def _relocate(screen: SheetsScreen, key: str) -> None:
    folder = screen.session.file.folder

    def complete(text: str) -> list[str]:
        from spyke_tui.store.path_completion import completions

        return completions(text, folder, pictures=False)

    def take(text: str) -> None:
        from spyke_tui.store.path_completion import expanded

        place = expanded(text.strip() or ".", folder)
        screen.prompt.say(f"Looking below {place} ...")
        start(screen, partial(_search, screen, key, place), "search", thread=True)

    screen.prompt.ask(
        Question(
            f"Look for {key} below the folder:", take, "", "Empty: the project's own folder. "
            "Enter looks, Tab completes, Esc goes back.", complete, gone=screen.table.focus,
        )
    )  # fmt: skip


def _search(screen: SheetsScreen, key: str, place: Path) -> None:
    """Runs in a thread."""
    from spyke_tui.store.sheet_search import Search, search_sheet

    sheet = screen.session.project.sheets.get(key)
    if sheet is None:
        return
    if place.is_file():
        place = place.parent
    if place.is_dir():
        found = search_sheet(place, Path(sheet.file).name, sheet.size)
    else:
        found = Search((), True)
    screen.app.call_from_thread(partial(_searched, screen, key, place, found))


def _searched(screen: SheetsScreen, key: str, place: Path, found: Search) -> None:
    if not screen.prompt.display:
        return  # left meanwhile
    if not found.candidates:
        why = "There is no such folder" if not place.is_dir() else "Nothing like it is there"
        more = "" if found.whole else " as far as was looked (the folder is very large)"
        screen.prompt.say(f"{why}{more}: {place}. Name another folder.")
        return
    from spyke_tui.tui.screens.question import QuestionScreen

    folder = screen.session.file.folder
    answers = [(str(number), _told(one, folder)) for number, one in enumerate(found.candidates, 1)]
    words = f"Pictures that may be {screen.session.project.sheets[key].file}:"
    if not found.whole:
        words += " (the folder is very large; not all of it was looked at)"
    _answered(screen)

    def chosen(answer: str | None) -> None:
        if answer is not None:
            before = screen.session.project
            screen.sheets.relocate(key, found.candidates[int(answer) - 1].path)
            screen.edited(before is not screen.session.project)

    screen.app.push_screen(QuestionScreen(f"Relocate {key}", words, answers), chosen)


def _told(one: Candidate, folder: Path) -> str:
    import os

    name = "same name" if one.likeness == 1 else f"name {one.likeness:.0%} alike"
    size = f"same size {one.size}" if one.same_size else f"{one.size}"
    path = os.path.relpath(one.path, folder)
    return f"{one.path if path.startswith('../../..') else path}   {name}, {size}"


def _accept_size(screen: SheetsScreen, key: str) -> None:
    looked = screen.looked.get(key)
    if looked is not None and looked.code == "sheet-size-changed" and looked.state.size:
        screen.sheets.accept_size(key, looked.state.size)
    else:
        screen.notify("Its picture has the size that is noted.", markup=False, timeout=2)


# More and fewer


def _add(screen: SheetsScreen) -> None:
    folder = screen.session.file.folder

    def complete(text: str) -> list[str]:
        from spyke_tui.store.path_completion import completions

        return completions(text, folder)

    def take(text: str) -> None:
        if not text.strip():
            return
        from spyke_tui.store.path_completion import expanded

        place = expanded(text.strip(), folder)
        screen.prompt.say(f"Looking at {place} ...")
        start(screen, partial(_look_for_new, screen, place), "add", thread=True)

    screen.prompt.ask(
        Question(
            "Add the picture or folder:", take, "", "A path; relative ones begin at crops.toml. "
            "Enter adds, Tab completes, Esc goes back.", complete, gone=screen.table.focus,
        )
    )  # fmt: skip


def _look_for_new(screen: SheetsScreen, place: Path) -> None:
    """Runs in a thread."""
    from spyke_tui.kohya.sheets import sheet_path
    from spyke_tui.store.new_sheets import sheets_at

    folder, sheets = screen.session.file.folder, screen.session.project.sheets
    try:
        found = sheets_at(place, folder, {k: sheet_path(s, folder) for k, s in sheets.items()})
    except SpykeError as error:
        screen.app.call_from_thread(screen.prompt.say, str(error))
    else:
        screen.app.call_from_thread(partial(_found_new, screen, found))


def _found_new(screen: SheetsScreen, found: Found) -> None:
    if not screen.prompt.display:
        return
    _answered(screen)
    keys = screen.sheets.add(found.sheets)
    screen.table.words = ""
    screen.edited(True)
    screen.table.select(keys[0])
    words = f"{', '.join(keys)} added."
    if found.left_out:
        words += f" Left out: {' '.join(found.left_out[:3])}"
    from spyke_tui.terminal.cells import plain

    screen.notify(plain(words), markup=False)


def _remove(screen: SheetsScreen) -> None:
    key: str = screen.table.selected
    project = screen.session.project
    if not key:
        return
    crops = project.crops_of(key)

    def remove() -> None:
        screen.sheets.remove(key)
        screen.notify(f"{key} is removed; u brings it back.", markup=False, timeout=3)

    def answered(answer: str | None) -> None:
        if answer is not None:
            remove()
            screen.edited(True)

    if not crops:
        remove()
        return
    from spyke_tui.tui.screens.question import QuestionScreen

    kept = sum(crop.status == "keep" for crop in crops)
    words = (
        f"{len(crops)} of its crops stand in crops.toml, {kept} of them kept. Without the sheet "
        "they can't be cut, so they go with it. Its picture file is left alone."
    )
    answers = [("y", f"remove {key} and its crops (undo brings all of it back)")]
    screen.app.push_screen(QuestionScreen(f"Remove {key}?", words, answers), answered)


COMMANDS: dict[str, Command] = {
    "sheet.open": _open,
    "sheet.down": lambda screen: screen.table.action_cursor_down(),
    "sheet.up": lambda screen: screen.table.action_cursor_up(),
    "sheet.add": _add,
    "sheet.remove": _remove,
    **{f"sheet.use-{use}": _use(use) for use in USES},
    "sheet.annotated": _on_sheet(lambda screen, key: screen.sheets.turn_annotated(key)),
    "sheet.note": _on_sheet(_note),
    "sheet.relocate": _on_sheet(_relocate),
    "sheet.accept-size": _on_sheet(_accept_size),
    "sheet.sort": _sort,
    "sheet.filter": _filter,
}
