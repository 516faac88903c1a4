"""Fixed answers of the practice server, and the faults that are put into them."""

from __future__ import annotations

from typing import Any

from spyke_tui.comfy.practice.validation import Verdict, judge_value

Json = dict[str, Any]

VERSION, OLD_VERSION = "0.33.0", "0.3.64"
_MEMORY = 8 << 30


def system_stats(*, is_old: bool) -> Json:
    """``/system_stats``."""
    return {
        "system": {
            "os": "posix" if is_old else "linux",
            "ram_total": _MEMORY,
            "ram_free": _MEMORY // 2,
            "comfyui_version": OLD_VERSION if is_old else VERSION,
            "python_version": "3.11",
            "pytorch_version": "practice",
            "embedded_python": False,
            "deploy_environment": "practice",
            "argv": ["spyke-tui", "practice"],
        },
        "devices": [
            {
                "name": "practice",
                "type": "cpu",
                "index": None,
                "vram_total": _MEMORY,
                "vram_free": _MEMORY // 2,
                "torch_vram_total": _MEMORY,
                "torch_vram_free": _MEMORY // 2,
            }
        ],
    }


def spoil_checkpoint(graph: Json) -> None:
    """As if the model had been removed from the server meanwhile."""
    for node in graph.values():
        if isinstance(node, dict) and node.get("class_type") == "CheckpointLoaderSimple":
            node.setdefault("inputs", {})["ckpt_name"] = "removed-meanwhile.safetensors"
            return


def add_partial_error(verdict: Verdict, graph: Json) -> None:
    node_id = next(iter(graph))
    config = ["INT", {"default": 512, "min": 1, "max": 16384}]
    inputs = {"width": 0}
    error = judge_value(inputs, "width", config)
    verdict.node_errors[node_id] = {
        "errors": [error],
        "dependent_outputs": verdict.outputs[:1],
        "class_type": graph[node_id]["class_type"],
    }
