"""crops.toml on disk: read, typed, and written so that comments, order and style survive."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import tomllib
from pathlib import Path

from spyke_tui.errors import ProjectFileError, WriteError
from spyke_tui.model.project import Project
from spyke_tui.model.reading import read_project
from spyke_tui.model.table import FieldError, dotted
from spyke_tui.store.files import Stamp, free_name, sha256_of_bytes, write_whole
from spyke_tui.store.regular_files import read_regular
from spyke_tui.store.temporary import remove_leftovers

FILE_NAME = "crops.toml"
MAX_BYTES = 32 * 1024 * 1024
"""Far above any project written by hand; a wrong file named by mistake is refused early."""


EARLIER = 20
"""Texts kept from before the last saves."""


class ChangedElsewhereError(WriteError):
    """crops.toml was changed by another program since it was read."""


def find_project(place: Path) -> Path:
    """The crops.toml meant by `place`: the file itself, or the one in that folder.

    Raises `ProjectFileError` where there is none.
    """
    path = place / FILE_NAME if os.path.isdir(place) else place
    if not os.path.exists(path):
        raise ProjectFileError(
            path, 0, "", "There is no such file.",
            "Start one with: spyke-tui init DIR SHEET... --character NAME --trigger WORD"
            " (or look around with: spyke-tui demo)",
        )  # fmt: skip
    return path


def parse_project(text: str, path: Path) -> Project:
    """The project that `text` describes. Raises `ProjectFileError` with line, key and cure."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        from spyke_tui.store.toml_words import explain

        broken = explain(text, error)
        raise ProjectFileError(path, broken.line, broken.key, broken.message, broken.fix) from error
    except (RecursionError, ValueError) as error:
        raise ProjectFileError(
            path, _absurd_line(text), "",
            "This can't be read: it is nested too deeply or holds an absurd number.",
            "Compare it with the last version you committed.",
        ) from error  # fmt: skip
    try:
        return read_project(data)
    except FieldError as error:
        from spyke_tui.store.toml_blocks import locate

        line = locate(text, error.path) or 1  # a whole table is missing: it may stand on top
        raise ProjectFileError(path, line, dotted(error.path), error.message, error.fix) from None


def _absurd_line(text: str) -> int:
    """Of what Python's own limits refuse: the first endless number, else the deepest brackets."""
    deepest, found, depth = 0, 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"[0-9][0-9_]{3999}", line):
            return number
        depth += sum(map(line.count, "[{"))
        if depth > deepest:
            deepest, found = depth, number
        depth -= sum(map(line.count, "]}"))
    return found


class CropsFile:
    """One crops.toml. `project` is what the file on disk says, as far as we know."""

    def __init__(self, path: Path, text: str, digest: str, stamp: Stamp | None = None) -> None:
        self.path = path
        self.stamp = stamp
        """Of the file before it was read: what `project` says is at least as new."""
        self.project = parse_project(text, path)
        self._text = text
        self._digest = digest
        self._removed: dict[str, str] = {}
        self._earlier: list[tuple[Project, str]] = []
        self._beside: Path | None = None
        self._guard = threading.Lock()

    @property
    def folder(self) -> Path:
        """The project's folder, absolute: sheets and [dataset].root are relative to it."""
        return self.path.absolute().parent

    @property
    def text(self) -> str:
        """The file's text as it was read or written last."""
        return self._text

    @classmethod
    def read(cls, place: Path) -> CropsFile:
        """Read a crops.toml, or the one in a folder. Raises `ProjectFileError`."""
        path = find_project(place)
        stamp = Stamp.of(path)
        text, digest = _read_text(path)
        return cls(path, text, digest, stamp)

    def changed_on_disk(self) -> bool:
        """Whether another program has written the file since we read or wrote it."""
        try:
            return sha256_of_bytes(read_regular(self.path, MAX_BYTES)) != self._digest
        except OSError:
            return True

    def write(self, project: Project) -> None:
        """Save `project`: only what differs from `self.project` changes in the file.

        Whole or nothing and durable. Sheets and crops are written; the other tables belong to the
        user's editor. May be called from any thread. Raises `ChangedElsewhereError` where
        another program changed the file meanwhile, and `WriteError`.
        """
        from spyke_tui.store.crops_edit import edited_text

        with self._guard:
            if project == self.project:
                return
            self._require_known()
            text = self._text_before(project)
            if text is None:
                text = edited_text(self._text, self.project, project, self._removed)
            self._replace(text, project, checked=True)

    def _require_known(self) -> None:
        """Raises `ChangedElsewhereError` where the file is not as we know it."""
        if self.changed_on_disk():
            raise self._changed_elsewhere()

    def _require_ours(self, given_up: bytes) -> None:
        """Another program may have written since the last look: then that comes back."""
        if sha256_of_bytes(given_up) != self._digest:
            raise self._changed_elsewhere()

    def _changed_elsewhere(self) -> ChangedElsewhereError:
        return ChangedElsewhereError(
            f"{self.path} was changed by another program.",
            "It was left as it is. Choose what to keep: Reload, in the palette.",
        )

    def _replace(self, text: str, project: Project, *, checked: bool = False) -> None:
        data = text.encode()
        # A symlinked crops.toml stays a link; its target is replaced.
        target = self.path.resolve()
        if checked:
            check, look = self._require_known, self._require_ours
            self.stamp = write_whole(target, data, durable=True, check=check, look=look)
        else:
            self.stamp = write_whole(target, data, durable=True)
        remove_leftovers(target.parent)
        self._earlier = [*self._earlier, (self.project, self._text)][-EARLIER:]
        self._text, self._digest, self.project = text, sha256_of_bytes(data), project

    # Another program writes too

    @property
    def digest(self) -> str:
        """Of the file's bytes as we know them."""
        return self._digest

    def news(self) -> CropsFile | None:
        """The file as another program left it; None where it is as we know it.

        Raises `ProjectFileError` where it is gone or can't be read. Quick where nothing happened;
        for any thread.
        """
        with self._guard:
            stamp = Stamp.of(self.path)
            if stamp is not None and stamp == self.stamp:
                return None
            text, digest = _read_text(self.path)
            if digest == self._digest:
                self.stamp = stamp
                return None
        return CropsFile(self.path, text, digest, stamp)

    def forget_stamp(self) -> None:
        """Look at the bytes with the next `news`, whatever their stamp."""
        self.stamp = None

    def write_beside(self, project: Project) -> Path:
        """Keep `project` in crops.toml.ours, as crops.toml would be without the other program."""
        from spyke_tui.store.crops_edit import edited_text

        with self._guard:
            if self._beside is None:
                self._beside = free_name(self.path.with_name(f"{self.path.name}.ours"))
            text = edited_text(self._text, self.project, project, dict(self._removed))
            write_whole(self._beside, text.encode(), durable=True)
            return self._beside

    def kept_beside(self) -> list[Path]:
        """crops.toml.ours, crops.toml-2.ours... that are there, by name."""
        name = self.path.name
        with contextlib.suppress(OSError):
            found = self.path.parent.iterdir()
            return sorted(p for p in found if p.name.startswith(name) and p.suffix == ".ours")
        return []

    def keep_copy(self) -> Path:
        """Keep the text that was read in crops.toml.theirs, before it is written over."""
        kept = free_name(self.path.with_name(f"{self.path.name}.theirs"))
        write_whole(kept, self._text.encode(), durable=True)
        return kept

    def drop_beside(self) -> None:
        """What crops.toml.ours held stands in crops.toml."""
        if self._beside is not None:
            self._beside.unlink(missing_ok=True)
            self._beside = None

    def overwrite(self, project: Project) -> None:
        """Save `project` over what another program wrote, which is kept in crops.toml.theirs."""
        from spyke_tui.store.crops_edit import edited_text

        with self._guard:
            if self.path.exists():
                kept = free_name(self.path.with_name(f"{self.path.name}.theirs"))
                write_whole(kept, read_regular(self.path, MAX_BYTES), durable=True)
            self._replace(edited_text(self._text, self.project, project, self._removed), project)

    def _text_before(self, project: Project) -> str | None:
        """The text that said just this before: the way back restores every byte."""
        return next((text for said, text in reversed(self._earlier) if said == project), None)


def _read_text(path: Path) -> tuple[str, str]:
    try:
        if not os.path.isfile(path):
            raise ProjectFileError(path, 0, "", "This is not a file.", "Name a crops.toml.")
        if path.stat().st_size > MAX_BYTES:
            raise ProjectFileError(
                path, 0, "", "This is too large for a crops.toml (over 32 MB).",
                "Name the right file.",
            )  # fmt: skip
        data = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise ProjectFileError(
            path, 0, "", f"It can't be read: {error.strerror or error}.", "Mend its permissions."
        ) from error
    if data.startswith(b"\xef\xbb\xbf"):
        raise ProjectFileError(
            path, 1, "", "It starts with a byte order mark.", "Save it as UTF-8 without BOM."
        )
    try:
        return data.decode(), sha256_of_bytes(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProjectFileError(
            path, line, "", f"It is not UTF-8 (byte {data[error.start]:#04x}).",
            "Save it as UTF-8 without BOM.",
        ) from error  # fmt: skip
