"""What each action of the Set pane does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from spyke_tui.actions import PANES
from spyke_tui.errors import SpykeError, WriteError
from spyke_tui.kohya.mending import mends_of
from spyke_tui.model.finding_places import place_of
from spyke_tui.model.history import ReadOnlyError
from spyke_tui.model.tag_filter import HELP, FilterError
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start
from spyke_tui.tui.widgets.prompt import Prompt, Question
from spyke_tui.tui.widgets.set_grid import LARGER

if TYPE_CHECKING:
    from spyke_tui.kohya.mending import Mend
    from spyke_tui.model.batch import BatchEdit
    from spyke_tui.model.findings import Finding
    from spyke_tui.model.project import Project
    from spyke_tui.tui.screens.set import SetScreen
    from spyke_tui.tui.widgets.row_list import RowList

Command = Callable[["SetScreen"], object]


def _columns(screen: SetScreen) -> int:
    return screen.grid.layout_.columns


def _page(screen: SetScreen) -> int:
    return max(1, screen.grid.layout_.tiles)


def _take(screen: SetScreen) -> None:
    """Enter on a picture; on a row of a list that takes it by itself."""
    screen.set.keep()


def _reject(screen: SetScreen) -> None:
    if words := screen.set.reject():
        screen.say(words)


def _size(by: int) -> Command:
    def run(screen: SetScreen) -> None:
        """The next size at which the pictures are really larger, or smaller."""
        grid, now = screen.grid, screen.grid.layout_.width
        for zoom in range(screen.zoom + by, 33 if by > 0 else -9, by):
            if (grid.width_at(screen.scale + zoom - screen.zoom) - now) * by > 0:
                screen.zoom = zoom
                grid.rescale()
                return

    return run


def _sort(screen: SetScreen) -> None:
    screen.set.turn_order()
    screen.say(f"The pictures stand {screen.set.order}.")


# Moving between the parts of the pane


def _part(by: int) -> Command:
    def run(screen: SetScreen) -> None:
        parts = (screen.grid, screen.meters, screen.findings)
        at = next((at for at, part in enumerate(parts) if part.has_focus), -by)
        parts[(at + by) % len(parts)].focus()

    return run


def _leave(screen: SetScreen) -> None:
    screen.grid.focus()


def take_row(screen: SetScreen, rows: RowList) -> None:
    """Enter on a target lists the crops that would help, on a finding goes there."""
    if rows is screen.meters:
        meter = screen.meters.meters[rows.at]
        if not meter.filter:
            screen.say(f"{meter.name}: {meter.words}")
            return
        screen.set.filter_by(meter.filter)
        screen.set.select(0)
        screen.grid.focus()
        screen.say(f"These would help with {meter.name}: Enter keeps one. / and Esc shows all.")
    elif screen.findings.selected is not None:
        _go(screen, screen.findings.selected)


def _go(screen: SetScreen, finding: Finding) -> None:
    """To the place of a finding, on whatever pane that is."""
    project, editor = screen.session.project, screen.session.editor
    place = place_of(finding, project)
    match place.kind:
        case "crop" | "caption":
            editor.select_id(place.ids[0])
            screen.spyke.open_pane("crops" if place.kind == "crop" else "captions")
        case "pair":
            _compare_ids(screen, place.ids)
        case "sheet":
            editor.open_sheet(place.name)
            screen.spyke.open_pane("sheets")
            screen.app.call_after_refresh(_select_sheet, screen, place.name)
        case "target":
            _select_target(screen, place.name)
        case "tag":
            screen.set.filter_by(f'tag:"{place.name}"')
            screen.spyke.open_pane("captions")
        case "reg":
            pane = next((pane for pane in PANES if pane.startswith("reg")), "")
            if pane:
                screen.spyke.open_pane(pane)
            else:
                screen.say(f"{finding.fix}")
        case _:
            path = screen.session.file.folder / place.name
            where = f"It is {path}." if path.exists() else f"It stands in {place.name}."
            screen.say(where)


def _select_sheet(screen: SetScreen, key: str) -> None:
    from spyke_tui.tui.screens.sheets import SheetsScreen

    if isinstance(screen.app.screen, SheetsScreen):
        screen.app.screen.table.select(key)


def _select_target(screen: SetScreen, name: str) -> None:
    """The target's row; of several framings the first that is not met."""
    names = {"details_shown": "details"}
    meters = screen.meters.meters
    framings = screen.session.project.targets.framing
    at = [
        at for at, meter in enumerate(meters)
        if (meter.name in framings if name == "framing" else meter.name == names.get(name, name))
    ]  # fmt: skip
    if at:
        screen.meters.select(next((one for one in at if not meters[one].ok), at[0]))
        screen.meters.focus()


# Mending


def _finding(screen: SetScreen) -> Finding | None:
    """The selected finding; on the pictures the first of this one that a key mends."""
    if screen.findings.has_focus:
        return screen.findings.selected
    crop = screen.set.crop
    found = screen.check.about(crop.id) if crop is not None else ()
    return next((one for one in found if screen.can_mend(one)), None)


def _mend(choice: int) -> Command:
    def run(screen: SetScreen) -> None:
        finding = _finding(screen)
        if finding is None:
            screen.say("Nothing here is mended by a key; Tab goes to the findings.")
            return
        project, folder = screen.session.project, screen.session.file.folder
        mends = mends_of(finding, project, folder)
        if choice >= len(mends):
            screen.say(finding.fix if not mends else "There is one way only: g.")
            return
        if holder := screen.session.history.holder:
            raise ReadOnlyError(f"Nothing is mended here: {holder} has this project open.")
        if mends[choice].build:
            screen.spyke.do("project.build")
        else:
            start(screen, partial(_begin, screen, mends[choice], project), "mend", thread=True)

    return run


def _begin(screen: SetScreen, mend: Mend, project: Project) -> None:
    """In a thread: work out the change, have it taken, then do what is to be done on the disk."""
    after, words = project, ""
    try:
        if mend.edit is not None:
            label, after = mend.edit(project)
            words = f"Done: {label}. u takes it back."
            if not screen.app.call_from_thread(_apply, screen, label, project, after):
                return
        if mend.work is not None:
            # An undo before the next save would leave the files as they are written now.
            flush: Callable[[], Any] = screen.spyke.autosave.flush
            if not screen.app.call_from_thread(flush):
                raise WriteError("crops.toml could not be saved, so nothing is written.")
            words = mend.work(after)
    except SpykeError as error:
        words = str(error)
    except (OSError, ValueError) as error:
        words = f"That could not be done: {error}"
    screen.app.call_from_thread(_mended, screen, plain(words))


def _apply(screen: SetScreen, label: str, before: Project, after: Project) -> bool:
    """Take the change, unless the project has become another one meanwhile."""
    if screen.session.project is not before:
        screen.say("The project has changed meanwhile; press the key again.")
        return False
    taken = False
    with screen.spyke.telling():
        screen.session.editor.take_edit(label, after)
        taken = True
    screen.edited(taken)
    return taken


def _mended(screen: SetScreen, words: str) -> None:
    screen.check.again()
    screen.say(words)


# Pictures


def _image(screen: SetScreen) -> None:
    item = screen.set.item
    if item is not None:
        from spyke_tui.tui.screens.compare import CompareScreen

        screen.app.push_screen(CompareScreen(screen.session, [item]), partial(_decided, screen))


def _compare(screen: SetScreen) -> None:
    pair = screen.set.pair
    if pair is None:
        screen.say("There is nothing to compare with.")
        return
    from spyke_tui.tui.screens.compare import CompareScreen

    screen.app.push_screen(CompareScreen(screen.session, list(pair)), partial(_decided, screen))


def _compare_ids(screen: SetScreen, ids: tuple[str, ...]) -> None:
    from spyke_tui.model.set_items import SetItem
    from spyke_tui.tui.screens.compare import CompareScreen

    crops = screen.session.project.crops
    items = [SetItem(next(i for i, crop in enumerate(crops) if crop.id == one)) for one in ids]
    screen.app.push_screen(CompareScreen(screen.session, items), partial(_decided, screen))


def _decided(screen: SetScreen, changed: bool | None) -> None:
    screen.edited(bool(changed))


# Many


def _filter(screen: SetScreen) -> None:
    prompt = screen.query_one(Prompt)
    asked = screen.set.filter

    def changed(text: str) -> None:
        try:
            screen.set.filter_by(text)
        except FilterError as error:
            prompt.say(str(error))
            return
        count = len(screen.set.items)
        prompt.say(f"{count} picture{'' if count == 1 else 's'}.  {HELP}")
        screen.draw()

    def take(text: str) -> None:
        screen.set.filter_by(text)
        prompt.close()
        screen.grid.focus()
        screen.draw()

    def gone() -> None:
        screen.set.filter_by("")
        screen.grid.focus()
        screen.draw()

    text = asked.text if asked is not None else ""
    prompt.ask(Question("Only crops with:", take, text, HELP, changed=changed, gone=gone))


def _act(screen: SetScreen) -> None:
    editor = screen.session.editor
    ids = screen.set.marked
    if not ids:
        screen.say("Nothing is marked: Space marks a crop, m a range.")
        return
    from spyke_tui.tui.marked_choices import choices
    from spyke_tui.tui.screens.marked import MarkedScreen

    def done(edit: BatchEdit | None) -> None:
        if edit is not None:
            with screen.spyke.telling():
                editor.take_edit(edit.label, edit.project)
            screen.edited(True)
            screen.say(f"{edit.label}: {len(edit.changes)} changed. u takes it back.")

    title = f"{len(ids)} marked: {', '.join(c.id for c in editor.project.crops if c.id in ids)}"
    screen.app.push_screen(MarkedScreen(title, choices(editor, ids)), done)


COMMANDS: dict[str, Command] = {
    "set.left": lambda screen: screen.set.go(-1),
    "set.right": lambda screen: screen.set.go(1),
    "set.up": lambda screen: screen.set.go(-_columns(screen)),
    "set.down": lambda screen: screen.set.go(_columns(screen)),
    "set.page-up": lambda screen: screen.set.go(-_page(screen)),
    "set.page-down": lambda screen: screen.set.go(_page(screen)),
    "set.first": lambda screen: screen.set.select(0),
    "set.last": lambda screen: screen.set.select(len(screen.set.items) - 1),
    "set.take": _take,
    "set.reject": _reject,
    "set.image": _image,
    "set.compare": _compare,
    "set.larger": _size(LARGER),
    "set.smaller": _size(-LARGER),
    "set.sort": _sort,
    "set.filter": _filter,
    "set.mark": lambda screen: screen.set.mark(),
    "set.mark-range": lambda screen: screen.set.mark_range(),
    "set.mark-act": _act,
    "set.mark-clear": lambda screen: screen.session.editor.marks.clear(),
    "set.part": _part(1),
    "set.part-before": _part(-1),
    "set.leave": _leave,
    "set.mend": _mend(0),
    "set.mend-other": _mend(1),
    "set.check": lambda screen: screen.check.again(),
}
