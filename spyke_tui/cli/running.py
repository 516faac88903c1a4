"""What every run shares: errors as messages, exit codes, crash logs, the log file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from spyke_tui.errors import ProjectFileError, SpykeError

INTERRUPTED = 130


def run_guarded(run: Callable[[], int], *, json_errors: bool) -> int:
    """`run`'s exit code; whatever goes wrong becomes a message and a code, never a traceback."""
    try:
        code = run()
        sys.stdout.flush()
        return code
    except SpykeError as error:
        _say_error(error, json_errors=json_errors)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nspyke-tui: interrupted; all finished work is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has gone; keep the interpreter from complaining at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    except Exception as error:
        return _report_crash(error)


def _say_error(error: SpykeError, *, json_errors: bool) -> None:
    from spyke_tui.model.table import printable

    if json_errors and isinstance(error, ProjectFileError):
        import json

        fields = {
            "file": str(error.file),
            "line": error.line,
            "key": error.key,
            "message": error.message,
            "fix": error.fix,
        }
        print(json.dumps({"error": fields}))
        return
    lines = str(error).splitlines() if isinstance(error, ProjectFileError) else [error.message]
    print(f"spyke-tui: {printable(' '.join(lines))}", file=sys.stderr)
    if error.hint and not isinstance(error, ProjectFileError):
        print(f"  {printable(error.hint)}", file=sys.stderr)


def _report_crash(error: Exception) -> int:
    """Keep the traceback in a file and say where: it is for us, not for the user's screen."""
    import time
    import traceback

    from spyke_tui import __version__
    from spyke_tui.store.state import state_folder

    place = state_folder() / f"crash-{time.strftime('%Y%m%d-%H%M%S')}.log"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(traceback.format_exception(error))
        place.write_text(f"spyke-tui {__version__}\n{text}", encoding="utf-8")
        where = f"The details are in {place}."
    except OSError:
        where = "The details could not be written either."
    print(
        f"spyke-tui: something went wrong that should not ({type(error).__name__}).\n"
        f"  {where} Your files are as they were; try again, and report it if it comes back.",
        file=sys.stderr,
    )
    return 1


def start_log(file: str) -> None:
    """Write what happens to `file` (``--log FILE``)."""
    import logging

    from spyke_tui.errors import UsageError

    try:
        logging.basicConfig(
            filename=file,
            level=logging.DEBUG,
            format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        )
    except OSError as error:
        raise UsageError(
            f"The log file {file} can't be written: {error.strerror}.", "Name another one."
        ) from error
