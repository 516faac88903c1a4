"""What two programs changed in one crop, side by side; a person chooses, crop by crop."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from spyke_tui.model.merging import Clash, Kind, Merge, Side
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.stylesheets import stylesheet

Sides = dict[tuple[Kind, str], Side]

TITLE = "crops.toml was changed by another program, and here too"
KEYS = "m ← mine   t → theirs   M T all   ↑ ↓ crop   Enter writes   Esc later"
SIGNS: dict[Side | None, str] = {"mine": "m", "theirs": "t", None: "?"}


class ConflictScreen(ModalScreen[Sides | None]):
    """Gives the chosen side of every clash; None where the user puts it off.

    Nothing is chosen beforehand, and Enter waits until all are: keys that were meant for the pane
    below decide nothing.
    """

    CSS_PATH = stylesheet("conflict")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("m,left", "choose('mine')", show=False, priority=True),
        Binding("t,right", "choose('theirs')", show=False, priority=True),
        Binding("M", "choose_all('mine')", show=False),
        Binding("T", "choose_all('theirs')", show=False),
        Binding("enter", "write", show=False, priority=True),
        Binding("pagedown", "turn_page(1)", show=False, priority=True),
        Binding("pageup", "turn_page(-1)", show=False, priority=True),
    ]

    def __init__(self, merge: Merge) -> None:
        super().__init__()
        self._merge = merge
        self._sides: Sides = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content(TITLE), classes="title")
            yield Static(Content(self._summary()), id="summary")
            with Horizontal(id="sides"):
                yield OptionList(*map(self._option, self._merge.clashes), id="crops", markup=False)
                with VerticalScroll(id="fields", can_focus=False):
                    yield Static(id="table")
            yield Static(id="verdict")
            yield Static(Content(KEYS), id="keys")

    def on_mount(self) -> None:
        self.app.clear_notifications()  # they would lie over the keys
        self._list = self.query_one(OptionList)
        self._list.highlighted = 0
        self._list.focus()
        self._draw()

    def on_option_list_option_highlighted(self) -> None:
        self.query_one("#fields").scroll_home(animate=False)
        self._draw()

    def on_resize(self, _: events.Resize) -> None:
        self._draw()

    def action_choose(self, side: Side) -> None:
        """Take this crop as one side has it, and go to the next that is not chosen."""
        self._choose(self._at, side)
        open_ = [i for i, clash in enumerate(self._merge.clashes) if clash.key not in self._sides]
        later = [i for i in open_ if i > self._at]
        if open_:
            self._list.highlighted = (later or open_)[0]
        self._draw()

    def action_choose_all(self, side: Side) -> None:
        for at in range(len(self._merge.clashes)):
            self._choose(at, side)
        self._draw()

    def action_turn_page(self, by: int) -> None:
        fields = self.query_one("#fields")
        fields.scroll_relative(y=by * max(1, fields.size.height - 1), animate=False)

    def action_write(self) -> None:
        if not self._left:
            self.dismiss(self._sides)

    def _choose(self, at: int, side: Side) -> None:
        clash = self._merge.clashes[at]
        self._sides[clash.key] = side
        self._list.replace_option_prompt_at_index(at, self._option(clash).prompt)

    @property
    def _at(self) -> int:
        return self._list.highlighted or 0

    @property
    def _left(self) -> int:
        return len(self._merge.clashes) - len(self._sides)

    def _option(self, clash: Clash[Any]) -> Option:
        name = clash.name if clash.kind == "crop" else f"{clash.kind} {clash.name}"
        return Option(Content(f"{SIGNS[self._sides.get(clash.key)]} {plain(name)}"))

    def _summary(self) -> str:
        merge, number = self._merge, len(self._merge.clashes)
        words = f"{number} {'was' if number == 1 else 'were'} changed on both sides."
        if merge.mine_alone or merge.theirs_alone:
            words += f" Beside them {merge.mine_alone} of mine and {merge.theirs_alone} of theirs"
            words += " do not clash: both are taken."
        return words

    def _draw(self) -> None:
        clash = self._merge.clashes[self._at]
        self.query_one("#table", Static).update(_table(clash, self._sides.get(clash.key)))
        if self._left:
            words = f"{self._left} to choose. Until then nothing is written; both are kept."
        else:
            words = "Enter writes it. What is not taken stays in crops.toml.ours or .theirs."
        self.query_one("#verdict", Static).update(Content(words))


def _table(clash: Clash[Any], side: Side | None) -> Table:
    """Field by field: as it was, mine, theirs. What is not taken is dim."""
    table = Table(box=None, expand=True, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    for name in ("mine", "theirs", "before"):
        head = Text(f"> {name}" if name == side else name)
        table.add_column(head, ratio=1, overflow="fold", style=_ink(name, side))
    for change in clash.changes():
        sign = "! " if change.clashes else "  "
        cells = (sign + change.name.rstrip("_"), change.mine, change.theirs, change.before)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def _ink(column: str, side: Side | None) -> str:
    if column == "before":
        return "dim"
    if side is None:
        return ""
    return "bold" if column == side else "dim"
