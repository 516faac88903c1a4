"""From a frame of the socket to an event. No input or output here.

`parse_text` and `parse_binary` never raise: what is no known message becomes `Unknown` with the
reason.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from spyke_tui.comfy.events import (
    MOST_ENTRIES,
    Event,
    Executed,
    Executing,
    ExecutionCached,
    ExecutionError,
    ExecutionInterrupted,
    ExecutionStart,
    ExecutionSuccess,
    FeatureFlags,
    NodeProgress,
    Preview,
    Progress,
    ProgressState,
    Status,
    Unknown,
    images_of,
)
from spyke_tui.comfy.server_words import cleaned, decimal, mapping, read_json, sequence, whole

LONGEST_TEXT = 2 * 2**20
"""Characters in a text frame that is still read: JSON grows about 60-fold in memory."""
LONGEST_METADATA = 2**16
"""Bytes of JSON before the image of a binary frame of kind 4."""


def parse_text(text: str) -> Event | None:
    """The event of a text frame; None for what is known and says nothing to us."""
    if len(text) > LONGEST_TEXT:
        return Unknown("text", "longer than any message")
    try:
        message = read_json(text)
    except ValueError:
        return Unknown("text", "not JSON")
    if not isinstance(message, dict):
        return Unknown("text", "not an object")
    kind = message.get("type")
    if not isinstance(kind, str):
        return Unknown("text", "without a type")
    if kind in IGNORED:
        return None
    parse = PARSERS.get(kind)
    if parse is None:
        return Unknown(cleaned(kind, 60), "no type that we know")
    data = message.get("data")
    if not isinstance(data, dict):
        return Unknown(kind, "without data")
    try:
        return parse(data)
    except _WrongError as wrong:
        return Unknown(kind, str(wrong))


class _WrongError(Exception):
    """A field is missing or of another type."""


def _text(data: Mapping[str, object], key: str) -> str:
    # Empty is fine: servers of 2025 take and repeat any id that a client thinks of.
    value = data.get(key)
    if not isinstance(value, str):
        raise _WrongError(f"without {key}")
    return cleaned(value, 100)


def _number(data: Mapping[str, object], key: str) -> float:
    value = decimal(data.get(key))
    if value is None:
        raise _WrongError(f"{key} is no number")
    return value


def _status(data: Mapping[str, object]) -> Event:
    remaining = whole(mapping(mapping(data.get("status")).get("exec_info")).get("queue_remaining"))
    if remaining is None:
        raise _WrongError("without queue_remaining")
    return Status(max(0, remaining), cleaned(data.get("sid"), 100))


def _feature_flags(data: Mapping[str, object]) -> Event:
    return FeatureFlags(data.get("supports_preview_metadata") is True)


def _start(data: Mapping[str, object]) -> Event:
    return ExecutionStart(_text(data, "prompt_id"))


def _cached(data: Mapping[str, object]) -> Event:
    nodes = sequence(data.get("nodes"))[:MOST_ENTRIES]
    return ExecutionCached(
        _text(data, "prompt_id"), tuple(cleaned(n, 100) for n in nodes if isinstance(n, str))
    )


def _progress_state(data: Mapping[str, object]) -> Event:
    nodes: dict[str, NodeProgress] = {}
    for node, entry in list(mapping(data.get("nodes")).items())[:MOST_ENTRIES]:
        state = mapping(entry)
        value, maximum = decimal(state.get("value")), decimal(state.get("max"))
        if value is None or maximum is None:
            raise _WrongError("a node without value or max")
        nodes[cleaned(node, 100)] = NodeProgress(value, maximum, cleaned(state.get("state"), 30))
    return ProgressState(_text(data, "prompt_id"), MappingProxyType(nodes))


def _executing(data: Mapping[str, object]) -> Event:
    if "node" not in data:
        raise _WrongError("without node")
    node = data["node"]
    prompt_id = cleaned(data.get("prompt_id"), 100)
    if node is None:
        return Executing(None, prompt_id)
    return Executing(_text(data, "node"), prompt_id)


def _progress(data: Mapping[str, object]) -> Event:
    # Old servers leave node and prompt out.
    return Progress(
        _number(data, "value"),
        _number(data, "max"),
        cleaned(data.get("node"), 100),
        cleaned(data.get("prompt_id"), 100),
    )


def _executed(data: Mapping[str, object]) -> Event:
    return Executed(_text(data, "prompt_id"), _text(data, "node"), images_of(data.get("output")))


def _success(data: Mapping[str, object]) -> Event:
    return ExecutionSuccess(_text(data, "prompt_id"))


def _error(data: Mapping[str, object]) -> Event:
    return ExecutionError(
        _text(data, "prompt_id"),
        cleaned(data.get("node_id"), 100),
        cleaned(data.get("node_type"), 100),
        cleaned(data.get("exception_type"), 100),
        cleaned(data.get("exception_message")),
    )


def _interrupted(data: Mapping[str, object]) -> Event:
    return ExecutionInterrupted(
        _text(data, "prompt_id"),
        cleaned(data.get("node_id"), 100),
        cleaned(data.get("node_type"), 100),
    )


PARSERS: Mapping[str, Callable[[Mapping[str, object]], Event]] = MappingProxyType(
    {
        "status": _status,
        "feature_flags": _feature_flags,
        "execution_start": _start,
        "execution_cached": _cached,
        "progress_state": _progress_state,
        "executing": _executing,
        "progress": _progress,
        "executed": _executed,
        "execution_success": _success,
        "execution_error": _error,
        "execution_interrupted": _interrupted,
    }
)
IGNORED = frozenset({"logs", "notification"})
"""Known, and nothing to us."""

_FORMATS: Mapping[int, Literal["jpeg", "png"]] = MappingProxyType({1: "jpeg", 2: "png"})
_TYPES: Mapping[str, Literal["jpeg", "png", "webp"]] = MappingProxyType(
    {"image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp"}
)


def parse_binary(frame: bytes) -> Event:
    """The event of a binary frame: numbers are big-endian, 4 bytes each.

    Every picture is a preview, also a whole PNG as nodes that show their result send it: what a
    workflow saves is fetched.
    """
    if len(frame) < 8:
        return Unknown("binary", "shorter than its own head")
    kind, second = struct.unpack_from(">II", frame)
    if kind == 1:
        return _plain_picture(second, frame[8:])
    if kind == 4:
        return _picture_with_metadata(second, frame)
    return Unknown(f"binary {kind}", "no kind that we know")


def _plain_picture(number: int, image: bytes) -> Event:
    image_format = _FORMATS.get(number)
    if image_format is None:
        return Unknown("binary 1", "no image format that we know")
    if not image:
        return Unknown("binary 1", "without an image")
    return Preview(image, image_format)


def _picture_with_metadata(length: int, frame: bytes) -> Event:
    if length > min(LONGEST_METADATA, len(frame) - 8):
        return Unknown("binary 4", "metadata longer than the frame")
    try:
        metadata = mapping(read_json(frame[8 : 8 + length]))
    except ValueError:
        return Unknown("binary 4", "metadata that is not JSON")
    declared = metadata.get("image_type")
    image_format = _TYPES.get(declared) if isinstance(declared, str) else None
    if image_format is None:
        return Unknown("binary 4", "no image type that we know")
    image = frame[8 + length :]
    if not image:
        return Unknown("binary 4", "without an image")
    prompt_id = cleaned(metadata.get("prompt_id"), 100) or None
    node = cleaned(metadata.get("node_id"), 100) or None
    return Preview(image, image_format, prompt_id, node)
