"""Caption files that somebody else changed, as the Captions pane knows them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from spyke_tui.kohya.captions_on_disk import CaptionWatch, ChangedCaption, write_captions
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.model.project import Project
    from spyke_tui.tui.spyke_app import SpykeApp


class DiskCaptions:
    """What was found at the last look, but for what the user wants left."""

    def __init__(self, app: SpykeApp) -> None:
        self._app = app
        self._watch = CaptionWatch(app.session.file.folder)
        self._found: tuple[ChangedCaption, ...] = ()
        self._left: set[ChangedCaption] = set()
        self._known: set[ChangedCaption] | None = None
        """What the user has been told of, or what was so already when the app was opened."""
        self._is_looking = False

    @property
    def found(self) -> tuple[ChangedCaption, ...]:
        return tuple(changed for changed in self._found if changed not in self._left)

    def of(self, crop_id: str) -> ChangedCaption | None:
        """What the user should decide on for this crop: its own caption first, then its twin's."""
        return next((changed for changed in self.found if changed.crop_id == crop_id), None)

    async def look(self) -> bool:
        """Look at the files in a thread; the screen is drawn where there are news. Whether there
        were: what is still so at the next look is told."""
        if self._is_looking:
            return True
        self._is_looking = True
        try:
            found = await asyncio.to_thread(self._watch.look, self._app.session.project)
        except (OSError, ValueError):
            found = ()
        finally:
            self._is_looking = False
        return self._looked(found)

    def look_now(self) -> None:
        """The same, for who has no time to wait."""
        start(self._app, self.look, "caption files")

    def _looked(self, found: tuple[ChangedCaption, ...]) -> bool:
        before, self._found = self._found, found
        if self._known is None:
            self._known = set(found)
        if before != found:
            self._app.draw()
        elif not self._app.offers_captions:  # seen twice: nothing that is just being written
            self._tell([changed for changed in self.found if changed not in self._known])
        if self._app.offers_captions:
            self._known.update(found)
        return before != found

    def _tell(self, news: list[ChangedCaption]) -> None:
        """Say it where the Captions pane is not in front, once for each text."""
        if not news or self._known is None:
            return
        self._known.update(news)
        more = f" and {len(news) - 1} more" if len(news) > 1 else ""
        self._app.notify(
            f"{news[0].name}{more} changed by another program: F4 shows what can be done."
        )

    def leave(self, changed: ChangedCaption) -> None:
        """Don't ask about this text again while the app runs."""
        self._left.add(changed)

    def write(self, names: Collection[str], project: Project) -> None:
        """Write what `project` says over these files. For a thread; raises `SpykeError`."""
        write_captions(project, self._app.session.file.folder, names)


def words_of(changed: ChangedCaption) -> str:
    """What happened to a caption file, and what can be done about it."""
    who = "was changed" if changed.written_by_us else "was not written by spyke-tui"
    return (
        f"{changed.name} {who}: F7 or a adopts it, F8 or W writes over it, F9 or k leaves it. "
        f"It says: {plain(changed.text) or '(nothing)'}"
    )
