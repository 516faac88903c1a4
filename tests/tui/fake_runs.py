"""A generation run that does what a test says: the shape of `comfy.following.Follower`."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw

from spyke_tui.errors import WriteError
from spyke_tui.model.generation import Kind, seed_of
from spyke_tui.model.run_view import ImageView, LogLine, Order, RunState, RunView, ServerView


class FakeRun:
    """Give it a `view`, look at its `orders`."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.settings = ""
        self.view = RunView(kind)
        self.pictures: list[bytes] = []
        self.orders: list[Order] = []
        self.polls = 0
        self.followed = False
        self.refuses = False

    def poll(self, *, follow: bool = True) -> RunView:
        self.polls += 1
        self.followed = follow
        return self.view

    def preview(self) -> bytes | None:
        return self.pictures.pop() if self.pictures else None

    def order(self, order: Order) -> None:
        if self.refuses:
            raise WriteError("The disk is full.", "Make room.")
        self.orders.append(order)

    def stand(self, state: RunState, **more: object) -> None:
        """The run stands so from now on."""
        self.view = replace(self.view, state=state, **more)


def picture_of(index: int, size: int = 256, noise: float = 0.0) -> Image.Image:
    """A figure that differs by its number; `noise` 0..1 as in a preview of an early step."""
    draw_from = random.Random(index)
    ground = tuple(draw_from.randrange(150, 255) for _ in range(3))
    picture = Image.new("RGB", (size, size), ground)
    draw = ImageDraw.Draw(picture)
    ink = tuple(draw_from.randrange(0, 140) for _ in range(3))
    middle = size // 2 + draw_from.randrange(-size // 8, size // 8)
    head = size // 8
    draw.ellipse((middle - head, head // 2, middle + head, head // 2 + 2 * head), fill="#e0b090")
    draw.rectangle((middle - head, 2 * head + head // 2, middle + head, 5 * head), fill=ink)
    for side in (-1, 1):
        draw.line((middle, 5 * head, middle + side * head, 7 * head + head // 2), ink, head // 2)
        draw.line((middle, 3 * head, middle + side * 2 * head, 4 * head), ink, head // 2)
    if noise:
        grain = Image.effect_noise((size // 4, size // 4), 120).resize((size, size)).convert("RGB")
        picture = Image.blend(picture, grain, min(1.0, noise))
    return picture


def preview_of(index: int, step: int = 10, steps: int = 20) -> bytes:
    """A preview as a server sends it."""
    file = io.BytesIO()
    picture_of(index, noise=1 - step / steps).save(file, "JPEG", quality=85)
    return file.getvalue()


def images_of(
    folder: Path | None, total: int, made: Iterable[int], failed: Iterable[int] = ()
) -> tuple[ImageView, ...]:
    """Images 1..total; those made have a picture below `folder` (dataset/NAME)."""
    made, failed = set(made), set(failed)
    out = []
    for index in range(1, total + 1):
        seed = seed_of(1, index, 0)
        name = f"reg/1_character/reg_{index:03}.png"
        if index in made:
            if folder is not None:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                if not path.exists():
                    picture_of(index).save(path)
            out.append(ImageView(index, "verified", 0, 0, seed, "a", name, 3.2, "s"))
        elif index in failed:
            words = "all black three times"
            out.append(ImageView(index, "failed", 0, 2, seed, "a", message=words))
        else:
            out.append(ImageView(index))
    return tuple(out)


def running_view(
    folder: Path | None,
    total: int = 150,
    done: int = 37,
    failed: Iterable[int] = (),
    step: int = 12,
) -> RunView:
    """A run on its way."""
    failed = tuple(failed)
    made = [index for index in range(1, done + len(failed) + 1) if index not in failed]
    images = list(images_of(folder, total, made, failed))
    now = len(made) + len(failed) + 1
    if now <= total:
        images[now - 1] = replace(images[now - 1], state="running")
    if now < total:
        images[now] = replace(images[now], state="queued")
    server = ServerView("http://127.0.0.1:8188", "working", "0.3.64", 2, now, "KSampler", step, 20)
    log = tuple(
        LogLine(1_700_000_000.0 + 3 * index, f"image {index}: 3.{index % 10} s")
        for index in made[-60:]
    )
    return RunView(
        "reg", "running", 4711, "here", 1_700_000_000.0, total, len(made), len(failed),
        tuple(images), (server,), 18.4, 372.0, log=log,
    )  # fmt: skip
