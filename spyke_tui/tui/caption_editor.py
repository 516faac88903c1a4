"""What the Captions pane edits: the fields of the selected crop; a visit to a field is one step.

No Textual in here, as in `crop_editor`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from spyke_tui.errors import UsageError
from spyke_tui.model.adopting import with_adopted
from spyke_tui.model.batch import BatchEdit, replace_tag
from spyke_tui.model.caption import caption_of, compose, has_override
from spyke_tui.model.caption_form import (
    FORM,
    ChoiceName,
    FormField,
    TextField,
    as_another,
    caption_order,
    choice_for,
    choices,
    chosen,
    counterpart,
    text_of,
    with_choice,
    with_detail_turned,
    with_text,
)
from spyke_tui.model.mirroring import following, follows, has_twin, with_twin_following
from spyke_tui.model.proposals import Slip, find_slip
from spyke_tui.model.tag_filter import Filter, parse_filter
from spyke_tui.model.vocabulary import Vocabulary

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop, Project
    from spyke_tui.tui.session import Session


class CaptionEditor:
    """Changes to the crop that is selected in the session, and where to go from it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._words: tuple[object, Vocabulary] | None = None

    @property
    def project(self) -> Project:
        return self._session.project

    @property
    def index(self) -> int:
        return self._session.editor.index

    @property
    def crop(self) -> Crop | None:
        return self._session.editor.crop

    @property
    def caption(self) -> str:
        return caption_of(self.crop, self.project.dataset) if self.crop is not None else ""

    @property
    def vocabulary(self) -> Vocabulary:
        """What the other crops use: what is being typed must not propose itself."""
        crops = self.project.crops
        others = (*crops[: max(0, self.index)], *crops[self.index + 1 :])
        key = (self.index, self.project.dataset, self.project.targets, *map(id, others))
        if self._words is None or self._words[0] != key:
            # The crops are kept with the key, so that their ids stay theirs.
            self._kept = others
            self._words = (key, Vocabulary.of(self.project.with_crops(others)))
        return self._words[1]

    def slip(self) -> Slip | None:
        """A tag of this caption that looks mistyped."""
        return find_slip(self.caption, self.vocabulary)

    # Which crops

    @property
    def filter(self) -> Filter | None:
        """Which crops are listed and walked: the same on all panes."""
        return self._session.editor.filter

    def filter_by(self, text: str) -> None:
        """Only crops that come through this filter. Raises `FilterError`."""
        wanted = parse_filter(text)
        self._session.editor.filter = None if wanted.is_empty else wanted

    @property
    def marked(self) -> Collection[str]:
        return self._session.editor.marks.among(self.project.crops)

    @property
    def meant(self) -> tuple[list[str], str]:
        """The ids that one change to many is made on, and what they are, in words."""
        crops = self.project.crops
        marked = self.marked
        if marked:
            return [crop.id for crop in crops if crop.id in marked], "marked"
        listed = [crops[index].id for index in self.order]
        return listed, "that come through the filter" if self.filter else "listed here"

    def mark(self) -> None:
        if self.crop is not None:
            self._session.editor.marks.turn(self.crop.id)

    def mark_range(self) -> None:
        if self.crop is not None:
            order = [self.project.crops[index].id for index in self.order]
            self._session.editor.marks.mark_to(self.crop.id, order)

    def apply(self, edit: BatchEdit) -> None:
        """Take one change to many crops: one step."""
        self.leave_field()
        self._session.history.apply(edit.label, edit.project)
        self.leave_field()

    # Where to go

    @property
    def order(self) -> list[int]:
        return caption_order(self.project, self.filter)

    def go(self, by: int) -> bool:
        """Go so many crops further; False at the end of them."""
        order = self.order
        if not order:
            return False
        if self.index in order:
            at = order.index(self.index) + by
        else:
            at = sum(index < self.index for index in order) - (by < 0)
        if not 0 <= at < len(order):
            return False
        self._session.editor.select(order[at])
        return True

    # Changes

    def leave_field(self) -> None:
        """What comes next is another step of undo."""
        self._session.history.end_burst()

    def type(self, name: TextField, text: str) -> bool:
        """Take what stands in a text field; all of one visit is one step, but for what is taken
        away by more than a letter at once: an undo brings that back, and no more."""
        crop = self.crop
        if crop is None:
            return False
        if len(text.rstrip(", ")) < len(text_of(crop, name)) - 1:
            self.leave_field()
        return self._take(name, with_text(crop, name, text), burst=True)

    def choose(self, name: ChoiceName, value: str) -> bool:
        crop = self.crop
        return crop is not None and self._take(name, with_choice(crop, name, value), burst=True)

    def choose_by_key(self, name: ChoiceName, key: str) -> bool:
        """Choose what a digit or letter means; False where it means nothing."""
        crop = self.crop
        if crop is None:
            return False
        value = choice_for(key, self.choices(name), chosen(crop, name))
        if value is not None:
            self.choose(name, value)
        return value is not None

    def choices(self, name: ChoiceName) -> tuple[str, ...]:
        """What can be chosen; what this crop says is among it, wherever it comes from."""
        known = choices(name, self.project, self.vocabulary)
        now = chosen(self.crop, name) if self.crop is not None else ""
        if now and now.casefold() not in map(str.casefold, known):
            return (*known, now)
        return known

    def turn_detail(self, detail: str) -> None:
        if self.crop is not None:
            changed = with_detail_turned(self.crop, detail, self.project.dataset)
            self._take("details", changed, burst=True)

    def set_looked(self, looked: bool) -> None:
        """Looked and saw none of the details; or nobody has looked yet."""
        if self.crop is not None:
            self._take("details", replace(self.crop, details=() if looked else None), burst=True)

    # As another crop

    def repeat(self, names: tuple[FormField, ...] = FORM) -> str:
        """Take fields of the crop before; why not, where that can't be."""
        order = self.order
        at = order.index(self.index) if self.index in order else 0
        if at == 0:
            return "There is no crop before this one."
        return self._copy(order[at - 1], names)

    def repeat_counterpart(self) -> str:
        """Take the fields of the crop at this place of the sheet before."""
        found = counterpart(self.project, self.index)
        if found is None:
            return "No sheet before this one has a crop at this place."
        return self._copy(found, FORM)

    def _copy(self, index: int, names: tuple[FormField, ...]) -> str:
        source = self.project.crops[index]
        if self.crop is not None:
            self.leave_field()
            what = names[0] if len(names) == 1 else "fields"
            self._take(f"{what} as {source.id}", as_another(self.crop, source, names))
            self.leave_field()
        return ""

    # The caption as text

    def turn_override(self) -> bool:
        """Write the caption by hand, beginning with the composed one; or back to the fields.

        Whether it is written by hand now.
        """
        crop = self.crop
        if crop is None:
            return False
        self.leave_field()
        by_hand = not has_override(crop)
        text = compose(crop, self.project.dataset) if by_hand else ""
        self._take("caption by hand" if by_hand else "caption from its fields",
                   replace(crop, caption=text))  # fmt: skip
        self.leave_field()
        return by_hand

    def mend(self, found: Slip) -> str:
        """Write a tag as the other crops do; why not, where that can't be."""
        crop = self.crop
        if crop is None:
            return ""
        try:
            edit = replace_tag(self.project, {crop.id}, found.tag, found.usual)
        except UsageError as error:
            return str(error)
        if not edit.changes:
            return edit.skipped[0].why if edit.skipped else ""
        self.apply(edit)
        return ""

    @property
    def twin_differs(self) -> bool:
        """Whether the selected crop's twin says other than its fields, left and right exchanged."""
        crop, dataset = self.crop, self.project.dataset
        return crop is not None and has_twin(crop, dataset) and not follows(crop, dataset)

    def mend_twin(self) -> bool:
        """Make the twin's caption anew from the crop's; whether that changed anything."""
        crop = self.crop
        if crop is None or not self.twin_differs:
            return False
        self.leave_field()
        self._take("the twin's caption from its fields", following(crop, self.project.dataset))
        self.leave_field()
        return True

    def adopt(self, crop_id: str, mirror: bool, text: str) -> str:
        """Take a caption from the disk: into the fields where it fits, else as it is.

        How it was taken, in words.
        """
        project, words = with_adopted(self.project, crop_id, text, self.vocabulary, mirror=mirror)
        if project is not self.project:
            self.leave_field()
            self._session.history.apply(f"adopt the caption of {crop_id}", project)
        return words

    def _take(self, what: str, crop: Crop, burst: bool = False) -> bool:
        """Take the changed crop; whether anything changed."""
        if crop is self.crop or crop == self.crop:
            return False
        crops = list(self.project.crops)
        crops[self.index] = with_twin_following(crops[self.index], crop, self.project.dataset)
        self._session.history.apply(
            f"{what} of {crop.id}" if burst else f"{crop.id}: {what}",
            self.project.with_crops(tuple(crops)),
            f"caption {what} {self.index}" if burst else None,
        )
        return True
