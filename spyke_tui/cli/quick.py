"""The quickest roads: a version, and a build with nothing to do. They import next to nothing."""

from __future__ import annotations

from spyke_tui import __version__


def quick_answer(words: list[str]) -> str | None:
    """What to print, where the answer is known already; None: go the usual way."""
    if words == ["--version"]:
        return f"spyke-tui {__version__}\n"
    plain = plain_build(words)
    return _unchanged(plain[0], as_json=plain[1]) if plain else None


def plain_build(words: list[str]) -> tuple[str, bool] | None:
    """The project and whether JSON is wanted, where these words are a build of all that changed;
    None for anything else."""
    if words[:1] != ["build"]:
        return None
    place, as_json = ".", False
    rest = iter(words[1:])
    for word in rest:
        if word == "--json":
            as_json = True
        elif word == "--project":
            place = next(rest, "")
        elif word.startswith("--project="):
            place = word.removeprefix("--project=")
        else:
            return None
    return (place, as_json) if place else None


def _unchanged(place: str, *, as_json: bool) -> str | None:
    import os

    from spyke_tui.kohya.unchanged import count_unchanged

    # The file's name, as `store.crops_file` has it.
    count = count_unchanged(f"{place}/crops.toml" if os.path.isdir(place) else place)
    if not count:  # nothing to keep unchanged: the usual way says why
        return None
    if as_json:
        counts = f'"written": 0, "unchanged": {count}, "removed": 0'
        return f'{{{counts}, "kept": [], "failed": []}}\n'
    return f"0 files written, {count} unchanged, 0 removed, 0 kept, 0 failed.\n"
