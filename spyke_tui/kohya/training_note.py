"""TRAINING.md: how to train on this dataset, with its own numbers and paths."""

from __future__ import annotations

import shlex
import textwrap

from spyke_tui.kohya.trainer_config import SAVE_EVERY, Handover, example_config
from spyke_tui.kohya.trainer_place import SCRIPT, USUAL

SDXL_SCRIPT = "sdxl_train_network.py"


def training_note(handover: Handover) -> str:
    """TRAINING.md: commands, steps, what to mind, with this project's numbers."""
    sections = (
        _head(handover),
        _steps(handover),
        _trainer(handover),
        _configs(handover),
        _start(handover),
        _device(),
        _base_model(handover),
        _mind(handover),
        _finished(handover),
    )
    return "\n\n".join("\n\n".join(section) for section in sections) + "\n\n"


def _prose(text: str, indent: str = "") -> str:
    """A paragraph in lines of at most 96 characters; paths and commands stay whole."""
    return textwrap.fill(
        text, 96, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _fence(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _head(handover: Handover) -> tuple[str, ...]:
    dataset = handover.project.dataset
    built = "" if handover.built else " (not built yet: run `spyke-tui build`)"
    table = f"""\
| | |
|---|---|
| training images | {handover.images}{built}, {dataset.repeats} repeats each |
| regularization images | {handover.reg_images or "none"} |
| resolution | {dataset.size}x{dataset.size}, batch {handover.project.targets.batch} |
| dataset | `{handover.dataset_config}` |"""
    return (
        f"# Training {dataset.trigger}",
        table,
        _prose(
            "Run `spyke-tui check` before you train. If the dataset goes to another machine or "
            f"folder, run `spyke-tui handover --at /new/place/{dataset.character}` first: the "
            "paths in dataset.toml are absolute, because the trainer resolves others against its "
            "own working directory."
        ),
    )


def _steps(handover: Handover) -> tuple[str, ...]:
    steps, target = handover.steps, handover.project.targets.steps
    if not steps.per_epoch:
        return "## Steps", "There are no training images yet, so there is nothing to count."
    aim = f"the {target.min} to {target.max} steps aimed at"
    lands = f"lands in {aim}" if steps.epochs else f"is the nearest to {aim}; none lands there"
    return (
        "## Steps",
        _prose(_counting(handover)),
        _prose(
            f"**{_epochs(steps.nearest_epochs)} = {steps.nearest_total} steps** {lands}. A LoRA "
            f"file is saved every {SAVE_EVERY} steps; compare them, the last is not always the "
            "best."
        ),
    )


def _counting(handover: Handover) -> str:
    images, repeats = handover.images, handover.project.dataset.repeats
    batch = handover.project.targets.batch
    epoch = f"{images} x {repeats}{f' / batch {batch}' if batch > 1 else ''}"
    per_epoch = handover.steps.per_epoch
    if not handover.reg_images:
        return (
            f"One epoch is {epoch} = **{per_epoch} steps**. With regularization images it would "
            "be twice that, as the trainer fills them up to images x repeats: `spyke-tui reg` "
            "makes them, and `spyke-tui handover`, run again, counts them."
        )
    return (
        "With regularization images every epoch is twice as long: the trainer fills them up to "
        f"images x repeats. So one epoch is 2 x {epoch} = **{per_epoch} steps**; without them it "
        f"would be {handover.steps_without_reg.per_epoch}, and the epochs of recipes without "
        f"them are twice too many here. {_filling(handover.reg_images, images * repeats)}"
    )


def _filling(reg_images: int, shown: int) -> str:
    """What the trainer does with `reg_images` where `shown` are to be shown an epoch."""
    if 2 * reg_images < shown:
        return "They are too few: each of them is shown several times."
    if reg_images < shown:
        return f"The first {shown - reg_images} of them are shown twice."
    if reg_images > shown:
        return f"The last {reg_images - shown} of them by name are left out."
    return "Each of them is shown once."


def _epochs(number: int) -> str:
    return f"{number} epoch" if number == 1 else f"{number} epochs"


def _trainer(handover: Handover) -> tuple[str, ...]:
    place = handover.trainer
    if place.state == "found":
        return (
            "## The trainer",
            _prose(
                f"It was found in `{_code(place.folder)}`. On another machine, or after a fresh "
                "clone, an empty `sd-scripts` folder is the usual trap; this fetches it:"
            ),
            _fence("bash", place.update),
        )
    absent = place.state == "missing"
    looked = f" Looked at: {_usual()}." if absent and not place.named else ""
    return (
        "## The trainer",
        _prose(
            f"{_code(place.words)}{looked} In a `kohya_ss` that is there already, an empty "
            "`sd-scripts` folder is the usual trap; this fetches it, and ends without an error if "
            "all is well:"
        ),
        _fence("bash", place.update),
        *(("Without a `kohya_ss`:", _fence("bash", place.clone)) if absent else ()),
        _prose(
            "If it lies elsewhere: `spyke-tui handover --sd-scripts FOLDER`, or once and for all "
            '`sd_scripts = "FOLDER"` in spyke-tui\'s own config.toml.'
        ),
    )


def _usual() -> str:
    return ", ".join(f"`{place}`" for place in USUAL)


def _configs(handover: Handover) -> tuple[str, ...]:
    return (
        "## Settings",
        _prose(
            "Rank, alpha and rates are suggestions; the epochs and `save_every_n_steps` are meant. "
            "Save one of these as `train_cuda.toml` or `train_mps.toml` and correct the two "
            "`/path/to` in it. The trainer ignores unknown keys in this file without a word, so "
            "mind the spelling."
        ),
        "NVIDIA (CUDA):",
        _fence("toml", example_config(handover, cuda=True)),
        "Apple (MPS), where half precision raises; no worker processes:",
        _fence("toml", example_config(handover, cuda=False)),
    )


def _start(handover: Handover) -> tuple[str, ...]:
    config = shlex.quote(str(handover.dataset_config))

    def command(settings: str, environment: str = "") -> str:
        return _fence(
            "bash",
            f"# for an SDXL base: the same with {SDXL_SCRIPT}\n"
            f"cd {handover.trainer.shell} && {environment}accelerate launch \\\n"
            f"  --num_cpu_threads_per_process 1 {SCRIPT} \\\n"
            f"  --config_file /path/to/{settings} \\\n"
            f"  --dataset_config {config}",
        )

    shown = handover.images * handover.project.dataset.repeats
    reg = f' and "{handover.reg_images} reg images with repeats"' if handover.reg_images else ""
    captions = (
        "That the regularization images have no captions is as it should be."
        if handover.reg_images
        else "It should not miss any caption."
    )
    return (
        "## Start",
        "NVIDIA (CUDA):",
        command("train_cuda.toml"),
        "Apple (MPS):",
        command("train_mps.toml", "PYTORCH_ENABLE_MPS_FALLBACK=1 "),
        _prose(
            f'In its first lines the trainer should say "{shown} train images with repeats"{reg}. '
            f"If it says fewer, stop it and run `spyke-tui check`. {captions}"
        ),
    )


def _device() -> tuple[str, ...]:
    return (
        "## Is the graphics processor really used?",
        _prose(
            'Early on the trainer prints "accelerator device: mps" on Apple, "accelerator device: '
            'cuda" on NVIDIA. If it says "cpu", stop it: that takes days. Before you start, in the '
            "trainer's own Python environment:"
        ),
        _fence(
            "bash",
            'python -c "import torch; print(torch.backends.mps.is_built(), '
            'torch.backends.mps.is_available(), torch.cuda.is_available())"',
        ),
        _prose(
            "On Apple the first two must be True. `False` for the first is a PyTorch without MPS: "
            "the usual reason is an Intel build of Python under Rosetta (`uname -m` in the same "
            "terminal must say arm64). For the second, macOS is older than 12.3. While it trains, "
            "GPU History in Activity Monitor (Cmd+4) is busy throughout; on NVIDIA, `nvidia-smi` "
            "says so. `PYTORCH_ENABLE_MPS_FALLBACK=1` lets single operations that MPS lacks run on "
            "the processor; PyTorch warns of each by name. If `accelerate config` was once "
            "answered with CPU only, `accelerate env` shows it."
        ),
    )


def _finished(handover: Handover) -> tuple[str, ...]:
    trigger = handover.project.dataset.trigger
    return (
        "## The finished LoRA",
        _prose(
            f"`{trigger}.safetensors`, and the ones saved on the way "
            f"(`{trigger}-step{SAVE_EVERY:08d}.safetensors`, ...), are in `output_dir`. ComfyUI "
            "looks for them in `models/loras` of its own folder, and where its "
            "`extra_model_paths.yaml` says `loras`. Copy or link them there, press R in the "
            "browser, and put a Load LoRA node between the checkpoint and the prompts. Begin each "
            f"prompt with `{trigger}`, at a strength of 0.8 at first. The checkpoint must be of "
            "the family that was trained on: an SD 1.5 LoRA does nothing on SDXL."
        ),
    )


def _base_model(handover: Handover) -> tuple[str, ...]:
    size = handover.project.dataset.size
    small = f"; a size of 1024 suits it better than {size}" if size < 1024 else ""
    checkpoint = handover.project.reg.checkpoint.replace("`", "'")
    drawn = f" (`{checkpoint}`)" if checkpoint and checkpoint.isprintable() else ""
    return (
        "## Base model",
        _prose(
            f"`{SCRIPT}` trains on an SD 1.5 base. For an SDXL base (AnythingXL is one) start "
            f"`{SDXL_SCRIPT}` instead, leave out `clip_skip` and add `no_half_vae = true`{small}. "
            f"It is best if the model that draws the regularization images{drawn} is of the same "
            "family as the base: if not, they differ in style as well."
        ),
    )


def _mind(handover: Handover) -> tuple[str, ...]:
    one_sided = handover.project.dataset.one_sided
    sides = f" ({', '.join(_plain(name) for name in one_sided)})" if one_sided else ""
    points = (
        "**No flipping.** `flip_aug = false` stands in dataset.toml and beats the command line; "
        f"leave it there. What has only one side{sides} would change sides. Twins that may be "
        "flipped are written as pictures of their own, with captions of their own.",
        "**The trigger stays first** because of `keep_tokens = 1`, also if you turn on "
        "`shuffle_caption`.",
        "**Captions are .txt.** Without `caption_extension` the trainer looks for `.caption` and "
        "ignores them all.",
        "**Training and regularization images are subsets of one `[[datasets]]`.** Apart, the "
        "latter contribute nothing. No `.txt` belongs beside regularization images: the trainer "
        "would read it.",
        "**Caches.** The trainer's `.npz` files are used again even after a picture changed. "
        "`spyke-tui build` deletes those of the pictures that it writes, and `spyke-tui check` "
        "finds others.",
    )
    return "## What to mind", "\n".join(_prose(f"- {point}", "  ") for point in points)


def _code(text: str) -> str:
    """A path as it can stand between backticks."""
    return "".join(c if c.isprintable() and c != "`" else "?" for c in text)


def _plain(text: str) -> str:
    """A detail's name as it can stand in Markdown."""
    return "".join(c if c.isalnum() or c in " -'" else " " for c in text).strip()
