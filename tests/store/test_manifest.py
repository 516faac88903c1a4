"""What we wrote and from what: read back exactly, and harmless where it is not ours."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.store.files import Stamp, sha256_of
from spyke_tui.store.manifest import Entry, Manifest, Source


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "hero/.spyke").mkdir(parents=True)
    return tmp_path / "hero"


def entry_of(path: Path, crop: str = "a") -> Entry:
    stamp = Stamp.of(path)
    assert stamp is not None
    return Entry(crop, "key", sha256_of(path), stamp)


def made(root: Path, name: str = "train/10_x/a.png", data: bytes = b"data") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_read_back_as_written(root: Path) -> None:
    path = made(root)
    manifest = Manifest(root, "../crops.toml", "hero", "10_x", "1_y")
    manifest.files["train/10_x/a.png"] = entry_of(path)
    manifest.sources["/sheets/ü\n.png"] = Source("digest", Stamp(1, 2, 3, 4))
    manifest.write()
    assert Manifest.read(root) == manifest


def test_absent_ours_edited_foreign(root: Path) -> None:
    path = made(root)
    manifest = Manifest(root)
    assert manifest.state_of(root / "train/none.png") == "absent"
    assert manifest.state_of(path) == "foreign"
    manifest.files[manifest.name_of(path)] = entry_of(path)
    assert manifest.state_of(path) == "ours"
    path.write_bytes(b"atad")
    assert manifest.state_of(path) == "edited"
    path.write_bytes(b"other size")
    assert manifest.state_of(path) == "edited"
    path.write_bytes(b"data")
    before = manifest.files[manifest.name_of(path)].stamp
    assert manifest.state_of(path) == "ours", "the same bytes again"
    assert manifest.files[manifest.name_of(path)].stamp != before
    path.unlink()
    assert manifest.state_of(path) == "absent"
    path.symlink_to("nowhere")
    assert manifest.state_of(path) == "edited"
    path.unlink()
    path.mkdir()
    assert manifest.state_of(path) == "edited"


def test_a_sheet_is_hashed_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = made(root, "sheet.png")
    manifest = Manifest(root)
    digest = manifest.source_sha256(sheet)
    assert digest == sha256_of(sheet)
    monkeypatch.setattr("spyke_tui.store.manifest.sha256_of", lambda _: "hashed again")
    assert manifest.source_sha256(sheet) == digest
    sheet.write_bytes(b"other")
    assert manifest.source_sha256(sheet) == "hashed again"
    with pytest.raises(OSError):
        monkeypatch.undo()
        manifest.source_sha256(root / "nowhere.png")


GOOD = {
    "version": 1, "project": "../crops.toml", "character": "hero", "train_folder": "10_x",
    "reg_folder": "1_y", "sources": {},
    "files": {"train/10_x/a.png": {"crop": "a", "key": "k", "sha256": "s", "stamp": [1, 2, 3, 4]}},
}  # fmt: skip

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(GOOD)), json_values)
def test_any_json_is_read_as_something_or_nothing(key: str, value: object) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".spyke").mkdir()
        Manifest.path_in(root).write_text(json.dumps({**GOOD, key: value}))
        manifest = Manifest.read(root)
        for name in manifest.files:
            manifest.state_of(root / name)
        manifest.write()
        Manifest.path_in(root).write_text(json.dumps(value))
        assert Manifest.read(root) == Manifest(root)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a//b", "", ".", "a/./b", "a\0b"])
def test_names_that_lead_elsewhere_are_dropped(root: Path, name: str) -> None:
    data = {**GOOD, "files": {name: GOOD["files"]["train/10_x/a.png"]}}  # type: ignore[index]
    data |= {"train_folder": name, "reg_folder": name}
    Manifest.path_in(root).write_text(json.dumps(data))
    manifest = Manifest.read(root)
    assert (manifest.files, manifest.train_folder, manifest.reg_folder) == ({}, "", "")
    Manifest.journal_in(root).write_text(json.dumps([name, "a", "k", "s"]))
    assert Manifest.read(root).files == {}


def test_the_journal_knows_what_a_killed_build_wrote(root: Path) -> None:
    path = made(root, data=b"old")
    manifest = Manifest(root, train_folder="10_x")
    manifest.files[manifest.name_of(path)] = entry_of(path)
    manifest.write()
    from spyke_tui.store.files import sha256_of_bytes

    manifest.announce(path, "a", "new key", sha256_of_bytes(b"new"))
    assert Manifest.read(root).state_of(path) == "ours", "announced, but not written yet"
    assert Manifest.read(root).files[manifest.name_of(path)].key == "key"
    path.write_bytes(b"new")
    again = Manifest.read(root)
    assert again.state_of(path) == "ours"
    assert again.files[manifest.name_of(path)].key == "new key"
    path.write_bytes(b"edited since")
    assert Manifest.read(root).state_of(path) == "edited"
    again.write()
    assert not Manifest.journal_in(root).exists()
    assert os.listdir(root / ".spyke") == ["manifest.json"]


def test_announcing_from_many_threads_mixes_no_lines(root: Path) -> None:
    manifest = Manifest(root)
    paths = [made(root, f"train/{n}.png", str(n).encode()) for n in range(40)]

    def announce(some: list[Path]) -> None:
        for path in some:
            manifest.announce(path, "c" * 500, "k" * 500, sha256_of(path))

    threads = [threading.Thread(target=announce, args=(paths[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Manifest.read(root).files) == 40
