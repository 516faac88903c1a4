"""The hand-over to the trainer: dataset.toml for sd-scripts and TRAINING.md for the reader.

Both are ours to write again, until somebody changes one: each ends with a checksum of itself, so
that a changed file is known without any record of it, on another machine too.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from pathlib import Path, PurePosixPath

from spyke_tui.errors import UsageError, WriteError
from spyke_tui.kohya.plan import plan_training
from spyke_tui.kohya.trainer import absolute, picture_names
from spyke_tui.kohya.trainer_config import Handover, dataset_toml
from spyke_tui.kohya.trainer_place import find_trainer
from spyke_tui.kohya.training_note import training_note
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.model.steps import plan_steps
from spyke_tui.model.table import quoted
from spyke_tui.store.fence import require_own_folders
from spyke_tui.store.files import free_name, write_whole
from spyke_tui.store.regular_files import read_regular
from spyke_tui.store.temporary import remove_leftovers

_SIGNED = re.compile(
    rb"(?s)(?P<body>.*\n)[^\n]*spyke-tui, checksum (?P<digest>[0-9a-f]{16})[^\n]*\n"
)
_BESIDE = ".new"
MAX_BYTES = 1024 * 1024


def write_handover(
    project: Project, folder: Path, at: str | None = None, sd_scripts: str = ""
) -> list[Path]:
    """Write dataset.toml and TRAINING.md into the dataset folder; the files that were written.

    `folder` is that of crops.toml; see `plan_handover` for the rest. A file that somebody has
    changed stays: the new one is written beside it (see `replaced_by_hand`). Raises `UsageError`
    for an `at` that the trainer would not find, `WriteError`.
    """
    return write_planned(plan_handover(project, folder, at, sd_scripts), folder)


def write_planned(handover: Handover, folder: Path) -> list[Path]:
    """`write_handover` of what `plan_handover` has said."""
    layout = Layout.of(handover.project.dataset, absolute(folder))
    require_own_folders(layout, absolute(folder))
    remove_leftovers(layout.root)
    return [
        _write_signed(layout.dataset_toml, dataset_toml(handover), "# {}"),
        _write_signed(layout.training_md, training_note(handover), "<!-- {} -->"),
    ]


def outdated_folders(project: Project, folder: Path) -> list[str]:
    """What a dataset.toml that is there names otherwise than the project does now.

    The trainer would not find a renamed training folder, and leaves out renamed regularization
    images without a word. Empty where there is no dataset.toml yet, or one that can't be read.
    """
    layout = Layout.of(project.dataset, absolute(folder))
    try:
        config = tomllib.loads(read_regular(layout.dataset_toml, MAX_BYTES).decode())
        datasets = config["datasets"]
        named = {
            PurePosixPath(subset["image_dir"]).name
            for dataset in datasets
            for subset in dataset["subsets"]
        }
        sizes = {dataset["resolution"] for dataset in datasets}
    except (OSError, ValueError, KeyError, TypeError):
        return []
    there = [path.name for path in (layout.train, layout.reg) if _pictures_in(path)]
    missing = [name for name in there if name not in named]
    return missing + ([] if project.dataset.size in sizes else [f"size {project.dataset.size}"])


def replaced_by_hand(written: Path) -> Path | None:
    """The changed file beside which `written` was put; None where it took its own place."""
    stem, mark, _ = written.stem.partition(_BESIDE)
    return written.with_name(stem + written.suffix) if mark else None


def plan_handover(
    project: Project, folder: Path, at: str | None = None, sd_scripts: str = ""
) -> Handover:
    """What the two files will say.

    `at` is where the dataset folder will lie on the training machine (absolute there), by default
    where it lies here; `sd_scripts` is the trainer's folder, by default one of the usual ones.
    """
    layout = Layout.of(project.dataset, absolute(folder))
    train, reg = _pictures_in(layout.train), _pictures_in(layout.reg)
    images = train or sum(1 for _ in plan_training(project, layout))
    targets = project.targets
    root = absolute(layout.root) if at is None else _place_there(at)
    return Handover(
        project=project,
        root=PurePosixPath(root),
        train_folder=layout.train.name,
        reg_folder=layout.reg.name,
        images=images,
        built=bool(train),
        reg_images=reg,
        steps=plan_steps(images, project.dataset.repeats, targets.batch, reg, targets.steps),
        steps_without_reg=plan_steps(
            images, project.dataset.repeats, targets.batch, 0, targets.steps
        ),
        trainer=find_trainer(sd_scripts, elsewhere=at is not None),
    )


def _pictures_in(folder: Path) -> int:
    try:
        return len(picture_names(os.listdir(folder)))
    except OSError:
        return 0


def _place_there(at: str) -> PurePosixPath:
    """The trainer expands neither ``~`` nor relative paths as the reader would."""
    if not at.startswith("/") or "\0" in at:
        raise UsageError(
            f"{quoted(at)} is not an absolute path.",
            "Name the dataset folder as it will be on the training machine: --at /data/spyke.",
        )
    return PurePosixPath(os.path.normpath("/" + at.lstrip("/")))


def _write_signed(path: Path, text: str, comment: str) -> Path:
    try:
        body = text.encode()
    except UnicodeEncodeError as error:
        raise WriteError(
            f"{quoted(str(path.parent))} is not UTF-8, so no TOML file can name it.",
            "Rename that folder, or choose another [dataset].root.",
        ) from error
    line = comment.format(f"Written by spyke-tui, checksum {_digest(body)}: kept once changed.")
    place = path if _is_free(path) else path.with_name(f"{path.stem}{_BESIDE}{path.suffix}")
    if not _is_free(place):
        place = free_name(place)
    write_whole(place, body + f"{line}\n".encode())
    return place


def _is_free(path: Path) -> bool:
    """Whether `path` may be written: not there, or as we left it."""
    if not os.path.lexists(path):
        return True
    try:
        match = _SIGNED.fullmatch(read_regular(path, MAX_BYTES))
    except OSError:
        return False
    return match is not None and _digest(match["body"]) == match["digest"].decode()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
