"""Starting a run: a process of its own, which goes on when whoever started it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.errors import SpykeError, WriteError
from spyke_tui.model.generation import Kind
from spyke_tui.model.layout import Layout
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.dataset_folder import former_root, project_place
from spyke_tui.store.fence import require_own_folders
from spyke_tui.store.regular_files import open_own, read_regular
from spyke_tui.store.run_files import RunFiles
from spyke_tui.store.run_journal import MAX_BYTES, JournalTail

LITTLE_ROOM = 64 * 1024
"""Bytes; with less a process may not even be able to say why it ends."""
START_SECONDS = 20.0
"""A process that has not said a word by then never will."""


def start_run(
    project_file: Path,
    kind: Kind,
    *,
    count: int | None = None,
    servers: Sequence[str] | None = None,
    only: Collection[int] | None = None,
    attended: bool = True,
    redo_outdated: bool = False,
    detach: bool = True,
) -> int:
    """Start the run of this crops.toml (or its folder); the id of its process.

    `count` and `servers` replace those of crops.toml; `only` limits it to these images (one image
    to try the settings). An `attended` run waits for ever where a server is away and pauses where
    something keeps going wrong; another one ends with an error. `detach` false runs it in this
    process, which gives its exit code instead. Where a run is alive already, its id is given.
    Blocks for about half a second: call it in a thread. Raises `SpykeError`: crops.toml can't be
    read (`ProjectFileError`), a server is no address (`UsageError`), the process can't be started
    or does not speak.
    """
    for server in servers or ():
        ServerAddress.of(server)  # before a password in it stands in a journal
    file = CropsFile.read(project_file)
    layout = Layout.of(file.project.dataset, file.folder)
    files = RunFiles(layout, kind)
    require_own_folders(layout, file.folder)
    _require_moved(file, layout)
    words = [str(file.path.absolute()), kind]
    words += [] if count is None else ["--count", str(count)]
    for server in servers or ():
        words += ["--server", server]
    words += ["--only", ",".join(map(str, sorted(only)))] if only else []
    words += ["--attended"] if attended else []
    words += ["--redo-outdated"] if redo_outdated else []
    if not detach:
        from spyke_tui.comfy.process import main

        return main(words)
    if files.is_alive():
        return files.pid()
    return _spawn(files, words)


def _require_moved(file: CropsFile, layout: Layout) -> None:
    """Raises `SpykeError` where the pictures still lie under the character's former name."""
    former = former_root(layout.root, project_place(file.path.absolute(), layout.root))
    if former is not None:
        raise SpykeError(
            f"The character was renamed, and its pictures still lie in {former}.",
            "Build first (spyke-tui build): that moves them.",
        )


def _spawn(files: RunFiles, words: list[str]) -> int:
    tail = JournalTail(files.journal, at_end=True)
    try:
        files.folder.mkdir(parents=True, exist_ok=True)
        descriptor = open_own(files.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with open(descriptor, "ab") as log, open(os.devnull, "rb") as nothing:
            begin = os.fstat(descriptor).st_size
            process = subprocess.Popen(
                [sys.executable, "-m", "spyke_tui.comfy.process", *words],
                stdin=nothing,
                stdout=log,
                stderr=log,
                start_new_session=True,
                close_fds=True,
            )
    except OSError as error:
        raise WriteError(
            f"The run could not be started: {error.strerror or error}.",
            f"Make room or mend the permissions of {files.folder}.",
        ) from error
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        records, _ = tail.read()
        if any(record.get("t") == "run" for record in records):
            return process.pid
        if process.poll() is not None:
            if files.is_alive():  # two were started at once; one of them runs
                return files.pid()
            raise SpykeError(
                f"The run could not be started: {_last_words(files, begin)}",
                f"More is in {files.log}.",
            )
        time.sleep(0.02)
    raise SpykeError("The run was started but says nothing.", f"More may be in {files.log}.")


def _last_words(files: RunFiles, begin: int) -> str:
    """What the process said, in its log from `begin` on; a disk that fails may cut that short."""
    with suppress(OSError):
        said = read_regular(files.log, MAX_BYTES)[begin:].decode("utf-8", "replace")
        for line in reversed(said.splitlines()):
            if line.strip() and not line.startswith((" ", "Traceback (")):
                return printable(line.strip())
    with suppress(OSError):
        if shutil.disk_usage(files.folder).free < LITTLE_ROOM:
            return "there is no room left on the disk."
    return "it ended at once."
