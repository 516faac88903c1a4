"""The process of a run: ``python -m spyke_tui.comfy.process CROPS_TOML KIND [...]``.

It outlives whoever started it. SIGTERM or SIGINT: end after the running image; once more: now.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.errors import ProjectFileError, SpykeError, WorkflowError
from spyke_tui.model.generation import KINDS, Kind
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Generation, Project
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.fence import require_own_folders
from spyke_tui.store.run_files import RunFiles

if TYPE_CHECKING:
    from spyke_tui.comfy.addresses import ServerAddress
    from spyke_tui.comfy.diary import Diary
    from spyke_tui.comfy.recipe import Recipe
    from spyke_tui.comfy.run import Run
    from spyke_tui.comfy.run_end import End
    from spyke_tui.store.run_orders import OrderBox

TICK_SECONDS = 0.25
"""Between two looks at the orders."""
CROPS_TICKS = 4
"""Ticks between two looks at crops.toml."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a run was started with."""

    project_file: Path
    kind: Kind
    count: int | None = None
    servers: tuple[str, ...] = ()
    only: frozenset[int] = frozenset()
    attended: bool = False
    redo_outdated: bool = False


def task_of(words: Sequence[str]) -> Task:
    """The task that the command line names."""
    parser = argparse.ArgumentParser("spyke_tui.comfy.process")
    parser.add_argument("project_file", type=Path)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--count", type=int)
    parser.add_argument("--server", action="append", default=[])
    parser.add_argument("--only", default="")
    parser.add_argument("--attended", action="store_true")
    parser.add_argument("--redo-outdated", action="store_true")
    found = parser.parse_args(words)
    return Task(
        project_file=found.project_file,
        kind=next(kind for kind in KINDS if kind == found.kind),
        count=found.count,
        servers=tuple(found.server),
        only=frozenset(int(word) for word in found.only.split(",") if word.isdecimal()),
        attended=found.attended,
        redo_outdated=found.redo_outdated,
    )


def main(words: Sequence[str]) -> int:
    """Run it to its end; the exit code."""
    try:
        return _run(task_of(words))
    except SpykeError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


def _run(task: Task) -> int:
    file = CropsFile.read(task.project_file)
    files = RunFiles(Layout.of(file.project.dataset, file.folder), task.kind)
    require_own_folders(files.layout, file.folder)
    with files.held():
        from spyke_tui.comfy.class_folder import follow_class
        from spyke_tui.comfy.diary import Diary
        from spyke_tui.store.run_orders import OrderBox

        diary = Diary(files)
        try:
            follow_class(diary)
            # Before the first line: whoever waits for that one may give orders at once.
            box = OrderBox(files.orders)
            return _work(task, file, box, diary).exit_code
        finally:
            diary.close()


def _work(task: Task, file: CropsFile, box: OrderBox, diary: Diary) -> End:
    """From the first line in the journal to the last."""
    from spyke_tui.comfy.addresses import ServerAddress
    from spyke_tui.comfy.recipe import Recipe
    from spyke_tui.comfy.run_end import End

    settings = settings_of(file.project, task)
    total = task.count if task.count is not None else settings.count
    try:
        recipe = Recipe.of(settings, file.project, file.folder, task.kind)
        addresses = [ServerAddress.of(text, settings.auth_env) for text in settings.servers]
    except SpykeError as error:
        diary.begin(total, "", settings.servers if not isinstance(error, ProjectFileError) else ())
        field = "workflow" if isinstance(error, WorkflowError) else getattr(error, "field", "")
        end = End("failed", error.message, error.hint, field, 2)
    else:
        unique = list({address.base: address for address in addresses}.values())
        diary.begin(total, recipe.digest, [address.shown for address in unique])
        try:
            end = asyncio.run(_live(task, file, box, diary, recipe, unique))
        except SpykeError as error:
            end = End("failed", error.message, error.hint, exit_code=error.exit_code)
        except Exception as error:
            with suppress(SpykeError):
                why = f"Something went wrong that should not ({type(error).__name__})."
                diary.end("failed", why, f"The details are in {diary.files.log}.", exit_code=1)
            raise
    diary.end(end.state, end.message, end.hint, end.field, end.exit_code)
    return end


def settings_of(project: Project, task: Task) -> Generation:
    """The settings of this kind of run, the command line's servers instead of crops.toml's."""
    from dataclasses import replace

    settings = project.reg if task.kind == "reg" else project.topup
    return replace(settings, servers=task.servers) if task.servers else settings


async def _live(
    task: Task,
    file: CropsFile,
    box: OrderBox,
    diary: Diary,
    recipe: Recipe,
    addresses: Sequence[ServerAddress],
) -> End:
    from spyke_tui.comfy.practice_beside import keeper_of
    from spyke_tui.comfy.rerolls import Rerolls
    from spyke_tui.comfy.run import Run
    from spyke_tui.comfy.shelf import Shelf
    from spyke_tui.comfy.worker import Worker

    total = diary.fold.session.total
    shelf = Shelf(diary, total, recipe.size)
    run: Run | None = None
    try:
        shelf.survey()
        indices = [index for index in range(1, total + 1) if not task.only or index in task.only]
        rerolls = Rerolls(recipe.settings.rerolls)
        for index in indices:
            rerolls.apply(index, shelf)
        if task.redo_outdated:
            shelf.take_down_outdated(recipe.digest)
        if recipe.template.source:
            diary.say(f"{recipe.template.source} takes {'; '.join(recipe.template.words())}")
        run = Run(diary, shelf, recipe, indices=indices, rerolls=rerolls, attended=task.attended)
        workers = [Worker(run, address) for address in addresses]
        keeper = keeper_of([address.shown for address in addresses])
        steering = asyncio.create_task(_steer(task, file, box, run, keeper))
        _heed_signals(run)
        try:
            return await run.work(workers)
        finally:
            steering.cancel()
            await asyncio.gather(steering, return_exceptions=True)
    finally:
        shelf.close()
        if run is not None:
            run.live.remove()


def _heed_signals(run: Run) -> None:
    loop = asyncio.get_running_loop()

    def told() -> None:
        run.orders.obey("interrupt" if run.state == "stopping" else "stop")

    with suppress(ValueError, RuntimeError):  # only a main thread can
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, told)


async def _steer(task: Task, file: CropsFile, box: OrderBox, run: Run, keeper: int) -> None:
    """Follow orders and crops.toml's rerolls, and end with the demo that brought the server."""
    from spyke_tui.comfy.practice_beside import is_gone

    ticks = 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        ticks += 1
        orders = box.read()
        for order in orders:
            if order != "reread":
                run.orders.obey(order)
        if keeper and is_gone(keeper):
            run.orders.obey("interrupt")
        try:
            if "reread" in orders or ticks % CROPS_TICKS == 0:
                file = _read_again(task, file, run, forced="reread" in orders)
            elif run.rerolls.pending:
                run.orders.reread()
        except SpykeError as error:
            run.diary.say(error.message, "warning")


def _read_again(task: Task, file: CropsFile, run: Run, *, forced: bool) -> CropsFile:
    """crops.toml as it is now; what cannot be read says nothing new."""
    try:
        news = file.news()
    except ProjectFileError:
        if forced:
            raise
        return file
    file = news or file
    rerolls = settings_of(file.project, task).rerolls
    if run.rerolls.read(rerolls) or run.rerolls.pending:
        run.orders.reread()
    return file


def run_process(words: Sequence[str]) -> int:
    """`main`, for a process whose words go to a log: what a disk refuses is the last of them."""
    try:
        return main(words)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        with suppress(OSError):  # that of the log may be the same disk
            traceback.print_exc()
        with suppress(OSError):
            sys.stderr.write(f"{error.strerror or error}{where}\n")
        return 1


if __name__ == "__main__":
    sys.exit(run_process(sys.argv[1:]))
