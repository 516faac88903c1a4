"""Who holds a lock, as its file says it. A stranger may have written that file."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass

from spyke_tui.model.table import printable
from spyke_tui.store.processes import boot, own_start

MAX_BYTES = 4096
"""Of a lock file that are read."""

_LONGEST = 80
"""Characters of any name."""


@dataclass(frozen=True, slots=True)
class Owner:
    """`boot` names the running kernel, where it has a name: two machines may be called alike."""

    purpose: str
    user: str
    host: str
    process: int
    since: float
    """Seconds since 1970, by the clock of `host`."""
    boot: str = ""
    start: str = ""
    """When the process started, as `processes.start_of` says it: its number may be given again."""

    @classmethod
    def here(cls, purpose: str) -> Owner:
        """This process."""
        host, process = os.uname().nodename, os.getpid()
        return cls(purpose, _user(), host, process, time.time(), boot(), own_start())

    @classmethod
    def read(cls, data: bytes) -> Owner | None:
        """What `line` wrote; None where nobody wrote anything that can be read."""
        try:
            found = json.loads(data)
            purpose, user, host = (_name(found[key]) for key in ("purpose", "user", "host"))
            process, since = int(found["process"]), float(found["since"])
            boot_name, start = _name(found["boot"]), _name(found.get("start", ""))
            return cls(purpose, user, host, process, since, boot_name, start)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @property
    def is_here(self) -> bool:
        """Whether it is (or was) a process under the kernel that runs here now."""
        here = boot()
        return self.boot == here if self.boot and here else self.host == os.uname().nodename

    def words(self) -> str:
        """``spyke-tui build (process 12, for 3 minutes) by anna on gpubox``."""
        age = words_of_age(time.time() - self.since)
        return f"{self.purpose} (process {self.process}, {age}) by {self.user} on {self.host}"


def words_of_age(seconds: float) -> str:
    """``for 3 minutes``; clocks of two machines may differ a little."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = int(min(seconds, 1e9) // length)
            return f"for {number} {unit}{'s' if number > 1 else ''}"
    return "for less than a minute"


def _name(value: object) -> str:
    return printable(str(value)[:_LONGEST])


def _user() -> str:
    for name in ("LOGNAME", "USER"):
        if os.environ.get(name):
            return _name(os.environ[name])
    try:
        import pwd

        return _name(pwd.getpwuid(os.getuid()).pw_name)
    except (ImportError, KeyError):
        return f"user {os.getuid()}"
