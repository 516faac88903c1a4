"""[reg] and [topup] as text that a person types, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from spyke_tui.errors import UsageError
from spyke_tui.model.generation import Kind
from spyke_tui.model.project import Project
from spyke_tui.model.reading import GENERATION_KEYS
from spyke_tui.model.settings_edit import Value, settings_of, value_of, with_settings
from spyke_tui.model.table import FieldError, quoted

NUMBERS = ("count", "seed", "steps", "width", "height")
LONG = ("prompt", "negative")
"""Keys whose text takes several lines on the screen."""

HINTS = {
    "server": "where ComfyUI listens; several with commas between work on one list",
    "auth_env": "an environment variable with user:password or a key; never the secret itself",
    "checkpoint": "as the server names it; left empty: its only one",
    "count": "how many images; left empty: as many as the trainer uses",
    "seed": "the same number draws the same images again",
    "prompt": "the class in general: nothing of what makes this character this character",
    "negative": "what must not be seen; here the trigger and the details of the character help",
    "steps": "more take longer; 20 is usual",
    "cfg": "how closely it follows the prompt; 7 is usual",
    "sampler": "as ComfyUI names it",
    "scheduler": "as ComfyUI names it",
    "width": "pixels, a multiple of 8; left empty: the size of the training images",
    "height": "pixels, a multiple of 8; left empty: the size of the training images",
    "workflow": "a workflow of your own in API format, beside crops.toml; empty: the built-in one",
}
TOPUP_HINTS = {
    "count": "how many candidates",
    "prompt": "this very character, as its training images should show it",
    "negative": "what must not be seen",
}


@dataclass(frozen=True, slots=True)
class SettingField:
    """One key of the form. `text` is empty where the key is not written in the file."""

    key: str
    text: str
    otherwise: str
    """What holds while nothing is written, and where it comes from."""
    hint: str


def fields_of(project: Project, kind: Kind) -> tuple[SettingField, ...]:
    """All keys, in the order of the form."""
    settings = settings_of(project, kind)
    found = []
    for key in GENERATION_KEYS:
        given = key in settings.given
        hint = TOPUP_HINTS.get(key, HINTS[key]) if kind == "topup" else HINTS[key]
        text = text_of(value_of(settings, key)) if given else ""
        found.append(SettingField(key, text, _otherwise(project, kind, key), hint))
    return tuple(found)


def text_of(value: Value) -> str:
    """A value as it is typed."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value).replace("\n", " ")


def value_from(key: str, text: str) -> Value | None:
    """What was typed; None where the field is empty. Raises `UsageError`."""
    words = " ".join(text.split())
    if not words:
        return None
    if key in NUMBERS:
        digits = words.replace(" ", "").replace("_", "")
        if not digits.isdecimal() or len(digits) > 18:
            raise UsageError(f"{key}: {quoted(words)} is not a whole number.")
        return int(digits)
    if key == "cfg":
        try:
            return float(words.replace(",", "."))
        except ValueError:
            raise UsageError(f"cfg: {quoted(words)} is not a number.", "Write 7.5.") from None
    if key == "server":
        servers = tuple(filter(None, words.replace(",", " ").split()))
        return servers[0] if len(servers) == 1 else servers or None
    return words


def with_text(project: Project, kind: Kind, key: str, text: str) -> Project:
    """`project` with a field as it was typed. Raises `UsageError` with what is wrong."""
    value = value_from(key, text)
    settings = settings_of(project, kind)
    if value is None and key not in settings.given:
        return project
    if key in settings.given and value == value_of(settings, key):
        return project
    try:
        return with_settings(project, kind, {key: value})
    except FieldError as error:
        raise UsageError(f"{key}: {error.message}", error.fix) from None


def _otherwise(project: Project, kind: Kind, key: str) -> str:
    """For the empty field."""
    settings = settings_of(project, kind)
    if key not in settings.given:
        now = settings
    else:
        now = settings_of(with_settings(project, kind, {key: None}), kind)
    if key == "count" and kind == "reg":
        return "as many as the trainer uses"
    shown = text_of(value_of(now, key))
    if not shown:
        return ""
    inherited = kind == "topup" and key in project.reg.given and key not in (*LONG, "count")
    return f"{shown}  (from [reg])" if inherited else shown
