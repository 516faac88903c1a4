"""``spyke-tui topup``: candidates for more training images, each with a draft crop to decide on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from spyke_tui.cli.generating import generate
from spyke_tui.cli.output import counted
from spyke_tui.errors import SpykeError
from spyke_tui.kohya.candidates import take_in_candidates
from spyke_tui.model.table import printable


def run(arguments: argparse.Namespace) -> int:
    code = generate(arguments, "topup")
    if arguments.detach or arguments.status or arguments.stop:
        return code
    try:
        taken = take_in_candidates(Path(arguments.project or "."))
    except SpykeError as error:
        print(f"spyke-tui: {printable(str(error))}", file=sys.stderr)
        return code or 1
    if arguments.json:
        return code
    if taken.left_to:
        print(
            f"{counted(taken.waiting, 'candidate')} not in crops.toml yet: "
            f"{printable(taken.left_to)} has the project open and takes them in."
        )
    elif taken.crops:
        print(
            f"{counted(len(taken.crops), 'candidate')} added to crops.toml as drafts, "
            "to be kept, cropped or rejected."
        )
    return code
