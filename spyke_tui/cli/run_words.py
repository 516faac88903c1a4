"""A run in words and in JSON, as ``reg`` and ``topup`` print it."""

from __future__ import annotations

from spyke_tui.cli.output import counted, wrapped
from spyke_tui.model.generation import Kind
from spyke_tui.model.run_view import ImageView, RunView


def progress_words(view: RunView) -> str:
    if view.state in ("waiting", "paused", "pausing", "stopping", "starting"):
        return view.state
    rate = f"{view.per_minute:.1f} a minute" if view.per_minute else ""
    left = f", {_duration(view.eta_s)} left" if view.eta_s is not None else ""
    return rate + left


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def outdated_words(view: RunView, kind: Kind) -> str:
    return wrapped(
        f"{counted(view.outdated, 'image')} of other settings than now; "
        f"spyke-tui {kind} --redo-outdated makes them again.", "",
    )  # fmt: skip


def place_words(view: RunView, said: str) -> str:
    """Where in crops.toml the cause stands, unless what is `said` tells; begins with a blank."""
    if not view.field or "[reg]" in said or "[topup]" in said:
        return ""
    inherits = view.kind == "topup" and view.field not in ("prompt", "negative", "count")
    more = ", or where that is not given [reg]." + view.field if inherits else ""
    return f" In crops.toml: [{view.kind}].{view.field}{more}."


def image_json(image: ImageView, view: RunView) -> dict[str, object]:
    return {
        "event": "image",
        "index": image.index,
        "seed": image.seed,
        "state": image.state,
        "file": image.file,
        "seconds": round(image.seconds, 3),
        "done": view.done,
        "of": view.total,
        "eta_s": view.eta_s,
        **({"message": image.message} if image.message else {}),
    }


def end_json(view: RunView, code: int) -> dict[str, object]:
    return {
        "event": "end", "done": view.done, "failed": view.failed, "exit": code,
        "of": view.total, "state": view.state, "message": view.message,
        "fix": view.hint, "key": view.field,
    }  # fmt: skip
