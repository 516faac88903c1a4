"""The hand-over: what the trainer is told, and that nobody's changes are lost."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from training_set import TrainingSet

from spyke_tui.errors import UsageError, WriteError
from spyke_tui.kohya import trainer_place
from spyke_tui.kohya.handover import replaced_by_hand, write_handover
from spyke_tui.kohya.trainer_config import toml_text
from spyke_tui.kohya.trainer_place import find_trainer
from spyke_tui.model.project import Span


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


def hand_over(good: TrainingSet, at: str | None = None) -> tuple[dict[str, Any], str]:
    config, note = write_handover(good.p, good.folder, at)
    assert (config, note) == (good.layout.dataset_toml, good.layout.training_md)
    return tomllib.loads(config.read_text()), note.read_text()


def fenced(note: str, language: str) -> list[str]:
    return [part.split("```")[0] for part in note.split(f"```{language}\n")[1:]]


def test_the_dataset(good: TrainingSet) -> None:
    config, _ = hand_over(good)
    assert config["general"] == {
        "caption_extension": ".txt", "shuffle_caption": False, "keep_tokens": 1,
        "flip_aug": False, "color_aug": False, "random_crop": False,
    }  # fmt: skip
    (dataset,) = config["datasets"]
    assert (dataset["resolution"], dataset["batch_size"], dataset["enable_bucket"]) == (
        512,
        1,
        False,
    )
    assert dataset["subsets"] == [
        {
            "image_dir": str(good.train), "class_tokens": "spyke_v1", "num_repeats": 2,
            "flip_aug": False,
        },
        {
            "image_dir": str(good.reg), "class_tokens": "hero", "is_reg": True, "num_repeats": 1,
            "flip_aug": False,
        },
    ]  # fmt: skip


def test_settings_of_the_project(good: TrainingSet) -> None:
    good.dataset(size=768)
    good.targets(batch=3)
    config, _ = hand_over(good)
    assert (config["datasets"][0]["resolution"], config["datasets"][0]["batch_size"]) == (768, 3)


def test_without_regularization_images(good: TrainingSet) -> None:
    for path in good.reg.iterdir():
        path.unlink()
    config, note = hand_over(good)
    assert len(config["datasets"][0]["subsets"]) == 1
    assert "5 x 2 = **10 steps**" in note
    assert "4 epochs = 40 steps" in note


def test_for_another_machine(good: TrainingSet) -> None:
    config, note = hand_over(good, "/data/o'neil sets//spyke/")
    subsets = config["datasets"][0]["subsets"]
    assert subsets[0]["image_dir"] == "/data/o'neil sets/spyke/train/2_spyke_v1"
    assert subsets[1]["image_dir"] == "/data/o'neil sets/spyke/reg/1_hero"
    assert str(good.folder) not in note
    assert """--dataset_config '/data/o'"'"'neil sets/spyke/dataset.toml'""" in note


@pytest.mark.parametrize("at", ["", "data/spyke", "~/spyke", "C:\\spyke", "/a\0b"])
def test_a_place_that_the_trainer_would_not_find(good: TrainingSet, at: str) -> None:
    with pytest.raises(UsageError):
        write_handover(good.p, good.folder, at)
    assert not good.layout.dataset_toml.exists()


def test_the_numbers_of_the_note(good: TrainingSet) -> None:
    _, note = hand_over(good)
    words = " ".join(note.split())
    assert "2 x 5 x 2 = **20 steps**; without them it would be 10" in words
    assert "Each of them is shown once." in words
    assert "**2 epochs = 40 steps** lands in the 35 to 45 steps" in words
    assert '"10 train images with repeats" and "10 reg images with repeats"' in words
    assert "right bracer" in note
    for said in ("sdxl_train_network.py", "keep_tokens = 1", "flip_aug = false", "--init"):
        assert said in note
    good.targets(steps=Span(41, 59))
    assert "is the nearest to the 41 to 59 steps" in " ".join(hand_over(good)[1].split())


def test_the_settings_in_the_note(good: TrainingSet) -> None:
    _, note = hand_over(good)
    cuda, mps = (tomllib.loads(text) for text in fenced(note, "toml"))
    for config in (cuda, mps):
        assert config["dataset_config"] == str(good.layout.dataset_toml)
        assert config["save_every_n_steps"] == 200
        assert config["max_train_epochs"] == 2
        assert config["output_name"] == "spyke_v1"
    assert (mps["mixed_precision"], mps["optimizer_type"]) == ("no", "AdamW")
    assert mps["max_data_loader_n_workers"] == 0
    starts = [text for text in fenced(note, "bash") if "accelerate" in text]
    assert len(starts) == 2
    assert all("--config_file" in start and "--dataset_config" in start for start in starts)
    assert "PYTORCH_ENABLE_MPS_FALLBACK=1 accelerate launch" in starts[1]


def test_before_anything_is_built(good: TrainingSet) -> None:
    for path in (*good.train.iterdir(), *good.reg.iterdir()):
        path.unlink()
    assert "not built yet" in hand_over(good)[1]
    good.p = good.p.with_crops(())
    assert "nothing to count" in hand_over(good)[1]


def test_ours_is_written_again(good: TrainingSet) -> None:
    hand_over(good)
    good.dataset(repeats=4)
    config, _ = hand_over(good)
    assert config["datasets"][0]["subsets"][0]["num_repeats"] == 4


@pytest.mark.parametrize("name", ["dataset.toml", "TRAINING.md"])
def test_a_changed_file_stays(good: TrainingSet, name: str) -> None:
    hand_over(good)
    file = good.layout.root / name
    mine = file.read_text().replace("1", "7", 1) + "my own line\n"
    file.write_text(mine)
    for _ in range(2):
        written = write_handover(good.p, good.folder)
        (beside,) = [path for path in written if replaced_by_hand(path)]
        assert replaced_by_hand(beside) == file
        assert beside.name == name.replace(".", ".new.")
        assert file.read_text() == mine
    beside.write_text("changed too")
    write_handover(good.p, good.folder)
    assert beside.read_text() == "changed too"
    assert file.read_text() == mine
    file.unlink()
    assert write_handover(good.p, good.folder)[0].name == "dataset.toml"


@pytest.mark.parametrize(
    "data", [b"", b"not ours", b"\xff\xfe", b"# spyke-tui, checksum 0123456789abcdef\n"]
)
def test_a_file_that_was_never_ours_stays(good: TrainingSet, data: bytes) -> None:
    good.layout.dataset_toml.write_bytes(data)
    assert write_handover(good.p, good.folder)[0].name == "dataset.new.toml"
    assert good.layout.dataset_toml.read_bytes() == data


def test_a_folder_name_that_no_toml_can_hold(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9"
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system has UTF-8 names only")
    with pytest.raises(WriteError):
        write_handover(TrainingSet(folder).p, folder)


@pytest.mark.parametrize(
    "text", ['a "b" c', "a\\b\\u0041", "tab\there\x7f\x01", "é 🎨", "line\nend"]
)
def test_toml_text(text: str) -> None:
    assert tomllib.loads(f"x = {toml_text(text)}")["x"] == text


def test_no_name_of_a_detail_breaks_the_note(good: TrainingSet) -> None:
    good.p = replace(good.p, dataset=replace(good.p.dataset, one_sided=("a`b|\n# c\x1b[2J",)))
    _, note = hand_over(good)
    assert "\x1b" not in note
    assert "\n# c" not in note


class TestTheTrainer:
    @pytest.fixture(autouse=True)
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        home = tmp_path / "home"
        home.mkdir()
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setattr(trainer_place, "USUAL", trainer_place.USUAL[:4])
        return home

    def test_at_a_usual_place(self, home: Path, good: TrainingSet) -> None:
        assert find_trainer().state == "missing"
        empty = home / "kohya_ss" / "sd-scripts"
        empty.mkdir(parents=True)
        assert (find_trainer().state, find_trainer().folder) == ("empty", "~/kohya_ss/sd-scripts")
        (empty / ".git").write_text("gitdir: elsewhere")
        assert find_trainer().state == "empty", "a submodule that was never fetched"
        _, note = hand_over(good)
        assert "~/kohya_ss/sd-scripts is empty" in note
        assert "cd ~/kohya_ss && git submodule update --init --recursive" in note
        assert "git clone" not in note
        (empty / "README.md").touch()
        assert find_trainer().state == "incomplete"
        there = home / "sd-scripts"
        there.mkdir()
        (there / "train_network.py").touch()
        assert (find_trainer().state, find_trainer().folder) == ("found", "~/sd-scripts")
        _, note = hand_over(good)
        assert "It was found in `~/sd-scripts`." in note
        assert note.count("cd ~/sd-scripts && ") == 2

    def test_none_is_said_with_the_places_looked_at(self, good: TrainingSet) -> None:
        words = " ".join(hand_over(good)[1].split())
        assert "No sd-scripts folder was found at the usual places." in words
        assert "`~/tools/kohya_ss/sd-scripts`, `~/kohya_ss/sd-scripts`" in words
        assert "git clone" in words

    def test_a_named_one_is_that_folder_or_the_one_over_it(
        self, tmp_path: Path, good: TrainingSet
    ) -> None:
        above = tmp_path / "my tools" / "kohya"
        inner = above / "sd-scripts"
        assert find_trainer(str(above)).words.endswith("is not there.")
        inner.mkdir(parents=True)
        for named in (above, inner):
            place = find_trainer(str(named))
            assert (place.state, place.folder) == ("empty", str(inner))
        (inner / "train_network.py").touch()
        for named in (above, inner):
            assert (find_trainer(str(named)).state, place.folder) == ("found", str(inner))
        _, note = write_handover(good.p, good.folder, sd_scripts=str(above))
        starts = fenced(note.read_text(), "bash")
        assert f"cd '{inner}' && accelerate launch" in starts[1]

    def test_another_machine_is_not_looked_at(self, home: Path, good: TrainingSet) -> None:
        (home / "sd-scripts").mkdir()
        place = find_trainer("/there/sd-scripts", elsewhere=True)
        assert (place.state, place.shell, place.fetch) == ("elsewhere", "/there/sd-scripts", "")
        _, note = write_handover(good.p, good.folder, "/data/spyke", "/there/sd-scripts")
        assert "cd /there/sd-scripts && accelerate" in note.read_text()
        assert "only be seen on the other machine" in note.read_text()

    def test_what_a_user_asks_about_is_in_the_note(self, good: TrainingSet) -> None:
        words = " ".join(hand_over(good)[1].split())
        for said in (
            "accelerator device: mps", "torch.backends.mps.is_available()", "models/loras",
            "spyke_v1-step00000200.safetensors", "sdxl_train_network.py", "sd_scripts = ",
        ):  # fmt: skip
            assert said in words
