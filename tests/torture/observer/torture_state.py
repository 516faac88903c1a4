"""A project's state as one word, so that what a file holds can be found among what a user had."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from typing import Any


def word_of(project: Any) -> str:
    """Of all that the app edits."""
    parts = (
        project.dataset, project.targets, dict(project.sheets), project.crops, project.reg,
        project.topup,
    )  # fmt: skip
    return hashlib.sha256(repr(_plain(parts)).encode(errors="surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return [(one.name, _plain(getattr(value, one.name))) for one in fields(value)]
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    if hasattr(value, "items"):
        return [(repr(key), _plain(one)) for key, one in value.items()]
    return value
