"""The first sheet of a build is decoded while the rest of the program is still being loaded.

Decoding leaves the interpreter free, and with two cores it costs no time where it happens beside
the imports, the reading of the manifest and the captions.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.kohya.sheets import sheet_path
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.files import Stamp

if TYPE_CHECKING:
    from spyke_tui.processing.picture import Picture


class DecodingAhead:
    """One picture, decoded in a thread of its own from now on; `path` says which.

    It is a guess: where the build turns out not to need it, `forget` it. `stamp` is the file's
    from before it was opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stamp = Stamp.of(path)
        self._outcome: Picture | Exception | None = None
        self._thread = threading.Thread(target=self._decode, name="decoding-ahead", daemon=True)
        self._thread.start()

    def _decode(self) -> None:
        from spyke_tui.processing.loading import load_picture

        try:
            self._outcome = load_picture(self.path)
        except Exception as error:  # it is the asker's, who comes later
            self._outcome = error

    def loading(self, load: Callable[[Path], Picture]) -> Callable[[Path], Picture]:
        """`load`, but for this picture, which is waited for and handed over, once."""

        def load_or_take(path: Path) -> Picture:
            if path != self.path:
                return load(path)
            self._thread.join()
            outcome, self._outcome = self._outcome, None
            if outcome is None:
                return load(path)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return load_or_take

    def forget(self) -> None:
        """Give the memory back."""
        self._thread.join()
        self._outcome = None


def decode_ahead(project: Project, folder: Path) -> DecodingAhead | None:
    """Begin with the largest file that has a kept crop whose picture is not there yet.

    None where every kept crop has its picture: what changed is then for the build to find out.
    `folder` is that of crops.toml.
    """
    train = Layout.of(project.dataset, folder).train
    wanted = {
        crop.sheet
        for crop in project.crops
        if crop.status == "keep" and not os.path.lexists(f"{train}/{crop.id}.png")
    }
    sizes: dict[Path, int] = {}
    for key in wanted & project.sheets.keys():
        path = sheet_path(project.sheets[key], folder)
        stamp = Stamp.of(path)
        if stamp is not None:
            sizes[path] = stamp.size
    if not sizes:
        return None
    # Loaded here and not in the thread, where it would share the interpreter with all the rest.
    import spyke_tui.processing.loading  # noqa: F401

    return DecodingAhead(max(sizes, key=lambda path: (sizes[path], path)))
