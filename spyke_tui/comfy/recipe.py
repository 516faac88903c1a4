"""What a run draws: the settings of crops.toml as a graph, for one seed after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spyke_tui.comfy.answers import FieldError
from spyke_tui.comfy.guards import Readiness, examine
from spyke_tui.comfy.job import Job
from spyke_tui.comfy.workflow import Template, fill, read_template
from spyke_tui.model.generation import Kind, settings_digest
from spyke_tui.model.geometry import Size
from spyke_tui.model.project import Generation, Project

if TYPE_CHECKING:
    from spyke_tui.comfy.client import ComfyClient

_FIELDS = {
    "ckpt_name": "checkpoint", "sampler_name": "sampler", "scheduler": "scheduler",
    "steps": "steps", "cfg": "cfg", "width": "width", "height": "height", "text": "prompt",
    "seed": "seed", "noise_seed": "seed",
}  # fmt: skip
"""Keys of [reg] by the inputs that they usually go to."""


def digest_of(settings: Generation, folder: Path) -> str:
    """The digest of what is drawn by `settings` of a crops.toml in `folder`.

    Raises `SpykeError` where its workflow can't be used.
    """
    template = read_template(settings, folder)
    return settings_digest(settings, dict(template.graph) if template.source else None)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of one run, which stay the same while it lives."""

    settings: Generation
    project: Project
    folder: Path
    kind: Kind
    template: Template
    digest: str

    @classmethod
    def of(cls, settings: Generation, project: Project, folder: Path, kind: Kind) -> Recipe:
        """`folder` is that of crops.toml. Raises `SpykeError` where the workflow can't be used."""
        template = read_template(settings, folder)
        return cls(settings, project, folder, kind, template, digest_of(settings, folder))

    @property
    def seed(self) -> int:
        return self.settings.seed

    @property
    def size(self) -> Size:
        return Size(self.settings.width, self.settings.height)

    async def examine(self, client: ComfyClient) -> Readiness:
        """Whether the server can draw it. Raises `ServerError` where it can't be asked."""
        return await examine(client, self.settings, self.project, self.folder, self.kind)

    def graph(self, job: Job, checkpoint: str) -> Mapping[str, Any]:
        """What is sent for one image."""
        return fill(
            self.template, self.settings, seed=job.seed, prefix=job.prefix, checkpoint=checkpoint
        )

    def node_class(self, node: str) -> str:
        """The class of a running node; nodes within nodes are named ``outer.inner``."""
        return self.template.node_class(node) or self.template.node_class(node.split(".")[0])

    def explain(self, errors: Sequence[FieldError]) -> tuple[str, str, str]:
        """Message, hint and field for what a server refused."""
        if not errors:
            return "The server refused the prompt without saying why.", "", ""
        error = errors[0]
        field = self.template.field_of(error.node_id, error.input) or (
            "workflow" if self.template.source else _FIELDS.get(error.input, "")
        )
        where = f" ({error.class_type})." if error.class_type else "."
        more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
        hint = (
            f"Correct {field} in [{self.kind}]."
            if field
            else "The server lacks something that the workflow needs."
        )
        return f"The server refused it: {error.message.rstrip('. ')}{where}{more}", hint, field
