"""What the server says about a graph before it draws: the recorded errors, in the same shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spyke_tui.comfy.practice.nodes import NodeClass, choices_of

_SHOWN_CHOICES = 20
"""A longer list of choices is only counted in the message."""

Json = dict[str, Any]


class ServerTroubleError(Exception):
    """What makes the server answer 500 in plain text."""


@dataclass(slots=True)
class Verdict:
    """`error` is None where the graph will run; it may run with `node_errors` all the same."""

    error: Json | None = None
    node_errors: dict[str, Json] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)
    """The output nodes that will run."""


def is_link(value: Any) -> bool:
    return isinstance(value, list)


def validate(graph: Any, classes: Mapping[str, NodeClass], targets: Any = None) -> Verdict:
    """Judge `graph` (node id -> node). Raises `ServerTroubleError` where it is no such thing.

    `targets` is the request's ``partial_execution_targets``: only these outputs count.
    """
    if not isinstance(graph, dict):
        raise ServerTroubleError
    outputs = []
    for node_id, node in graph.items():
        if not isinstance(node, dict):
            raise ServerTroubleError
        name = node.get("class_type")
        if not isinstance(name, str) or name not in classes:
            return Verdict(_missing_class(node_id, node, name))
        if classes[name].is_output and (targets is None or node_id in targets):
            outputs.append(node_id)
    if not outputs:
        return Verdict(_top("prompt_no_outputs", "Prompt has no outputs"))
    judge = _Judge(graph, classes)
    verdict = Verdict()
    own: list[Json] = []
    for node_id in outputs:
        if judge.is_valid_output(node_id):
            verdict.outputs.append(node_id)
        else:
            own += judge.errors[node_id]
        for bad in judge.bad_below(node_id):
            entry = verdict.node_errors.setdefault(
                bad,
                {
                    "errors": judge.errors[bad],
                    "dependent_outputs": [],
                    "class_type": graph[bad]["class_type"],
                },
            )
            entry["dependent_outputs"].append(node_id)
    if not verdict.outputs:
        details = "\n".join(f"{error['message']}: {error['details']}" for error in own)
        verdict.error = _top(
            "prompt_outputs_failed_validation", "Prompt outputs failed validation", details
        )
    return verdict


def _top(kind: str, message: str, details: str = "", **extra: Any) -> Json:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def _missing_class(node_id: str, node: Json, name: Any) -> Json:
    title = (node.get("_meta") or {}).get("title", f"Node ID #{node_id}")
    if name is None:
        message = (
            f"Node '{title}' has no class_type. The workflow may be corrupted or a custom node is "
            "missing."
        )
    else:
        message = f"Node '{title}' not found. The custom node may not be installed."
    extra = {"node_id": node_id, "class_type": name, "node_title": title}
    return _top("missing_node_type", message, f"Node ID '#{node_id}'", **extra)


class _Judge:
    """Judges each node once, from an output down to the loaders."""

    def __init__(self, graph: Json, classes: Mapping[str, NodeClass]) -> None:
        self.graph = graph
        self.classes = classes
        self.errors: dict[str, list[Json]] = {}
        self._valid: dict[str, bool] = {}
        self._below: dict[str, list[str]] = {}

    def bad_below(self, node_id: str) -> list[str]:
        """The nodes with errors that `node_id` needs, itself included."""
        found = list(self._below.get(node_id, ()))
        if self.errors.get(node_id):
            found.append(node_id)
        return list(dict.fromkeys(found))

    def is_valid_output(self, node_id: str) -> bool:
        try:
            return self.is_valid(node_id)
        except (KeyError, IndexError, TypeError) as error:
            extra = {"exception_type": type(error).__name__, "traceback": []}
            message = "Exception when validating node"
            self._valid[node_id] = False
            self.errors[node_id] = [
                _fault("exception_during_validation", message, str(error), extra)
            ]
            return False

    def is_valid(self, node_id: str) -> bool:
        if node_id in self._valid:
            return self._valid[node_id]
        self._valid[node_id] = True  # a circle must end
        errors = self.errors.setdefault(node_id, [])
        below = self._below.setdefault(node_id, [])
        node = self.graph[node_id]
        inputs = node["inputs"]  # a KeyError is the server's own answer
        described = self.classes[node["class_type"]]
        fine = True
        for name, description in {**described.required, **(described.optional or {})}.items():
            if name not in inputs:
                if name in described.required:
                    extra = {"input_name": name}
                    errors.append(
                        _fault("required_input_missing", "Required input is missing", name, extra)
                    )
                continue
            value = inputs[name]
            if is_link(value):
                fine &= self._judge_link(name, description, value, errors, below)
            else:
                error = judge_value(inputs, name, description)
                if error is not None:
                    errors.append(error)
        self._valid[node_id] = fine and not errors
        return self._valid[node_id]

    def _judge_link(
        self, name: str, description: list[Any], link: list[Any], errors: list[Json], below: Any
    ) -> bool:
        """Whether the linked node is fine; what is wrong with the link itself is an error here."""
        shown = {"input_name": name, "input_config": description}
        if len(link) != 2:
            message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            errors.append(
                _fault("bad_linked_input", message, name, {**shown, "received_value": link})
            )
            return False
        source, slot = link
        outputs = self.classes[self.graph[source]["class_type"]].outputs
        given = outputs[slot]
        if choices_of(description) is None and given != description[0]:
            errors.append(
                _fault(
                    "return_type_mismatch",
                    "Return type mismatch between linked nodes",
                    f"{name}, received_type({given}) mismatch input_type({description[0]})",
                    {**shown, "received_type": given, "linked_node": link},
                )
            )
            return False
        try:
            fine = self.is_valid(source)
        except (KeyError, IndexError, TypeError) as error:
            details = str(error)
            extra = {
                **shown,
                "exception_message": details,
                "exception_type": type(error).__name__,
                "traceback": [],
                "linked_node": link,
            }
            self._valid[source] = fine = False
            # The trouble is told of the node that was looked into, not of the one that asked.
            self.errors[source] = [
                _fault(
                    "exception_during_inner_validation",
                    "Exception when validating inner node",
                    details,
                    extra,
                )
            ]
        below += [bad for bad in self.bad_below(source) if bad not in below]
        return fine


def judge_value(inputs: Json, name: str, description: list[Any]) -> Json | None:
    """What is wrong with a plain value, or None; the value is converted in place, as recorded."""
    shown: Json = {"input_name": name, "input_config": description}
    kind = description[0]
    options = description[1] if len(description) > 1 else {}
    value = inputs[name]
    try:
        if kind == "INT":
            inputs[name] = value = int(value)
        elif kind == "FLOAT":
            inputs[name] = value = float(value)
        elif kind == "STRING":
            inputs[name] = value = str(value)
        elif kind == "BOOLEAN":
            inputs[name] = value = bool(value)
    except (ValueError, TypeError, OverflowError) as error:
        extra = {**shown, "received_value": value, "exception_message": str(error)}
        message = f"Failed to convert an input value to a {kind} value"
        return _fault("invalid_input_type", message, f"{name}, {value}, {error}", extra)
    shown["received_value"] = value
    if "min" in options and value < options["min"]:
        message = f"Value {value} smaller than min of {options['min']}"
        return _fault("value_smaller_than_min", message, name, shown)
    if "max" in options and value > options["max"]:
        message = f"Value {value} bigger than max of {options['max']}"
        return _fault("value_bigger_than_max", message, name, shown)
    choices = choices_of(description)
    if choices is not None and value not in choices:
        if len(choices) > _SHOWN_CHOICES:
            among, shown["input_config"] = f"(list of length {len(choices)})", None
        else:
            among = str(choices)
        return _fault(
            "value_not_in_list", "Value not in list", f"{name}: '{value}' not in {among}", shown
        )
    return None


def _fault(kind: str, message: str, details: str, extra: Json) -> Json:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}
