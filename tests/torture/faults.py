"""The fault layer: made with the C compiler where there is one."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def fault_layer(folder: Path) -> Path | None:
    """The library, made once in `folder`; None where there is no compiler, or no such loader."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "faults.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "faults.c")]
    done = subprocess.run([*command, "-ldl"], capture_output=True, check=False)
    return library if done.returncode == 0 else None


def fault_environment(
    library: Path, prefix: Path, how: str, at: int, count: int, strike: Path
) -> dict[str, str]:
    """`how`: ``eio``, or ``before`` or ``after`` for a kill around that call.

    The file `strike` is there as soon as one was made.
    """
    return {
        "LD_PRELOAD": str(library),
        "TORTURE_PREFIX": str(prefix),
        "TORTURE_HOW": how,
        "TORTURE_AT": str(at),
        "TORTURE_COUNT": str(count),
        "TORTURE_STRIKE": str(strike),
    }
