"""Leaving the app while images are generated: they go on, finish one, or stop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from spyke_tui.errors import SpykeError
from spyke_tui.model.run_view import Order
from spyke_tui.tui.run_words import counted
from spyke_tui.tui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from spyke_tui.tui.run_watch import RunWatch
    from spyke_tui.tui.spyke_app import SpykeApp

ORDERS: dict[str, Order] = {"f": "stop", "s": "interrupt"}


async def settled(app: SpykeApp, runs: RunWatch) -> bool:
    """Ask what becomes of the runs; whether the user still wants to leave."""
    if app.front is None:
        return True
    alive = runs.alive
    answered: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    def take(answer: str | None) -> None:
        if not answered.done():
            answered.set_result(answer)

    how = ", ".join(f"{kind}: {counted(runs.view(kind)) or 'starting'}" for kind in alive)
    app.push_screen(
        QuestionScreen(
            "Images are being generated",
            f"{how}. A run does not need this app.",
            [
                ("l", "leave it running; the next start of the app shows it again"),
                ("f", "finish this one, then stop"),
                ("s", "stop now; the next start goes on where it was"),
            ],
        ),
        take,
    )
    answer = await answered
    if answer in ORDERS:
        for kind in alive:
            with suppress(SpykeError):
                await runs.order(kind, ORDERS[answer])
    return answer is not None
