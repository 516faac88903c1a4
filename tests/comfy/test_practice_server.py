"""The practice server misbehaves as it is told, and otherwise does not."""

import asyncio
import json
import uuid
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from spyke_tui.comfy.practice import FAULTS, PracticeServer, describe_faults
from spyke_tui.comfy.workflow import fill
from spyke_tui.errors import UsageError
from spyke_tui.model.geometry import Size
from spyke_tui.model.project import Generation
from spyke_tui.processing.generated import GeneratedError, verify

SETTINGS = Generation(checkpoint="practice_sd15.safetensors", steps=2, width=64, height=64)
SIZE = Size(64, 64)


class Client:
    """As plain as can be: one socket, one prompt after the other."""

    def __init__(self, server, http):
        self.server = server
        self.http = http
        self.id = str(uuid.uuid4())
        self.events = []
        self.binary = []

    @asynccontextmanager
    async def listening(self, **options):
        address = f"{self.server.url.replace('http', 'ws')}/ws?clientId={self.id}"
        async with connect(address, proxy=None, max_size=None, **options) as socket:
            reader = asyncio.create_task(self._read(socket))
            yield socket
            reader.cancel()

    async def _read(self, socket):
        with suppress(ConnectionClosed):
            async for message in socket:
                if isinstance(message, str):
                    with suppress(ValueError):
                        self.events.append(json.loads(message))
                else:
                    self.binary.append(message)

    def kinds(self):
        return [event["type"] for event in self.events]

    async def post(self, seed=1, settings=SETTINGS, **extra):
        graph = fill(None, settings, seed=seed, prefix=f"reg/run/img_{seed:04d}")
        said = {"prompt": graph, "client_id": self.id, **extra}
        return await self.http.post("/prompt", json=said)

    async def entry(self, prompt_id):
        """The history's entry once it is there."""
        await until(lambda: prompt_id in self.server._engine.history)
        return (await self.http.get(f"/history/{prompt_id}")).json().get(prompt_id)

    async def picture(self, seed=1, **options):
        prompt_id = (await self.post(seed, **options)).json()["prompt_id"]
        entry = await self.entry(prompt_id)
        image = entry["outputs"]["9"]["images"][0]
        return await self.http.get("/view", params=image)


async def until(is_true, seconds=60.0):
    async with asyncio.timeout(seconds):
        while not is_true():
            await asyncio.sleep(0.002)


@asynccontextmanager
async def served(*faults, **options):
    async with (
        PracticeServer(faults=faults, **options) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=5) as http,
    ):
        yield Client(server, http)


async def test_a_picture_has_the_mark_and_the_graph():
    async with served() as client:
        answer = await client.picture()
        assert answer.headers["content-type"] == "image/png"
        assert b"spyke-practice" in answer.content
        assert b'"class_type"' in answer.content
        assert verify(answer.content, SIZE).is_practice


async def test_files_in_a_folder_are_found_there_after_a_restart(tmp_path):
    async with served(output_folder=tmp_path) as client:
        answer = await client.picture()
        saved = tmp_path / "output/reg/run/img_0001_00001_.png"
        assert saved.read_bytes() == answer.content
        await client.server.restart(gone=0)
        assert (await client.http.get("/history")).json() == {}
        again = await client.http.get(
            "/view", params={"filename": saved.name, "subfolder": "reg/run"}
        )
        assert again.content == answer.content


async def test_no_prefix_leads_out_of_the_folder(tmp_path):
    async with served(output_folder=tmp_path / "in") as client:
        for prefix in ("../evil", "a/../../evil", "/tmp/evil"):
            graph = fill(None, SETTINGS, seed=1, prefix=prefix)
            reply = await client.http.post("/prompt", json={"prompt": graph})
            entry = await client.entry(reply.json()["prompt_id"])
            assert entry["status"]["status_str"] == "error"
        assert not list(tmp_path.glob("*evil*"))


async def test_a_circle_of_nodes_ends_as_a_failure():
    async with served() as client:
        graph = fill(None, SETTINGS, seed=1, prefix="x")
        graph["3"]["inputs"]["latent_image"] = ["3", 0]
        reply = await client.http.post("/prompt", json={"prompt": graph})
        entry = await client.entry(reply.json()["prompt_id"])
        assert entry["status"]["messages"][-1][0] == "execution_error"
        assert (await client.picture()).status_code == 200


async def test_a_chain_without_an_end_is_the_servers_own_trouble():
    async with served() as client:
        graph = fill(None, SETTINGS, seed=1, prefix="x")
        for number in range(100, 4000):
            inputs = {"conditioning_1": [str(number - 1), 0], "conditioning_2": ["6", 0]}
            graph[str(number)] = {"class_type": "ConditioningCombine", "inputs": inputs}
        graph["100"]["inputs"]["conditioning_1"] = ["6", 0]
        graph["3"]["inputs"]["positive"] = ["3999", 0]
        reply = await client.http.post("/prompt", json={"prompt": graph})
        assert reply.status_code in (400, 500)
        assert (await client.picture()).status_code == 200


async def test_an_interrupt_ends_only_the_prompt_that_is_meant():
    async with served(delay=30) as client, client.listening():
        prompt_id = (await client.post()).json()["prompt_id"]
        await until(lambda: client.kinds().count("executing") >= 5)
        other = await client.http.post("/interrupt", json={"prompt_id": str(uuid.uuid4())})
        assert other.status_code == 200
        assert client.server._engine.running.id == prompt_id
        await client.http.post("/interrupt", json={"prompt_id": prompt_id})
        await until(lambda: "execution_interrupted" in client.kinds())


async def test_pending_prompts_can_be_deleted_and_the_running_one_not():
    async with served(delay=30) as client:
        ids = [(await client.post(seed)).json()["prompt_id"] for seed in range(3)]
        await until(lambda: client.server._engine.running is not None)
        await client.http.post("/queue", json={"delete": ids})
        queue = (await client.http.get("/queue")).json()
        assert [entry[1] for entry in queue["queue_running"]] == ids[:1]
        assert queue["queue_pending"] == []


async def test_a_new_socket_is_deaf_when_the_old_one_closes_after_it_was_opened():
    async with served() as client:
        async with client.listening():
            late = Client(client.server, client.http)
            late.id = client.id
            listening = late.listening()
            await listening.__aenter__()
            await until(lambda: late.events)
        await until(lambda: not client.server.sockets)
        await client.entry((await client.post()).json()["prompt_id"])
        assert late.kinds() == ["status"]
        await listening.__aexit__(None, None, None)


async def test_pages_of_other_places_are_refused():
    async with served() as client:
        evil = {"origin": "http://evil.test"}
        assert (await client.http.get("/queue", headers=evil)).status_code == 403


async def test_a_prefix_and_a_password():
    async with (
        PracticeServer(prefix="/comfy", auth="me:word") as server,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        assert (await http.get(f"{server.url}/queue")).status_code == 401
        assert (await http.get(f"{server.url}/queue", auth=("me", "word"))).status_code == 200


# Faults -------------------------------------------------------------------------------------


async def test_late_reply():
    async with served("late-reply") as client, client.listening():
        prompt_id = (await client.post()).json()["prompt_id"]
        assert prompt_id in client.server._engine.history
        await until(lambda: "execution_success" in client.kinds())


async def test_empty_history():
    async with served("empty-history=2") as client:
        prompt_id = (await client.post()).json()["prompt_id"]
        answers = [await client.entry(prompt_id) for _ in range(3)]
        assert [answer is None for answer in answers] == [True, True, False]


async def test_deaf_socket_answers_pings_and_hears_when_opened_again():
    async with served("deaf-socket=3") as client:
        async with client.listening() as socket:
            await client.entry((await client.post()).json()["prompt_id"])
            await (await socket.ping())
            assert "execution_success" not in client.kinds()
        async with client.listening():
            await client.post(2)
            await until(lambda: "execution_success" in client.kinds())


async def test_drop_socket():
    async with served("drop-socket=5") as client, client.listening() as socket:
        await client.post()
        await until(lambda: socket.close_code is not None)
        assert socket.close_code == 1006


async def test_no_socket():
    async with served("no-socket") as client:
        with pytest.raises(Exception, match="404"):
            async with client.listening():
                pass
        assert (await client.picture()).status_code == 200


async def test_big_and_endless_frames():
    async with (
        served("big-frame", "endless-frames=4", previews=True) as client,
        client.listening(),
    ):
        await client.entry((await client.post()).json()["prompt_id"])
        await until(lambda: len(client.binary) == 8)
        assert min(map(len, client.binary)) > 3 << 20


async def test_odd_events_do_not_break_a_lenient_client():
    async with served("odd-events") as client, client.listening(ping_interval=None) as socket:
        await client.entry((await client.post()).json()["prompt_id"])
        assert socket.close_code is None


@pytest.mark.parametrize(
    ("fault", "status", "last"),
    [
        ("oom=1", "error", "execution_error"),
        ("node-error=1", "error", "execution_error"),
        ("interrupted=1", "error", "execution_interrupted"),
    ],
)
async def test_prompts_that_end_badly(fault, status, last):
    async with served(fault) as client:
        entry = await client.entry((await client.post()).json()["prompt_id"])
        assert entry["status"]["status_str"] == status
        message = entry["status"]["messages"][-1]
        assert message[0] == last
        if fault == "oom=1":
            assert message[1]["exception_type"] == "torch.OutOfMemoryError"


async def test_a_lost_prompt_is_nowhere():
    async with served("lost=1") as client:
        prompt_id = (await client.post()).json()["prompt_id"]
        await until(lambda: not client.server._engine.pending)
        assert (await client.http.get("/queue")).json()["queue_running"] == []
        assert (await client.http.get(f"/history/{prompt_id}")).json() == {}


async def test_a_stuck_prompt_can_be_interrupted():
    async with served("stuck=1") as client:
        prompt_id = (await client.post()).json()["prompt_id"]
        await until(lambda: client.server._engine.running is not None)
        await client.http.post("/interrupt", json={"prompt_id": prompt_id})
        assert await client.entry(prompt_id)


async def test_a_stranger_stands_behind_us():
    async with served("stranger") as client, client.listening():
        prompt_id = (await client.post()).json()["prompt_id"]
        await client.entry(prompt_id)
        assert len((await client.http.get("/queue")).json()["queue_pending"]) == 1
        await until(lambda: client.events[-1]["data"].get("node", "") is None)
        last = [event for event in client.events if event["type"] == "status"][-1]
        assert last["data"]["status"]["exec_info"]["queue_remaining"] == 1


async def test_restart_loses_queue_and_history_but_no_file():
    async with served("restart=1") as client:
        assert (await client.post()).status_code == 200
        with pytest.raises(httpx.TransportError):
            async with asyncio.timeout(60):
                while True:
                    await client.http.get("/queue")
        async with asyncio.timeout(60):
            while True:
                try:
                    history = await client.http.get("/history")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
        assert history.json() == {}
        assert client.server.files.names() == ["reg/run/img_0001_00001_.png"]
        assert (await client.post(2)).json()["number"] == 0


async def test_ids():
    wanted = str(uuid.uuid5(uuid.NAMESPACE_URL, "x"))
    async with served() as client:
        assert (await client.post(prompt_id=wanted)).json()["prompt_id"] == wanted
        assert (await client.post(prompt_id=wanted.upper())).status_code == 400
    async with served("mints-ids") as client:
        assert (await client.post(prompt_id=wanted)).json()["prompt_id"] != wanted
    async with served("old") as client:
        assert (await client.post(prompt_id="anything")).json()["prompt_id"] == "anything"
        stats = (await client.http.get("/system_stats")).json()
        assert stats["system"]["comfyui_version"] == "0.3.64"


async def test_refusals():
    async with served("refuse") as client:
        answer = await client.post()
        assert answer.status_code == 400
        error = answer.json()["node_errors"]["4"]["errors"][0]
        assert error["type"] == "value_not_in_list"
    async with served("partial-errors=1") as client:
        answer = await client.post()
        assert answer.status_code == 200
        assert answer.json()["node_errors"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("black", "black"), ("one-colour", "one-colour"), ("wrong-size", "size"),
        ("broken-file", "broken"), ("bomb", "size"),
    ],
)  # fmt: skip
async def test_pictures_that_are_none(fault, kind):
    async with served(f"{fault}=2") as client:
        assert verify((await client.picture(1)).content, SIZE)
        with pytest.raises(GeneratedError) as caught:
            verify((await client.picture(2)).content, SIZE)
        assert caught.value.kind == kind


async def test_pictures_that_are_odd():
    async with served("odd-mode") as client:
        assert verify((await client.picture()).content, SIZE).is_practice
    async with served("same-picture") as client:
        found = {verify((await client.picture(seed)).content, SIZE).pixels for seed in range(3)}
        assert len(found) == 1
    async with served("missing-file=1") as client:
        assert (await client.picture()).status_code == 404
    async with served("half-file=1") as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.picture()


@pytest.mark.parametrize("fault", ["hang", "huge-body"])
async def test_answers_without_an_end_do_not_keep_the_server_from_ending(fault):
    async with asyncio.timeout(60), served(f"{fault}=1") as client:
        with pytest.raises((TimeoutError, httpx.TimeoutException)):
            async with asyncio.timeout(0.3):
                await client.http.get("/queue")


async def test_answers_that_are_none():
    async with served("garbage-json=1") as client:
        with pytest.raises(json.JSONDecodeError):
            (await client.http.get("/queue")).json()
    async with served("500=1") as client:
        assert (await client.http.get("/queue")).status_code == 500
    async with served("redirect=1") as client:
        answer = await client.http.get("/queue")
        assert answer.is_redirect
        assert not answer.headers["location"].startswith(client.server.url)
    async with served("slow=0") as client:
        assert (await client.http.get("/queue")).status_code == 200


def test_every_fault_is_described_and_wrong_ones_are_told():
    words = describe_faults()
    assert all(name in words for name in FAULTS)
    for text in ("blak", "oom=x", "oom=-1", "", "oom=99999999"):
        with pytest.raises(UsageError) as caught:
            PracticeServer(faults=[text])
        assert caught.value.hint
    server = PracticeServer(faults=["oom=2,black"])
    assert (server.faults.number("oom"), server.faults.has("black")) == (2, True)


async def test_its_own_rate_is_near_to_the_delay():
    """Generous: machines are busy. That pictures are drawn meanwhile is what counts."""
    delay = 0.05
    settings = Generation(checkpoint="practice_sd15.safetensors", steps=8)
    async with served(delay=delay) as client:
        for seed in range(12):
            await client.post(seed, settings)
        await until(lambda: len(client.server.finished_at) == 12)
        times = client.server.finished_at
        assert (times[-1] - times[0]) / 11 < 2 * delay
