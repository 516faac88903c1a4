"""``spyke-tui handover``."""

from __future__ import annotations

import argparse
from pathlib import Path

from spyke_tui.kohya.handover import replaced_by_hand, write_handover
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import CropsFile


def run(arguments: argparse.Namespace) -> int:
    file = CropsFile.read(Path(arguments.project or "."))
    for path in write_handover(file.project, file.folder, arguments.at):
        print(f"wrote {printable(str(path))}")
        changed = replaced_by_hand(path)
        if changed is not None:
            print(f"  {changed.name} was changed by hand and stays; compare the two.")
    return 0
