"""What is black on a terminal of 16 colours is not bold there: bold would make it grey."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from spyke_tui.tui.bold_black import NoBoldBlack


@pytest.mark.parametrize(
    ("style", "bold"),
    [
        ("bold #101014 on #ff4080", False),
        ("bold black on white", False),
        ("bold #ffffff on #101014", True),
        ("bold #ff4080", True),
        ("bold", True),
        ("#101014 on #ff4080", None),
    ],
)
def test_only_black_loses_it(style: str, bold: bool | None) -> None:
    (found,) = NoBoldBlack().apply([Segment("name", Style.parse(style))], Color(0, 0, 0))
    before = Style.parse(style)
    assert found.text == "name" and found.style is not None
    assert found.style.bold == bold
    assert (found.style.color, found.style.bgcolor) == (before.color, before.bgcolor)


def test_what_has_no_style_is_let_through() -> None:
    segments = [Segment("name")]
    assert NoBoldBlack().apply(segments, Color(0, 0, 0)) == segments


@pytest.mark.parametrize(("system", "filtered"), [("standard", True), ("256", False)])
async def test_it_is_for_terminals_of_16_colours(
    opened: Callable, system: str, filtered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as it:
        monkeypatch.setattr(type(it.app.console), "color_system", system)
        found = any(isinstance(one, NoBoldBlack) for one in it.app.get_line_filters())
        assert found == filtered
