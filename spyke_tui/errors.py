"""One exception tree. Every error that can reach a user has a message and a hint.

The message says what happened and where; the hint says what to do next. `exit_code` is what a
command ends with when the error stops it (0 fine, 1 findings or failed work, 2 usage or an
unreadable crops.toml, 3 server, 130 interrupted).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


class SpykeError(Exception):
    """Base of all errors that are meant for the user."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(SpykeError):
    """The command line, or the place it was called in, does not make sense."""

    exit_code = 2


class ProjectFileError(SpykeError):
    """crops.toml can't be read: broken syntax, encoding, types, required keys or unsafe names.

    `line` is 1-based, 0 where the whole file is meant; `key` is a dotted path such as
    ``crops[3].rect.width``; `fix` says what to write instead (it is also the hint).
    """

    exit_code = 2

    def __init__(self, file: Path, line: int, key: str, message: str, fix: str) -> None:
        super().__init__(message, fix)
        self.file = file
        self.line = line
        self.key = key
        self.fix = fix

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        key = f" {self.key}:" if self.key else ""
        return f"{place}:{key} {self.message} {self.fix}".rstrip()


class PictureError(SpykeError):
    """A picture can't be used: missing, unreadable, truncated, or too large to decode safely.

    `reason` is one of ``missing``, ``unreadable``, ``truncated``, ``too-large``.
    """

    def __init__(self, path: Path, reason: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.path = path
        self.reason = reason


class WriteError(SpykeError):
    """A file could not be written (disk full, no permission, outside the project)."""


class ProjectLockedError(SpykeError):
    """Another process writes to this project.

    `holder` says which, in words, "" where that is not known; `is_here`: on this machine.
    """

    def __init__(
        self, message: str, hint: str = "", holder: str = "", *, is_here: bool = True
    ) -> None:
        super().__init__(message, hint)
        self.holder = holder
        self.is_here = is_here


class ServerError(SpykeError):
    """A generation server is unreachable or refused."""

    exit_code = 3


class ServerUnreachableError(ServerError):
    """No answer: refused, no such host, timed out, or the connection broke off.

    `perhaps_received` is true where the request may have reached the server all the same: a POST
    is then looked up before it is sent again.
    """

    def __init__(self, message: str, hint: str = "", *, perhaps_received: bool = False) -> None:
        super().__init__(message, hint)
        self.perhaps_received = perhaps_received


class ServerRefusedError(ServerError):
    """The server answered, and it was no: `status` is HTTP's, `words` are its own, cleaned.

    A redirect counts as one: it is not followed, and `status` is below 400.
    """

    def __init__(self, status: int, words: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
        self.words = words


class BadAnswerError(ServerError):
    """What came is not what a ComfyUI server says: no JSON, too much of it, or cut off."""


class WorkflowError(SpykeError):
    """The user's workflow can't be used: unreadable, of the wrong format, or no telling where our
    values go in it."""

    exit_code = 2
