"""One look at a project and its training folder, shared by all families of findings."""

from __future__ import annotations

from pathlib import Path

from spyke_tui.errors import PictureError
from spyke_tui.kohya.check.listing import Listing, list_folder
from spyke_tui.kohya.check.memory import Memory
from spyke_tui.kohya.plan import Planned, image_key, key_parts, plan_training
from spyke_tui.kohya.sheets import Sheets, SheetState, crop_problem, duplicate_ids, unreadable_sheet
from spyke_tui.kohya.trainer import absolute, picture_names
from spyke_tui.model.findings import Finding
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Crop, Project
from spyke_tui.model.run_fold import RunFold
from spyke_tui.model.table import printable
from spyke_tui.store.files import Stamp
from spyke_tui.store.manifest import Entry, Manifest, State
from spyke_tui.store.run_files import RunFiles
from spyke_tui.store.run_journal import read_journal


class Inspection:
    """The project, what lies in train/ and reg/, and what we remember of writing it.

    `planned` has each picture that the kept crops ask for, by its stem; where two crops share an
    id the first one stands.
    """

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self.folder = absolute(folder)
        self.layout = Layout.of(project.dataset, self.folder)
        self.manifest = Manifest.read(self.layout.root)
        self.memory = Memory(self.layout.root)
        self.sheets = Sheets(project, self.folder)
        self.duplicates = duplicate_ids(project)
        self.train_root = list_folder(self.layout.train_root)
        self.reg_root = list_folder(self.layout.reg_root)
        self.train = list_folder(self.layout.train)
        self.reg = list_folder(self.layout.reg)
        self.train_pictures = picture_names(self.train.names)
        self.reg_pictures = picture_names(self.reg.names)
        self.planned: dict[str, Planned] = {}
        for planned in plan_training(project, self.layout):
            self.planned.setdefault(planned.stem, planned)
        # Of ten thousand pictures, two folders' names need not be worked out again.
        self._folder_names = {
            path: self.manifest.name_of(path) for path in (self.layout.train, self.layout.reg)
        }
        self.reg_run = _folded(RunFiles(self.layout, "reg"))
        """What the journal of the regularization images says."""
        self._digests: dict[str, str | None] = {}
        self._problems: dict[str, Finding | None] = {}

    # Names ----------------------------------------------------------------------------------

    def place(self, path: Path) -> str:
        """`path` relative to the project where it lies inside, as it may be shown."""
        whole = absolute(path)
        inside = whole.is_relative_to(self.folder)
        return printable((whole.relative_to(self.folder) if inside else whole).as_posix())

    def where(self, listing: Listing, name: str) -> str:
        """The crop behind a picture or caption in train/, else the file."""
        stem = name.rpartition(".")[0]
        planned = self.planned.get(stem) if listing is self.train else None
        return planned.crop.id if planned else self.place(listing.path / name)

    # Sheets ---------------------------------------------------------------------------------

    def crop_problem(self, crop: Crop) -> Finding | None:
        """Why this crop can't be built, or None."""
        problem = crop_problem(crop, self.sheets, self.duplicates)
        if problem is None:
            return self.sheet_problem(crop.sheet)
        return problem

    def sheet_problem(self, key: str) -> Finding | None:
        """Why nothing can be built from this sheet, or None. Decodes it once where nothing was
        built from it yet: a picture that is cut off has a sound header."""
        if key not in self._problems:
            state = self.sheets.state(key)
            self._problems[key] = state.problem or self._damage(state)
        return self._problems[key]

    def _damage(self, state: SheetState) -> Finding | None:
        from spyke_tui.processing.loading import load_picture

        stamp = Stamp.of(state.path)
        used = any(c.status == "keep" and c.sheet == state.sheet.key for c in self.project.crops)
        if stamp is None or not used or self._was_built_from(state.sheet.key):
            return None

        def look(path: Path) -> str:
            try:
                load_picture(path)
            except PictureError as error:
                return f"{error.message}\n{error.hint}"
            return ""

        damage = self.memory.note("decoded", state.path, stamp, look)
        if not damage:
            return None
        message, _, hint = damage.partition("\n")
        return unreadable_sheet(state.sheet, PictureError(state.path, "unreadable", message, hint))

    def _was_built_from(self, key: str) -> bool:
        """Whether a picture of ours was made from this very file, so that it is known whole."""
        digest = self.sheet_digest(key)
        return digest is not None and any(
            digest in entry.key and key_parts(entry.key)[0] == digest
            for entry in self.manifest.files.values()
        )

    def sheet_digest(self, key: str) -> str | None:
        """The digest of a sheet's file; None where it can't be read."""
        if key not in self._digests:
            self._digests[key] = self._read_digest(self.sheets.state(key))
        return self._digests[key]

    def _read_digest(self, state: SheetState) -> str | None:
        if state.problem is not None and state.problem.code != "sheet-size-changed":
            return None
        stamp = Stamp.of(state.path)
        known = self.manifest.sources.get(str(state.path))
        if known is not None and known.stamp == stamp:
            return known.sha256
        try:
            return self.memory.digest(state.path, stamp) if stamp else None
        except OSError:
            return None

    # What we wrote --------------------------------------------------------------------------

    def entry(self, path: Path) -> Entry | None:
        """What we remember of writing `path`."""
        folder = self._folder_names.get(path.parent)
        if folder is None:
            return self.manifest.files.get(self.manifest.name_of(path))
        return self.manifest.files.get(f"{folder}/{path.name}")

    def state_of(self, path: Path, stamp: Stamp) -> State:
        """Whether the file is as we left it; its bytes decide where only its stamp changed."""
        entry = self.entry(path)
        if entry is None:
            return "foreign"
        if entry.stamp == stamp:
            return "ours"
        try:
            same = entry.stamp.size == stamp.size
            return "ours" if same and self.memory.digest(path, stamp) == entry.sha256 else "edited"
        except OSError:
            return "edited"

    def is_current(self, planned: Planned, entry: Entry) -> bool:
        """Whether a picture that we wrote is built from what crops.toml and its sheet say now.

        While the sheet is away only crops.toml can be compared, and that is enough. Another
        version of the encoder writes other bytes, but the same picture.
        """
        source = self.sheet_digest(planned.crop.sheet) or key_parts(entry.key)[0]
        key = image_key(planned, self.project, source)
        return entry.key == key or key_parts(entry.key) == key_parts(key)


def _folded(files: RunFiles) -> RunFold:
    fold = RunFold()
    for record in read_journal(files.journal):
        fold.feed(record)
    return fold
