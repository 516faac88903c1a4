"""Whether a prompt for class images names what only the character has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spyke_tui.model.mentions import mention_of
from spyke_tui.model.project import Dataset


def leaking_words(dataset: Dataset, text: str) -> list[str]:
    """The trigger and the details that a positive prompt names."""
    words = dict.fromkeys((dataset.trigger, *dataset.details, *dataset.one_sided))
    return [word for word in words if mention_of(word)(text)]


def positive_texts(nodes: Mapping[str, Any]) -> list[str]:
    """All texts that feed a `positive` input of an API-format workflow; [] where it has none.

    It maps node ids to nodes; an input is a value or a link ``[node id, output]``.
    """
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [_inputs(node).get("positive") for node in nodes.values()]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, str):
            found[value] = None
        elif isinstance(value, list) and value and str(value[0]) not in seen:
            seen.add(str(value[0]))
            inputs = _inputs(nodes.get(str(value[0])))
            # A node between (ControlNet...) takes both prompts in; only one way is the positive.
            waiting += [value for name, value in inputs.items() if not _is_beside(name)]
    return list(found)


def _is_beside(name: str) -> bool:
    """Whether an input is no part of the positive prompt: a checkpoint's name is no prompt."""
    return name == "negative" or name.endswith("_name")


def _inputs(node: Any) -> Mapping[str, Any]:
    inputs = node.get("inputs") if isinstance(node, dict) else None
    return inputs if isinstance(inputs, dict) else {}
