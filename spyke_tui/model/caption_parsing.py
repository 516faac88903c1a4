"""A caption line read back into a crop's fields, so that composing them gives the same line.

A caption says nothing of where its tags came from: what a tag means is told by its place, by the
words that such fields usually hold, and by what the project has written in them before. Whatever
is not recognised stays a plain tag, which composes to the same caption.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from spyke_tui.model.caption import FACE_FRAMINGS, compose, one_line, split_tags, unique_tags
from spyke_tui.model.caption_words import is_background, is_expression, is_pose, is_view
from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import FRAMINGS, Crop, Dataset, Framing
from spyke_tui.model.vocabulary import Field, Vocabulary


@dataclass(frozen=True, slots=True)
class ParsedCaption:
    """A caption as fields; where they can't say it, `caption` is it whole and `why` says why.

    `repeated` has tags that stood in the line once more: composing leaves them out.
    """

    framing: Framing = ""
    view: str = ""
    pose: str = ""
    expression: str = ""
    tags: tuple[str, ...] = ()
    background: str = ""
    caption: str = ""
    why: str = ""
    repeated: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the fields compose to the line; else only an override (`caption`) says it."""
        return not self.why

    def applied_to(self, crop: Crop) -> Crop:
        """`crop` with this caption; fields that say the same already stay as they are written.

        An override leaves the fields alone: they still count for coverage. Where no face fills
        the picture the caption does not tell the expression, so the crop keeps its own.
        """
        if not self.fits:
            return replace(crop, caption=self.caption)
        expression = self.expression
        if not expression and self.framing not in FACE_FRAMINGS:
            expression = crop.expression
        same_tags = unique_tags(t for tag in crop.tags for t in split_tags(tag)) == [*self.tags]
        return replace(
            crop,
            framing=self.framing,
            view=_unless_same(crop.view, self.view),
            pose=_unless_same(crop.pose, self.pose),
            expression=_unless_same(crop.expression, expression, _plain_expression),
            tags=crop.tags if same_tags else self.tags,
            background=_unless_same(crop.background, self.background),
            caption="",
        )


def parse_caption(
    text: str,
    dataset: Dataset,
    vocabulary: Vocabulary | None = None,
    current: Crop | None = None,
) -> ParsedCaption:
    """The fields that compose to `text`, or why only an override can say it.

    `vocabulary` holds the project's own words; `current` is the crop whose caption is being
    changed: what its fields hold is recognised first, so that they stay where they are.
    """
    line = one_line(text)
    found = split_tags(line)
    tags = unique_tags(found)
    if not tags:
        return ParsedCaption(caption=line, why="it has no tags")
    if tags[0] != dataset.trigger:
        return ParsedCaption(caption=line, why=f"it does not begin with {dataset.trigger}")
    repeated = list(found)
    for tag in tags:
        repeated.remove(tag)
    reader = _Reader(tags[1:], vocabulary or Vocabulary(proposed={}), current)
    plain = ParsedCaption(tags=tuple(tags[1:]))
    for parsed in (reader.read(), plain):
        if compose(parsed.applied_to(_BLANK), dataset) == ", ".join(tags):
            return replace(parsed, repeated=tuple(unique_tags(repeated)))
    return ParsedCaption(caption=line, why="its tags compose in another order")


_BLANK = Crop(id="blank", sheet="blank", rect=Rect(0, 0, 1, 1))


class _Reader:
    """Takes the fields off both ends of a caption's tags (the trigger is gone already)."""

    def __init__(self, tags: list[str], vocabulary: Vocabulary, current: Crop | None) -> None:
        self.tags = tags
        self.vocabulary = vocabulary
        self.current = current
        own = current.tags if current is not None else ()
        self.own_tags = {tag.casefold() for entry in own for tag in split_tags(entry)}

    def read(self) -> ParsedCaption:
        framing = self._take_framing()
        background = self._take_background()
        view = self._take_field("view", is_view, several=True)
        pose = self._take_field("pose", is_pose, several=False)
        if framing in FACE_FRAMINGS:
            expression = self._take_expression()
        else:
            # It stays a tag, and counts for coverage all the same.
            expression = next((plain for t in self.tags if (plain := _expression_of(t))), "")
        return ParsedCaption(framing, view, pose, expression, tuple(self.tags), background)

    def _take_framing(self) -> Framing:
        """Only the words that compose as they stand: "upper body" as a bust would be changed."""
        for framing in FRAMINGS:
            if self.tags[:1] == [framing]:
                del self.tags[:1]
                return framing
        return ""

    def _take_field(self, name: Field, is_usual: Callable[[str], bool], *, several: bool) -> str:
        """The longest value of this field that the project knows, else tags that read like one."""
        count = self._known(name, lambda length: self.tags[:length])
        if not count:
            limit = len(self.tags) if several else 1
            while count < min(limit, len(self.tags)) and self._reads_as(self.tags[count], is_usual):
                count += 1
        taken, self.tags = self.tags[:count], self.tags[count:]
        return ", ".join(taken)

    def _take_background(self) -> str:
        count = self._known("background", lambda length: self.tags[-length:])
        if not count:
            while count < len(self.tags) and is_background(self.tags[-1 - count]):
                count += 1
        at = len(self.tags) - count
        taken, self.tags = self.tags[at:], self.tags[:at]
        return ", ".join(taken)

    def _take_expression(self) -> str:
        count = 0
        while count < len(self.tags) and is_expression(self.tags[count]):
            count += 1
        taken, self.tags = self.tags[:count], self.tags[count:]
        return ", ".join(map(_plain_expression, taken))

    def _reads_as(self, tag: str, is_usual: Callable[[str], bool]) -> bool:
        """A word that the project has only ever used as a plain tag stays one."""
        is_tag = tag.casefold() in self.own_tags or self.vocabulary.count("tags", tag)
        return is_usual(tag) and not is_tag

    def _known(self, name: Field, piece: Callable[[int], list[str]]) -> int:
        """How many tags make a value that this field has held: the crop's own, else the longest."""
        if self.current is not None:
            own = [tag.casefold() for tag in split_tags(getattr(self.current, name))]
            if own and len(own) <= len(self.tags) and _folded(piece(len(own))) == tuple(own):
                return len(own)
        sequences = self.vocabulary.sequences(name)
        longest = max(map(len, sequences), default=0)
        for length in range(min(longest, len(self.tags)), 0, -1):
            value = piece(length)
            if _folded(value) in sequences and not self._is_rather_tag(name, value):
                return length
        return 0

    def _is_rather_tag(self, name: Field, value: list[str]) -> bool:
        """Whether a single tag stands among the plain tags more often than in this field."""
        if len(value) != 1:
            return False
        count = self.vocabulary.count
        return value[0].casefold() in self.own_tags or (
            count("tags", value[0]) > count(name, value[0])
        )


def _folded(tags: Sequence[str]) -> tuple[str, ...]:
    return tuple(tag.casefold() for tag in tags)


def _expression_of(tag: str) -> str:
    """What stands before "expression" in a tag that ends so; "" for any other."""
    plain = _plain_expression(tag)
    return plain if plain != tag else ""


def _plain_expression(tag: str) -> str:
    """An expression's tag as its field is written: without the word that composing adds."""
    plain = tag.removesuffix(" expression")
    return tag if is_expression(plain) else plain


def _unless_same(old: str, new: str, plain: Callable[[str], str] = str) -> str:
    """`old` where it makes the same tags as `new`: nothing changes in the file then."""
    return old if [*map(plain, split_tags(old))] == [*map(plain, split_tags(new))] else new
