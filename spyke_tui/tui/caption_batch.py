"""One change to many captions, and to many caption files that somebody else changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spyke_tui.tui.caption_file_commands import write_files

if TYPE_CHECKING:
    from spyke_tui.model.batch import BatchEdit
    from spyke_tui.tui.screens.captions import CaptionsScreen


def change_many(screen: CaptionsScreen) -> None:
    """One change to all that are marked, else to all that are listed."""
    from spyke_tui.model.adopting import adopt_many, write_over_many
    from spyke_tui.tui.caption_choices import caption_choices
    from spyke_tui.tui.marked_choices import Choice
    from spyke_tui.tui.screens.marked import MarkedScreen

    ids, what = screen.captions.meant
    if not ids:
        screen.say("There is no crop to change.")
        return

    project = screen.session.project
    found = [changed for changed in screen.disk.found if changed.crop_id in ids]

    def done(edit: BatchEdit | None) -> None:
        if edit is None:
            return
        # What was changed once more since the menu was opened is not what was meant.
        still = [one.name for one in found if one in screen.disk.found]
        if edit is over:
            write_files(screen, still, f"{edit.label}: done.")
            return
        with screen.spyke.telling():
            screen.captions.apply(edit)
        screen.edited()
        words = f"{edit.label}: {len(edit.changes)} captions. u takes it back."
        if edit is adopted:
            adopts = {one.name for one in found if one.text}
            write_files(screen, [name for name in still if name in adopts], words)
        screen.say(words)

    told = [(one.crop_id, one.mirror, one.text) for one in found]
    adopted, over = adopt_many(project, told), write_over_many(project, told)
    choices = caption_choices(project, ids)
    choices[:0] = [Choice(one.label, _made(one)) for one in (adopted, over) if found]
    title = f"Change {len(ids)} crop{'' if len(ids) == 1 else 's'} {what}"
    screen.app.push_screen(MarkedScreen(title, choices), done)


def _made(edit: BatchEdit) -> Callable[[str], BatchEdit]:
    """An edit that nothing is typed for."""
    return lambda _: edit
