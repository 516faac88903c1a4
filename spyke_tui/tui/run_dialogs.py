"""What comes over the Regularization pane: the form, what stands in the way, a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.model.generation import Kind
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.run_words import TITLES

if TYPE_CHECKING:
    from spyke_tui.tui.run_control import Attempt, Hindrance
    from spyke_tui.tui.screens.regularization import RegularizationScreen


def edit_settings(screen: RegularizationScreen, field: str = "") -> None:
    """The form, at this field."""
    from spyke_tui.tui.screens.run_settings import RunSettingsScreen

    kind, session = screen.kind, screen.session
    before = settings_of(session.project, kind)

    def edited(_: None) -> None:
        if screen.view.alive and settings_of(session.project, kind) != before:
            screen.say("What runs now goes on as it began; the next start takes the new settings.")
        screen.come()

    screen.app.push_screen(RunSettingsScreen(screen.spyke, kind, field), edited)


def ask_redo(screen: RegularizationScreen, outdated: int) -> None:
    """Whether images of other settings are drawn anew."""
    from spyke_tui.tui.screens.question import QuestionScreen

    def answered(answer: str | None) -> None:
        if answer is not None:
            with screen.spyke.telling():
                screen.control.start(redo=True)

    are = "image was" if outdated == 1 else "images were"
    screen.app.push_screen(
        QuestionScreen(
            f"{outdated} {are} drawn with other settings",
            "They are good images; only prompt or settings have changed since.",
            [("R", "draw them anew; the old pictures go")],
        ),
        answered,
    )


def tell_hindrances(
    screen: RegularizationScreen, kind: Kind, found: list[Hindrance], attempt: Attempt
) -> None:
    """Something would go wrong: say what, and jump to where it is put right."""
    if screen.app.screen is not screen or kind != screen.kind:
        words = plain(f"{TITLES[kind]} can't start: {found[0].message}")
        screen.app.notify(words, severity="warning", markup=False)
        return
    from spyke_tui.tui.screens.run_hindrances import HindrancesScreen

    def answered(answer: str | None) -> None:
        with screen.spyke.telling():
            if answer == "start":
                screen.control.start(attempt.only, attempt.redo, warned=True)
            elif answer is not None:
                edit_settings(screen, answer)

    screen.draw()  # below the dialog nothing is looked for any more
    screen.app.push_screen(HindrancesScreen(TITLES[kind], found), answered)
