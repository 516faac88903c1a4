"""The meters say what is missing, and which crops would help."""

from dataclasses import replace

from spyke_tui.model.geometry import Rect
from spyke_tui.model.meters import Meter, OnDisk, measure_set
from spyke_tui.model.project import Crop, Dataset, Project, Sheet, Targets
from spyke_tui.model.tag_filter import parse_filter

DATASET = Dataset("spyke", "spyke_v1", details=("cloak", "bracer"), one_sided=("bracer",))


def crop(number: int, **more: object) -> Crop:
    fields = {
        "sheet": "one", "rect": Rect(0, 0, 9, 9), "framing": "full body", "action": False,
        "details": ("bracer",),
    }  # fmt: skip
    return Crop(f"c{number}", **{**fields, **more})  # type: ignore[arg-type]


def project(*crops: Crop, dataset: Dataset = DATASET, targets: Targets | None = None) -> Project:
    sheets = {"one": Sheet("one", "one.png"), "bad": Sheet("bad", "bad.png", use="exclude")}
    return Project(dataset, targets or Targets(), sheets, crops)


def meters(it: Project, disk: OnDisk | None = None) -> dict[str, Meter]:
    return {meter.name: meter for meter in measure_set(it, disk)}


def test_every_target_has_a_meter() -> None:
    assert list(meters(project())) == [
        "images", "details", "full body", "bust", "closeup", "action", "expressions", "steps",
        "reg",
    ]  # fmt: skip


def test_what_is_missing_is_said_with_an_example() -> None:
    kept = [crop(n) for n in range(16)]
    draft = crop(90, status="draft", framing="bust")
    rejected = crop(91, status="reject", framing="closeup", sheet="one")
    excluded = crop(92, status="draft", framing="closeup", sheet="bad")
    found = meters(project(*kept, draft, rejected, excluded))
    assert found["bust"].words == "2 more busts, e.g. c90 is still a draft."
    assert not found["bust"].ok
    assert found["closeup"].ok  # 0 of 16 lies within the tolerance
    tight = Targets(tolerance=0.0, framing={"closeup": 0.10})
    found = meters(project(*kept, rejected, excluded, targets=tight))
    assert found["closeup"].words == "2 more closeups, e.g. c91 was rejected."
    found = meters(project(*kept, excluded, targets=tight))
    assert found["closeup"].words == "2 more closeups; no draft is one."
    assert found["closeup"].filter == ""


def test_one_missing_is_in_the_singular_and_three_drafts_are_counted() -> None:
    tight = Targets(tolerance=0.0, framing={"closeup": 0.10})
    drafts = [crop(80 + n, status="draft", framing="closeup") for n in range(4)]
    found = meters(project(*[crop(n) for n in range(10)], *drafts, targets=tight))
    assert found["closeup"].words == ("1 more closeup, e.g. c80, c81 and 2 more are still drafts.")


def test_its_filter_lists_the_crops_that_would_help() -> None:
    tight = Targets(tolerance=0.0, framing={"full body": 0.5, "bust": 0.5})
    helping = crop(90, status="draft", framing="bust", details=("bracer",), expression="calm")
    other = crop(91, status="draft", framing="closeup", details=())
    it = project(*[crop(n, details=()) for n in range(4)], helping, other, targets=tight)
    for name in ("bust", "details"):
        meter = meters(it)[name]
        asked = parse_filter(meter.filter)
        assert asked.select(it.crops, it.dataset) == (helping,), name


def test_images_are_counted_with_twins_and_against_the_disk() -> None:
    kept = [crop(n, details=()) for n in range(15)]
    kept[0] = replace(kept[0], mirror=True)
    found = meters(project(*kept), OnDisk(0, 0))["images"]
    assert (found.value, found.want) == ("16", "15-20") and found.words.endswith(
        "On disk none of them."
    )
    assert not found.ok
    assert meters(project(*kept), OnDisk(16, 0))["images"].ok
    few = meters(project(*kept[:3], crop(9, status="draft")), OnDisk(4, 0))["images"]
    assert few.words.startswith("11 more, e.g. c9 is still a draft.")
    many = meters(project(*[crop(n) for n in range(23)]))["images"]
    assert many.words.startswith("3 too many")


def test_expressions_steps_and_regularization() -> None:
    named = [crop(n, expression=e) for n, e in enumerate(("neutral", "calm", "angry"))]
    draft = crop(9, status="draft", expression="surprised expression")
    found = meters(project(*named, draft), OnDisk(3, 90))
    words = "Missing: determined, surprised, e.g. c9 is still a draft."
    assert found["expressions"].words == words
    assert found["expressions"].value == "3 of 5"
    assert found["reg"].words.startswith("10 more regularization images") and not found["reg"].ok
    assert "doubled" in found["steps"].words and found["steps"].ok
    narrow = replace(Targets(), steps=replace(Targets().steps, min=899, max=899))
    found = meters(project(*named, targets=narrow), OnDisk(3, 0))
    assert "No whole number of epochs" in found["steps"].words and not found["steps"].ok


def test_an_empty_project_has_meters_too() -> None:
    for disk in (None, OnDisk(0, 0)):
        for meter in measure_set(project(dataset=Dataset("a", "b")), disk):
            assert meter.words and 0 <= meter.share <= 1 and 0 <= meter.mark_share <= 1
