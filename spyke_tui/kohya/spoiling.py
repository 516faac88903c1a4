"""What goes wrong with a training folder in real life, done on purpose: for `demo --flawed`."""

from __future__ import annotations

from pathlib import Path

from spyke_tui.kohya.trainer import absolute
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.processing.flips import flipped
from spyke_tui.processing.loading import load_picture
from spyke_tui.processing.png import encode_png
from spyke_tui.store.files import write_whole


def spoil_training_set(project: Project, folder: Path) -> None:
    """Leave mistakes on disk beside those in crops.toml; `folder` is that of the latter.

    The project is the built flawed sample. What is edited is kept by the next build, and `check`
    goes on naming it. Raises `WriteError`, `PictureError` and, for a caption, OSError.
    """
    layout = Layout.of(project.dataset, absolute(folder))
    _spoil_captions(layout.train)
    _spoil_pictures(layout.train)
    _spoil_folders(layout)


def _spoil_captions(train: Path) -> None:
    # Saved by an editor that puts a byte order mark in front.
    front = train / "turnaround_front.txt"
    write_whole(front, b"\xef\xbb\xbf" + front.read_bytes())
    # A note to oneself on a second line, which the trainer never reads.
    three = train / "turnaround_3q.txt"
    write_whole(three, three.read_bytes() + b"make the cloak whiter\n")
    # A tagger sorted the tags, and the trigger went to the end.
    stance = train / "fight_stance.txt"
    trigger, *tags = stance.read_text(encoding="utf-8").strip().split(", ")
    write_whole(stance, f"{', '.join([*tags, trigger])}\n".encode())


def _spoil_pictures(train: Path) -> None:
    # Saved at another size by an image editor.
    punch = load_picture(train / "fight_punch.png")
    write_whole(train / "fight_punch.png", encode_png(punch.resize((640, 640))))
    # Flipped by hand: bracer and pauldron are on the wrong side now.
    kick = flipped(load_picture(train / "fight_kick.png"))
    write_whole(train / "fight_kick_flipped.png", encode_png(kick))
    caption = (train / "fight_kick.txt").read_bytes()
    write_whole(train / "fight_kick_flipped.txt", caption)
    # The same picture once more, with another ending: the trainer reads both.
    write_whole(train / "bust_hand.jpg", (train / "bust_hand.png").read_bytes())
    # What a training run left behind when it was stopped while writing.
    write_whole(train / "motion_leap_0512x0512_sd.npz", b"")


def _spoil_folders(layout: Layout) -> None:
    # No repeats in its name: the trainer passes over it.
    more = layout.train_root / f"{layout.root.name}_more"
    leap = (layout.train / "motion_leap.png").read_bytes()
    write_whole(more / "leap_again.png", leap)
    # Two regularization pictures from somewhere else, one of them with a caption.
    small = load_picture(layout.train / "motion_cast.png").resize((256, 256))
    write_whole(layout.reg / "reg_001.png", leap)
    write_whole(layout.reg / "reg_001.txt", b"spyke_plasma_v1, a man\n")
    write_whole(layout.reg / "reg_002.png", encode_png(small))
