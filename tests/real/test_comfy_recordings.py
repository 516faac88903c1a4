"""Every recording of two real ComfyUI servers, replayed through events, answers and tracker.

The table of final states is written by hand from the recordings' index and notes. It says what a
client can *know* at the end of each recording: "queued" or "running" where the recording shows no
more than that (a deaf socket, a prompt without client_id, a killed connection) and nobody asked
over HTTP.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from prompt_tracker import PromptTracker

from spyke_tui.comfy import answers
from spyke_tui.comfy.events import (
    Event,
    Preview,
    ProgressState,
    Unknown,
)
from spyke_tui.comfy.frames import parse_binary, parse_text
from spyke_tui.comfy.hearing import Hearing, Verdict
from spyke_tui.comfy.job import Job
from spyke_tui.comfy.node_info import node_info_of
from spyke_tui.errors import BadAnswerError

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "comfyui"

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings in {RECORDINGS}")

NEW, OLD = "0.33.0", "0.3.64"
Lines = list[dict[str, Any]]

# Each prompt that the server took, in the order of the replies.
BOTH: dict[str, list[str]] = {
    "01_http_get": [],
    "02_txt2img_legacy_preview": ["success"],
    "03_txt2img_flags_preview": ["success"],
    "04_prompt_validation": [
        "running",  # sent without client_id: only its progress is told, and nobody asked
        "success",  # two outputs, one invalid: the other one was made all the same
        "success",
        "success",
        "success (cached)",  # 7.9 is cut to 7, which was made just before
        "success",
    ],
    "05_cached_resubmit": [
        "success",
        "success (cached)",  # identical
        "success",  # another seed
        "success",  # another prefix
        "success (cached)",
        "success (cached)",  # though its file had been deleted
        "success",
        "success",  # other node ids, but SaveImage runs
        "success",
        "success (cached)",  # PreviewImage
        "success",
        "success",  # SaveImageWebsocket always runs
    ],
    "06_execution_error": [
        "error",  # raises
        "error",  # out of memory
        "error",  # prefixes outside the output folder: 3
        "error",
        "error",
        *["success"] * 8,
        "success",  # NaN: a success that is all black
    ],
    "08_queue_delete_clear_order": [
        "success",
        "success",
        "cancelled",  # p2: deleted while it waited
        *["success"] * 5,
        "success",
        "cancelled",  # the queue was cleared: 3
        "cancelled",
        "cancelled",
    ],
    "09_two_clients": [
        "success",
        "success",
        "running",  # without client_id only its progress is told to everybody
        "running",
        "success",
        "interrupted",  # that is told to everybody
        "success",
        "queued",  # the first socket is deaf since the second one came
    ],
    "10_reconnect": ["success", "success", "queued", "running"],
    "12_save_image_websocket": ["success", "success"],
    "12b_ws_frame_over_1MiB": ["running", "success"],  # the first connection broke at the frame
    "13_view": ["success"],
    "14_png_metadata": ["success", "success"],
    "15_misc_http": [],
    "16_history_race": ["success"] * 30,
    "17_loop_stall": ["success"],
    "17b_512_pytorch_attention": ["success"],
    "18_server_killed_and_restarted": [
        "success",  # before the kill; what was heard counts, though its history is lost
        "gone",
        "gone",
        "success",
        "running",  # SIGINT, and nobody asked after that
    ],
    "19_slow_reader": [*["queued"] * 4, "success"],  # four for the client that does not read
    "20_overhead": [],
    "21_extras": ["success", "success", "error"],  # the first two by history alone
    "22_overhead_1s_job": [],
    "23_preview_method": ["success"] * 6,
    "24_pipelined_run_golden": ["success"] * 5,
    "25_deaf_socket": [
        "queued",  # the socket is deaf
        "success",  # opened anew
        *["queued"] * 4,  # the events of all are stalled by one stuck client
        "success",
    ],
}
BY_VERSION: dict[tuple[str, str], list[str]] = {
    (NEW, "07_interrupt_cancel"): [
        "interrupted",  # everything
        "interrupted",  # by id
        "success",  # another id
        "interrupted",  # /api/jobs/ID/cancel
        "interrupted",  # only at the end of its node
        "success",  # after an interrupt of nothing
    ],
    (OLD, "07_interrupt_cancel"): [
        "interrupted",
        "interrupted",
        "success",
        "success",  # that route does not exist yet
        "interrupted",
        "success",
    ],
    (NEW, "11_prompt_id"): [
        "success",
        "success",  # null: the server's own id
        "success",
        "success",  # the same id three times: three runs, the last one counts
        "success",
        "success",
        "success",
        "success",
    ],
    (OLD, "11_prompt_id"): [
        "success",
        "success",  # any id will do; the empty one is taken too, but no client can use it
        "success (cached)",  # one graph for all of these ids
        "success (cached)",
        "success (cached)",
        "success (cached)",
        "success",
        "success",
        "success",
        "success",
        "success",
        "success",
    ],
}

# What each refusal in 04 is about: (kind, node class, input), "" where the prompt as a whole.
REFUSED = {
    "bad checkpoint name": ("value_not_in_list", "CheckpointLoaderSimple", "ckpt_name"),
    "missing input seed": ("required_input_missing", "KSampler", "seed"),
    "wrong type (seed='abc')": ("invalid_input_type", "KSampler", "seed"),
    "seed=-1 below min": ("value_smaller_than_min", "KSampler", "seed"),
    "seed=2**64 above max": ("value_bigger_than_max", "KSampler", "seed"),
    "width below min 16": ("value_smaller_than_min", "EmptyLatentImage", "width"),
    "sampler_name not in list": ("value_not_in_list", "KSampler", "sampler_name"),
    "unknown class_type": ("missing_node_type", "NoSuchNode", ""),
    "no output node": ("prompt_no_outputs", "", ""),
    "empty prompt {}": ("prompt_no_outputs", "", ""),
    "link of the wrong type": ("return_type_mismatch", "KSampler", "model"),
    "link of length 1": ("bad_linked_input", "KSampler", "model"),
    "SaveImage without filename_prefix": (
        "required_input_missing",
        "SaveImage",
        "filename_prefix",
    ),
    "no 'prompt' key": ("no_prompt", "", ""),
}


def recordings() -> list[Path]:
    return sorted(RECORDINGS.glob("comfyui-*/*.jsonl"))


def name_of(path: Path) -> str:
    return f"{path.parent.name.removeprefix('comfyui-')}/{path.stem}"


def table(path: Path) -> list[str]:
    version = path.parent.name.removeprefix("comfyui-")
    return BY_VERSION.get((version, path.stem)) or BOTH[path.stem]


@cache
def lines(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def posts(path: Path) -> Iterator[dict[str, Any]]:
    """The answers to POST /prompt that came in JSON."""
    for line in lines(path):
        if line["kind"] == "http" and line["method"] == "POST" and line["path"] == "/prompt":
            yield line


class Replay:
    """A client that sees what the recording's client saw, in the same order."""

    def __init__(self, path: Path) -> None:
        self.tracker = PromptTracker()
        self.taken: list[str] = []
        self.histories: dict[str, answers.HistoryEntry | None] = {}
        self.unknown: list[Unknown] = []
        for post in posts(path):
            # A client's own ids are known to it before it sends them.
            own = (post.get("request_json") or {}).get("prompt_id")
            if isinstance(own, str) and own:
                self.tracker.register(own)
        for line in lines(path):
            self.take(line)

    def take(self, line: dict[str, Any]) -> None:
        match line["kind"]:
            case "ws_recv":
                event = parse_text(json.dumps(line["json"]))
                if isinstance(event, Unknown):
                    self.unknown.append(event)
                elif event is not None:
                    self.tracker.feed(event)
            case "ws_recv_binary" if "b64" in line:
                binary = parse_binary(base64.b64decode(line["b64"]))
                if isinstance(binary, Unknown):
                    self.unknown.append(binary)
            case "http" if line.get("status") == 200:
                self.http(line["method"], line["path"], line)

    def http(self, method: str, path: str, line: dict[str, Any]) -> None:
        match method, path:
            case "POST", "/prompt":
                self.posted(line)
            case "POST", "/queue":
                asked = line.get("request_json") or {}
                waiting = [t.prompt_id for t in self.tracker] if asked.get("clear") else []
                self.tracker.withdraw(asked.get("delete", waiting))
            case "GET", "/queue":
                for prompt_id in self.tracker.look(answers.queue_of(line["json"])):
                    if prompt_id in self.histories:
                        self.tracker.told(prompt_id, self.histories[prompt_id])
            case "GET", _ if path.startswith("/history/"):
                prompt_id = path.removeprefix("/history/")
                entry = answers.history_of(line["json"], prompt_id)
                self.histories[prompt_id] = entry
                self.tracker.told(prompt_id, entry)

    def posted(self, line: dict[str, Any]) -> None:
        own = (line.get("request_json") or {}).get("prompt_id")
        try:
            reply = answers.prompt_reply_of(200, line["json"], own or "")
        except BadAnswerError:
            assert line["json"]["prompt_id"] == "", "an old server repeats even an empty id"
            return
        self.tracker.accepted(own if isinstance(own, str) else reply.prompt_id, reply.prompt_id)
        self.taken.append(reply.prompt_id)

    def states(self) -> list[str]:
        tracks = [self.tracker[prompt_id] for prompt_id in self.taken]
        return [f"{track.state} (cached)" if track.cached else track.state for track in tracks]


def test_all_recordings_of_both_versions_are_in_the_table() -> None:
    found = [name_of(path) for path in recordings()]
    assert len(found) == 27 + 19
    assert {path.stem for path in recordings()} == set(BOTH) | {name for _, name in BY_VERSION}


@pytest.mark.parametrize("path", recordings(), ids=name_of)
def test_the_final_state_of_every_prompt(path: Path) -> None:
    replay = Replay(path)
    assert replay.unknown == []
    assert replay.states() == table(path)


class Ears:
    """The ears of a run on a recording: jobs, and the first last word on each."""

    def __init__(self, path: Path) -> None:
        self.hearing = Hearing(lambda: 0.0)
        self.jobs: list[Job] = []
        self.words: dict[int, Verdict] = {}
        self.ran: set[int] = set()
        early = {own_id(post): self.job(own_id(post)) for post in posts(path) if own_id(post)}
        for line in lines(path):
            if line["kind"] == "ws_recv":
                self.hear(parse_text(json.dumps(line["json"])))
            elif line in list(posts(path)) and line["status"] == 200:
                theirs = line["json"]["prompt_id"]
                if not theirs:
                    continue
                job = early.get(own_id(line)) or self.job(f"ours/{len(self.jobs)}")
                self.jobs.append(job)
                for event in self.hearing.rename(job, theirs):
                    self.hear(event)

    def job(self, prompt_id: str) -> Job:
        job = Job(0, 0, 0, 0, 0, prompt_id, "", state="queued")
        self.hearing.add(job)
        return job

    def hear(self, event: Event | None) -> None:
        heard = None if event is None else self.hearing.hear(event)
        if heard is None:
            return
        job, verdict = heard
        if job.state == "running":
            self.ran.add(id(job))
        if verdict != "changed":
            self.words.setdefault(id(job), verdict)

    def said(self) -> list[str]:
        """For each prompt taken: what the run thinks of it by what it heard alone."""
        return [
            self.words.get(id(job), "running" if id(job) in self.ran else "queued")
            for job in self.jobs
        ]


def own_id(post: dict[str, Any]) -> str:
    found = (post.get("request_json") or {}).get("prompt_id")
    return found if isinstance(found, str) else ""


# What a run's ears alone may say where the table has that state; the rest is HTTP's.
HEARD: dict[str, set[str]] = {
    "success": {"saved", "over"},
    "success (cached)": {"saved", "over"},
    "error": {"error"},
    "interrupted": {"interrupted"},
    "queued": {"queued"},
    "running": {"running"},
    "cancelled": {"queued"},
    "gone": {"queued", "running"},
}


@pytest.mark.parametrize("path", recordings(), ids=name_of)
def test_what_a_run_hears_of_every_prompt(path: Path) -> None:
    said = Ears(path).said()
    expected = table(path)
    assert len(said) == len(expected)
    for number, (word, state) in enumerate(zip(said, expected, strict=True)):
        fine = HEARD[state]
        if path.stem == "21_extras" and number < 2:
            fine = {"running", "queued"}  # without client_id: nobody is told of the end
        assert word in fine, f"prompt {number} is {state}"


@pytest.mark.parametrize("path", recordings(), ids=name_of)
def test_history_agrees_with_what_the_events_said(path: Path) -> None:
    """Where a prompt's history was asked for after its end, it agrees, picture by picture."""
    heard = PromptTracker()
    for line in lines(path):
        if line["kind"] == "ws_recv":
            event = parse_text(json.dumps(line["json"]))
            prompt_id = getattr(event, "prompt_id", "")
            if event is not None and prompt_id:
                heard.register(prompt_id)
                heard.feed(event)
        if line["kind"] != "http" or not line["path"].startswith("/history/"):
            continue
        prompt_id = line["path"].removeprefix("/history/")
        entry = answers.history_of(line["json"], prompt_id) if line["status"] == 200 else None
        if entry is None or prompt_id not in heard or not heard[prompt_id].over:
            continue
        assert entry.state == heard[prompt_id].state
        images = [image for found in entry.images.values() for image in found]
        assert tuple(images) == heard[prompt_id].images


@pytest.mark.parametrize("version", [NEW, OLD])
def test_why_prompts_were_refused(version: str) -> None:
    seen = {}
    for post in posts(RECORDINGS / f"comfyui-{version}" / "04_prompt_validation.jsonl"):
        if post["status"] == 400:
            reply = answers.prompt_reply_of(400, post["json"], "ours")
            assert not reply.accepted
            assert not reply.queued
            first = reply.errors[0]
            assert first.message
            seen[post["label"]] = (first.kind, first.class_type, first.input)
    expected = dict(REFUSED)
    if version == OLD:  # it says so in words only
        expected["unknown class_type"] = ("invalid_prompt", "", "")
    assert {label: seen[label] for label in expected} == expected
    assert len(seen) > len(expected), "the others say something, too"


def test_a_prompt_that_would_run_in_part_is_not_accepted() -> None:
    path = RECORDINGS / f"comfyui-{NEW}" / "04_prompt_validation.jsonl"
    partial = [post for post in posts(path) if "two output nodes" in post["label"]]
    replies = [answers.prompt_reply_of(200, post["json"], "") for post in partial]
    assert [(reply.accepted, reply.queued) for reply in replies] == [(False, True)] * 2
    assert replies[1].errors[0].input == "width"
    assert replies[1].errors[0].message == "Value 0 smaller than min of 1: width"


@pytest.mark.parametrize("version", [NEW, OLD])
def test_what_a_server_says_about_itself(version: str) -> None:
    got = {
        line["path"]: line["json"]
        for line in lines(RECORDINGS / f"comfyui-{version}" / "01_http_get.jsonl")
        if line["kind"] == "http" and line["status"] == 200 and "json" in line
    }
    stats = answers.system_stats_of(got["/system_stats"])
    assert stats.version == version
    assert stats.devices
    name = "spyke_random_sd15.safetensors"
    assert answers.checkpoints_of(got["/models/checkpoints"]) == (answers.Checkpoint(name),)
    sized = answers.checkpoints_of(got["/experiment/models/checkpoints"])
    assert sized == (answers.Checkpoint(name, 2132630110),)
    sampler = node_info_of(got["/object_info/KSampler"], "KSampler")
    assert sampler is not None
    assert "euler_ancestral" in sampler.choices("sampler_name")
    assert "karras" in sampler.choices("scheduler")
    assert sampler.inputs["steps"].maximum == 10000
    assert sampler.inputs["seed"].minimum == 0
    assert sampler.outputs == ("LATENT",)
    save = node_info_of(got["/object_info/SaveImage"], "SaveImage")
    assert save is not None
    assert save.is_output
    assert node_info_of(got["/object_info/NoSuchNode"], "NoSuchNode") is None
    metadata = answers.metadata_of(got[f"/view_metadata/checkpoints?filename={name}"])
    assert metadata["modelspec.architecture"] == "stable-diffusion-v1"


def test_errors_are_told_apart() -> None:
    for version in (NEW, OLD):
        replay = Replay(RECORDINGS / f"comfyui-{version}" / "06_execution_error.jsonl")
        raised, memory = (replay.tracker[prompt_id].error for prompt_id in replay.taken[:2])
        assert raised is not None
        assert (raised.node_type, raised.message) == ("SpykeRaise", "boom from a node")
        assert not raised.out_of_memory
        assert memory is not None
        assert memory.out_of_memory


def test_whole_frames_byte_for_byte() -> None:
    samples = RECORDINGS / "samples"
    jpeg = parse_binary((samples / "ws_event1_preview_jpeg.bin").read_bytes())
    assert isinstance(jpeg, Preview)
    assert (jpeg.format, jpeg.prompt_id) == ("jpeg", None)
    assert jpeg.image.startswith(b"\xff\xd8\xff")
    named = parse_binary((samples / "ws_event4_preview_jpeg.bin").read_bytes())
    assert isinstance(named, Preview)
    assert named.node == "3"
    assert named.prompt_id
    assert named.image.startswith(b"\xff\xd8\xff")
    for sample in ("ws_event1_saveimagewebsocket_png.bin", "ws_event4_saveimagewebsocket_png.bin"):
        picture = parse_binary((samples / sample).read_bytes())
        assert isinstance(picture, Preview)
        assert picture.format == "png"
        assert picture.image.startswith(b"\x89PNG\r\n")
        assert picture.image.endswith(b"IEND\xaeB`\x82")


def test_every_recorded_frame_gives_the_recorded_picture() -> None:
    count = 0
    for path in recordings():
        for line in lines(path):
            if line["kind"] != "ws_recv_binary" or "b64" not in line:
                continue
            frame = base64.b64decode(line["b64"])
            assert hashlib.sha256(frame).hexdigest() == line["sha256"]
            event = parse_binary(frame)
            assert isinstance(event, Preview)
            decoded = line["decoded"]
            assert event.image[:8].hex() == decoded["image_magic_hex"]
            metadata = decoded.get("metadata", {})
            assert (event.prompt_id, event.node) == (
                metadata.get("prompt_id"),
                metadata.get("node_id"),
            )
            count += 1
    assert count >= 10


def test_progress_names_every_node() -> None:
    replay = lines(RECORDINGS / f"comfyui-{NEW}" / "03_txt2img_flags_preview.jsonl")
    states = [parse_text(json.dumps(line["json"])) for line in replay if line["kind"] == "ws_recv"]
    last = [state for state in states if isinstance(state, ProgressState)][-1]
    assert {node.state for node in last.nodes.values()} == {"finished"}
    assert all(node.value == node.maximum for node in last.nodes.values())
