"""The Regularization pane on a run that does what the test says, in every state it can be in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fake_runs import FakeRun, images_of, preview_of, running_view

from spyke_tui.comfy.workflow import built_in
from spyke_tui.errors import SpykeError
from spyke_tui.model.generation import KINDS, Kind
from spyke_tui.model.run_view import LogLine, RunView
from spyke_tui.store.app_lock import AppLock
from spyke_tui.tui import run_control, run_watch
from spyke_tui.tui.run_bell import bell_text
from spyke_tui.tui.run_control import Hindrance
from spyke_tui.tui.screens.question import QuestionScreen
from spyke_tui.tui.screens.regularization import RegularizationScreen
from spyke_tui.tui.screens.run_hindrances import HindrancesScreen
from spyke_tui.tui.screens.run_settings import RunSettingsScreen

SIZES = [(80, 24), (120, 40), (200, 50)]


class Starts:
    """What would be started, and what stands in its way."""

    def __init__(self) -> None:
        self.begun: list[tuple[Kind, object, bool]] = []
        self.hindrances: list[Hindrance] = []
        self.looks = 0
        self.error = ""


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Starts:
    found = Starts()

    def begin(session: object, kind: Kind, *, only: object, redo: bool) -> None:
        if found.error:
            raise SpykeError(found.error, "Mend it.")
        found.begun.append((kind, only, redo))

    async def examined(session: object, kind: Kind) -> list[Hindrance]:
        found.looks += 1
        return list(found.hindrances)

    monkeypatch.setattr(run_control, "begin", begin)
    monkeypatch.setattr(run_control, "examined", examined)
    monkeypatch.setattr(run_control, "AGAIN", 0.05)
    return found


@pytest.fixture
def reg(opened: Callable, starts: Starts, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """The app on its Regularization pane; `it.run` and `it.topup` are the fake runs."""

    @asynccontextmanager
    async def run(view: RunView | None = None, pane: bool = True, **how: object) -> AsyncIterator:
        fakes = {kind: FakeRun(kind) for kind in KINDS}
        if view is not None:
            fakes["reg"].view = view
        monkeypatch.setattr(run_watch, "open_follower", lambda layout, kind: fakes[kind])
        for pause in ("IDLE", "ALIVE", "NEAR"):
            monkeypatch.setattr(run_watch, pause, 0.02)
        async with opened(**{"wait": False, **how}) as it:
            it.run, it.topup = fakes["reg"], fakes["topup"]
            if pane:
                await it.press("f6")
            runs = it.app.runs
            await it.until(lambda: runs is not None and runs.looked, "the first look")
            await it.until(lambda: runs.view("reg") is it.run.view, "the run as it stands")
            await it.pilot.pause()
            yield it

    return run


def dataset(it: object) -> object:
    return it.folder / "dataset" / "spyke"


async def shows(it: object, *words: str) -> None:
    for word in words:
        await it.until(lambda w=word: w in it.text(), word)


async def test_before_the_first_run_it_says_what_to_do(reg: Callable) -> None:
    async with reg(size=SIZES[0]) as it:
        await shows(it, "[Regularization]", "not started", "s start", "http://127.0.0.1:8188")
        assert "150" not in it.text().splitlines()[1]


async def test_a_run_on_its_way_at_each_size(reg: Callable) -> None:
    async with reg(running_view(None, failed=(5,)), size=SIZES[0]) as it:
        for step, size in enumerate(SIZES, 12):
            await it.pilot.resize_terminal(*size)
            it.run.stand("running", servers=(replace(it.run.view.servers[0], step=step),))
            await shows(it, "▶ running", "37 of 150, 1 failed", "6m left", "KSampler",
                        f"{step}/20", "queue 2", "ComfyUI 0.3.64", "reg 37/150 6m", "39 ▶",
                        "[38]", "? keys")  # fmt: skip
        assert it.run.followed


async def test_a_run_is_seen_in_every_pane_but_previews_are_only_asked_for_in_its_own(
    reg: Callable,
) -> None:
    async with reg(running_view(None), pane=False) as it:
        await shows(it, "reg 37/150 6m")
        assert not it.run.followed
        await it.press("f2")
        await it.until(lambda: "! missing" in it.text(), "the Sheets pane")
        it.run.view = replace(it.run.view, done=38)
        await it.until(lambda: "reg 38/150" in it.text(), "one more")


async def test_the_preview_comes_on_the_screen_and_a_broken_one_does_no_harm(
    reg: Callable,
) -> None:
    async with reg(running_view(None)) as it:
        before = it.app.writer.written
        it.run.pictures = [preview_of(38, 15)]
        await shows(it, "drawing image 38")
        it.run.pictures = [b"\xff\xd8\xff no picture"]
        await it.until(lambda: not it.run.pictures, "it was looked at")
        it.run.pictures = [preview_of(38, 20)]
        await it.until(lambda: not it.run.pictures, "the next one too")
        assert it.app.is_running
        assert it.app.writer.written >= before


async def test_whoever_chooses_the_image_that_is_drawn_sees_it_being_drawn(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        it.run.stand("running", servers=(replace(it.run.view.servers[0], index=37),))
        await it.press("left", "right")
        assert not it.app.screen.selection.is_following and it.app.screen.chosen == 37
        it.run.pictures = [preview_of(37, 15)]
        await shows(it, "drawing image 37")


async def test_where_nothing_is_drawn_no_preview_stands(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        it.run.pictures = [preview_of(38, 15)]
        await shows(it, "drawing image")
        servers = tuple(replace(one, state="idle", index=None) for one in it.run.view.servers)
        it.run.stand("paused", servers=servers)
        await it.until(lambda: "drawing image" not in it.text(), "the last image instead")


async def test_what_went_wrong_and_what_to_do(reg: Callable) -> None:
    async with reg(running_view(None, failed=(2,)), size=(80, 24)) as it:
        for state, message, words in (
            ("waiting", "It can't be reached.", ["waiting for a server"]),
            ("paused", "Out of memory.", ["paused", "s goes on"]),
            ("failed", "It refused.", ["failed", "r retry failed"]),
            ("died", "It is gone.", ["it ended without a word", "s goes on"]),
            ("stopped", "", ["stopped", "s goes on"]),
        ):
            it.run.stand(state, message=message, hint="Do this.")
            await shows(it, *words, *([message, "Do this."] if message else []))


async def test_a_server_that_went_is_not_shown_at_work(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        await shows(it, "KSampler")
        gone = [replace(one, state="unreachable") for one in it.run.view.servers]
        it.run.view = replace(it.run.view, servers=tuple(gone))
        it.run.stand("waiting", message="No connection.", hint="Start it.", field="server")
        await shows(it, "! not reachable", "Start it. It is tried again by itself.")
        assert "KSampler" not in it.text() and "e edits server" not in it.text()


async def test_a_stop_that_was_asked_for_is_no_warning(reg: Callable) -> None:
    async with reg(running_view(None), size=(80, 24)) as it:
        it.run.stand("stopped", message="Stopped with 113 images still to come.", hint="Go on.")
        await shows(it, "■ stopped", "s goes on")
        assert "! Stopped" not in it.text() and "Go on." not in it.text()
        said = [note.message for note in it.app._notifications]
        assert said == ["Regularization: stopped with 113 images still to come."]


async def test_pictures_that_were_taken_away_are_told_and_ring_no_bell(reg: Callable) -> None:
    gone = "2 of the 3 images are not there any more."
    view = RunView("reg", "stopped", total=3, done=1, images=images_of(None, 3, (1,)), gone=2)
    async with reg(replace(view, message=gone, hint="spyke-tui reg."), size=(80, 24)) as it:
        await shows(it, f"! {gone} s draws what is missing.", "s goes on")
        assert not it.app._notifications


async def test_a_start_shows_what_is_being_drawn_whatever_was_chosen(
    reg: Callable, starts: Starts
) -> None:
    async with reg(replace(running_view(None), state="stopped")) as it:
        await it.press("home")
        assert it.app.screen.chosen == 1
        await it.press("s")
        await it.until(lambda: len(starts.begun) == 1, "a start")
        assert it.app.screen.selection.is_following


async def test_ctrl_c_says_how_to_quit(reg: Callable) -> None:
    async with reg() as it:
        await it.press("ctrl+c")
        (note,) = it.app._notifications
        assert note.message.startswith("q quits") and it.app.is_running


@pytest.mark.parametrize("state", ["running", "paused", "failed", "done"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_narrow_terminal_cuts_no_key_and_no_caption(
    reg: Callable, state: str, kind: Kind
) -> None:
    async with reg(running_view(None, failed=(34, 36)), size=SIZES[0]) as it:
        it.topup.view = replace(it.run.view, kind="topup")
        if kind == "topup":
            await it.press("tab")
        run = it.run if kind == "reg" else it.topup
        images = [replace(one, state="queued") if one.index == 41 else one
                  for one in run.view.images]  # fmt: skip
        run.stand(state, images=tuple(images))
        await shows(it, "34 !", "36 !", "40 ▶", "41 ·", "? keys")
        *_, captions, keys, _, _ = (row.rstrip() for row in it.text().splitlines())
        assert "34 !" in captions and keys.endswith("? keys") and "…" not in captions + keys
        assert "failed" not in captions


@pytest.mark.parametrize("size", SIZES[:2])
async def test_the_end_of_the_status_line_is_seen_however_long_a_name_is(
    reg: Callable, project: Path, size: tuple[int, int]
) -> None:
    file = project / "crops.toml"
    name = "f" + "a-name-of-a-crop-" * 5 + "front"
    file.write_text(file.read_text().replace('id = "front"', f'id = "{name}"'))
    async with reg(running_view(None), size=size) as it:
        words = ("front keep 1/2", "reg 37/150 6m", "120x240 at 60,40", "free", "halfcell")
        await shows(it, "…", *words)


async def test_done(reg: Callable, starts: Starts, project: Path) -> None:
    with (project / "crops.toml").open("a") as file:
        file.write("[reg]\ncount = 12\n")
    view = replace(running_view(None, total=12, done=12), state="done", servers=(), eta_s=None)
    async with reg(view) as it:
        await shows(it, "✓ done", "12 of 12", "100%", "[12]")
        await it.press("s")
        await shows(it, "All images are there")
        assert not starts.begun and "s draws the rejected" not in it.text()


async def test_where_more_are_wanted_than_the_last_run_made_s_draws_them(
    reg: Callable, starts: Starts, project: Path
) -> None:
    with (project / "crops.toml").open("a") as file:
        file.write("[reg]\ncount = 15\n")
    view = replace(running_view(None, total=12, done=12), state="done", servers=(), eta_s=None)
    async with reg(view) as it:
        await shows(it, "✓ done", "s draws 3 more")
        await it.press("s")
        await it.until(lambda: starts.begun == [("reg", None, False)], "a start")


async def test_orders(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        for key, order in (("space", "pause"), ("S", "stop"), ("I", "interrupt"), ("r", "retry")):
            await it.press(key)
            await it.until(lambda o=order: o in it.run.orders, order)
        it.run.stand("paused")
        await shows(it, "‖ paused")
        for key in ("space", "s"):
            before = len(it.run.orders)
            await it.press(key)
            await it.until(lambda n=before: it.run.orders[n:] == ["resume"], "resume")


async def test_an_order_that_can_t_be_given_is_told(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        it.run.refuses = True
        await it.press("space")
        await it.until(lambda: any("disk is full" in n.message for n in it.app._notifications),
                       "what is wrong")  # fmt: skip
        assert it.app.is_running


async def test_start_looks_first_and_jumps_to_the_field(reg: Callable, starts: Starts) -> None:
    async with reg(size=(80, 24)) as it:
        starts.hindrances = [
            Hindrance("The name is unknown.", "Nearest: a.", "checkpoint"),
            Hindrance("A detail stands in it.", "Take it out.", "prompt"),
        ]
        await it.press("s")
        await it.until(lambda: isinstance(it.app.screen, HindrancesScreen), "what is wrong")
        await shows(it, "2 things to put right", "The name is unknown.", "Nearest: a.")
        await it.press("2")
        await it.until(lambda: isinstance(it.app.screen, RunSettingsScreen), "the form")
        assert it.app.screen.focused.id == "field-prompt"
        await it.press("escape")
        assert not starts.begun
        starts.hindrances = []
        await it.press("s")
        await it.until(lambda: starts.begun == [("reg", None, False)], "a start")


async def test_warnings_can_be_passed_over(reg: Callable, starts: Starts) -> None:
    async with reg() as it:
        starts.hindrances = [Hindrance("An SDXL checkpoint.", "", "checkpoint", is_warning=True)]
        await it.press("s")
        await it.until(lambda: isinstance(it.app.screen, HindrancesScreen), "the warning")
        await it.press("s")
        await it.until(lambda: starts.begun == [("reg", None, False)], "a start all the same")
        await it.until(lambda: it.app.screen.control.attempt is None, "started")
        await it.press("s")
        await it.until(lambda: len(starts.begun) == 2, "the same warning is not told again")


async def test_a_server_that_is_away_is_waited_for(reg: Callable, starts: Starts) -> None:
    async with reg() as it:
        starts.hindrances = [
            Hindrance("It can't be reached.", "Start ComfyUI: python main.py.", "server", True)
        ]
        await it.press("s")
        await shows(it, "It can't be reached.", "python main.py", "Esc gives up")
        # The rest goes on as if nothing were.
        await it.press("f3", "right")
        await it.until(lambda: it.rect()[0] == 61, "a nudge")
        assert it.rect()[0] == 61
        await it.press("f6")
        seen = set()
        await it.until(
            lambda: seen.add("It can't be reached." in it.text()) or starts.looks > 8, "more looks"
        )
        assert seen == {True}, "what is wrong stands there while it is looked for again"
        starts.hindrances = []
        await it.until(lambda: starts.begun == [("reg", None, False)], "it starts by itself")


async def test_waiting_is_given_up_by_escape(reg: Callable, starts: Starts) -> None:
    async with reg() as it:
        starts.hindrances = [Hindrance("It can't be reached.", "", "server", True)]
        await it.press("s")
        await shows(it, "Esc gives up")
        await it.press("escape")
        await it.until(lambda: "Esc gives up" not in it.text(), "no more waiting")
        looks = starts.looks
        starts.hindrances = []
        await asyncio.sleep(0.15)
        assert starts.looks <= looks + 1
        assert not starts.begun


async def test_what_a_start_fails_with_is_told(reg: Callable, starts: Starts) -> None:
    async with reg() as it:
        starts.error = "No process could be made."
        await it.press("s")
        await it.until(lambda: any("No process" in n.message for n in it.app._notifications), "why")


async def test_test_one_first(reg: Callable, starts: Starts) -> None:
    async with reg() as it:
        await it.press("t")
        await it.until(lambda: starts.begun == [("reg", (1,), False)], "image 1")
        view = RunView("reg", "stopped", total=5, done=2, images=images_of(None, 5, (1, 2)))
        it.run.view = view
        await shows(it, "2 of 5")
        await it.press("t")
        await it.until(lambda: starts.begun[1:] == [("reg", (3,), False)], "image 3")
        assert it.app.screen.chosen == 3, "it is the one to be seen"
        done = images_of(None, 5, range(1, 6))
        it.run.view = RunView("reg", "done", total=5, done=5, images=done)
        await shows(it, "5 of 5")
        it.app.screen._offered["reg"] = 5
        await it.press("t")
        await shows(it, "All images are there")
        await it.press("left", "x", "t")
        await it.until(lambda: starts.begun[2:] == [("reg", (2,), False)], "the rejected one")


async def test_reject_is_written_told_and_undone(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        path = it.folder / "crops.toml"
        before = path.read_text()
        await it.press("left", "left", "x")
        await shows(it, "Image 35 is rejected", "35 x", "1 rejected")
        await it.saved()
        await it.until(lambda: it.run.orders == ["reread"], "the run is told")
        assert "rerolls = { 35 = 1 }" in path.read_text()
        await it.press("x")
        await shows(it, "rejected already")
        await it.press("u")
        await it.saved()
        assert path.read_text() == before
        await it.until(lambda: it.run.orders == ["reread", "reread"], "told again")
        assert "1 rejected" not in it.text()


async def test_nothing_to_reject(reg: Callable) -> None:
    async with reg() as it:
        await it.press("x")
        await shows(it, "There is no image here")
        assert not it.session.history.can_undo


async def test_choosing_images_and_back_to_the_newest(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        screen = it.app.screen
        assert isinstance(screen, RegularizationScreen)
        for key, chosen in (("left", 36), ("home", 1), ("right", 2), ("end", 150), ("escape", 37)):
            await it.press(key)
            assert screen.chosen == chosen
            await shows(it, f"[{chosen}")
        await it.pilot.click("#run-strip", offset=(1, 1))
        await shows(it, f"[{screen.chosen}]")
        assert screen.chosen < 37
        await it.press("pageup")
        assert 1 <= screen.chosen < 37
        await it.press("escape")
        it.run.view = running_view(None, done=60)
        await shows(it, "[60]")


async def test_pictures_of_the_strip_are_shown_in_half_cells(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        it.run.view = running_view(dataset(it))
        await it.until(lambda: "▀" in it.text(), "pictures")


async def test_tab_turns_to_top_up_and_back(reg: Callable, starts: Starts) -> None:
    async with reg(running_view(None)) as it:
        it.topup.view = RunView("topup", "paused", total=5, done=2,
                                images=images_of(None, 5, (1, 2)))  # fmt: skip
        await it.press("tab")
        await shows(it, "[Top-up]", "‖ paused", "2 of 5", "5 images")
        await it.press("x")
        await it.saved()
        text = (it.folder / "crops.toml").read_text()
        assert "[topup]\nrerolls = { 2 = 1 }" in text and "[reg]" not in text
        await it.press("space")
        await it.until(lambda: "resume" in it.topup.orders, "an order to this run")
        await it.press("tab")
        await shows(it, "37 of 150")
        assert it.run.orders == []


async def test_the_bell_when_it_is_done_in_any_pane(
    reg: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reg(running_view(None), pane=False) as it:
        rung: list[str] = []
        monkeypatch.setattr("spyke_tui.tui.run_bell.ring", lambda app, words: rung.append(words))
        it.run.stand("paused", message="Out of memory.")
        await it.until(lambda: bool(rung), "the bell")
        it.run.stand("running", message="")
        await shows(it, "reg 37/150 6m")
        it.run.stand("paused")  # by somebody, who knows
        await shows(it, "reg 37/150 paused")
        it.run.stand("done", done=150)
        await it.until(lambda: len(rung) > 1, "the bell")
        assert rung == ["Regularization is paused: Out of memory.",
                        "Regularization: all 150 images are there."]  # fmt: skip
        assert any("all 150 images" in note.message for note in it.app._notifications)


async def test_a_run_that_was_done_before_rings_no_bell(
    reg: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("spyke_tui.tui.run_bell.ring", lambda app, words: rung.append(words))
    async with reg(replace(running_view(None), state="done"), wait=False) as it:
        await it.until(lambda: it.run.polls > 3, "some looks")
        assert not rung


def test_the_bell_in_words_where_the_terminal_shows_them() -> None:
    assert bell_text("done", "kitty(0.41) has kitty graphics", {}) == "\x1b]9;done\x1b\\"
    assert bell_text("done", "", {"TERM_PROGRAM": "iTerm.app"}) == "\x1b]9;done\x1b\\"
    assert bell_text("done", "XTerm(379) has sixel graphics", {"TERM": "xterm"}) == "\a"
    assert bell_text("done", "", {"TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/x,1,0"}) == "\a"
    assert "\x1b" not in bell_text("a\x1b]b", "kitty", {})[4:-2]


@pytest.mark.parametrize(("key", "orders"), [("l", []), ("f", ["stop"]), ("s", ["interrupt"])])
async def test_q_asks_what_becomes_of_the_run(reg: Callable, key: str, orders: list[str]) -> None:
    async with reg(running_view(None), pane=False, wait=False) as it:
        for answer in ("escape", key):
            assert it.app.is_running and it.run.orders == []
            await it.press("q")
            await it.until(lambda: isinstance(it.app.screen, QuestionScreen), "the question")
            await shows(it, "leave it running", "finish this one", "37 of 150")
            await it.press(answer)
            await it.until(lambda: it.app.front is not None or not it.app.is_running, "back")
        await it.until(lambda: not it.app.is_running, "the end")
        assert it.run.orders == orders


async def test_outdated_images_are_told_and_drawn_anew_only_when_asked(
    reg: Callable, starts: Starts
) -> None:
    view = RunView("reg", "done", total=3, done=3, images=images_of(None, 3, (1, 2, 3)), outdated=2)
    async with reg(view) as it:
        await shows(it, "2 images were drawn with other settings")
        await it.press("R")
        await it.until(lambda: isinstance(it.app.screen, QuestionScreen), "a question")
        await it.press("R")
        await it.until(lambda: starts.begun == [("reg", None, True)], "a start")


async def test_the_settings_of_now_are_what_outdated_is_measured_by(reg: Callable) -> None:
    async with reg() as it:
        await it.until(lambda: bool(it.run.settings), "a digest")
        before = it.run.settings
        await it.press("e")
        await it.until(lambda: isinstance(it.app.screen, RunSettingsScreen), "the form")
        it.app.screen.query_one("#field-steps").focus()
        await it.press("3", "escape")
        await it.until(lambda: it.run.settings != before, "another digest")


async def test_hostile_words_of_a_server_stay_words(reg: Callable) -> None:
    view = running_view(None)
    server = replace(view.servers[0], node="[red]\x1b[2J", version="\x07[/]")
    log = (LogLine(0.0, "image [1/2] \x1b]0;x\x07", "error"),)
    bad = replace(view, state="paused", servers=(server,), log=log, message="[b]\x1b[31mno")
    async with reg(bad) as it:
        await shows(it, "image [1/2]", "[b]", "[red]")
        assert "\x1b" not in it.text() and "\x07" not in it.text()


async def test_an_instance_that_looks_on_starts_nothing(
    reg: Callable, starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppLock, "take", lambda lock: "process 1")
    async with reg() as it:
        await it.press("s")
        await it.until(lambda: any("process 1" in n.message for n in it.app._notifications), "why")
        assert not starts.begun and not starts.looks


async def test_a_live_run_keeps_the_settings_it_began_with(reg: Callable) -> None:
    async with reg(running_view(None)) as it:
        for keys, told in ((["escape"], False), (["3", "escape"], True)):
            await it.press("e")
            await it.until(lambda: isinstance(it.app.screen, RunSettingsScreen), "the form")
            it.app.screen.query_one("#field-steps").focus()
            await it.press(*keys)
            await it.until(lambda: it.app.front is not None, "the pane")
            if told:
                await shows(it, "the next start takes the new settings")
            else:
                assert "the next start takes" not in it.text()


async def test_the_form_shows_where_the_workflow_takes_what(reg: Callable, project: object) -> None:
    (project / "flow.json").write_text(json.dumps(dict(built_in().graph)))
    crops = project / "crops.toml"
    crops.write_text(crops.read_text() + '\n[reg]\nworkflow = "flow.json"\n')
    async with reg(size=(100, 40)) as it:
        await it.press("e")
        await it.until(lambda: isinstance(it.app.screen, RunSettingsScreen), "the form")
        it.app.screen.query_one("#field-workflow").focus()
        await shows(it, "prompt: 6 CLIPTextEncode", "seed: 3 KSampler", "prefix: 9 SaveImage")
        await it.press("end", "x")
        await it.until(lambda: "is not there" in it.text(), "what is wrong with another name")


async def test_the_form_takes_what_makes_sense_and_keeps_comments(
    reg: Callable, starts: Starts, project: object
) -> None:
    crops = project / "crops.toml"
    crops.write_text(crops.read_text() + '\n[reg]  # mine\nsteps = 20   # quick\nprompt = "a"\n')
    async with reg(size=(80, 24)) as it:
        await it.press("e")
        await it.until(lambda: isinstance(it.app.screen, RunSettingsScreen), "the form")
        form = it.app.screen
        steps = form.query_one("#field-steps")
        steps.focus()
        await it.press("end", "x")
        await it.press("tab")
        await it.until(lambda: steps.has_class("-wrong"), "that it is wrong")
        await it.press("escape")
        await shows(it, "steps:", "is not a whole number", "Esc again leaves it as it was")
        assert it.app.screen is form and it.app.focused is steps
        await it.press("backspace", "backspace", "5", "enter")
        await it.until(lambda: not steps.has_class("-wrong"), "that it is right")
        prompt = form.query_one("#field-prompt")
        prompt.focus()
        await it.press("end", *",b", "enter", "escape")
        await it.until(lambda: it.app.front is not None, "the pane")
        await it.saved()
        text = crops.read_text()
        assert '[reg]  # mine\nsteps = 25   # quick\nprompt = "a,b"\n' in text
        await it.press("u", "u")
        await it.saved()
        assert 'steps = 20   # quick\nprompt = "a"\n' in crops.read_text()
