"""The trainer's own settings files: dataset.toml, and an example of its --config_file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from spyke_tui.kohya.trainer_place import TrainerPlace
from spyke_tui.model.project import Project
from spyke_tui.model.steps import Steps

SAVE_EVERY = 200
"""Steps between two saved LoRA files."""


@dataclass(frozen=True, slots=True)
class Handover:
    """What the texts tell. `root` is the dataset folder on the training machine.

    `images` are those on disk, or those that the project asks for while nothing is `built`.
    """

    project: Project
    root: PurePosixPath
    train_folder: str
    reg_folder: str
    images: int
    built: bool
    reg_images: int
    steps: Steps
    steps_without_reg: Steps
    trainer: TrainerPlace

    @property
    def dataset_config(self) -> PurePosixPath:
        return self.root / "dataset.toml"


def toml_text(value: object) -> str:
    """`value` as a TOML string in quotes."""
    escaped = "".join(
        f"\\{c}" if c in '"\\' else f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c
        for c in str(value)
    )
    return f'"{escaped}"'


def dataset_toml(handover: Handover) -> str:
    """The --dataset_config of sd-scripts.

    Train and reg are subsets of one dataset, else the latter contribute nothing. Paths are
    absolute, as the trainer resolves others against its own working directory. `flip_aug` is
    written out because what stands here beats the command line.
    """
    dataset, targets = handover.project.dataset, handover.project.targets
    text = f"""\
[general]
caption_extension = ".txt"
shuffle_caption = false
keep_tokens = 1
flip_aug = false
color_aug = false
random_crop = false

[[datasets]]
resolution = {dataset.size}
batch_size = {targets.batch}
enable_bucket = false

  [[datasets.subsets]]
  image_dir = {toml_text(handover.root / "train" / handover.train_folder)}
  class_tokens = {toml_text(dataset.trigger)}
  num_repeats = {dataset.repeats}
  flip_aug = false
"""
    if handover.reg_images:
        text += f"""
  [[datasets.subsets]]
  image_dir = {toml_text(handover.root / "reg" / handover.reg_folder)}
  class_tokens = {toml_text(dataset.class_)}
  is_reg = true
  num_repeats = 1
  flip_aug = false
"""
    return f"{text}\n"


def example_config(handover: Handover, *, cuda: bool) -> str:
    """A --config_file for an NVIDIA card or for Apple's MPS; rank and rates are suggestions."""
    lines = [
        'pretrained_model_name_or_path = "/path/to/models/sd15.safetensors"',
        f"dataset_config = {toml_text(handover.dataset_config)}",
        'output_dir = "/path/to/out"',
        f"output_name = {toml_text(handover.project.dataset.trigger)}",
        'save_model_as = "safetensors"',
        'network_module = "networks.lora"',
        "network_dim = 32",
        "network_alpha = 16",
        "learning_rate = 1e-4",
        "unet_lr = 1e-4",
        "text_encoder_lr = 5e-5",
        f'optimizer_type = "{"AdamW8bit" if cuda else "AdamW"}"',
        'lr_scheduler = "cosine"',
        "lr_warmup_steps = 50",
        f"max_train_epochs = {max(1, handover.steps.nearest_epochs)}",
        f"save_every_n_steps = {SAVE_EVERY}",
        f'mixed_precision = "{"fp16" if cuda else "no"}"',
        f'save_precision = "{"fp16" if cuda else "float"}"',
        "sdpa = true",
        "cache_latents = true",
        "gradient_checkpointing = true",
        f"max_data_loader_n_workers = {2 if cuda else 0}",
        *(["persistent_data_loader_workers = true"] if cuda else []),
        "clip_skip = 2",
        "prior_loss_weight = 1.0",
        "seed = 42",
    ]
    return "\n".join(lines)
