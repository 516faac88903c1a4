"""What a server says of a node class: inputs, choices, limits, outputs. No input or output here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from spyke_tui.comfy.server_words import cleaned, decimal, mapping, name_of, sequence
from spyke_tui.errors import BadAnswerError

MOST_NAMES = 100_000


@dataclass(frozen=True, slots=True)
class InputInfo:
    """One input of a node. `kind` is ``COMBO`` for a choice, else the server's type."""

    name: str
    kind: str
    required: bool
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What /object_info says of a node class. `outputs` are types, by slot."""

    class_type: str
    inputs: Mapping[str, InputInfo]
    outputs: tuple[str, ...]
    is_output: bool

    def choices(self, name: str) -> tuple[str, ...]:
        """What the input can be set to, () if it is no choice."""
        found = self.inputs.get(name)
        return found.choices if found else ()


def node_info_of(answer: object, class_type: str) -> NodeInfo | None:
    """GET /object_info/CLASS, or all of /object_info. None: the server has no such node."""
    if not isinstance(answer, dict):
        raise BadAnswerError(f"The server's answer about the node {class_type} is none.")
    entry = answer.get(class_type)
    if not isinstance(entry, dict):
        return None
    inputs: dict[str, InputInfo] = {}
    groups = mapping(entry.get("input"))
    for group in ("required", "optional"):
        for name, declared in mapping(groups.get(group)).items():
            found = _input_of(name, declared, required=group == "required")
            if found is not None:
                inputs[name] = found
    outputs = tuple(cleaned(o, 100) or "*" for o in sequence(entry.get("output")))
    return NodeInfo(class_type, MappingProxyType(inputs), outputs, entry.get("output_node") is True)


def _input_of(name: str, declared: object, *, required: bool) -> InputInfo | None:
    """Choices come in two forms: ``[[...], {}]`` and ``["COMBO", {"options": [...]}]``."""
    parts = sequence(declared)
    if name_of(name) is None or not parts:
        return None
    options = mapping(parts[1]) if len(parts) > 1 else {}
    if isinstance(parts[0], list):
        kind, choices = "COMBO", _choices(parts[0])
    elif isinstance(parts[0], str):
        kind = cleaned(parts[0], 100)
        choices = _choices(options.get("options")) if kind == "COMBO" else ()
    else:
        return None
    return InputInfo(
        name,
        kind,
        required,
        choices,
        _bound(options.get("min")),
        _bound(options.get("max")),
        decimal(options.get("step")),
        "default" in options,
    )


def _bound(value: object) -> float | None:
    """A limit; the seed's (2**64 - 1) is beyond what `decimal` takes for a count."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**65:
        return float(value)
    return decimal(value)


def _choices(values: object) -> tuple[str, ...]:
    names = (name_of(str(v)) for v in sequence(values)[:MOST_NAMES] if isinstance(v, (str, int)))
    return tuple(name for name in names if name is not None)
