"""Whether a caption or prompt speaks of something."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from spyke_tui.model.caption import one_line


@lru_cache(maxsize=256)
def mention_of(phrase: str) -> Callable[[str], bool]:
    """A test whether a text holds `phrase` as whole words, in any case.

    Underscores count as spaces: prompts write "ginger_hair" as well as "ginger hair".
    """
    words = _plain(phrase).split()
    if not words:
        return lambda _: False
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)")
    return lambda text: pattern.search(_plain(text)) is not None


def _plain(text: str) -> str:
    return one_line(text).replace("_", " ").casefold()
