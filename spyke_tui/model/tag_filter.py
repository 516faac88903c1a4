"""The filter language: which crops to look at, in one line.

A space means and, ``|`` means or (it binds less), ``-`` in front means not, double quotes hold
words together and take ``*`` and ``?`` literally. Everything is matched whatever its case.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from spyke_tui.errors import UsageError
from spyke_tui.model.caption import caption_of, has_override, split_tags
from spyke_tui.model.mirroring import mirror_refusal, twin_is_behind
from spyke_tui.model.project import FRAMINGS, STATUSES, Crop, Dataset
from spyke_tui.model.table import quoted
from spyke_tui.model.undecided import undecided

HELP = (
    'words  tag:sword  view:"back view"  framing:closeup  status:draft  sheet:v1  id:spyke*  '
    "action:yes  details:cloak  mirror:yes  missing:any  caption:override  "
    "-not  one | other"
)
"""The language in one line, for under the field it is typed in."""

_TEXT_KEYS = ("view", "pose", "expression", "background")
_MISSING = ("any", "framing", *_TEXT_KEYS, "action", "tags", "details")
_ALIASES = {"tags": "tag", "detail": "details", "frame": "framing", "twin": "mirror"}
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}

_TERM = re.compile(r'\s*(?:(?P<bar>\|)|(?P<term>(?:"[^"]*"|[^\s|"])+))')
_KEY = re.compile(r"([A-Za-z_]+):")


class FilterError(UsageError):
    """A filter that can't be understood; `fix` (also the hint) says what to write instead."""

    @property
    def fix(self) -> str:
        return self.hint


class _Words:
    """What a crop's caption says, in small letters."""

    def __init__(self, crop: Crop, dataset: Dataset) -> None:
        self.caption = caption_of(crop, dataset).casefold()
        tags = tuple(map(_folded, split_tags(self.caption)))
        has_trigger = tags[:1] == (_folded(dataset.trigger),)
        self.tags = tags[1:] if has_trigger else tags
        """The tags of the caption, whatever field they come from, without the trigger."""
        own = crop.tags if has_override(crop) else ()
        self.everything = "\n".join((crop.id, self.caption, *own)).casefold()


# Somebody who types a filter asks for the same captions with every key.
_words_of = lru_cache(maxsize=16_384)(_Words)


class _Look:
    """A crop as the tests of a filter see it; its caption is composed only when asked for."""

    def __init__(self, crop: Crop, dataset: Dataset) -> None:
        self.crop = crop
        self.dataset = dataset

    @cached_property
    def words(self) -> _Words:
        return _words_of(self.crop, self.dataset)


_Test = Callable[[_Look], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: any of its groups fits, and in a group every test does."""

    text: str
    groups: tuple[tuple[_Test, ...], ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked, so that everything comes through."""
        return not self.groups

    def matches(self, crop: Crop, dataset: Dataset) -> bool:
        look = _Look(crop, dataset)
        return not self.groups or any(all(test(look) for test in group) for group in self.groups)

    def select(self, crops: Iterable[Crop], dataset: Dataset) -> tuple[Crop, ...]:
        """The crops that match, in their order."""
        return tuple(crop for crop in crops if self.matches(crop, dataset))


def parse_filter(text: str) -> Filter:
    """The filter that `text` describes; an empty one matches everything. Raises `FilterError`."""
    if text.count('"') % 2:
        raise FilterError("A quote is opened and not closed.", 'Close it: "back view".')
    groups: list[list[_Test]] = [[]]
    for match in _TERM.finditer(text):
        if match["bar"]:
            groups.append([])
        else:
            groups[-1].append(_term(match["term"]))
    if len(groups) == 1 and not groups[0]:
        return Filter(text, ())
    if not all(groups):
        raise FilterError(
            "On one side of | nothing is asked.", "Write for example tag:sword | tag:bow."
        )
    return Filter(text, tuple(map(tuple, groups)))


def _term(term: str) -> _Test:
    asked = term.lstrip("-")
    if not asked:
        raise FilterError("Behind - nothing is asked.", "Write for example -tag:sword.")
    test = _positive(asked)
    if (len(term) - len(asked)) % 2:
        return lambda look: not test(look)
    return test


def _positive(term: str) -> _Test:
    match = _KEY.match(term)
    if match is None:
        return _plain_word(_Value(term))
    key = match[1].lower()
    key = _ALIASES.get(key, key)
    if key not in KEYS:
        near = difflib.get_close_matches(key, (*KEYS, *_ALIASES), 1, 0.6)
        raise FilterError(
            f"There is no key {quoted(match[1])}.",
            (f"Did you mean {near[0]}: ? " if near else "There are: " + ", ".join(KEYS) + ". ")
            + f'To search for the text, quote it: "{term.replace(chr(34), "")}".',
        )
    value = _Value(term[match.end() :])
    if not value.text:
        raise FilterError(f"Behind {key}: nothing stands.", f"Write for example {_EXAMPLES[key]}.")
    return _MAKERS[key](key, value)


class _Value:
    """What stands behind a key. Its tests take text in small letters; quoted parts are literal."""

    def __init__(self, source: str) -> None:
        parts = source.casefold().split('"')  # every second one stood in quotes
        self.text = " ".join("".join(parts).split())
        self.has_wildcard = any(mark in part for part in parts[::2] for mark in "*?")
        self._pattern = "".join(
            re.escape(part) if place % 2 else _with_wildcards(part)
            for place, part in enumerate(parts)
        )

    def whole(self) -> Callable[[str], bool]:
        """Whether it is all of a name."""
        return _found(re.compile(self._pattern, re.DOTALL).fullmatch)

    def anywhere(self) -> Callable[[str], bool]:
        """Whether it stands in a text, even inside a word."""
        if not self.has_wildcard:
            return lambda text: self.text in text
        return _found(re.compile(self._pattern).search)

    def words(self) -> Callable[[str], bool]:
        """Whether it stands in a text as whole words; with a wildcard, whether it is all of it.

        An underscore is a space here, which saves the quotes: ``tag:white_cloak``.
        """
        if self.has_wildcard:
            return _found(re.compile(self._pattern.replace("_", " "), re.DOTALL).fullmatch)
        text = " ".join(_folded(self.text).split())
        return _found(re.compile(rf"(?<!\w){re.escape(text)}(?!\w)").search)

    def one_of(self, key: str, words: Sequence[str]) -> str:
        """The word that it is, or that it alone begins. Raises `FilterError`."""
        text = _folded(self.text)
        if text in words:
            return text
        begun = [word for word in words if word.startswith(text)]
        if len(begun) == 1:
            return begun[0]
        near = difflib.get_close_matches(text, words, 1)
        raise FilterError(
            f"{quoted(self.text)} is nothing that {key}: knows.",
            f"Did you mean {_term_text(key, near[0])}?"
            if near
            else "Write " + " or ".join(_term_text(key, word) for word in words) + ".",
        )


def _found(match: Callable[[str], re.Match[str] | None]) -> Callable[[str], bool]:
    return lambda text: match(text) is not None


def _with_wildcards(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")


def _folded(text: str) -> str:
    return text.casefold().replace("_", " ")


def _term_text(key: str, word: str) -> str:
    return f'{key}:"{word}"' if " " in word else f"{key}:{word}"


def _plain_word(value: _Value) -> _Test:
    test = value.anywhere()
    return lambda look: test(look.words.everything)


def _name(key: str, value: _Value) -> _Test:
    test = value.whole()
    return lambda look: test(getattr(look.crop, key).casefold())


def _text(key: str, value: _Value) -> _Test:
    test = value.words()
    return lambda look: test(_folded(getattr(look.crop, key)))


def _tag(_key: str, value: _Value) -> _Test:
    test = value.words()
    return lambda look: any(map(test, look.words.tags))


def _details(_key: str, value: _Value) -> _Test:
    if value.text == "none":
        return lambda look: look.crop.details == ()
    test = value.words()
    return lambda look: any(test(_folded(detail)) for detail in look.crop.details or ())


def _status(key: str, value: _Value) -> _Test:
    wanted = value.one_of(key, STATUSES)
    return lambda look: look.crop.status == wanted


def _framing(key: str, value: _Value) -> _Test:
    wanted = value.one_of(key, (*FRAMINGS, "none")).replace("none", "")
    return lambda look: look.crop.framing == wanted


def _action(key: str, value: _Value) -> _Test:
    wanted = {**_YES_NO, "undecided": None}[value.one_of(key, (*_YES_NO, "undecided"))]
    return lambda look: look.crop.action is wanted


def _mirror(key: str, value: _Value) -> _Test:
    word = value.one_of(key, (*_YES_NO, "refused", "behind"))
    if word == "behind":
        return lambda look: twin_is_behind(look.crop, look.dataset)
    if word == "refused":
        return lambda look: look.crop.mirror and mirror_refusal(look.crop, look.dataset) is not None
    return lambda look: look.crop.mirror is _YES_NO[word]


def _caption(_key: str, value: _Value) -> _Test:
    if value.text in ("override", "composed"):
        wanted = value.text == "override"
        return lambda look: has_override(look.crop) is wanted
    test = value.anywhere()
    return lambda look: test(look.words.caption)


def _missing(key: str, value: _Value) -> _Test:
    name = {"tag": "tags"}.get(value.text) or value.one_of(key, _MISSING)
    if name == "any":
        return lambda look: bool(undecided(look.crop, look.dataset))
    if name in ("action", "details"):
        return lambda look: getattr(look.crop, name) is None
    return lambda look: not "".join(getattr(look.crop, name)).strip()


_MAKERS: dict[str, Callable[[str, _Value], _Test]] = {
    "id": _name,
    "sheet": _name,
    "status": _status,
    "framing": _framing,
    **dict.fromkeys(_TEXT_KEYS, _text),
    "tag": _tag,
    "details": _details,
    "action": _action,
    "mirror": _mirror,
    "caption": _caption,
    "missing": _missing,
}
KEYS = tuple(_MAKERS)
_EXAMPLES = {
    "id": "id:front*", "sheet": "sheet:v1", "status": "status:draft", "framing": "framing:bust",
    "view": 'view:"back view"', "pose": "pose:walking", "expression": "expression:angry",
    "background": "background:white", "tag": "tag:sword", "details": "details:cloak",
    "action": "action:yes", "mirror": "mirror:yes", "caption": "caption:override",
    "missing": "missing:view",
}  # fmt: skip
