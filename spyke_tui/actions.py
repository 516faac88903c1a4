"""Every action once: its id, keys, words and place.

Bindings, the help screen, the palette and docs/keys.md are made from this table, so what one of
them says is true of the others. It is plain data and imports nothing of the package.

Keys are single characters as they are typed, or names (``left``, ``shift+tab``, ``f2``). An
action without keys is found in the palette.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERYWHERE = ""
"""The pane of actions that work on every pane."""

PANES = {
    "sheets": "Sheets",
    "crops": "Crops",
    "captions": "Captions",
    "set": "Set",
    "reg": "Regularization",
}
"""Pane ids and titles, in the order of F2, F3, ..."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do. `group` is the heading it stands under in the help."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    pane: str
    group: str


def _action(pane: str, group: str, id_: str, keys: str, label: str, help_: str) -> Action:
    """A row of the table; `keys` are separated by spaces."""
    return Action(id_, tuple(keys.split()), label, help_, pane, group)


def _everywhere(group: str, id_: str, keys: str, label: str, help_: str) -> Action:
    return _action(EVERYWHERE, group, id_, keys, label, help_)


def _crops(group: str, id_: str, keys: str, label: str, help_: str) -> Action:
    return _action("crops", group, id_, keys, label, help_)


def _sheets(group: str, id_: str, keys: str, label: str, help_: str) -> Action:
    return _action("sheets", group, id_, keys, label, help_)


def _captions(group: str, id_: str, keys: str, label: str, help_: str) -> Action:
    return _action("captions", group, id_, keys, label, help_)


def _reg(group: str, id_: str, keys: str, label: str, help_: str) -> Action:
    return _action("reg", group, id_, keys, label, help_)


def _set(group: str, id_: str, keys: str, label: str, help_: str) -> Action:
    return _action("set", group, id_, keys, label, help_)


# A table reads best with one row to a line.
# ruff: noqa: E501
# fmt: off
ACTIONS: tuple[Action, ...] = (
    _everywhere("Panes", "pane.sheets", "f2", "Sheets", "the table of source pictures"),
    _everywhere("Panes", "pane.crops", "f3", "Crops", "the rectangles on a sheet"),
    _everywhere("Panes", "pane.captions", "f4", "Captions", "what each picture shows, in words"),
    _everywhere("Panes", "pane.set", "f5", "Set", "the training set at a glance: pictures, targets, findings"),
    _everywhere("Panes", "pane.reg", "f6", "Regularization", "images from ComfyUI: regularization and top-up"),
    _everywhere("Panes", "pane.previous", ",", "Previous pane", "the pane before this one"),
    _everywhere("Panes", "pane.next", ".", "Next pane", "the pane after this one"),
    _everywhere("Project", "project.save", "w ctrl+s", "Save", "save now; it also saves itself within a second"),
    _everywhere("Project", "project.build", "b", "Build", "write the training images and captions of all kept crops"),
    _everywhere("Project", "project.dataset", "T", "Dataset", "trigger, details, letterbox colour, targets and all else of the whole set, in a form"),
    _everywhere("Project", "project.reload", "", "Reload", "read crops.toml again after another program changed it; undo brings yours back"),
    _everywhere("Project", "edit.undo", "u ctrl+z", "Undo", "take the last step back; a burst of nudges is one step"),
    _everywhere("Project", "edit.redo", "U ctrl+y", "Redo", "do it again"),
    _everywhere("Application", "app.palette", ": ctrl+p", "Palette", "find any action by its name"),
    _everywhere("Application", "app.help", "? f1", "Help", "the keys of this pane"),
    _everywhere("Application", "app.theme", "", "Dark or light", "change between the dark and the light theme"),
    _everywhere("Application", "app.redraw", "", "Redraw", "draw the screen and its pictures anew, where the terminal lost some of it"),
    _everywhere("Application", "app.quit", "q", "Quit", "save and leave"),

    _crops("Move", "crop.left", "left h", "Left", "move left by the step: the whole rectangle or the chosen edge"),
    _crops("Move", "crop.down", "down j", "Down", "move down by the step"),
    _crops("Move", "crop.up", "up k", "Up", "move up by the step"),
    _crops("Move", "crop.right", "right l", "Right", "move right by the step"),
    _crops("Move", "crop.far-left", "H shift+left", "Far left", "move left by ten steps"),
    _crops("Move", "crop.far-down", "J shift+down", "Far down", "move down by ten steps"),
    _crops("Move", "crop.far-up", "K shift+up", "Far up", "move up by ten steps"),
    _crops("Move", "crop.far-right", "L shift+right", "Far right", "move right by ten steps"),
    _crops("Move", "step.1", "1", "Step 1 px", "arrows move by 1 pixel of the sheet"),
    _crops("Move", "step.8", "2", "Step 8 px", "arrows move by 8 pixels"),
    _crops("Move", "step.32", "3", "Step 32 px", "arrows move by 32 pixels"),
    _crops("Move", "step.128", "4", "Step 128 px", "arrows move by 128 pixels"),
    _crops("Shape", "edge.next", "tab", "Next edge", "arrows move: whole, top, right, bottom, left"),
    _crops("Shape", "edge.previous", "shift+tab", "Previous edge", "the same the other way round"),
    _crops("Shape", "edge.whole", "0", "Whole", "arrows move the whole rectangle"),
    _crops("Shape", "crop.grow", "+ =", "Grow", "grow about the centre, by the step on each side"),
    _crops("Shape", "crop.shrink", "-", "Shrink", "shrink about the centre"),
    _crops("Shape", "crop.narrower", "<", "Narrower", "take the step off the left and the right"),
    _crops("Shape", "crop.wider", ">", "Wider", "add the step at the left and the right"),
    _crops("Shape", "crop.shorter", "{", "Shorter", "take the step off the top and the bottom"),
    _crops("Shape", "crop.taller", "}", "Taller", "add the step at the top and the bottom"),
    _crops("Shape", "aspect.lock", "r", "Aspect lock", "edges keep the shape: free, 1:1, as it is now"),
    _crops("Shape", "crop.square", "S", "Square", "make the rectangle square about its centre"),
    _crops("Shape", "crop.snap", "s", "Snap", "pull the edges to what is drawn inside"),
    _crops("Shape", "crop.centre", "c", "Centre", "centre on what is drawn inside, same size"),
    _crops("Shape", "crop.numbers", "e", "Numbers", "type left, top, width and height"),
    _crops("Shape", "erase.begin", "E", "Erase", "paint text over: a rectangle inside the crop that the keys move; E the next, i one more, Delete, Esc"),
    _crops("Crops", "crop.next", "n pagedown", "Next crop", "the next crop of this sheet, then of the next sheet"),
    _crops("Crops", "crop.previous", "p pageup", "Previous crop", "the crop before"),
    _crops("Crops", "sheet.next", "N", "Next sheet", "the next sheet"),
    _crops("Crops", "sheet.previous", "P", "Previous sheet", "the sheet before"),
    _crops("Crops", "crop.new", "i", "New crop", "a draft in the middle of what is in view"),
    _crops("Crops", "crop.duplicate", "y", "Duplicate", "the same rectangle again, as a draft"),
    _crops("Crops", "crop.repeat", "Y", "New, same size", "a draft of the size of this crop in the middle of what is in view"),
    _crops("Crops", "crop.mirror", "f", "Flipped twin", "mirror: also write this crop flipped; refused where that puts a detail on the wrong side"),
    _crops("Crops", "crop.copy", "o", "Copy numbers", "put the rectangle on the clipboard, over SSH too"),
    _crops("Crops", "crops.filter", "/", "Filter", "list only some crops, n and p walk those: status:draft, missing:any, -tag:sword; Esc takes it away"),
    _crops("Crops", "crop.rename", "R", "Rename", "another name for this crop; its files follow with the next build"),
    _crops("Crops", "crop.move", "", "Move to sheet", "put this crop on another sheet"),
    _crops("Crops", "crop.keep", "enter", "Keep, next", "keep this crop and go to the next"),
    _crops("Crops", "crop.reject", "x", "Reject", "reject this crop; again: back to draft"),
    _crops("Crops", "crop.delete", "X delete", "Delete", "take this crop out of crops.toml"),
    _crops("Suggest", "suggest.begin", "a", "Suggest", "find the figures here; then Enter takes one, x leaves one, n and p step, Esc ends"),
    _crops("Suggest", "suggest.all", "A", "Take all", "take all suggestions as drafts; find them first where there are none yet"),
    _crops("Suggest", "split.begin", "t", "Split", "cut the crop, or a sheet without crops, into columns or rows: drafts for views side by side"),
    _crops("View", "view.image", "v", "Training image", "the training image and its twin at full size; Space: before and after erasing"),
    _crops("Mark", "mark.turn", "space", "Mark", "mark this crop, or no longer, and go to the next of this sheet"),
    _crops("Mark", "mark.range", "m", "Mark range", "mark all from the last mark to this crop"),
    _crops("Mark", "mark.act", "M", "Act on marked", "one change to all marked crops: status, size, alignment, fields, sheet; shown before it is made"),
    _crops("Mark", "mark.clear", "", "Clear marks", "nothing is marked any more"),
    _crops("View", "view.closer", "z", "Zoom", "fit, then the crop, then one pixel to one"),
    _crops("View", "view.back", "Z", "Zoom back", "back through the same"),
    _crops("View", "focus.leave", "escape", "Leave", "leave the picture, so that Tab moves between the parts of the screen"),

    _sheets("Sheets", "sheet.open", "enter", "Open", "the crops of this sheet"),
    _sheets("Sheets", "sheet.down", "down j", "Down", "the next sheet of the table"),
    _sheets("Sheets", "sheet.up", "up k", "Up", "the sheet before"),
    _sheets("Sheets", "sheet.add", "a", "Add", "add a picture, or all pictures of a folder, as sheets"),
    _sheets("Sheets", "sheet.remove", "X delete", "Remove", "take this sheet out of crops.toml, with its crops; asks first where it has any"),
    _sheets("What it is for", "sheet.use-yes", "y", "Use: yes", "crops of it are trained on"),
    _sheets("What it is for", "sheet.use-partial", "p", "Use: partial", "some of it is good"),
    _sheets("What it is for", "sheet.use-evaluate", "v", "Use: evaluate", "not decided: look at it again"),
    _sheets("What it is for", "sheet.use-exclude", "x", "Use: exclude", "nothing of it is trained on"),
    _sheets("What it is for", "sheet.annotated", "t", "Callout text", "it carries callout text or does not: clean sheets are better for the same view"),
    _sheets("What it is for", "sheet.note", "e", "Note", "write why it is used or not"),
    _sheets("Picture files", "sheet.relocate", "r", "Relocate", "look for its picture below a folder, by name and size"),
    _sheets("Picture files", "sheet.accept-size", "s", "Accept size", "take the changed size of its picture: the rectangles stay where they are"),
    _sheets("View", "sheet.sort", "o", "Order", "as in the file, by name, by state, by use, by kept crops"),
    _sheets("View", "sheet.filter", "/", "Filter", "show only sheets with these words"),

    _captions("Typing", "caption.take", "enter", "Take or next", "take the marked proposal, else the next picture with the keys in the same field; after a letter or two Tab and PgDn take it too"),
    _captions("Typing", "caption.field-next", "tab", "Next field", "digits or first letters choose, digits or Space tick details, Backspace takes back; Down goes into the proposals"),
    _captions("Typing", "caption.field-previous", "shift+tab", "Previous field", "the field before"),
    _captions("Typing", "caption.next", "n pagedown", "Next picture", "the next crop; rejected ones are passed over"),
    _captions("Typing", "caption.previous", "p pageup", "Previous picture", "the crop before"),
    _captions("Typing", "caption.leave", "escape", "Leave", "put a marked proposal away, else leave the form, so that letters act; Enter goes back"),
    _captions("Typing", "caption.tag-left", "alt+left", "Tag to the left", "move the tag under the cursor before the one before it"),
    _captions("Typing", "caption.tag-right", "alt+right", "Tag to the right", "move the tag under the cursor behind the next one"),
    _captions("As another", "caption.repeat", "r ctrl+r", "As previous", "all fields as on the crop before"),
    _captions("As another", "caption.repeat-field", "t ctrl+t", "Field as previous", "only this field as on the crop before"),
    _captions("As another", "caption.counterpart", "l ctrl+l", "As on the sheet before", "all fields as on the crop at the same place of the sheet before"),
    _captions("Caption", "caption.looked", "0", "Looked, none", "somebody looked and saw none of the details"),
    _captions("Caption", "caption.expression", "+", "Another expression", "type an expression that is not in the list; from then on it is"),
    _captions("Caption", "caption.override", "o ctrl+o", "By hand", "write the caption as free text; again: back to the fields"),
    _captions("Caption", "caption.mend", "g ctrl+g", "Mend spelling, twin", "write a tag that looks mistyped as the other crops do; where there is none, make the twin's caption anew from the fields"),
    _captions("Many", "caption.filter", "/", "Filter", "show only crops with these tags, fields or open questions"),
    _captions("Many", "caption.mark", "space", "Mark", "mark this crop, or no longer, and go to the next"),
    _captions("Many", "caption.mark-range", "m", "Mark range", "mark all from the last mark to this crop"),
    _captions("Many", "caption.mark-clear", "", "Clear marks", "nothing is marked any more"),
    _captions("Many", "caption.change-all", "M", "Change all", "one change to all that are marked, else to all that are listed; shown before it is made"),
    _captions("Many", "caption.tags", "#", "Tags", "how often each tag stands in the captions; Enter shows the crops that have it"),
    _captions("Caption on disk", "caption.adopt", "a f7", "Adopt", "take a caption file that was changed elsewhere into the fields"),
    _captions("Caption on disk", "caption.overwrite", "W f8", "Write over", "write this caption over the changed file"),
    _captions("Caption on disk", "caption.leave-file", "k f9", "Leave", "leave the changed file as it is"),

    _set("Pictures", "set.left", "left h", "Left", "the picture before"),
    _set("Pictures", "set.down", "down j", "Down", "a row of pictures down"),
    _set("Pictures", "set.up", "up k", "Up", "a row of pictures up"),
    _set("Pictures", "set.right", "right l", "Right", "the next picture"),
    _set("Pictures", "set.page-down", "pagedown", "Page down", "as many pictures on as are in view"),
    _set("Pictures", "set.page-up", "pageup", "Page up", "as many pictures back"),
    _set("Pictures", "set.first", "home", "First", "the first picture"),
    _set("Pictures", "set.last", "end", "Last", "the last picture"),
    _set("Decide", "set.take", "enter", "Keep, next", "keep this crop and go to the next; on a target or a finding: go there"),
    _set("Decide", "set.reject", "x", "Reject", "reject this crop; again: back to draft; on a flipped twin: no twin any more"),
    _set("Look", "set.image", "v", "Full size", "the training image at full size, with all that is said of it"),
    _set("Look", "set.compare", "c", "Compare", "the two that are marked, else this one and the next, side by side"),
    _set("Look", "set.larger", "+ =", "Larger", "larger pictures"),
    _set("Look", "set.smaller", "-", "Smaller", "smaller pictures"),
    _set("Look", "set.sort", "o", "Order", "as in the file, by id, sheet, framing, status, findings"),
    _set("Look", "set.filter", "/", "Filter", "show only some crops, here and in Crops and Captions: status:draft, missing:any; Esc takes it away"),
    _set("Mark", "set.mark", "space", "Mark", "mark this crop, or no longer, and go to the next"),
    _set("Mark", "set.mark-range", "m", "Mark range", "mark all from the last mark to this crop"),
    _set("Mark", "set.mark-act", "M", "Act on marked", "one change to all marked crops; shown before it is made"),
    _set("Mark", "set.mark-clear", "", "Clear marks", "nothing is marked any more"),
    _set("Targets and findings", "set.part", "tab", "Next part", "pictures, targets, findings"),
    _set("Targets and findings", "set.part-before", "shift+tab", "Part before", "the same the other way round"),
    _set("Targets and findings", "set.mend", "g", "Mend", "do what stands there about this finding, or about the first one of this picture"),
    _set("Targets and findings", "set.mend-other", "G", "Mend otherwise", "the other way to mend it, where there are two"),
    _set("Targets and findings", "set.check", "r", "Check again", "it is done by itself whenever something changes"),
    _set("Targets and findings", "set.leave", "escape", "Back", "to the pictures"),

    _reg("Run", "reg.start", "s", "Start, go on", "look whether all is right, then draw what is missing; it goes on when this app is closed"),
    _reg("Run", "reg.pause", "space", "Pause, resume", "pause when the servers have finished what they have; again: go on"),
    _reg("Run", "reg.stop", "S", "Stop after this", "finish the image that is being drawn, then stop"),
    _reg("Run", "reg.interrupt", "I", "Interrupt", "stop now; the next start draws that image again"),
    _reg("Run", "reg.retry", "r", "Retry failed", "take images that failed up again"),
    _reg("Run", "reg.test", "t", "Test one", "draw one image only, to see what the settings make"),
    _reg("Run", "reg.edit", "e", "Settings", "prompt, server, checkpoint and all else of this run, in a form"),
    _reg("Run", "reg.redo", "R", "Redo outdated", "draw those anew that were made with other settings; asks first"),
    _reg("Run", "reg.kind", "tab", "Regularization or top-up", "the other run: class images, or candidates for training"),
    _reg("Images", "reg.next", "right l n", "Next image", "choose an image: it is shown large, x acts on it"),
    _reg("Images", "reg.previous", "left h p", "Previous image", "the image before"),
    _reg("Images", "reg.page-next", "pagedown down j", "Further on", "as many images on as are side by side"),
    _reg("Images", "reg.page-previous", "pageup up k", "Back", "as many images back"),
    _reg("Images", "reg.first", "home", "First image", "image 1"),
    _reg("Images", "reg.last", "end", "Last image", "the last image of the run"),
    _reg("Images", "reg.newest", "escape", "Newest", "follow what is being drawn again; gives up waiting for a server"),
    _reg("Images", "reg.reject", "x", "Reject", "draw this one anew with another seed; it stands in crops.toml, undo takes it back"),
)
# fmt: on


def actions_of(pane: str) -> tuple[Action, ...]:
    """The actions of one pane, in the table's order."""
    return tuple(action for action in ACTIONS if action.pane == pane)
