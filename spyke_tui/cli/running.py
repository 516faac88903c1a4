"""What every run shares: errors as messages, exit codes, crash logs, the log file."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial

from spyke_tui.errors import ProjectFileError, SpykeError

INTERRUPTED = 130


def run_guarded(run: Callable[[], int], *, json_errors: bool) -> int:
    """`run`'s exit code; whatever goes wrong becomes a message and a code, never a traceback."""
    try:
        # Inside, because it flushes: what could not be written before fails here once more.
        _print_anything()
        code = run()
        sys.stdout.flush()
        _log("ended with exit code %d", code)
        _drop_unheard()
        return code
    except SpykeError as error:
        _log("stopped with exit code %d: %r", error.exit_code, str(error))
        return _last_word(error.exit_code, partial(_say_error, error, json_errors))
    except KeyboardInterrupt:
        _log("interrupted")
        message = "\nspyke-tui: interrupted; all finished work is kept."
        return _last_word(INTERRUPTED, partial(print, message, file=sys.stderr))
    except BrokenPipeError:
        # The reader (`| head`) has gone.
        _silence()
        return 1
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 2
        return _last_word(code)
    except Exception as error:
        if isinstance(error, OSError) and _is_about_output(error):
            _silence()
            return _last_word(1, partial(_say_unwritten, error))
        return _last_word(1, partial(_report_crash, error))


def _print_anything() -> None:
    """A terminal of another encoding shows escapes for what it lacks, and stops nothing; nor
    does a stream that is closed."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _last_word(code: int, say: Callable[[], object] = lambda: None) -> int:
    """Say it; the answer is `code`, whether somebody listens or not."""
    try:
        say()
        sys.stdout.flush()
    except OSError:
        _silence()
    return code


def _is_about_output(error: Exception) -> bool:
    """Whether it came from printing: our own files' errors are `WriteError`, with a name."""
    stuck = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EDQUOT, errno.EFBIG)
    return isinstance(error, OSError) and error.filename is None and error.errno in stuck


def _drop_unheard() -> None:
    """What is left for a terminal that has gone would cost the exit code at the very end."""
    try:
        sys.stderr.flush()
    except OSError:
        _silence()


def _silence() -> None:
    """Keep the interpreter from complaining at its exit about output that nobody takes."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(null, stream.fileno())
    os.close(null)


def _say_unwritten(error: OSError) -> None:
    print(f"spyke-tui: the output could not be written: {error.strerror}.", file=sys.stderr)


def _say_error(error: SpykeError, json_errors: bool) -> None:
    from spyke_tui.model.table import printable

    if json_errors:
        import json

        place: dict[str, object] = {"file": "", "line": 0, "key": ""}
        if isinstance(error, ProjectFileError):
            place = {"file": str(error.file), "line": error.line, "key": error.key}
        fields = {**place, "message": error.message, "fix": error.hint}
        print(json.dumps({"error": fields}))
        return
    lines = str(error).splitlines() if isinstance(error, ProjectFileError) else [error.message]
    print(f"spyke-tui: {printable(' '.join(lines))}", file=sys.stderr)
    if error.hint and not isinstance(error, ProjectFileError):
        print(f"  {printable(error.hint)}", file=sys.stderr)


def _report_crash(error: Exception) -> None:
    """Keep the traceback in a file and say where: it is for us, not for the user's screen."""
    import time
    import traceback

    _log("crashed", error=error)
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


def start_log(file: str, words: Sequence[str] = ()) -> None:
    """Write what happens to `file` (``--log FILE``)."""
    import logging

    from spyke_tui.errors import UsageError

    try:
        handler = logging.FileHandler(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            f"The log file {file} can't be written: {error.strerror}.", "Name another one."
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    # websockets tells headers, watchfiles every file that somebody touches.
    for chatty in ("PIL", "httpcore", "websockets", "watchfiles"):
        logging.getLogger(chatty).setLevel(logging.INFO)
    from spyke_tui import __version__

    _log("spyke-tui %s: %r in %s", __version__, list(map(_harmless, words)), os.getcwd())


def _harmless(word: str) -> str:
    """An address on the command line, without the password or key that it must not have."""
    import re

    word = re.sub(r"//[^/\s]*@", "//...@", word)
    return re.sub(r"(//[^\s?#]*[?#])\S+", r"\1...", word)


def _log(message: str, *values: object, error: Exception | None = None) -> None:
    """Into the log file, where one was asked for; without one, logging is not even imported."""
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.getLogger("spyke_tui").info(message, *values, exc_info=error)
