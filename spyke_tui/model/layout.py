"""Names and places of everything that is written under the dataset root."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.model.project import MIRROR_SUFFIX, Dataset

FOLDER_NAME = re.compile(r"[1-9][0-9]*_[A-Za-z0-9_ ]+")
"""Folders the trainer reads with the repeats meant: ``int(name.split("_")[0])``, then the class."""
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
"""Endings the trainer takes for pictures, in lower or all upper case."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Absolute paths of one character's dataset."""

    root: Path
    """The dataset folder of the character, e.g. PROJECT/dataset/spyke."""
    train: Path
    reg: Path

    @classmethod
    def of(cls, dataset: Dataset, project_folder: Path) -> Layout:
        """`project_folder` is the folder of crops.toml; [dataset].root may be absolute."""
        try:
            place = Path(dataset.root).expanduser()
        except RuntimeError:  # "~nobody/...": nobody's home, so a folder of that name
            place = Path(dataset.root)
        root = project_folder / place / dataset.character
        return cls(
            root=root,
            train=root / "train" / f"{dataset.repeats}_{dataset.trigger}",
            reg=root / "reg" / f"1_{dataset.class_}",
        )

    @property
    def train_root(self) -> Path:
        return self.root / "train"

    @property
    def reg_root(self) -> Path:
        return self.root / "reg"

    @property
    def topup(self) -> Path:
        return self.root / "topup"

    @property
    def preview(self) -> Path:
        return self.root / "preview"

    @property
    def aside(self) -> Path:
        return self.root / "aside"

    @property
    def own(self) -> Path:
        """Our manifest, journals, lock and thumbnails."""
        return self.root / ".spyke"

    @property
    def runs(self) -> Path:
        """What the generation runs know, and the pictures that were rejected."""
        return self.own / "runs"

    @property
    def dataset_toml(self) -> Path:
        return self.root / "dataset.toml"

    @property
    def training_md(self) -> Path:
        return self.root / "TRAINING.md"

    def reg_image(self, index: int, count: int = 0) -> Path:
        """Regularization image `index` (1-based), padded to at least three digits.

        The trainer takes files in string order, so padding keeps them in ours.
        """
        return self.reg / f"reg_{index:0{max(3, len(str(count)))}d}.png"


def is_picture(name: str) -> bool:
    """Whether the trainer takes a file of this name as a picture (hidden files are ignored)."""
    if name.startswith("."):
        return False
    suffix = os.path.splitext(name)[1]
    return suffix in PICTURE_SUFFIXES or (suffix.isupper() and suffix.lower() in PICTURE_SUFFIXES)


def crop_of_stem(stem: str) -> str:
    """The crop id behind a file's stem, a twin's included."""
    return stem.removesuffix(MIRROR_SUFFIX)
