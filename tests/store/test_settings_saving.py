"""Settings in crops.toml: one key is one line, all else stays byte for byte."""

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
            HEAD + "[targets]\nimages = { min = 3, max = 9 } # few\n",
            lambda p: with_settings(p, "targets", {"images.min": 4}),
            "min = 3,",
            "min = 4,",
        ),
        (
            HEAD + "[targets]\nbatch = 2\n[targets.images]\nmax = 9 # many\nmin = 3\n",
            lambda p: with_settings(p, "targets", {"images.max": 8}),
            "max = 9 #",
            "max = 8 #",
        ),
        (
            HEAD + "[targets]\nbatch = 2\n",
            lambda p: with_settings(p, "targets", {"framing.full body": 0.5, "framing.bust": 0.5}),
            "batch = 2\n",
            'batch = 2\nframing = { "full body" = 0.5, bust = 0.5 }\n',
        ),
        (
            HEAD,
            lambda p: with_settings(p, "dataset", {"trigger": "y", "details": ("a", "b")}),
            'trigger = "x"\n',
            'trigger = "y"\ndetails = ["a", "b"]\n',
        ),
        (
            "dataset = { character = 'spyke', trigger = 'x' }\n",
            lambda p: with_settings(p, "dataset", {"pad": "auto"}),
            "'x' }",
            "'x', pad = \"auto\"}",
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


def test_targets_that_are_not_there_stand_behind_the_dataset(tmp_path: Path) -> None:
    path = tmp_path / "crops.toml"
    path.write_text(HEAD)
    file = CropsFile.read(tmp_path)
    file.write(with_settings(file.project, "targets", {"action": 0.25}))
    assert path.read_text() == HEAD.replace(
        "\n[[crops]]", "\n[targets]\naction = 0.25\n\n[[crops]]"
    )
