"""The text of a crops.toml for pictures that were taken in from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from spyke_tui.model.project import Crop, Project, Sheet
from spyke_tui.store.new_project import json_text, reg_text

_HEAD = """\
# What took judgement stands here: rectangles, tags, decisions. Every picture can be
# rebuilt from it. Comments and order that you write survive every save.
# The pictures were not copied: each sheet below is one of them, and its crop all of it.

[dataset]
character = {character}
trigger   = {trigger}   # first tag of every caption
class     = {class_}   # class token of the regularization folder
repeats   = {repeats}
size      = {size}           # 512, 768 or 1024
pad       = {pad}     # letterbox colour; "auto" = the crop's own background
details   = []            # what makes it this character, e.g. ["red scarf", "left glove"]
one_sided = []            # those of them that a mirrored image would put on the wrong side

# [targets] holds quotas; the defaults are 15-20 images, 70/20/10 full body/bust/closeup.
"""
_TEXTS = (
    "framing", "view", "pose", "expression", "background", "mirror_caption", "caption",
)  # fmt: skip


def imported_text(project: Project) -> str:
    """A crops.toml that says `project`: its sheets, each followed by nothing but its crops.

    Only what differs from the defaults is written. Details, erasing and quotas are the user's.
    """
    dataset = project.dataset
    head = _HEAD.format(
        character=json_text(dataset.character),
        trigger=json_text(dataset.trigger),
        class_=json_text(dataset.class_),
        repeats=dataset.repeats,
        size=dataset.size,
        pad=json_text(dataset.pad),
    )
    sheets = "".join(map(_sheet_text, project.sheets.values()))
    crops = "".join(map(_crop_text, project.crops))
    return head + sheets + crops + reg_text(dataset.trigger)


def _sheet_text(sheet: Sheet) -> str:
    size = f"size = [{sheet.size.width}, {sheet.size.height}]\n" if sheet.size else ""
    return f"\n[sheets.{sheet.key}]\nfile = {json_text(sheet.file)}\n{size}"


def _crop_text(crop: Crop) -> str:
    return "\n[[crops]]\n" + "".join(f"{key:<10} = {value}\n" for key, value in _fields(crop))


def _fields(crop: Crop) -> Iterator[tuple[str, str]]:
    rect = crop.rect
    yield "id", json_text(crop.id)
    yield "sheet", json_text(crop.sheet)
    yield (
        "rect",
        f"{{ left = {rect.left}, top = {rect.top}, width = {rect.width}, height = {rect.height} }}",
    )
    for name in _TEXTS:
        if name == "background" and crop.tags:
            yield "tags", "[" + ", ".join(map(json_text, crop.tags)) + "]"
        if name == "mirror_caption" and crop.mirror:
            yield "mirror", "true"
        if value := getattr(crop, name):
            yield name, json_text(value)
