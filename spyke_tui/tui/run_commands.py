"""What each action of the Regularization pane does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spyke_tui.model.run_view import Order
from spyke_tui.model.settings_edit import with_reroll
from spyke_tui.tui.run_dialogs import ask_redo, edit_settings

if TYPE_CHECKING:
    from spyke_tui.tui.screens.regularization import RegularizationScreen

Command = Callable[["RegularizationScreen"], None]


def _start(screen: RegularizationScreen) -> None:
    view = screen.view
    if view.state in ("paused", "pausing"):
        screen.order("resume", "It goes on.")
    elif view.alive:
        screen.say("It is running already.")
    elif view.state == "done" and not (view.outdated or screen.rejected or screen.more):
        screen.say("All images are there: x rejects one, e changes how many there are.")
    else:
        screen.selection.follow()
        screen.control.start()


def _pause(screen: RegularizationScreen) -> None:
    if screen.view.state in ("paused", "pausing"):
        screen.order("resume", "It goes on.")
    else:
        _order(screen, "pause", "It pauses when the servers have finished what they have.")


def _stop(screen: RegularizationScreen) -> None:
    _order(screen, "stop", "It finishes the running image, then stops.")


def _interrupt(screen: RegularizationScreen) -> None:
    if screen.control.give_up():
        screen.say("Nothing is waited for any more.")
    else:
        _order(screen, "interrupt", "It stops now; the next start draws that image again.")


def _retry(screen: RegularizationScreen) -> None:
    if screen.view.alive:
        screen.order("retry", "Failed images are taken up again.")
    elif screen.view.failed:
        screen.control.start()
    else:
        screen.say("No image has failed.")


def _order(screen: RegularizationScreen, order: Order, words: str) -> None:
    if screen.view.alive:
        screen.order(order, words)
    else:
        screen.say("Nothing is being generated: s starts.")


def _reject(screen: RegularizationScreen) -> None:
    """The next reroll takes the place of this one; it stands in crops.toml, and undo takes it back.

    The run reads it from there, now or with the next start.
    """
    index = screen.chosen
    image = screen.image(index)
    if image is None or image.state not in ("verified", "failed"):
        screen.say("There is no image here to reject yet.")
        return
    if index in screen.rejected:
        screen.say(f"Image {index} is rejected already; u takes it back.")
        return
    history, kind = screen.session.history, screen.kind
    history.end_burst()
    history.apply(f"reject {kind} image {index}", with_reroll(screen.session.project, kind, index))
    screen.spyke.autosave.changed()
    more = "" if screen.view.alive else "s draws it, "
    screen.say(f"Image {index} is rejected, the next one takes its place: {more}u takes it back.")


def _test(screen: RegularizationScreen) -> None:
    """One image, to see what the settings draw."""
    if screen.view.alive:
        screen.say("It is running already.")
        return
    missing = sorted(screen.rejected)
    missing += [one.index for one in screen.view.images if one.state != "verified"]
    total = screen.view.total
    if missing or screen.more or not total:
        index = missing[0] if missing else total + 1
        screen.selection.choose(index)
        screen.control.start(only=(index,))
    else:
        screen.say("All images are there: x rejects one, then t draws it anew.")


def _redo(screen: RegularizationScreen) -> None:
    outdated = screen.view.outdated
    if screen.view.alive:
        screen.say("It is running already.")
    elif not outdated:
        screen.say("All images were drawn with the settings as they are now.")
    else:
        ask_redo(screen, outdated)


def _go(by: int) -> Command:
    return lambda screen: screen.go(by)


def _page(direction: int) -> Command:
    return lambda screen: screen.go(direction * max(1, screen.pictures.places - 1))


COMMANDS: dict[str, Command] = {
    "reg.start": _start,
    "reg.pause": _pause,
    "reg.stop": _stop,
    "reg.interrupt": _interrupt,
    "reg.retry": _retry,
    "reg.reject": _reject,
    "reg.test": _test,
    "reg.redo": _redo,
    "reg.edit": lambda screen: edit_settings(screen, screen.field_in_question),
    "reg.kind": lambda screen: screen.turn_kind(),
    "reg.next": _go(1),
    "reg.previous": _go(-1),
    "reg.page-next": _page(1),
    "reg.page-previous": _page(-1),
    "reg.first": _go(-(10**6)),
    "reg.last": _go(10**6),
    "reg.newest": lambda screen: screen.follow_newest(),
}
