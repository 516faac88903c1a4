"""Pairs for the whole set against [targets], for regularization images and for runs."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

from code_pairs import PairSet, pair
from pairs_images import as_png
from PIL import Image
from training_set import crop, picture, png

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Sheet, Span
from spyke_tui.processing.generated import PRACTICE_KEYWORD, mark_practice
from spyke_tui.processing.png_chunks import insert_chunks, text_chunk
from spyke_tui.store.run_files import RunFiles

# How many ---------------------------------------------------------------------------------------


@pair("images-few", "error", "one picture short of the minimum")
def one_picture_too_few(it: PairSet, spoilt: int) -> None:
    it.targets(images=Span(5 + spoilt, 9))


@pair("images-many", "warning", "one picture over the maximum")
def one_picture_too_many(it: PairSet, spoilt: int) -> None:
    it.targets(images=Span(1, 5 - spoilt))


@pair("reg-few", "error", "one picture short of the minimum")
def one_class_picture_too_few(it: PairSet, spoilt: int) -> None:
    it.targets(reg=Span(10, 12))
    (it.reg / "reg_010.png").rename(it.reg / ("reg_010.gif" if spoilt else "reg_010.PNG"))
    it.ours(it.reg / ("reg_010.gif" if spoilt else "reg_010.PNG"), png("a"))


@pair("reg-few", "warning", "one picture short of images x repeats")
def one_class_picture_short(it: PairSet, spoilt: int) -> None:
    if spoilt:
        (it.reg / "reg_010.png").unlink()


@pair("reg-many", "warning", "one picture over images x repeats")
def one_class_picture_over(it: PairSet, spoilt: int) -> None:
    it.reg_settings(count=10 + spoilt)
    it.build()


@pair("reg-many", "warning", "one picture over the maximum")
def one_class_picture_too_many(it: PairSet, spoilt: int) -> None:
    it.targets(reg=Span(1, 10 - spoilt))


# Of what ----------------------------------------------------------------------------------------


@pair("coverage-details", "warning", "one crop fewer shows a one-sided detail")
def one_detail_fewer(it: PairSet, spoilt: int) -> None:
    it.change("b", details=("white cloak" if spoilt else "right bracer",))


@pair("coverage-framing", "warning", "one hundredth beyond the tolerance")
def a_hundredth_of_framing(it: PairSet, spoilt: int) -> None:
    want = 0.45 + 0.01 * spoilt
    it.targets(framing=MappingProxyType({"full body": 0.4, "bust": want}))


@pair("coverage-framing", "warning", "one crop is a bust instead of a full body")
def one_bust_more(it: PairSet, spoilt: int) -> None:
    it.change("b", framing="bust" if spoilt else "full body")
    it.targets(framing=MappingProxyType({"full body": 0.4}))
    it.build()


@pair("coverage-action", "warning", "one crop fewer is action")
def one_action_fewer(it: PairSet, spoilt: int) -> None:
    it.change("a", action=not spoilt)
    it.targets(tolerance=0.1, framing=MappingProxyType({}))


@pair("coverage-expressions", "warning", "one letter of an expression")
def one_letter_of_an_expression(it: PairSet, spoilt: int) -> None:
    it.targets(expressions=("neutral", "ANGR" if spoilt else "ANGRY"))


@pair("steps-range", "warning", "the target ends one step before the third epoch does")
def one_step_too_few(it: PairSet, spoilt: int) -> None:
    it.targets(steps=Span(41, 60 - spoilt))


@pair("steps-range", "warning", "the target begins one step behind the second epoch's end")
def one_step_too_many(it: PairSet, spoilt: int) -> None:
    it.targets(steps=Span(40 + spoilt, 59))


# Regularization images --------------------------------------------------------------------------


@pair("reg-caption", "error", "reg_001.txt instead of reg_001.TXT")
def a_caption_among_class_pictures(it: PairSet, spoilt: int) -> None:
    (it.reg / ("reg_001.txt" if spoilt else "reg_001.TXT")).write_text("spyke_v1")


@pair("reg-practice", "error", "one letter of the mark in the metadata")
def the_mark_of_a_practice_picture(it: PairSet, spoilt: int) -> None:
    mark = text_chunk(PRACTICE_KEYWORD[:-1] + "x", "a placeholder")
    data = mark_practice(png("a")) if spoilt else insert_chunks(png("a"), mark)
    (it.reg / "reg_001.png").write_bytes(data)


@pair("reg-practice", "error", "the crop of a practice candidate is kept instead of rejected")
def a_kept_practice_candidate(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.targets(images=Span(5, 6), steps=Span(20, 60))
    it.reg_settings(count=10 + 2 * spoilt)  # two for each image
    candidate(it, mark_practice(png("d")), "keep" if spoilt else "reject")
    it.build()
    if spoilt:
        it.ours(
            it.train / "topup_001.png",
            as_png(picture("d").transpose(Image.Transpose.FLIP_TOP_BOTTOM)),
        )


@pair("reg-size", "error", "one row of pixels is missing")
def one_row_of_a_class_picture(it: PairSet, spoilt: int) -> None:
    data = as_png(picture("a").crop((0, 0, 512, 512 - spoilt)))
    (it.reg / "reg_001.png").write_bytes(data)


@pair("reg-prompt-leak", "error", "one letter of a detail in [reg].prompt")
def one_letter_of_the_prompt(it: PairSet, spoilt: int) -> None:
    it.reg_settings(prompt="a hero, (White_cloa{}:1.2)".format("k" if spoilt else "n"))


@pair("reg-prompt-leak", "error", "the trigger in [reg].prompt instead of in its negative")
def the_trigger_in_the_prompt(it: PairSet, spoilt: int) -> None:
    key = "prompt" if spoilt else "negative"
    it.reg_settings(**{"prompt": "a hero", key: "spyke_v1, a hero"})


@pair("reg-prompt-leak", "error", "a detail at a workflow's positive instead of its negative")
def a_detail_in_the_workflow(it: PairSet, spoilt: int) -> None:
    ends = ["positive", "negative"] if spoilt else ["negative", "positive"]
    nodes = {
        "3": {"class_type": "KSampler", "inputs": {ends[0]: ["6", 0], ends[1]: ["7", 0]}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a white cloak"}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "a hero"}},
    }
    (it.folder / "flow.json").write_text(json.dumps(nodes))
    it.reg_settings(workflow="flow.json")


# Runs -------------------------------------------------------------------------------------------


@pair("reg-unfinished", "warning", "the run is of one picture more than it made")
def one_picture_to_come(it: PairSet, spoilt: int) -> None:
    files = RunFiles(it.layout, "reg")
    total = 10 + spoilt
    records: list[dict[str, object]] = [
        {"t": "run", "run": "r", "pid": 1, "total": total, "folder": files.images.name}
    ]
    for index in range(1, 11):
        name = files.image(index, total).name
        records += [{"t": "about", "i": index, "name": name}, {"t": "done", "i": index}]
    files.folder.mkdir(parents=True, exist_ok=True)
    files.journal.write_text("".join(json.dumps(record) + "\n" for record in records))


def candidate(it: PairSet, data: bytes, status: str) -> None:
    """A candidate that the app made a sheet and a crop of."""
    path = RunFiles(it.layout, "topup").image(1, 5)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    sheet = Sheet("topup", path.relative_to(it.folder).as_posix(), Size(512, 512))
    drawn = crop("topup_001", sheet="topup", rect=Rect(0, 0, 512, 512), status=status)
    it.p = replace(it.p.with_sheet(sheet), crops=(*it.p.crops, drawn))


@pair("topup-undecided", "warning", "the candidate's crop is a draft instead of rejected")
def a_candidate_that_is_a_draft(it: PairSet, spoilt: int) -> None:
    candidate(it, png("d"), "draft" if spoilt else "reject")


@pair("checkpoint-family", "warning", "one letter of the checkpoint's name")
def one_letter_of_the_checkpoint(it: PairSet, spoilt: int) -> None:
    it.reg_settings(checkpoint=f"Anything{'XL' if spoilt else 'XI'}_inkBase.safetensors")


@pair("checkpoint-family", "warning", "a training at 768 instead of 1024")
def the_size_of_the_training(it: PairSet, spoilt: int) -> None:
    it.reg_settings(checkpoint="AnythingXL_inkBase.safetensors")
    size = 768 if spoilt else 1024
    it.dataset(size=size)
    for name in ("a", "b", "c", "d"):  # large enough not to be enlarged
        it.change(name, rect=Rect(0, 0, 1024, 1100))
    it.build()
    for path in it.reg.iterdir():
        path.write_bytes(png("a", size))
    for path in it.train.glob("*.png"):
        it.ours(path, png(path.stem, size))
