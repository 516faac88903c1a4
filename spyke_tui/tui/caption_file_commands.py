"""What is done about caption files that somebody else changed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from spyke_tui.errors import SpykeError
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.kohya.captions_on_disk import ChangedCaption
    from spyke_tui.tui.screens.captions import CaptionsScreen


def _changed(screen: CaptionsScreen) -> ChangedCaption | None:
    """This crop's changed file; where there is none, the next one is gone to and shown first."""
    crop = screen.captions.crop
    found = screen.disk.of(crop.id) if crop is not None else None
    if found is None:
        crops, index = screen.captions.project.crops, screen.captions.index
        changed = {one.crop_id for one in screen.disk.found}
        places = [at for at, one in enumerate(crops) if one.id in changed]
        if places:
            screen.session.editor.select(min(places, key=lambda at: (at < index, at)))
            screen.draw()
        else:
            screen.say("This crop's caption is on disk as it was written, and so are all others.")
    return found


def adopt(screen: CaptionsScreen) -> None:
    found = _changed(screen)
    if found is None:
        return
    if not found.text:
        screen.say(f"{found.name} has no text to adopt.")
        return
    how = screen.captions.adopt(found.crop_id, found.mirror, found.text)
    screen.edited()
    write_files(screen, [found.name], f"{found.name} is adopted, {how}.")


def overwrite(screen: CaptionsScreen) -> None:
    found = _changed(screen)
    if found is not None:
        words = f"{found.name} is written again. It said: {found.text}"
        write_files(screen, [found.name], words)


def leave_file(screen: CaptionsScreen) -> None:
    found = _changed(screen)
    if found is not None:
        screen.disk.leave(found)
        screen.say(f"{found.name} stays as it is; check and build go on to name it.")


def write_files(screen: CaptionsScreen, names: Collection[str], words: str) -> None:
    """Write what the project says over these files; `words` tell of it."""
    project = screen.session.project

    async def work() -> None:
        # First what they are written from: an undo is a change of it then, and they follow.
        if not await screen.spyke.autosave.flush():
            return  # that is told; the files stay as they are
        try:
            await asyncio.to_thread(screen.disk.write, names, project)
        except SpykeError as error:
            _tell(screen, str(error), "error")
        else:
            _tell(screen, words, "information")

    start(screen, work, "caption file")


def _tell(screen: CaptionsScreen, words: str, severity: str) -> None:
    if severity == "error":
        screen.notify(plain(words), severity="error", markup=False)
    else:
        screen.say(plain(words))
    screen.disk.look_now()
