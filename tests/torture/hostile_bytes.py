"""Every parser with bytes that are nearly right: it answers, or refuses in the way it promises."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.torture.nasty import STRINGS, mutated
from tests.torture.programs import ROOT

SHARED = ROOT.parent / "shared"
CPU_SECONDS = 2.0
MEMORY = 1_500_000_000


class HangError(BaseException):
    """It worked for longer than it may."""


@dataclass
class Target:
    """`run` gets bytes; it may raise `allowed`. `corpus` are good ones to begin with."""

    name: str
    run: Callable[[bytes], object]
    corpus: list[bytes]
    allowed: tuple[type[BaseException], ...] = ()
    share: float = 1.0
    """Cases relative to the others: some cost more."""


@dataclass
class Tally:
    """What came of the cases of one target."""

    name: str
    cases: int = 0
    refused: int = 0
    slowest: float = 0.0
    findings: dict[str, str] = field(default_factory=dict)
    """The last line of each kind of traceback, with the case's seed and the traceback."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raise `HangError` after so many seconds of work; a busy machine does not count."""

    def stop(*_: object) -> None:
        raise HangError(f"over {seconds:g} s of work")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def play(target: Target, number: int, seed: int) -> Tally:
    """So many cases of one target; the same for the same seed."""
    tally = Tally(target.name)
    for at in range(number):
        pick = random.Random(f"{seed} {target.name} {at}")
        data = mutated(pick.choice(target.corpus), pick) if at else target.corpus[0]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        try:
            with cpu_limit(CPU_SECONDS):
                target.run(data)
        except target.allowed:
            tally.refused += 1
        except (Exception, HangError, MemoryError) as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            key = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}"
            tally.findings.setdefault(
                key, f"case {at}, seed {seed}\n{traceback.format_exc()[-900:]}"
            )
        tally.cases += 1
        spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
        tally.slowest = max(tally.slowest, spent)
    return tally


@contextmanager
def little_memory() -> Iterator[None]:
    """What asks for more than `MEMORY` above what there is now gets a MemoryError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    size = 0
    with suppress(OSError, ValueError):
        size = int(Path("/proc/self/statm").read_text().split()[0]) * 4096
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


# -- targets --------------------------------------------------------------------------------


def targets(place: Path) -> list[Target]:
    """All parsers; `place` is a folder for the files that they read."""
    place.mkdir(parents=True, exist_ok=True)
    os.environ["XDG_STATE_HOME"] = str(place / "state")
    return [*_project_targets(place), *_record_targets(place), *_picture_targets(place), *_wire()]


def _file(place: Path, name: str, run: Callable[[Path], object]) -> Callable[[bytes], object]:
    path = place / name

    def work(data: bytes) -> object:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return run(path)

    return work


def _project_targets(place: Path) -> list[Target]:
    from spyke_tui.comfy.workflow import read_workflow
    from spyke_tui.errors import SpykeError
    from spyke_tui.kohya.check.facts import read_caption_facts
    from spyke_tui.kohya.check.prompts import positive_texts
    from spyke_tui.kohya.import_captions import read_caption
    from spyke_tui.model.caption import caption_of, mirror_caption_of
    from spyke_tui.model.keyboard import Keyboard
    from spyke_tui.processing.samples import sample_project_text
    from spyke_tui.store.config import load_config
    from spyke_tui.store.crops_file import CropsFile
    from tests.torture.hostile_fields import BASE, text_of

    def project(path: Path) -> None:
        file = CropsFile.read(path)
        for crop in file.project.crops:
            caption_of(crop, file.project.dataset)
            mirror_caption_of(crop, file.project.dataset)
        crops = file.project.crops
        if crops:
            moved = replace(crops[-1], rect=replace(crops[-1].rect, left=7), pose='a "b"\n\x1b[1m')
            file.write(file.project.with_crops((*crops[:-1], moved)))
            file.write(file.project.with_crops(crops[1:]))

    def caption(path: Path) -> None:
        read_caption_facts(path)
        found = read_caption(path)
        assert found.text.isprintable() or all(c.isprintable() for c in found.text.split())

    texts = [sample_project_text().encode(), (ROOT / "crops.toml").read_bytes()]
    texts.append(text_of(BASE).encode())
    workflows = [path.read_bytes() for path in sorted(SHARED.glob("comfyui/workflows/*.json"))]
    config = (
        b'theme = "dark"\nimages = "auto"\n[keys]\n"crop.snap" = ["s", "f9"]\ncrop.left = "h"\n'
    )
    workflows.append(
        b'{"3": {"class_type": "KSampler", "inputs": {"seed": 1, "positive": ["6", 0]}},'
        b' "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "x"}}}'
    )
    return [
        Target("crops.toml", _file(place, "crops.toml", project), texts, (SpykeError,), 0.6),
        Target("captions", _file(place, "caption.txt", caption), [
            b"hero_v1, full body, front view, white background\n",
            "hero_v1, stra\u00dfe, \u200bghost\r\nline two\n".encode("utf-16"),
            *(text.encode(errors="replace") for text in STRINGS[:16]),
        ], (OSError,)),
        Target("workflows", _file(place, "workflow.json", lambda path: (
            positive_texts(path), read_workflow(path),
        )), workflows, (SpykeError,)),
        Target("config.toml", _file(place, "config.toml", lambda path: Keyboard(
            load_config(path).keys).problems), [config]),
    ]  # fmt: skip


def _record_targets(place: Path) -> list[Target]:
    from spyke_tui.comfy.following import Follower
    from spyke_tui.kohya.candidates import new_candidates
    from spyke_tui.kohya.check import check_project
    from spyke_tui.model.history import History, StepRefusedError
    from spyke_tui.model.layout import Layout
    from spyke_tui.model.patch import PatchError
    from spyke_tui.store import history_file, state
    from spyke_tui.store.crops_file import CropsFile
    from spyke_tui.store.lock_owner import Owner
    from spyke_tui.store.manifest import Manifest
    from spyke_tui.store.run_files import RunFiles
    from spyke_tui.terminal.capabilities import choose
    from spyke_tui.tui.session import Session
    from tests.torture import stage

    home = place / "records"
    stage.write_project(home, 4)
    assert stage.run(["build"], home, place / "state").returncode == 0
    assert stage.run(["check"], home, place / "state").returncode in (0, 1)
    own = home / "dataset/hero/.spyke"
    file = CropsFile.read(home)
    steps = History(file.project)
    for at in range(4):
        crop = steps.project.crops[at % 2]
        steps.apply(f"step {at}", steps.project.with_crops((replace(crop, pose=f"p{at}"), crop)))
    steps.undo()
    history_file.save_history(home, steps.steps)
    kept = history_file._path_of(home)
    session = state._path_of(home)
    journal = b"".join(
        json.dumps([f"train/10_hero_v1/c0{n}.png", f"c0{n}", "key", "0" * 64]).encode() + b"\n"
        for n in range(4)
    )

    def history(_: Path) -> None:
        found = History(file.project)
        found.adopt(*history_file.load_history(home))
        for way in (found.undo, found.redo):
            for _attempt in range(12):
                with suppress(StepRefusedError, PatchError):
                    way()

    def manifest(_: Path) -> None:
        found = Manifest.read(home / "dataset/hero")
        for name in list(found.files)[:20]:
            found.state_of(found.root / name)

    def opened(_: Path) -> None:
        Session(CropsFile.read(home), choose("none")).editor.go(1)

    def followed(_: Path) -> None:
        follower = Follower(run)
        follower.poll()
        new_candidates(file.project, file.folder)

    def checked(_: Path) -> None:
        check_project(file.project, file.folder)

    run = RunFiles(Layout.of(file.project.dataset, home), "topup")
    run.images.mkdir(parents=True)
    stage.draw_sheet(run.images / "topup_001.png", 1, 1)
    runs = [
        b'{"t":"run","at":1,"run":"ab","pid":5,"total":2,"folder":"topup","settings":"x","servers":'
        b'["http://x"]}\n{"t":"submit","i":1,"id":"q","seed":5,"prefix":"p"}\n{"t":"about","i":1,'
        b'"name":"topup_001.png","sha":"00","size":5,"r":1}\n{"t":"done","i":1,"mtime":5}\n'
        b'{"t":"reject","i":1,"r":2,"kept":"topup_001-r0-ab.png"}\n{"t":"end","at":2,"state":"done",'
        b'"message":"m","exit":0}\n',
        *(path.read_bytes()[:20_000] for path in sorted(SHARED.glob("comfyui/*/02*.jsonl"))),
    ]
    there = kept.parent
    return [
        Target("history", _file(there, kept.name, history), [kept.read_bytes()]),
        Target("state", _file(session.parent, session.name, opened), [
            b'{"sheet": "two", "crop": "c01", "step": 8, "dark": true}'], share=0.3),
        Target("manifest", _file(own, "manifest.json", manifest), [
            (own / "manifest.json").read_bytes()]),
        Target("build journal", _file(own, "manifest.journal", manifest), [journal]),
        Target("check memory", _file(own, "check.json", checked), [
            (own / "check.json").read_bytes()], share=0.05),
        Target("lock", Owner.read, [Owner.here("spyke-tui").line()]),
        Target("run journal", _file(run.journal.parent, run.journal.name, followed), runs),
    ]  # fmt: skip


def _picture_targets(place: Path) -> list[Target]:
    from spyke_tui.errors import PictureError
    from spyke_tui.processing.loading import load_picture, read_info
    from tests.torture.stage import draw_sheet

    corpus = [
        path.read_bytes()
        for path in sorted(SHARED.glob("sheets/odd-formats/*"))
        if path.suffix in (".png", ".jpg", ".webp", ".gif", ".bmp", ".avif")
        and path.stat().st_size < 200_000
    ]
    draw_sheet(place / "sheet.png", 2, 1)
    corpus.append((place / "sheet.png").read_bytes())

    def picture(path: Path) -> None:
        with suppress(PictureError):
            read_info(path)
        load_picture(path)

    return [Target("pictures", _file(place, "picture", picture), corpus, (PictureError,), 0.3)]


def _wire() -> list[Target]:
    """What a server says: events, frames, answers."""
    from spyke_tui.comfy import answers
    from spyke_tui.comfy.frames import parse_binary, parse_text
    from spyke_tui.comfy.node_info import node_info_of
    from spyke_tui.errors import SpykeError

    texts, bodies, frames = [], [], []
    for path in sorted(SHARED.glob("comfyui/comfyui-0.*/*.jsonl")):
        for line in path.read_bytes().splitlines()[:60]:
            with suppress(ValueError, TypeError, KeyError):
                for value in _strings(json.loads(line)):
                    if value.startswith(("{", "[")) and len(value) < 20_000:
                        (texts if '"type"' in value else bodies).append(value.encode())
                if len(line) < 20_000:
                    bodies.append(line)
    for path in sorted(SHARED.glob("comfyui/samples/ws_*.bin")):
        frames.append(path.read_bytes()[:60_000])
    frames = frames or [b"\0\0\0\1\0\0\0\1\xff\xd8\xff", b"\0\0\0\4\0\0\0\2{}\x89PNG"]
    texts = texts[:400] or [b'{"type": "progress", "data": {"value": 1, "max": 2}}']
    bodies = bodies[:400] or [b'{"queue_running": [], "queue_pending": []}']

    def text(data: bytes) -> None:
        parse_text(data.decode("utf-8", "replace"))

    def answer(data: bytes) -> None:
        try:
            value: Any = json.loads(data)
        except (ValueError, RecursionError):
            return
        readers: tuple[Callable[[], object], ...] = (
            lambda: answers.queue_of(value), lambda: answers.history_of(value, "x"),
            lambda: answers.prompt_reply_of(400, value, "x"),
            lambda: answers.prompt_reply_of(200, value, "x"),
            lambda: answers.checkpoints_of(value), lambda: answers.system_stats_of(value),
            lambda: node_info_of(value, "KSampler"), lambda: answers.metadata_of(value),
        )  # fmt: skip
        for reader in readers:
            with suppress(SpykeError):
                reader()

    return [
        Target("server events", text, texts, (SpykeError,)),
        Target("server frames", parse_binary, frames, (SpykeError,)),
        Target("server answers", answer, bodies, (SpykeError,)),
    ]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
