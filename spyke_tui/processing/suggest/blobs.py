"""Connected ink: masks, their blobs, and what a blob looks like.

A mask is an image of mode L with 0 and 255 only. Labelling works on runs of ink per row, which
keeps it to some milliseconds on a working copy of a third of a megapixel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from PIL import Image, ImageChops

from spyke_tui.model.geometry import Rect

Run = tuple[int, int, int]
"""(row, first column, column after the last)."""

_INK = re.compile(rb"\xff+")


@dataclass(eq=False)
class Blob:
    """A connected piece of ink in working pixels."""

    rect: Rect
    ink: int
    runs: list[Run] = field(repr=False)
    _cores: dict[int, list[Blob]] = field(default_factory=dict, repr=False)

    @property
    def extent(self) -> float:
        """The size of a figure: between its shorter side and its mean side.

        Long thin things (a line, a row of letters) so count as small.
        """
        return figure_extent(self.rect)

    @cached_property
    def filled(self) -> Image.Image:
        """What the blob's outline encloses, as a mask of the size of its rectangle."""
        return silhouette(blob_mask(self))

    def cores(self, depth: int) -> list[Blob]:
        """What stays of the silhouette when `depth` pixels are worn off, in its own coordinates."""
        if depth not in self._cores:
            self._cores[depth] = find_blobs(thinned(self.filled, depth), 6)
        return self._cores[depth]


def figure_extent(rect: Rect) -> float:
    """``sqrt(short side * sqrt(area))`` in pixels."""
    return float((min(rect.width, rect.height) * rect.area**0.5) ** 0.5)


def ink_mask(distance: Image.Image, threshold: int) -> Image.Image:
    """The pixels at `threshold` or more."""
    return distance.point([255 if level >= threshold else 0 for level in range(256)])


def widened(mask: Image.Image, by: int = 1) -> Image.Image:
    """The mask grown by `by` pixels in all eight directions."""
    for _ in range(by):
        mask = _spread(mask, ImageChops.lighter, 0)
    return mask


def thinned(mask: Image.Image, by: int = 1) -> Image.Image:
    """The mask shrunk by `by` pixels from all sides."""
    for _ in range(by):
        mask = _spread(mask, ImageChops.darker, 255)
    return mask


def _spread(mask: Image.Image, merge: object, outside: int) -> Image.Image:
    """Merge the mask with itself shifted by one pixel; much faster than a rank filter."""
    assert callable(merge)
    for dx, dy in ((1, 0), (0, 1)):
        there = Image.new("L", mask.size, outside)
        there.paste(mask, (dx, dy))
        back = Image.new("L", mask.size, outside)
        back.paste(mask, (-dx, -dy))
        mask = merge(merge(mask, there), back)
    return mask


def find_blobs(mask: Image.Image, least_ink: int = 1) -> list[Blob]:
    """The 8-connected blobs with at least `least_ink` pixels, largest first."""
    runs, parents = _joined(_rows_of_runs(mask))
    members: dict[int, list[Run]] = {}
    for run, root in zip(runs, _roots(parents), strict=True):
        if root in members:
            members[root].append(run)
        else:
            members[root] = [run]
    blobs = [blob_of(group) for group in members.values()]
    return sorted((b for b in blobs if b.ink >= least_ink), key=lambda b: -b.ink)


def blob_of(runs: list[Run]) -> Blob:
    """The blob made of `runs` (at least one)."""
    rows, starts, ends = zip(*runs, strict=True)
    rect = Rect.from_box(min(starts), min(rows), max(ends), max(rows) + 1)
    return Blob(rect, sum(ends) - sum(starts), runs)


def blob_mask(blob: Blob) -> Image.Image:
    """The blob alone, as a mask of the size of its rectangle."""
    width, height = blob.rect.width, blob.rect.height
    pixels = bytearray(width * height)
    for row, start, end in blob.runs:
        at = (row - blob.rect.top) * width + start - blob.rect.left
        pixels[at : at + end - start] = b"\xff" * (end - start)
    return Image.frombytes("L", (width, height), bytes(pixels))


def moved(blob: Blob, dx: int, dy: int) -> Blob:
    """The same blob somewhere else."""
    return Blob(
        blob.rect.translated(dx, dy),
        blob.ink,
        [(row + dy, start + dx, end + dx) for row, start, end in blob.runs],
    )


def silhouette(mask: Image.Image) -> Image.Image:
    """The mask with its holes filled: what its outline encloses."""
    edged = Image.new("L", (mask.width + 2, mask.height + 2), 0)
    edged.paste(mask, (1, 1))
    outside = _outside(edged)
    return outside.crop((1, 1, mask.width + 1, mask.height + 1))


def _outside(edged: Image.Image) -> Image.Image:
    """Everything that the paper around can't reach; `edged` has a border of paper."""
    paper = ImageChops.invert(edged)
    rows = _rows_of_runs(paper)
    runs, parents = _joined(rows, diagonal=False)
    reached = 0  # the first run is the border's, and a root is the first of its runs
    width = edged.width
    pixels = bytearray(b"\xff" * (width * edged.height))
    for (row, start, end), root in zip(runs, _roots(parents), strict=True):
        if root == reached:
            pixels[row * width + start : row * width + end] = bytes(end - start)
    return Image.frombytes("L", edged.size, bytes(pixels))


def _rows_of_runs(mask: Image.Image) -> list[list[Run]]:
    width, height = mask.size
    data = mask.tobytes()
    rows: list[list[Run]] = []
    for row in range(height):
        at = row * width
        rows.append(
            [
                (row, found.start() - at, found.end() - at)
                for found in _INK.finditer(data, at, at + width)
            ]
        )
    return rows


def _joined(rows: list[list[Run]], *, diagonal: bool = True) -> tuple[list[Run], list[int]]:
    """All runs in order, and a parent for each: runs that touch have the same root."""
    touch = 1 if diagonal else 0
    runs: list[Run] = []
    parents: list[int] = []
    above: list[Run] = []
    above_at = 0
    for row in rows:
        index = row_at = len(runs)
        near, count = 0, len(above)
        for _, start, end in row:
            start, end = start - touch, end + touch
            parents.append(index)
            own = index
            while near < count and above[near][2] <= start:
                near += 1
            look = near
            while look < count and above[look][1] < end:
                other = above_at + look
                if parents[other] != other:
                    other = _root(parents, other)
                if other < own:
                    parents[own] = other
                    own = other
                elif own < other:
                    parents[other] = own
                look += 1
            index += 1
        runs += row
        above, above_at = row, row_at
    return runs, parents


def _roots(parents: list[int]) -> list[int]:
    """The root of each run; a parent stands before its children, so one pass is enough."""
    roots: list[int] = []
    for parent in parents:
        roots.append(roots[parent] if parent < len(roots) else parent)
    return roots


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index
