"""Pairs for the captions in train/."""

from __future__ import annotations

from code_pairs import PairSet, pair

from spyke_tui.model.caption import CLIP_TOKENS, estimate_tokens

OF_A = "spyke_v1, full body, view aaaa, standing, white background"


def write(it: PairSet, data: str | bytes, name: str = "a.txt") -> None:
    """A caption as we wrote it: not edited, whatever else is wrong with it."""
    it.ours(it.train / name, data if isinstance(data, bytes) else data.encode())


def edit(it: PairSet, data: str | bytes, name: str = "a.txt") -> None:
    (it.train / name).write_bytes(data if isinstance(data, bytes) else data.encode())


@pair("caption-missing", "error", "a.TXT instead of a.txt")
def a_capital_ending(it: PairSet, spoilt: int) -> None:
    path = it.train / "a.txt"
    path.rename(path.with_suffix(".TXT" if spoilt else ".part"))
    if not spoilt:
        path.with_suffix(".part").rename(path)


@pair("caption-empty", "error", "a line end in front of the caption", along={"caption-edited"})
def a_blank_first_line(it: PairSet, spoilt: int) -> None:
    edit(it, ("\n" if spoilt else " ") + OF_A)


@pair("caption-trigger", "error", "one digit of the trigger")
def one_digit_of_the_trigger(it: PairSet, spoilt: int) -> None:
    it.caption("a", OF_A.replace("spyke_v1", "spyke_v2" if spoilt else "spyke_v1,"))


@pair("caption-trigger", "error", "the trigger is the second tag")
def the_trigger_second(it: PairSet, spoilt: int) -> None:
    it.caption("a", ("standing, spyke_v1, " if spoilt else "spyke_v1, standing, ") + OF_A[10:])


@pair("caption-encoding", "error", "a byte order mark", along={"caption-edited"})
def a_byte_order_mark(it: PairSet, spoilt: int) -> None:
    edit(it, b"\xef\xbb\xbf" * spoilt + OF_A.encode())


@pair("caption-encoding", "error", "an e with an accent in latin-1 instead of UTF-8",
      along={"caption-edited"}, beside={"caption-edited"})  # fmt: skip
def latin_1(it: PairSet, spoilt: int) -> None:
    edit(it, OF_A.replace("view", "vué").encode("latin-1" if spoilt else "utf-8"))


@pair("caption-encoding", "error", "a zero-width space instead of a space that cannot break",
      along={"caption-edited"}, beside={"caption-edited"})  # fmt: skip
def a_zero_width_space(it: PairSet, spoilt: int) -> None:
    edit(it, OF_A.replace("view a", "view\u200ba" if spoilt else "view\u00a0a"))


@pair("caption-multiline", "error", "a letter instead of a blank on the second line",
      along={"caption-edited"})  # fmt: skip
def a_letter_on_the_second_line(it: PairSet, spoilt: int) -> None:
    edit(it, f"{OF_A}\n{'x' if spoilt else ' '}")


@pair("caption-incomplete", "warning", "action is absent instead of false")
def action_is_not_decided(it: PairSet, spoilt: int) -> None:
    it.change("b", action=None if spoilt else False)


@pair("caption-incomplete", "warning", "no expression on a closeup instead of a full body")
def a_face_without_expression(it: PairSet, spoilt: int) -> None:
    it.targets(expressions=("neutral",))
    it.change("d", expression="angry")
    it.change("d" if spoilt else "a", expression="")
    it.build()


@pair("caption-edited", "warning", "one letter by hand; without it, only the line end")
def one_letter_by_hand(it: PairSet, spoilt: int) -> None:
    edit(it, OF_A.replace("aaaa", "aaab" if spoilt else "aaaa"))


@pair("caption-background", "warning", "the background has another name than its field")
def another_word_for_the_background(it: PairSet, spoilt: int) -> None:
    it.change("a", background="roof" if spoilt else "rooftop")
    it.caption("a", OF_A.replace("white background", "rooftop"))


@pair("caption-background", "warning", "one letter of the background tag",
      along={"caption-vocabulary"}, beside={"caption-vocabulary"})  # fmt: skip
def one_letter_of_the_background(it: PairSet, spoilt: int) -> None:
    wrong = "white backgroun" if spoilt else "whitee background"
    it.caption("a", OF_A.replace("white background", wrong))


@pair("caption-fixed-feature", "warning", "4 of 5 captions instead of 3 name a detail")
def one_caption_more_names_it(it: PairSet, spoilt: int) -> None:
    for crop_id in ("a", "b", "d", "c")[: 3 + spoilt]:
        it.change(crop_id, tags=("white cloak",))
    it.change("c", mirror_caption="spyke_v1, bust, view cccc, neutral expression, white background")
    it.build()


@pair("caption-side-words", "warning", "a word that is a side, one letter from one that is not")
def a_side_in_a_twins_caption(it: PairSet, spoilt: int) -> None:
    it.change("c", pose="left chin" if spoilt else "cleft chin")
    it.build()


@pair("caption-side-words", "warning", "the twin's caption is the crop's own, not exchanged")
def a_twins_side(it: PairSet, spoilt: int) -> None:
    side = "left" if spoilt else "right"
    text = "spyke_v1, bust, view cccc, {} hand raised, neutral expression, white background"
    it.change("c", pose="left hand raised", mirror_caption=text.format(side))
    it.build()


@pair("caption-long", "warning", "76 tokens by the estimate instead of 75")
def one_token_too_many(it: PairSet, spoilt: int) -> None:
    text = OF_A
    while estimate_tokens(text) < CLIP_TOKENS - 1:
        text += ", x"
    text += " y" * (CLIP_TOKENS + spoilt - estimate_tokens(text))
    assert estimate_tokens(text) == CLIP_TOKENS + spoilt
    it.caption("a", text)


@pair("caption-vocabulary", "warning", "two letters of a tag instead of three")
def two_letters_of_a_tag(it: PairSet, spoilt: int) -> None:
    it.change("a", tags=("gauntlet",))
    it.change("b", tags=("gaundled" if spoilt else "gaundred",))
    it.build()


@pair("caption-vocabulary", "warning", "one letter in a word of five instead of four")
def a_letter_of_a_longer_word(it: PairSet, spoilt: int) -> None:
    it.change("a", tags=("boots" if spoilt else "boot",))
    it.change("b", tags=("bouts" if spoilt else "bout",))
    it.build()


@pair("caption-side-words", "warning", "a tag that came to the crop after its twin's caption")
def a_twin_that_does_not_follow(it: PairSet, spoilt: int) -> None:
    own = "spyke_v1, bust, view cccc, right hand raised, neutral expression"
    more = "" if spoilt else ", smoke"
    it.change(
        "c",
        pose="left hand raised",
        tags=("smoke",),
        mirror_caption=f"{own}{more}, white background",
    )
    it.build()
