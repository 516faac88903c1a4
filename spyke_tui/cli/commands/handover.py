"""``spyke-tui handover``."""

from __future__ import annotations

import argparse
from pathlib import Path

from spyke_tui.cli.output import counted, wrapped
from spyke_tui.kohya.handover import plan_handover, replaced_by_hand, write_planned
from spyke_tui.kohya.trainer_config import Handover
from spyke_tui.kohya.trainer_place import TrainerPlace
from spyke_tui.model.table import printable
from spyke_tui.store.config import load_config
from spyke_tui.store.crops_file import CropsFile


def run(arguments: argparse.Namespace) -> int:
    file = CropsFile.read(Path(arguments.project or "."))
    named = arguments.sd_scripts or load_config().sd_scripts
    handover = plan_handover(file.project, file.folder, arguments.at, named)
    for path in write_planned(handover, file.folder):
        print(f"wrote {printable(str(path))}")
        changed = replaced_by_hand(path)
        if changed is not None:
            print(f"  {changed.name} was changed by hand and stays; compare the two.")
    _say_steps(handover)
    _say_trainer(handover.trainer)
    return 0


def _say_steps(handover: Handover) -> None:
    steps, reg = handover.steps, counted(handover.reg_images, "regularization image")
    if not steps.per_epoch:
        print("There are no training images yet.")
        return
    built = "" if handover.built else " (not built yet)"
    print(
        f"{counted(handover.images, 'image')}{built} x {handover.project.dataset.repeats} repeats, "
        f"{reg}: {counted(steps.nearest_epochs, 'epoch')} = {steps.nearest_total} steps."
    )


def _say_trainer(place: TrainerPlace) -> None:
    print(wrapped(printable(place.words), ""))
    if place.fetch:
        print("  " + place.fetch.replace("\n", "\n  "))
        if not place.named:
            print("  or, if it lies elsewhere: spyke-tui handover --sd-scripts FOLDER")
