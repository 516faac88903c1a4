"""What the form says of its fields: the server's names, and where a workflow takes our values."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from spyke_tui.errors import SpykeError

if TYPE_CHECKING:
    from pathlib import Path

    from spyke_tui.model.project import Generation

Choices = dict[str, tuple[str, ...]]


def choices_of(settings: Generation) -> Choices:
    """Names by key, of the first server that answers; empty where none does.

    Slow, and loads the network libraries: for a thread, which gets an event loop of its own.
    """
    for server in settings.servers:
        try:
            return asyncio.run(_asked(server, settings.auth_env))
        except (SpykeError, OSError):
            continue
    return {}


def mapping_of(settings: Generation, folder: Path) -> str:
    """Where the user's workflow takes our values, or what is wrong with it. Reads it: slow."""
    from spyke_tui.comfy.workflow import read_template

    try:
        return "\n".join(read_template(settings, folder).words())
    except SpykeError as error:
        return f"! {error}"


async def _asked(server: str, auth_env: str) -> Choices:
    from spyke_tui.comfy.addresses import ServerAddress
    from spyke_tui.comfy.client import ComfyClient

    async with ComfyClient(ServerAddress.of(server, auth_env)) as client:
        found: Choices = {"checkpoint": tuple(one.name for one in await client.checkpoints())}
        sampler = await client.object_info("KSampler")
        if sampler is not None:
            found["sampler"] = sampler.choices("sampler_name")
            found["scheduler"] = sampler.choices("scheduler")
    return found
