"""Which image of a run is chosen, and which of them the strip shows. Knows no Textual."""

from __future__ import annotations

from spyke_tui.model.run_view import RunView


def newest_of(view: RunView) -> int:
    """The last image that has come so far; 1 where none has, 0 where there are none."""
    made = [image.index for image in view.images if image.state in ("verified", "failed")]
    return made[-1] if made else min(1, view.total)


class RunSelection:
    """Follows the newest image until somebody chooses one. Indices count from 1."""

    def __init__(self) -> None:
        self._chosen: int | None = None
        self._first = 1

    @property
    def is_following(self) -> bool:
        return self._chosen is None

    def at(self, view: RunView) -> int:
        """The image that the keys act on; 0 where the run has none."""
        if self._chosen is not None and 1 <= self._chosen <= view.total:
            return self._chosen
        return newest_of(view)

    def go(self, view: RunView, by: int) -> bool:
        """Choose another; False at the end."""
        if not view.total:
            return False
        now = self.at(view)
        chosen = min(max(1, now + by), view.total)
        self._chosen = chosen
        return chosen != now

    def choose(self, index: int) -> None:
        self._chosen = index

    def follow(self) -> None:
        """Show the newest again."""
        self._chosen = None

    def window(self, view: RunView, count: int) -> range:
        """The images that `count` places show. While new ones come it moves on by several at once:
        where a terminal keeps no pictures each move draws all of them again."""
        if count < 1 or not view.total:
            return range(0)
        at = self.at(view)
        # Behind the newest one there is a place for the one that is being drawn.
        last = min(view.total, at + 1) if self.is_following else at
        if at < self._first:
            self._first = at - (count - 2 if self.is_following else 0)
        elif last >= self._first + count:
            self._first = last - count + 1 + (count // 4 if self.is_following else 0)
        self._first = max(1, min(self._first, max(1, view.total - count + 1)))
        return range(self._first, min(view.total, self._first + count - 1) + 1)
