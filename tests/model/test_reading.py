"""Reading crops.toml: defaults, types, unknown keys, unsafe names."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Dataset, Project, Span, Targets
from spyke_tui.model.reading import DEFAULT_NEGATIVE, read_project
from spyke_tui.model.table import FieldError, Table, dotted, printable, quoted

HEAD = '[dataset]\ncharacter = "spyke"\ntrigger = "spyke_v1"\n'
CROP = '[[crops]]\nid = "front"\nsheet = "final"\n'
RECT = "rect = { left = 30, top = 100, width = 650, height = 1100 }\n"
SHEET = '[sheets.final]\nfile = "a.png"\n'


def read(text: str) -> Project:
    return read_project(tomllib.loads(text))


def fault(text: str) -> FieldError:
    with pytest.raises(FieldError) as caught:
        read(text)
    assert caught.value.message.endswith(".")
    assert caught.value.fix.endswith(".")
    return caught.value


# Defaults -----------------------------------------------------------------------------------


def test_two_keys_are_enough() -> None:
    project = read(HEAD)
    assert project.dataset == Dataset("spyke", "spyke_v1")
    assert project.targets == Targets()
    assert (project.crops, dict(project.sheets), project.unknown_keys) == ((), {}, ())
    assert project.reg.servers == ("http://127.0.0.1:8188",)
    assert (project.reg.count, project.reg.seed) == (150, 20260219)
    assert (project.topup.count, project.topup.negative) == (5, DEFAULT_NEGATIVE)


def test_the_defaults_of_a_sheet_and_a_crop() -> None:
    project = read(HEAD + SHEET + CROP + RECT)
    sheet, crop = project.sheets["final"], project.crops[0]
    assert (sheet.key, sheet.size, sheet.use, sheet.annotated) == ("final", None, "yes", False)
    assert crop.status == "keep"
    assert (crop.action, crop.details) == (None, None)  # nobody has decided
    assert (crop.framing, crop.tags, crop.erase, crop.mirror) == ("", (), (), False)
    assert crop.rect == Rect(30, 100, 650, 1100)


def test_decided_for_nothing_differs_from_undecided() -> None:
    crop = read(HEAD + CROP + RECT + "details = []\naction = false\n").crops[0]
    assert (crop.details, crop.action) == ((), False)


def test_every_key_is_known() -> None:
    project = read(
        HEAD
        + """
class = "anime_character"
repeats = 5
size = 768
pad = "#FFEE00"
root = "out"
details = ["a", "b"]
one_sided = ["a"]
[targets]
images = { min = 1, max = 2 }
reg = { min = 3, max = 4 }
details_shown = 0.5
framing = { bust = 1 }
action = 0
tolerance = 0.2
expressions = []
steps = { min = 5, max = 6 }
batch = 2
[sheets.final]
file = "a.png"
size = [2816, 1536]
use = "partial"
annotated = true
note = "n"
"""
        + CROP
        + RECT
        + """status = "draft"
framing = "full body"
view = "v"
pose = "p"
action = true
expression = "e"
background = "b"
tags = ["t"]
details = ["a"]
mirror = true
mirror_caption = "m"
erase = [{ left = 1, top = 2, width = 3, height = 4 }]
caption = "c"
[reg]
server = ["http://a:1", "https://b"]
auth_env = "KEY"
checkpoint = "x.safetensors"
count = 7
seed = 8
rerolls = { 17 = 1 }
prompt = "p"
negative = "n"
steps = 9
cfg = 5
sampler = "s"
scheduler = "k"
width = 640
height = 640
workflow = "w.json"
[topup]
prompt = "q"
count = 3
"""
    )
    assert project.unknown_keys == ()
    assert project.dataset == Dataset(
        "spyke", "spyke_v1", "anime_character", 5, 768, "#ffee00", "out", ("a", "b"), ("a",)
    )
    assert project.targets.images == Span(1, 2)
    assert dict(project.targets.framing) == {"bust": 1.0}
    assert project.targets.expressions == ()
    assert project.sheets["final"].size == Size(2816, 1536)
    assert project.crops[0].erase == (Rect(1, 2, 3, 4),)
    assert project.reg.servers == ("http://a:1", "https://b")
    assert dict(project.reg.rerolls) == {17: 1}
    topup = project.topup
    assert (topup.servers, topup.checkpoint, topup.workflow) == (
        project.reg.servers, "x.safetensors", "w.json",
    )  # fmt: skip
    assert (topup.prompt, topup.count, topup.steps, topup.width) == ("q", 3, 9, 640)
    assert (topup.negative, dict(topup.rerolls)) == (DEFAULT_NEGATIVE, {})


def test_generated_pictures_have_the_size_of_the_set() -> None:
    project = read(HEAD + "size = 1024\n")
    assert (project.reg.width, project.reg.height, project.topup.width) == (1024, 1024, 1024)


def test_contradictions_are_let_through() -> None:
    text = HEAD + CROP + RECT + CROP + "rect = { left = -5, top = 0, width = 0, height = -1 }\n"
    assert [crop.id for crop in read(text).crops] == ["front", "front"]


# Faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "fix"),
    [
        ("", "dataset", "[dataset]"),
        ("dataset = 3", "dataset", "[dataset]"),
        ('[dataset]\ntrigger = "t"', "dataset.character", "character ="),
        ('[dataset]\ncharacter = "s"', "dataset.trigger", "trigger ="),
        (HEAD + "repeats = 0", "dataset.repeats", "repeats = 10"),
        (HEAD + "repeats = 1.5", "dataset.repeats", "repeats = 10"),
        (HEAD + "repeats = true", "dataset.repeats", "repeats = 10"),
        (HEAD + 'repeats = "10"', "dataset.repeats", "repeats = 10"),
        (HEAD + "size = 500", "dataset.size", "512"),
        (HEAD + 'pad = "white"', "dataset.pad", "#ffffff"),
        (HEAD + 'pad = "#fff"', "dataset.pad", "#ffffff"),
        (HEAD + 'root = " "', "dataset.root", "dataset"),
        (HEAD + 'root = "a\\u0000b"', "dataset.root", "dataset"),
        (HEAD + 'details = "a"', "dataset.details", "["),
        (HEAD + 'details = ["a", 3]', "dataset.details[1]", "details ="),
        (HEAD + "[targets]\nimages = 3", "targets.images", "min = 15"),
        (HEAD + "[targets]\nimages = { min = 9, max = 8 }", "targets.images", "min = 15"),
        (HEAD + "[targets]\nreg = { min = -1 }", "targets.reg.min", "min = 100"),
        (HEAD + "[targets]\ndetails_shown = 60", "targets.details_shown", "0.6"),
        (HEAD + "[targets]\naction = nan", "targets.action", "0.5"),
        (HEAD + "[targets]\nframing = { bust = -0.1 }", "targets.framing.bust", "bust ="),
        (HEAD + "[targets]\nexpressions = [1]", "targets.expressions[0]", "expressions ="),
        (HEAD + "[targets]\nbatch = 0", "targets.batch", "batch = 1"),
        ("sheets = 3\n" + HEAD, "sheets", "file ="),
        (HEAD + "[sheets]\nfinal = 3", "sheets.final", "file ="),
        (HEAD + "[sheets.final]", "sheets.final.file", "file ="),
        (HEAD + '[sheets.final]\nfile = ""', "sheets.final.file", "file ="),
        (HEAD + SHEET + "size = [1]", "sheets.final.size", "size ="),
        (HEAD + SHEET + "size = [0, 5]", "sheets.final.size", "size ="),
        (HEAD + SHEET + "size = [1.0, 5]", "sheets.final.size", "size ="),
        (HEAD + SHEET + "size = [true, 5]", "sheets.final.size", "size ="),
        (HEAD + SHEET + 'use = "Yes"', "sheets.final.use", '"yes"'),
        (HEAD + SHEET + "annotated = 1", "sheets.final.annotated", "true"),
        (HEAD + "[crops]\nid = 3", "crops", "[[crops]]"),
        (HEAD + '[[crops]]\nsheet = "s"', "crops[0].id", "id ="),
        (HEAD + '[[crops]]\nid = "a"\n' + RECT, "crops[0].sheet", "sheet ="),
        (HEAD + CROP, "crops[0].rect", "rect ="),
        (HEAD + CROP + "rect = [1, 2, 3, 4]", "crops[0].rect", "left ="),
        (HEAD + CROP + "rect = { left = 1, top = 2, width = 3 }", "crops[0].rect.height", "rect ="),
        (
            HEAD + CROP + "rect = { left = 1, top = 2, widht = 3, height = 4 }",
            "crops[0].rect.width", "It says widht: write width",
        ),
        ('[dataset]\ncharacter = "s"\ntriger = "t"', "dataset.trigger", "triger: write trigger"),
        (
            HEAD + CROP + RECT + CROP + 'rect = { left = 0, top = 0, width = "w", height = 1 }',
            "crops[1].rect.width", "width =",
        ),
        (HEAD + CROP + RECT + 'status = "kept"', "crops[0].status", '"keep"'),
        (HEAD + CROP + RECT + 'framing = "Bust"', "crops[0].framing", '"bust"'),
        (HEAD + CROP + RECT + 'framing = "zzz"', "crops[0].framing", "one of"),
        (HEAD + CROP + RECT + "tags = [[]]", "crops[0].tags[0]", "tags ="),
        (HEAD + CROP + RECT + 'action = "yes"', "crops[0].action", "true"),
        (HEAD + CROP + RECT + "erase = [3]", "crops[0].erase[0]", "erase ="),
        (HEAD + CROP + RECT + "erase = [{ left = 1 }]", "crops[0].erase[0].top", "erase ="),
        (HEAD + CROP + RECT + "view = 2024-01-01", "crops[0].view", "view ="),
        (HEAD + '[reg]\nserver = "127.0.0.1:8188"', "reg.server", "http://"),
        (HEAD + '[reg]\nserver = "http://user:secret@host"', "reg.server", "auth_env"),
        (HEAD + "[reg]\nserver = [3]", "reg.server[0]", "server ="),
        (HEAD + "[reg]\nserver = []", "reg.server", "without it, it is http://127.0.0.1:8188"),
        (
            HEAD + '[reg]\nserver = ["http://a", "http://b"]\n[topup]\nserver = [" "]',
            "topup.server", "without it, it is http://a and http://b",
        ),
        (HEAD + "[reg]\ncount = -1", "reg.count", "count = 150"),
        (HEAD + "[reg]\ncfg = 101", "reg.cfg", "cfg = 7"),
        (HEAD + "[reg]\nwidth = 8", "reg.width", "width ="),
        (HEAD + "[reg]\nrerolls = { x = 1 }", "reg.rerolls.x", "rerolls ="),
        (HEAD + "[reg]\nrerolls = { 0 = 1 }", "reg.rerolls.0", "rerolls ="),
        (HEAD + "[reg]\nrerolls = { 7 = -1 }", "reg.rerolls.7", "7 ="),
        (HEAD + '[topup]\ncount = "five"', "topup.count", "count = 5"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_and_its_cure(text: str, path: str, fix: str) -> None:
    found = fault(text)
    assert dotted(found.path) == path
    assert fix in found.fix


@pytest.mark.parametrize(
    "server", ["http://user:secret@host:8188/x", "user:secret@host", "http://host/?token=secret"]
)
def test_a_secret_is_not_repeated(server: str) -> None:
    found = fault(f'{HEAD}[reg]\nserver = "{server}"')
    assert "secret" not in f"{found.message}{found.fix}"
    assert read(HEAD + '[reg]\nserver = "http://host:8188/x@y"').reg.servers


# Names --------------------------------------------------------------------------------------


BAD_NAMES = ["", ".", "..", "../x", "a/b", "a\\b", "/etc", "A", "é", "-a", " a", "a ", "a.b", "a\n"]


@pytest.mark.parametrize("name", [*BAD_NAMES, "a_b", "con/..", "~"])
def test_an_unsafe_character(name: str) -> None:
    data = {"dataset": {"character": name, "trigger": "t"}}
    with pytest.raises(FieldError) as caught:
        read_project(data)
    assert dotted(caught.value.path) == "dataset.character"


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", "a-b", "é", "a\n", "a.b", "a\0"])
@pytest.mark.parametrize("key", ["trigger", "class"])
def test_an_unsafe_trigger_or_class(key: str, name: str) -> None:
    data = {"dataset": {"character": "s", "trigger": "t", key: name}}
    with pytest.raises(FieldError) as caught:
        read_project(data)
    assert dotted(caught.value.path) == f"dataset.{key}"


@pytest.mark.parametrize("name", [*BAD_NAMES, "_a", "a_mirror", "_mirror", "a_mirror_mirror"])
def test_an_unsafe_crop(name: str) -> None:
    crop = {"id": name, "sheet": "s", "rect": {"left": 0, "top": 0, "width": 1, "height": 1}}
    data: dict[str, Any] = {"dataset": {"character": "s", "trigger": "t"}, "crops": [crop]}
    with pytest.raises(FieldError) as caught:
        read_project(data)
    assert dotted(caught.value.path) == "crops[0].id"
    # What the advice says to write instead can be read.
    crop["id"] = caught.value.fix.split('"')[1]
    assert read_project(data).crops[0].id == crop["id"]


@pytest.mark.parametrize("name", ["a", "0", "a_b-c", "a_mirrored", "mirror", "a_mirror_b"])
def test_a_safe_crop(name: str) -> None:
    assert read(f'{HEAD}[[crops]]\nid = "{name}"\nsheet = "s"\n{RECT}').crops[0].id == name


@pytest.mark.parametrize("name", ["../x", "A", "a.b", ""])
def test_an_unsafe_sheet(name: str) -> None:
    data = {"dataset": {"character": "s", "trigger": "t"}, "sheets": {name: {"file": "x"}}}
    with pytest.raises(FieldError):
        read_project(data)


# Unknown keys -------------------------------------------------------------------------------


def test_unknown_keys_are_named_and_let_through() -> None:
    text = (
        f"top = 1\n{HEAD}Repeats = 3\n[targets]\nimages = {{ min = 1, max = 2, mid = 1 }}\n"
        f'framing = {{ "full  body" = 1 }}\n{SHEET}sise = 3\n{CROP}'
        "rect = { left = 0, top = 0, width = 1, height = 1, x = 1 }\n"
        'erase = [{ left = 0, top = 0, width = 1, height = 1, y = 1 }]\n"a.b" = 1\n'
        "[reg]\nsteep = 1\n[topup]\nx = 1\n[other]\nx = 1\n"
    )
    assert sorted(read(text).unknown_keys) == sorted(
        [
            "top", "other", "dataset.Repeats", "targets.images.mid",
            'targets.framing."full  body"', "sheets.final.sise", "crops[0].rect.x",
            "crops[0].erase[0].y", 'crops[0]."a.b"', "reg.steep", "topup.x",
        ]
    )  # fmt: skip


# Anything -----------------------------------------------------------------------------------

KEYS = st.sampled_from(
    ["dataset", "targets", "sheets", "crops", "reg", "character", "trigger", "id", "rect", "left",
     "size", "file", "images", "min", "max", "erase", "server", "rerolls", "17", "framing", "x"]
)  # fmt: skip
values = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, values, max_size=5))
def test_anything_is_read_or_refused_in_words(data: dict[str, Any]) -> None:
    data.setdefault("dataset", {"character": "s", "trigger": "t"})
    try:
        project = read_project(data)
    except FieldError as error:
        assert error.message
        assert error.fix
        assert dotted(error.path)
    else:
        assert isinstance(project, Project)


@given(st.text(max_size=30))
def test_shown_names_cannot_command_a_terminal(text: str) -> None:
    for shown in (printable(text), quoted(text)):
        assert all(c >= " " and not "\x7f" <= c <= "\x9f" for c in shown)
        shown.encode()


rects = st.builds(
    Rect, st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 9), st.integers(0, 9)
)


@given(rects, st.lists(rects, max_size=3), st.lists(st.text(max_size=5), max_size=3))
def test_what_is_written_is_read(rect: Rect, erase: list[Rect], tags: list[str]) -> None:
    def table(r: Rect) -> dict[str, int]:
        return {"left": r.left, "top": r.top, "width": r.width, "height": r.height}

    crop = {
        "id": "a", "sheet": "s", "rect": table(rect), "erase": [table(r) for r in erase],
        "tags": tags, "details": tags,
    }  # fmt: skip
    project = read_project(
        {"dataset": {"character": "s", "trigger": "t", "details": tags}, "crops": [crop]}
    )
    assert project.crops[0].rect == rect
    assert project.crops[0].erase == tuple(erase)
    assert project.crops[0].tags == project.dataset.details == tuple(tags)
    assert project.unknown_keys == ()


def test_the_place_of_a_value() -> None:
    assert dotted(("crops", 3, "rect", "width")) == "crops[3].rect.width"
    assert dotted(("a b", "c")) == '"a b".c'
    assert dotted(()) == ""
    assert Table({"a": 1, "b": 2}, ("x", 0)).unknown() == ["x[0].a", "x[0].b"]


def test_a_root_that_no_file_system_takes() -> None:
    data = {"dataset": {"character": "spyke", "trigger": "v1", "root": "a/" + "é" * 200}}
    with pytest.raises(FieldError, match="too long for a folder"):
        read_project(data)
    data["dataset"]["root"] = "/".join(["a" * 255] * 3)
    assert read_project(data).dataset.root.endswith("a")


def test_a_name_that_no_file_could_bear() -> None:
    """Else only the build would fail, crop by crop."""

    def read(crop_id: str) -> Project:
        crop = {"id": crop_id, "sheet": "s", "rect": {"left": 0, "top": 0, "width": 1, "height": 1}}
        return read_project({"dataset": {"character": "x", "trigger": "x"}, "crops": [crop]})

    assert read("k" * 200).crops[0].id == "k" * 200
    with pytest.raises(FieldError) as refused:
        read("k" * 201)
    assert "201 characters long" in refused.value.message
    assert len(refused.value.message) < 200
