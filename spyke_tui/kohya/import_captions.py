"""Captions as other tools leave them: read whatever their bytes, and the trigger they share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import UsageError
from spyke_tui.kohya.check.facts import CAPTION_LIMIT
from spyke_tui.model.caption import one_line, split_tags, unique_tags
from spyke_tui.model.caption_words import is_background, is_pose, is_view
from spyke_tui.model.project import FRAMINGS
from spyke_tui.model.reading import TRIGGER_NAME
from spyke_tui.model.table import quoted, suggest_name

_USUAL_FIRST = re.compile(
    r"\d+\+?(?:girl|boy)s?|solo|masterpiece|best quality|high quality|anime|portrait|upper body"
    r"|cowboy shot|(?:a |an )?(?:man|woman|boy|girl|character|person)",
    re.IGNORECASE,
)
"""First tags that captions of any character share."""


@dataclass(frozen=True, slots=True)
class FoundCaption:
    """One line of text, and what had to be done for it to be one."""

    text: str
    remarks: tuple[str, ...] = ()


def read_caption(path: Path) -> FoundCaption:
    """A caption file's first line, as the trainer meant to read it. Raises OSError."""
    with path.open("rb") as file:
        data = file.read(CAPTION_LIMIT + 1)
    if len(data) > CAPTION_LIMIT:
        return FoundCaption("", ("is far too long for a caption: left out",))
    remarks: list[str] = []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
        remarks.append("was UTF-16; it will be UTF-8")
    else:
        if data.startswith(b"\xef\xbb\xbf"):
            remarks.append("began with a byte order mark: dropped")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = _western(data)
            remarks.append("was not UTF-8: read as Western text; look at its letters")
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if one_line(line)]
    if len(lines) > 1:
        remarks.append("had more than one line: the first is taken, as the trainer does")
    first = lines[0].strip() if lines else ""
    caption = one_line(first)
    if caption != " ".join(first.split()) and not remarks:
        remarks.append("held invisible characters: dropped")
    return FoundCaption(caption, tuple(remarks))


def _western(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Trigger:
    """The trigger and where it was found: ``given``, ``captions`` or ``folder``."""

    word: str
    origin: str

    def put_first(self, caption: str) -> str:
        """`caption` with a trigger that was given in front.

        One that reads the same (spaces, case) makes room for it. Anything else stays as it is.
        """
        tags = split_tags(caption)
        if self.origin != "given" or not tags or tags[0] == self.word:
            return caption
        if _plain(tags[0]) == _plain(self.word):
            del tags[0]
        return ", ".join(unique_tags([self.word, *tags]))


def choose_trigger(captions: Iterable[str], token: str, given: str | None) -> Trigger:
    """The tag that most captions begin with, else the folder's class token.

    Raises `UsageError` with a proposal where neither can be a trigger.
    """
    if given is not None:
        if not re.fullmatch(TRIGGER_NAME, given):
            raise UsageError(
                f"--trigger: {quoted(given)} can't be a trigger: letters, digits and underscores.",
                f"Write for example --trigger {_proposal(given)}.",
            )
        return Trigger(given, "given")
    common = _common_first_tag(captions)
    if common and re.fullmatch(TRIGGER_NAME, common):
        return Trigger(common, "captions")
    if (common and _plain(common) == _plain(token)) or not token:
        what = f"The captions begin with {quoted(common)}" if common else "No trigger was found"
    elif re.fullmatch(TRIGGER_NAME, token):
        return Trigger(token, "folder")
    else:
        what = f"The folder is named {quoted(token)}"
    rule = "a trigger is one word of letters, digits and underscores"
    raise UsageError(
        f"{what}: {rule}.", f"Say which: --trigger {_proposal(common or token)} (or another word)."
    )


def _common_first_tag(captions: Iterable[str]) -> str:
    """The tag that more than half of the captions begin with; "" for words that anybody uses."""
    firsts = [tags[0] for caption in captions if (tags := split_tags(caption))]
    if not firsts:
        return ""
    tag, times = Counter(firsts).most_common(1)[0]
    usual = tag.casefold() in FRAMINGS or _USUAL_FIRST.fullmatch(tag.replace("_", " "))
    described = is_view(tag) or is_pose(tag) or is_background(tag)
    return "" if times * 2 <= len(firsts) or usual or described else tag


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _proposal(text: str) -> str:
    words = "_".join(re.findall(r"[A-Za-z0-9]+", text)[:4])
    return suggest_name(words, TRIGGER_NAME) if words else "mychar_v1"
