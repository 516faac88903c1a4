"""Where the trainer lies on this machine, and whether it is there: an empty sd-scripts folder, a
git submodule that nobody fetched, is the usual trap."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SCRIPT = "train_network.py"
FOLDER = "sd-scripts"
USUAL = (
    "~/tools/kohya_ss/sd-scripts",
    "~/kohya_ss/sd-scripts",
    "~/tools/sd-scripts",
    "~/sd-scripts",
    "~/src/kohya_ss/sd-scripts",
    "~/src/sd-scripts",
    "/workspace/kohya_ss/sd-scripts",
    "/workspace/sd-scripts",
    "/opt/kohya_ss/sd-scripts",
)
"""Where people put it; looked at in this order."""

State = Literal["found", "empty", "incomplete", "missing", "elsewhere"]


@dataclass(frozen=True, slots=True)
class TrainerPlace:
    """The sd-scripts folder as it was found. A `folder` may begin with ``~/``.

    ``empty``: the folder is there and holds nothing. ``incomplete``: it holds something, but not
    the trainer. ``missing``: it is not there; where none was `named`, at none of the `USUAL`
    places. ``elsewhere``: the training is for another machine, so nobody has looked.
    """

    state: State
    folder: str
    named: bool

    @property
    def shell(self) -> str:
        """The folder as it stands in a command."""
        return _in_shell(self.folder)

    @property
    def words(self) -> str:
        """One sentence, or two, for the user."""
        match self.state:
            case "found":
                return f"The trainer is in {self.shell}."
            case "empty":
                return f"{self.shell} is empty: the trainer in it was never fetched."
            case "incomplete":
                return f"{self.shell} is there, but there is no {SCRIPT} in it."
            case "elsewhere":
                return "Whether the trainer is there can only be seen on the other machine."
        if self.named:
            return f"{self.shell} is not there."
        return "No sd-scripts folder was found at the usual places."

    @property
    def update(self) -> str:
        """The command that fills an empty folder, and ends without an error if all is well."""
        above = _in_shell(os.path.dirname(self.folder))
        return (
            f"cd {above} && git submodule update --init --recursive \\\n"
            f"  && test -f {FOLDER}/{SCRIPT}"
        )

    @property
    def clone(self) -> str:
        """The command that makes the folder."""
        return (
            f"git clone https://github.com/kohya-ss/sd-scripts \\\n"
            f"  {self.shell} && test -f {self.shell}/{SCRIPT}"
        )

    @property
    def fetch(self) -> str:
        """What to do about it; "" where it is there."""
        if self.state in ("found", "elsewhere"):
            return ""
        return self.clone if self.state == "missing" else self.update


def find_trainer(named: str = "", *, elsewhere: bool = False) -> TrainerPlace:
    """Look for sd-scripts: at `named` (that folder or the kohya_ss over it), else at `USUAL`.

    With `elsewhere` nothing is looked at: `named`, or the first usual place, is taken as it is.
    """
    if elsewhere:
        return TrainerPlace("elsewhere", named or USUAL[0], bool(named))
    if named:
        path = Path(os.path.abspath(_expanded(named)))
        inner = path / FOLDER
        if path.name != FOLDER and not (path / SCRIPT).is_file() and inner.is_dir():
            path = inner
        return TrainerPlace(_state(path), str(path), True)
    states = {place: _state(Path(_expanded(place))) for place in USUAL}
    for wanted in ("found", "empty", "incomplete"):
        for place, state in states.items():
            if state == wanted:
                return TrainerPlace(state, place, False)
    return TrainerPlace("missing", USUAL[0], False)


def _expanded(place: str) -> str:
    return os.path.expanduser(place)


def _state(path: Path) -> State:
    try:
        names = os.listdir(path)
    except OSError:
        return "missing"
    if (path / SCRIPT).is_file():
        return "found"
    return "incomplete" if [name for name in names if name != ".git"] else "empty"


def _in_shell(place: str) -> str:
    """`place` in quotes where it needs them; a leading ``~/`` stays for the shell to expand."""
    if place.startswith("~/"):
        rest = shlex.quote(place[2:])
        return f"~/{rest}"
    return shlex.quote(place)
