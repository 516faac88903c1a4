"""Headers of checkpoints, honest and hostile."""

import json
import os
import struct

import pytest

from spyke_tui.model.checkpoint_family import family_of_metadata, family_of_name
from spyke_tui.store.safetensors import LARGEST_HEADER, family_of_file, read_header

WEIGHT = {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}


def checkpoint(*keys, **texts):
    header = json.dumps({**dict.fromkeys(keys, WEIGHT), "__metadata__": texts}).encode()
    return struct.pack("<Q", len(header)) + header + b"\0\0"


@pytest.mark.parametrize(
    ("data", "family"),
    [
        (checkpoint("conditioner.embedders.1.model.x", "model.a"), "sdxl"),
        (checkpoint("cond_stage_model.transformer.text_model.x"), "sd15"),
        (checkpoint("model.a", **{"modelspec.architecture": "stable-diffusion-v1"}), "sd15"),
        (checkpoint("model.a", ss_base_model_version="sdxl_base_v1-0"), "sdxl"),
        (checkpoint("model.a"), "unknown"),
    ],
)
def test_families(tmp_path, data, family):
    (tmp_path / "x.safetensors").write_bytes(data)
    assert family_of_file(tmp_path / "x.safetensors") == family


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 7,
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", LARGEST_HEADER + 1) + b"{}",
        struct.pack("<Q", 100) + b"{}",
        struct.pack("<Q", 0),
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 4) + b"{bad",
        struct.pack("<Q", 200_000) + b"[" * 200_000,
        struct.pack("<Q", 4) + b"\xff\xfe\xfd\xfc",
        b"PK\x03\x04 a pickle in a zip",
    ],
)
def test_what_is_none_has_no_header(tmp_path, data):
    path = tmp_path / "x.ckpt"
    path.write_bytes(data)
    assert read_header(path) is None
    assert family_of_file(path) == "unknown"


def test_odd_values_and_odd_files(tmp_path):
    odd = b'{"__metadata__": {"modelspec.architecture": 5}, "a": null}'
    (tmp_path / "x").write_bytes(struct.pack("<Q", len(odd)) + odd)
    assert read_header(tmp_path / "x").texts == {}
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ".", "missing"):
        assert read_header(tmp_path / name) is None


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("sdxl_base_1.0.safetensors", "sdxl"),
        ("sub\\ponyDiffusionV6XL.safetensors", "sdxl"),
        ("my-xl-mix.safetensors", "sdxl"),
        ("v1-5-pruned-emaonly.safetensors", "sd15"),
        ("anime_sd15.ckpt", "sd15"),
        ("AnythingXL_inkBase.safetensors", "sdxl"),
        ("xl/xlarge.safetensors", "unknown"),
        ("dreamshaper_8.safetensors", "unknown"),
    ],
)
def test_names(name, family):
    assert family_of_name(name) == family


def test_texts_of_neither_family():
    assert family_of_metadata({"modelspec.architecture": "flux-1-dev"}) == "unknown"
