"""Where the .tcss files are: inside the installed package, or beside it in a source checkout."""

from __future__ import annotations

from pathlib import Path, PurePath

_PACKAGE = Path(__file__).parent.parent


def stylesheet(*names: str) -> list[str | PurePath]:
    """The paths of the style sheets of these names."""
    folder = _PACKAGE / "styles"
    if not folder.is_dir():
        folder = _PACKAGE.parent / "styles"
    return [folder / f"{name}.tcss" for name in names]
