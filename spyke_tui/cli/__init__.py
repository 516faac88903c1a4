"""The command line. Opening the app pays for none of it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run spyke-tui; the exit code is 0, 1, 2, 3 or 130 as the README says."""
    try:
        words = list(sys.argv[1:] if argv is None else argv)
        from spyke_tui.cli.quick import quick_answer

        answer = quick_answer(words)
        if answer is not None and _say(answer):
            return 0
        _leave_quickly()
        from spyke_tui.cli.running import run_guarded

        if answer is not None:
            return run_guarded(lambda: print(answer, end="") or 0, json_errors=False)
        if not words or (len(words) == 1 and _is_place(words[0])):
            from spyke_tui.cli.opening import open_app

            place = words[0] if words else "."
            return run_guarded(lambda: open_app(place), json_errors=False)
        return run_guarded(lambda: _run_command(words), json_errors="--json" in words)
    except KeyboardInterrupt:  # so early that nothing was begun
        return 130


def _leave_quickly() -> None:
    """At the interpreter's end look for no garbage in what goes anyway: that takes 25 ms."""
    import atexit
    import gc

    atexit.unregister(gc.freeze)  # once, however often this is called in one process
    atexit.register(gc.freeze)


def _say(answer: str) -> bool:
    """Print it; whether that went well."""
    try:
        sys.stdout.write(answer)
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        return False
    return True


def _is_place(word: str) -> bool:
    """Whether a lone word means a project: a path that is there and no command's name."""
    from spyke_tui.cli.opening import COMMANDS

    return not word.startswith("-") and word not in COMMANDS and os.path.exists(word)


def _run_command(words: list[str]) -> int:
    from spyke_tui.cli.quick import plain_build

    plain = plain_build(words)
    if plain is not None:  # what is done most does not wait for the parser
        from spyke_tui.cli.haste import hurry

        hurry()
        place, as_json = plain
        from spyke_tui.kohya.decoding_ahead import decode_ahead

        ahead = decode_ahead(place)
        from spyke_tui.cli.commands.build import build_all

        return build_all(place, as_json, ahead)
    from spyke_tui.cli.arguments import parse_arguments

    arguments = parse_arguments(words)
    return int(arguments.run(arguments))
