"""From the parsed TOML of crops.toml to a `Project`: types, defaults, required keys, safe names.

Contradictions between values (duplicate ids, unknown sheets, rectangles outside) are let through:
`check` reports them as findings. What can't be understood at all raises `FieldError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from spyke_tui.model.generation import MOST_IMAGES
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import (
    FRAMINGS,
    MIRROR_SUFFIX,
    STATUSES,
    USES,
    Crop,
    Dataset,
    Generation,
    Project,
    Sheet,
    Span,
    Targets,
)
from spyke_tui.model.table import FieldError, Table, dotted, quoted

SIZES = (512, 768, 1024)
LONGEST_NAME = 255
"""Bytes of a folder's name that every file system takes."""
CHARACTER_NAME = r"[a-z0-9][a-z0-9-]*"
TRIGGER_NAME = r"[A-Za-z0-9_]+"
SHEET_NAME = r"[a-z0-9][a-z0-9_-]*"
CROP_NAME = r"(?!.*_mirror$)[a-z0-9][a-z0-9_-]*"
DEFAULT_NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, extra digit, cropped, worst quality, "
    "low quality, signature, watermark, blurry"
)
RECT_EXAMPLE = "{ left = 0, top = 0, width = 512, height = 512 }"


def read_project(data: Mapping[str, Any]) -> Project:
    """The typed project of a parsed crops.toml. Raises `FieldError`."""
    top = Table(data)
    unknown: list[str] = []
    dataset_table = top.table("dataset", "[dataset] with character and trigger")
    if dataset_table is None:
        raise top.fail(
            "dataset", "is missing and required.",
            'Add [dataset] with character = "spyke" and trigger = "spyke_v1".',
        )  # fmt: skip
    dataset = read_dataset(dataset_table, unknown)
    targets = read_targets(top.table("targets", "[targets]"), unknown)
    sheets = _read_sheets(top.table("sheets", '[sheets.KEY] with file = "..."'), unknown)
    crops = tuple(_read_crop(table, unknown) for table in top.tables("crops", "[[crops]]"))
    reg, topup = read_generations(
        top.table("reg", "[reg]"), top.table("topup", "[topup]"), dataset.size, unknown
    )
    return Project(
        dataset, targets, MappingProxyType(sheets), crops, reg, topup, (*top.unknown(), *unknown)
    )


DATASET_KEYS = (
    "character", "trigger", "class", "details", "one_sided", "repeats", "size", "pad", "root",
)  # fmt: skip
TARGET_KEYS = (
    "images.min", "images.max", "reg.min", "reg.max", "details_shown", "framing.full body",
    "framing.bust", "framing.closeup", "action", "tolerance", "expressions", "steps.min",
    "steps.max", "batch",
)  # fmt: skip
"""With those of the tables inside it, as ``images.min``."""


def read_dataset(table: Table, unknown: list[str]) -> Dataset:
    """[dataset] after defaults; unknown keys are added to `unknown`. Raises `FieldError`."""
    character = table.name(
        "character", table.required_text("character", "spyke"), CHARACTER_NAME,
        "small letters, digits and hyphens, not starting with a hyphen",
    )  # fmt: skip
    trigger = table.name(
        "trigger", table.required_text("trigger", f"{character.replace('-', '_')}_v1"),
        TRIGGER_NAME, "letters, digits and underscores",
    )  # fmt: skip
    class_ = table.name(
        "class", table.text("class", "character"), TRIGGER_NAME, "letters, digits and underscores"
    )
    size = table.integer("size", 512)
    if size not in SIZES:
        raise table.fail("size", f"must be 512, 768 or 1024, but is {size}.", "Write size = 512.")
    dataset = Dataset(
        character=character,
        trigger=trigger,
        class_=class_,
        repeats=table.integer("repeats", 10, low=1),
        size=size,
        pad=_read_pad(table),
        root=_read_root(table),
        details=table.texts("details") or (),
        one_sided=table.texts("one_sided") or (),
        given=frozenset(key for key in DATASET_KEYS if table.has(key)),
    )
    unknown.extend(table.unknown())
    return dataset


def _read_pad(table: Table) -> str:
    pad = table.text("pad", "#ffffff")
    if pad != "auto" and not re.fullmatch(r"#[0-9a-fA-F]{6}", pad):
        raise table.fail("pad", f"{quoted(pad)} is not a colour.", 'Write "#ffffff" or "auto".')
    return pad.lower()


def _read_root(table: Table) -> str:
    root = table.text("root", "dataset")
    if not root.strip() or "\0" in root:
        raise table.fail("root", "must name a folder.", 'Write root = "dataset".')
    if any(len(part.encode(errors="replace")) > LONGEST_NAME for part in root.split("/")):
        raise table.fail(
            "root", "holds a name that is too long for a folder.", 'Write root = "dataset".'
        )
    return root


def _read_span(parent: Table, key: str, default: Span, unknown: list[str]) -> Span:
    example = f"{{ min = {default.min}, max = {default.max} }}"
    table = parent.table(key, example)
    if table is None:
        return default
    span = Span(table.integer("min", default.min, low=0), table.integer("max", default.max, low=0))
    if span.max < span.min:
        raise parent.fail(
            key, f"has max {span.max} below min {span.min}.", f"Write {key} = {example}."
        )
    unknown.extend(table.unknown())
    return span


def read_targets(table: Table | None, unknown: list[str]) -> Targets:
    """[targets] after defaults; unknown keys are added to `unknown`. Raises `FieldError`."""
    base = Targets()
    if table is None:
        return base
    framing: Mapping[str, float] = base.framing
    shares = table.table("framing", '{ "full body" = 0.70, bust = 0.20, closeup = 0.10 }')
    if shares is not None:
        framing = MappingProxyType(
            {name: shares.number(name, 0.0, high=1.0) for name in FRAMINGS if shares.has(name)}
        )
        unknown.extend(shares.unknown())
    expressions = table.texts("expressions")
    targets = Targets(
        images=_read_span(table, "images", base.images, unknown),
        reg=_read_span(table, "reg", base.reg, unknown),
        details_shown=table.number("details_shown", base.details_shown, high=1.0),
        framing=framing,
        action=table.number("action", base.action, high=1.0),
        tolerance=table.number("tolerance", base.tolerance, high=1.0),
        expressions=base.expressions if expressions is None else expressions,
        steps=_read_span(table, "steps", base.steps, unknown),
        batch=table.integer("batch", base.batch, low=1),
        given=_given_targets(table),
    )
    unknown.extend(table.unknown())
    return targets


def _given_targets(table: Table) -> frozenset[str]:
    """The keys that stand there; called when all inner tables are known to be tables."""
    parts = ((key, *key.partition(".")) for key in TARGET_KEYS)
    return frozenset(
        key
        for key, outer, dot, inner in parts
        if table.has(outer) and (not dot or inner in table.data[outer])
    )


def _read_sheets(table: Table | None, unknown: list[str]) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    for key in table.data if table else ():
        assert table is not None
        table.name(key, key, SHEET_NAME, "small letters, digits, - and _")
        entry = table.table(key, 'a table with file = "..."')
        assert entry is not None
        file = entry.required_text("file", "sheets/front.png")
        if not file.strip() or "\0" in file:
            raise entry.fail("file", "must name a picture.", 'Write file = "sheets/front.png".')
        sheets[key] = Sheet(
            key=key,
            file=file,
            size=_read_size(entry),
            use=entry.choice("use", USES, "yes"),
            annotated=entry.flag("annotated") or False,
            note=entry.text("note"),
        )
        unknown.extend(entry.unknown())
    return sheets


def _read_size(table: Table) -> Size | None:
    fix = "Write size = [2816, 1536] (width, height), or leave it out."
    table.known.add("size")
    value = table.data.get("size")
    if value is None:
        return None
    if not isinstance(value, list) or [type(v) for v in value] != [int, int] or min(value) < 1:
        raise table.fail("size", "must be two whole numbers above 0.", fix)
    return Size(*value)


def _read_rect(table: Table | None, path_owner: Table, key: str, unknown: list[str]) -> Rect:
    if table is None:
        raise path_owner.missing(key, f"Add {key} = {RECT_EXAMPLE}.")
    for name in ("left", "top", "width", "height"):
        if not table.has(name):
            raise table.missing(name, f"Write {key} = {RECT_EXAMPLE}.")
    # A size below 1 or a negative place is a contradiction with the sheet: `check` names it.
    examples = {"left": 0, "top": 0, "width": 512, "height": 512}
    rect = Rect(*(table.integer(name, example) for name, example in examples.items()))
    unknown.extend(table.unknown())
    return rect


def _read_crop(table: Table, unknown: list[str]) -> Crop:
    crop_id = table.required_text("id", "final_front")
    if crop_id.endswith(MIRROR_SUFFIX):
        rule = "names ending in _mirror belong to the flipped twins"
    else:
        rule = "small letters, digits, - and _, starting with a letter or digit"
    table.name("id", crop_id, CROP_NAME, rule)
    erase = tuple(
        _read_rect(entry, entry, "erase", unknown)
        for entry in table.tables("erase", f"erase = [{RECT_EXAMPLE}]")
    )
    crop = Crop(
        id=crop_id,
        sheet=table.required_text("sheet", "final"),
        rect=_read_rect(table.table("rect", RECT_EXAMPLE), table, "rect", unknown),
        status=table.choice("status", STATUSES, "keep"),
        framing=table.choice("framing", (*FRAMINGS, ""), ""),
        view=table.text("view"),
        pose=table.text("pose"),
        action=table.flag("action"),
        expression=table.text("expression"),
        background=table.text("background"),
        tags=table.texts("tags") or (),
        details=table.texts("details"),
        mirror=table.flag("mirror") or False,
        mirror_caption=table.text("mirror_caption"),
        erase=erase,
        caption=table.text("caption"),
    )
    unknown.extend(table.unknown())
    return crop


GENERATION_KEYS = (
    "server", "auth_env", "checkpoint", "count", "seed", "prompt", "negative", "steps", "cfg",
    "sampler", "scheduler", "width", "height", "workflow",
)  # fmt: skip
"""The keys of [reg] and [topup], `rerolls` aside, in the order they are shown in."""


def read_generations(
    reg_table: Table | None, topup_table: Table | None, size: int, unknown: list[str]
) -> tuple[Generation, Generation]:
    """[reg] and [topup] after defaults; `size` is the data set's. Raises `FieldError`."""
    plain = Generation(width=size, height=size)
    reg = _read_generation(reg_table, plain, unknown)
    topup_base = Generation(
        servers=reg.servers, auth_env=reg.auth_env, checkpoint=reg.checkpoint, count=5,
        seed=reg.seed, negative=DEFAULT_NEGATIVE, steps=reg.steps, cfg=reg.cfg,
        sampler=reg.sampler, scheduler=reg.scheduler, width=reg.width, height=reg.height,
        workflow=reg.workflow,
    )  # fmt: skip
    return reg, _read_generation(topup_table, topup_base, unknown)


def _read_generation(table: Table | None, base: Generation, unknown: list[str]) -> Generation:
    if table is None:
        return base
    generation = Generation(
        servers=_read_servers(table, base.servers),
        auth_env=table.text("auth_env", base.auth_env),
        checkpoint=table.text("checkpoint", base.checkpoint),
        count=table.integer("count", base.count, low=0, high=MOST_IMAGES),
        seed=table.integer("seed", base.seed, low=0),
        rerolls=_read_rerolls(table),
        prompt=table.text("prompt", base.prompt),
        negative=table.text("negative", base.negative),
        steps=table.integer("steps", base.steps, low=1),
        cfg=table.number("cfg", base.cfg, high=100.0),
        sampler=table.text("sampler", base.sampler),
        scheduler=table.text("scheduler", base.scheduler),
        width=table.integer("width", base.width, low=16),
        height=table.integer("height", base.height, low=16),
        workflow=table.text("workflow", base.workflow),
        given=frozenset(key for key in GENERATION_KEYS if table.has(key)),
    )
    unknown.extend(table.unknown())
    return generation


def _read_servers(table: Table, default: tuple[str, ...]) -> tuple[str, ...]:
    value = table.data.get("server")
    servers = table.texts("server") if isinstance(value, list) else (table.text("server"),)
    table.known.add("server")
    named = tuple(server for server in servers or () if server.strip())
    for server in named:
        if re.match(r"([^/]*//)?([^/?#]*@|[^?#]*[?#])", server):  # not quoted: for logs' sake
            raise table.fail(
                "server", "holds a user, password or query, which must not stand in this file.",
                "Write the address alone, and name an environment variable in auth_env.",
            )  # fmt: skip
        if not re.match(r"https?://[^/\s]", server):
            raise table.fail(
                "server", f"{quoted(server)} is not a server's address.",
                'Write server = "http://127.0.0.1:8188".',
            )  # fmt: skip
    if isinstance(value, list) and not named:
        raise table.fail(
            "server", "is a list without any server.",
            f"Write server = {quoted(default[0])}, or take the line out: "
            f"without it, it is {' and '.join(default)}.",
        )  # fmt: skip
    return named or default


def _read_rerolls(table: Table) -> Mapping[int, int]:
    rerolls = table.table("rerolls", "{ 17 = 1 }")
    if rerolls is None:
        return MappingProxyType({})
    out: dict[int, int] = {}
    for key in rerolls.data:
        if not re.fullmatch(r"[1-9][0-9]{0,6}", key):
            raise FieldError(
                (*rerolls.path, key),
                f"{dotted((key,))} is not an image's number.",
                "Write rerolls = { 17 = 1 }.",
            )
        out[int(key)] = rerolls.integer(key, 1, low=0)
    return MappingProxyType(out)
