"""Galleries: what is written when pictures come, change, move and go, in each protocol."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.gallery import Framed, Gallery, open_galleries
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import Place, Span, Terminal, Update

PLACE = Place(3, 2, 30, 10, Size(10, 20))
SLOTS = (Rect(0, 0, 12, 6), Rect(13, 0, 12, 6))


def framed(gallery: Gallery, key: object, slot: Rect = SLOTS[0], colour: str = "red") -> Framed:
    size = gallery.size_of(slot)
    picture = Image.new("RGB", (size.width, size.height), colour)
    picture.paste("white", (0, 0, size.width // 2, size.height // 2))
    return Framed(key, size, picture.tobytes())


def all_of(update: Update) -> str:
    """The update's text and that of its transfers, carried out."""
    out = update.text
    for transfer in update.transfers:
        transfer.prepare()
        while piece := transfer.next():
            out += piece
        out += all_of(transfer.done())
    return out


def laid(protocol: str, which: str = "strip", **terminal: object) -> Gallery:
    gallery = getattr(open_galleries(protocol, Palette(), Terminal(**terminal)), which)
    place = Place(3, 2, 30, 10, gallery.cell(Size(10, 20)))
    gallery.place(place, SLOTS)
    return gallery


def test_kitty_sends_a_picture_once_and_moves_it_for_a_few_bytes() -> None:
    strip = laid("kitty")
    one, two, three = (framed(strip, key) for key in "abc")
    sent = all_of(strip.show([one, two]))
    assert sent.count("a=t,f=100") == 2
    placed = re.findall(r"\x1b\[(\d+);(\d+)H\x1b_Ga=p[^\x1b]*c=12,r=6", sent)
    assert placed == [("3", "4"), ("3", "17")]
    moved = all_of(strip.show([two, three]))
    assert moved.count("a=t,f=100") == 1
    assert len(all_of(strip.show([two, three]))) == 0
    assert "a=d,d=i" in all_of(strip.show([three, None]))
    assert "a=d,d=I" in all_of(strip.close())


def test_kitty_keeps_the_old_preview_until_the_new_one_is_there() -> None:
    live = laid("kitty", "live")
    all_of(live.show([framed(live, 1), None]))
    update = live.show([framed(live, 2, colour="blue"), None])
    assert not update.text and not update.changes
    after = all_of(update)
    assert after.index("a=p") < after.index("a=d,d=I")


def test_kitty_far_away_sends_little_and_near_a_file(tmp_path: object) -> None:
    far, near = laid("kitty", "live"), laid("kitty", "live", files=True)
    slot = Rect(0, 0, 60, 30)
    assert max(far.size_of(slot).width, far.size_of(slot).height) == 192
    assert max(near.size_of(slot).width, near.size_of(slot).height) == 512
    text = all_of(near.show([framed(near, 1), None]))
    assert "t=t,f=24" in text and len(text) < 400
    near.close()


def test_a_parcel_that_nobody_wants_any_more_leaves_nothing_behind() -> None:
    live = laid("kitty", "live")
    first = live.show([framed(live, 1), None])
    second = live.show([framed(live, 2), None])
    assert "a=t" not in all_of(first)
    assert all_of(second).count("a=t,f=100") == 1


def test_sixel_draws_what_changed_and_repairs_what_was_written_over() -> None:
    strip = laid("sixel")
    one, two = framed(strip, "a"), framed(strip, "b", SLOTS[1], "blue")
    assert all_of(strip.show([one, two])).count("\x1bP") >= 2
    assert all_of(strip.show([one, two])) == ""
    changed = all_of(strip.show([one, framed(strip, "c", SLOTS[1])]))
    assert changed and all(int(col) >= 17 for col in re.findall(r"\x1b\[\d+;(\d+)H", changed))
    repaired = all_of(strip.repainted([Span(0, 0, 5)], ()))
    assert "\x1b[3;4H\x1bP" in repaired
    emptied = strip.show([one, None])
    assert emptied.repaint or len(emptied.changes) == 12 * 6
    strip.hide()
    assert all_of(strip.repainted([Span(0, 0, 30)], ())) == ""


def test_half_cells_write_only_cells_that_differ() -> None:
    strip = laid("halfcell")
    one = framed(strip, "a")
    assert len(strip.show([one, None]).changes) == 12 * 6
    assert not strip.show([one, None]).changes
    again = strip.show([framed(strip, "b"), None])
    assert not again.changes  # another picture that looks the same
    assert [cell.text for cell in strip.cells(0)].count(" ") == 30
    assert len(strip.show([None, one]).changes) == 2 * 12 * 6


def test_a_preview_in_half_cells_lets_noise_be() -> None:
    live = laid("halfcell", "live")
    size = live.size_of(SLOTS[0])

    def grey(value: int) -> Framed:
        return Framed(value, size, bytes((value,)) * (3 * size.width * size.height))

    assert live.show([grey(100), None]).changes
    assert not live.show([grey(110), None]).changes
    assert live.show([grey(140), None]).changes


def test_without_pictures_nothing_is_written() -> None:
    strip = laid("none")
    assert all_of(strip.show([framed(strip, "a"), None])) == ""
    assert {cell.text for cell in strip.cells(0)} == {" "}


@pytest.mark.parametrize("protocol", ["kitty", "sixel", "halfcell", "none"])
def test_a_picture_of_another_size_does_no_harm(protocol: str) -> None:
    strip = laid(protocol)
    all_of(strip.show([Framed("a", Size(3, 5), bytes(45)), None]))
    strip.place(Place(0, 0, 5, 2, strip.cell(Size(10, 20))), (Rect(0, 0, 2, 2),))
    assert len(strip.cells(0)) == 5
    strip.close()


def test_a_large_sixel_picture_goes_out_in_pieces_that_were_encoded_before() -> None:
    gallery = open_galleries("sixel", Palette(), Terminal()).live
    slot = Rect(0, 0, 60, 30)
    gallery.place(Place(0, 0, 60, 30, Size(10, 20)), (slot,))
    (transfer,) = gallery.show([framed(gallery, 1, slot)]).transfers
    transfer.prepare()
    assert transfer.next() == ""
    (repair,) = transfer.done().transfers
    pieces = list(iter(repair.next, ""))
    assert len(pieces) >= 6
    assert [piece.split("H")[0] for piece in pieces][:2] == ["\x1b[1;1", "\x1b[6;1"]
    # What was written over meanwhile is mended, and no more than that.
    repaired = all_of(gallery.repainted([Span(7, 0, 5)], ()))
    assert repaired.startswith("\x1b[8;1H") and repaired.count("\x1bP") == 1
