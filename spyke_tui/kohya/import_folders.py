"""Finding the training folders in a place that somebody names, the way the trainer reads them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import UsageError
from spyke_tui.kohya.check.listing import Listing, list_folder
from spyke_tui.model.layout import is_picture
from spyke_tui.model.table import printable, quoted
from spyke_tui.store.crops_file import FILE_NAME

TRAIN_ROOTS = ("train", "img", "image", "images")
"""What people call the folder over the training folders."""
REG_ROOTS = ("reg", "regularization", "regularisation", "reg_images")
_NOT_TRAINING = (
    *REG_ROOTS, "preview", "previews", "topup", "aside", "log", "logs", "model", "models", "output",
    "sample", "samples",
)  # fmt: skip
_PLACES = ("dataset", "datasets", "data", "kohya", "lora", "training")
"""Names of datasets' roots that say nothing of the character."""
_REPEATS = re.compile(r"([0-9]{1,4})_(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TrainFolder:
    """One folder of training pictures. `repeats` is None where its name does not say."""

    listing: Listing
    repeats: int | None
    token: str
    """The name behind the repeats: the class token."""

    @property
    def path(self) -> Path:
        return self.listing.path

    @property
    def pictures(self) -> list[str]:
        return _pictures(self.listing)


@dataclass(frozen=True, slots=True)
class KohyaSource:
    """What was found under `folder`.

    `name` is the best that the folders say of the character. `reg_token` and `reg_images` speak
    of regularization pictures; `passed_over` has folders that the trainer skips, with why.
    """

    folder: Path
    train: tuple[TrainFolder, ...]
    name: str
    reg_token: str = ""
    reg_images: int = 0
    passed_over: tuple[tuple[Path, str], ...] = ()


def find_source(folder: Path) -> KohyaSource:
    """The training folders that `folder` is or holds. Raises `UsageError` where there are none."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(
            f"{printable(str(folder))} {what}.", "Name the folder that the pictures lie in."
        )
    # Without "." and "..": its name is asked for.
    listing = list_folder(Path(os.path.abspath(folder)))
    if FILE_NAME in listing.files:
        raise UsageError(
            f"{printable(str(folder))} is a project of spyke-tui already.",
            f"Open it: spyke-tui {printable(str(folder))} (or name the dataset inside it).",
        )
    if listing.problem:
        raise UsageError(
            f"{printable(str(folder))} can't be read: {listing.problem}.", "Mend its permissions."
        )
    listing = _down_to_the_dataset(listing)
    train, passed_over = _train_folders(listing)
    if not train:
        raise UsageError(
            f"There is no picture in {printable(str(folder))} that the trainer would read.",
            "Name a folder such as train/10_spyke, the one over it, or a dataset's root.",
        )
    token, images = _regularization(listing)
    return KohyaSource(
        listing.path, tuple(train), _name(listing, train), token, images, tuple(passed_over)
    )


def _down_to_the_dataset(listing: Listing) -> Listing:
    """The one subfolder that is a dataset, where the folder itself is none."""
    if _pictures(listing) or _train_root(listing):
        return listing
    inside = [list_folder(listing.path / name) for name in listing.folders]
    if any(_pictures(folder) for folder in inside):
        return listing
    datasets = [folder for folder in inside if _train_root(folder)]
    if len(datasets) > 1:
        names = ", ".join(quoted(folder.path.name) for folder in datasets)
        raise UsageError(
            f"There are several datasets in {printable(str(listing.path))}: {names}.",
            "Name one of them.",
        )
    return datasets[0] if datasets else listing


def _train_root(listing: Listing) -> str:
    return next((name for name in listing.folders if name.lower() in TRAIN_ROOTS), "")


def _train_folders(listing: Listing) -> tuple[list[TrainFolder], list[tuple[Path, str]]]:
    """The folders with training pictures at or below `listing`, and those passed over."""
    root = _train_root(listing)
    if root and not _REPEATS.fullmatch(listing.path.name):
        listing = list_folder(listing.path / root)
    if _pictures(listing):
        below = [
            (listing.path / name, "the trainer does not look into folders inside a training folder")
            for name in listing.folders
            if _pictures(list_folder(listing.path / name))
        ]
        return [_train_folder(listing)], below
    found = [
        _train_folder(folder)
        for name in listing.folders
        if name.lower() not in _NOT_TRAINING
        and _pictures(folder := list_folder(listing.path / name))
        # Without repeats in its name and without captions it is just a folder of pictures.
        and (_REPEATS.fullmatch(name) or _has_captions(folder))
    ]
    if not any(folder.repeats for folder in found):
        return found, []
    taken = [folder for folder in found if folder.repeats]
    skipped = [
        (folder.path, "the trainer skips a folder whose name does not begin with its repeats")
        for folder in found
        if not folder.repeats
    ]
    return taken, skipped


def _train_folder(listing: Listing) -> TrainFolder:
    name = listing.path.name
    match = _REPEATS.fullmatch(name)
    if match:
        return TrainFolder(listing, int(match[1]), match[2])
    return TrainFolder(listing, None, "" if name.lower() in TRAIN_ROOTS else name)


def _pictures(listing: Listing) -> list[str]:
    """Names that the trainer takes for pictures, broken links and the like included."""
    return sorted(name for name in (*listing.files, *listing.odd) if is_picture(name))


def _has_captions(listing: Listing) -> bool:
    return any(name.lower().endswith((".txt", ".caption")) for name in listing.files)


def _name(listing: Listing, train: list[TrainFolder]) -> str:
    """The character's name: that of a dataset's root, else the largest class token."""
    own = listing.path.name
    if _train_root(listing) and own.lower() not in _PLACES:
        return own
    return max(train, key=lambda found: len(found.pictures)).token or own


def _regularization(listing: Listing) -> tuple[str, int]:
    """The class token of the regularization folder and its pictures, where there is one."""
    for name in listing.folders:
        if name.lower() not in REG_ROOTS:
            continue
        root = list_folder(listing.path / name)
        for inner in root.folders:
            match = _REPEATS.fullmatch(inner)
            pictures = _pictures(list_folder(root.path / inner))
            if match and pictures:
                return match[2], len(pictures)
        if _pictures(root):
            return "", len(_pictures(root))
    return "", 0
