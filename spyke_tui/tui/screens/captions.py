"""The Captions pane: a crop's picture, the fields of its caption, and the caption they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult

from spyke_tui.model.vocabulary import Vocabulary
from spyke_tui.terminal.cells import plain
from spyke_tui.terminal.surface import open_surfaces
from spyke_tui.tui.caption_commands import COMMANDS
from spyke_tui.tui.caption_disk import words_of
from spyke_tui.tui.caption_editor import CaptionEditor
from spyke_tui.tui.caption_proposals import Proposing
from spyke_tui.tui.crop_sheet import CropSheet
from spyke_tui.tui.keymap import bindings_of
from spyke_tui.tui.messages import CropChosen
from spyke_tui.tui.screens.pane import NARROW, PaneScreen
from spyke_tui.tui.stylesheets import stylesheet
from spyke_tui.tui.themes import palette_of
from spyke_tui.tui.widgets.caption_crops import CaptionCrops
from spyke_tui.tui.widgets.caption_form import CaptionForm
from spyke_tui.tui.widgets.caption_parts import CaptionView, FormTitle, Ink, ProposalList
from spyke_tui.tui.widgets.crop_picture import CropPicture
from spyke_tui.tui.widgets.frames import Columns, Rows
from spyke_tui.tui.widgets.notice import Notice
from spyke_tui.tui.widgets.pane_bar import PaneBar
from spyke_tui.tui.widgets.picture_pane import PicturePane
from spyke_tui.tui.widgets.prompt import Prompt
from spyke_tui.tui.widgets.status_line import StatusLine
from spyke_tui.tui.widgets.tag_counts import TagCounts

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.geometry import Size

    from spyke_tui.model.caption_form import TextField
    from spyke_tui.model.project import Project
    from spyke_tui.tui.caption_disk import DiskCaptions
    from spyke_tui.tui.session import Session

TYPING = (
    "Enter next picture", "Tab next field", "ctrl+r as previous", "ctrl+t this field as previous",
    "ctrl+l as on the sheet before", "ctrl+o by hand", "Esc leave the form",
)  # fmt: skip
CHOOSING = ("digit or first letter", "Backspace not decided", *TYPING[:5])
TICKING = ("digits tick", "0 looked, none", "Backspace nobody looked", *TYPING[:4])
OUTSIDE = (
    "Enter back to the form", "n p next, previous picture", "/ filter", "Space mark",
    "M change all that are marked or listed", "# tags", "? keys",
)  # fmt: skip


class CaptionsScreen(PaneScreen):
    """The fields change the crop at once; everything else is drawn from it."""

    PANE = "captions"
    CSS_PATH = stylesheet("captions")
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("captions", "screen")]

    def __init__(self, session: Session, size: Size, dark: bool) -> None:
        super().__init__(session, size)
        self.captions = CaptionEditor(session)
        self.proposing = Proposing()
        self._palette = palette_of(dark)
        choice = session.choice
        self._surface = open_surfaces(choice.protocol, self._palette, choice.terminal).preview
        self._sheet = CropSheet(self)
        self._drawn = -1
        self._counted: Project | None = None
        self._visited = (-1, "")
        self._said, self._said_of = "", -1

    def compose(self) -> ComposeResult:
        yield PaneBar("captions")
        with Columns(id="cap-body"):
            with Rows(id="cap-side"):
                yield CropPicture(self._surface)
                yield CaptionView()
            with Rows(id="cap-main"):
                yield FormTitle()
                yield CaptionForm(self.captions, self.edited, self._typed, self._turned)
                yield Notice()
                yield ProposalList()
                yield CaptionCrops()
                yield Prompt()
            yield TagCounts(self.filter_by_tag)
        yield StatusLine(self.session)

    def on_mount(self) -> None:
        self.form = self.query_one(CaptionForm)
        self._picture = self.query_one(CropPicture)
        # Looked up once: the last drawing may come while the screen is being taken down.
        self._title = self.query_one(FormTitle)
        self._view = self.query_one(CaptionView)
        self._list = self.query_one(CaptionCrops)
        self._notice = self.query_one(Notice)
        self._proposals = self.query_one(ProposalList)
        self._counts = self.query_one(TagCounts)
        self._status = self.query_one(StatusLine)
        if self.session.choice.protocol == "none":
            self._picture.display = False
        self.form.enter()
        self.draw()
        self.disk.look_now()

    def on_screen_suspend(self) -> None:
        for pane in self.query(PicturePane):
            pane.hide_picture()

    def on_screen_resume(self) -> None:
        for pane in self.query(PicturePane):
            pane.reshow()
        if self.is_mounted:
            self.disk.look_now()

    # Keys

    def do(self, action: str) -> None:
        if action in COMMANDS:
            COMMANDS[action](self)

    def go(self, by: int) -> None:
        """To another crop; the keys stay with the same field."""
        went = self.captions.go(by)
        self.say("" if went else f"This is the {'last' if by > 0 else 'first'} crop.")

    def say(self, words: str) -> None:
        """A remark where the proposals are; the next change or another crop takes it away."""
        self._said, self._said_of = words, self.session.editor.index
        self.draw()

    def travelled(self, words: str) -> None:
        self.say(plain(words))

    def edited(self) -> None:
        """The project changed: save it in time and show it."""
        self._said = ""
        self.spyke.autosave.changed()
        self.draw()

    def _typed(self, name: TextField, text: str) -> None:
        self.proposing.typed(self.captions.vocabulary, name, text)
        self._draw_proposals()

    def _turned(self, by: int) -> None:
        """An arrow up or down: through the proposals, else to the next field."""
        if self.form.focused_text is not None and self.proposing.turn(by):
            self._draw_proposals()
        else:
            self.form.step(by)

    def on_descendant_focus(self) -> None:
        self.call_later(self._focus_moved)

    def on_descendant_blur(self) -> None:
        self.call_later(self._focus_moved)

    def _focus_moved(self) -> None:
        # Where nothing has the focus, the terminal itself may have lost it: all stays as it is.
        if self.focused is not None and self._visited != self._visiting():
            self._visit_field()
        self.draw()

    def _visiting(self) -> tuple[int, str]:
        field = self.form.focused_text
        return (self.session.editor.index, field.field if field is not None else "")

    def _visit_field(self) -> None:
        self._visited = self._visiting()
        field = self.form.focused_text
        if field is None:
            self.proposing.close()
        else:
            self.proposing.visit(self.captions.vocabulary, field.field, field.value)

    def on_crop_chosen(self, event: CropChosen) -> None:
        self.session.editor.select(event.index)
        self.draw()

    def on_picture_wanted(self) -> None:
        self.form.enter()

    # Drawing

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        # The tags may have come into view: they are counted only while they are seen.
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        if self.focused is not None:
            self.focused.scroll_visible(animate=False, immediate=True)
        self.draw()

    def draw(self) -> None:
        if not hasattr(self, "form"):
            return  # news came before the parts were there; they are drawn when they are
        editor = self.session.editor
        crop, project = editor.crop, self.session.project
        with self.spyke.writer.one_write():
            self._sheet.follow()
            is_new = editor.index != self._drawn
            self._drawn = editor.index
            self.form.draw()
            if is_new:
                self._said = self._said if self._said_of == editor.index else ""
                self._visit_field()
            self._draw_title()
            self._picture.show(self._sheet.state.picture, crop, self.session.project.dataset)
            slip = self.captions.slip() if crop is not None else None
            self._view.show(crop, project.dataset, slip, self._sheet.state.problem)
            self._list.show(project, self.captions.order, editor.index, self.captions.marked)
            self._draw_disk()
            self._draw_proposals()
            self._draw_tags()
            self._status.draw()

    def _draw_title(self) -> None:
        crop, order = self.session.editor.crop, self.captions.order
        if crop is None:
            self._title.show(Ink(" No crop is selected.", bold=True))
            return
        index = self.session.editor.index
        place = (
            f"{order.index(index) + 1} of {len(order)}" if index in order else "passed over here"
        )
        pieces = [
            Ink(f" {crop.id}  ", bold=True),
            Ink(f"{'draft, not built' if crop.status == 'draft' else crop.status}  {place}   "),
        ]
        if self.captions.filter is not None:
            pieces.append(Ink(f"only {self.captions.filter.text}  ", "primary"))
        others = sum(changed.crop_id != crop.id for changed in self.disk.found)
        if others:
            here = self.disk.of(crop.id) is not None
            words = (
                f"! {others} more changed on disk" if here else f"! {others} changed on disk: F7"
            )
            pieces.append(Ink(words, "warning"))
        self._title.show(*pieces)

    def _draw_tags(self) -> None:
        """Count the tags; only where they are shown, and only when a caption may have changed."""
        project = self.session.project
        if self._counts.display and project is not self._counted:
            self._counted = project
            crops = sum(crop.status != "reject" for crop in project.crops)
            self._counts.show(Vocabulary.of(project).captions, crops)

    def filter_by_tag(self, tag: str) -> None:
        """Show only the crops that have this tag."""
        self.captions.filter_by(f'tag:"{tag}"')
        self.set_class(False, "-tags")
        self.filtered()

    def filtered(self) -> None:
        """The filter changed: go to the first crop that comes through, if this one does not."""
        order = self.captions.order
        if order and self.session.editor.index not in order:
            self.session.editor.select(order[0])
        self.draw()

    def _draw_proposals(self) -> None:
        field = self.form.focused_text
        if field is not None:
            field.hint(self.proposing.marked)
        keys: tuple[str, ...] = OUTSIDE
        if field is not None:
            keys = TYPING
        elif self.focused is not None and self.focused.id == "field-details":
            keys = TICKING
        elif self.focused is not None and (self.focused.id or "").startswith("field-"):
            keys = CHOOSING
            if self.focused.id == "field-expression":
                keys = ("+ another", *CHOOSING)
        self._proposals.show(self.proposing.proposals, self.proposing.at, self._said, keys)

    def recolour(self) -> None:
        super().recolour()
        palette = palette_of(self.app.current_theme.dark)
        if palette is not self._palette:
            self._palette = palette
            self._picture.recolour(palette)

    # Captions on disk

    @property
    def disk(self) -> DiskCaptions:
        return self.spyke.captions_on_disk

    def _draw_disk(self) -> None:
        crop = self.session.editor.crop
        changed = self.disk.of(crop.id) if crop is not None else None
        words = words_of(changed) if changed is not None else ""
        if self.has_class(NARROW) and len(words) > 2 * self.size.width - 8:
            words = words[: 2 * self.size.width - 9] + "…"
        self._notice.say(words)
