"""What is odd about a crop is said in the facts, the status line and over the sheet."""

from collections.abc import Callable

from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop
from spyke_tui.tui.crop_words import enlarged_words, erased_words


def test_by_how_much_a_crop_is_enlarged() -> None:
    assert enlarged_words(Rect(0, 0, 100, 256), 512) == "! enlarged 2.00x"
    assert enlarged_words(Rect(0, 0, 100, 512), 512) == ""
    assert enlarged_words(Rect(0, 0, 0, 0), 512) == ""


def test_how_much_is_erased_counts_overlaps_once_and_only_inside() -> None:
    whole = Rect(0, 0, 100, 100)
    assert erased_words(Crop("a", "s", whole)) == ""
    parts = (Rect(0, 0, 20, 40), Rect(0, 20, 20, 30), Rect(90, 90, 20, 20))
    assert erased_words(Crop("a", "s", whole, erase=parts)) == "! 11.0% erased"
    assert erased_words(Crop("a", "s", whole, erase=(Rect(0, 0, 10, 100),))) == "10.0% erased"
    assert erased_words(Crop("a", "s", Rect(0, 0, 0, 5), erase=parts)) == ""


async def test_the_warning_comes_and_goes_with_the_size(opened: Callable) -> None:
    async with opened() as it:
        assert "! +front" in it.text() and it.text().count("! enlarged 2.13x") == 2
        it.session.editor.place(Rect(0, 0, 512, 300))
        it.crops.draw()
        await it.pilot.pause()
        assert "enlarged" not in it.text() and "! +front" not in it.text()
