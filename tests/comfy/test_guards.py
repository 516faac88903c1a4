"""What is said before the first image, against a server that speaks the real protocol."""

import copy
import json
from dataclasses import replace

import pytest

from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.comfy.client import ComfyClient
from spyke_tui.comfy.guards import Readiness, examine, examine_servers, examine_settings
from spyke_tui.comfy.practice import PracticeServer
from spyke_tui.comfy.workflow import built_in
from spyke_tui.model.project import Dataset, Generation, Project

SETTINGS = Generation(
    checkpoint="practice_sd15.safetensors", prompt="a class", negative="ginger hair"
)
PROJECT = Project(Dataset("spyke", "spyke_v1", details=("ginger hair", "white cloak")))


async def looked(
    settings=SETTINGS, folder=None, kind="reg", project=PROJECT, **server
) -> Readiness:
    async with (
        PracticeServer(**server) as practice,
        ComfyClient(ServerAddress.of(practice.url)) as client,
    ):
        return await examine(client, settings, project, folder, kind)


def told(readiness):
    return [(p.field, p.message + " " + p.hint) for p in readiness.problems]


async def test_all_is_well(tmp_path):
    ready = await looked(folder=tmp_path)
    assert ready.is_ready, told(ready)
    assert ready.problems == ()
    assert (ready.version, ready.checkpoint) == ("0.33.0", "practice_sd15.safetensors")
    assert ready.family == "sd15"
    assert ready.mapping == ()


async def test_a_checkpoint_of_another_name_is_told_with_the_nearest_first(tmp_path):
    names = ("zeta.safetensors", "models/AnythingXL_inkBase.safetensors", "alpha.safetensors")
    wrong = replace(SETTINGS, checkpoint="anythingXL_inkbase.safetensor")
    ready = await looked(wrong, tmp_path, checkpoints=names)
    assert ready.problem.field == "checkpoint"
    assert "It has models/AnythingXL_inkBase.safetensors, " in ready.problem.hint
    assert len(ready.problems) == 1
    assert ready.checkpoints[0] == "models/AnythingXL_inkBase.safetensors"


async def test_no_checkpoint_named_is_the_only_one_or_a_choice(tmp_path):
    settings = replace(SETTINGS, checkpoint="")
    only = await looked(settings, tmp_path, checkpoints=("a/one.safetensors",))
    assert (only.checkpoint, only.problems) == ("a/one.safetensors", ())
    several = await looked(settings, tmp_path, checkpoints=("a.ckpt", "b.ckpt"))
    assert several.problem.hint == "Choose one: a.ckpt, b.ckpt."
    none = await looked(settings, tmp_path, checkpoints=())
    assert "no checkpoint" in none.problem.message


async def test_an_sdxl_checkpoint_is_said_and_a_warning_for_a_small_set(tmp_path):
    settings = replace(SETTINGS, checkpoint="sub dir/practice_sdxl.safetensors")
    ready = await looked(settings, tmp_path)
    assert ready.family == "sdxl"
    assert ready.is_ready
    assert [p.is_warning for p in ready.problems] == [True]
    large = Project(replace(PROJECT.dataset, size=1024))
    settings = replace(settings, width=1024, height=1024)
    assert (await looked(settings, tmp_path, project=large)).problems == ()


def test_class_images_of_another_size_than_the_set_are_a_warning(tmp_path):
    small = replace(SETTINGS, width=256, height=512)
    (problem,) = examine_settings(small, PROJECT, tmp_path)
    assert problem.is_warning and problem.field == "width"
    assert "256x512" in problem.message and "512x512" in problem.message
    assert examine_settings(small, PROJECT, tmp_path, "topup") == (), "candidates are cropped"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"sampler": "eulr_ancestral"}, "sampler", "It has euler_ancestral"),
        ({"scheduler": "nromal"}, "scheduler", "It has normal"),
        ({"steps": 0}, "steps", "Write 1 or more"),
        ({"cfg": 101.0}, "cfg", "Write 100 or less"),
        ({"width": 516}, "width", "would draw 512"),
        ({"height": 8}, "height", "Write 16 or more"),
        ({"prompt": "spyke_v1, a class"}, "prompt", "names 'spyke_v1'"),
        ({"prompt": "Ginger_Hair"}, "prompt", "names 'ginger hair'"),
        ({"prompt": " "}, "prompt", "no prompt"),
        ({"workflow": "none.json"}, "workflow", "not there"),
    ],
)
async def test_settings_that_will_not_do(tmp_path, change, field, words):
    ready = await looked(replace(SETTINGS, **change), tmp_path)
    assert [p.field for p in ready.problems if not p.is_warning] == [field]
    assert words.replace("'", "") in told(ready)[0][1].replace("'", "").replace('"', "")


async def test_candidates_of_this_character_may_name_it(tmp_path):
    settings = replace(SETTINGS, prompt="ginger hair, white cloak")
    assert (await looked(settings, tmp_path, kind="topup")).problems == ()
    assert examine_settings(settings, PROJECT, tmp_path, "reg")[0].field == "prompt"


def workflow(tmp_path, change):
    graph = copy.deepcopy(dict(built_in().graph))
    graph["4"]["inputs"]["ckpt_name"] = "practice_sd15.safetensors"
    change(graph)
    (tmp_path / "flow.json").write_text(json.dumps(graph))
    return replace(SETTINGS, workflow="flow.json", checkpoint="")


def lora(graph, **inputs):
    graph["10"] = {
        "class_type": "LoraLoader",
        "inputs": {
            "model": ["4", 0], "clip": ["4", 1], "lora_name": "practice_lora.safetensors",
            "strength_model": 1, "strength_clip": 1.0, **inputs,
        },
    }  # fmt: skip
    graph["3"]["inputs"]["model"] = ["10", 0]


async def test_a_workflow_that_fits(tmp_path):
    ready = await looked(workflow(tmp_path, lora), tmp_path)
    assert ready.problems == (), told(ready)
    assert ready.checkpoint == "practice_sd15.safetensors"
    assert any(line.startswith("prompt: 6 CLIPTextEncode") for line in ready.mapping)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: g["8"].update(class_type="FancyDecode"), "does not know the node 8 FancyDecode"),
        (lambda g: lora(g, lora_name="gone.safetensors"), "It has practice_lora.safetensors"),
        (lambda g: lora(g, strength_model=1000), "Write 100 or less"),
        (lambda g: lora(g, strength_model="much"), "no number"),
        (lambda g: lora(g, clip=["99", 0]), "node that is not there"),
        (lambda g: lora(g, clip=["4", 7]), "output that is not there"),
        (lambda g: lora(g, clip=["4", 2]), "takes CLIP, but is linked to VAE"),
        (lambda g: g["8"]["inputs"].pop("vae"), "vae is missing"),
        (lambda g: g["3"]["inputs"].update(sampler_name="mine"), "does not have"),
        (lambda g: g["4"]["inputs"].update(ckpt_name="mine.ckpt"), "no checkpoint"),
        (lambda g: g["6"].update(_meta={"title": "spyke:oops"}), "spyke:oops"),
    ],
)
async def test_workflows_that_the_server_would_refuse(tmp_path, change, words):
    ready = await looked(workflow(tmp_path, change), tmp_path)
    assert not ready.is_ready
    assert any(words in text for _, text in told(ready)), told(ready)
    assert len(ready.problems) == 1, told(ready)


async def test_the_workflows_own_words_leak_too(tmp_path):
    def change(graph):
        graph["6"]["inputs"]["text"] = "{{prompt}}, white cloak"

    ready = await looked(workflow(tmp_path, change), tmp_path)
    assert [(p.field, "white cloak" in p.message) for p in ready.problems] == [("workflow", True)]


async def test_one_of_two_servers_is_enough(tmp_path):
    async with PracticeServer() as practice:
        gone = "http://127.0.0.1:9"
        settings = replace(SETTINGS, servers=(practice.url, gone))
        problems = await examine_servers(settings, PROJECT, tmp_path)
        assert [(p.field, p.is_warning) for p in problems] == [("server", True)]
        alone = await examine_servers(replace(settings, servers=(gone,)), PROJECT, tmp_path)
        assert [(p.is_unreachable, p.is_warning) for p in alone] == [(True, False)]
        assert alone[0].hint
        odd = await examine_servers(replace(settings, servers=("ftp://x",)), PROJECT, tmp_path)
        assert [(p.field, p.is_unreachable) for p in odd] == [("server", False)]


async def test_of_several_servers_it_says_which_one_lacks_the_checkpoint(tmp_path):
    async with PracticeServer(checkpoints=("x.ckpt",)) as bare, PracticeServer() as other:
        settings = replace(SETTINGS, servers=(bare.url, other.url))
        (problem,) = await examine_servers(settings, PROJECT, tmp_path)
        assert problem.is_warning
        assert problem.message.startswith(f"{bare.url}: The server has no checkpoint")
        both = replace(settings, checkpoint="no.safetensors", servers=(other.url, other.url))
        assert [p.message for p in await examine_servers(both, PROJECT, tmp_path)] == [
            "The server has no checkpoint 'no.safetensors'."
        ]


@pytest.mark.parametrize("fault", ["garbage-json=1", "500=1", "redirect=1", "huge-body=1"])
async def test_servers_that_answer_nonsense_are_a_problem_and_no_crash(tmp_path, fault):
    async with PracticeServer(faults=[fault]) as practice:
        settings = replace(SETTINGS, servers=(practice.url,))
        problems = await examine_servers(settings, PROJECT, tmp_path)
    assert problems
    assert problems[0].message
    assert not problems[0].is_warning


async def test_keys_and_passwords_reach_the_server(tmp_path):
    for secret in ("me:word", "k3y"):
        async with PracticeServer(auth=secret, prefix="/comfy") as practice:
            settings = replace(SETTINGS, servers=(practice.url,), auth_env="THE_KEY")
            assert not await examine_servers(
                settings, PROJECT, tmp_path, environ={"THE_KEY": secret}
            )
            wrong = await examine_servers(settings, PROJECT, tmp_path, environ={"THE_KEY": "x"})
            assert wrong
            assert secret not in str(wrong)


async def test_a_key_that_all_can_read_on_its_way_is_a_warning(tmp_path):
    async with PracticeServer() as practice:
        plain = ServerAddress.of(practice.url)
        key = replace(plain, headers={"X-API-Key": "s3cret"})
        for address, words in ((plain, []), (key, []), (replace(key, host="gpu.example"), [1])):
            async with ComfyClient(address) as client:
                ready = await examine(client, SETTINGS, PROJECT, tmp_path)
            assert ready.is_ready
            assert [p.is_warning for p in ready.problems] == words
            assert all("for all to read" in p.message for p in ready.problems)
            assert "s3cret" not in str(told(ready))
