"""Rectangles inside the crop that are painted over with the background: callout text."""

from __future__ import annotations

from dataclasses import replace

from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop
from spyke_tui.terminal.scene import Kind, Outline, Scene, kind_of
from spyke_tui.tui.modes.mode import Mode
from spyke_tui.tui.screens.crops import CropsScreen


class Erasing(Mode):
    """The keys move an erased rectangle inside the crop as they else move the crop."""

    drags = True

    def __init__(self, screen: CropsScreen) -> None:
        super().__init__(screen)
        editor = self.editor
        assert editor.crop is not None
        self._index, self._id = editor.index, editor.crop.id
        if editor.crop.erase:
            editor.erase_at = 0
        else:
            editor.add_erased(first_erased(editor.crop))

    def holds(self) -> bool:
        editor, crop = self.editor, self.editor.crop
        return (
            super().holds()
            and crop is not None
            and (editor.index, crop.id) == (self._index, self._id)
            and 0 <= editor.erase_at < len(crop.erase)
        )

    def do(self, action: str) -> bool:
        editor, crop = self.editor, self.editor.crop
        assert crop is not None
        match action:
            case "erase.begin" if editor.erase_at + 1 < len(crop.erase):
                editor.erase_at += 1
                editor.history.end_burst()
            case "erase.begin" | "focus.leave" | "crop.keep":
                self.screen.end_mode()
            case "crop.new":
                editor.add_erased(first_erased(crop))
            case "crop.duplicate" | "crop.repeat":
                last = crop.erase[editor.erase_at]
                editor.add_erased(last.translated(0, last.height))
            case "crop.delete":
                editor.delete_erased()
            case "crop.reject":
                words = "X takes this rectangle out; Esc goes back to the crop."
                self.screen.notify(words, markup=False, timeout=2)
            case _:
                return False
        return True

    def point(self, x: int, y: int) -> bool:
        """A click chooses the erased rectangle under it; nothing else while there is the crop."""
        crop = self.editor.crop
        assert crop is not None
        for at, rect in enumerate(crop.erase):
            if rect.left <= x < rect.right and rect.top <= y < rect.bottom:
                self.editor.erase_at = at
                return True
        return crop.rect.left <= x < crop.rect.right and crop.rect.top <= y < crop.rect.bottom

    def scene(self, scene: Scene) -> Scene:
        crop, active = self.editor.crop, scene.active
        target = self.editor.target
        if crop is None or active is None or target is None:
            return scene
        others = (*scene.others, replace(active, kind=kind_of(crop)))
        label = f"#{self.editor.erase_at + 1}"
        return replace(scene, active=Outline(target, Kind.ACTIVE, label), others=others)

    @property
    def title(self) -> str:
        crop = self.editor.crop
        assert crop is not None
        number = f"Erase {self.editor.erase_at + 1} of {len(crop.erase)}"
        after = "E next" if self.editor.erase_at + 1 < len(crop.erase) else "E done"
        return f"{number}: arrows, i one more, X delete, {after}"

    @property
    def status(self) -> str:
        crop = self.editor.crop
        return f"erase {self.editor.erase_at + 1}/{len(crop.erase) if crop is not None else 0}"

    def ended(self) -> None:
        self.editor.erase_at = -1
        self.editor.history.end_burst()


def first_erased(crop: Crop) -> Rect:
    """A strip in the middle of the crop, as a line of text is: 3% of it."""
    rect = crop.rect
    width, height = max(1, round(rect.width * 0.3)), max(1, round(rect.height * 0.1))
    left = rect.left + (rect.width - width) // 2
    return Rect(left, rect.top + (rect.height - height) // 2, width, height)
