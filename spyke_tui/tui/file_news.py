"""crops.toml or a caption changed: whoever looks at them is woken, however seldom he looks else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Literal

from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.store.folder_watch import FolderWatch

What = Literal["project", "captions"]
CAPTION_SUFFIX = ".txt"


class FileNews:
    """What may have changed since it was asked last. `path`: of crops.toml."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._folder, self._name = str(path.absolute().parent), path.name
        self._train = ""
        self._changed: set[What] = set()
        self._news = asyncio.Event()
        self._watch = FolderWatch(self._told, self._is_ours)

    async def follow(self, project: Project) -> None:
        """Watch the folders of this project: again and again, they may have come or moved."""
        train = Layout.of(project.dataset, Path(self._folder)).train
        self._train = train.name
        await asyncio.to_thread(self._watch.follow, (Path(self._folder), train))

    def end(self) -> None:
        self._watch.end()

    async def before(self, due: float) -> set[What]:
        """What changed, as soon as something does; nothing where `due` (monotonic) comes first."""
        left = due - monotonic()
        if left <= 0:
            return set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), left)
        self._news.clear()
        changed, self._changed = self._changed, set()
        return changed

    def again(self, what: What, seconds: float) -> None:
        """Say in so many seconds that this has changed."""
        self._loop.call_later(seconds, self._add, {what})

    def _is_ours(self, path: str) -> bool:
        # By name: macOS tells real paths, whatever links lead there.
        folder, name = os.path.split(path)
        if os.path.basename(folder) == self._train:
            return name.endswith(CAPTION_SUFFIX)
        return name == self._name

    def _told(self, paths: Collection[str]) -> None:
        """In a thread."""
        names: set[What] = {
            "captions" if path.endswith(CAPTION_SUFFIX) else "project" for path in paths
        }
        with suppress(RuntimeError):  # the app is at its end
            self._loop.call_soon_threadsafe(self._add, names)

    def _add(self, names: set[What]) -> None:
        self._changed |= names
        self._news.set()
