"""SD 1.5 or SDXL: told by what stands in a checkpoint, else by its name, else unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

Family = Literal["sd15", "sdxl", "unknown"]

FAMILY_WORDS: Mapping[Family, str] = {
    "sd15": "SD 1.5",
    "sdxl": "SDXL",
    "unknown": "of a family that can't be told",
}

_XL_PREFIX, _SD15_PREFIX = "conditioner.embedders.1.", "cond_stage_model.transformer."
_XL_NAMES = re.compile(r"xl(?![a-z])|pony|illustrious|noobai|animagine")
_SD15_NAMES = re.compile(r"sd[-_ ]?v?1[-_.]?[45](?![0-9])|(?<![0-9a-z])v1-[45](?![0-9])")


def family_of_keys(keys: Iterable[str]) -> Family:
    """By the names of the weights."""
    family: Family = "unknown"
    for key in keys:
        if key.startswith(_XL_PREFIX):
            return "sdxl"
        if key.startswith(_SD15_PREFIX):
            family = "sd15"
    return family


def family_of_metadata(texts: Mapping[str, str]) -> Family:
    """By the texts that some trainers and mergers put into the header."""
    said = " ".join(
        texts.get(key, "") for key in ("modelspec.architecture", "ss_base_model_version")
    ).casefold()
    if "stable-diffusion-xl" in said or "sdxl" in said:
        return "sdxl"
    if "stable-diffusion-v1" in said or "sd_v1" in said or "sd_1.5" in said:
        return "sd15"
    return "unknown"


def family_of_name(name: str) -> Family:
    """By the file's name, where it says so: a word that ends in XL, or a known line of models."""
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].casefold()
    if _XL_NAMES.search(stem):
        return "sdxl"
    return "sd15" if _SD15_NAMES.search(stem) else "unknown"
