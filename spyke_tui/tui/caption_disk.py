"""Caption files that somebody else changed, as the Captions pane knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.kohya.captions_on_disk import CaptionWatch, ChangedCaption, write_captions
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.model.project import Project
    from spyke_tui.tui.screens.pane import PaneScreen
    from spyke_tui.tui.session import Session


class DiskCaptions:
    """What was found at the last look, but for what the user wants left."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._watch = CaptionWatch(session.file.folder)
        self._found: tuple[ChangedCaption, ...] = ()
        self._left: set[ChangedCaption] = set()
        self._is_looking = False

    @property
    def found(self) -> tuple[ChangedCaption, ...]:
        return tuple(changed for changed in self._found if changed not in self._left)

    def of(self, crop_id: str) -> ChangedCaption | None:
        """What the user should decide on for this crop: its own caption first, then its twin's."""
        return next((changed for changed in self.found if changed.crop_id == crop_id), None)

    def look(self, screen: PaneScreen) -> None:
        """Look at the files in a thread; the screen is drawn where there are news."""
        if self._is_looking:
            return
        self._is_looking = True

        def work() -> None:
            try:
                found = self._watch.look(self._session.project)
            except (OSError, ValueError):
                found = ()
            screen.app.call_from_thread(self._looked, screen, found)

        start(screen, work, "caption files", thread=True)

    def _looked(self, screen: PaneScreen, found: tuple[ChangedCaption, ...]) -> None:
        self._is_looking = False
        before, self._found = self._found, found
        if before != found and screen.is_attached:
            screen.draw()

    def leave(self, changed: ChangedCaption) -> None:
        """Don't ask about this text again while the app runs."""
        self._left.add(changed)

    def write(self, changed: ChangedCaption, project: Project) -> None:
        """Write what `project` says over the file. For a thread; raises `SpykeError`."""
        write_captions(project, self._session.file.folder, {changed.name})


def words_of(changed: ChangedCaption) -> str:
    """What happened to a caption file, and what can be done about it."""
    who = "was changed" if changed.written_by_us else "was not written by spyke-tui"
    return (
        f"{changed.name} {who}: F7 or a adopts it, F8 or W writes over it, F9 or k leaves it. "
        f"It says: {plain(changed.text) or '(nothing)'}"
    )
