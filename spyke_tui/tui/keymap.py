"""Bindings and docs/keys.md from the table of actions.

``python -m spyke_tui.tui.keymap > docs/keys.md`` writes the page.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import TYPE_CHECKING

from spyke_tui.actions import EVERYWHERE, PANES, Action, actions_of

if TYPE_CHECKING:
    from textual.binding import Binding

    from spyke_tui.model.keyboard import Keyboard

NAMES = {
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "enter": "Enter",
    "escape": "Esc",
    "delete": "Delete",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
}


def bindings_of(pane: str, target: str) -> list[Binding]:
    """The bindings of a pane. `target` is the node that acts on them: ``screen`` or ``app``."""
    from textual.binding import Binding

    return [
        Binding(
            ",".join(_textual_key(key) for key in action.keys),
            f"{target}.do('{action.id}')",
            action.label,
            show=False,
            id=action.id,
            tooltip=action.help,
        )
        for action in actions_of(pane)
        if action.keys
    ]


NO_KEY = "no-key"
"""For an action that has no key any more: a name that no terminal sends."""


def keymap_of(keyboard: Keyboard) -> dict[str, str]:
    """The changed keys, as Textual takes them."""
    return {
        action_id: ",".join(map(_textual_key, keys)) or NO_KEY
        for action_id, keys in keyboard.changed.items()
    }


def keys_to(actions: Collection[str], keyboard: Keyboard) -> dict[str, str]:
    """The action behind each key, by Textual's name, of these actions as this user has them."""
    return {_textual_key(key): action for action in actions for key in keyboard.keys(action)}


def _textual_key(key: str) -> str:
    """A key by the name that Textual gives it."""
    if len(key) > 1:
        return key
    from textual.keys import _character_to_key

    return _character_to_key(key)


def key_name(key: str) -> str:
    """A key as people write it."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if last.startswith("f") and last[1:].isdigit():
        last = last.upper()
    return "+".join([*modifiers, NAMES.get(last, last)])


def keys_of(action: Action) -> str:
    """All keys of an action, in words; empty where it has none."""
    return "  ".join(key_name(key) for key in action.keys)


def page() -> str:
    """docs/keys.md, whole."""
    lines = [
        "# Keys",
        "",
        "Made from `spyke_tui/actions.py` (`python -m spyke_tui.tui.keymap > docs/keys.md`).",
        "Letters and signs act while no text field has the focus. Everything is also in the",
        "palette (`:` or ctrl+p).",
        "",
        "A terminal may keep keys for itself. VS Code keeps F1, F3, F5, F6, ctrl+p, ctrl+g and,",
        "but on macOS, alt+left and alt+right: there `,` and `.` turn to the other panes (Esc",
        "leaves a text field), `?` helps, `g` is ctrl+g, and what stands in the top line can be",
        "clicked, also the palette. Its setting `terminal.integrated.sendKeybindingsToShell` gives",
        "the terminal all keys, and `[keys]` in `config.toml` gives actions others.",
    ]
    for pane, title in ((EVERYWHERE, "Everywhere"), *PANES.items()):
        lines += ["", f"## {title}"]
        for group, actions in groupby(actions_of(pane), lambda action: action.group):
            lines += ["", f"### {group}", "", "| key | does | |", "|---|---|---|"]
            for action in actions:
                keys = " ".join(_code(key_name(key)) for key in action.keys) or "palette"
                lines.append(f"| {keys} | {action.label} | {action.help} |")
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
