"""The proposals for the field that is being typed in, and which one Enter would take."""

from __future__ import annotations

from spyke_tui.model.caption_form import TextField
from spyke_tui.model.proposals import Proposal, propose
from spyke_tui.model.vocabulary import Vocabulary

BEGUN = 2
"""Letters that are the beginning of a word, and not one."""


class Proposing:
    """`at` is the place of the marked proposal, -1 while none is: then Enter goes on."""

    def __init__(self) -> None:
        self.proposals: tuple[Proposal, ...] = ()
        self.at = -1
        self._begun = False

    @property
    def begun(self) -> Proposal | None:
        """The marked proposal where a letter or two were typed for it: nobody means just those.
        More may be a word of its own ("standing", where "standing neutral pose" is known)."""
        return self.marked if self._begun else None

    @property
    def marked(self) -> Proposal | None:
        return self.proposals[self.at] if 0 <= self.at < len(self.proposals) else None

    def typed(self, vocabulary: Vocabulary, name: TextField, text: str) -> None:
        """Something was typed: mark the likeliest, if that is how it begins."""
        self.proposals = propose(vocabulary, name, text)
        last = text.rpartition(",")[2].strip()
        self._begun = 0 < len(last) <= BEGUN
        self.at = 0 if last and self.proposals and self.proposals[0].begun else -1

    def visit(self, vocabulary: Vocabulary, name: TextField, text: str) -> None:
        """A field is looked at: show what is used there; nothing is marked."""
        self.at, self._begun = -1, False
        if name == "caption":
            self.proposals = ()
            return
        line = f"{text}, " if name == "tags" and text else ""
        found = propose(vocabulary, name, line)
        self.proposals = tuple(p for p in found if p.text.casefold() != text.casefold())

    def close(self) -> None:
        self.proposals, self.at = (), -1

    def unmark(self) -> None:
        self.at = -1

    def turn(self, by: int) -> bool:
        """Mark the next or the previous one; False where that leaves the list."""
        if not self.proposals or self.at + by < -1 or (self.at == -1 and by < 0):
            return False
        self.at = min(self.at + by, len(self.proposals) - 1)
        return True
