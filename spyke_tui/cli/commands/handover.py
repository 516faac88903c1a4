"""``spyke-tui handover``."""

from __future__ import annotations

import argparse
from pathlib import Path

from spyke_tui.kohya.handover import write_handover
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import CropsFile


def run(arguments: argparse.Namespace) -> int:
    file = CropsFile.read(Path(arguments.project or "."))
    for path in write_handover(file.project, file.folder, arguments.at):
        print(f"wrote {printable(str(path))}")
    return 0
