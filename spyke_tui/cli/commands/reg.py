"""``spyke-tui reg``: regularization images, made by a process that outlives this command."""

from __future__ import annotations

import argparse

from spyke_tui.cli.generating import generate


def run(arguments: argparse.Namespace) -> int:
    return generate(arguments, "reg")
