"""The name by which the layers above speak of a decoded picture, without importing Pillow."""

from PIL.Image import Image as Picture

__all__ = ["Picture"]
