"""A TOML file cut at its headers: nothing lost, no header where there is none, right lines."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spyke_tui.store.toml_blocks import lines_of, locate, split_blocks

TRAPS = '''top = 1
# [comment]
text = """
[not.a.header]
\\"""
[[nor.this]]
"""
literal = \'\'\'
[[nor]]
\'\'\'
quotes = """two ""quotes"" and five"""""
list = [
  "[no]", # [no]
  [
[1],
  ],
]
inline = { a = "[x]", b = ["]"] }
odd = "a\\"[b]\\\\"
single = 'c:\\'
["quoted.key".sub]   # a comment
a = 1
  [indented]
b = 2
[[array]]
c = 3
[[array]] # again
[array.sub]
d = 4
[ spaced . out ]
e = 5
'''


def test_headers_are_found_and_nothing_else() -> None:
    tomllib.loads(TRAPS)
    assert [(block.path, block.is_array) for block in split_blocks(TRAPS)] == [
        ((), False),
        (("quoted.key", "sub"), False),
        (("indented",), False),
        (("array",), True),
        (("array",), True),
        (("array", "sub"), False),
        (("spaced", "out"), False),
    ]


def test_first_lines_are_where_the_headers_stand() -> None:
    lines = TRAPS.split("\n")
    for block in split_blocks(TRAPS)[1:]:
        assert lines[block.first_line - 1].lstrip().startswith("[")


@example("[#]")
@given(st.text(st.sampled_from("[]{}'\"\\#=.a1 \n\r\t\u2028\x85\x0c"), max_size=80))
def test_joined_they_are_the_text_whatever_it_is(text: str) -> None:
    blocks = split_blocks(text)
    assert "".join(block.text for block in blocks) == text
    for block in blocks[1:]:
        own, tail = block.split_tail()
        assert own + tail == block.text


keys = st.text("abc", min_size=1, max_size=3)
strings = st.text(st.sampled_from("[]#\"'\\x \n\u2028\x85="), max_size=12)


@given(st.dictionaries(keys, st.dictionaries(keys, strings, max_size=3), max_size=4))
def test_tables_written_any_way_are_cut_at_their_headers(
    tables: dict[str, dict[str, str]],
) -> None:
    def value(text: str, style: int) -> str:
        if style == 0 or "'''" in text or text.endswith("'") or "\x85" in text:
            import json

            return json.dumps(text)
        return f"'''\n{text}'''"

    for style in (0, 1):
        text = "".join(
            f"[{name}]\n" + "".join(f"{key} = {value(v, style)}\n" for key, v in rows.items())
            for name, rows in tables.items()
        )
        assert tomllib.loads(text) == tables
        blocks = split_blocks(text)
        assert [block.path for block in blocks[1:]] == [(name,) for name in tables]
        for block, (name, rows) in zip(blocks[1:], tables.items(), strict=True):
            assert tomllib.loads(block.text) == {name: rows}


def test_only_line_feeds_end_lines() -> None:
    assert lines_of("a\u2028b\x0cc\x85d\re\r\nf\n\ng") == [
        "a\u2028b\x0cc\x85d\re\r\n",
        "f\n",
        "\n",
        "g",
    ]
    assert lines_of("") == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("dataset", "trigger"), 3), (("dataset", "missing"), 1), (("crops", 0, "id"), 6),
        (("crops", 1, "id"), 10), (("crops", 1, "rect", "width"), 12), (("crops", 2, "rect"), 13),
        (("crops", 1, "erase", 0, "left"), 9), (("sheets", "a", "file"), 18), (("nowhere",), 0),
        (("sheets", "b"), 20), (("sheets", "b", "file"), 20), (("crops", 1, "status"), 9),
    ],
)  # fmt: skip
def test_places_are_found(path: tuple[str | int, ...], line: int) -> None:
    text = """[dataset]
character = "x\u2028[dataset]"
trigger = 1

[[crops]]
id = "a"
rect = { left = 1 }

[[crops]]
"id" = "b"
[crops.rect]
width = 2
[[crops]]
id = "c"

# a comment
[sheets.a]
file = "x"

[sheets.b]
"""
    assert locate(text, path) == line
