"""HTTP to a server that behaves: what is asked, with what, and what the answers come to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from certificates import make_certificate
from wire_server import Handler, Request, Said, WireServer, reply, wired

from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.comfy.answers import Checkpoint, FieldError
from spyke_tui.comfy.client import ComfyClient, Limits
from spyke_tui.comfy.events import OutputImage
from spyke_tui.comfy.socket import Disconnected, EventSocket
from spyke_tui.errors import (
    BadAnswerError,
    ServerRefusedError,
    ServerUnreachableError,
    UsageError,
)

GRAPH: dict[str, object] = {"1": {"class_type": "EmptyImage", "inputs": {}}}
IMAGE = OutputImage("img_0007_00001_.png", "reg/run")
PARTIAL = {
    "prompt_id": "p1",
    "number": 3,
    "node_errors": {
        "10": {
            "errors": [
                {
                    "type": "value_smaller_than_min",
                    "message": "Value 0 smaller than min of 1",
                    "details": "width",
                    "extra_info": {"input_name": "width"},
                }
            ],
            "class_type": "EmptyImage",
        }
    },
}


def queue(running: list[str], pending: list[str]) -> dict[str, object]:
    def entries(ids: list[str]) -> list[object]:
        return [[number, prompt_id, {}, {}, []] for number, prompt_id in enumerate(ids)]

    return {"queue_running": entries(running), "queue_pending": entries(pending)}


def routes(**answers: Said) -> Handler:
    """Answers by the first part of the path; anything else is 404."""

    def handle(request: Request) -> Said:
        part = request.target.strip("/").partition("?")[0].partition("/")[0]
        return answers.get(part, reply(status=404))

    return handle


def client_of(server: WireServer, prefix: str = "") -> ComfyClient:
    return ComfyClient(ServerAddress.of(server.url + prefix))


async def test_a_prompt_goes_out_with_our_id_and_the_servers_counts() -> None:
    minted = reply({"prompt_id": "theirs", "number": 4, "node_errors": {}})
    async with wired(routes(prompt=minted)) as (server, client):
        answer = await client.submit(GRAPH, "ours", "me", {"preview_method": "latent2rgb"})
    assert answer.accepted
    assert answer.prompt_id == "theirs"
    assert server.requests[0].json == {
        "prompt": GRAPH,
        "prompt_id": "ours",
        "client_id": "me",
        "extra_data": {"preview_method": "latent2rgb"},
    }


async def test_a_refused_prompt_says_which_input_and_why() -> None:
    refused = {"error": {"type": "x"}, "node_errors": PARTIAL["node_errors"]}
    async with (
        WireServer(routes(prompt=reply(refused, 400))) as server,
        client_of(server) as client,
    ):
        answer = await client.submit(GRAPH, "ours", "me")
    assert not answer.accepted
    assert not answer.queued
    assert answer.errors == (
        FieldError(
            "10",
            "EmptyImage",
            "width",
            "value_smaller_than_min",
            "Value 0 smaller than min of 1: width",
        ),
    )


@pytest.mark.parametrize("runs", [True, False])
async def test_a_prompt_that_would_run_in_part_is_taken_back(runs: bool) -> None:
    listed = queue(["p1"] if runs else ["other"], [])
    handler = routes(prompt=reply(PARTIAL), queue=reply(listed), interrupt=reply())
    async with wired(handler) as (server, client):
        answer = await client.submit(GRAPH, "p1", "me")
    assert answer.queued
    assert not answer.accepted
    deleted = [r.json for r in server.to("/queue") if r.method == "POST"]
    assert deleted == [{"delete": ["p1"]}]
    assert [r.json for r in server.to("/interrupt")] == ([{"prompt_id": "p1"}] if runs else [])


async def test_a_workflow_in_the_wrong_format_is_a_refusal_with_the_servers_words() -> None:
    words = "500 Internal Server Error\n\nServer got itself in trouble"
    async with wired(routes(prompt=reply(words, 500))) as (_server, client):
        with pytest.raises(ServerRefusedError) as refused:
            await client.submit(GRAPH, "ours", "me")
    assert refused.value.status == 500
    assert refused.value.words == "500 Internal Server Error Server got itself in trouble"


async def test_another_clients_job_is_never_interrupted() -> None:
    handler = routes(queue=reply(queue(["other"], ["ours"])), interrupt=reply())
    async with wired(handler) as (server, client):
        assert not await client.interrupt("ours")
        assert server.to("/interrupt") == []
        assert await client.interrupt("other")
        assert await client.interrupt("seen by an event", sure=True)
    told = [r.json for r in server.to("/interrupt")]
    assert told == [{"prompt_id": "other"}, {"prompt_id": "seen by an event"}]


async def test_the_queue_comes_in_the_order_the_server_will_take_it() -> None:
    listed = {
        "queue_running": [[1, "r", {}, {}, []]],
        "queue_pending": [[5, "c"], [-66, "a"], [0.5, "b"], "junk", [], [7]],
    }
    async with wired(routes(queue=reply(listed))) as (_server, client):
        found = await client.queue()
    assert (found.running, found.pending) == (("r",), ("a", "b", "c"))
    assert "b" in found
    assert "x" not in found
    assert len(found) == 4


async def test_history_may_be_empty_at_first() -> None:
    status = {"status_str": "success", "completed": True, "messages": [["execution_success", {}]]}
    outputs = {"9": {"images": [{"filename": "a.png", "subfolder": "reg", "type": "output"}]}}
    entry = {"p": {"prompt": [1, "p", {}], "outputs": outputs, "status": status}}
    answers = iter([reply({}), reply(entry)])
    async with wired(lambda _: next(answers)) as (server, client):
        assert await client.history("p") is None
        found = await client.history("p")
    assert found is not None
    assert found.state == "success"
    assert found.saved == (OutputImage("a.png", "reg"),)
    assert [r.target for r in server.requests] == ["/history/p"] * 2, "never the whole history"


async def test_an_id_cannot_climb_out_of_its_route() -> None:
    async with wired(routes(history=reply({}))) as (server, client):
        assert await client.history("../queue?x#y") is None
    assert server.requests[0].target == "/history/..%2Fqueue%3Fx%23y"


async def test_checkpoints_with_sizes_or_names_alone() -> None:
    sized = [{"name": "a.safetensors", "size": 7}, {"name": "sub\\b.ckpt"}, {"name": "x\x1b"}, 3]
    async with wired(routes(experiment=reply(sized))) as (server, client):
        assert await client.checkpoints() == (
            Checkpoint("a.safetensors", 7),
            Checkpoint("sub\\b.ckpt"),
        )
    async with (
        WireServer(routes(models=reply(["a", "b", "a"]))) as server,
        client_of(server) as client,
    ):
        assert await client.checkpoints() == (Checkpoint("a"), Checkpoint("b"))


async def test_choices_come_in_two_forms() -> None:
    node = {
        "input": {
            "required": {
                "old": [["a", "b"], {"tooltip": "x"}],
                "new": ["COMBO", {"options": ["c", "d"], "default": "c"}],
                "seed": ["INT", {"min": 0, "max": 2**64 - 1}],
                "image": ["IMAGE"],
                "broken": 7,
            },
            "optional": {"more": ["FLOAT", {"min": 0.5, "step": 0.1}]},
        },
        "output": ["IMAGE", ["a"]],
        "output_node": True,
    }
    async with (
        WireServer(routes(object_info=reply({"N": node}))) as server,
        client_of(server) as client,
    ):
        info = await client.object_info("N")
        assert await client.object_info("other one") is None
    assert server.requests[1].target == "/object_info/other%20one"
    assert info is not None
    assert info.choices("old") == ("a", "b")
    assert info.choices("new") == ("c", "d")
    assert info.choices("seed") == ()
    assert info.inputs["seed"].maximum == 2.0**64
    assert not info.inputs["more"].required
    assert set(info.inputs) == {"old", "new", "seed", "image", "more"}
    assert info.is_output
    assert info.outputs == ("IMAGE", "*")


async def test_most_checkpoints_have_no_metadata() -> None:
    texts = reply({"modelspec.architecture": "stable-diffusion-v1", "n": 7})
    async with wired(routes(view_metadata=texts)) as (server, client):
        found = await client.view_metadata("sub/a b.safetensors")
        assert found == {"modelspec.architecture": "stable-diffusion-v1"}
    assert server.requests[0].target.endswith("?filename=sub%2Fa%20b.safetensors")
    async with wired(routes()) as (server, client):
        assert await client.view_metadata("a") == {}


async def test_a_picture_comes_as_it_is_and_filename_is_asked_first() -> None:
    data = bytes(range(256)) * 1000
    async with wired(routes(view=reply(data))) as (server, client):
        assert await client.view(IMAGE) == data
    assert server.requests[0].target == (
        "/view?filename=img_0007_00001_.png&subfolder=reg%2Frun&type=output"
    )


async def test_a_cached_pictures_file_may_be_gone() -> None:
    async with wired(routes()) as (_server, client):
        with pytest.raises(ServerRefusedError) as refused:
            await client.view(IMAGE)
    assert refused.value.status == 404


async def test_prefix_and_credentials_go_with_every_request() -> None:
    async with WireServer(lambda _: reply({"system": {"comfyui_version": "0.36"}})) as server:
        address = ServerAddress.of(f"{server.url}/gpu/comfy/", "A", {"A": "ann:tiger"})
        async with ComfyClient(address) as client:
            assert (await client.system_stats()).version == "0.36"
            await client.delete(["p"])
            await client.delete([])
    assert [r.target for r in server.requests] == ["/gpu/comfy/system_stats", "/gpu/comfy/queue"]
    assert {r.headers["authorization"] for r in server.requests} == {"Basic YW5uOnRpZ2Vy"}


async def test_swarmui_is_asked_for_all_its_backends() -> None:
    async with wired(lambda _: reply(b"picture"), "/ComfyBackendDirect") as (server, client):
        await client.view(IMAGE)
    request = server.requests[0]
    assert request.headers["cookie"] == "comfy_domulti=true"
    assert request.target.startswith("/ComfyBackendDirect/view?filename=")


async def test_a_graph_that_is_no_json_is_not_sent() -> None:
    async with wired(routes(prompt=reply({}))) as (server, client):
        with pytest.raises(UsageError):
            await client.submit({"1": {"inputs": {"cfg": float("nan")}}}, "ours", "me")
    assert server.requests == []


@pytest.mark.parametrize("host", ["a..b", "xn--", "ä..ö", "x" * 300, "a.%31", "[fe80::1%25lo]"])
async def test_a_host_that_cannot_be(host: str) -> None:
    address = ServerAddress.of(f"http://{host}:9")
    async with ComfyClient(address, limits=Limits(answer_seconds=3)) as client:
        with pytest.raises((BadAnswerError, ServerUnreachableError)) as error:
            await client.queue()
    assert str(error.value).isprintable()
    async with asyncio.timeout(60), EventSocket(address, "me") as socket:
        assert isinstance(await anext(socket), Disconnected)


async def test_nothing_listens() -> None:
    client = ComfyClient(ServerAddress.of("http://127.0.0.1:9"))
    with pytest.raises(ServerUnreachableError) as error:
        await client.submit(GRAPH, "ours", "me")
    assert not error.value.perhaps_received
    assert error.value.exit_code == 3
    assert error.value.message == "No connection to http://127.0.0.1:9: connection refused."
    assert "Start ComfyUI" in error.value.hint
    await client.aclose()


async def test_a_name_that_nobody_has() -> None:
    async with ComfyClient(ServerAddress.of("http://nobody.invalid:8188")) as client:
        with pytest.raises(ServerUnreachableError, match="its name can't be found"):
            await client.queue()


async def test_tls_is_asked_of_a_server_without() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with ComfyClient(ServerAddress.of(f"https://127.0.0.1:{port}")) as client:
            with pytest.raises(ServerUnreachableError, match="does not speak TLS") as error:
                await client.queue()
    assert "try http instead of https" in error.value.hint


async def broken_off() -> AsyncIterator[bytes]:
    """The connection ends before a word is said."""
    for nothing in ():
        yield nothing


async def test_a_prompt_whose_reply_is_lost_is_not_sent_twice() -> None:
    async with wired(lambda _: broken_off()) as (server, client):
        with pytest.raises(ServerUnreachableError) as error:
            await client.submit(GRAPH, "ours", "me")
    assert error.value.perhaps_received
    assert len(server.requests) == 1


async def test_asking_is_tried_again_once_where_a_kept_connection_was_closed() -> None:
    answers = iter([broken_off(), reply(queue([], ["a"]))])
    async with wired(lambda _: next(answers)) as (server, client):
        assert (await client.queue()).pending == ("a",)
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_door_without_a_server_behind_it_is_an_unreachable_one(status: int) -> None:
    page = reply("<html>Bad gateway\x1b[2J</html>", status)
    async with wired(lambda _: page) as (_server, client):
        with pytest.raises(ServerUnreachableError) as error:
            await client.submit(GRAPH, "ours", "me")
    assert error.value.perhaps_received
    assert str(error.value).isprintable()


@pytest.mark.parametrize("status", [401, 403])
async def test_a_locked_door_says_where_the_key_goes(status: int) -> None:
    async with wired(lambda _: reply({"error": "no"}, status)) as (_, client):
        with pytest.raises(ServerRefusedError) as error:
            await client.queue()
    assert "auth_env" in error.value.hint
    assert error.value.words == "no"


async def test_a_wrong_key_is_not_asked_for_as_if_there_were_none() -> None:
    async with WireServer(lambda _: reply({}, 401)) as server:
        address = ServerAddress.of(server.url, "COMFY", {"COMFY": "ann:tiger"})
        async with ComfyClient(address) as client:
            with pytest.raises(ServerRefusedError) as error:
                await client.queue()
    assert error.value.hint.startswith("It does not take what the variable of auth_env holds")
    assert "tiger" not in str(error.value)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with (
        WireServer(routes(queue=reply(queue([], [])))) as server,
        client_of(server) as client,
    ):
        assert len(await client.queue()) == 0


def streamed(body: bytes, status: int = 200, **headers: str) -> httpx.Response:
    """An answer that is still to be read, as one from a network is."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


class Cloud:
    """Comfy Cloud as documented: its routes, and pictures at signed addresses elsewhere."""

    def __init__(self, location: str, after: httpx.Response | None = None) -> None:
        self.location = location
        self.after = after or streamed(b"picture")
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host != "cloud.comfy.org":
            return self.after
        if request.url.path == "/api/view":
            return streamed(b"", 302, Location=self.location)
        if request.url.path == "/api/object_info":
            return streamed(b'{"A": {"input": {}}, "B": {"input": {}}}')
        return streamed(b'{"error": "not found"}', 404)

    def client(self) -> ComfyClient:
        address = ServerAddress.of("https://cloud.comfy.org", "K", {"K": "tiger-4711"})
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return ComfyClient(address, http=http)


async def test_cloud_pictures_are_fetched_without_the_key() -> None:
    signed = "https://storage.example/bucket/a.png?X-Signature=abc"
    cloud = Cloud(signed)
    assert await cloud.client().view(IMAGE) == b"picture"
    first, second = cloud.asked
    assert first.headers["x-api-key"] == "tiger-4711"
    assert str(second.url) == signed
    assert "tiger" not in str(second.headers) + str(second.url)
    assert "authorization" not in second.headers
    assert "cookie" not in second.headers


@pytest.mark.parametrize(
    "location",
    [
        "",
        "http://storage.example/a.png",
        "/elsewhere",
        "https://127.0.0.1/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/a.png",
        "https://localhost/a.png",
        "https://ann:tiger@storage.example/a.png",
        "https://storage.example:x/a.png",
        "https://exa mple.org/a.png",
        "https://xn--.example/a.png",
        "https://a..example/a.png",
        "file:///etc/passwd",
    ],
)
async def test_cloud_sends_to_no_private_or_open_place(location: str) -> None:
    cloud = Cloud(location)
    with pytest.raises(BadAnswerError):
        await cloud.client().view(IMAGE)
    assert len(cloud.asked) == 1


async def test_a_signed_address_is_followed_once() -> None:
    again = streamed(b"", 302, Location="https://more.example/?secret=1")
    cloud = Cloud("https://storage.example/a.png?s=1", again)
    with pytest.raises(ServerRefusedError) as error:
        await cloud.client().view(IMAGE)
    assert len(cloud.asked) == 2
    assert "secret" not in str(error.value)


async def test_cloud_lists_all_nodes_at_once_and_knows_history_by_another_name() -> None:
    cloud = Cloud("")
    client = cloud.client()
    assert await client.object_info("A") is not None
    assert await client.object_info("C") is None
    assert await client.history("p") is None
    paths = [request.url.path for request in cloud.asked]
    assert paths == ["/api/object_info", "/api/history_v2/p"]


async def test_tls_trusts_whom_the_user_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    handler = routes(queue=reply(queue([], ["a"])))
    async with WireServer(handler, tls=certificate) as server:
        assert server.url.startswith("https://")
        async with client_of(server) as client:
            with pytest.raises(ServerUnreachableError) as error:
                await client.queue()
            assert "SSL_CERT_FILE" in error.value.hint
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        async with client_of(server) as client:
            assert (await client.queue()).pending == ("a",)
