"""Rejected images: crops.toml says how often each was rejected, and a run follows it."""

from __future__ import annotations

from collections.abc import Mapping

from spyke_tui.comfy.shelf import Shelf


class Rerolls:
    """How often each image was rejected, as crops.toml has it now."""

    def __init__(self, rerolls: Mapping[int, int]) -> None:
        self._wanted = dict(rerolls)
        self.pending = False
        """Whether crops.toml was read anew and not all of it was followed yet."""

    def of(self, index: int) -> int:
        return self._wanted.get(index, 0)

    def read(self, rerolls: Mapping[int, int]) -> bool:
        """Take over what crops.toml says; whether anything is new."""
        changed = {i: n for i, n in self._wanted.items() if n} != {
            i: n for i, n in rerolls.items() if n
        }
        self._wanted = dict(rerolls)
        self.pending = self.pending or changed
        return changed

    def apply(self, index: int, shelf: Shelf) -> bool:
        """Bring the image to its reroll: its picture goes to rejected/, or comes back from there.

        Whether anything changed. Raises `WriteError`.
        """
        wanted = self.of(index)
        fold = shelf.diary.fold
        made = fold.made.get(index)
        now = made.reroll if made is not None and made.placed else fold.rerolls.get(index, 0)
        if wanted == now:
            return False
        if not shelf.take_down(index, wanted):
            shelf.diary.say(
                f"Image {index} was changed since it was made; it stays although it is rejected.",
                "warning",
            )
            fold.rerolls[index] = wanted
            return False
        if shelf.bring_back(index, wanted):
            shelf.diary.say(f"Image {index} is back.")
        else:
            shelf.diary.say(f"Image {index} is rejected; another one takes its place.")
        return True
