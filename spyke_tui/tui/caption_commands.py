"""What each action of the Captions pane does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spyke_tui.model.tag_filter import HELP, FilterError
from spyke_tui.tui.caption_batch import change_many
from spyke_tui.tui.caption_file_commands import adopt, leave_file, overwrite
from spyke_tui.tui.widgets.caption_crops import CaptionCrops
from spyke_tui.tui.widgets.prompt import Prompt, Question
from spyke_tui.tui.widgets.tag_counts import TagCounts

if TYPE_CHECKING:
    from spyke_tui.tui.screens.captions import CaptionsScreen

Command = Callable[["CaptionsScreen"], object]


def _take(screen: CaptionsScreen) -> None:
    """Enter: a marked proposal first, then the next picture; from outside, into the form."""
    field, marked = screen.form.focused_text, screen.proposing.marked
    if field is not None and marked is not None:
        field.take(marked)
    elif screen.focused is None:
        screen.form.enter()
    else:
        screen.go(1)


def _moving(move: Callable[[CaptionsScreen], object]) -> Command:
    """Whatever leads out of a field finishes a word of which a letter or two were typed."""

    def run(screen: CaptionsScreen) -> None:
        field, begun = screen.form.focused_text, screen.proposing.begun
        if field is not None and begun is not None:
            field.take(begun)
        move(screen)

    return run


def _leave(screen: CaptionsScreen) -> None:
    """Esc: away with a marked proposal, then out of the form."""
    if screen.form.focused_text is not None and screen.proposing.marked is not None:
        screen.proposing.unmark()
        screen.draw()
        return
    screen.captions.leave_field()
    screen.set_class(False, "-tags")
    screen.proposing.close()
    _outside(screen)
    screen.draw()


def _repeat(screen: CaptionsScreen) -> None:
    _told(screen, screen.captions.repeat())


def _repeat_field(screen: CaptionsScreen) -> None:
    name = screen.form.field
    if name == "caption":
        screen.say("The caption by hand is not copied; ctrl+r copies the fields.")
    else:
        _told(screen, screen.captions.repeat((name,)))


def _repeat_counterpart(screen: CaptionsScreen) -> None:
    _told(screen, screen.captions.repeat_counterpart())


def _told(screen: CaptionsScreen, why_not: str) -> None:
    screen.edited()
    if why_not:
        screen.say(why_not)


def _override(screen: CaptionsScreen) -> None:
    by_hand = screen.captions.turn_override()
    screen.edited()
    if by_hand:
        screen.form.enter("caption")
        screen.form.to_end()
    elif screen.form.field == "caption":
        screen.form.enter("tags")


def _mend(screen: CaptionsScreen) -> None:
    found = screen.captions.slip()
    if found is None:
        if screen.captions.mend_twin():
            screen.edited()
            screen.say("The twin's caption follows from the fields again; ctrl+z takes that back.")
        else:
            screen.say("No tag here looks mistyped.")
        return
    _told(screen, screen.captions.mend(found))


def _looked(screen: CaptionsScreen) -> None:
    screen.captions.set_looked(True)
    screen.edited()


def _other_expression(screen: CaptionsScreen) -> None:
    """An expression that no other crop has yet; from then on it is in the list."""
    crop = screen.captions.crop
    if crop is None:
        screen.say("There is no crop here.")
        return
    prompt = screen.query_one(Prompt)

    def take(text: str) -> None:
        screen.captions.leave_field()
        screen.captions.choose("expression", text)
        screen.captions.leave_field()
        prompt.close()
        screen.edited()
        screen.form.enter("expression")

    prompt.ask(
        Question(
            "Expression:",
            take,
            hint='one or two words, e.g. battle-focused; the caption adds "expression"',
            gone=lambda: screen.form.enter("expression"),
        )
    )


def _move_tag(by: int) -> Command:
    def run(screen: CaptionsScreen) -> None:
        field = screen.form.focused_text
        if field is None:
            screen.say("The keys have to be in a text field, on the tag that is to move.")
        else:
            screen.captions.leave_field()
            field.move_tag(by)
            screen.captions.leave_field()

    return run


# Many crops


def _filter(screen: CaptionsScreen) -> None:
    captions = screen.captions
    before = captions.filter.text if captions.filter is not None else ""
    prompt = screen.query_one(Prompt)

    def changed(text: str) -> None:
        try:
            captions.filter_by(text)
        except FilterError as error:
            prompt.say(str(error))
            return
        count = len(captions.order)
        prompt.say(f"{count} crop{'' if count == 1 else 's'}.  {HELP}")
        screen.draw()

    def take(text: str) -> None:
        captions.filter_by(text)
        prompt.close()
        _outside(screen)
        screen.filtered()

    def gone() -> None:
        captions.filter_by("")
        _outside(screen)
        screen.draw()

    prompt.ask(
        Question("Only crops with:", take, before, HELP, changed=changed, gone=gone)
    )  # Esc takes the filter away


def _outside(screen: CaptionsScreen) -> None:
    crops = screen.query_one(CaptionCrops)
    screen.set_focus(crops if crops.region else None)


def _mark(screen: CaptionsScreen) -> None:
    screen.captions.mark()
    screen.go(1)


def _mark_range(screen: CaptionsScreen) -> None:
    screen.captions.mark_range()
    screen.draw()


def _clear_marks(screen: CaptionsScreen) -> None:
    screen.session.editor.marks.clear()
    screen.draw()


def _tags(screen: CaptionsScreen) -> None:
    counts = screen.query_one(TagCounts)
    if counts.has_focus:
        screen.set_class(False, "-tags")
        screen.form.enter()
        return
    screen.set_class(True, "-tags")
    screen.call_after_refresh(counts.focus)
    screen.call_after_refresh(screen.draw)


COMMANDS: dict[str, Command] = {
    "caption.take": _take,
    "caption.leave": _leave,
    "caption.field-next": _moving(lambda screen: screen.focus_next()),
    "caption.field-previous": _moving(lambda screen: screen.focus_previous()),
    "caption.next": _moving(lambda screen: screen.go(1)),
    "caption.previous": _moving(lambda screen: screen.go(-1)),
    "caption.repeat": _repeat,
    "caption.repeat-field": _repeat_field,
    "caption.counterpart": _repeat_counterpart,
    "caption.looked": _looked,
    "caption.expression": _other_expression,
    "caption.override": _override,
    "caption.mend": _mend,
    "caption.tag-left": _move_tag(-1),
    "caption.tag-right": _move_tag(1),
    "caption.filter": _filter,
    "caption.mark": _mark,
    "caption.mark-range": _mark_range,
    "caption.mark-clear": _clear_marks,
    "caption.change-all": change_many,
    "caption.tags": _tags,
    "caption.adopt": adopt,
    "caption.overwrite": overwrite,
    "caption.leave-file": leave_file,
}
