"""A terminal with kitty graphics, as far as this program uses them, strict about the protocol.

Written from https://sw.kovidgoyal.net/kitty/graphics-protocol/ . What the protocol leaves to the
terminal (how a cut is scaled) is bilinear here.
"""

from __future__ import annotations

import base64
import io
import os
import re
import zlib
from dataclasses import dataclass

from PIL import Image

_ITEM = re.compile(
    r"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\|\x1b\[(\d+);(\d+)H|\x1b\[\d+X|(.)", re.S
)


TO_LIGHT = [
    v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
    for v in (n / 255 for n in range(256))
]


def _mixed_alike(below: Image.Image, above: Image.Image) -> Image.Image:
    """An opaque picture where `above` was translucent: both mixed in linear light."""
    alphas = above.getchannel("A")
    if all(alpha in (0, 255) for _, alpha in alphas.getcolors() or ()):
        return above
    mixed = above.copy()
    for y in range(above.height):
        for x in range(above.width):
            *ink, alpha = above.getpixel((x, y))  # type: ignore[misc]
            if not 0 < alpha < 255 or x >= below.width or y >= below.height:
                continue
            ground = below.getpixel((x, y))
            share, pixel = alpha / 255, []
            for one, other in zip(ink, ground[:3], strict=True):  # type: ignore[index]
                light = share * TO_LIGHT[one] + (1 - share) * TO_LIGHT[other]
                value = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
                pixel.append(round(255 * value))
            mixed.putpixel((x, y), (*pixel, 255))
    return mixed


@dataclass
class Placed:
    image: int
    z: int
    x: int
    y: int
    source: tuple[int, int, int, int]
    size: tuple[int, int]
    parent: int = 0
    """The image whose cell of text (x, y) is relative to; 0: to the screen."""


class KittyModel:
    """Images and placements. `cols` x `rows` cells of `cell` pixels.

    `linear`: translucent pixels are mixed in linear light, as kitty does from 0.28 on.
    """

    def __init__(
        self, cols: int, rows: int, cell: tuple[int, int], *, linear: bool = False
    ) -> None:
        self.linear = linear
        self.cols, self.rows, self.cell = cols, rows, cell
        self.images: dict[int, Image.Image] = {}
        self.placed: dict[tuple[int, int], Placed] = {}
        self.virtual: set[tuple[int, int]] = set()
        self.anchored: dict[int, tuple[int, int]] = {}
        """Where the text has placeholders: image -> (column, row)."""
        self.bytes = 0
        self.transmitted = 0
        self._cursor = (0, 0)
        self._loading: tuple[dict[str, str], list[str]] | None = None

    def feed(self, text: str) -> None:
        self.bytes += len(text)
        for match in _ITEM.finditer(text):
            if match[1] is not None:
                keys = dict(pair.split("=") for pair in match[1].split(","))
                assert keys.get("q") == "2", f"a reply would be typed: {match[1]}"
                self._command(keys, match[2] or "")
            elif match[3]:
                self._cursor = (int(match[3]) - 1, int(match[4]) - 1)
            elif match[5]:
                raise AssertionError(f"text among the graphics: {match[5]!r}")

    def render(self, ground: tuple[int, int, int]) -> Image.Image:
        """The screen: placements by z (the later image above the earlier at the same z)."""
        width, height = self.cols * self.cell[0], self.rows * self.cell[1]
        screen = Image.new("RGBA", (width, height), (*ground, 255))
        for placed in sorted(self.placed.values(), key=lambda p: (p.z, p.image)):
            x, y = placed.x, placed.y
            if placed.parent:
                if placed.parent not in self.anchored:
                    continue
                col, row = self.anchored[placed.parent]
                x, y = x + col * self.cell[0], y + row * self.cell[1]
            part = self.images[placed.image].crop(placed.source)
            if part.size != placed.size:
                part = part.resize(placed.size, Image.Resampling.BILINEAR)
            if self.linear:
                part = _mixed_alike(screen.crop((x, y, x + part.width, y + part.height)), part)
            screen.alpha_composite(part, (x, y))
        return screen.convert("RGB")

    def _command(self, keys: dict[str, str], payload: str) -> None:
        assert len(payload) <= 4096
        action = keys.get("a")
        if action is None:  # a further chunk
            assert set(keys) <= {"m", "q"}
            if self._loading is None:
                return  # the end of a transmission that was given up
            self._loading[1].append(payload)
            if keys["m"] == "0":
                first, data = self._loading
                self._loading = None
                self._load(first, "".join(data))
        elif action == "t":
            assert self._loading is None, "a transmission inside another one"
            if keys.get("m") == "1":
                self._loading = (keys, [payload])
            else:
                self._load(keys, payload)
        elif action == "p":
            self._place(keys)
        elif action == "d":
            self._delete(keys)
        else:
            raise AssertionError(f"unknown action {action}")

    def _load(self, keys: dict[str, str], payload: str) -> None:
        self.transmitted += 1
        image = int(keys["i"])
        if keys.get("t") == "t":
            path = base64.b64decode(payload).decode()
            assert "tty-graphics-protocol" in path
            with open(path, "rb") as file:
                data = file.read()
            os.unlink(path)
        else:
            try:
                data = base64.b64decode(payload, validate=True)
            except ValueError:
                return
        if keys.get("o") == "z":
            data = zlib.decompress(data)
        if keys["f"] == "100":
            try:
                picture = Image.open(io.BytesIO(data)).convert("RGBA")
            except OSError:
                return  # given up half way
        else:
            assert keys["f"] == "24"
            size = int(keys["s"]), int(keys["v"])
            picture = Image.frombytes("RGB", size, data).convert("RGBA")
        assert max(picture.size) <= 10_000
        self.placed = {key: p for key, p in self.placed.items() if p.image != image}
        self.images[image] = picture

    def _place(self, keys: dict[str, str]) -> None:
        assert keys["C"] == "1", "the cursor would move"
        image, slot = int(keys["i"]), int(keys["p"])
        assert image in self.images, "placed before it was there"
        if keys.get("U") == "1":
            assert set(keys) == {"a", "U", "i", "p", "c", "r", "C", "q"}
            self.virtual.add((image, slot))
            return
        parent = int(keys.get("P", 0))
        assert not parent or (parent, int(keys["Q"])) in self.virtual, "its parent is not there"
        width, height = self.images[image].size
        left, top = int(keys.get("x", 0)), int(keys.get("y", 0))
        wide, high = int(keys["w"]), int(keys["h"])
        assert wide > 0 and high > 0 and left + wide <= width and top + high <= height
        dx, dy = int(keys.get("X", 0)), int(keys.get("Y", 0))
        assert dx < self.cell[0] and dy < self.cell[1]
        cols, rows = int(keys.get("c", 0)), int(keys.get("r", 0))
        row, col = self._cursor
        if parent:
            row, col = int(keys.get("V", 0)), int(keys.get("H", 0))
        assert row < self.rows and col < self.cols
        size = (cols * self.cell[0] - dx, rows * self.cell[1] - dy) if cols else (wide, high)
        self.placed[image, slot] = Placed(
            image,
            int(keys["z"]),
            col * self.cell[0] + dx,
            row * self.cell[1] + dy,
            (left, top, left + wide, top + high),
            size,
            parent,
        )

    def _delete(self, keys: dict[str, str]) -> None:
        assert keys.get("d") in ("i", "I"), "would delete what others have drawn"
        image = int(keys["i"])
        if keys["d"] == "I":
            assert "p" not in keys
            self.images.pop(image, None)
            self.virtual = {one for one in self.virtual if one[0] != image}
            kept = {key: p for key, p in self.placed.items() if image not in (p.image, p.parent)}
            self.placed = kept
        else:
            self.placed.pop((image, int(keys["p"])), None)
