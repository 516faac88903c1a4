"""The graph that is sent: ours, and the user's own with our values in it."""

import copy
import json

import pytest

from spyke_tui.comfy.workflow import built_in, fill, plain_graph, read_template, read_workflow
from spyke_tui.comfy.workflow_mapping import map_workflow
from spyke_tui.errors import WorkflowError
from spyke_tui.model.project import Generation

SETTINGS = Generation(
    checkpoint="ours.safetensors", prompt="a class", negative="no text", steps=7, cfg=5.5,
    sampler="euler", scheduler="karras", width=768, height=640,
)  # fmt: skip


def node(name, **inputs):
    title = inputs.pop("title", None)
    entry = {"class_type": name, "inputs": inputs}
    return {**entry, "_meta": {"title": title}} if title else entry


def simple():
    """As the export of ComfyUI's first example, ids and all."""
    graph = copy.deepcopy(dict(built_in().graph))
    graph["4"]["inputs"]["ckpt_name"] = "theirs.safetensors"
    graph["6"]["inputs"]["text"] = "a castle"
    graph["7"]["inputs"]["text"] = "watermark"
    graph["5"]["inputs"]["batch_size"] = 4
    return graph


def filled(graph, settings=SETTINGS, **values):
    from spyke_tui.comfy.workflow import Template

    template = Template(graph, map_workflow(graph))
    values = {"seed": 11, "prefix": "reg/r/img_0001", "checkpoint": "", **values}
    return fill(template, settings, **values)


def test_our_own_graph_takes_every_setting():
    graph = fill(None, SETTINGS, seed=2**53 - 1, prefix="reg/r/img_0007", checkpoint="on/there.st")
    sampler = graph["3"]["inputs"]
    assert (sampler["seed"], sampler["steps"], sampler["cfg"]) == (2**53 - 1, 7, 5.5)
    assert (sampler["sampler_name"], sampler["scheduler"]) == ("euler", "karras")
    assert graph["4"]["inputs"]["ckpt_name"] == "on/there.st"
    assert graph["6"]["inputs"]["text"] == "a class"
    assert graph["7"]["inputs"]["text"] == "no text"
    assert graph["5"]["inputs"] == {"width": 768, "height": 640, "batch_size": 1}
    assert graph["9"]["inputs"]["filename_prefix"] == "reg/r/img_0007"
    assert built_in().graph["3"]["inputs"]["seed"] == 0, "the template was written into"


def test_an_exported_workflow_is_traced():
    graph = filled(simple())
    assert graph["6"]["inputs"]["text"] == "a class"
    assert graph["7"]["inputs"]["text"] == "no text"
    assert graph["5"]["inputs"] == {"width": 768, "height": 640, "batch_size": 1}
    assert graph["3"]["inputs"]["seed"] == 11
    assert graph["4"]["inputs"]["ckpt_name"] == "ours.safetensors"
    # What only belongs to the user's way of drawing stays.
    assert graph["3"]["inputs"]["steps"] == 20
    words = "\n".join(map_workflow(simple()).words(simple()))
    assert "prompt: 6 CLIPTextEncode, text (found)" in words


def test_what_crops_toml_leaves_empty_stays_as_in_the_workflow():
    graph = filled(simple(), Generation(prompt="", negative="", checkpoint=""))
    assert graph["6"]["inputs"]["text"] == "a castle"
    assert graph["4"]["inputs"]["ckpt_name"] == "theirs.safetensors"


def test_texts_and_seeds_in_nodes_of_their_own_and_nodes_between():
    graph = simple()
    graph["6"]["inputs"]["text"] = ["20", 0]
    graph["20"] = node("PrimitiveStringMultiline", value="typed elsewhere")
    graph["3"]["inputs"]["seed"] = ["21", 0]
    graph["21"] = node("PrimitiveInt", value=5)
    graph["22"] = node(
        "ControlNetApplyAdvanced", positive=["6", 0], negative=["7", 0], strength=0.5
    )
    graph["3"]["inputs"]["positive"], graph["3"]["inputs"]["negative"] = ["22", 0], ["22", 1]
    graph["3"]["inputs"]["model"] = ["23", 0]
    graph["23"] = node("LoraLoader", lora_name="x", model=["4", 0], clip=["4", 1])
    result = filled(graph)
    assert result["20"]["inputs"]["value"] == "a class"
    assert result["6"]["inputs"]["text"] == ["20", 0]
    assert result["7"]["inputs"]["text"] == "no text"
    assert result["21"]["inputs"]["value"] == 11
    assert result["4"]["inputs"]["ckpt_name"] == "ours.safetensors"


def test_two_samplers_in_a_row_share_the_seed():
    graph = simple()
    graph["30"] = copy.deepcopy(graph["3"])
    graph["31"] = node("LatentUpscale", samples=["3", 0], width=1024, height=1024, crop="disabled")
    graph["30"]["inputs"]["latent_image"] = ["31", 0]
    graph["8"]["inputs"]["samples"] = ["30", 0]
    result = filled(graph)
    assert result["3"]["inputs"]["seed"] == result["30"]["inputs"]["seed"] == 11
    assert result["31"]["inputs"]["width"] == 1024
    assert result["5"]["inputs"]["width"] == 768


def test_a_guider_and_a_noise_node():
    graph = simple()
    graph["3"] = node(
        "SamplerCustomAdvanced", noise=["40", 0], guider=["41", 0], latent_image=["5", 0]
    )
    graph["40"] = node("RandomNoise", noise_seed=3)
    graph["41"] = node("CFGGuider", model=["4", 0], positive=["6", 0], negative=["7", 0], cfg=4.0)
    result = filled(graph)
    assert result["40"]["inputs"]["noise_seed"] == 11
    assert result["6"]["inputs"]["text"] == "a class"
    assert result["4"]["inputs"]["ckpt_name"] == "ours.safetensors"


def test_sdxl_encoders_take_the_prompt_twice():
    graph = simple()
    graph["6"] = node("CLIPTextEncodeSDXL", text_g="a", text_l="b", clip=["4", 1], width=1024)
    result = filled(graph)
    assert result["6"]["inputs"]["text_g"] == result["6"]["inputs"]["text_l"] == "a class"


def test_a_negative_that_is_the_positive_set_to_zero_is_left_alone():
    graph = simple()
    graph["3"]["inputs"]["negative"] = ["50", 0]
    graph["50"] = node("ConditioningZeroOut", conditioning=["6", 0])
    result = filled(graph)
    assert result["6"]["inputs"]["text"] == "a class"


def test_marks_win_over_what_would_be_found():
    graph = simple()
    graph["6"]["inputs"]["text"] = "best quality, {{prompt}}, {{ prompt }}"
    graph["60"] = node("CLIPTextEncode", text="x", clip=["4", 1], title="spyke:negative")
    graph["3"]["inputs"]["steps"] = "{{steps}}"
    graph["5"]["_meta"] = {"title": "canvas spyke:size"}
    result = filled(graph)
    assert result["6"]["inputs"]["text"] == "best quality, a class, a class"
    assert result["60"]["inputs"]["text"] == "no text"
    assert result["7"]["inputs"]["text"] == "watermark"
    assert result["3"]["inputs"]["steps"] == 7
    assert result["5"]["inputs"]["width"] == 768


def test_a_lone_placeholder_is_never_sent_as_a_text():
    graph = simple()
    graph["7"]["inputs"]["text"] = "{{negative}}"
    assert filled(graph, Generation(prompt="p", negative=""))["7"]["inputs"]["text"] == ""


def test_a_prompt_can_not_smuggle_placeholders_or_groups():
    graph = simple()
    graph["6"]["inputs"]["text"] = "x {{prompt}}"
    result = filled(graph, Generation(prompt=r"\1 {{seed}} \g<0>"))
    assert result["6"]["inputs"]["text"] == r"x \1 {{seed}} \g<0>"


def test_two_texts_are_ambiguous_and_say_how_to_choose():
    graph = simple()
    graph["70"] = node("CLIPTextEncode", text="and a dog", clip=["4", 1], title="Second")
    graph["71"] = node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["70", 0])
    graph["3"]["inputs"]["positive"] = ["71", 0]
    with pytest.raises(WorkflowError) as caught:
        map_workflow(graph)
    assert '70 CLIPTextEncode "Second"' in caught.value.message
    assert "spyke:positive" in caught.value.hint
    graph["70"]["_meta"]["title"] = "spyke:positive"
    result = filled(graph)
    assert result["70"]["inputs"]["text"] == "a class"
    assert result["6"]["inputs"]["text"] == "a castle"


def test_further_pictures_are_left_out_and_two_saved_ones_are_ambiguous():
    graph = simple()
    graph["80"] = node("PreviewImage", images=["8", 0])
    assert "80" not in filled(graph)
    graph["81"] = node("SaveImage", images=["8", 0], filename_prefix="second")
    with pytest.raises(WorkflowError) as caught:
        map_workflow(graph)
    assert "spyke:image" in caught.value.hint
    graph["81"]["_meta"] = {"title": "spyke:image"}
    result = filled(graph)
    assert "9" not in result
    assert result["81"]["inputs"]["filename_prefix"] == "reg/r/img_0001"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: g.pop("9"), "saves no picture"),
        (lambda g: g["8"].update(inputs={}), "No sampler"),
        (lambda g: g["3"]["inputs"].pop("seed"), "seed"),
        (lambda g: g["3"]["inputs"].pop("positive"), "prompt"),
        (lambda g: g["3"].update(_meta={"title": "spyke:sed"}), "spyke:sed"),
        (lambda g: g["9"].update(_meta={"title": "spyke:seed"}), "marked for seed"),
        (lambda g: g["4"]["inputs"].update(ckpt_name=["4", 0]), ""),
        (lambda g: g["6"]["inputs"].update(text=["6", 0]), "prompt"),
    ],
)
def test_what_can_not_be_mapped_is_said(change, words):
    graph = simple()
    change(graph)
    if not words:
        assert map_workflow(graph).slots["prompt"]
        return
    with pytest.raises(WorkflowError) as caught:
        map_workflow(graph)
    assert words in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"nodes": [], "links": [], "version": 0.4}', "ComfyUI's own screen"),
        ("[]", "no nodes"),
        ("{}", "no nodes"),
        ('{"1": {"inputs": {}}}', "no class"),
        ('{"1": 5}', "no class"),
        ("{not json", "no JSON"),
        ("[" * 100_000, "can't be read"),
    ],
)
def test_files_that_are_no_workflow(tmp_path, content, words):
    path = tmp_path / "flow.json"
    path.write_text(content)
    with pytest.raises(WorkflowError) as caught:
        read_workflow(path)
    assert words in caught.value.message
    assert "Export" in caught.value.hint


def test_a_picture_that_is_only_sent_is_not_enough():
    graph = simple()
    graph["9"] = node("SaveImageWebsocket", images=["8", 0])
    with pytest.raises(WorkflowError, match="only shows or sends it"):
        map_workflow(graph)


def test_files_missing_large_or_folders(tmp_path):
    with pytest.raises(WorkflowError):
        read_workflow(tmp_path)
    with pytest.raises(WorkflowError):
        read_workflow(tmp_path / "none.json")
    (tmp_path / "large.json").write_bytes(b" " * 6_000_000)
    with pytest.raises(WorkflowError):
        read_workflow(tmp_path / "large.json")


def test_a_posted_request_is_taken_as_well(tmp_path):
    (tmp_path / "flow.json").write_text(json.dumps({"prompt": simple(), "client_id": "x"}))
    template = read_template(Generation(workflow="flow.json"), tmp_path)
    assert template.node_class("3") == "KSampler"
    assert template.field_of("4", "ckpt_name") == "checkpoint"
    assert template.field_of("9", "filename_prefix") == ""
    assert read_template(Generation(), tmp_path) is built_in()
    assert plain_graph(simple())
