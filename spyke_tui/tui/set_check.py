"""`check` for the Set pane: run in a thread, again whenever the project or a file has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from spyke_tui.errors import SpykeError
from spyke_tui.model.finding_places import crops_of
from spyke_tui.model.findings import Finding
from spyke_tui.model.meters import OnDisk
from spyke_tui.model.set_items import Counted
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.model.findings import Report
    from spyke_tui.model.project import Project
    from spyke_tui.tui.screens.set import SetScreen

SOON = 0.6
"""Seconds that the project rests before it is checked again."""
AT_FIRST = 0.3
"""The same for the first time: the pictures that are in view come first."""


class SetCheck:
    """The newest report. The screen is drawn when another one is there."""

    def __init__(self, screen: SetScreen) -> None:
        self._screen = screen
        self.report: Report | None = None
        self.problem = ""
        """Why it could not be checked."""
        self.counted: Mapping[str, Counted] = {}
        self._by_crop: Mapping[str, Sequence[Finding]] = {}
        self.edited: frozenset[str] = frozenset()
        """Crops whose picture on the disk somebody retouched."""
        self.mendable: frozenset[Finding] = frozenset()
        """What a key mends."""
        self.files_seen = 0
        """Counts the times that files were found changed."""
        self._checked: Project | None = None
        self._signature: object = None
        self._is_looking = self._is_running = False
        self._timer: Timer | None = None
        self._patience = 10
        """How often the first check still waits for the pictures."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.report.findings if self.report is not None else ()

    def about(self, crop_id: str) -> Sequence[Finding]:
        """The findings about this crop."""
        return self._by_crop.get(crop_id, ())

    @property
    def disk(self) -> OnDisk | None:
        if self.report is None:
            return None
        counts = self.report.counts
        return OnDisk(counts["train_images"], counts["reg_images"])

    @property
    def is_current(self) -> bool:
        """Whether the report is about the project as it is now."""
        return self._checked is self._screen.session.project and not self._is_running

    def follow(self) -> None:
        """The screen was drawn: check soon where the project is another one."""
        project = self._screen.session.project
        if project is not self._checked and self._timer is None and not self._is_running:
            self._timer = self._screen.set_timer(SOON if self.report else AT_FIRST, self._due)

    def again(self) -> None:
        """Check now, whether anything changed or not."""
        self._checked = None
        self._due()

    def _due(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._is_running or not self._screen.is_attached:
            return
        if self.report is None and self._screen.grid.missing and self._patience > 0:
            self._patience -= 1
            self._timer = self._screen.set_timer(AT_FIRST, self._due)
            return
        self._is_running = True
        start(self._screen, partial(self._run, self._screen.session.project), "check", thread=True)

    def _run(self, project: Project) -> None:
        from spyke_tui.kohya.check import check_project
        from spyke_tui.kohya.mending import mends_of

        folder = self._screen.session.file.folder
        report, problem, mendable = None, "", frozenset[Finding]()
        try:
            signature = signature_of(project, folder)
            report = check_project(project, folder)
            mendable = frozenset(f for f in report.findings if mends_of(f, project, folder))
        except (SpykeError, OSError, ValueError, MemoryError) as error:
            signature, problem = None, f"The set can't be checked: {error}"
        if self._screen.is_attached:
            self._screen.app.call_from_thread(
                self._ran, project, signature, report, problem, mendable
            )

    def _ran(
        self,
        project: Project,
        signature: object,
        report: Report | None,
        problem: str,
        mendable: frozenset[Finding],
    ) -> None:
        self._is_running = False
        self._checked, self.problem = project, problem
        self._signature = signature
        if report is not None:
            self.report, self.mendable = report, mendable
            self._by_crop = by_crop(report, project)
            self.counted = counted(self._by_crop)
            self.edited = frozenset(f.where for f in report.findings if f.code == "image-edited")
        if self._screen.is_attached:
            self._screen.checked()

    def look(self) -> None:
        """Look whether files have changed since the last check, in a thread."""
        if self._is_looking or self._is_running or self.report is None:
            return
        self._is_looking = True
        project, folder = self._screen.session.project, self._screen.session.file.folder

        def work() -> None:
            signature = None
            try:
                signature = signature_of(project, folder)
            finally:
                if self._screen.is_attached:
                    self._screen.app.call_from_thread(self._looked, signature)

        start(self._screen, work, "set files", thread=True)

    def _looked(self, signature: object) -> None:
        self._is_looking = False
        if signature is not None and signature != self._signature and not self._is_running:
            self._signature = signature
            self.files_seen += 1
            self.again()


def signature_of(project: Project, folder: Path) -> object:
    """What the files look like that a check reads: equal ones need no other check."""
    from spyke_tui.kohya.check.listing import list_folder
    from spyke_tui.kohya.sheets import sheet_path
    from spyke_tui.model.layout import Layout
    from spyke_tui.store.files import Stamp
    from spyke_tui.store.manifest import Manifest

    layout = Layout.of(project.dataset, folder)
    listings = [list_folder(path) for path in (layout.train, layout.reg)]
    roots = [list_folder(path) for path in (layout.train_root, layout.reg_root)]
    return (
        [(one.files, one.odd, one.folders) for one in listings],
        [(one.files, one.folders) for one in roots],
        [Stamp.of(sheet_path(sheet, folder)) for sheet in project.sheets.values()],
        Stamp.of(Manifest.path_in(layout.root)),
    )


def by_crop(report: Report, project: Project) -> dict[str, list[Finding]]:
    """The findings about each crop, by its id."""
    out: dict[str, list[Finding]] = {}
    for finding in report.findings:
        for crop_id in crops_of(finding, project):
            out.setdefault(crop_id, []).append(finding)
    return out


def counted(found: Mapping[str, Sequence[Finding]]) -> dict[str, Counted]:
    """Errors and warnings of each crop."""
    out = {}
    for crop_id, findings in found.items():
        errors = sum(finding.severity == "error" for finding in findings)
        out[crop_id] = Counted(errors, len(findings) - errors)
    return out
