"""crops.toml: what a save changes, byte for byte, and what an unreadable file says."""

from __future__ import annotations

import difflib
import errno
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spyke_tui.errors import ProjectFileError
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Crop, Project, Sheet
from spyke_tui.store import files
from spyke_tui.store.crops_file import ChangedElsewhereError, CropsFile
from spyke_tui.store.swapping import swap
from spyke_tui.store.toml_blocks import locate, split_blocks

TEXT = '''# my project
[dataset]
character = "spyke"   # the hero
trigger   = "spyke_v1"

[targets]
images = { min = 1, max = 3 }

[sheets.final]     # the good one
file = "a.png"
note = """
[[crops]] is not a header here
"""
mystery = 3

# ---- bodies ----

[[crops]]
id     = "front"         # best view
sheet  = "final"
rect   = { left = 30, top = 100, width = 650, height = 1100 }  # by eye
status = "keep"
tags   = [
  "a",   # first
  "b",
]
custom = "mine"

# the side is dark

[[crops]]
id     = "side"
sheet  = "final"
rect   = {left=720,top=100,width=650,height=1100}
details = []

# ---- the rest ----
[reg]
prompt = "a man"
rerolls = { 17 = 1 }
'''


def opened(tmp_path: Path, text: str = TEXT) -> CropsFile:
    path = tmp_path / "crops.toml"
    path.write_bytes(text.encode())
    return CropsFile.read(path)


def change(project: Project, index: int, **values: object) -> Project:
    crops = list(project.crops)
    crops[index] = replace(crops[index], **values)  # type: ignore[arg-type]
    return project.with_crops(tuple(crops))


def changed_lines(old: str, new: str) -> list[str]:
    rows = difflib.ndiff(old.splitlines(), new.splitlines())
    return [row for row in rows if row[0] in "+-"]


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n")])
def test_a_nudge_changes_one_line_and_keeps_its_comment(tmp_path: Path, text: str) -> None:
    file = opened(tmp_path, text)
    rect = file.project.crops[0].rect
    file.write(change(file.project, 0, rect=replace(rect, left=31)))
    assert (tmp_path / "crops.toml").read_bytes().decode() == text.replace(
        "{ left = 30,", "{ left = 31,"
    )


def test_a_compact_rectangle_stays_compact(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.write(change(file.project, 1, rect=Rect(721, 99, 650, 1100)))
    assert "{left=721,top=99,width=650,height=1100}" in (tmp_path / "crops.toml").read_text()


def test_a_changed_value_keeps_the_comment_behind_it(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.write(change(file.project, 0, id="face"))
    text = (tmp_path / "crops.toml").read_text()
    assert changed_lines(TEXT, text) == [
        '- id     = "front"         # best view',
        '+ id     = "face"         # best view',
    ]


def test_a_sheets_size_is_written_into_its_table(tmp_path: Path) -> None:
    file = opened(tmp_path)
    sheet = replace(file.project.sheets["final"], size=Size(2816, 1536))
    file.write(file.project.with_sheet(sheet))
    assert changed_lines(TEXT, (tmp_path / "crops.toml").read_text()) == ["+ size = [2816, 1536]"]


def test_deleting_and_undoing_brings_back_comments_and_unknown_keys(tmp_path: Path) -> None:
    file = opened(tmp_path)
    whole = file.project
    file.write(whole.with_crops(whole.crops[1:]))
    text = (tmp_path / "crops.toml").read_text()
    assert '"front"' not in text
    assert "# ---- bodies ----" in text and "# the side is dark" in text
    file.write(whole)
    restored = (tmp_path / "crops.toml").read_text()
    assert tomllib.loads(restored) == tomllib.loads(TEXT)
    for line in TEXT.splitlines():
        assert line in restored.splitlines()


def test_a_new_crop_follows_the_others_in_their_style(tmp_path: Path) -> None:
    file = opened(tmp_path)
    crop = Crop("back", "final", Rect(1, 2, 3, 4), status="draft", tags=("x",))
    file.write(file.project.with_crops((*file.project.crops, crop)))
    assert changed_lines(TEXT, (tmp_path / "crops.toml").read_text()) == [
        "+ [[crops]]",
        '+ id     = "back"',
        '+ sheet  = "final"',
        "+ rect   = { left = 1, top = 2, width = 3, height = 4 }",
        '+ status = "draft"',
        '+ tags   = ["x"]',
        "+ ",
    ]


def test_a_first_crop_and_a_first_sheet_go_before_the_other_tables(tmp_path: Path) -> None:
    text = '[dataset]\ncharacter = "a"\ntrigger = "b"\n\n[reg]\nsteps = 9\n'
    file = opened(tmp_path, text)
    crop = Crop("one", "s", Rect(0, 0, 9, 9))
    file.write(file.project.with_sheet(Sheet("s", "s.png")).with_crops((crop,)))
    assert (tmp_path / "crops.toml").read_text() == (
        '[dataset]\ncharacter = "a"\ntrigger = "b"\n\n[sheets.s]\nfile = "s.png"\n\n'
        '[[crops]]\nid = "one"\nsheet = "s"\n'
        "rect = { left = 0, top = 0, width = 9, height = 9 }\n\n[reg]\nsteps = 9\n"
    )


@pytest.mark.parametrize(
    "crops",
    [
        'crops = [{ id = "a", sheet = "s", rect = { left = 1, top = 2, width = 3, height = 4 } }]',
        '[[crops]]\nid = "a"\nsheet = "s"\n[crops.rect]\nleft = 1\ntop = 2\nwidth = 3\nheight = 4',
        '[[crops]]\nid = "a"\nsheet = "s"\nrect.left = 1\nrect.top = 2\nrect.width = 3\n'
        "rect.height = 4",
    ],
)
def test_other_ways_of_writing_crops(tmp_path: Path, crops: str) -> None:
    file = opened(tmp_path, f'{crops}\n\n[dataset]\ncharacter = "a"\ntrigger = "b"\n')
    file.write(change(file.project, 0, rect=Rect(5, 2, 3, 4), status="reject"))
    again = CropsFile.read(tmp_path)
    assert again.project == file.project
    assert again.project.crops[0].rect == Rect(5, 2, 3, 4)


def test_another_programs_change_is_not_overwritten(tmp_path: Path) -> None:
    file = opened(tmp_path)
    theirs = TEXT.replace("the hero", "the heroine").encode()
    file.path.write_bytes(theirs)
    assert file.changed_on_disk()
    with pytest.raises(ChangedElsewhereError):
        file.write(change(file.project, 0, status="reject"))
    assert file.path.read_bytes() == theirs


@pytest.mark.parametrize("renames", [False, True])
def test_what_another_program_writes_at_the_last_moment_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: bool
) -> None:
    """After the last look at the file, before ours takes its place."""
    file = opened(tmp_path)
    if not swap(file.path, file.path):
        pytest.skip("two files can't change places here")
    theirs = TEXT.replace("the hero", "the heroine").encode()

    def late(one: Path, other: Path) -> bool:
        monkeypatch.setattr(files, "swap", swap)
        if renames:
            (tmp_path / "4913").write_bytes(theirs)
            (tmp_path / "4913").replace(other)
        else:
            other.write_bytes(theirs)
        return swap(one, other)

    monkeypatch.setattr(files, "swap", late)
    with pytest.raises(ChangedElsewhereError):
        file.write(change(file.project, 0, status="reject"))
    assert file.path.read_bytes() == theirs
    assert [path.name for path in tmp_path.iterdir()] == ["crops.toml"]


def test_what_can_not_change_places_again_is_put_back_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = opened(tmp_path)
    theirs = TEXT.replace("the hero", "the heroine").encode()

    def once(one: Path, other: Path) -> bool:
        monkeypatch.setattr(files, "swap", lambda *_: False)
        other.write_bytes(theirs)
        return swap(one, other)

    if not swap(file.path, file.path):
        pytest.skip("two files can't change places here")
    monkeypatch.setattr(files, "swap", once)
    with pytest.raises(ChangedElsewhereError):
        file.write(change(file.project, 0, status="reject"))
    assert file.path.read_bytes() == theirs


def test_a_disk_that_fails_when_all_is_written_makes_our_own_file_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = opened(tmp_path)
    if not swap(file.path, file.path):
        pytest.skip("two files can't change places here")
    with monkeypatch.context() as broken:

        def fail(*_: object, **__: object) -> None:
            raise OSError(errno.EIO, "Input/output error")

        broken.setattr(Path, "unlink", fail)
        file.write(change(file.project, 0, status="reject"))
    assert not file.changed_on_disk() and file.news() is None
    file.write(change(file.project, 1, status="reject"))
    found = CropsFile.read(file.path).project
    assert [crop.status for crop in found.crops] == ["reject", "reject"]


def test_where_files_can_not_change_places_they_are_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = opened(tmp_path)
    monkeypatch.setattr(files, "swap", lambda *_: False)
    file.write(change(file.project, 0, status="reject"))
    assert CropsFile.read(file.path).project.crops[0].status == "reject"
    assert [path.name for path in tmp_path.iterdir()] == ["crops.toml"]


names = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True).filter(
    lambda name: not name.endswith("_mirror")
)
words = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)
rects = st.builds(Rect, *[st.integers(-5, 3000)] * 4)
crop_values = st.builds(
    Crop,
    names,
    st.just("final"),
    rects,
    status=st.sampled_from(["draft", "keep", "reject"]),
    framing=st.sampled_from(["full body", "bust", "closeup", ""]),
    view=words,
    pose=words,
    action=st.sampled_from([None, True, False]),
    tags=st.lists(words, max_size=3).map(tuple),
    details=st.none() | st.lists(words, max_size=2).map(tuple),
    mirror=st.booleans(),
    erase=st.lists(rects, max_size=2).map(tuple),
    caption=words,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_any_history_of_edits_reads_back_and_keeps_the_rest(
    tmp_path: Path, data: st.DataObject
) -> None:
    file = opened(tmp_path)
    for _ in range(data.draw(st.integers(1, 5))):
        crops = list(file.project.crops)
        action = data.draw(st.sampled_from(["insert", "delete", "replace", "swap"]))
        at = data.draw(st.integers(0, len(crops)))
        if action == "insert":
            crops.insert(at, data.draw(crop_values))
        elif action == "delete" and at < len(crops):
            del crops[at]
        elif action == "replace" and at < len(crops):
            crops[at] = data.draw(crop_values)
        elif action == "swap":
            crops.reverse()
        file.write(file.project.with_crops(tuple(crops)))
        again = CropsFile.read(tmp_path).project
        assert again.crops == tuple(crops)
        text = file.path.read_text()
        for comment in (
            "# my project",
            "# the hero",
            "# ---- bodies",
            "# ---- the rest",
            "mystery",
        ):
            assert text.count(comment) == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('trigger   = "spyke_v1"', "trigger = 3", 4, "dataset.trigger"),
        ('trigger   = "spyke_v1"', 'trigger = "a b"', 4, "dataset.trigger"),
        ('trigger   = "spyke_v1"', "", 2, "dataset.trigger"),
        ("650, height = 1100 }  #", '"w", height = 9 } #',21, "crops[0].rect.width"),
        ("width=650,", "width=6.5,", 34, "crops[1].rect.width"),
        ('id     = "side"', 'id = "../side"', 32, "crops[1].id"),
        ('id     = "side"', 'id = "side_mirror"', 32, "crops[1].id"),
        ('sheet  = "final"\nrect   = {left', 'rect = {left', 31, "crops[1].sheet"),
        ("details = []", "details = [1]", 35, "crops[1].details[0]"),
        ('status = "keep"', 'status = "kept"', 22, "crops[0].status"),
        ('file = "a.png"', "file = true", 10, "sheets.final.file"),
        ("17 = 1", "x = 1", 40, "reg.rerolls.x"),
        ('prompt = "a man"', "prompt = ", 39, ""),
        ("[reg]", "[reg", 38, ""),
    ],
)  # fmt: skip
def test_unreadable_files_name_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str
) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(ProjectFileError) as caught:
        opened(tmp_path, TEXT.replace(old, new))
    assert (caught.value.line, caught.value.key) == (line, key)
    assert caught.value.message and caught.value.fix


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\xef\xbb\xbf[dataset]\n", 1),
        (b"[dataset]\ncharacter = 'sp\xfcke'\n", 2),
        (b"a = " + b"[" * 20000, 1),
        (b"a = 1" + b"0" * 6000, 1),
        (b"", 1),
    ],
)
def test_broken_bytes_are_an_error_with_a_cure(tmp_path: Path, data: bytes, line: int) -> None:
    (tmp_path / "crops.toml").write_bytes(data)
    with pytest.raises(ProjectFileError) as caught:
        CropsFile.read(tmp_path)
    assert caught.value.fix
    assert caught.value.line in (line, 0)


def test_no_file_a_folder_and_no_permission(tmp_path: Path) -> None:
    with pytest.raises(ProjectFileError, match="no such file"):
        CropsFile.read(tmp_path)
    (tmp_path / "crops.toml").mkdir()
    with pytest.raises(ProjectFileError, match="not a file"):
        CropsFile.read(tmp_path)


def test_blocks_joined_are_the_text() -> None:
    blocks = split_blocks(TEXT)
    assert "".join(block.text for block in blocks) == TEXT
    assert [block.path for block in blocks] == [
        (), ("dataset",), ("targets",), ("sheets", "final"), ("crops",), ("crops",), ("reg",),
    ]  # fmt: skip


def test_locate_of_what_is_not_there_is_its_table() -> None:
    assert locate(TEXT, ("crops", 1, "view")) == 31
    assert locate(TEXT, ("nothing",)) == 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["[dataset]", "x = 1", "deep = " + "[" * 5000 + "]" * 5000, "y = [[1]]"], 3),
        (["[dataset]", "x = [[", *["["] * 5000, *["]"] * 5000, "]]"], 5002),
        (["[dataset]", "repeats = " + "9" * 5000], 2),
        (["# nothing but this"], 1),
    ],
)
def test_what_can_not_be_read_is_always_said_with_a_line(
    tmp_path: Path, lines: list[str], said: int
) -> None:
    (tmp_path / "crops.toml").write_text("\n".join(lines))
    with pytest.raises(ProjectFileError) as refused:
        CropsFile.read(tmp_path)
    assert refused.value.line == said
