"""What nobody has decided on a crop yet: the same for `check`, filters and the screens."""

from __future__ import annotations

from spyke_tui.model.caption import FACE_FRAMINGS
from spyke_tui.model.project import Crop, Dataset


def undecided(crop: Crop, dataset: Dataset) -> tuple[str, ...]:
    """The names of the fields that are still open, in the caption's order.

    A face is described by its expression, anything else by its view and pose. Where the project
    lists no details there is nothing to look for.
    """
    face = crop.framing in FACE_FRAMINGS
    listed = dataset.details or dataset.one_sided
    fields = (
        ("framing", crop.framing),
        ("view", face or crop.view.strip()),
        ("pose", face or crop.pose.strip()),
        ("expression", not face or crop.expression.strip()),
        ("background", crop.background.strip()),
        ("action", crop.action is not None),
        ("details", crop.details is not None or not listed),
    )
    return tuple(name for name, decided in fields if not decided)
