"""What each action of the Captions pane does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from spyke_tui.errors import SpykeError
from spyke_tui.model.tag_filter import HELP, FilterError
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start
from spyke_tui.tui.widgets.caption_crops import CaptionCrops
from spyke_tui.tui.widgets.prompt import Prompt, Question
from spyke_tui.tui.widgets.tag_counts import TagCounts

if TYPE_CHECKING:
    from spyke_tui.kohya.captions_on_disk import ChangedCaption
    from spyke_tui.model.batch import BatchEdit
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
    """Whatever leads out of a field finishes a word that was begun: half of it is never meant."""

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


def _batch(screen: CaptionsScreen) -> None:
    from spyke_tui.model.adopting import adopt_many
    from spyke_tui.tui.caption_choices import caption_choices
    from spyke_tui.tui.marked_choices import Choice
    from spyke_tui.tui.screens.marked import MarkedScreen

    ids, what = screen.captions.meant
    if not ids:
        screen.say("There is no crop to change.")
        return

    project = screen.session.project
    found = [changed for changed in screen.disk.found if changed.crop_id in ids]

    def done(edit: BatchEdit | None) -> None:
        if edit is None:
            return
        with screen.spyke.telling():
            screen.captions.apply(edit)
        screen.edited()
        words = f"{edit.label}: {len(edit.changes)} captions. u takes it back."
        if edit is adopted:
            _write(screen, [changed.name for changed in found if changed.text], words)
        screen.say(words)

    adopted = adopt_many(project, ((one.crop_id, one.mirror, one.text) for one in found))
    choices = caption_choices(project, ids)
    if adopted.changes:
        choices.insert(0, Choice(adopted.label, lambda _: adopted))
    title = f"Change {len(ids)} crop{'' if len(ids) == 1 else 's'} {what}"
    screen.app.push_screen(MarkedScreen(title, choices), done)


def _tags(screen: CaptionsScreen) -> None:
    counts = screen.query_one(TagCounts)
    if counts.has_focus:
        screen.set_class(False, "-tags")
        screen.form.enter()
        return
    screen.set_class(True, "-tags")
    screen.call_after_refresh(counts.focus)
    screen.call_after_refresh(screen.draw)


# Captions on disk


def _changed(screen: CaptionsScreen) -> ChangedCaption | None:
    """This crop's changed file; where there is none, the next one is gone to and shown first."""
    crop = screen.captions.crop
    found = screen.disk.of(crop.id) if crop is not None else None
    if found is None:
        crops, index = screen.captions.project.crops, screen.captions.index
        changed = {one.crop_id for one in screen.disk.found}
        places = [at for at, one in enumerate(crops) if one.id in changed]
        if places:
            screen.session.editor.select(min(places, key=lambda at: (at < index, at)))
            screen.draw()
        else:
            screen.say("This crop's caption is on disk as it was written, and so are all others.")
    return found


def _adopt(screen: CaptionsScreen) -> None:
    found = _changed(screen)
    if found is None:
        return
    if not found.text:
        screen.say(f"{found.name} has no text to adopt.")
        return
    how = screen.captions.adopt(found.crop_id, found.mirror, found.text)
    screen.edited()
    _write(screen, [found.name], f"{found.name} is adopted, {how}.")


def _overwrite(screen: CaptionsScreen) -> None:
    found = _changed(screen)
    if found is not None:
        words = f"{found.name} is written again. It said: {found.text}"
        _write(screen, [found.name], words)


def _leave_file(screen: CaptionsScreen) -> None:
    found = _changed(screen)
    if found is not None:
        screen.disk.leave(found)
        screen.say(f"{found.name} stays as it is; check and build go on to name it.")


def _write(screen: CaptionsScreen, names: Collection[str], words: str) -> None:
    project = screen.session.project

    async def work() -> None:
        # First what they are written from: an undo is a change of it then, and they follow.
        if not await screen.spyke.autosave.flush():
            return  # that is told; the files stay as they are
        try:
            await asyncio.to_thread(screen.disk.write, names, project)
        except SpykeError as error:
            _tell(screen, str(error), "error")
        else:
            _tell(screen, words, "information")

    start(screen, work, "caption file")


def _tell(screen: CaptionsScreen, words: str, severity: str) -> None:
    if severity == "error":
        screen.notify(plain(words), severity="error", markup=False)
    else:
        screen.say(plain(words))
    screen.disk.look_now()


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
    "caption.change-all": _batch,
    "caption.tags": _tags,
    "caption.adopt": _adopt,
    "caption.overwrite": _overwrite,
    "caption.leave-file": _leave_file,
}
