"""Changing the text of a crops.toml so that only what differs between two projects changes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

import tomlkit
import tomlkit.exceptions
import tomlkit.items

from spyke_tui.errors import WriteError
from spyke_tui.model.project import Crop, Project, Sheet
from spyke_tui.model.reading import read_project
from spyke_tui.model.settings_edit import SECTIONS, Section, SettingChange, changes_between
from spyke_tui.model.table import FieldError
from spyke_tui.store.crops_document import CantEditError, edit_document
from spyke_tui.store.crops_values import update_fields, update_settings
from spyke_tui.store.toml_blocks import Block, lines_of, split_blocks


def edited_text(text: str, old: Project, new: Project, removed: dict[str, str]) -> str:
    """`text`, which says `old`, changed to say `new`. Untouched tables stay byte for byte.

    `removed` keeps the text of deleted crops by id, so that an undo brings back their comments
    and unknown keys; it is read and updated. Raises `WriteError` where the result would not say
    `new` (nothing is lost then: the caller still has both).
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    unified = text.replace("\r\n", "\n")
    for attempt in (_edit_blocks, edit_document):
        try:
            result = attempt(unified, old, new, removed)
        except CantEditError:
            continue
        if _says(result, new):
            return result.replace("\n", newline)
    raise WriteError(
        "The change could not be brought into crops.toml.",
        "Nothing was written. Write crops as [[crops]] tables and sheets as [sheets.KEY] tables.",
    )


def _says(text: str, project: Project) -> bool:
    try:
        found = read_project(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, FieldError):
        return False
    same = (found.dataset, dict(found.sheets), found.crops) == (
        project.dataset, dict(project.sheets), project.crops,
    )  # fmt: skip
    return same and (found.reg, found.topup, found.targets) == (
        project.reg, project.topup, project.targets,
    )  # fmt: skip


# -- the usual way: only the blocks that change ---------------------------------------------


def _edit_blocks(text: str, old: Project, new: Project, removed: dict[str, str]) -> str:
    """Edit a file whose crops are [[crops]] and whose sheets are [sheets.KEY] blocks."""
    pieces = [_Piece([block]) for block in split_blocks(text)]
    pieces = _join_subtables(pieces)
    crops = [piece for piece in pieces if piece.path == ("crops",)]
    if len(crops) != len(old.crops) or any(not piece.blocks[0].is_array for piece in crops):
        raise CantEditError
    _edit_sheets(pieces, old, new, removed)
    _edit_crops(pieces, crops, old, new, removed)
    for kind in SECTIONS:
        changes = [one for one in changes_between(old, new) if one.kind == kind]
        if changes:
            _edit_settings(pieces, kind, changes)
    return "".join(piece.text for piece in pieces)


class _Piece:
    """A block with the subtables that belong to it ([crops.rect] after [[crops]])."""

    def __init__(self, blocks: list[Block]) -> None:
        self.blocks = blocks
        self._text: str | None = None

    @property
    def path(self) -> tuple[str, ...]:
        return self.blocks[0].path

    @property
    def text(self) -> str:
        return "".join(b.text for b in self.blocks) if self._text is None else self._text

    @text.setter
    def text(self, value: str) -> None:
        self._text = value

    def cut(self) -> tuple[str, str]:
        """Its own text, and the comments and blank lines behind it."""
        own, tail = self.blocks[-1].split_tail()
        return "".join(b.text for b in self.blocks[:-1]) + own, tail


def _join_subtables(pieces: list[_Piece]) -> list[_Piece]:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and piece.path[:1] == ("crops",) and len(piece.path) > 1:
            if joined[-1].path != ("crops",):
                raise CantEditError
            joined[-1].blocks.extend(piece.blocks)
        else:
            joined.append(piece)
    return joined


def _edit_piece(piece: _Piece, change: Callable[[Any], None]) -> None:
    """Let `change` edit the piece's document, and keep whatever it does not touch."""
    try:
        own, tail = piece.cut()
        document = tomlkit.parse(own)
        change(document)
        own = tomlkit.dumps(document)
        piece.text = own + ("\n" if tail and not own.endswith("\n") else "") + tail
    except (tomlkit.exceptions.TOMLKitError, KeyError, TypeError, AttributeError) as error:
        raise CantEditError from error


def _edit_sheets(pieces: list[_Piece], old: Project, new: Project, removed: dict[str, str]) -> None:
    for key in {**old.sheets, **new.sheets}:
        before, after = old.sheets.get(key), new.sheets.get(key)
        if before == after:
            continue
        at = next((i for i, p in enumerate(pieces) if p.path == ("sheets", key)), None)
        if before is None and after is not None:
            text = _new_sheet_text(after, removed)
            _insert(pieces, _place_of_sheet(pieces, key, new), text, ("sheets", key))
        elif at is None:
            raise CantEditError
        elif after is None:
            removed[_removed_sheet(key)], tail = pieces[at].cut()
            above = pieces[at - 1].text
            pieces[at].text = tail.lstrip("\n") if above.endswith("\n\n") else tail
        else:

            def change(document: Any, b: Sheet | None = before, a: Sheet = after) -> None:
                update_fields(document["sheets"][a.key], b, a)

            _edit_piece(pieces[at], change)


def _removed_sheet(key: str) -> str:
    """The name of a deleted sheet's text; no crop's id has a dot."""
    return f"sheets.{key}"


def _place_of_sheet(pieces: list[_Piece], key: str, project: Project) -> int:
    """Behind the sheet that stands before it in `project`."""
    keys = list(project.sheets)
    before = set(keys[: keys.index(key)])
    at = [i for i, piece in enumerate(pieces) if piece.path[:1] == ("sheets",)]
    here = [i for i in at if len(pieces[i].path) > 1 and pieces[i].path[1] in before]
    if at and not here:
        return at[0]
    return here[-1] + 1 if here else _place_of_new_sheet(pieces)


def _edit_crops(
    pieces: list[_Piece],
    crops: list[_Piece],
    old: Project,
    new: Project,
    removed: dict[str, str],
) -> None:
    matcher = SequenceMatcher(
        None, [c.id for c in old.crops], [c.id for c in new.crops], autojunk=False
    )
    style = crops[0].text if crops else ""
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag in ("equal", "replace"):
            common = min(i2 - i1, j2 - j1)
            for i, j in zip(range(i1, i1 + common), range(j1, j1 + common), strict=True):
                _change_crop(crops[i], old.crops[i], new.crops[j])
            i1, j1 = i1 + common, j1 + common
        for i in range(i1, i2):
            own, tail = crops[i].cut()
            removed[old.crops[i].id] = own
            before = pieces[pieces.index(crops[i]) - 1].text
            crops[i].text = tail.lstrip("\n") if before.endswith("\n\n") else tail
        if j1 < j2:
            at = pieces.index(crops[i1 - 1]) + 1 if i1 else _place_of_first_crop(pieces, crops)
            added = [_new_crop_text(new.crops[j], style, removed) for j in range(j1, j2)]
            _insert(pieces, at, "\n".join(added), ("crops",))


def _change_crop(piece: _Piece, before: Crop, after: Crop) -> None:
    if before != after:
        _edit_piece(piece, lambda document: update_fields(document["crops"][0], before, after))


def _edit_settings(pieces: list[_Piece], kind: Section, changes: list[SettingChange]) -> None:
    """A settings table; a new one goes to the end, but [targets] behind [dataset], [topup] behind
    [reg]."""
    if any(len(piece.path) > 1 and piece.path[0] == kind for piece in pieces):
        raise CantEditError  # [reg.rerolls] as a table of its own
    at = next((i for i, piece in enumerate(pieces) if piece.path == (kind,)), None)
    if at is None:
        table = tomlkit.table()
        update_settings(table, changes)
        above = {"targets": "dataset", "topup": "reg"}.get(kind, "")
        after = next((i for i, piece in enumerate(pieces) if piece.path == (above,)), None)
        place = len(pieces) if after is None else after + 1
        _insert(pieces, place, f"[{kind}]\n{tomlkit.dumps(table)}", (kind,))
        return
    columns = {len(key) for key in re.findall(r"^(\w+ +)=", pieces[at].text, re.MULTILINE)}
    width = columns.pop() - 1 if len(columns) == 1 else 0
    _edit_piece(pieces[at], lambda document: update_settings(document[kind], changes))
    added = {one.key.partition(".")[0] for one in changes if one.before is None}
    pieces[at].text = re.sub(
        r"^(\w+) =(?= )",
        lambda m: f"{m[1]:<{width}} =" if m[1] in added else m[0],
        pieces[at].text,
        flags=re.MULTILINE,
    )


def _place_of_first_crop(pieces: list[_Piece], crops: list[_Piece]) -> int:
    """Before the first crop; where there is none after the sheets, else at the end."""
    if crops:
        return pieces.index(crops[0])
    return _place_of_new_sheet(pieces)


def _place_of_new_sheet(pieces: list[_Piece]) -> int:
    at = [i for i, piece in enumerate(pieces) if piece.path[:1] == ("sheets",)]
    if at:
        return at[-1] + 1
    tables = [i for i, piece in enumerate(pieces) if piece.path[:1] in (("dataset",), ("targets",))]
    return tables[-1] + 1 if tables else len(pieces)


def _insert(pieces: list[_Piece], at: int, text: str, path: tuple[str, ...]) -> None:
    """Put new tables between two pieces, a blank line on either side.

    The comments at the end of the piece before belong to the one behind: they follow the new text.
    """
    before = pieces[at - 1]
    if before._text is None:
        own, tail = before.cut()
    else:
        own, tail = _cut_text(before.text)
    if own and not own.endswith("\n"):
        own += "\n"
    before.text = own
    gap = "\n" if own.strip() else ""
    rest = tail.lstrip("\n")
    has_more = bool(rest) or any(piece.text.strip() for piece in pieces[at:])
    piece = _Piece([Block(path, False, [], 0)])
    piece.text = gap + text + ("\n" if has_more else "") + rest
    pieces.insert(at, piece)


def _cut_text(text: str) -> tuple[str, str]:
    lines = lines_of(text)
    return Block((), False, lines, 1).split_tail() if lines else ("", "")


def _new_sheet_text(sheet: Sheet, removed: dict[str, str]) -> str:
    """A new sheet's table; the old text again, where a sheet of this key was deleted before."""
    kept = removed.pop(_removed_sheet(sheet.key), None)
    if kept is not None:
        before = read_project(
            {"dataset": {"character": "x", "trigger": "x"}, **tomllib.loads(kept)}
        ).sheets[sheet.key]
        piece = _Piece([Block(("sheets", sheet.key), False, lines_of(kept), 1)])
        if before != sheet:
            _edit_piece(
                piece, lambda document: update_fields(document["sheets"][sheet.key], before, sheet)
            )
        return piece.text
    table = tomlkit.table()
    update_fields(table, None, sheet)
    return f"[sheets.{sheet.key}]\n{tomlkit.dumps(table)}"


def _new_crop_text(crop: Crop, style: str, removed: dict[str, str]) -> str:
    """A new [[crops]] table; the old text again, where a crop of this id was deleted before."""
    kept = removed.pop(crop.id, None)
    if kept is not None:
        piece = _Piece([Block(("crops",), True, lines_of(kept), 1)])
        before = read_project(
            {"dataset": {"character": "x", "trigger": "x"}, **tomllib.loads(kept)}
        ).crops[0]
        _change_crop(piece, before, crop)
        return piece.text
    table = tomlkit.table()
    update_fields(table, None, crop)
    return "[[crops]]\n" + _aligned(tomlkit.dumps(table), style)


def _aligned(body: str, style: str) -> str:
    """`body` with its equals signs in the column that the file's first crop uses."""
    match = re.search(r"^id( +)=", style, re.MULTILINE)
    width = len("id") + len(match[1]) - 1 if match else 0
    return re.sub(r"^(\w+) =", lambda m: f"{m[1]:<{width}} =", body, flags=re.MULTILINE)
