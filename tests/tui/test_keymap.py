from collections import Counter
from pathlib import Path

from spyke_tui.actions import ACTIONS, EVERYWHERE, PANES, actions_of
from spyke_tui.tui.keymap import bindings_of, page

ROOT = Path(__file__).parents[2]


def test_the_page_of_keys_is_up_to_date() -> None:
    written = (ROOT / "docs" / "keys.md").read_text()
    assert written == page(), "run: python -m spyke_tui.tui.keymap > docs/keys.md"


def test_ids_are_unique_and_every_action_has_words() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.label and action.help and action.group
        assert action.pane in (EVERYWHERE, *PANES)


def test_no_key_means_two_things_on_one_pane() -> None:
    for pane in PANES:
        keys = Counter(
            key for action in actions_of(pane) + actions_of(EVERYWHERE) for key in action.keys
        )
        assert [key for key, count in keys.items() if count > 1] == []


def test_keys_that_a_split_arrow_would_press_are_free_or_can_be_undone() -> None:
    keys = {key: action.id for action in ACTIONS for key in action.keys}
    for key in "[BCDFO":
        assert key not in keys
    assert keys["A"] == "suggest.all"  # only while suggestions are shown, and undone in one step
    assert keys["H"].startswith("crop.")


def test_no_key_that_terminals_or_multiplexers_take() -> None:
    keys = {key for action in ACTIONS for key in action.keys}
    assert not keys & {"ctrl+b", "ctrl+a", "ctrl+q", "ctrl+c", "ctrl+h", "ctrl+i", "ctrl+m"}
    for action in ACTIONS:  # F-keys and ctrl+p are taken here and there: never the only way
        if action.keys and all(key.startswith("f") and key[1:].isdigit() for key in action.keys):
            assert action.id.startswith("pane.")


def test_bindings_carry_the_ids() -> None:
    ids = {binding.id for binding in bindings_of("crops", "screen")}
    assert ids == {action.id for action in actions_of("crops") if action.keys}
