"""Where finished pictures go: each whole, once, and never over a file that is not ours.

Before a picture is put in its place the journal says so, with its digest; after it, that it is
there. A kill between the two leaves a file that is known by its digest.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from spyke_tui.comfy.diary import Diary
from spyke_tui.comfy.job import Job
from spyke_tui.errors import WriteError
from spyke_tui.model.geometry import Size
from spyke_tui.model.run_fold import Made
from spyke_tui.processing.generated import GeneratedError, Verified, verify
from spyke_tui.store.files import Stamp, free_name, sha256_of, sha256_of_bytes, write_whole
from spyke_tui.store.temporary import remove_leftovers

CHANGED = "changed since it was made; it stays as it is"
NOT_OURS = "not made by a run; it stays as it is"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a picture. `kind` is ``placed``, or why it is not used."""

    kind: Literal["placed", "broken", "size", "black", "one-colour", "same", "taken"]
    why: str = ""


class Shelf:
    """The folder of one run's pictures. `size` is what they must have, in pixels."""

    def __init__(self, diary: Diary, total: int, size: Size) -> None:
        self.diary = diary
        self.files = diary.files
        self.total = total
        self.size = size
        self._pixels: dict[str, int] = {}
        """The image that has these pixels, by their digest."""
        self._names: dict[str, int] = {}
        # Verifying is mostly decoding, which lets other threads run; more than two only compete.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="shelf")

    def close(self) -> None:
        self._threads.shutdown()

    # What is there already

    def survey(self) -> None:
        """Compare the journal with the folder, as a start does. Raises `WriteError`."""
        remove_leftovers(self.files.images)
        remove_leftovers(self.files.folder)
        self._finish_rejecting()
        for made in list(self.diary.fold.made.values()):
            self._look_at(made)
        known = self.diary.fold.names()
        for index in range(1, self.total + 1):
            path = self.files.image(index, self.total)
            if path.name not in known and os.path.lexists(path):
                self.diary.write("there", i=index, why=NOT_OURS)
        self._pixels = {m.pixels: m.index for m in self._placed() if m.pixels}
        self._names = {m.name: m.index for m in self._placed()}

    def _finish_rejecting(self) -> None:
        """Move what a kill left in its place although the journal has it rejected."""
        for kept in self.diary.fold.rejected.values():
            target = self.files.rejected / kept.name
            known = self.diary.fold.made.get(kept.index)
            path = self._path_for(kept.index)
            stamp = Stamp.of(path)
            left = known is None and stamp is not None and stamp.size == kept.size
            if left and not target.exists() and _digest(path) == kept.sha256:
                _move(path, target)

    def _placed(self) -> list[Made]:
        return [made for made in self.diary.fold.made.values() if made.placed]

    def _look_at(self, made: Made) -> None:
        path = self.files.images / made.name
        stamp = Stamp.of(path)
        if stamp is None and not os.path.lexists(path):
            if made.placed:
                self.diary.say(f"{made.name} is gone; it is made again.")
                self.diary.write("gone", i=made.index)
            return
        now = (stamp.size, stamp.mtime_ns) if stamp is not None else None
        if made.placed and now == (made.size, made.mtime_ns):
            return
        if stamp is not None and stamp.size == made.size and _digest(path) == made.sha256:
            self.diary.done(made.index, stamp.mtime_ns)
        elif not made.placed:
            self.diary.write("there", i=made.index, why=NOT_OURS)
        elif _is_picture(path):
            self.diary.write("there", i=made.index, why=CHANGED)
        else:
            self._put_aside(path)
            self.diary.say(f"{made.name} was damaged; it is in aside/ and made again.", "warning")
            self.diary.write("gone", i=made.index)

    def _put_aside(self, path: Path) -> None:
        aside = self.files.layout.aside
        try:
            aside.mkdir(parents=True, exist_ok=True)
            path.rename(free_name(aside / path.name))
        except OSError as error:
            raise WriteError(
                f"{path} could not be put aside: {error.strerror or error}.",
                "Move it out of its folder by hand, then start again.",
            ) from error

    def has(self, index: int) -> bool:
        """Whether image `index` is there, be it ours or somebody else's."""
        made = self.diary.fold.made.get(index)
        return index in self.diary.fold.foreign or (made is not None and made.placed)

    # Putting one in its place

    async def put(self, job: Job, data: bytes, server: str, seconds: float) -> Outcome:
        """Verify the bytes of a picture and put it in its place. Raises `WriteError`."""
        if self.has(job.index):  # two servers drew it, one having been thought dead
            return Outcome("taken", "It is there already.")
        loop = asyncio.get_running_loop()
        try:
            verified = await loop.run_in_executor(self._threads, verify, data, self.size)
        except GeneratedError as error:
            return Outcome(error.kind, error.message)
        twin = self._pixels.get(verified.pixels)
        if twin == job.index:
            return Outcome("taken", "It is there already.")
        if twin is not None:
            return Outcome("same", f"It is the same picture as image {twin}.")
        self._pixels[verified.pixels] = job.index
        try:
            outcome = await loop.run_in_executor(
                self._threads, self._place, job, verified, server, seconds
            )
        except BaseException:
            self._forget(job.index)
            raise
        if outcome.kind != "placed":
            self._forget(job.index)
        return outcome

    def _forget(self, index: int) -> None:
        self._pixels = {digest: i for digest, i in self._pixels.items() if i != index}

    def _place(self, job: Job, verified: Verified, server: str, seconds: float) -> Outcome:
        path = self._path_for(job.index)
        if os.path.lexists(path):
            with suppress(WriteError):
                self.diary.write("there", i=job.index, why=NOT_OURS)
            return Outcome("taken", f"{path.name} is there and was {NOT_OURS}.")
        made = Made(
            index=job.index,
            name=path.name,
            sha256=sha256_of_bytes(verified.png),
            size=len(verified.png),
            pixels=verified.pixels,
            reroll=job.reroll,
            attempt=job.attempt,
            seed=job.seed,
            settings=job.settings,
            seconds=seconds,
            server=server,
            practice=verified.is_practice,
        )
        self.diary.about(made)
        stamp = write_whole(path, verified.png, durable=True)
        self.diary.done(made.index, stamp.mtime_ns)
        self._names[path.name] = made.index
        return Outcome("placed")

    def _path_for(self, index: int) -> Path:
        """The image's own name from before, so that a larger count renames nothing."""
        former = self.diary.fold.made.get(index)
        if former is not None and not former.placed:
            return self.files.images / former.name
        return self.files.image(index, self.total)

    # Taking one away

    def take_down(self, index: int, reroll: int) -> bool:
        """Keep the image's picture in rejected/, and its place free for `reroll`.

        False where the picture is not as we left it: it stays. Raises `WriteError`.
        """
        made = self.diary.fold.made.get(index)
        if made is None or not made.placed:
            self.diary.write("reject", i=index, r=reroll, kept="")
            return True
        if index in self.diary.fold.foreign:
            return False
        path = self.files.images / made.name
        # By its digest, so that no rejected picture takes the place of another.
        name = f"{path.stem}-r{made.reroll}-{made.sha256[:8]}.png"
        # First the journal: a picture that is gone without a word would be made again.
        self.diary.write("reject", durable=True, i=index, r=reroll, kept=name)
        _move(path, self.files.rejected / name)
        self._forget(index)
        self._names.pop(made.name, None)
        return True

    def take_down_outdated(self, settings: str) -> None:
        """Keep every picture of ours that was made with other settings, or only for practice, in
        rejected/, so that it is made again.

        Raises `WriteError`.
        """
        for made in self._placed():
            stale = made.settings != settings or made.practice
            if stale and made.index not in self.diary.fold.foreign:
                self.take_down(made.index, made.reroll)

    def bring_back(self, index: int, reroll: int) -> bool:
        """Put the rejected picture of that reroll back in its place, if it is still kept."""
        kept = self.diary.fold.rejected.get((index, reroll))
        if kept is None:
            return False
        source = self.files.rejected / kept.name
        path = self._path_for(index)
        try:
            if sha256_of(source) != kept.sha256 or os.path.lexists(path):
                return False
            made = replace(kept, name=path.name, placed=False)
            self.diary.about(made)
            path.parent.mkdir(parents=True, exist_ok=True)
            source.replace(path)
            self.diary.done(index, path.stat().st_mtime_ns)
        except OSError:
            return False
        self._pixels[kept.pixels] = index
        self._names[path.name] = index
        return True


def _move(path: Path, target: Path) -> None:
    """Raises `WriteError`; a file that is gone is none the worse."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    except FileNotFoundError:
        return
    except OSError as error:
        raise WriteError(
            f"{path} could not be moved to {target.parent}: {error.strerror}.",
            "Make room or mend the permissions of that folder.",
        ) from error


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""


def _is_picture(path: Path) -> bool:
    """Whether it can be decoded: then somebody changed it on purpose."""
    from spyke_tui.errors import PictureError
    from spyke_tui.processing.loading import load_picture

    try:
        load_picture(path)
    except PictureError:
        return False
    return True
