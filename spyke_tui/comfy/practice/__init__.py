"""The practice server: see `server`."""

from spyke_tui.comfy.practice.faults import FAULTS, describe_faults
from spyke_tui.comfy.practice.server import PracticeServer

__all__ = ["FAULTS", "PracticeServer", "describe_faults"]
