"""The positive prompt of a workflow file, as far as it stands in the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LIMIT = 5_000_000
"""Bytes; a workflow is far smaller."""


def positive_texts(path: Path) -> list[str]:
    """All texts that feed a `positive` input of an API-format workflow; [] where it has none.

    Such a file maps node ids to nodes; an input is a value or a link ``[node id, output]``. A file
    that can't be read has no prompt: drawing with it is what will complain.
    """
    try:
        if not path.is_file() or path.stat().st_size > LIMIT:
            return []
        nodes = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(nodes, dict):
        return []
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
            waiting += [v for name, v in inputs.items() if name != "negative"]
    return list(found)


def _inputs(node: Any) -> dict[str, Any]:
    inputs = node.get("inputs") if isinstance(node, dict) else None
    return inputs if isinstance(inputs, dict) else {}
