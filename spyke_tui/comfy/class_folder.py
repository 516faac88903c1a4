"""A class that was renamed since the last run: its folder of pictures moves with it."""

from __future__ import annotations

import os

from spyke_tui.comfy.diary import Diary
from spyke_tui.errors import WriteError
from spyke_tui.store.lock import exclusive


def follow_class(diary: Diary) -> None:
    """Bring our pictures along from the folder that the last run wrote to.

    A build does the same; whoever comes first. A picture whose new place is taken stays where it
    is. Raises `WriteError`, `ProjectLockedError`.
    """
    files, former = diary.files, diary.former_folder
    if files.kind != "reg" or not former or former == files.images.name:
        return
    if "/" in former or former in (".", ".."):
        return
    old = files.images.parent / former
    if not old.is_dir():
        return
    with exclusive(files.layout.own / "lock", f"spyke-tui {files.kind}"):
        try:
            if not os.path.lexists(files.images):
                old.rename(files.images)
                return
            for name in diary.fold.names():
                source, target = old / name, files.images / name
                if source.is_file() and not os.path.lexists(target):
                    source.rename(target)
            if not any(os.scandir(old)):
                old.rmdir()
        except OSError as error:
            raise WriteError(
                f"{old} could not be moved to {files.images}: {error.strerror or error}.",
                "Move it by hand, then start again.",
            ) from error
    diary.say(f"The class was renamed: {former} is {files.images.name} now.")
