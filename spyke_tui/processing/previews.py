"""What the panes show of a sheet: parts of it at pane size, and previews of training images.

A decoded sheet keeps its halves, quarters and so on beside it, so that a part of it at the size
of a pane costs milliseconds whatever the zoom. Everything here may run in any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from spyke_tui.model.geometry import Rect, Size, contain_box
from spyke_tui.processing.loading import load_picture
from spyke_tui.processing.render import flattened, pad_colour, render_crop, seam_at

SMALLEST_COPY = 192
"""Pixels on the longer side below which no smaller copy is kept."""

TILES_FROM = 3.0
"""From this enlargement on single source pixels are shown as tiles instead of being smoothed."""


class SheetPicture:
    """A decoded sheet and its reduced copies. Transparent sheets lie on `ground`."""

    def __init__(self, picture: Image.Image, ground: tuple[int, int, int] = (255, 255, 255)):
        self._source = picture
        self._copies = [flattened(picture, ground)]
        while max(self._copies[-1].size) >= 2 * SMALLEST_COPY and min(self._copies[-1].size) > 1:
            self._copies.append(self._copies[-1].reduce(2))
        self._pads: dict[str, tuple[int, int, int]] = {}

    @classmethod
    def load(cls, path: Path) -> SheetPicture:
        """Decode the sheet at `path`. Raises PictureError."""
        return cls(load_picture(path))

    @property
    def size(self) -> Size:
        """Upright source pixels."""
        return Size(*self._source.size)

    @property
    def source(self) -> Image.Image:
        """The decoded picture itself, RGB or RGBA."""
        return self._source

    @property
    def weight(self) -> int:
        """Bytes of memory, about: Pillow takes four for a pixel, RGB or RGBA."""
        own = 0 if self._source is self._copies[0] else self.size.width * self.size.height
        return 4 * (own + sum(copy.width * copy.height for copy in self._copies))

    def part(self, box: tuple[float, float, float, float], size: Size) -> bytes:
        """The sheet inside `box` (source pixels, not whole) as `size` RGB pixels."""
        left, top, right, bottom = box
        copy, factor = self._copy_for((right - left) / size.width, (bottom - top) / size.height)
        inner = (
            min(max(0.0, left / factor), copy.width - 0.01),
            min(max(0.0, top / factor), copy.height - 0.01),
            min(right / factor, float(copy.width)),
            min(bottom / factor, float(copy.height)),
        )
        enlarged = size.width / max(right - left, 1e-9)
        how = Image.Resampling.NEAREST if enlarged >= TILES_FROM else Image.Resampling.BILINEAR
        return copy.resize((size.width, size.height), how, box=inner).tobytes()

    def whole(self, size: Size) -> Image.Image:
        """All of it, RGB."""
        box = (0.0, 0.0, float(self.size.width), float(self.size.height))
        return Image.frombytes("RGB", (size.width, size.height), self.part(box, size))

    def quick_preview(self, rect: Rect, side: int, pad: str) -> bytes:
        """`rect` letterboxed into `side` x `side` RGB pixels, from a reduced copy, BILINEAR.

        For every key press; `real_preview` is the training image itself.
        """
        inside = rect.intersection(Rect(0, 0, self.size.width, self.size.height))
        # Twice as large first: at the pane's own size the picture would lie up to half a pixel
        # beside where the real one, which is reduced from the training image, lies.
        canvas = Image.new("RGB", (2 * side, 2 * side), self.quick_pad(inside, pad))
        if inside.is_empty or side < 1:
            return canvas.reduce(2).tobytes()
        target = contain_box(inside.size, 2 * side)
        copy, factor = self._copy_for(inside.width / target.width, inside.height / target.height)
        box = (
            inside.left / factor,
            inside.top / factor,
            min(inside.right / factor, float(copy.width)),
            min(inside.bottom / factor, float(copy.height)),
        )
        shown = copy.resize((target.width, target.height), Image.Resampling.BILINEAR, box=box)
        canvas.paste(shown, (target.left, target.top))
        return canvas.reduce(2).tobytes()

    def real_preview(
        self,
        rect: Rect,
        size: int,
        side: int,
        pad: str,
        erase: Sequence[Rect] = (),
        mirror: bool = False,
    ) -> bytes:
        """The training image of `size` x `size`, reduced to `side` x `side` RGB pixels."""
        inside = rect.intersection(Rect(0, 0, self.size.width, self.size.height))
        if inside.is_empty:
            return bytes(3 * side * side)
        image = render_crop(self._source, inside, size, pad, tuple(erase), mirror)
        self._pads[pad] = pad_colour(self._source, inside, pad)
        return image.resize((side, side), Image.Resampling.BOX).tobytes()

    def seam(self, rect: Rect, pad: str) -> tuple[int, int, int] | None:
        """The paper around `rect` where bars of `pad` would stand out against it, else None."""
        inside = rect.intersection(Rect(0, 0, self.size.width, self.size.height))
        return None if inside.is_empty else seam_at(self._source, inside, pad)

    def _copy_for(self, across: float, down: float) -> tuple[Image.Image, float]:
        """The smallest copy that still has a pixel for every one wanted, and its reduction."""
        wanted = min(across, down)
        level = 0
        while level + 1 < len(self._copies) and 2 ** (level + 1) <= wanted:
            level += 1
        copy = self._copies[level]
        # `reduce` rounds a size up, so the true factor is not always a power of two.
        return copy, max(self.size.width / copy.width, self.size.height / copy.height)

    def quick_pad(self, rect: Rect, pad: str) -> tuple[int, int, int]:
        """The pad colour; for ``auto`` the last one that was worked out, until the next."""
        if pad not in self._pads:
            self._pads[pad] = pad_colour(self._source, rect, pad)
        return self._pads[pad]
