"""A sample project that needs no files: its sheets are drawn, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources

from PIL import Image

from spyke_tui.processing.samples.sheets import DRAWINGS

SAMPLE_NAMES = frozenset(DRAWINGS)
"""The file names of the sample sheets."""


def draw_samples(
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[str, Image.Image]]:
    """File name and picture of each sample sheet, one at a time, so that one is held at once.

    The sample crops.toml looks for them in a folder ``sheets`` beside it.
    `progress` is called with (sheets done, sheets in all) after each of them.
    """
    for done, (name, draw) in enumerate(DRAWINGS.items(), start=1):
        yield name, draw()
        if progress is not None:
            progress(done, len(DRAWINGS))


def sample_project_text() -> str:
    """The finished crops.toml that goes with the sheets."""
    text = resources.files(__package__).joinpath("sample-crops.toml")
    return text.read_text(encoding="utf-8")


# (what stands in the finished file, what a hurried hand might have left instead)
_FLAWS = (
    # A nudge too far: the block leaves its sheet to the right.
    (
        "rect       = { left = 1812, top = 104, width = 432, height = 834 }",
        "rect       = { left = 1912, top = 104, width = 432, height = 834 }",
    ),
    # A back view is not harmless: the bracer is in sight, and a twin would have it on the left.
    ('tags       = ["cloak symbol"]', 'tags       = ["cloak symbol"]\nmirror     = true'),
    # One letter from the "white background" of all others.
    (
        'expression = "surprised"\nbackground = "white background"\ndetails    = ["ginger',
        'expression = "surprised"\nbackground = "white backgroud"\ndetails    = ["ginger',
    ),
    # Nobody said whether the raised fist is action.
    ('pose       = "fist raised"\naction     = true\n', 'pose       = "fist raised"\n'),
    # The class is taught to look like the character.
    ("young man, generic fantasy warrior", "young man, ginger hair, generic fantasy warrior"),
    # A key that means nothing.
    ('note = "4 half-length figures"', 'note = "4 half-length figures"\nartist = "me"'),
    # Copied to start another crop, and kept: the same picture twice.
    (
        "# ---- Half-length figures",
        "[[crops]]\n"
        'id         = "turnaround_side_2"\n'
        'sheet      = "turnaround"\n'
        "rect       = { left = 496, top = 207, width = 236, height = 622 }\n"
        'framing    = "full body"\n'
        'view       = "side view"\n'
        'pose       = "standing neutral pose"\n'
        "action     = false\n"
        'expression = "neutral"\n'
        'background = "white background"\n'
        'details    = ["right bracer", "left knee pauldron", "ginger hair", "white cloak"]\n\n'
        "# ---- Half-length figures",
    ),
    # Half the face is painted over, and the flipped twin would look to the other side.
    (
        "erase      = [{ left = 2696, top = 1394, width = 102, height = 66 }]",
        "erase      = [{ left = 2502, top = 1194, width = 300, height = 330 }]",
    ),
    (
        'expression = "calm"\nbackground = "white background"\ntags       = ["eyes closed"]\n'
        'details    = ["ginger hair", "white cloak"]\nmirror',
        'expression = "calm"\nbackground = "white background"\ntags       = ["looking left"]\n'
        'details    = ["ginger hair", "white cloak"]\nmirror',
    ),
    # The background was forgotten: it becomes part of the character.
    (
        'pose       = "forearms level"\naction     = false\nexpression = "calm"\n'
        'background = "white background"\n',
        'pose       = "forearms level"\naction     = false\nexpression = "calm"\n',
    ),
    # One letter too many: there is no such sheet.
    (
        'id         = "motion_run"\nsheet      = "motion"',
        'id         = "motion_run"\nsheet      = "motions"',
    ),
    # The annotated front view is kept although a clean sheet has it.
    ('status     = "reject"', 'status     = "keep"'),
)


_FINISHED_HEAD = (
    "# Spyke, the sample project. It is finished: `spyke-tui build` and `spyke-tui check` have "
    "nothing\n# to ask. "
)
_FLAWED = "the sample project with mistakes to find"
_FLAWED_HEAD = (
    f"# Spyke, {_FLAWED}, in here and in its training folder.\n"
    "# `spyke-tui check` names each of them.\n# "
)


def is_flawed(text: str) -> bool:
    """Whether a crops.toml began as the one with mistakes, whatever became of them."""
    return _FLAWED in text


def flawed_project_text() -> str:
    """The sample crops.toml with mistakes to find, each of them one that `check` names."""
    text = sample_project_text().replace(_FINISHED_HEAD, _FLAWED_HEAD, 1)
    for right, wrong in _FLAWS:
        text = text.replace(right, wrong, 1)
    return text
