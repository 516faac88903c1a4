"""Eighteen captions typed into the form: every key counts, and there are nine each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from PIL import Image

from spyke_tui.model.caption import caption_of
from spyke_tui.terminal.capabilities import choose
from spyke_tui.tui.session import Session
from spyke_tui.tui.spyke_app import SpykeApp

TRIGGER = "spyke_plasma_v1"
WHITE = "white background"
FULL = f"{TRIGGER}, full body"

# What the project's plan wants its first crops to be called, sheet by sheet.
CAPTIONS = {
    "spyke_final_front": f"{FULL}, front view, standing neutral pose, {WHITE}",
    "spyke_final_3q": f"{FULL}, three quarter view, standing neutral pose, {WHITE}",
    "spyke_final_side": f"{FULL}, side view, standing neutral pose, cloak draped, {WHITE}",
    "spyke_final_back": f"{FULL}, back view, standing neutral pose, cloak symbol, {WHITE}",
    "spyke_final_neutral": f"{TRIGGER}, closeup, neutral expression, {WHITE}",
    "spyke_final_angry": f"{TRIGGER}, closeup, angry expression, {WHITE}",
    "spyke_final_battle": f"{TRIGGER}, closeup, determined expression, battle focused, {WHITE}",
    "spyke_final_shocked": f"{TRIGGER}, closeup, surprised expression, {WHITE}",
    "v1_front": f"{FULL}, front view, standing neutral pose, {WHITE}",
    "v1_3q": f"{FULL}, three quarter view, standing neutral pose, {WHITE}",
    "v1_side": f"{FULL}, side view, standing neutral pose, {WHITE}",
    "v1_back": f"{FULL}, back view, standing neutral pose, {WHITE}",
    "v7_front": f"{FULL}, front view, hand on hip, {WHITE}",
    "v7_3q": f"{FULL}, three quarter view, sword drawn, {WHITE}",
    "v7_side": f"{FULL}, side view, walking, {WHITE}",
    "v7_back": f"{FULL}, back view, looking over shoulder, {WHITE}",
    "v2_front": f"{FULL}, front view, fighting stance, {WHITE}",
    "v2_3q": f"{FULL}, three quarter view, fighting stance, sword drawn, {WHITE}",
}

# One line a picture. A word in <> is a key, anything else is typed letter by letter.
KEYS = """
1 <tab> f <tab> s <tab> <tab> <tab> w <pagedown>
<ctrl+r> <shift+tab> <shift+tab> <shift+tab> <shift+tab> t <pagedown>
<ctrl+r> s <tab> <tab> <tab> cloak_draped <enter>
<ctrl+r> <end> <ctrl+w> symbol <shift+tab> <shift+tab> <shift+tab> b <pagedown>
<shift+tab> c <tab> <tab> <tab> n <tab> <tab> w <pagedown>
<ctrl+r> <shift+tab> <shift+tab> a <enter>
<ctrl+r> d <tab> battle_focused <enter>
<ctrl+r> <backspace> <shift+tab> s <enter>
<ctrl+l> <enter>
<ctrl+l> <enter>
<ctrl+l> <tab> <backspace> <enter>
<ctrl+l> <backspace> <enter>
<ctrl+l> <shift+tab> <shift+tab> hand_on_hip <enter>
<ctrl+l> sword_drawn <enter>
<ctrl+l> w <pagedown>
<ctrl+l> looking_over_shoulder <enter>
<ctrl+l> f <pagedown>
<ctrl+l> f <enter> , s w <pagedown>
""".strip().splitlines()


def keys_of(line: str) -> list[str]:
    names = {"_": "space", ",": "comma"}
    return [
        key
        for word in line.split()
        for key in ([word[1:-1]] if word.startswith("<") else [names.get(c, c) for c in word])
    ]


@pytest.fixture
def untouched(tmp_path: Path) -> Path:
    """A project of four sheets whose crops have rectangles and nothing else."""
    lines = ["[dataset]", 'character = "spyke"', f'trigger = "{TRIGGER}"', ""]
    sheets = dict.fromkeys(crop_id.rpartition("_")[0] for crop_id in CAPTIONS)
    for sheet in sheets:
        lines += [f"[sheets.{sheet}]", f'file = "{sheet}.png"', ""]
        Image.new("RGB", (400, 200), "white").save(tmp_path / f"{sheet}.png")
    for at, crop_id in enumerate(CAPTIONS):
        lines += ["[[crops]]", f'id = "{crop_id}"', f'sheet = "{crop_id.rpartition("_")[0]}"']
        lines += [f"rect = {{ left = {at}, top = 0, width = 90, height = 180 }}", ""]
    (tmp_path / "crops.toml").write_text("\n".join(lines))
    return tmp_path


async def test_nine_keys_a_caption_and_never_the_trigger(untouched: Path) -> None:
    app = SpykeApp(Session.open(untouched, choose("halfcell")))
    assert len(KEYS) == len(CAPTIONS)
    pressed: list[str] = []
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        for (crop_id, wanted), line in zip(CAPTIONS.items(), KEYS, strict=True):
            assert app.session.editor.crop is not None and app.session.editor.crop.id == crop_id
            keys = keys_of(line)
            pressed += keys
            await pilot.press(*keys)
            crop = app.session.project.crop(crop_id)
            assert crop is not None
            assert caption_of(crop, app.session.project.dataset) == wanted
        await app.autosave.flush()
    average = len(pressed) / len(CAPTIONS)
    assert average <= 9, f"{len(pressed)} keys for {len(CAPTIONS)} captions: {average:.2f} each"
    typed = "".join({"space": " ", "comma": ","}.get(k, k) for k in pressed if len(k) < 6)
    assert TRIGGER not in typed and "underscore" not in pressed
    # And so it stands in the file.
    saved = tomllib.loads((untouched / "crops.toml").read_text())["crops"]
    assert [crop["id"] for crop in saved] == list(CAPTIONS)
    assert saved[-1]["pose"] == "fighting stance, sword drawn" and "tags" not in saved[0]
