"""The practice server answers as the recorded servers did: events, replies and files, field by
field, in their order. What they were asked is asked again."""

import asyncio
import json
import re
import struct
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from spyke_tui.comfy.practice import PracticeServer

RECORDINGS = Path(__file__).parents[3] / "shared" / "comfyui"
VERSIONS = ("0.33.0", "0.3.64")
CHECKPOINT = "spyke_random_sd15.safetensors"
OWN_NODES = re.compile(r"Spyke[A-Z]")
"""Nodes that only the recorded installations had."""

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared is not here")


def recorded(version, name):
    place = RECORDINGS / f"comfyui-{version}" / f"{name}.jsonl"
    if not place.exists():
        pytest.skip(f"{name} was recorded with another version")
    with place.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Ids:
    """Ids, times and counters are the server's own: compared by their order of appearance."""

    def __init__(self):
        self.seen = {}

    def plain(self, value, key=""):
        if isinstance(value, dict):
            drop = ("tooltip", "description", "search_aliases", "output_tooltips")
            return {k: self.plain(v, k) for k, v in value.items() if k not in drop}
        if isinstance(value, list):
            return [] if key == "traceback" else [self.plain(v) for v in value]
        if key in ("timestamp", "create_time", "sid", "number"):
            return "*"
        if isinstance(value, str):
            value = re.sub(r"_\d{5}_", "_N_", re.sub(r"temp_[a-z]+_", "temp_", value))
            if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
                return self.seen.setdefault(value, f"id {len(self.seen)}")
        return value


def frame_of(line, ids):
    """A frame as the recording has it, or ours made alike."""
    if line["kind"] == "ws_recv":
        return ids.plain(line["json"])
    decoded = line["decoded"]
    kept = {k: decoded[k] for k in ("event", "image_format", "metadata") if k in decoded}
    return ids.plain({**kept, "magic": decoded["image_magic_hex"][:6]})


def our_frame(data):
    if isinstance(data, str):
        return {"kind": "ws_recv", "json": json.loads(data)}
    event, second = struct.unpack_from(">II", data)
    decoded = {"event": event, "image_magic_hex": data[8:12].hex()}
    if event == 4:
        decoded["metadata"] = json.loads(data[8 : 8 + second])
        decoded["image_magic_hex"] = data[8 + second : 12 + second].hex()
    else:
        decoded["image_format"] = second
    return {"kind": "ws_recv_binary", "decoded": decoded}


class Replay:
    """Asks our server what a recording asked, one prompt after the other."""

    def __init__(self, server):
        self.server = server
        self.frames = []
        self.replies = []

    async def run(self, lines):
        async with httpx.AsyncClient(base_url=self.server.url, trust_env=False) as http:
            sockets, readers = {}, []
            for line in lines:
                match line["kind"]:
                    case "ws_open":
                        address = self.server.url.replace("http", "ws") + line["path"]
                        socket = await connect(address, max_size=None, proxy=None)
                        sockets[line["conn"]] = socket
                        readers.append(asyncio.create_task(self._read(socket)))
                    case "ws_send":
                        await sockets[line["conn"]].send(json.dumps(line["json"]))
                        await self._until(lambda: self._has("feature_flags"))
                    case "ws_close":
                        await sockets[line["conn"]].close()
                    case "http" if (line["method"], line["path"]) == ("POST", "/prompt"):
                        await self._post(http, line)
            for socket in sockets.values():
                await socket.close()
            await asyncio.gather(*readers)

    async def _post(self, http, line):
        if OWN_NODES.search(json.dumps(line["request_json"])):
            return
        reply = (await http.post("/prompt", json=line["request_json"])).json()
        self.replies.append((line, reply))
        if "prompt_id" in reply:
            await self._until(lambda: reply["prompt_id"] in self.server._engine.history)
            end = {"node": None, "prompt_id": reply["prompt_id"]}
            if "client_id" in line["request_json"]:
                await self._until(
                    lambda: (
                        {"type": "executing", "data": end} in [f.get("json") for f in self.frames]
                    )
                )

    def _has(self, kind):
        return any(f.get("json", {}).get("type") == kind for f in self.frames)

    async def _until(self, is_true):
        async with asyncio.timeout(10):
            while not is_true():
                await asyncio.sleep(0.002)

    async def _read(self, socket):
        async for data in socket:
            self.frames.append(our_frame(data))


def theirs(lines):
    """The frames of a recording, of prompts that our server has nodes for."""
    ours = {
        line["json"]["prompt_id"]
        for line in lines
        if line["kind"] == "http"
        and "prompt_id" in (line.get("json") or {})
        and not OWN_NODES.search(json.dumps(line.get("request_json")))
    }
    frames = [line for line in lines if line["kind"] in ("ws_recv", "ws_recv_binary")]
    kept = []
    for line in frames:
        data = line.get("json", {}).get("data", {}) or line.get("decoded", {}).get("metadata", {})
        if "prompt_id" not in data or data["prompt_id"] in ours:
            kept.append(line)
    return kept


def without_status(frames):
    return [frame for frame in frames if frame.get("type") != "status"]


def warmed(lines):
    """The first prompt with another picture: what was in the server's memory before."""
    first = next(line for line in lines if line.get("path") == "/prompt")
    graph = json.loads(json.dumps(first["request_json"]["prompt"]))
    graph["5"]["inputs"]["width"], graph["3"]["inputs"]["seed"] = 128, 99_999
    return {**first, "request_json": {"prompt": graph}}


async def compared(version, names, *, statuses=True, warm=False):
    """Replay recordings on one server; (what it said, what was recorded)."""
    our, their = [], []
    async with PracticeServer(checkpoints=(CHECKPOINT,), previews=True) as server:
        for name in names:
            lines = recorded(version, name)
            if warm:
                await Replay(server).run([warmed(lines)])
            replay = Replay(server)
            await replay.run(lines)
            ids, other = Ids(), Ids()
            our += [frame_of(frame, ids) for frame in replay.frames]
            their += [frame_of(line, other) for line in theirs(lines)]
    if not statuses:
        our, their = without_status(our), without_status(their)
    return our, their


def brief(frame):
    if "type" not in frame:
        return f"binary {frame['event']}"
    return frame["type"]


FEATURES_OF_OTHERS = ("extension", "supports_model_type_tags", "node_replacements", "assets")


def assert_alike(our, their):
    for frame in (*our, *their):
        if frame.get("type") == "feature_flags":
            for name in FEATURES_OF_OTHERS:  # which ones there are depends on the version
                frame["data"].pop(name, None)
    assert [brief(frame) for frame in our] == [brief(frame) for frame in their]
    for number, (mine, recorded_frame) in enumerate(zip(our, their, strict=True)):
        assert mine == recorded_frame, f"frame {number}"


@pytest.mark.parametrize("version", VERSIONS)
async def test_first_and_second_picture_with_both_kinds_of_previews(version):
    # The second one finds in the server's memory what the first one left there.
    assert_alike(
        *await compared(version, ["02_txt2img_legacy_preview", "03_txt2img_flags_preview"])
    )


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_is_cached_and_what_is_said_of_it(version):
    our, their = await compared(version, ["05_cached_resubmit"])
    assert_alike(our, their)


@pytest.mark.parametrize("version", VERSIONS)
async def test_pictures_through_the_socket(version):
    assert_alike(*await compared(version, ["12_save_image_websocket"], warm=True))


async def test_previews_on_request():
    assert_alike(*await compared("0.33.0", ["23_preview_method"]))


async def test_a_whole_run():
    # When a status comes depends on how fast the client asks for more.
    assert_alike(*await compared("0.33.0", ["24_pipelined_run_golden"], statuses=False, warm=True))


@pytest.mark.parametrize("name", ["04_prompt_validation", "11_prompt_id"])
async def test_what_is_said_to_wrong_prompts(name):
    differing = []
    async with (
        PracticeServer(checkpoints=(CHECKPOINT,)) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        for line in recorded("0.33.0", name):
            if line["kind"] != "http" or (line["method"], line["path"]) != ("POST", "/prompt"):
                continue
            if OWN_NODES.search(json.dumps(line.get("request_json"))):
                continue
            if "request_json" in line:
                answer = await http.post("/prompt", json=line["request_json"])
            else:
                answer = await http.post("/prompt", content=line["request_body"])
            said = answer.json() if answer.text[:1] == "{" else answer.text
            ids, other = Ids(), Ids()
            mine, theirs_ = ids.plain(said), other.plain(line.get("json", line.get("text")))
            if (answer.status_code, mine) != (line["status"], theirs_):
                differing.append((line["label"], mine, theirs_))
    assert not differing


@pytest.mark.parametrize("version", VERSIONS)
async def test_history_has_the_same_shape(version):
    lines = recorded(version, "05_cached_resubmit")
    async with PracticeServer(checkpoints=(CHECKPOINT,)) as server:
        replay = Replay(server)
        await replay.run(lines)
        entries = [
            next(iter(line["json"].values()))
            for line in lines
            if line["kind"] == "http" and line["path"].startswith("/history/") and line["json"]
        ]
        assert len(entries) > 4
        ours = [server._engine.history[reply["prompt_id"]] for _, reply in replay.replies]
        by_prompt = {json.dumps(entry["prompt"][2]): entry for entry in entries}
        for mine in ours[:4]:
            entry = by_prompt[json.dumps(mine["prompt"][2])]
            assert mine.keys() == entry.keys()
            assert mine["status"].keys() == entry["status"].keys()
            assert mine["status"]["status_str"] == entry["status"]["status_str"]
            assert [m[0] for m in mine["status"]["messages"]] == [
                m[0] for m in entry["status"]["messages"]
            ]
            assert mine["outputs"].keys() == entry["outputs"].keys()
            assert mine["meta"] == entry["meta"]
            assert mine["prompt"][4] == entry["prompt"][4]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["01_http_get", "13_view", "15_misc_http"])
async def test_routes_answer_with_the_same_status(version, name):
    kept = ("/system_stats", "/queue", "/prompt", "/features", "/models/", "/object_info/", "/view",
            "/history", "/api/queue", "/experiment/models/checkpoints", "/nosuch", "/free",
            "/api/view", "/extensions", "/embeddings", "/api/jobs/")  # fmt: skip
    faults = ["old"] if version == "0.3.64" else []
    png = b"\x89PNG none, but nobody looks"
    wrong = []
    async with (
        PracticeServer(checkpoints=(CHECKPOINT,), faults=faults) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        for _ in range(2):
            server.files.save("reg/spyke_view", png)
        for line in recorded(version, name):
            if line["kind"] != "http" or line["status"] is None:
                continue
            path = line["path"]
            labelled = line.get("label", "")
            skipped = labelled in ("Range", "If-None-Match", "ok", "HEAD") or "preview=" in path
            skipped |= version == "0.3.64" and labelled.startswith("Sec-Fetch")
            odd = "channel=" in path or "Host" in labelled or "view_metadata" in path
            if line["method"] == "POST" or skipped or odd or not path.startswith(kept):
                continue
            if path in ("/view", "/api/view") and labelled != "no filename":
                continue
            headers = {"foreign Origin, loopback Host": {"origin": "http://evil.test"},
                       "Sec-Fetch-Site: cross-site": {"sec-fetch-site": "cross-site"}}  # fmt: skip
            answer = await http.request(line["method"], path, headers=headers.get(labelled, {}))
            if answer.status_code != line["status"]:
                wrong.append((line["method"], path, labelled, answer.status_code, line["status"]))
    assert not wrong


NODES = (
    "KSampler EmptyLatentImage CLIPTextEncode SaveImage CheckpointLoaderSimple EmptyImage "
    "SaveImageWebsocket"
)


@pytest.mark.parametrize("node", NODES.split())
async def test_nodes_are_described_alike(node):
    path = f"/object_info/{node}"
    entry = next(
        line["json"] for line in recorded("0.33.0", "01_http_get") if line.get("path") == path
    )
    async with (
        PracticeServer(checkpoints=(CHECKPOINT,)) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        ours = (await http.get(path)).json()
    mine, theirs_ = Ids().plain(ours), Ids().plain(entry)
    theirs_[node].pop("essentials_category", None)
    for described in (mine, theirs_):
        for inputs in described[node]["input"].values():
            for name, value in inputs.items():
                inputs[name] = [v for v in value if v != {}]
    assert mine == theirs_
