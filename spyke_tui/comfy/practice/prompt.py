"""A graph in the queue, and what is known of it while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Prompt:
    """A graph in the queue. `extra` is what history shows of the request."""

    number: float
    id: str
    graph: Json
    extra: Json
    outputs: list[str]

    @property
    def client(self) -> str | None:
        client = self.extra.get("client_id")
        return client if isinstance(client, str) else None

    def listed(self) -> list[Any]:
        return [self.number, self.id, self.graph, self.extra, self.outputs]


@dataclass(slots=True)
class Run:
    """What is known of the prompt while it runs."""

    prompt: Prompt
    states: dict[str, Json] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)
    outputs: Json = field(default_factory=dict)
    meta: Json = field(default_factory=dict)
    messages: list[list[Any]] = field(default_factory=list)
    node: str = ""
    due: float = 0.0
    """When, on the loop's clock, the work so far should be over."""

    def entry(self) -> Json:
        """As the history has it."""
        success = self.messages[-1][0] == "execution_success"
        status = {
            "status_str": "success" if success else "error",
            "completed": success,
            "messages": self.messages,
        }
        return {
            "prompt": self.prompt.listed(),
            "outputs": self.outputs,
            "status": status,
            "meta": self.meta,
        }
