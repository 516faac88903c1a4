"""A password is named by its variable and stands nowhere: not in a file, not in what is said."""

from __future__ import annotations

import asyncio
import base64
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[2])]

from person import command  # noqa: E402

from spyke_tui.comfy.practice import PracticeServer  # noqa: E402

SECRET = "artist:tr0ub4dor-and-3"
CROPS = """\
[dataset]
character = "hero"
trigger = "hero_v1"

[reg]
server = ["{server}", "http://127.0.0.1:9"]
auth_env = "SPYKE_TEST_PASSWORD"
checkpoint = "practice_sd15.safetensors"
count = 2
steps = 1
prompt = "a person"
"""
FORMS = (SECRET, SECRET.partition(":")[2], base64.b64encode(SECRET.encode()).decode())


@pytest.mark.parametrize("known", [True, False], ids=["taken", "refused"])
async def test_a_password_stands_nowhere(tmp_path: Path, known: bool) -> None:
    async with PracticeServer(auth=SECRET if known else "another:one") as server:
        (tmp_path / "crops.toml").write_text(CROPS.format(server=server.url))
        said = ""
        for words in (["reg"], ["reg", "--json"], ["reg", "--status"], ["check"], ["topup"]):
            done = await asyncio.to_thread(
                command, [*words, "--log", "what.log"], tmp_path, tmp_path,
                SPYKE_TEST_PASSWORD=SECRET,
            )  # fmt: skip
            said += done.stdout + done.stderr
    images = list((tmp_path / "dataset/hero/reg/1_character").glob("*.png"))
    assert len(images) == (2 if known else 0)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"what.log", "reg.journal", "reg.log", "crops.toml"} <= {path.name for path in files}
    texts = [said.encode(), *(path.read_bytes() for path in files)]
    for form in FORMS:
        assert not [text for text in texts if form.encode() in text]


@pytest.mark.parametrize("address", ["http://{}@127.0.0.1:9", "http://127.0.0.1:9/?token={}"])
async def test_an_address_with_a_secret_is_refused_and_not_quoted(
    address: str, tmp_path: Path
) -> None:
    server = address.format(SECRET)
    (tmp_path / "crops.toml").write_text(CROPS.format(server=server))
    for words in (["check"], ["reg"], ["reg", "--json"], ["build", "--json"]):
        done = await asyncio.to_thread(command, [*words, "--log", "what.log"], tmp_path, tmp_path)
        assert done.returncode == 2, done.stderr
        said = done.stdout + done.stderr + (tmp_path / "what.log").read_text()
        assert FORMS[1] not in said and "auth_env" in said
    (tmp_path / "crops.toml").write_text(CROPS.format(server="http://127.0.0.1:9"))
    words = ["reg", "--server", server, "--log", "what.log"]
    done = await asyncio.to_thread(command, words, tmp_path, tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "what.log" in files
    texts = [done.stdout + done.stderr, *(path.read_text(errors="replace") for path in files)]
    assert done.returncode == 2 and not [text for text in texts if FORMS[1] in text]
