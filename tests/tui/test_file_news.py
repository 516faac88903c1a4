"""Files that change are seen at once, by the system's notice alone: the looks that are taken now
and then are an hour apart in most of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from spyke_tui.kohya.build import build_project
from spyke_tui.kohya.captions_on_disk import ChangedCaption
from spyke_tui.model.caption import caption_of
from spyke_tui.store import folder_watch
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.files import write_whole
from spyke_tui.tui import project_watch
from spyke_tui.tui.screens import set as screens_set


@pytest.fixture
def only_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_watch, "PAUSE", 3600.0)


@pytest.fixture
def caption(project: Path) -> Path:
    """The caption of the crop "front", as a build wrote it."""
    file = CropsFile.read(project)
    build_project(file.project, project, crops_file=file)
    return project / "dataset/spyke/train/10_spyke_plasma_v1/front.txt"


def notes(it: Any) -> list[str]:
    return [note.message for note in it.app._notifications]


async def written_until(it: Any, write: Callable[[int], object], seen: Callable[[], bool]) -> None:
    """Write again and again: the watch begins at some time after the app was opened."""
    numbers, last = count(), -1.0

    def tried() -> bool:
        nonlocal last
        if not seen() and monotonic() - last > 0.5:
            write(next(numbers))
            last = monotonic()
        return seen()

    await it.until(tried, "what was written")


@pytest.mark.usefixtures("only_news")
@pytest.mark.parametrize("whole", [True, False])
async def test_crops_toml_is_followed(opened: Callable, whole: bool) -> None:
    async with opened() as it:
        file = it.folder / "crops.toml"
        text = file.read_text()

        def write(number: int) -> None:
            new = text.replace("left = 60", f"left = {70 + number % 20}").encode()
            write_whole(file, new) if whole else file.write_bytes(new)

        await written_until(it, write, lambda: it.rect()[0] >= 70)
        await it.until(lambda: "changed by another program" in " ".join(notes(it)), "the word")


@pytest.mark.usefixtures("only_news")
async def test_a_caption_is_offered_in_the_captions_pane(opened: Callable, caption: Path) -> None:
    async with opened() as it:
        await it.press("f4")
        await written_until(
            it,
            lambda number: caption.write_text(f"spyke_plasma_v1, by vim {number}\n"),
            lambda: "by vim" in it.text(),
        )
        # As vim does it with a backup.
        caption.rename(caption.with_name("front.txt~"))
        caption.write_text("spyke_plasma_v1, once more\n")
        await it.until(lambda: "once more" in it.text(), "the other text")
        await it.press("f7")
        await it.until(lambda: "F7" not in it.text(), "no offer any more")
        assert "once more" in caption_of(it.session.editor.crop, it.session.project.dataset)


@pytest.mark.usefixtures("only_news")
async def test_the_set_is_checked_again_at_once(
    opened: Callable, caption: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens_set, "LOOK", 3600.0)
    async with opened() as it:
        await it.press("f5")
        await it.until(lambda: it.app.screen.check.is_current, "the first check")

        def edited() -> bool:
            return any(one.code == "caption-edited" for one in it.app.screen.check.findings)

        assert not edited()
        await written_until(it, lambda n: caption.write_text(f"spyke_plasma_v1, {n}\n"), edited)


@pytest.mark.usefixtures("only_news")
async def test_many_captions_at_once_are_one_word(opened: Callable, project: Path) -> None:
    text = (project / "crops.toml").read_text()
    for number in range(300):
        rect = f"{{ left = {number}, top = 0, width = 100, height = 100 }}"
        text += f'\n[[crops]]\nid = "more{number}"\nsheet = "final"\nrect = {rect}\n'
    (project / "crops.toml").write_text(text)
    train = project / "dataset/spyke/train/10_spyke_plasma_v1"
    train.mkdir(parents=True)
    async with opened() as it:
        await written_until(
            it,
            lambda number: (train / "front.txt").write_text(f"first {number}"),
            lambda: any("front.txt" in note for note in notes(it)),
        )
        told = len(notes(it))
        for number in range(300):
            (train / f"more{number}.txt").write_text("theirs")
        await it.until(lambda: len(notes(it)) > told, "the word")
        wanted = "more0.txt and 299 more changed by another program: F4 shows what can be done."
        assert notes(it)[told:] == [wanted]


@pytest.mark.usefixtures("only_news")
async def test_what_the_app_writes_itself_is_no_news(opened: Callable, caption: Path) -> None:
    async with opened() as it:
        await it.press("f4", "n")
        await written_until(  # so that it is known to be watched
            it,
            lambda number: caption.with_name("angry.txt").write_text(f"theirs {number}"),
            lambda: any(one.name == "angry.txt" for one in it.app.captions_on_disk.found),
        )
        offered: list[str] = []
        looked = it.app.captions_on_disk._looked

        def noted(found: tuple[ChangedCaption, ...]) -> bool:
            offered.extend(one.name for one in found)
            return looked(found)

        it.app.captions_on_disk._looked = noted
        await it.press("escape", "p", "enter", "tab", *"side view", "tab")
        await it.until(lambda: b"side view" in caption.read_bytes(), "the caption follows")
        caption.with_name("angry.txt").write_text("theirs at last")
        await it.until(
            lambda: any(one.text == "theirs at last" for one in it.app.captions_on_disk.found),
            "a look after it",
        )
        assert set(offered) == {"angry.txt"}
        assert not any("crops.toml" in note for note in notes(it))


async def test_without_notices_it_is_seen_by_the_next_look(
    opened: Callable, caption: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> Iterator[None]:
        raise OSError(24, "too many open files")

    import watchfiles

    monkeypatch.setattr(watchfiles, "watch", refuses)
    async with opened() as it:
        await it.press("f4")
        await it.until(lambda: it.app.captions_on_disk._known is not None, "a look")
        caption.write_text("spyke_plasma_v1, by vim\n")
        await it.until(lambda: "by vim" in it.text(), "the offer")
        assert notes(it) == []


async def test_what_is_half_written_is_not_complained_about_at_once(
    opened: Callable, only_news: None
) -> None:
    async with opened() as it:
        file = it.folder / "crops.toml"
        text = file.read_text()
        half, whole = text[: len(text) // 2] + "\n[half", text.replace("left = 60", "left = 66")
        looks: list[bool] = []
        look = it.app.project_watch._look

        async def counted(hasty: bool = False) -> bool:
            broken = file.read_text() == half
            news = await look(hasty=hasty)
            looks.append(broken)
            return news

        it.app.project_watch._look = counted
        await written_until(
            it, lambda n: (file.unlink(), file.write_text(half)), lambda: True in looks
        )
        file.write_text(whole)
        await it.until(lambda: it.rect()[0] == 66, "the whole file")
        assert not any("What is here stays" in note for note in notes(it))


async def test_the_watch_ends_with_the_app(opened: Callable) -> None:
    import threading

    def watching() -> list[threading.Thread]:
        return [one for one in threading.enumerate() if one.name == "folders"]

    async with opened() as it:
        await it.until(lambda: bool(watching()), "the watch")
        (thread,) = watching()
    thread.join(1 + folder_watch.STEP_MS / 1000)
    assert not thread.is_alive()
