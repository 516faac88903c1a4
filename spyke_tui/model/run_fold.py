"""A run's journal folded into what is known: images made, prompts sent, words said.

Records are plain tables as `store.run_journal` reads them. They may come from anybody's project:
what has the wrong type counts as absent, what is unknown is passed over.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from spyke_tui.model.generation import MOST_IMAGES
from spyke_tui.model.run_view import LogLine, RunState

Record = Mapping[str, object]
LOG_LINES = 200
_OUR_NAME = re.compile(r"(reg|topup)_[0-9]+(-r[0-9]+-[0-9a-f]*)?\.png")
"""Of a picture, also a rejected one: a crop and a sheet may be named by it."""
_Level = Literal["info", "warning", "error"]
_LEVELS: tuple[_Level, ...] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Made:
    """A picture that was verified and put in its place, or was about to be (`placed` false)."""

    index: int
    name: str
    """The file's name within its folder."""
    sha256: str = ""
    size: int = 0
    mtime_ns: int = 0
    pixels: str = ""
    """Digest of the pixels alone: two images of one set must not share it."""
    reroll: int = 0
    attempt: int = 0
    seed: int = 0
    settings: str = ""
    seconds: float = 0.0
    server: str = ""
    practice: bool = False
    placed: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A prompt that was handed to a server, or was about to be."""

    index: int
    prompt_id: str
    reroll: int = 0
    attempt: int = 0
    number: int = 0
    """How often this very image was sent before."""
    seed: int = 0
    prefix: str = ""
    server: str = ""
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no picture, for now."""

    index: int
    reroll: int
    attempt: int
    kind: str
    message: str
    final: bool
    """Nothing more is tried before somebody orders it."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """One life of the run's process."""

    run: str = ""
    """The same for all lives of a run: prompt ids and prefixes are made from it."""
    pid: int = 0
    host: str = ""
    started_at: float = 0.0
    total: int = 0
    folder: str = ""
    settings: str = ""
    checkpoint: str = ""
    family: str = ""
    """``sd15``, ``sdxl`` or ``""``: what the checkpoint is, as far as it could be told."""
    servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """The last thing the run said about itself."""

    state: RunState = "none"
    message: str = ""
    hint: str = ""
    field: str = ""
    ended: bool = False
    exit_code: int = 0


class RunFold:
    """Feed it every record of a journal, in order."""

    def __init__(self) -> None:
        self.session = Session()
        self.word = Word()
        self.made: dict[int, Made] = {}
        self.sent: dict[int, Sent] = {}
        """The last prompt of each image, until its picture is placed or its failure known."""
        self.numbers: dict[int, int] = {}
        """How many prompts each image had."""
        self.failed: dict[int, Failed] = {}
        self.rerolls: dict[int, int] = {}
        self.foreign: dict[int, str] = {}
        """Files at our names that are not ours, or not as we left them: why, by index."""
        self.aliases: dict[str, str] = {}
        """Ids that an old server gave to our prompts, by ours."""
        self.rejected: dict[tuple[int, int], Made] = {}
        """Pictures that were rejected, by index and reroll; `name` is that in rejected/."""
        self.log: deque[LogLine] = deque(maxlen=LOG_LINES)

    def feed(self, record: Record) -> None:
        kind = record.get("t")
        index = _number(record, "i")
        if kind in _RUN_RECORDS:
            _RUN_RECORDS[str(kind)](self, record)
        elif kind in _IMAGE_RECORDS and 1 <= index <= MOST_IMAGES:
            _IMAGE_RECORDS[str(kind)](self, index, record)

    @property
    def next_number(self) -> int:
        return max(self.numbers.values(), default=0) + 1

    def names(self) -> frozenset[str]:
        """The names of all files that this run put in its folder."""
        return frozenset(made.name for made in self.made.values())

    # The run

    def _run(self, record: Record) -> None:
        total = min(_number(record, "total"), MOST_IMAGES)
        servers = record.get("servers")
        self.session = Session(
            run=_text(record, "run"),
            pid=_number(record, "pid"),
            host=_text(record, "host"),
            started_at=_float(record, "at"),
            total=total,
            folder=_text(record, "folder"),
            settings=_text(record, "settings"),
            checkpoint=_text(record, "checkpoint"),
            family=_text(record, "family"),
            servers=tuple(map(str, servers)) if isinstance(servers, list) else (),
        )
        self.word = Word("starting")
        self.foreign.clear()

    def _model(self, record: Record) -> None:
        self.session = replace(
            self.session, checkpoint=_text(record, "checkpoint"), family=_text(record, "family")
        )

    def _alias(self, record: Record) -> None:
        self.aliases[_text(record, "id")] = _text(record, "theirs")

    def _say(self, record: Record) -> None:
        state = _text(record, "state")
        for known in get_args(RunState):
            if state == known:
                self.word = Word(
                    known,
                    _text(record, "message"),
                    _text(record, "hint"),
                    _text(record, "field"),
                    record.get("t") == "end",
                    _number(record, "exit"),
                )

    def _line(self, record: Record) -> None:
        level = _text(record, "level")
        known: _Level = next((word for word in _LEVELS if word == level), "info")
        self.log.append(LogLine(_float(record, "at"), _text(record, "text"), known))

    # One image

    def _submit(self, index: int, record: Record) -> None:
        self.numbers[index] = self.numbers.get(index, 0) + 1
        self.failed.pop(index, None)
        self.sent[index] = Sent(
            index=index,
            prompt_id=_text(record, "id"),
            reroll=_number(record, "r"),
            attempt=_number(record, "a"),
            number=_number(record, "n"),
            seed=_number(record, "seed"),
            prefix=_text(record, "prefix"),
            server=_text(record, "server"),
            settings=_text(record, "settings"),
        )

    def _about(self, index: int, record: Record) -> None:
        name = _text(record, "name")
        if _OUR_NAME.fullmatch(name) is None:
            return
        self.made[index] = Made(
            index=index,
            name=name,
            sha256=_text(record, "sha"),
            size=_number(record, "size"),
            pixels=_text(record, "pixels"),
            reroll=_number(record, "r"),
            attempt=_number(record, "a"),
            seed=_number(record, "seed"),
            settings=_text(record, "settings"),
            seconds=_float(record, "seconds"),
            server=_text(record, "server"),
            practice=record.get("practice") is True,
        )

    def _done(self, index: int, record: Record) -> None:
        made = self.made.get(index)
        if made is not None:
            self.made[index] = replace(made, placed=True, mtime_ns=_number(record, "mtime"))
            self.rerolls[index] = made.reroll
            self.sent.pop(index, None)
            self.failed.pop(index, None)

    def _gone(self, index: int, _: Record) -> None:
        self.made.pop(index, None)

    def _there(self, index: int, record: Record) -> None:
        self.foreign[index] = _text(record, "why")

    def _lost(self, index: int, _: Record) -> None:
        self.sent.pop(index, None)

    def _failure(self, index: int, record: Record) -> None:
        self.sent.pop(index, None)
        self.failed[index] = Failed(
            index,
            _number(record, "r"),
            _number(record, "a"),
            _text(record, "kind"),
            _text(record, "why"),
            record.get("t") == "failed",
            _number(record, "seed"),
        )

    def _retry(self, index: int, _: Record) -> None:
        self.failed.pop(index, None)

    def _reject(self, index: int, record: Record) -> None:
        made = self.made.pop(index, None)
        kept = _text(record, "kept")
        if made is not None and _OUR_NAME.fullmatch(kept) is not None:
            self.rejected[index, made.reroll] = replace(made, name=kept)
        self.rerolls[index] = _number(record, "r")
        self.sent.pop(index, None)
        self.failed.pop(index, None)


_RUN_RECORDS = {
    "run": RunFold._run,
    "model": RunFold._model,
    "alias": RunFold._alias,
    "state": RunFold._say,
    "end": RunFold._say,
    "log": RunFold._line,
}
_IMAGE_RECORDS = {
    "submit": RunFold._submit,
    "about": RunFold._about,
    "done": RunFold._done,
    "gone": RunFold._gone,
    "there": RunFold._there,
    "lost": RunFold._lost,
    "bad": RunFold._failure,
    "failed": RunFold._failure,
    "retry": RunFold._retry,
    "reject": RunFold._reject,
}


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _number(record: Record, key: str) -> int:
    value = record.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _float(record: Record, key: str) -> float:
    value = record.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12:
        return float(value)
    return 0.0
