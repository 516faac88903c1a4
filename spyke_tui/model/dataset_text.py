"""[dataset] and [targets] as text that a person types, field by field.

A field's name is its table and key, ``targets.images``. `character` and `root` are not among them:
they say where everything lies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import cast

from spyke_tui.errors import UsageError
from spyke_tui.model.project import FRAMINGS, Crop, Dataset, Project, Span, Targets
from spyke_tui.model.reading import SIZES
from spyke_tui.model.settings_edit import Section, Value, with_settings
from spyke_tui.model.settings_text import SettingField
from spyke_tui.model.table import FieldError, quoted

HINTS = {
    "dataset.details": "what makes this character this character, with commas between",
    "dataset.one_sided": "those of the details that a mirrored image puts on the wrong side",
    "dataset.trigger": "the first tag of every caption; the next build renames the folder",
    "dataset.class": "the class token of the regularization folder, e.g. character, girl, robot",
    "dataset.repeats": "how often an epoch shows each image; the next build renames the folder",
    "dataset.size": "pixels of a training image: 512, 768 or 1024; the next build makes all anew",
    "dataset.pad": "letterbox colour, #ffffff; auto: the background around each crop",
    "targets.images": "how many, twins counted: 15-20",
    "targets.reg": "how many regularization images: 100-200",
    "targets.details_shown": "the least share of images that show a one-sided detail: 60%",
    "targets.framing": "full body, bust and closeup: 70 20 10",
    "targets.action": "the share of combat and action poses: 50%",
    "targets.tolerance": "how far framing and action may be off: 10%",
    "targets.expressions": "each at least once, with commas between",
    "targets.steps": "of the whole training: 800-1200",
    "targets.batch": "images a step, as you train",
}
"""By field, in the order of the form."""

_NUMBERS = ("dataset.repeats", "dataset.size", "targets.batch")
LISTS = ("dataset.details", "dataset.one_sided", "targets.expressions")
_SHARES = ("targets.details_shown", "targets.action", "targets.tolerance")
_SPANS = ("targets.images", "targets.reg", "targets.steps")
_DEFAULTS = (Dataset("x", "x"), Targets())


def dataset_fields(project: Project) -> tuple[SettingField, ...]:
    """All fields, in the order of the form."""
    return tuple(
        SettingField(name, _given_text(project, name), _default(name), hint)
        for name, hint in HINTS.items()
    )


def with_dataset_text(project: Project, name: str, text: str) -> Project:
    """`project` with a field as it was typed. Raises `UsageError` with what is wrong.

    A detail that is put in another's place is renamed on the crops, too.
    """
    section, key = cast("tuple[Section, str]", tuple(name.split(".", 1)))
    words = " ".join(text.split())
    if words == _given_text(project, name):
        return project
    if not words:
        if name == "dataset.trigger":
            raise UsageError("trigger: a training set needs one.", "Write a word it can't know.")
        return _tried(project, section, dict.fromkeys(_keys(project, name)), key)
    values = _values(name, words)
    if name == "dataset.one_sided":
        _require_details(project, cast("tuple[str, ...]", values[key]))
    changed = _tried(project, section, values, key)
    return _with_details(project, changed) if name == "dataset.details" else changed


def _tried(
    project: Project, section: Section, values: dict[str, Value | None], key: str
) -> Project:
    try:
        return with_settings(project, section, values)
    except FieldError as error:
        raise UsageError(f"{key}: {error.message}", error.fix) from None


# Details ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Renaming:
    before: str
    after: str

    def of(self, details: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.after if one == self.before else one for one in details)


def _with_details(before: Project, after: Project) -> Project:
    """Where one detail took another's place, all who name it follow; one-sided ones must stay."""
    old, new = before.dataset.details, after.dataset.details
    renaming = _renaming(old, new)
    one_sided = before.dataset.one_sided
    if renaming is None:
        lost = [one for one in one_sided if one in old and one not in new]
        if lost:
            raise UsageError(
                f"details: {quoted(lost[0])} stands in one_sided.",
                "Take it out there first, so that no crop is mirrored by mistake.",
            )
        return after
    if renaming.before in one_sided:
        after = with_settings(after, "dataset", {"one_sided": renaming.of(one_sided)})
    crops = tuple(_renamed(crop, renaming) for crop in after.crops)
    return after if crops == after.crops else after.with_crops(crops)


def _renamed(crop: Crop, renaming: _Renaming) -> Crop:
    if crop.details is None or renaming.before not in crop.details:
        return crop
    return replace(crop, details=renaming.of(crop.details))


def _renaming(old: tuple[str, ...], new: tuple[str, ...]) -> _Renaming | None:
    if len(old) != len(new):
        return None
    pairs = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    if len(pairs) != 1 or pairs[0][1] in old or pairs[0][0] in new:
        return None
    return _Renaming(*pairs[0])


def _require_details(project: Project, names: tuple[str, ...]) -> None:
    details = project.dataset.details
    for name in names:
        if name not in details:
            near = get_close_matches(name, details, 1, 0.6)
            raise UsageError(
                f"one_sided: {quoted(name)} is none of the details.",
                f"Did you mean {near[0]}?" if near else "Add it to details first.",
            )


# Text and values ----------------------------------------------------------------------------


def _table(name: str, dataset: Dataset, targets: Targets) -> tuple[Dataset | Targets, str]:
    """The table that a field is of, and its key there."""
    section, key = name.split(".", 1)
    return (dataset if section == "dataset" else targets), key


def _keys(project: Project, name: str) -> list[str]:
    """Those of a field that stand in the file."""
    table, key = _table(name, project.dataset, project.targets)
    return [one for one in table.given if one.partition(".")[0] == key]


def _given_text(project: Project, name: str) -> str:
    """Empty where the file says nothing."""
    table, key = _table(name, project.dataset, project.targets)
    return _shown(name, _found(table, key)) if _keys(project, name) else ""


def _default(name: str) -> str:
    return "" if name == "dataset.trigger" else _shown(name, _found(*_table(name, *_DEFAULTS)))


def _found(table: Dataset | Targets, key: str) -> object:
    found: object = getattr(table, "class_" if key == "class" else key)
    return found


def _shown(name: str, value: object) -> str:
    if isinstance(value, Span):
        return f"{value.min}-{value.max}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if name == "targets.framing":
        shares = cast("dict[str, float]", value)
        return ", ".join(f"{framing} {_percent(shares[framing])}" for framing in shares)
    if isinstance(value, float):
        return _percent(value)
    return str(value)


def _percent(share: float) -> str:
    return f"{round(share * 100, 2):g}%"


def _values(name: str, words: str) -> dict[str, Value | None]:
    key = name.split(".", 1)[1]
    if name in _NUMBERS:
        if not words.isascii() or not words.isdecimal() or len(words) > 9:
            raise UsageError(f"{key}: {quoted(words)} is not a whole number.")
        if name == "dataset.size" and int(words) not in SIZES:
            raise UsageError(f"size: {words} is not 512, 768 or 1024.")
        return {key: int(words)}
    if name in LISTS:
        return {key: tuple(dict.fromkeys(filter(None, map(str.strip, words.split(",")))))}
    if name in _SPANS:
        return _span(key, words)
    if name in _SHARES:
        return {key: _share(key, words)}
    if name == "targets.framing":
        return _framing(words)
    return {key: words}


def _span(key: str, words: str) -> dict[str, Value | None]:
    numbers = re.fullmatch(r"(\d{1,9})\s*(?:-|–|to|\.\.|,|\s)\s*(\d{1,9})", words, re.ASCII)
    if numbers is None:
        usual = _default(f"targets.{key}")
        raise UsageError(f"{key}: {quoted(words)} is no range.", f"Write {usual}.")
    low, high = map(int, numbers.groups())
    return {f"{key}.min": low, f"{key}.max": high}


def _share(key: str, words: str) -> float:
    """60%, 60 or 0.6."""
    number = words.removesuffix("%").strip().replace(",", ".")
    try:
        found = float(number)
    except ValueError:
        found = float("nan")
    share = found / 100 if words.endswith("%") or found > 1 else found
    if not 0 <= share <= 1:
        raise UsageError(f"{key}: {quoted(words)} is not a share.", "Write 60%.")
    return round(share, 6)


def _framing(words: str) -> dict[str, Value | None]:
    """70 20 10, or with names: full body 70%, closeup 30%. Those not named have no target."""
    number = r"\d+(?:\.\d+)?\s*%?"
    parts = re.findall(rf"([A-Za-z ]*?)[\s:=]*({number})", words)
    names = [" ".join(name.lower().split()) for name, _ in parts]
    if re.sub(rf"[A-Za-z]+|{number}|[\s,;:=/+]", "", words) or not parts:
        names = ["?"]
    if not any(names) and len(parts) == len(FRAMINGS):
        names = list(FRAMINGS)
    if sorted(set(names) & set(FRAMINGS)) != sorted(names):
        raise UsageError(f"framing: {quoted(words)} names no shares.", "Write 70 20 10.")
    shares = [_share("framing", share.replace(" ", "")) for _, share in parts]
    if len(shares) > 1 and abs(sum(shares) - 1) > 0.005:
        total = _percent(sum(shares))
        raise UsageError(f"framing: these are {total} together.", "Shares add up to 100%.")
    found: dict[str, Value | None] = {f"framing.{one}": None for one in FRAMINGS}
    return found | {f"framing.{one}": share for one, share in zip(names, shares, strict=True)}
