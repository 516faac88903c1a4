"""Which colours the character is made of, and how well a blob fits them."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from spyke_tui.processing.suggest.blobs import Blob, blob_mask
from spyke_tui.processing.suggest.tones import is_colourless, smoothed

_COLOURS = 24

_OF_COLOURS = 2.5
"""A colour counts as explained up to so many times the share that it has in the character."""

_OF_GRAYS = 1.5
"""The same on a sheet without colours: props have the same few grays, but in other shares."""

Mix = tuple[float, ...]
"""Shares of the quantized colours, summing to 1 (all 0 for no ink)."""


class ColourIndex:
    """A sheet in few colours, so that blobs can be compared by their shares of each.

    Where tones are made of dots (`dotted`), the paper between the dots belongs to the tone.
    """

    def __init__(self, rgb: Image.Image, *, dotted: bool = False) -> None:
        self._dotted = dotted
        colourless = is_colourless(rgb)
        self._generosity = _OF_GRAYS if colourless else _OF_COLOURS
        self._indexed = (smoothed(rgb) if colourless else rgb).quantize(
            _COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )

    def mix_of(self, blob: Blob) -> Mix:
        """The shares of the colours in the blob's ink."""
        patch = self._indexed.crop(blob.rect.box)
        mask = blob.filled if self._dotted else blob_mask(blob)
        counts = patch.histogram(mask)[:_COLOURS]
        total = sum(counts)
        return tuple(count / total for count in counts) if total else (0.0,) * _COLOURS

    def likeness(self, mix: Mix, character: Mix) -> float:
        """How much of `mix` the character's colours explain, 0 to 1.

        A face shows only some of the colours of the whole figure, so it has more of those.
        """
        generous = self._generosity
        return sum(min(share, generous * has) for share, has in zip(mix, character, strict=True))


def blend(mixes: Sequence[Mix]) -> Mix:
    """The mean of several mixes, each counting the same."""
    return tuple(sum(shares) / len(mixes) for shares in zip(*mixes, strict=True))


def overlap(one: Mix, other: Mix) -> float:
    """How alike two mixes are, 0 to 1: the share they have in common."""
    return sum(min(share, same) for share, same in zip(one, other, strict=True))
