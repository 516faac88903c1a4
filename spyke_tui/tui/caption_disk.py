"""Caption files that somebody else changed, as the Captions pane knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.kohya.captions_on_disk import CaptionWatch, ChangedCaption, write_captions

if TYPE_CHECKING:
    from spyke_tui.model.project import Project
    from spyke_tui.tui.session import Session


class DiskCaptions:
    """What was found at the last look, but for what the user wants left."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._watch = CaptionWatch(session.file.folder)
        self._found: tuple[ChangedCaption, ...] = ()
        self._left: set[ChangedCaption] = set()

    @property
    def found(self) -> tuple[ChangedCaption, ...]:
        return tuple(changed for changed in self._found if changed not in self._left)

    def of(self, crop_id: str) -> ChangedCaption | None:
        """What the user should decide on for this crop: its own caption first, then its twin's."""
        return next((changed for changed in self.found if changed.crop_id == crop_id), None)

    def look(self) -> tuple[ChangedCaption, ...]:
        """Look at the files. For a thread."""
        try:
            return self._watch.look(self._session.project)
        except (OSError, ValueError):
            return ()

    def take(self, found: tuple[ChangedCaption, ...]) -> bool:
        """Whether this is news."""
        before, self._found = self._found, found
        return before != found

    def leave(self, changed: ChangedCaption) -> None:
        """Don't ask about this text again while the app runs."""
        self._left.add(changed)

    def write(self, changed: ChangedCaption, project: Project) -> None:
        """Write what `project` says over the file. For a thread; raises `SpykeError`."""
        write_captions(project, self._session.file.folder, {changed.name})
