"""Caption files: written beside the pictures, and never over what somebody else wrote."""

from __future__ import annotations

import os
from pathlib import Path

from spyke_tui.errors import WriteError
from spyke_tui.kohya.ledger import CHANGED_BY_HAND, NOT_OURS, Ledger
from spyke_tui.kohya.plan import Planned, caption_bytes
from spyke_tui.store.files import Stamp, sha256_of_bytes, write_whole


def write_caption(ledger: Ledger, planned: Planned) -> None:
    """Bring one caption up to date; what happened is in the ledger's result."""
    path, data = planned.caption_file, caption_bytes(planned.caption)
    state = ledger.manifest.state_of(path)
    digest = sha256_of_bytes(data)
    if state == "ours" and ledger.manifest.files[ledger.manifest.name_of(path)].sha256 == digest:
        ledger.result.unchanged += 1
        return
    if state in ("edited", "foreign") and planned.crop.id not in ledger.force:
        if _reads_as(path, data):
            ledger.record(path, planned, "", digest, Stamp.of(path))
            ledger.result.unchanged += 1
        else:
            ledger.keep(path, CHANGED_BY_HAND if state == "edited" else NOT_OURS, planned)
        return
    try:
        ledger.manifest.announce(path, planned.crop.id, "", digest)
        stamp = write_whole(path, data)
    except WriteError as error:
        ledger.fail(planned, error)
        return
    ledger.record(path, planned, "", digest, stamp)
    ledger.result.written += 1


def _reads_as(path: Path, data: bytes) -> bool:
    """Whether a caption file says the same, its line's end aside."""
    line = data.removesuffix(b"\n")
    try:
        is_short = os.path.isfile(path) and path.stat().st_size <= len(line) + 2
        return is_short and path.read_bytes() in (data, line, line + b"\r\n")
    except OSError:
        return False
