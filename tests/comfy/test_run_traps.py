"""A run against servers that misbehave: each trap of the wire, each unusable picture."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from pathlib import Path

import httpx
import pytest
from run_stage import Stage, until

from spyke_tui.comfy.client import ComfyClient, Limits
from spyke_tui.comfy.practice import PracticeServer
from spyke_tui.comfy.socket import EventSocket, Timings
from spyke_tui.comfy.workflow import fill
from spyke_tui.model.generation import seed_of
from spyke_tui.model.project import Generation

SHORT = Limits(answer_seconds=2.0, submit_seconds=2.0, image_seconds=2.0)
"""For answers that never come; those that come may take their time on a busy machine."""


async def test_a_refusal_names_the_field(tmp_path: Path) -> None:
    async with PracticeServer(faults=["refuse"]) as server:
        stage = Stage(tmp_path, server)
        assert await stage.run() == 3
        view = stage.view()
        assert (view.state, view.field, view.done) == ("failed", "checkpoint", 0)
        assert "removed-meanwhile" in view.message


@pytest.mark.parametrize("fault", ["oom=2", "node-error=1"])
async def test_what_keeps_going_wrong_pauses_and_goes_on_when_told(
    tmp_path: Path, fault: str
) -> None:
    async with PracticeServer(faults=[fault]) as server:
        stage = Stage(tmp_path, server, count=4)
        run = stage.started(attended=True)
        follower = stage.follower()
        await until(lambda: follower.poll().state == "paused")
        assert follower.poll().message and follower.poll().hint.endswith("then resume.")
        server.faults.remove(fault.split("=")[0])
        follower.order("retry")
        follower.order("resume")
        assert await run == 0
        stage.assert_whole(4)


async def test_unattended_it_ends_and_says_why(tmp_path: Path) -> None:
    async with PracticeServer(faults=["oom=1"]) as server:
        stage = Stage(tmp_path, server)
        assert await stage.run() == 1
        message = stage.view().message
        assert message.startswith("KSampler: CUDA out of memory") and message.endswith(".")
        assert stage.view().hint.endswith("then start again.")


@pytest.mark.parametrize("fault", ["black=2", "one-colour=3", "broken-file=3", "missing-file=4"])
async def test_an_unusable_picture_is_drawn_again(tmp_path: Path, fault: str) -> None:
    async with PracticeServer(faults=[fault]) as server:
        stage = Stage(tmp_path, server)
        assert await stage.run() == 0
        stage.assert_whole(6)
        other_seed = any(image.attempt for image in stage.view().images)
        assert other_seed == fault.startswith(("black", "one"))


async def test_the_same_picture_twice_is_given_up_after_three_more(tmp_path: Path) -> None:
    async with PracticeServer(faults=["same-picture"]) as server:
        stage = Stage(tmp_path, server, count=2)
        assert await stage.run() == 1
        assert len(server.prompts) == 1 + 4
        failed = next(image for image in stage.view().images if image.state == "failed")
        assert "same picture" in failed.message
        assert failed.seed == seed_of(20260219, failed.index, 0, 3)
        assert "takes its seed" in stage.view().hint


async def test_where_every_picture_is_black_it_says_what_helps(tmp_path: Path) -> None:
    async with PracticeServer(faults=["black=1"]) as server:
        stage = Stage(tmp_path, server, count=40)
        assert await stage.run(only=(2,)) == 1
        assert "1 image could not be made" in stage.view().message
        assert "--fp32-vae" in stage.view().hint and stage.view().hint.endswith("start again.")
        before = len(server.prompts)
        assert await stage.run() == 1
        view = stage.view()
        assert view.done == 0 and view.failed >= 2
        assert "black" in view.message and "--fp32-vae" in view.hint
        assert len(server.prompts) - before < 30, "most are not even tried"


@pytest.mark.parametrize(
    "fault",
    ["late-reply", "no-socket", "drop-socket=10", "empty-history", "lost=3", "mints-ids", "restart",
     "interrupted=3", "half-file=3", "odd-events", "odd-mode", "500=20", "garbage-json=17",
     "deaf-socket=6", "big-frame", "endless-frames=300", "stranger", "old", "old,mints-ids",
     "hang=17", "huge-body=17", "redirect=17"],
)  # fmt: skip
async def test_what_a_server_may_do_costs_time_and_no_image(
    tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spyke_tui.comfy.worker.ComfyClient", partial(ComfyClient, limits=SHORT))
    async with PracticeServer(delay=0.02, faults=[fault]) as server:
        stage = Stage(tmp_path, server, count=4)
        assert await stage.run() == 0
        stage.assert_whole(4)
        assert "/history" not in {path for _, path in server.requests}, "it carries every graph"


@pytest.mark.parametrize("over", [False, True], ids=["while it is drawn", "after its end"])
async def test_a_socket_that_opens_late_costs_no_image_and_draws_none_twice(
    tmp_path: Path, over: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(_socket: EventSocket, _seconds: float) -> bool:
        return False

    timings = Timings(first_delay=0.02, longest_delay=0.05)
    monkeypatch.setattr("spyke_tui.comfy.worker.EventSocket", partial(EventSocket, timings=timings))
    monkeypatch.setattr(EventSocket, "wait_connected", not_yet)
    async with PracticeServer(delay=0.3, faults=["no-socket"]) as server:
        stage = Stage(tmp_path, server, count=2)
        run = stage.started()
        await until(lambda: bool(server.finished_at if over else server.prompts))
        server.faults.remove("no-socket")
        await until(lambda: bool(server.sockets))
        assert await run == 0
        stage.assert_whole(2)
        assert len(server.prompts) == 2


async def test_pictures_of_another_size_are_no_use_and_pause(tmp_path: Path) -> None:
    async with PracticeServer(delay=0.2, faults=["wrong-size=1"]) as server:
        stage = Stage(tmp_path, server, count=9)
        run = stage.started(attended=True)
        await until(lambda: stage.view().state == "paused")
        assert "72x64" in stage.view().message and not list(stage.images.glob("*.png"))
        stage.follower().order("stop")
        assert await run == 130


async def test_a_bomb_is_told_by_its_head(tmp_path: Path) -> None:
    async with PracticeServer(faults=["bomb=2"]) as server:
        stage = Stage(tmp_path, server, count=2)
        assert await stage.run() == 1
        assert "60000" in stage.view().message
        assert [image.state for image in stage.view().images].count("verified") == 1


async def test_a_prompt_that_would_run_in_part_ends_the_run(tmp_path: Path) -> None:
    async with PracticeServer(delay=0.2, faults=["partial-errors=1"]) as server:
        stage = Stage(tmp_path, server, count=4)
        assert await stage.run() == 3
        assert stage.view().message and not stage.view().done


async def test_a_node_that_hangs_is_interrupted_and_the_run_ends(tmp_path: Path) -> None:
    async with PracticeServer(faults=["stuck=1"]) as server:
        stage = Stage(tmp_path, server, count=2)
        run = stage.started(attended=True)
        await until(lambda: any(image.state == "running" for image in stage.view().images))
        stage.follower().order("interrupt")
        assert await run == 130
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
            assert (await http.get("/queue")).json()["queue_running"] == []


async def test_the_next_prompt_is_there_before_the_last_is_drawn(tmp_path: Path) -> None:
    async with PracticeServer(faults=["stuck=1"]) as server:
        stage = Stage(tmp_path, server, count=4)
        run = stage.started(attended=True)
        await until(lambda: len(server.prompts) == 2)
        assert not server.finished_at
        stage.follower().order("interrupt")
        assert await run == 130
        assert len(server.prompts) == 2, "nor more: they would be lost with the server"


async def test_an_interrupt_never_meets_anothers_job_on_an_old_server(tmp_path: Path) -> None:
    """Version 0.3.64 stops whatever runs, whoever asks."""
    theirs = str(uuid.uuid4())
    async with PracticeServer(delay=1.0, faults=["old"]) as server:
        settings = Generation(checkpoint="practice_sd15.safetensors", width=64, height=64)
        graph = fill(None, settings, seed=1, prefix="theirs")
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
            reply = await http.post("/prompt", json={"prompt": graph, "prompt_id": theirs})
            stage = Stage(tmp_path, server, count=2)
            run = stage.started(attended=True)
            await until(lambda: len(server.prompts) == 3)
            stage.follower().order("interrupt")
            assert await run == 130
            theirs = reply.json()["prompt_id"]
            async with asyncio.timeout(10):
                while not (entry := (await http.get(f"/history/{theirs}")).json()):
                    await asyncio.sleep(0.02)
        assert entry[theirs]["status"]["status_str"] == "success"
        assert len(server.finished_at) == 1, "ours were taken back"
