"""How many images a run makes where nobody says it on the command line."""

from __future__ import annotations

import tomllib

from spyke_tui.kohya.plan import plan_training
from spyke_tui.kohya.trainer import picture_names
from spyke_tui.model.generation import Kind, wanted_regularization
from spyke_tui.model.layout import Layout
from spyke_tui.store.crops_file import CropsFile


def offered_count(file: CropsFile, kind: Kind) -> int:
    """The count of crops.toml where it stands there, else what the trainer uses.

    That is images x repeats: the images on disk, or those that are asked for while none is built.
    """
    project = file.project
    settings = project.reg if kind == "reg" else project.topup
    if kind == "topup" or is_count_written(file, kind):
        return settings.count
    layout = Layout.of(project.dataset, file.folder)
    try:
        built = len(picture_names(sorted(path.name for path in layout.train.iterdir())))
    except OSError:
        built = 0
    images = built or sum(1 for _ in plan_training(project, layout))
    return wanted_regularization(images, project.dataset.repeats) or settings.count


def is_count_written(file: CropsFile, kind: Kind) -> bool:
    """Whether the user's file says how many."""
    try:
        table = tomllib.loads(file.path.read_text("utf-8")).get(kind)
    except (OSError, ValueError, RecursionError):
        return True
    return isinstance(table, dict) and "count" in table
