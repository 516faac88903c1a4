"""[reg] and [topup] as they are typed: what is taken, and what is refused in which words."""

from __future__ import annotations

import tomllib

import pytest

from spyke_tui.errors import UsageError
from spyke_tui.model.project import Project
from spyke_tui.model.reading import GENERATION_KEYS, read_project
from spyke_tui.model.settings_edit import value_of, with_settings
from spyke_tui.model.settings_text import fields_of, text_of, value_from, with_text


def project(text: str = "") -> Project:
    head = '[dataset]\ncharacter = "spyke"\ntrigger = "x"\nsize = 768\n'
    return read_project(tomllib.loads(head + text))


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("steps", " 25 ", 25),
        ("seed", "20 260 219", 20260219),
        ("cfg", "6,5", 6.5),
        ("server", "http://a:1, http://b:2", ("http://a:1", "http://b:2")),
        ("server", "http://a:1", "http://a:1"),
        ("prompt", "a hero,\n  standing ", "a hero, standing"),
        ("sampler", "", None),
        ("steps", "  ", None),
    ],
)
def test_what_is_typed_is_taken(key: str, typed: str, value: object) -> None:
    assert value_from(key, typed) == value


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("steps", "many", "steps: .* is not a whole number"),
        ("steps", "0", "steps: must be at least 1"),
        ("steps", "2.5", "not a whole number"),
        ("count", "9" * 30, "not a whole number"),
        ("cfg", "nan", "between 0 and 100"),
        ("cfg", "hot", "not a number"),
        ("width", "8", "at least 16"),
        ("server", "localhost", "not a server's address"),
        ("server", "http://me:secret@host", "user, password"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_key(key: str, typed: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as found:
        with_text(project(), "reg", key, typed)
    assert "secret" not in str(found.value)


def test_every_key_comes_back_as_it_was_shown() -> None:
    """Going through the form without typing changes nothing."""
    given = project(
        '[reg]\nserver = ["http://a", "http://b"]\nsteps = 30\ncfg = 6.5\nprompt = "p"\n'
        "[topup]\ncount = 7\ncfg = 7\n"
    )
    for kind in ("reg", "topup"):
        fields = fields_of(given, kind)
        assert [field.key for field in fields] == list(GENERATION_KEYS)
        for field in fields:
            assert with_text(given, kind, field.key, field.text) is given


def test_empty_fields_say_what_holds() -> None:
    given = project('[reg]\nsteps = 30\nsampler = "euler"\n')
    reg = {field.key: field for field in fields_of(given, "reg")}
    topup = {field.key: field for field in fields_of(given, "topup")}
    assert (reg["steps"].text, reg["steps"].otherwise) == ("30", "20")
    assert (reg["width"].text, reg["width"].otherwise) == ("", "768")
    assert reg["count"].otherwise == "as many as the trainer uses"
    assert (topup["steps"].text, topup["steps"].otherwise) == ("", "30  (from [reg])")
    assert topup["count"].otherwise == "5"
    emptied = with_text(given, "reg", "sampler", "")
    assert "sampler" not in emptied.reg.given and emptied.topup.sampler == "euler_ancestral"


def test_a_value_that_is_typed_as_the_default_stays_written() -> None:
    changed = with_text(project(), "topup", "steps", "20")
    assert "steps" in changed.topup.given
    assert text_of(value_of(with_settings(changed, "reg", {"steps": 9}).topup, "steps")) == "20"
