"""Crops as somebody might write them, odd words and spellings included."""

from __future__ import annotations

from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import FRAMINGS, STATUSES, Crop, Dataset

DATASET = Dataset(
    "spyke",
    "spyke_v1",
    details=("right bracer", "white cloak"),
    one_sided=("right bracer",),
)

WORDS = (
    "full body", "bust", "closeup", "Closeup", "front view", "from behind", "3/4 view", "profile",
    "standing neutral pose", "hand on hip", "sword drawn", "walking", "angry", "angry expression",
    "Calm Expression", "expression", "angry expression expression", "white background",
    "simple background", "spyke_v1", "SPYKE_V1", "1boy", "red  scarf", "left hand", "\u200bghost",
    "", " ", "Straße", "STRASSE", "ﬁre",
)  # fmt: skip

tags = st.sampled_from(WORDS) | st.text(max_size=8)
fields = st.lists(tags, max_size=3).map(", ".join)
optional_details = st.none() | st.lists(
    st.sampled_from(("right bracer", "white cloak", "unheard of")), max_size=2, unique=True
).map(tuple)

crops = st.builds(
    Crop,
    id=st.from_regex(r"[a-z][a-z0-9_-]{0,8}[a-z0-9]", fullmatch=True),
    sheet=st.sampled_from(("final", "v1")),
    rect=st.just(Rect(0, 0, 10, 10)),
    status=st.sampled_from(STATUSES),
    framing=st.sampled_from((*FRAMINGS, "")),
    view=fields,
    pose=fields,
    action=st.sampled_from((None, True, False)),
    expression=fields,
    background=fields,
    tags=st.lists(tags, max_size=4).map(tuple),
    details=optional_details,
    mirror=st.booleans(),
    mirror_caption=st.just("") | fields,
    caption=st.just("") | fields,
)
