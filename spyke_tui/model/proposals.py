"""What to propose while a field is typed, and spellings that look like a slip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spyke_tui.model.caption import one_line, split_tags
from spyke_tui.model.caption_form import TextField
from spyke_tui.model.slips import slip
from spyke_tui.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Proposal:
    """`text` is what is proposed, `result` the whole field with it, `count` how often it is used.

    `begun` says that what was typed is how it begins.
    """

    text: str
    result: str
    count: int = 0
    begun: bool = True


def propose(
    vocabulary: Vocabulary, name: TextField, text: str, limit: int = 20
) -> tuple[Proposal, ...]:
    """Values that what is typed may become, the likeliest first; what is known as it stands there
    is none of them, and longer ones are not what it begins.

    A field of several tags is completed at its last one.
    """
    if name == "caption":
        return _last_tag(vocabulary.complete_line(text, limit), text, vocabulary, name)
    if name != "tags":
        whole = vocabulary.complete(name, text, limit)
        if whole or "," not in text:
            return _listed(whole, "", one_line(text), vocabulary, name)
    present = {tag.casefold() for tag in split_tags(text.rpartition(",")[0])}
    known = vocabulary.complete(name, text.rpartition(",")[2], limit)
    return _last_tag((t for t in known if t.casefold() not in present), text, vocabulary, name)


def _last_tag(
    texts: Iterable[str], line: str, vocabulary: Vocabulary, name: TextField
) -> tuple[Proposal, ...]:
    before, comma, last = line.rpartition(",")
    head = f"{before.rstrip()}, " if comma else ""
    return _listed(texts, head, one_line(last), vocabulary, name)


def _listed(
    texts: Iterable[str], head: str, typed: str, vocabulary: Vocabulary, name: TextField
) -> tuple[Proposal, ...]:
    wanted = typed.casefold()
    known = list(texts)
    found = [text for text in known if text.casefold() != wanted]
    is_known = len(found) < len(known)
    return tuple(
        Proposal(
            text,
            head + text,
            0 if name == "caption" else vocabulary.count(name, text),
            not is_known and text.casefold().startswith(wanted),
        )
        for text in found
    )


@dataclass(frozen=True, slots=True)
class Slip:
    """A tag of a caption that is a letter or two from one that the project uses."""

    tag: str
    usual: str
    letters: int


def find_slip(caption: str, vocabulary: Vocabulary) -> Slip | None:
    """The first tag of `caption` that looks mistyped; `vocabulary` is that of the other crops.

    A tag that others use is meant, and so is one that is still being typed.
    """
    known = {used.text.casefold(): used.text for used in vocabulary.captions}
    for tag in split_tags(caption)[1:]:
        folded = tag.casefold()
        if folded in known or any(text.startswith(folded) for text in known):
            continue
        for text, usual in known.items():
            if letters := slip(folded, text):
                return Slip(tag, usual, letters)
    return None
