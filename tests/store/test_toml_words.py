"""A crops.toml that is no TOML: what, where and what next, in words of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spyke_tui.errors import ProjectFileError
from spyke_tui.store.crops_file import parse_project

CROP = '[[crops]]\nid = "one"\nsheet = "s"\n'


def broken(text: str) -> ProjectFileError:
    with pytest.raises(ProjectFileError) as caught:
        parse_project(text, Path("crops.toml"))
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "key", "first", "fix"),
    [
        ('[dataset]\nsize = 512\n# here\nsize = 768\n', 4, "dataset.size", 2, "remove the other"),
        ('a = 1\na = 2\n', 2, "a", 1, "remove the other"),
        (f'{CROP}tags = [\n "id",\n]\n"id" = "b"\n', 7, "crops[0].id", 2, "write [[crops]] above"),
        (f'{CROP}\n{CROP}sheet = "t"\n', 8, "crops[1].sheet", 7, "write [[crops]] above"),
        ('[reg]\n[dataset]\n[reg] # more\n', 3, "reg", 1, "Bring their lines together"),
        ('[sheets.a]\nfile = "x"\n[sheets.a]\n', 3, "sheets.a", 1, "another name"),
        ('[crops]\nid = "one"\n[[crops]]\n', 3, "crops", 1, "Write [[crops]] above each"),
        ('[[crops]]\nid = "one"\n[crops]\n', 3, "crops", 1, "Write [[crops]] above each"),
    ],
)  # fmt: skip
def test_what_is_written_twice(text: str, line: int, key: str, first: int, fix: str) -> None:
    error = broken(text)
    assert (error.line, error.key) == (line, key)
    assert f"on line {first}." in error.message
    assert fix in error.fix


def test_a_key_twice_between_braces() -> None:
    error = broken(f'{CROP}rect = {{ left = 1, top = 2, left = 3 }}\n')  # fmt: skip
    assert (error.line, error.key) == (4, "left")
    assert "left is written twice" in error.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[dataset]\na = 1\n[dataset.a]\n", 3),
        ("a.b = 1\n[a]\n", 2),
        ("a = { x = 1 }\n[a]\n", 2),
        ("[a.b]\n[c]\n[a]\nb.c = 1\n", 4),
    ],
)
def test_a_value_that_is_a_table_too(text: str, line: int) -> None:
    error = broken(text)
    assert error.line == line
    assert re.search("value", error.message)
    assert error.fix == "Give one of them another name, or remove it."


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ('x = "a\n', 1, "not closed"),
        ("x = [1,\n2\n", 2, "list is not closed"),
        ("y = 1\nx = yes\n", 2, "no value"),
        ("y = 1\nx 2\n", 2, "no = behind"),
        ("x = { a = 1\n", 1, "}"),
        ("x = 1 y = 2\n", 1, "not valid TOML"),
    ],
)
def test_other_slips(text: str, line: int, word: str) -> None:
    error = broken(text)
    assert error.line == line
    assert word in error.message + error.fix
    assert error.fix.endswith(".")


@pytest.mark.parametrize("text", ["", "a", "=", "[", "[[", "]", '"', "a=1\na", "a.=1", "a={", "\0"])
def test_no_text_stops_the_explanation(text: str) -> None:
    error = broken(text)
    assert error.message and error.fix
    assert "Cannot overwrite" not in str(error)
