"""An existing kohya folder taken in as a project: its pictures as sheets, its captions as fields.

The pictures stay where they are; each becomes a sheet with one crop that is all of it. Only the
pictures' headers are read, so a thousand take a second or two.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from spyke_tui.errors import PictureError, UsageError
from spyke_tui.kohya.check.listing import Listing
from spyke_tui.kohya.import_captions import (
    FoundCaption,
    Trigger,
    choose_trigger,
    read_caption,
)
from spyke_tui.kohya.import_folders import KohyaSource, TrainFolder, find_source
from spyke_tui.kohya.import_names import character_name, file_name, free_name, is_text
from spyke_tui.kohya.trainer import CAPTION_SUFFIX
from spyke_tui.model.caption import caption_of
from spyke_tui.model.caption_parsing import parse_caption
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import MIRROR_SUFFIX, Crop, Dataset, Project, Sheet
from spyke_tui.model.reading import SIZES, TRIGGER_NAME
from spyke_tui.model.table import printable, suggest_name
from spyke_tui.model.vocabulary import Vocabulary

Progress = Callable[[int, int, str], None]
_CAPTION_SUFFIXES = (CAPTION_SUFFIX, ".caption", ".TXT")
"""Tried in this order: the trainer's own default is .caption."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A file (relative to the folder taken in) and a word on it."""

    file: str
    word: str


@dataclass(slots=True)
class Imported:
    """The project, and what the message at the end tells."""

    project: Project
    source: KohyaSource
    trigger: Trigger
    in_fields: int = 0
    """Captions that the fields of their crops compose to."""
    overrides: int = 0
    without_caption: int = 0
    untriggered: int = 0
    """Captions that don't begin with the trigger, as they came in."""
    triggered: int = 0
    """Captions that got it in front."""
    twins: int = 0
    renamed: int = 0
    """Pictures whose name had to change to be a crop's id (spaces, capitals)."""
    left_out: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """A picture that can be taken in."""

    folder: TrainFolder
    name: str
    size: Size
    caption: FoundCaption | None

    @property
    def path(self) -> Path:
        return self.folder.path / self.name

    @property
    def stem(self) -> str:
        return Path(self.name).stem


def import_folder(
    folder: Path,
    project_folder: Path,
    *,
    trigger: str | None = None,
    character: str | None = None,
    repeats: int | None = None,
    progress: Progress | None = None,
) -> Imported:
    """The project that `folder` makes; nothing is written.

    `project_folder` is where its crops.toml will lie. Raises `UsageError` where there is nothing
    to take in, where its training folders have different repeats and `repeats` does not say which
    number counts, or where no name for the trigger or the character can be found.
    """
    source = find_source(folder)
    if repeats is None:
        _require_one_number(source)
    left_out = [Remark(_shown(path, source), why) for path, why in source.passed_over]
    remarks: list[Remark] = []
    pictures = list(_pictures(source, left_out, remarks, progress or (lambda *_: None)))
    if not pictures:
        first = f" ({left_out[0].file} {left_out[0].word})" if left_out else ""
        raise UsageError(
            f"No picture in {printable(str(folder))} can be read{first}.", "Nothing was written."
        )
    largest = max(source.train, key=lambda train: len(train.pictures))
    captions = [found.caption.text for found in pictures if found.caption and found.caption.text]
    word = choose_trigger(captions, largest.token, trigger)
    dataset = _dataset(source, largest, word.word, character_name(source.name, character), pictures)
    dataset = replace(dataset, repeats=repeats or dataset.repeats)
    _require_elsewhere(source, dataset, project_folder)
    result = Imported(Project(dataset), source, word, left_out=left_out, remarks=remarks)
    _take_in(result, pictures, project_folder)
    return result


def _pictures(
    source: KohyaSource, left_out: list[Remark], remarks: list[Remark], progress: Progress
) -> Iterator[_Found]:
    """The pictures whose header can be read, each with its caption."""
    from spyke_tui.processing.loading import read_info

    total = sum(len(train.pictures) for train in source.train)
    done = 0
    for train in source.train:
        for name in train.pictures:
            path = train.path / name
            shown = _shown(path, source)
            done += 1
            progress(done, total, shown)
            if not is_text(name):
                left_out.append(Remark(shown, "has a name that is not UTF-8"))
                continue
            try:
                size = read_info(path).size
            except PictureError as error:
                word = error.message.removeprefix(f"{path} ").rstrip(".")
                left_out.append(Remark(shown, word))
                continue
            caption = _caption(train.listing, name, source, remarks)
            yield _Found(train, name, size, caption)


def _caption(
    listing: Listing, picture: str, source: KohyaSource, remarks: list[Remark]
) -> FoundCaption | None:
    """The caption beside a picture; None where there is none."""
    stem = os.path.splitext(picture)[0]
    name = next((stem + s for s in _CAPTION_SUFFIXES if stem + s in listing.files), None)
    if name is None:
        return None
    path = listing.path / name
    try:
        found = read_caption(path)
    except OSError as error:
        remarks.append(Remark(_shown(path, source), f"can't be read: {error.strerror}"))
        return None
    remarks += [Remark(_shown(path, source), word) for word in found.remarks]
    return found


def _dataset(
    source: KohyaSource, largest: TrainFolder, trigger: str, character: str, found: list[_Found]
) -> Dataset:
    """Repeats as the folder's name says; the size that most pictures have, if it is one of ours."""
    defaults = Dataset(character, trigger)
    size, _ = Counter(picture.size for picture in found).most_common(1)[0]
    fits = size.width == size.height and size.width in SIZES
    token = source.reg_token
    class_ = suggest_name(token, TRIGGER_NAME) if re.search(r"[A-Za-z0-9]", token) else ""
    return replace(
        defaults,
        class_=class_ or defaults.class_,
        repeats=largest.repeats or defaults.repeats,
        size=size.width if fits else defaults.size,
    )


def _require_one_number(source: KohyaSource) -> None:
    """Raises `UsageError` for folders of different repeats: a project has one number, and to take
    one of theirs would change how often the trainer shows each picture, without a word."""
    if len({train.repeats for train in source.train}) < 2:
        return
    pictures = sum(len(train.pictures) for train in source.train)
    shown = sum(len(train.pictures) * (train.repeats or 1) for train in source.train)
    nearest = max(1, round(shown / pictures))
    names = ", ".join(f"{printable(t.path.name)} ({len(t.pictures)})" for t in source.train)
    raise UsageError(
        f"These training folders have different repeats, and a project has one number: {names}. "
        "Nothing was written.",
        f"Say which: --repeats {nearest} comes nearest to the {shown} pictures an epoch that they "
        f"are now ({nearest * pictures}). Or take one folder in at a time, each as a project.",
    )


def _require_elsewhere(source: KohyaSource, dataset: Dataset, project_folder: Path) -> None:
    """Raises `UsageError` where `build` would write over the very pictures it reads."""
    root = Layout.of(dataset, project_folder).root.resolve()
    for train in source.train:
        if train.path.resolve().is_relative_to(root):
            raise UsageError(
                f"The pictures lie in {printable(str(root))}, where build would write.",
                "Name another folder for the project: spyke-tui import FOLDER DIR "
                "(or another --character NAME).",
            )


# -- sheets and crops -----------------------------------------------------------------------


def _take_in(result: Imported, pictures: list[_Found], project_folder: Path) -> None:
    """Make a sheet and a crop of each picture; flipped ones become twins of theirs."""
    dataset = result.project.dataset
    vocabulary = Vocabulary(proposed={})
    crops: dict[str, Crop] = {}
    sheets: dict[str, Sheet] = {}
    by_stem: dict[tuple[Path, str], tuple[_Found, str]] = {}
    for found in pictures:
        text = _text(found, result)
        key = free_name(found.stem, crops)
        if found.stem.endswith(MIRROR_SUFFIX):
            base = by_stem.get((found.folder.path, found.stem.removesuffix(MIRROR_SUFFIX)))
            if base and _is_twin(base[0], found):
                crops[base[1]] = _with_twin(crops[base[1]], text, dataset)
                result.twins += 1
                continue
            what = f"is not {base[0].name} flipped" if base else "is no flipped twin"
            word = f"{what}: it is {key} from now on"
            result.remarks.append(Remark(_shown(found.path, result.source), word))
        elif key != free_name(found.stem, ()):
            word = f"has the name of another picture: it is {key} from now on"
            result.remarks.append(Remark(_shown(found.path, result.source), word))
        elif key != found.stem:
            result.renamed += 1
        by_stem.setdefault((found.folder.path, found.stem), (found, key))
        rect = Rect(0, 0, found.size.width, found.size.height)
        crop = Crop(id=key, sheet=key, rect=rect)
        if text:
            parsed = parse_caption(text, dataset, vocabulary)
            crop = parsed.applied_to(crop)
            if parsed.repeated:
                word = f"had {', '.join(parsed.repeated)} more than once: once is left"
                result.remarks.append(Remark(_shown(found.path, result.source), word))
            result.overrides += bool(crop.caption)
            result.in_fields += not crop.caption
        else:
            result.without_caption += 1
        crops[key] = crop
        sheets[key] = Sheet(key, file_name(found.path, project_folder), found.size)
    result.project = replace(result.project, sheets=sheets, crops=tuple(crops.values()))


def _text(found: _Found, result: Imported) -> str:
    """The picture's caption, with a trigger that was given in front; counts what it finds."""
    text = found.caption.text if found.caption else ""
    after = result.trigger.put_first(text)
    result.triggered += after != text
    first = after.split(",")[0].strip()
    result.untriggered += bool(after) and first != result.trigger.word
    return after


def _is_twin(base: _Found, found: _Found) -> bool:
    from spyke_tui.processing.flips import is_flip

    return base.size == found.size and is_flip(base.path, found.path)


def _with_twin(crop: Crop, text: str, dataset: Dataset) -> Crop:
    own = text if text != caption_of(crop, dataset) else ""
    return replace(crop, mirror=True, mirror_caption=own)


def _shown(path: Path, source: KohyaSource) -> str:
    """`path` as a message names it, from the folder taken in."""
    try:
        relative = path.relative_to(source.folder)
    except ValueError:
        relative = path
    return printable(relative.as_posix())
