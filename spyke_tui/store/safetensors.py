"""The header of a safetensors file: names and texts, never a weight."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spyke_tui.model.checkpoint_family import (
    Family,
    family_of_keys,
    family_of_metadata,
    family_of_name,
)

LARGEST_HEADER = 16 << 20
"""Bytes; that of an SDXL checkpoint is half a megabyte."""
_LENGTH_BYTES = 8
_METADATA = "__metadata__"


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """Names of the weights, and the texts beside them."""

    keys: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def family(self) -> Family:
        """By its weights; by its texts where those don't tell."""
        family = family_of_keys(self.keys)
        return family if family != "unknown" else family_of_metadata(self.texts)


def read_header(path: Path) -> SafetensorsHeader | None:
    """The header, or None for anything that is no safetensors file, whatever it is instead."""
    try:
        content = json.loads(_header_bytes(path))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    texts = content.get(_METADATA)
    return SafetensorsHeader(
        keys=tuple(key for key in content if key != _METADATA),
        texts={key: text for key, text in texts.items() if isinstance(text, str)}
        if isinstance(texts, dict)
        else {},
    )


def family_of_file(path: Path) -> Family:
    """The family of a checkpoint on this machine: by its header, else by its name."""
    header = read_header(path)
    family = header.family if header is not None else "unknown"
    return family if family != "unknown" else family_of_name(path.name)


def _header_bytes(path: Path) -> bytes:
    """Raises OSError or ValueError where there is none of sane length."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("not a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            if not 2 <= length <= min(LARGEST_HEADER, facts.st_size - _LENGTH_BYTES):
                raise ValueError("no header of sane length")
            return file.read(length)
    finally:
        os.close(handle)
