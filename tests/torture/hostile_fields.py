"""Every field of crops.toml with every nasty string, through every command."""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.torture.nasty import STRINGS, journal
from tests.torture.programs import end_all
from tests.torture.stage import draw_sheet
from tests.torture.watched import watched

Data = dict[str, Any]

BASE: Data = {
    "dataset": {
        "character": "hero", "trigger": "hero_v1", "class": "character", "root": "dataset",
        "pad": "#ffffff", "details": ["red scarf"], "one_sided": ["red scarf"],
    },
    "targets": {"expressions": ["neutral"], "framing": {"full body": 0.7}},
    "sheets": {
        "final": {"file": "final.png", "size": [340, 300], "use": "yes", "note": "a note"},
        "other": {"file": "gone.png"},
    },
    "crops": [
        {
            "id": "front", "sheet": "final", "status": "keep", "framing": "full body",
            "rect": {"left": 20, "top": 20, "width": 100, "height": 200}, "view": "front view",
            "pose": "standing", "expression": "neutral", "background": "white background",
            "tags": ["a tag"], "details": ["red scarf"], "mirror": False, "mirror_caption": "",
            "caption": "",
        },
        {"id": "lost", "sheet": "other",
         "rect": {"left": 1, "top": 1, "width": 20, "height": 20}},
    ],
    "reg": {
        "server": "http://127.0.0.1:9", "auth_env": "", "checkpoint": "x.safetensors",
        "prompt": "anime", "negative": "hero_v1", "sampler": "euler", "scheduler": "normal",
        "workflow": "", "rerolls": {"17": 1},
    },
    "topup": {"prompt": "p"},
}  # fmt: skip


def _set(*path: str | int) -> Callable[[Data, str], None]:
    def change(data: Data, value: str) -> None:
        for part in path[:-1]:
            data = data[part]  # type: ignore[index]
        data[path[-1]] = value  # type: ignore[index]

    return change


def _rename(*path: str | int) -> Callable[[Data, str], None]:
    """Put the nasty string in as a key."""

    def change(data: Data, value: str) -> None:
        for part in path[:-1]:
            data = data[part]  # type: ignore[index]
        data[value] = data.pop(path[-1]) if path[-1] in data else 1  # type: ignore[index, operator]

    return change


FIELDS: dict[str, Callable[[Data, str], None]] = {
    **{
        f"dataset.{key}": _set("dataset", key)
        for key in ("character", "trigger", "class", "root", "pad")
    },
    "dataset.details": _set("dataset", "details", 0),
    "dataset.one_sided": _set("dataset", "one_sided", 0),
    "targets.expressions": _set("targets", "expressions", 0),
    **{f"sheets.{key}": _set("sheets", "final", key) for key in ("file", "use", "note")},
    "sheets.gone.file": _set("sheets", "other", "file"),
    **{
        f"crops.{key}": _set("crops", 0, key)
        for key in (
            "id", "sheet", "status", "framing", "view", "pose", "expression", "background",
            "mirror_caption", "caption",
        )
    },
    "crops.tags": _set("crops", 0, "tags", 0),
    "crops.details": _set("crops", 0, "details", 0),
    **{
        f"reg.{key}": _set("reg", key)
        for key in (
            "server", "auth_env", "checkpoint", "prompt", "negative", "sampler", "scheduler",
            "workflow",
        )
    },
    "sheet key": _rename("sheets", "final"),
    "crop key": _rename("crops", 0, "newkey"),
    "dataset key": _rename("dataset", "newkey"),
    "top key": _rename("newkey"),
    "framing key": _rename("targets", "framing", "newkey"),
    "reroll key": _rename("reg", "rerolls", "17"),
}  # fmt: skip

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check",), ("build",), ("build", "--dry-run"), ("handover",), ("check", "--json"),
    ("build", "--json"), ("suggest",), ("suggest", "--write"),
    ("reg", "--status"), ("reg", "--json"), ("topup",), ("import", "strange", "taken"),
)  # fmt: skip


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    """A TOML text; all that is not plain is escaped, lone surrogates are not possible."""
    return (
        '"'
        + "".join(
            char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}"
            for char in text
        )
        + '"'
    )


def text_of(data: Data) -> str:
    out = []
    for table, values in data.items():
        if table == "crops":
            out += ["[[crops]]\n" + _rows(crop) for crop in values]
        elif table == "sheets":
            out += [f"[sheets.{quoted(key)}]\n" + _rows(sheet) for key, sheet in values.items()]
        elif isinstance(values, dict):
            out.append(f"[{quoted(table)}]\n" + _rows(values))
        else:
            out.insert(0, f"{quoted(table)} = {toml(values)}\n")
    return "\n".join(out)


def _rows(table: Data) -> str:
    return "".join(f"{quoted(key)} = {toml(value)}\n" for key, value in table.items())


def cases() -> list[tuple[str, str]]:
    return [(name, text) for name in FIELDS for text in STRINGS]


def play(field: str, text: str, place: Path, commands: tuple[tuple[str, ...], ...]) -> list[str]:
    """Run the commands on a project with that string in that field; what was found."""
    shutil.rmtree(place, ignore_errors=True)
    folder, home = place / "up/up/project", place / "home"
    folder.mkdir(parents=True)
    home.mkdir()
    draw_sheet(folder / "final.png", 2, 1)
    data = copy.deepcopy(BASE)
    FIELDS[field](data, text)
    (folder / "crops.toml").write_text(text_of(data), encoding="utf-8")
    _write_records(folder, text)
    before = _outside(place, folder)
    findings = []
    for words in commands:
        found = watched(lambda words=words: _main(words, folder, home))  # type: ignore[misc]
        name = f"{field} = {text[:40]!r}: {' '.join(words)}"
        findings += [f"{name}: {one}" for one in found.findings]
        if found.status not in (0, 1, 2, *([3] if words[0] in ("reg", "topup") else [])):
            findings.append(f"{name}: exit code {found.status}")
        findings += [f"{name}: never ended: {one}" for one in end_all(folder.parent / "state")]
        if "--json" in words:
            try:
                json.loads(found.output.splitlines()[-1])
            except (ValueError, IndexError):
                findings.append(f"{name}: no JSON: {found.output[-200:]!r}")
    written = _outside(place, folder) - before
    if field != "dataset.root" and written:
        findings.append(f"{field} = {text[:40]!r}: written outside: {sorted(written)[:3]}")
    return findings


def _write_records(folder: Path, text: str) -> None:
    """What is read beside crops.toml says the same: a run's journal, a folder to import."""
    runs = folder / "dataset/hero/.spyke/runs"
    runs.mkdir(parents=True)
    pick = random.Random(text)
    (runs / "reg.journal").write_text(journal((text,), pick, "reg"), encoding="utf-8")
    name = text.replace("/", "_").replace("\0", "_")[:60].strip(".") or "x"
    strange = folder / "strange" / name
    strange.mkdir(parents=True)
    shutil.copy(folder / "final.png", strange / f"{name[:50]}.png")
    (strange / f"{name[:50]}.txt").write_text(text, encoding="utf-8")


def _main(words: tuple[str, ...], folder: Path, home: Path) -> int:
    os.environ.update(
        HOME=str(home), XDG_STATE_HOME=str(folder.parent / "state"), COLUMNS="100", TERM="xterm"
    )
    os.chdir(folder)
    from spyke_tui.cli import main

    return main(words)


def _outside(place: Path, folder: Path) -> set[str]:
    state = folder.parent / "state"
    return {
        str(path)
        for path in place.rglob("*")
        if folder not in path.parents and path != folder and state not in (path, *path.parents)
    }


def sample(number: int, seed: int) -> list[tuple[str, str]]:
    """So many cases, every field among them where the number allows."""
    pick, every = random.Random(seed), cases()
    pick.shuffle(every)
    return every[:number]
