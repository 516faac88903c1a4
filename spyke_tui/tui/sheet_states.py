"""What has become of the sheets' files: looked at in a thread, told in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spyke_tui.kohya.sheets import SheetState, inspect_sheet, sheet_path
from spyke_tui.model.project import Project, Sheet
from spyke_tui.store.files import Stamp
from spyke_tui.terminal.cells import plain


@dataclass(frozen=True, slots=True)
class Looked:
    """A sheet's file as it was found."""

    sheet: Sheet
    stamp: Stamp | None
    state: SheetState

    @property
    def file(self) -> tuple[Path, Stamp | None]:
        """The file as it was: another stamp is another picture."""
        return self.state.path, self.stamp

    @property
    def code(self) -> str:
        """The code of what is wrong; empty where all is well."""
        return self.state.problem.code if self.state.problem else ""


def look_at(sheet: Sheet, folder: Path, before: Looked | None) -> Looked:
    """Look at a sheet's file, in any thread; one that did not change is not read again."""
    stamp = Stamp.of(sheet_path(sheet, folder))
    if before is not None and before.sheet == sheet and before.stamp == stamp:
        return before
    return Looked(sheet, stamp, inspect_sheet(sheet, folder))


def word_of(sheet: Sheet, looked: Looked | None) -> str:
    """In a word or two; the sign comes first, so that it is seen without colour."""
    if looked is None:
        return "..."
    if looked.code == "sheet-missing":
        return "! missing"
    if looked.code == "sheet-size-changed":
        return f"! changed, was {sheet.size}"
    return "! unreadable" if looked.code else "ok"


def advice(key: str, project: Project, looked: Looked | None, keys: dict[str, str]) -> list[str]:
    """What is wrong with a sheet and what to do; `keys`: the key of each action, in words."""
    sheet = project.sheets.get(key)
    if sheet is None:
        return [
            f"Crops name a sheet {key}, but crops.toml has no [sheets.{key}].",
            f"Add its picture ({keys['sheet.add']}), or remove these crops "
            f"({keys['sheet.remove']}).",
        ]
    if looked is None or looked.state.problem is None:
        return _excluded(sheet, project)
    message = plain(looked.state.problem.message)
    if looked.code == "sheet-missing":
        return [
            message,
            f"{keys['sheet.relocate']} looks for it in a folder; or put it back: it is noticed.",
        ]
    if looked.code == "sheet-size-changed":
        return [
            message,
            f"Bring the old picture back, or look at its crops (Enter); "
            f"{keys['sheet.accept-size']} accepts {looked.state.size}.",
        ]
    return [message, plain(looked.state.problem.fix)]


def _excluded(sheet: Sheet, project: Project) -> list[str]:
    kept = sum(crop.status == "keep" for crop in project.crops_of(sheet.key))
    if sheet.use == "exclude" and kept:
        return [
            f"It is excluded, but {_crops(kept)} of it {'is' if kept == 1 else 'are'} kept.",
            "Reject them in the Crops pane, or use the sheet.",
        ]
    return []


def _crops(count: int) -> str:
    return "1 crop" if count == 1 else f"{count} crops"
