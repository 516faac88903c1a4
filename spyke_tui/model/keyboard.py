"""Which keys run which action: those of the table, changed by what the user asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spyke_tui.actions import ACTIONS, EVERYWHERE, Action

NAMED = frozenset(
    (
        *("left", "right", "up", "down", "home", "end", "pageup", "pagedown"),
        *("tab", "enter", "escape", "space", "backspace", "delete", "insert"),
        *(f"f{number}" for number in range(1, 25)),
    )
)
"""Keys that have names; all others are the character that they type."""

MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")


class Keyboard:
    """The actions with the keys that they have for this user."""

    def __init__(self, wanted: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """`wanted`: keys by action id; they take the place of an action's own."""
        self.problems: list[str] = []
        """What of `wanted` could not be done, in words."""
        self._actions = ACTIONS
        self._changed: dict[str, tuple[str, ...]] = {}
        if wanted:
            self._take(wanted)

    @property
    def actions(self) -> tuple[Action, ...]:
        return self._actions

    @property
    def changed(self) -> Mapping[str, tuple[str, ...]]:
        """The keys of the actions that no longer have those of the table."""
        return self._changed

    def actions_of(self, pane: str) -> tuple[Action, ...]:
        """The actions of one pane, in the table's order."""
        return tuple(action for action in self._actions if action.pane == pane)

    def keys(self, action_id: str) -> tuple[str, ...]:
        return next(action.keys for action in self._actions if action.id == action_id)

    def _take(self, wanted: Mapping[str, tuple[str, ...]]) -> None:
        by_id = {action.id: action for action in ACTIONS}
        asked: dict[str, tuple[str, ...]] = {}
        for action_id, keys in wanted.items():
            if action_id not in by_id:
                self.problems.append(f"There is no action {action_id!r}.{_near(action_id, by_id)}")
                continue
            good = tuple(key for key in map(_written, keys) if self._is_key(key, action_id))
            if good or not keys:
                asked[action_id] = good
        given = {action.id: action.keys for action in ACTIONS} | asked
        taken: dict[tuple[str, str], str] = {}
        # What was asked for goes first, so that it wins over the keys of the table.
        for action_id in [*asked, *(one for one in given if one not in asked)]:
            pane = by_id[action_id].pane
            left = []
            for key in dict.fromkeys(given[action_id]):
                other = self._holder(taken, key, pane)
                if other is None:
                    taken[pane, key] = action_id
                    left.append(key)
                elif action_id in asked:
                    self.problems.append(f"{key}: {other} has it already, not {action_id}.")
                else:
                    self.problems.append(f"{key}: {other} takes it from {action_id}.")
            given[action_id] = tuple(left)
        self._actions = tuple(replace(action, keys=given[action.id]) for action in ACTIONS)
        self._changed = {
            action.id: given[action.id] for action in ACTIONS if given[action.id] != action.keys
        }

    @staticmethod
    def _holder(taken: Mapping[tuple[str, str], str], key: str, pane: str) -> str | None:
        """The action that has this key where this pane is open."""
        for (place, other), action_id in taken.items():
            if other == key and (place == pane or EVERYWHERE in (place, pane)):
                return action_id
        return None

    def _is_key(self, key: str, action_id: str) -> bool:
        *modifiers, last = key.split("+") if len(key) > 1 else [key]
        fits = last in NAMED or (len(last) == 1 and last.isprintable() and last != " ")
        if fits and all(modifier in MODIFIERS for modifier in modifiers):
            return True
        self.problems.append(f"{action_id}: there is no key {key!r}.")
        return False


def _written(key: str) -> str:
    """A key as the table writes it."""
    if key == " ":
        return "space"
    if len(key) == 1:
        return key
    *modifiers, last = key.split("+")
    modifiers = [modifier.lower() for modifier in modifiers]
    return "+".join([*modifiers, last if len(last) == 1 else last.lower()])


def _near(action_id: str, known: Mapping[str, Action]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(action_id, known, 1, 0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
