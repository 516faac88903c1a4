"""Editing a crops.toml as one document: slower, but for any way of writing sheets and crops."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

import tomlkit
import tomlkit.exceptions
import tomlkit.items

from spyke_tui.model.project import Project
from spyke_tui.model.settings_edit import SECTIONS, changes_between
from spyke_tui.store.crops_values import update_fields, update_settings


class CantEditError(Exception):
    """This way of editing does not fit how the file is written."""


def edit_document(text: str, old: Project, new: Project, _removed: dict[str, str]) -> str:
    """Edit a file that writes its crops or sheets in another way (inline tables, dotted keys)."""
    try:
        document = tomlkit.parse(text)
        if dict(old.sheets) != dict(new.sheets):
            _edit_document_sheets(document, old, new)
        if old.crops != new.crops:
            _edit_document_crops(document, old, new)
        for kind in SECTIONS:
            changes = [one for one in changes_between(old, new) if one.kind == kind]
            if changes:
                update_settings(document.setdefault(kind, tomlkit.table()), changes)
        return tomlkit.dumps(document)
    except (tomlkit.exceptions.TOMLKitError, KeyError, TypeError, AttributeError) as error:
        raise CantEditError from error


def _edit_document_sheets(document: Any, old: Project, new: Project) -> None:
    sheets = document.setdefault("sheets", tomlkit.table(is_super_table=True))
    for key in [key for key in old.sheets if key not in new.sheets]:
        del sheets[key]
    for key, sheet in new.sheets.items():
        before = old.sheets.get(key)
        if before is None:
            sheets[key] = tomlkit.table()
        update_fields(sheets[key], before, sheet)


def _edit_document_crops(document: Any, old: Project, new: Project) -> None:
    if "crops" not in document:
        document["crops"] = tomlkit.aot()
    crops = document["crops"]
    matcher = SequenceMatcher(
        None, [c.id for c in old.crops], [c.id for c in new.crops], autojunk=False
    )
    for tag, i1, i2, j1, j2 in reversed(matcher.get_opcodes()):
        if tag == "equal" or (tag == "replace" and i2 - i1 == j2 - j1):
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                update_fields(crops[i], old.crops[i], new.crops[j])
            continue
        for i in reversed(range(i1, i2)):
            del crops[i]
        for j in reversed(range(j1, j2)):
            inline = not isinstance(crops, tomlkit.items.AoT)
            table = tomlkit.inline_table() if inline else tomlkit.table()
            update_fields(table, None, new.crops[j])
            crops.insert(i1, table)
