from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.history import History
from spyke_tui.model.project import Crop, Dataset, Project, Sheet
from spyke_tui.tui.crop_editor import CropEditor
from spyke_tui.tui.shapes import AspectLock, stretched


def editor_of(*crops: Crop) -> CropEditor:
    sheets = {
        "final": Sheet("final", "final.png", Size(600, 400)),
        "faces": Sheet("faces", "faces.png", Size(300, 200)),
        "empty": Sheet("empty", "empty.png"),
    }
    project = Project(Dataset("spyke", "t"), sheets=sheets, crops=crops)
    return CropEditor(History(project))


CROPS = (
    Crop("front", "final", Rect(10, 10, 100, 200)),
    Crop("twin", "final", Rect(200, 10, 100, 200)),
    Crop("twin", "final", Rect(400, 10, 100, 200)),
    Crop("angry", "faces", Rect(10, 10, 50, 50)),
)


def test_two_crops_of_one_id_are_two_crops() -> None:
    editor = editor_of(*CROPS)
    editor.select(2)
    editor.move(5, 0)
    assert [crop.rect.left for crop in editor.project.crops] == [10, 200, 405, 10]
    editor.delete()
    assert [crop.rect.left for crop in editor.project.crops] == [10, 200, 10]
    editor.undo()
    assert editor.crop is not None and editor.crop.rect.left == 405


def test_keys_move_a_crop_before_the_size_of_its_sheet_is_known() -> None:
    """A sheet that is missing, or not read yet: its other crops are not its border."""
    editor = editor_of(Crop("first", "empty", Rect(10, 10, 100, 200)))
    editor.open_sheet("empty")
    editor.move(5, 7)
    assert [crop.rect for crop in editor.project.crops] == [Rect(15, 17, 100, 200)]
    editor.picture_sizes["empty"] = Size(116, 300)
    editor.move(5, 0)
    assert [crop.rect for crop in editor.project.crops] == [Rect(16, 17, 100, 200)]


def test_an_undo_goes_to_what_it_changes() -> None:
    editor = editor_of(*CROPS)
    editor.move(1, 0)
    editor.open_sheet("faces")
    assert editor.undo() == "move whole front"
    assert (editor.sheet_key, editor.index) == ("final", 0)
    editor.open_sheet("faces")
    editor.redo()
    assert (editor.sheet_key, editor.index) == ("final", 0)
    assert editor.redo() is None


def test_an_undo_of_many_stays_where_it_is_among_them() -> None:
    editor = editor_of(*CROPS)
    editor.select(1)
    project = editor.project
    kept = tuple(replace(one, status="reject") for one in project.crops)
    editor.history.apply("reject", project.with_crops(kept))
    editor.undo()
    assert editor.index == 1
    editor.redo()
    assert editor.index == 1


def test_ids_are_proposed_that_nobody_has() -> None:
    editor = editor_of(*CROPS)
    assert [editor.add(Rect(0, 0, 10, 10)) for _ in range(3)] == ["final_1", "final_2", "final_3"]
    editor.select_id("final_2")
    assert editor.duplicate() == "final_4"
    editor.select_id("front")
    assert editor.duplicate() == "front_1"


def test_the_size_of_a_sheet_is_written_with_the_first_change_only() -> None:
    editor = editor_of(*CROPS)
    editor.picture_sizes["empty"] = Size(50, 60)
    editor.picture_sizes["final"] = Size(590, 390)  # the picture has changed since
    editor.open_sheet("empty")
    assert editor.crop is None
    editor.add(Rect(0, 0, 10, 10))
    assert editor.project.sheets["empty"].size == Size(50, 60)
    editor.select(0)
    editor.move(1, 0)
    assert editor.project.sheets["final"].size == Size(600, 400)
    assert editor.sheet_size == Size(590, 390)


def test_going_on_from_a_sheet_without_crops() -> None:
    editor = editor_of(*CROPS)
    editor.open_sheet("empty")
    editor.go(-1)
    assert editor.crop is not None and editor.crop.id == "angry"
    editor.open_sheet("empty")
    editor.go(1)
    assert editor.crop is not None and editor.crop.id == "front"


def test_nothing_is_done_to_nothing() -> None:
    editor = editor_of()
    for do in (
        lambda: editor.move(1, 1), lambda: editor.grow(1), editor.square, editor.duplicate,
        editor.delete, lambda: editor.set_status("keep"), lambda: editor.go(1), editor.undo,
        editor.turn_lock, lambda: editor.turn_edge(1), lambda: editor.go_sheet(1),
    ):  # fmt: skip
        do()
    assert not editor.history.can_undo


actions: dict[str, Callable[[CropEditor], object]] = {
    "left": lambda editor: editor.move(-1, 0),
    "right": lambda editor: editor.move(10, 0),
    "down": lambda editor: editor.move(0, 10),
    "up": lambda editor: editor.move(0, -1),
    "grow": lambda editor: editor.grow(3),
    "shrink": lambda editor: editor.grow(-2),
    "wider": lambda editor: editor.stretch(1, 0),
    "shorter": lambda editor: editor.stretch(0, -1),
    "square": lambda editor: editor.square(),
    "edge": lambda editor: editor.turn_edge(1),
    "lock": lambda editor: editor.turn_lock(),
    "next": lambda editor: editor.go(1),
    "sheet": lambda editor: editor.go_sheet(1),
    "add": lambda editor: editor.add(Rect(0, 0, 30, 30)),
    "duplicate": lambda editor: editor.duplicate(),
    "delete": lambda editor: editor.delete(),
    "keep": lambda editor: editor.set_status("keep"),
    "undo": lambda editor: editor.undo(),
    "redo": lambda editor: editor.redo(),
}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(sorted(actions)), max_size=40), st.sampled_from((1, 8, 32, 128)))
def test_whatever_is_pressed_the_selection_exists_and_undo_goes_all_the_way_back(
    pressed: list[str], step: int
) -> None:
    editor = editor_of(*CROPS)
    editor.step = step
    start = editor.project
    for name in pressed:
        actions[name](editor)
        crop = editor.crop
        if crop is None:
            assert editor.index == -1 and not editor.indexes
        else:
            assert crop.sheet == editor.sheet_key
            assert crop.rect.is_inside(editor.sheet_size)
    end = editor.project
    steps = 0
    while editor.undo() is not None:
        steps += 1
    assert editor.project == start
    while editor.redo() is not None:
        steps -= 1
    # What had been undone before comes back as well, so the end is met on the way at least.
    assert steps <= 0
    if "undo" not in pressed:
        assert editor.project == end


@given(st.integers(1, 300), st.integers(1, 300), st.integers(-200, 200), st.integers(-200, 200))
def test_stretching_stays_on_the_sheet_and_keeps_the_centre_where_it_can(
    width: int, height: int, dx: int, dy: int
) -> None:
    sheet = Size(600, 400)
    rect = Rect(150, 50, width, height)
    new = stretched(rect, dx, dy, sheet)
    assert new.is_inside(sheet)
    if new.left > 0 and new.right < sheet.width:
        assert abs(2 * new.left + new.width - (2 * rect.left + rect.width)) <= 2


def test_the_lock_goes_round() -> None:
    assert AspectLock.FREE.next().next().next() is AspectLock.FREE
