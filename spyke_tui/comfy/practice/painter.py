"""Draws the practice server's pictures in a thread, ahead of time, and spoils them on request."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from spyke_tui.comfy.practice.faults import Faults
from spyke_tui.comfy.practice.graph import Images
from spyke_tui.processing import practice_picture
from spyke_tui.processing.generated import mark_practice
from spyke_tui.processing.png_chunks import insert_chunks, text_chunk
from spyke_tui.processing.practice_picture import PracticePicture

PREVIEWS = 3
_HELD = 8
_MOST_PIXELS = 4096 * 4096
_KEY = tuple[int, int, int]


class Painter:
    """Pictures by size and seed; the newest few are held."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="practice-painter")
        self._drawn: dict[_KEY, Future[PracticePicture]] = {}

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def begin(self, images: Images) -> None:
        """Draw these soon: they will be asked for."""
        if images.colour is None and images.width * images.height <= _MOST_PIXELS:
            for number in range(images.count):
                self._begun(self._key(images, number))

    async def previews(self, images: Images) -> tuple[bytes, ...]:
        """JPEGs of the first picture, from noise to nearly done."""
        picture = await asyncio.wrap_future(self._begun(self._key(images, 0)))
        return picture.previews

    async def png(self, images: Images, number: int, graph: Any, extra: Any) -> bytes:
        """The file of one picture of the batch, with the graph in its metadata."""
        if images.colour is None:
            picture = await asyncio.wrap_future(self._begun(self._key(images, number)))
            png = picture.png
        else:
            colour = images.colour
            png = practice_picture.plain_png(
                images.width, images.height, (colour >> 16, colour >> 8 & 255, colour & 255)
            )
        png = self._spoilt(png, images)
        chunks = [text_chunk("prompt", json.dumps(graph))] if graph is not None else []
        chunks += [
            text_chunk(str(name), json.dumps(value))
            for name, value in (extra if isinstance(extra, dict) else {}).items()
        ]
        return insert_chunks(png, *chunks) if png.startswith(b"\x89PNG") else png

    def _key(self, images: Images, number: int) -> _KEY:
        seed = 0 if self._faults.has("same-picture") else images.seed + number
        return images.width, images.height, seed

    def _begun(self, key: _KEY) -> Future[PracticePicture]:
        if key not in self._drawn:
            while len(self._drawn) >= _HELD:
                del self._drawn[next(iter(self._drawn))]
            self._drawn[key] = self._threads.submit(
                practice_picture.draw_practice_picture, *key, previews=PREVIEWS
            )
        return self._drawn[key]

    def _spoilt(self, png: bytes, images: Images) -> bytes:
        """The picture as the chosen faults leave it."""
        width, height = images.width, images.height
        strikes = self._faults.strikes
        if strikes("black"):
            return mark_practice(practice_picture.plain_png(width, height))
        if strikes("one-colour"):
            return mark_practice(practice_picture.plain_png(width, height, (200, 30, 90)))
        if strikes("wrong-size"):
            return practice_picture.draw_practice_picture(width + 8, height, images.seed).png
        if strikes("odd-mode"):
            return mark_practice(practice_picture.deep_png(width, height, images.seed))
        if strikes("bomb"):
            return mark_practice(practice_picture.bomb_png())
        if strikes("broken-file"):
            return png[: len(png) // 2]
        return png
