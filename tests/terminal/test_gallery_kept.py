"""Pictures that scroll away and come back are neither sent nor encoded again."""

from __future__ import annotations

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.gallery import Framed, Gallery, open_galleries
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import Place, Terminal, Update

SLOTS = (Rect(1, 1, 8, 4), Rect(12, 1, 8, 4))
PLACE = Place(0, 0, 24, 8, Size(10, 20))


def opened(protocol: str) -> Gallery:
    gallery = open_galleries(protocol, Palette(), Terminal()).strip
    gallery.place(PLACE, SLOTS)
    return gallery


def picture(gallery: Gallery, number: int) -> Framed:
    size = gallery.size_of(SLOTS[0])
    return Framed(number, size, bytes((40 * number % 256, 90, 20)) * (size.width * size.height))


def said(update: Update) -> str:
    """All that goes out for an update, its transfers included."""
    out = update.text
    for transfer in update.transfers:
        transfer.prepare()
        while piece := transfer.next():
            out += piece
        out += said(transfer.done())
    return out


def test_kitty_shows_again_what_it_has() -> None:
    gallery = opened("kitty")
    first, second = picture(gallery, 1), picture(gallery, 2)
    assert said(gallery.show([first, None])).count("a=t") == 1
    assert said(gallery.show([second, None])).count("a=t") == 1
    back = said(gallery.show([first, second]))
    assert "a=t" not in back and back.count("a=p") == 2


def test_kitty_forgets_the_oldest() -> None:
    from spyke_tui.terminal.gallery_kitty import KEPT

    gallery = opened("kitty")
    out = "".join(said(gallery.show([picture(gallery, n), None])) for n in range(KEPT + 3))
    assert out.count("d=I") == 3
    assert said(gallery.show([picture(gallery, 0), None])).count("a=t") == 1


def test_sixels_are_encoded_once() -> None:
    gallery = opened("sixel")
    first, second = picture(gallery, 1), picture(gallery, 2)
    drawn = said(gallery.show([first, None]))
    said(gallery.show([second, None]))
    (again,) = gallery.show([first, None]).transfers
    before = again.encoded  # type: ignore[attr-defined]
    again.prepare()
    assert before is not None and again.encoded is before  # type: ignore[attr-defined]
    assert said(again.done()) == drawn


def test_an_emptied_slot_is_written_blank() -> None:
    gallery = opened("sixel")
    said(gallery.show([picture(gallery, 1), picture(gallery, 2)]))
    update = gallery.show([picture(gallery, 1), None])
    assert {(change.row, change.col) for change in update.changes} == {
        (row, col) for row in range(1, 5) for col in range(12, 20)
    }
