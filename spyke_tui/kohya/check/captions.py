"""Findings about captions: what the trainer would read for each picture."""

from __future__ import annotations

from collections.abc import Iterator

from spyke_tui.kohya.check.facts import CaptionFacts
from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.kohya.plan import Planned
from spyke_tui.kohya.trainer import CAPTION_SUFFIX
from spyke_tui.model.caption import (
    CLIP_TOKENS,
    caption_of,
    estimate_tokens,
    split_tags,
    starts_with_trigger,
)
from spyke_tui.model.findings import Finding
from spyke_tui.model.layout import crop_of_stem
from spyke_tui.model.mentions import mention_of
from spyke_tui.model.mirror_words import mirror_proposal, side_words, swap_sides
from spyke_tui.model.project import MIRROR_SUFFIX, Crop, Project
from spyke_tui.model.slips import find_near_misses
from spyke_tui.model.table import printable, quoted
from spyke_tui.model.undecided import undecided
from spyke_tui.store.files import Stamp

FIXED_SHARE = 0.80
"""From this share of the captions on, a feature they name no longer binds to the trigger."""


def find_in_captions(inspection: Inspection) -> Iterator[Finding]:
    """What is undecided in crops.toml, each caption on disk, and what they have in common."""
    for crop in inspection.project.crops:
        if crop.status == "keep":
            yield from _incomplete(crop, inspection.project)
    texts: dict[str, str] = {}
    for stem in dict.fromkeys(name.rpartition(".")[0] for name in inspection.train_pictures):
        name = stem + CAPTION_SUFFIX
        stamp = inspection.train.files.get(name)
        if stamp is None:
            yield _missing(stem, inspection)
            continue
        facts = inspection.memory.caption(f"{inspection.train.path}/{name}", stamp)
        texts[stem] = facts.text
        yield from _file(name, facts, inspection)
        yield from _wording(name, facts.text, inspection)
    yield from _fixed_features(list(texts.values()), inspection.project)
    yield from _slips(texts, inspection)


def _incomplete(crop: Crop, project: Project) -> Iterator[Finding]:
    open_fields = undecided(crop, project.dataset)
    if open_fields:
        yield Finding(
            "caption-incomplete", "warning", crop.id,
            f"Not decided on {crop.id}: {', '.join(open_fields)}.",
            "Fill them in (details = [] says that somebody looked and saw none).",
        )  # fmt: skip


def _missing(stem: str, inspection: Inspection) -> Finding:
    name = stem + CAPTION_SUFFIX
    near = inspection.train.by_lower_case.get(name.lower())
    if near is not None and not inspection.train.holds(name):
        why = f"The trainer does not find {printable(near)}: it reads only {printable(name)}."
        fix = f"Rename it to {printable(name)}."
    elif near is not None:
        what = inspection.train.odd.get(name, "is a folder")
        why = f"{printable(name)} {printable(what)}: the trainer takes the picture without it."
        fix = "Remove it, then run spyke-tui build."
    else:
        why = f"There is no {printable(name)} beside its picture."
        planned = stem in inspection.planned
        fix = "Run spyke-tui build." if planned else f"Write {printable(name)}, trigger first."
    return Finding("caption-missing", "error", inspection.where(inspection.train, name), why, fix)


def _file(name: str, facts: CaptionFacts, inspection: Inspection) -> Iterator[Finding]:
    """What the trainer would stumble over in the file, then whether it is ours."""
    where, shown = inspection.where(inspection.train, name), printable(name)
    trigger = inspection.project.dataset.trigger
    if facts.problem:
        yield Finding(
            "caption-encoding", "error", where, f"{shown} {facts.problem}.",
            "Save it as plain UTF-8 without BOM and without invisible characters.",
        )  # fmt: skip
    undecoded = facts.problem and not facts.text
    if not facts.text and not undecoded:
        yield Finding(
            "caption-empty", "error", where,
            f"The first line of {shown} is empty: the trainer stops, or learns no words.",
            f"Write the caption on the first line, beginning with {trigger}.",
        )  # fmt: skip
    if facts.text and facts.more_lines:
        yield Finding(
            "caption-multiline", "error", where,
            f"{shown} has more than one line; the trainer reads only the first.",
            "Bring all tags onto one line, separated by commas.",
        )  # fmt: skip
    if facts.text and not starts_with_trigger(facts.text, trigger):
        first = facts.text.split(",")[0].strip()
        yield Finding(
            "caption-trigger", "error", where,
            f"{shown} begins with {quoted(first)} instead of the trigger {trigger}.",
            f"Make {trigger} the first tag.",
        )  # fmt: skip
    planned = inspection.planned.get(name.removesuffix(CAPTION_SUFFIX))
    if planned is not None and planned.caption_file.name == name:
        yield from _changed(planned, facts, inspection.train.files[name], inspection)


def _changed(
    planned: Planned, facts: CaptionFacts, stamp: Stamp, inspection: Inspection
) -> Iterator[Finding]:
    """A caption that is not what crops.toml says now: ours from before, or somebody's edit."""
    if facts.text == planned.caption and not facts.problem and not facts.more_lines:
        return
    crop_id, name = planned.crop.id, planned.caption_file.name
    entry = inspection.entry(planned.caption_file)
    untouched = entry and (entry.stamp == stamp or entry.sha256 == facts.sha256)
    if untouched:
        yield Finding(
            "image-stale", "error", crop_id,
            f"{name} holds the caption of an older crops.toml.", "Run spyke-tui build.",
        )  # fmt: skip
        return
    who = "was changed since spyke-tui wrote it" if entry else "was not written by spyke-tui"
    yield Finding(
        "caption-edited", "warning", crop_id,
        f"{name} {who}: it says {quoted(facts.text)} instead of {quoted(planned.caption)}.",
        "Take it over as the crop's caption, leave it, or run "
        f"spyke-tui build --force {crop_id}.",
    )  # fmt: skip


def _wording(name: str, text: str, inspection: Inspection) -> Iterator[Finding]:
    """What the words of one caption teach wrongly, or not at all."""
    if not text:
        return
    where, shown = inspection.where(inspection.train, name), printable(name)
    stem = name.removesuffix(CAPTION_SUFFIX)
    planned = inspection.planned.get(stem)
    if not _names_background(text, planned):
        yield Finding(
            "caption-background", "warning", where,
            f"{shown} has no background tag: the background becomes part of the character.",
            'Name it, for example background = "white background".',
        )  # fmt: skip
    if planned.mirror if planned else stem.endswith(MIRROR_SUFFIX):
        yield from _sides(stem, text, inspection)
    # A token is at least one letter.
    tokens = estimate_tokens(text) if len(text) > CLIP_TOKENS else 0
    if tokens > CLIP_TOKENS:
        yield Finding(
            "caption-long", "warning", where,
            f"{shown} has about {tokens} CLIP tokens (an estimate); the trainer reads "
            f"{CLIP_TOKENS} and drops the rest.",
            "Shorten it: the tags at its end are lost.",
        )  # fmt: skip


def _names_background(text: str, planned: Planned | None) -> bool:
    if "background" in text:  # the usual case, quickly
        return True
    tags = {tag.casefold() for tag in split_tags(text)}
    own = {tag.casefold() for tag in split_tags(planned.crop.background)} if planned else set()
    return any("background" in tag for tag in tags) or bool(own and own <= tags)


def _fixed_features(texts: list[str], project: Project) -> Iterator[Finding]:
    for detail in dict.fromkeys((*project.dataset.details, *project.dataset.one_sided)):
        naming = sum(map(mention_of(detail), texts))
        if texts and naming >= FIXED_SHARE * len(texts):
            yield Finding(
                "caption-fixed-feature", "warning", "dataset",
                f"{quoted(detail)} stands in {naming} of {len(texts)} captions "
                f"({naming / len(texts):.0%}): it binds to those words instead of the trigger.",
                "Leave it out of the captions; details say where it shows.", (detail,),
            )  # fmt: skip


def _sides(stem: str, text: str, inspection: Inspection) -> Iterator[Finding]:
    """Sides in a flipped twin's caption, unless it is the crop's own one with them exchanged."""
    sides = side_words(text)
    planned = inspection.planned.get(stem)
    own = caption_of(planned.crop, inspection.project.dataset) if planned else ""
    exchanged = split_tags(swap_sides(own))
    if not sides or exchanged == split_tags(text):
        return
    crop_id = printable(planned.crop.id if planned else crop_of_stem(stem))
    name = f"{printable(stem)}.txt"
    if planned and _tags_with_sides(text) == _tags_with_sides(swap_sides(own)):
        said = {tag.casefold() for tag in split_tags(text)}
        wanted = {tag.casefold() for tag in exchanged}
        more = [f"+{tag}" for tag in exchanged if tag.casefold() not in said]
        less = [f"-{tag}" for tag in split_tags(text) if tag.casefold() not in wanted]
        message = f"{name} does not follow from the fields of {crop_id}"
        message += f": {printable(', '.join(more + less))}." if more or less else " in its order."
    else:
        message = (
            f'{name} is a flipped twin\'s caption and says "{" and ".join(sides)}": '
            "in the flipped picture that is the other side."
        )
    proposal = mirror_proposal(own if planned else text)
    example = f': mirror_caption = "{printable(proposal)}"' if proposal else ""
    fix = f"Give {crop_id} a mirror_caption with the sides exchanged{example}."
    if planned and not proposal:
        place = f"the mirror_caption of {crop_id}" if planned.crop.mirror_caption.strip() else name
        fix = f"Take the sides out of {place}: the crop's own caption names none."
    yield Finding("caption-side-words", "warning", crop_id, message, fix)


def _tags_with_sides(text: str) -> set[str]:
    return {tag.casefold() for tag in split_tags(text) if side_words(tag)}


def _slips(texts: dict[str, str], inspection: Inspection) -> Iterator[Finding]:
    """Tags that are almost another tag: most often one of them is mistyped."""
    users: dict[str, list[str]] = {}
    for stem, text in texts.items():
        for tag in {tag.casefold() for tag in split_tags(text)}:
            users.setdefault(tag, []).append(stem)
    for miss in find_near_misses({tag: len(stems) for tag, stems in users.items()}):
        first = users[miss.tag][0] + CAPTION_SUFFIX
        yield Finding(
            "caption-vocabulary", "warning", inspection.where(inspection.train, first),
            f"The tag {quoted(miss.tag)} ({_captions(miss.count)}) is "
            f"{'one letter' if miss.letters == 1 else 'two letters'} from {quoted(miss.usual)} "
            f"({_captions(miss.usual_count)}).",
            "If they mean the same, write them the same way.", (miss.tag, miss.usual),
        )  # fmt: skip


def _captions(number: int) -> str:
    return "1 caption" if number == 1 else f"{number} captions"
