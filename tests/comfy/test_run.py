"""A run against the practice server: whole, again, steered, rejected, renamed, shared."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from run_stage import Stage, until

from spyke_tui.comfy import shelf as shelf_module
from spyke_tui.comfy.practice import PracticeServer
from spyke_tui.errors import SpykeError, WriteError
from spyke_tui.model.generation import seed_of


async def test_every_image_once_and_nothing_to_do_the_second_time(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server)
        assert stage.view().state == "none"
        assert await stage.run() == 0
        stage.assert_whole(6)
        view = stage.view()
        assert (view.state, view.done, view.failed, view.total) == ("done", 6, 0, 6)
        assert [image.seed for image in view.images] == [
            seed_of(20260219, index, 0) for index in range(1, 7)
        ]
        assert view.images[0].file == "reg/1_person/reg_001.png"
        asked = {path for _, path in server.requests}
        assert "/history" not in asked, "it carries every graph"
        drawn, before = len(server.prompts), stage.digests()
        assert await stage.run() == 0
        assert (len(server.prompts), stage.digests()) == (drawn, before)


async def test_a_larger_count_adds_and_a_lost_file_comes_back_the_same(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server, count=3)
        await stage.run()
        before = stage.digests()
        follower = stage.follower()
        assert follower.poll(follow=False).state == "done"
        (stage.images / "reg_002.png").unlink()
        for view in (stage.view(), follower.poll(follow=False)):
            assert (view.state, view.done, view.gone) == ("stopped", 2, 1)
            assert "1 of the 3 images is not there any more" in view.message
            assert "spyke-tui reg" in view.hint
        assert await stage.run(count=5) == 0
        after = stage.digests()
        assert {name: after[name] for name in before} == before
        assert len(after) == 5


async def test_what_is_not_ours_or_was_changed_stays(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server, count=4)
        stage.images.mkdir(parents=True)
        (stage.images / "reg_003.png").write_bytes(b"mine")
        assert await stage.run() == 0
        assert (stage.images / "reg_003.png").read_bytes() == b"mine"
        view = stage.view()
        assert view.state == "done" and "not made by a run" in view.images[2].message
        retouched = (stage.images / "reg_002.png").read_bytes()
        (stage.images / "reg_001.png").write_bytes(retouched)
        stage.write(rerolls="1 = 1")
        assert await stage.run() == 0
        assert (stage.images / "reg_001.png").read_bytes() == retouched
        assert "changed" in stage.view().images[0].message
        # What is no picture any more was not retouched but damaged.
        (stage.images / "reg_004.png").write_bytes(b"")
        assert await stage.run() == 0
        assert (stage.images / "reg_004.png").stat().st_size > 100
        assert [path.name for path in stage.files().layout.aside.iterdir()] == ["reg_004.png"]


async def test_a_rejected_image_is_replaced_and_comes_back_on_undo(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server, count=3)
        await stage.run()
        before, drawn = stage.digests(), len(server.prompts)
        stage.write(rerolls="2 = 1")
        assert await stage.run() == 0
        after = stage.digests()
        assert after["reg_002.png"] != before["reg_002.png"]
        assert stage.view().images[1].reroll == 1
        assert stage.view().images[1].seed == seed_of(20260219, 2, 1)
        assert len(server.prompts) == drawn + 1
    # And back, with no server there at all.
    stage.write(rerolls="")
    assert await stage.run() == 0
    assert stage.digests() == before
    stage.write(rerolls="2 = 1")
    assert await stage.run() == 0
    assert stage.digests() == after


async def test_a_live_run_follows_the_rerolls_of_crops_toml(tmp_path: Path) -> None:
    async with PracticeServer(delay=0.15) as server:
        stage = Stage(tmp_path, server, count=10)
        run = stage.started()
        await until(lambda: stage.view().done >= 2)
        first = stage.digests()["reg_001.png"]
        stage.write(rerolls="1 = 1, 9 = 2")
        stage.follower().order("reread")
        assert await run == 0
        stage.assert_whole(10)
        assert stage.digests()["reg_001.png"] != first
        assert [stage.view().images[i].reroll for i in (0, 8)] == [1, 2]


async def test_images_of_other_settings_are_kept_until_asked(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server, count=2)
        await stage.run()
        before = stage.digests()
        stage.write(prompt="another person", count=3)
        await stage.run()
        assert stage.view().outdated == 2
        assert before.items() <= stage.digests().items()
        assert await stage.run(redo_outdated=True) == 0
        assert stage.view().outdated == 0
        # The practice server draws by the seed alone; and what it drew is to be redone as well.
        assert len(server.prompts) == 2 + 1 + 3
        assert len(list(stage.files().rejected.iterdir())) == 3
        stage.assert_whole(3)


async def test_only_the_images_that_are_asked_for(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server, count=5)
        assert await stage.run(only=[4]) == 0
        assert list(stage.digests()) == ["reg_004.png"]
        assert stage.view().state == "stopped"


async def test_a_renamed_class_takes_its_pictures_along(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server, count=3)
        await stage.run()
        before, drawn = stage.digests(), len(server.prompts)
        stage.write(class_="warrior", count=4)
        assert await stage.run() == 0
        assert stage.images.name == "1_warrior"
        assert before.items() <= stage.digests().items()
        assert len(server.prompts) == drawn + 1
        assert not (stage.images.parent / "1_person").exists()
        assert stage.view().images[0].file == "reg/1_warrior/reg_001.png"


MANY = 40
"""Images, drawn slowly: a run of them is not over before it hears of an order."""


async def test_pause_resume_and_stop(tmp_path: Path) -> None:
    async with PracticeServer(delay=0.2) as slow, PracticeServer() as fast:
        stage = Stage(tmp_path, slow, count=MANY)
        run = stage.started(attended=True)
        follower = stage.follower()
        await until(lambda: follower.poll().done >= 1)
        follower.order("pause")
        await until(lambda: follower.poll().state == "paused")
        paused_at = follower.poll().done
        assert all(i.state in ("verified", "planned") for i in follower.poll().images)
        assert not follower.poll().message, "whoever asked for it knows"
        follower.order("resume")
        await until(lambda: follower.poll().done > paused_at)
        follower.order("stop")
        assert await run == 130
        view = stage.view()
        assert view.state == "stopped" and paused_at < view.done < MANY
        stage.write(servers=f'"{fast.url}"')
        assert await stage.run() == 0
        stage.assert_whole(MANY)


async def test_a_paused_run_ends_when_it_is_told_to_stop(tmp_path: Path) -> None:
    async with PracticeServer(delay=0.2) as server:
        stage = Stage(tmp_path, server, count=MANY)
        run = stage.started(attended=True)
        follower = stage.follower()
        await until(lambda: follower.poll().done >= 1)
        follower.order("pause")
        await until(lambda: follower.poll().state == "paused")
        follower.order("stop")
        async with asyncio.timeout(30):
            assert await run == 130
        assert stage.view().state == "stopped"


async def test_interrupt_ends_at_once_and_spares_others_work(tmp_path: Path) -> None:
    async with PracticeServer(delay=300) as server:
        stage = Stage(tmp_path, server, count=3)
        run = stage.started(attended=True)
        await until(lambda: any(i.state == "running" for i in stage.view().images))
        stage.follower().order("interrupt")
        async with asyncio.timeout(60):
            assert await run == 130
        assert stage.view().done == 0


async def test_two_servers_share_one_list(tmp_path: Path) -> None:
    async with PracticeServer(delay=0.05) as one, PracticeServer(delay=0.05) as other:
        stage = Stage(tmp_path, one, other, count=12)
        assert await stage.run() == 0
        stage.assert_whole(12)
        assert len(one.prompts) + len(other.prompts) == 12
        assert min(len(one.prompts), len(other.prompts)) >= 3


async def test_a_dead_server_gives_its_images_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spyke_tui.comfy.worker.GIVE_BACK_SECONDS", 0.5)
    async with PracticeServer(delay=0.1) as one:
        other = PracticeServer(delay=0.1)
        await other.start()
        stage = Stage(tmp_path, one, other, count=10)
        run = stage.started()
        await until(lambda: len(other.prompts) >= 2)
        await other.stop()
        assert await run == 0
        stage.assert_whole(10)


async def test_unattended_it_waits_for_a_lost_server_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spyke_tui.comfy.run.PATIENCE_SECONDS", 0.1)
    async with PracticeServer(delay=0.2) as server:
        stage = Stage(tmp_path, server, count=MANY)
        run = stage.started()
        await until(lambda: stage.view().done >= 1)
    async with asyncio.timeout(60):
        assert await run == 3
    view = stage.view()
    assert (view.state, view.field) == ("failed", "server") and 1 <= view.done < MANY


async def test_nobody_there(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server)
    assert await stage.run() == 3
    view = stage.view()
    assert (view.state, view.field) == ("failed", "server")
    assert server.url in view.message and view.hint


async def test_an_attended_run_waits_for_a_server(tmp_path: Path) -> None:
    server = PracticeServer()
    async with server:
        stage = Stage(tmp_path, server, count=2)
    run = stage.started(attended=True)
    await until(lambda: stage.view().state == "waiting")
    async with PracticeServer(server.port):
        assert await run == 0
    stage.assert_whole(2)


async def test_guards_come_before_the_first_image(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server)
        stage.write(prompt="hero_v1 standing")
        assert await stage.run() == 1, "no server has refused anything"
        assert stage.view().field == "prompt"
        assert not server.prompts


async def test_a_full_disk_pauses_and_costs_no_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, full = shelf_module.write_whole, True

    def write(path: Path, data: bytes, *, durable: bool = False) -> object:
        if full and path.name == "reg_002.png":
            raise WriteError(f"{path} could not be written: No space left.", "Make room.")
        return real(path, data, durable=durable)

    monkeypatch.setattr(shelf_module, "write_whole", write)
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server, count=4)
        assert await stage.run() == 1
        assert "No space left" in stage.view().message
        run = stage.started(attended=True)
        await until(lambda: stage.view().state == "paused")
        full = False
        stage.follower().order("resume")
        assert await run == 0
        stage.assert_whole(4)


@pytest.mark.parametrize("mended", [False, True])
async def test_a_run_that_a_full_disk_paused_ends_when_it_is_told_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mended: bool
) -> None:
    real, full = shelf_module.write_whole, True

    def write(path: Path, data: bytes, *, durable: bool = False) -> object:
        if full:
            raise WriteError(f"{path} could not be written: No space left.", "Make room.")
        return real(path, data, durable=durable)

    monkeypatch.setattr(shelf_module, "write_whole", write)
    async with PracticeServer(delay=0.05) as server:
        stage = Stage(tmp_path, server, count=MANY)
        run = stage.started(attended=True)
        await until(lambda: stage.view().state == "paused")
        full = not mended
        stage.follower().order("stop")
        async with asyncio.timeout(30):
            assert await run == 130
        assert (stage.view().done > 0) == mended, "what was drawn already is kept"
        full = False
        assert await stage.run() == 0
        stage.assert_whole(MANY)


async def test_a_second_run_of_the_same_set_is_refused(tmp_path: Path) -> None:
    async with PracticeServer(delay=0.8) as server:
        stage = Stage(tmp_path, server, count=3)
        run = stage.started()
        await until(lambda: stage.view().alive)
        assert await stage.run() == 1
        assert await run == 0
        stage.assert_whole(3)


async def test_a_folder_that_leads_out_of_the_project_gets_no_picture(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        (tmp_path / "project").mkdir()
        stage = Stage(tmp_path / "project", server, count=1)
        (tmp_path / "elsewhere").mkdir()
        stage.images.parent.mkdir(parents=True)
        stage.images.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(SpykeError, match="leads elsewhere"):
            await stage.run()
        assert not list((tmp_path / "elsewhere").iterdir())


async def test_a_renamed_character_is_moved_before_a_run(tmp_path: Path) -> None:
    from spyke_tui.kohya.build import build_project
    from spyke_tui.store.crops_file import CropsFile

    async with PracticeServer() as server:
        stage = Stage(tmp_path, server, count=2)
        await stage.run()
        file = CropsFile.read(stage.crops)
        build_project(file.project, file.folder, crops_file=file)
        stage.crops.write_text(stage.crops.read_text().replace('"hero"', '"knight"'))
        with pytest.raises(SpykeError, match="renamed"):
            await stage.run()
        file = CropsFile.read(stage.crops)
        build_project(file.project, file.folder, crops_file=file)
        assert stage.view().done == 2
        assert await stage.run() == 0
        stage.assert_whole(2)


async def test_candidates_have_a_run_and_a_folder_of_their_own(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        stage = Stage(tmp_path, server)
        assert await stage.run("topup") == 0
        assert sorted(path.name for path in stage.files("topup").images.iterdir()) == [
            "topup_001.png", "topup_002.png",
        ]  # fmt: skip
        assert stage.view().state == "none"
