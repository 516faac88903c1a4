"""The node classes that the practice server knows, in the words of ``/object_info``.

Types, ranges, defaults and choices are those of the recorded servers; what a node does for a
person stands in no tooltip here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHECKPOINTS = ("practice_sd15.safetensors", "sub dir/practice_sdxl.safetensors")
"""A name as a model's folder gives it: with a separator and a space in it, as some have."""

CHECKPOINT_BYTES = 2_132_630_110

METADATA = {
    "practice_sd15.safetensors": {"modelspec.architecture": "stable-diffusion-v1"},
    "sub dir/practice_sdxl.safetensors": {
        "modelspec.architecture": "stable-diffusion-xl-v1-base",
        "ss_base_model_version": "sdxl_base_v1-0",
    },
}

_SAMPLERS = (
    "euler euler_cfg_pp euler_ancestral euler_ancestral_cfg_pp heun heunpp2 exp_heun_2_x0 "
    "exp_heun_2_x0_sde dpm_2 dpm_2_ancestral lms dpm_fast dpm_adaptive dpmpp_2s_ancestral "
    "dpmpp_2s_ancestral_cfg_pp dpmpp_sde dpmpp_sde_gpu dpmpp_2m dpmpp_2m_cfg_pp dpmpp_2m_sde "
    "dpmpp_2m_sde_gpu dpmpp_2m_sde_heun dpmpp_2m_sde_heun_gpu dpmpp_3m_sde dpmpp_3m_sde_gpu ddpm "
    "lcm ipndm ipndm_v deis res_multistep res_multistep_cfg_pp res_multistep_ancestral "
    "res_multistep_ancestral_cfg_pp gradient_estimation gradient_estimation_cfg_pp er_sde seeds_2 "
    "seeds_3 sa_solver sa_solver_pece ddim uni_pc uni_pc_bh2"
)

_SCHEDULERS = (
    "simple sgm_uniform karras exponential ddim_uniform beta normal linear_quadratic kl_optimal"
)
SAMPLERS = _SAMPLERS.split()
SCHEDULERS = _SCHEDULERS.split()

_LARGEST = 2**64 - 1


@dataclass(frozen=True, slots=True)
class NodeClass:
    """What a class of nodes takes and gives. `required` maps an input to its description."""

    name: str
    title: str
    category: str
    required: Mapping[str, list[Any]]
    outputs: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()
    optional: Mapping[str, list[Any]] | None = None
    hidden: Mapping[str, str] | None = None
    is_output: bool = False
    module: str = "nodes"

    def described(self) -> dict[str, Any]:
        """As ``/object_info/NAME`` says it."""
        inputs: dict[str, Any] = {"required": dict(self.required)}
        if self.optional:
            inputs["optional"] = dict(self.optional)
        if self.hidden:
            inputs["hidden"] = dict(self.hidden)
        return {
            "input": inputs,
            "input_order": {kind: list(names) for kind, names in inputs.items()},
            "is_input_list": False,
            "output": list(self.outputs),
            "output_is_list": [False] * len(self.outputs),
            "output_name": list(self.output_names or self.outputs),
            "name": self.name,
            "display_name": self.title,
            "description": "",
            "python_module": self.module,
            "category": self.category,
            "output_node": self.is_output,
            "has_intermediate_output": False,
        }


def _integer(default: int, low: int, high: int, **more: Any) -> list[Any]:
    return ["INT", {"default": default, "min": low, "max": high, **more}]


def _number(default: float, low: float, high: float, **more: Any) -> list[Any]:
    return ["FLOAT", {"default": default, "min": low, "max": high, **more}]


def _sampling(**own: list[Any]) -> dict[str, list[Any]]:
    return {
        "model": ["MODEL", {}],
        **own,
        "steps": _integer(20, 1, 10000),
        "cfg": _number(8.0, 0.0, 100.0, step=0.1, round=0.01),
        "sampler_name": [SAMPLERS, {}],
        "scheduler": [SCHEDULERS, {}],
        "positive": ["CONDITIONING", {}],
        "negative": ["CONDITIONING", {}],
        "latent_image": ["LATENT", {}],
    }


_SEED = _integer(0, 0, _LARGEST, control_after_generate=True)
_SIDE = _integer(512, 16, 16384, step=8)
_PIXELS = _integer(512, 1, 16384, step=1)
_BATCH = _integer(1, 1, 4096)
_STRENGTH = _number(1.0, -100.0, 100.0, step=0.01)
_SAVING = {"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO"}


def node_classes(checkpoints: tuple[str, ...] = CHECKPOINTS) -> dict[str, NodeClass]:
    """All classes by name, on a server that has these checkpoints."""
    classes = (
        NodeClass(
            "CheckpointLoaderSimple", "Load Checkpoint", "model/loaders",
            {"ckpt_name": [list(checkpoints), {}]}, ("MODEL", "CLIP", "VAE"),
        ),
        NodeClass(
            "LoraLoader", "Load LoRA", "model/loaders",
            {
                "model": ["MODEL", {}],
                "clip": ["CLIP", {}],
                # The newer form of a list of choices: both are met in the wild.
                "lora_name": ["COMBO", {"options": ["practice_lora.safetensors"]}],
                "strength_model": _STRENGTH,
                "strength_clip": _STRENGTH,
            },
            ("MODEL", "CLIP"),
        ),
        NodeClass(
            "CLIPTextEncode", "CLIP Text Encode (Prompt)", "model/conditioning",
            {"text": ["STRING", {"multiline": True, "dynamicPrompts": True}], "clip": ["CLIP", {}]},
            ("CONDITIONING",),
        ),
        NodeClass(
            "ConditioningCombine", "Conditioning (Combine)", "model/conditioning",
            {"conditioning_1": ["CONDITIONING"], "conditioning_2": ["CONDITIONING"]},
            ("CONDITIONING",),
        ),
        NodeClass(
            "EmptyLatentImage", "Empty Latent Image", "model/latent",
            {"width": _SIDE, "height": _SIDE, "batch_size": _BATCH}, ("LATENT",),
        ),
        NodeClass(
            "KSampler", "KSampler", "model/sampling",
            {**_sampling(seed=_SEED), "denoise": _number(1.0, 0.0, 1.0, step=0.01)}, ("LATENT",),
        ),
        NodeClass(
            "KSamplerAdvanced", "KSampler (Advanced)", "model/sampling",
            {
                **_sampling(
                    add_noise=[["enable", "disable"], {}],
                    noise_seed=_SEED,
                ),
                "start_at_step": _integer(0, 0, 10000),
                "end_at_step": _integer(10000, 0, 10000),
                "return_with_leftover_noise": [["disable", "enable"], {}],
            },
            ("LATENT",),
        ),
        NodeClass(
            "VAELoader", "Load VAE", "model/loaders",
            {"vae_name": [["practice_vae.safetensors"], {}]}, ("VAE",),
        ),
        NodeClass(
            "VAEDecode", "VAE Decode", "model/latent",
            {"samples": ["LATENT", {}], "vae": ["VAE", {}]}, ("IMAGE",),
        ),
        NodeClass(
            "EmptyImage", "Empty Image", "image",
            {
                "width": _PIXELS,
                "height": _PIXELS,
                "batch_size": _BATCH,
                "color": _integer(0, 0, 0xFFFFFF, step=1, display="color"),
            },
            ("IMAGE",),
        ),
        NodeClass(
            "PrimitiveStringMultiline", "String (Multiline)", "utils/primitive",
            {"value": ["STRING", {"multiline": True}]}, ("STRING",),
        ),
        NodeClass(
            "SaveImage", "Save Image", "image",
            {"images": ["IMAGE", {}], "filename_prefix": ["STRING", {"default": "ComfyUI"}]},
            ("IMAGE",), ("images",), hidden=_SAVING, is_output=True,
        ),
        NodeClass(
            "PreviewImage", "Preview Image", "image",
            {"images": ["IMAGE", {}]}, hidden=_SAVING, is_output=True,
        ),
        NodeClass(
            "SaveImageWebsocket", "Save Image (Websocket)", "image",
            {"images": ["IMAGE"]}, is_output=True, module="custom_nodes.websocket_image_save",
        ),
    )  # fmt: skip
    return {node.name: node for node in classes}


def choices_of(description: list[Any]) -> list[Any] | None:
    """The values an input may have, from either form of a list of choices; None where any."""
    if isinstance(description[0], list):
        return description[0]
    if description[0] == "COMBO" and len(description) > 1:
        options = description[1].get("options")
        return options if isinstance(options, list) else None
    return None
