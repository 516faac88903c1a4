"""What a run draws: the settings of crops.toml as a graph, for one seed after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spyke_tui.comfy.answers import FieldError
from spyke_tui.comfy.job import Job
from spyke_tui.comfy.workflow import fill
from spyke_tui.model.generation import Kind, settings_digest
from spyke_tui.model.geometry import Size
from spyke_tui.model.project import Generation, Project

if TYPE_CHECKING:
    from spyke_tui.comfy.client import ComfyClient


@dataclass
class Problem:
    message: str
    hint: str
    field: str


@dataclass
class Ready:
    version: str
    checkpoint: str
    family: str
    problem: Problem | None = None


class Recipe:
    def __init__(self, settings, project, folder, kind):
        self.settings = settings
        self.project = project
        self.kind = kind
        self.digest = settings_digest(settings)
        self.seed = settings.seed
        self.size = Size(settings.width, settings.height)

    @classmethod
    def of(cls, settings, project, folder, kind):
        return cls(settings, project, folder, kind)

    async def examine(self, client):
        stats = await client.system_stats()
        names = [c.name for c in await client.checkpoints()]
        c = self.settings.checkpoint or names[0]
        return Ready(stats.version, names[0], "sd15")

    def graph(self, job, checkpoint):
        return fill(None, self.settings, seed=job.seed, prefix=job.prefix, checkpoint=checkpoint)

    def node_class(self, node):
        return {
            "3": "KSampler",
            "4": "CheckpointLoaderSimple",
            "9": "SaveImage",
            "8": "VAEDecode",
        }.get(node, node)

    def explain(self, errors):
        e = errors[0] if errors else None
        return (e.message if e else "refused", "", "")
