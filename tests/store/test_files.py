"""Whole files or none, and knowing an untouched one again."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from spyke_tui.errors import WriteError
from spyke_tui.store.files import Stamp, free_name, sha256_of, sha256_of_bytes, write_whole
from spyke_tui.store.temporary import TEMPORARY_PREFIX


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in os.scandir(folder))


@pytest.mark.parametrize("durable", [False, True])
def test_writes_all_of_it_and_nothing_else(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "deep/er/file.txt"
    stamp = write_whole(path, b"one", durable=durable)
    assert stamp == Stamp.of(path)
    assert names(path.parent) == ["file.txt"]
    other = write_whole(path, b"two", durable=durable)
    assert path.read_bytes() == b"two"
    assert other != stamp
    assert names(path.parent) == ["file.txt"]


def test_permissions_stay(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"one")
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert path.stat().st_mode == ordinary.stat().st_mode, "as the user's umask has it"
    path.chmod(0o640)
    write_whole(path, b"two")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "fchmod"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_whatever_fails_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: BaseException
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_: object, **__: object) -> Any:
        raise error

    if call == "write":
        real = Path.open

        def open_(self: Path, *args: Any, **options: Any) -> Any:
            class File:
                def __enter__(self) -> Any:
                    file.write(b"ne")
                    return self

                def __exit__(self, *_: object) -> None:
                    file.close()

                write = fail

            file = real(self, *args, **options)
            return File()

        monkeypatch.setattr(Path, "open", open_)
    else:
        monkeypatch.setattr(os, call, fail)
    with pytest.raises((WriteError, KeyboardInterrupt)) as caught:
        write_whole(path, b"new", durable=True)
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]
    if isinstance(error, OSError):
        assert isinstance(caught.value, WriteError)
        assert str(path) in caught.value.message
        assert "No space left" in caught.value.message
        assert caught.value.hint


def test_what_can_not_be_written_is_a_write_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder/inside").mkdir(parents=True)
    for path in (
        tmp_path / "file/below",
        tmp_path / "folder",
        tmp_path / ("x" * 300),
        Path("/proc/nothing/here"),
    ):
        with pytest.raises(WriteError):
            write_whole(path, b"data")
    assert not [n for n in names(tmp_path) if n.startswith(TEMPORARY_PREFIX)]


def test_a_folder_that_can_not_be_flushed_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_whole(tmp_path / "file", b"data", durable=True)
    assert (tmp_path / "file").read_bytes() == b"data"


def test_durable_means_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data before the rename, the folder after it."""
    order: list[str] = []
    real_sync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        order.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "data")
        real_sync(descriptor)

    def replace(*args: Any, **options: Any) -> None:
        order.append("rename")
        real_replace(*args, **options)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_whole(tmp_path / "file", b"data", durable=True)
    assert order in (["data", "rename", "folder"], ["data", "rename", "data"])
    order.clear()
    write_whole(tmp_path / "file", b"data")
    assert order == ["rename"]


def test_stamps_tell_files_apart(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert Stamp.of(path) is None
    assert Stamp.of("a\0b") is None
    path.write_bytes(b"data")
    stamp = Stamp.of(path)
    assert stamp is not None
    path.rename(tmp_path / "other")
    (tmp_path / "other").rename(path)
    path.write_bytes(b"atad")
    assert Stamp.of(path) != stamp
    link = tmp_path / "link"
    link.symlink_to(path)
    assert Stamp.of(link) == Stamp.of(path)


def test_digests(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "file") == sha256_of_bytes(b"abc") == wanted


def test_free_names(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    assert free_name(path) == path
    path.symlink_to("nowhere")
    assert free_name(path).name == "a-2.png"
    (tmp_path / "a-2.png").mkdir()
    assert free_name(path).name == "a-3.png"
