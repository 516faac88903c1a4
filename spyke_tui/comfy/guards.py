"""What is looked at before the first image: the settings by themselves, then the server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.comfy.graph_check import Problem, check_graph, listed, nearest
from spyke_tui.comfy.workflow import Template, fill, read_template
from spyke_tui.errors import ServerError, ServerUnreachableError, SpykeError, WorkflowError
from spyke_tui.model.checkpoint_family import (
    FAMILY_WORDS,
    Family,
    family_of_metadata,
    family_of_name,
)
from spyke_tui.model.generation import Kind
from spyke_tui.model.project import Generation, Project
from spyke_tui.model.prompt_leak import leaking_words, positive_texts
from spyke_tui.model.table import printable, quoted
from spyke_tui.store.safetensors import family_of_file

if TYPE_CHECKING:
    from spyke_tui.comfy.addresses import ServerAddress
    from spyke_tui.comfy.client import ComfyClient

__all__ = ["Problem", "Readiness", "examine", "examine_servers", "examine_settings"]

_GRID = 8
"""Pixels: a server drops what is left over of a side."""
_XL_SIDE = 1024


@dataclass(frozen=True, slots=True)
class Readiness:
    """A server that was looked at: whether, and with what, it can draw.

    `checkpoint` is the server's own name for it, ``""`` where none fits; `checkpoints` has all of
    them, nearest first; `mapping` says where our values go in the user's workflow.
    """

    version: str
    checkpoint: str = ""
    family: Family = "unknown"
    problems: tuple[Problem, ...] = ()
    checkpoints: tuple[str, ...] = ()
    mapping: tuple[str, ...] = ()

    @property
    def problem(self) -> Problem | None:
        """The first that keeps it from drawing."""
        return next((one for one in self.problems if not one.is_warning), None)

    @property
    def is_ready(self) -> bool:
        return self.problem is None


def examine_settings(
    settings: Generation, project: Project, folder: Path, kind: Kind = "reg"
) -> tuple[Problem, ...]:
    """What needs no server. `folder` is that of crops.toml."""
    try:
        template = read_template(settings, folder)
    except WorkflowError as error:
        return (Problem(error.message, error.hint, "workflow"),)
    return _own_problems(template, settings, project, kind)


async def examine(
    client: ComfyClient, settings: Generation, project: Project, folder: Path, kind: Kind = "reg"
) -> Readiness:
    """Ask the server, and say everything that would go wrong.

    Raises `ServerError` where it can't be asked.
    """
    try:
        template = read_template(settings, folder)
    except WorkflowError as error:
        stats = await client.system_stats()
        return Readiness(stats.version, problems=(Problem(error.message, error.hint, "workflow"),))
    problems = [
        *_own_problems(template, settings, project, kind),
        *_address_problems(client.address),
    ]
    stats, known = await asyncio.gather(client.system_stats(), client.checkpoints())
    names = tuple(checkpoint.name for checkpoint in known)
    checkpoint, found = _chosen_checkpoint(template, settings, names)
    problems += found
    family: Family = "unknown"
    if checkpoint:
        family = await _family(client, checkpoint, folder)
        problems += _family_problems(family, checkpoint, project)
    graph = fill(template, settings, seed=0, prefix="spyke", checkpoint=checkpoint)
    classes = sorted({entry["class_type"] for entry in graph.values()})
    infos = await asyncio.gather(*(client.object_info(name) for name in classes))
    nodes = dict(zip(classes, infos, strict=True))
    told = {problem.field for problem in problems if not problem.is_warning}
    problems += [
        problem
        for problem in check_graph(template, graph, nodes)
        if problem.field not in told or problem.field in ("", "workflow")
    ]
    return Readiness(
        stats.version,
        checkpoint,
        family,
        tuple(sorted(problems, key=lambda problem: problem.is_warning)),
        tuple(nearest(settings.checkpoint, names)) if settings.checkpoint else names,
        tuple(template.words()) if template.source else (),
    )


def _address_problems(address: ServerAddress) -> list[Problem]:
    if not address.exposes_secret:
        return []
    return [
        Problem(
            f"The password or key for {address.shown} goes over the network for all to read.",
            "Use https://, or a tunnel: ssh -L 8188:127.0.0.1:8188 HOST.",
            "server",
            is_warning=True,
        )
    ]


async def examine_servers(
    settings: Generation,
    project: Project,
    folder: Path,
    kind: Kind = "reg",
    environ: Mapping[str, str] = os.environ,
) -> tuple[Problem, ...]:
    """What stands in the way on all servers of `settings` together, the worst first.

    One server that can be reached is enough; what is wrong with the others is a warning then.
    """
    own = examine_settings(settings, project, folder, kind)
    if any(not problem.is_warning for problem in own):
        return own
    looks = await asyncio.gather(
        *(_look(server, settings, project, folder, kind, environ) for server in settings.servers)
    )
    if any(look == () or all(p.is_warning for p in look) for look in looks):
        looks = [tuple(replace(p, is_warning=True, is_unreachable=False) for p in look)
                 for look in looks]  # fmt: skip
    problems = dict.fromkeys(
        problem if all(problem in one for one in looks) else _with_server(problem, server)
        for server, look in zip(settings.servers, looks, strict=True)
        for problem in look
    )
    # Unreachable counts only where that is all: else there is something to mend first.
    return tuple(sorted(problems, key=lambda p: (p.is_warning, p.is_unreachable)))


def _with_server(problem: Problem, server: str) -> Problem:
    """For one of several: which one it is about."""
    if problem.is_ours or server.rstrip("/") in problem.message:
        return problem
    return replace(problem, message=f"{server}: {problem.message}")


async def _look(
    server: str, settings: Generation, project: Project, folder: Path, kind: Kind,
    environ: Mapping[str, str],
) -> tuple[Problem, ...]:  # fmt: skip
    from spyke_tui.comfy.addresses import ServerAddress
    from spyke_tui.comfy.client import ComfyClient

    try:
        address = ServerAddress.of(server, settings.auth_env, environ)
        async with ComfyClient(address) as client:
            return (await examine(client, settings, project, folder, kind)).problems
    except ServerUnreachableError as error:
        return (Problem(error.message, error.hint, "server", is_unreachable=True),)
    except ServerError as error:
        return (Problem(error.message, error.hint, "server"),)
    except SpykeError as error:
        return (Problem(error.message, error.hint, "server"),)


# The settings by themselves -----------------------------------------------------------------


def _own_problems(
    template: Template, settings: Generation, project: Project, kind: Kind
) -> tuple[Problem, ...]:
    problems = []
    graph = fill(template, settings, seed=0, prefix="spyke")
    texts = positive_texts(graph)
    if settings.prompt and settings.prompt not in texts:
        texts.append(settings.prompt)
    given = [graph[slot.node]["inputs"][slot.input] for slot in template.mapping.slots["prompt"]]
    if not any(str(text).strip() for text in given):
        problems.append(
            Problem("There is no prompt.", f"Write what is to be drawn into [{kind}].", "prompt")
        )
    for side, length in (("width", settings.width), ("height", settings.height)):
        if length % _GRID and template.mapping.slots.get(side):
            near = max(2 * _GRID, round(length / _GRID) * _GRID)
            problems.append(
                Problem(
                    f"{side} is {length}, no multiple of {_GRID}: the server would draw "
                    f"{length // _GRID * _GRID}.",
                    f"Write {near}.",
                    side,
                )
            )
    if kind == "reg":
        if not problems:
            problems += _other_size(template, settings, project.dataset.size)
        problems += _leaks(settings, project, texts)
    return tuple(replace(problem, is_ours=True) for problem in problems)


def _other_size(template: Template, settings: Generation, size: int) -> list[Problem]:
    """Class images that the trainer would not take as they are: said before they are drawn."""
    if (settings.width, settings.height) == (size, size) or not template.mapping.slots["width"]:
        return []
    message = (
        f"The images would be {settings.width}x{settings.height}, and the set is {size}x{size}: "
        "the trainer stops at them, or cuts them."
    )
    hint = "Take width and height out of [reg]: they follow [dataset].size."
    return [Problem(message, hint, "width", is_warning=True)]


def _leaks(settings: Generation, project: Project, texts: list[str]) -> list[Problem]:
    problems = []
    for text in texts:
        leaking = leaking_words(project.dataset, text)
        if leaking:
            names = ", ".join(quoted(word) for word in leaking)
            ours = bool(leaking_words(project.dataset, settings.prompt))
            place = "[reg].prompt" if ours else "the workflow's prompt"
            problems.append(
                Problem(
                    f"The prompt names {names}: the class would learn what only the character has.",
                    f"Take {names} out of {place}.",
                    "prompt" if ours else "workflow",
                )
            )
    return list(dict.fromkeys(problems))


# Checkpoints --------------------------------------------------------------------------------


def _chosen_checkpoint(
    template: Template, settings: Generation, names: tuple[str, ...]
) -> tuple[str, list[Problem]]:
    """The server's name of the checkpoint to draw with, and what is wrong about it."""
    slots = template.mapping.slots.get("checkpoint", ())
    if not slots:
        return "", []  # the workflow loads its model in another way
    wanted = settings.checkpoint
    if not wanted and template.source:
        wanted = str(template.graph[slots[0].node]["inputs"].get(slots[0].input, ""))
    if wanted in names:
        return wanted, []
    if not names:
        return "", [
            Problem(
                "The server has no checkpoint.",
                "Put one into its folder models/checkpoints and start it again.",
                "checkpoint",
            )
        ]
    if not wanted:
        if len(names) == 1:
            return names[0], []
        message = f"The server has {len(names)} checkpoints, and none is chosen."
        return "", [Problem(message, f"Choose one: {listed(list(names))}.", "checkpoint")]
    message = f"The server has no checkpoint {printable(wanted)!r}."
    hint = f"It has {listed(nearest(wanted, names))}."
    return "", [Problem(message, hint, "checkpoint")]


async def _family(client: ComfyClient, checkpoint: str, folder: Path) -> Family:
    """By the file where it lies here, by what the server says of it, by its name."""
    local = folder / checkpoint
    if await asyncio.to_thread(local.is_file):
        family = await asyncio.to_thread(family_of_file, local)
        if family != "unknown":
            return family
    family = family_of_metadata(await client.view_metadata(checkpoint))
    return family if family != "unknown" else family_of_name(checkpoint)


def _family_problems(family: Family, checkpoint: str, project: Project) -> list[Problem]:
    if family != "sdxl" or project.dataset.size >= _XL_SIDE:
        return []
    message = (
        f"{printable(checkpoint)} is {FAMILY_WORDS[family]}; a set of {project.dataset.size} "
        "pixels is trained on SD 1.5 as a rule, and its class images come from the same family."
    )
    hint = "Choose an SD 1.5 checkpoint, unless you train on SDXL."
    return [Problem(message, hint, "checkpoint", is_warning=True)]
