"""Settings of a generation run in crops.toml: one key is one line, all else stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spyke_tui.model.project import Project
from spyke_tui.model.settings_edit import with_reroll, with_settings
from spyke_tui.store.crops_file import CropsFile

HEAD = """\
[dataset]
character = "spyke"
trigger = "x"

[[crops]]
id = "a"
sheet = "s"
rect = { left = 0, top = 0, width = 5, height = 5 }
"""
REG = (
    HEAD
    + """
# for the trainer
[reg]                              # mine
server     = "http://127.0.0.1:8188"   # or a list
steps      = 20    # how many
prompt     = "a hero"
# the end
"""
)


@pytest.mark.parametrize(
    ("text", "change", "old", "new"),
    [
        (REG, lambda p: with_settings(p, "reg", {"steps": 25}), "= 20    #", "= 25    #"),
        (
            REG,
            lambda p: with_settings(p, "reg", {"server": ("http://a", "http://b")}),
            '"http://127.0.0.1:8188"   # or',
            '["http://a", "http://b"]   # or',
        ),
        (
            REG,
            lambda p: with_reroll(p, "reg", 17),
            'prompt     = "a hero"\n',
            'prompt     = "a hero"\nrerolls    = { 17 = 1 }\n',
        ),
        (
            REG.replace("# the end", "rerolls = { 4 = 1, 9 = 2 }  # seen"),
            lambda p: with_reroll(p, "reg", 9),
            "9 = 2",
            "9 = 3",
        ),
        (
            REG + "[reg.rerolls]\n9 = 1 # seen\n",
            lambda p: with_reroll(p, "reg", 9),
            "9 = 1 # seen",
            "9 = 2 # seen",
        ),
        (
            HEAD + "[topup]\ncount = 4 # few\n",
            lambda p: with_settings(p, "topup", {"count": None}),
            "count = 4 # few\n",
            "",
        ),
    ],
)
def test_one_key_is_one_line(
    tmp_path: Path, text: str, change: Callable[[Project], Project], old: str, new: str
) -> None:
    (tmp_path / "crops.toml").write_text(text)
    file = CropsFile.read(tmp_path)
    before = file.project
    file.write(change(before))
    assert (tmp_path / "crops.toml").read_text() == text.replace(old, new)
    file.write(before)
    assert (tmp_path / "crops.toml").read_text() == text


def test_tables_that_are_not_there_are_added_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "crops.toml"
    path.write_text(HEAD)
    file = CropsFile.read(tmp_path)
    file.write(with_settings(file.project, "topup", {"count": 9}))
    file.write(with_settings(file.project, "reg", {"steps": 30}))
    found = CropsFile.read(tmp_path).project
    assert (found.topup.count, found.topup.steps, found.reg.steps) == (9, 30, 30)
    assert path.read_text().startswith(HEAD + "\n[")
