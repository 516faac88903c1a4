"""Orders to a live run, appended by whoever steers it and read by the run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import get_args

from spyke_tui.model.run_view import Order
from spyke_tui.store.run_journal import JournalTail, RunJournal

ORDERS: frozenset[Order] = frozenset(get_args(Order))


def give_order(path: Path, order: Order) -> None:
    """Append one order. Raises `WriteError`."""
    journal = RunJournal(path)
    try:
        journal.append({"order": order, "at": round(time.time(), 3)})
    finally:
        journal.close()


class OrderBox:
    """What was ordered since it was opened: orders to an earlier run are void."""

    def __init__(self, path: Path) -> None:
        self._tail = JournalTail(path, at_end=True)

    def read(self) -> list[Order]:
        """New orders, oldest first; words that are none are passed over."""
        records, _ = self._tail.read()
        words = [record.get("order") for record in records]
        return [order for word in words for order in ORDERS if order == word]
