"""What comes over the socket: known messages, broken ones, and anything at all."""

from __future__ import annotations

import json
import struct
import tracemalloc
from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.comfy.events import (
    Executed,
    Executing,
    ExecutionError,
    OutputImage,
    Preview,
    Progress,
    Status,
    Unknown,
)
from spyke_tui.comfy.frames import parse_binary, parse_text
from spyke_tui.model.table import printable

JPEG = b"\xff\xd8\xff\xe0picture"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
kinds = st.sampled_from(
    [
        "status",
        "feature_flags",
        "execution_start",
        "execution_cached",
        "progress_state",
        "executing",
        "progress",
        "executed",
        "execution_success",
        "execution_error",
        "execution_interrupted",
    ]
)
fields = st.sampled_from(
    ["prompt_id", "node", "node_id", "nodes", "value", "max", "output", "status", "sid", "images"]
)


def text_of(kind: str, **data: Any) -> str:
    return json.dumps({"type": kind, "data": data})


def framed(kind: int, second: int, rest: bytes) -> bytes:
    return struct.pack(">II", kind, second) + rest


def named(metadata: object, image: bytes = JPEG) -> bytes:
    head = json.dumps(metadata).encode()
    return framed(4, len(head), head + image)


def printable_everywhere(event: object) -> bool:
    """Whether every text in it can go to a terminal as it is."""
    if isinstance(event, str):
        return printable(event) == event
    if isinstance(event, Mapping):
        return all(printable_everywhere(part) for part in (*event, *event.values()))
    if isinstance(event, tuple):
        return all(printable_everywhere(part) for part in event)
    if is_dataclass(event):
        return all(printable_everywhere(getattr(event, f.name)) for f in fields_of(event))
    return True


def test_the_end_of_a_prompt_has_no_node() -> None:
    assert parse_text(text_of("executing", node=None, prompt_id="p")) == Executing(None, "p")
    assert parse_text(text_of("executing", node="3")) == Executing("3", "")


def test_only_pictures_with_a_usable_name_are_told_of() -> None:
    images = [
        {"filename": "a.png", "subfolder": "reg", "type": "output"},
        {"filename": "b.png", "type": "temp"},
        {"filename": "evil\x1b[2J.png"},
        {"filename": "x" * 5000},
        {"filename": "c.png", "subfolder": "a\nb"},
        {"filename": "d.png", "type": "elsewhere"},
        {"filename": ""},
        {"filename": 7},
        "no",
    ]
    event = parse_text(text_of("executed", prompt_id="p", node="9", output={"images": images}))
    assert event == Executed(
        "p", "9", (OutputImage("a.png", "reg"), OutputImage("b.png", "", "temp"))
    )


def test_an_errors_words_fit_one_line_of_a_terminal() -> None:
    words = "boom\x1b]52;c;evil\x07\r\n  at line\u202e 7\n" + "x" * 10_000
    event = parse_text(
        text_of(
            "execution_error",
            prompt_id="p",
            node_id="3",
            node_type="K\x9bSampler",
            exception_type="torch.OutOfMemoryError",
            exception_message=words,
        )
    )
    assert isinstance(event, ExecutionError)
    assert event.message.isprintable()
    assert len(event.message) == 300
    assert event.message.startswith("boom\\x1b]52;c;evil\\x07 at line\\u202e 7 xxx")
    assert event.node_type == "K\\x9bSampler"
    assert event.out_of_memory


def test_progress_of_servers_that_name_nothing() -> None:
    assert parse_text(text_of("progress", value=3, max=20)) == Progress(3.0, 20.0, "", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[1]",
        "{",
        '{"type": 7}',
        '{"type": "status"}',
        '{"type": "status", "data": []}',
        text_of("status", status={"exec_info": {"queue_remaining": "1"}}),
        text_of("status", status={"exec_info": {"queue_remaining": 10**40}}),
        text_of("status", status={"exec_info": {"queue_remaining": True}}),
        text_of("execution_start"),
        text_of("execution_start", prompt_id=7),
        text_of("executing", prompt_id="p"),
        text_of("progress", value=None, max=1),
        '{"type": "progress", "data": {"value": NaN, "max": 1}}',
        '{"type": "progress", "data": {"value": 1e999, "max": 1}}',
        text_of("progress_state", prompt_id="p", nodes={"3": {"value": "x", "max": 1}}),
        text_of("\x1b[2J"),
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"type": "status", "data": {"x": ' + "9" * 5000 + "}}",
        "x" * (3 * 2**20),
        "\ud800",
    ],
)
def test_broken_messages_are_unknown_with_a_reason(text: str) -> None:
    event = parse_text(text)
    assert isinstance(event, Unknown)
    assert event.reason
    assert event.kind.isprintable()


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\0\0\0\1",
        framed(1, 1, b""),
        framed(1, 3, JPEG),
        framed(2, 1, JPEG),
        framed(2**32 - 1, 2**32 - 1, JPEG),
        framed(4, 2**32 - 1, JPEG),
        framed(4, len(JPEG) + 1, JPEG),
        framed(4, 4, b"nope" + JPEG),
        framed(4, 70_000, b"[" * 70_000 + JPEG),
        named({"image_type": "image/svg+xml"}),
        named({"image_type": ["image/png"]}),
        named(["image/png"]),
        named({"image_type": "image/jpeg"}, b""),
    ],
)
def test_broken_frames_are_unknown_with_a_reason(frame: bytes) -> None:
    event = parse_binary(frame)
    assert isinstance(event, Unknown)
    assert event.reason


def test_pictures_with_and_without_a_name() -> None:
    assert parse_binary(framed(1, 1, JPEG)) == Preview(JPEG, "jpeg")
    assert parse_binary(framed(1, 2, b"png")) == Preview(b"png", "png")
    whose = {"prompt_id": "p", "node_id": "3", "image_type": "image/jpeg"}
    assert parse_binary(named(whose)) == Preview(JPEG, "jpeg", "p", "3")
    whose["image_type"] = "image/png"
    assert parse_binary(named(whose)) == Preview(JPEG, "png", "p", "3")
    whose["node_id"] = 3  # type: ignore[assignment]
    assert parse_binary(named(whose)) == Preview(JPEG, "png", "p", None)


@given(kinds, st.dictionaries(fields, values))
def test_any_data_of_a_known_kind_is_an_event(kind: str, data: dict[str, object]) -> None:
    event = parse_text(json.dumps({"type": kind, "data": data}))
    assert event is not None
    assert printable_everywhere(event)


@given(st.text(max_size=200) | values.map(json.dumps))
def test_any_text_is_an_event_or_nothing(text: str) -> None:
    event = parse_text(text)
    assert event is None or printable_everywhere(event)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event(frame: bytes) -> None:
    assert parse_binary(frame) is not None


@given(st.sampled_from([1, 2, 4]), st.integers(0, 2**32 - 1), st.binary(max_size=60))
def test_any_frame_with_a_known_head_is_an_event(kind: int, second: int, rest: bytes) -> None:
    assert parse_binary(framed(kind, second, rest)) is not None


def test_a_long_message_costs_no_memory() -> None:
    text = text_of("execution_error", prompt_id="p", exception_message="\x00" * 2**18)
    huge = "[" + "[]," * 2**22 + "[]]"
    tracemalloc.start()
    event = parse_text(text)
    assert isinstance(parse_text(huge), Unknown)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(event, ExecutionError)
    assert len(event.message) <= 300
    assert peak < 4 * 2**20


def test_queues_below_nothing_are_empty() -> None:
    assert parse_text(text_of("status", status={"exec_info": {"queue_remaining": -3}})) == Status(0)
