"""config.toml: keys, pictures and theme as the user likes them. A broken one is no hindrance."""

from __future__ import annotations

import errno
import os
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spyke_tui.store.regular_files import read_regular

FILE_NAME = "config.toml"
MAX_BYTES = 256 * 1024
IMAGES = ("auto", "kitty", "sixel", "halfcell", "none")


@dataclass(slots=True)
class Config:
    """What config.toml says; `problems` are lines for the user."""

    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    images: str = "auto"
    theme: str = ""
    sd_scripts: str = ""
    """The trainer's folder; "" where it is to be looked for."""
    problems: list[str] = field(default_factory=list)


def config_path() -> Path:
    """$XDG_CONFIG_HOME/spyke-tui/config.toml, else where the platform keeps such files."""
    named = os.environ.get("XDG_CONFIG_HOME", "")
    if named.startswith("/"):  # a relative one is to be ignored, says its specification
        return Path(named, "spyke-tui", FILE_NAME)
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        return Path(home, "Library", "Application Support", "spyke-tui", FILE_NAME)
    return Path(home, ".config", "spyke-tui", FILE_NAME)


def load_config(path: Path | None = None) -> Config:
    """Read config.toml. Never raises: what can't be taken is a problem, the rest counts."""
    path = config_path() if path is None else path
    config = Config()
    try:
        data = read_regular(path, MAX_BYTES)
    except FileNotFoundError:
        return config
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.EFBIG:
            config.problems.append("It is too large (over 256 kB); nothing of it is used.")
            return config
        config.problems.append(f"It can't be read: {getattr(error, 'strerror', None) or error}.")
        return config
    try:
        found = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        config.problems.append(f"It is not valid TOML, nothing of it is used: {error}.")
        return config
    _take(config, found)
    return config


def _take(config: Config, found: dict[str, Any]) -> None:
    for key, value in found.items():
        match key:
            case "keys":
                _take_keys(config, value)
            case "images":
                if value in IMAGES:
                    config.images = value
                else:
                    config.problems.append(f"images must be one of {', '.join(IMAGES)}.")
            case "theme":
                if isinstance(value, str):
                    config.theme = value
                else:
                    config.problems.append('theme must be a text, e.g. theme = "light".')
            case "sd_scripts":
                if isinstance(value, str) and "\0" not in value:
                    config.sd_scripts = value
                else:
                    config.problems.append('sd_scripts must be a folder: sd_scripts = "~/path".')
            case _:
                config.problems.append(f"There is no setting {key!r}; it is left alone.")


def _take_keys(config: Config, value: object) -> None:
    if not isinstance(value, dict):
        config.problems.append('keys must be a table: [keys] and then "crop.left" = ["left"].')
        return
    for action_id, keys in _flat(value):
        listed = [keys] if isinstance(keys, str) else keys
        if isinstance(listed, list) and all(isinstance(key, str) and key for key in listed):
            config.keys[action_id] = tuple(listed)
        else:
            config.problems.append(f'{action_id}: write its keys as ["left", "h"].')


def _flat(table: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
    """Ids and values; an id written without quotes (crop.left = ...) is a table in a table."""
    rows: list[tuple[str, Any]] = []
    for key, value in table.items():
        path = f"{above}{key}"
        rows += _flat(value, f"{path}.") if isinstance(value, dict) else [(path, value)]
    return rows
