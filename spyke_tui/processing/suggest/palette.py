"""Which colours the character is made of, and how well a blob fits them."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from spyke_tui.processing.suggest.blobs import Blob, blob_mask

_COLOURS = 24

Mix = tuple[float, ...]
"""Shares of the quantized colours, summing to 1 (all 0 for no ink)."""


class ColourIndex:
    """A sheet in few colours, so that blobs can be compared by their shares of each."""

    def __init__(self, rgb: Image.Image) -> None:
        self._indexed = rgb.quantize(
            _COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )

    def mix_of(self, blob: Blob) -> Mix:
        """The shares of the colours in the blob's ink."""
        patch = self._indexed.crop(blob.rect.box)
        counts = patch.histogram(blob_mask(blob))[:_COLOURS]
        total = sum(counts)
        return tuple(count / total for count in counts) if total else (0.0,) * _COLOURS


def blend(mixes: Sequence[Mix]) -> Mix:
    """The mean of several mixes, each counting the same."""
    return tuple(sum(shares) / len(mixes) for shares in zip(*mixes, strict=True))


def likeness(mix: Mix, character: Mix) -> float:
    """How much of `mix` the character's colours explain, 0 to 1.

    A face shows only some of the colours of the whole figure, so a colour counts as explained up
    to three times the share that it has in the character.
    """
    return sum(min(share, 3 * usual) for share, usual in zip(mix, character, strict=True))


def overlap(one: Mix, other: Mix) -> float:
    """How alike two mixes are, 0 to 1: the share they have in common."""
    return sum(min(share, same) for share, same in zip(one, other, strict=True))
