"""What is decided from what was asked for, what the terminal answered, and where we run."""

from __future__ import annotations

import os
import pty
import threading
from pathlib import Path

import pytest

from spyke_tui.model.geometry import Size
from spyke_tui.terminal import probe as probe_module
from spyke_tui.terminal.capabilities import (
    IMAGES,
    choose,
    mixes_in_linear_light,
    multiplexer,
    takes_any_colour,
    worth_asking,
)
from spyke_tui.terminal.probe import Answers, Probe, Window, parse
from spyke_tui.terminal.tmux import Tmux, ask_tmux

KITTY = b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=32;OK\x1b\\\x1b[6;20;10t\x1bP>|kitty(0.41.1)\x1b\\\x1b[?62;c"
XTERM = b"\x1b[6;18;9t\x1bP>|XTerm(379)\x1b\\\x1b[?1;0;256S\x1b[?63;1;2;4;6;9;15;22c"
PLAIN = b"\x1b[?1;2c"
# Recorded from xterm.js 6.1.0-beta.337 and 6.0.0, with and without their image addon.
XTERM_JS = (
    b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=32;EINVAL:unsupported transmission medium\x1b\\\x1b[6;16;8t"
    b"\x1bP>|xterm.js(6.1.0-beta.337)\x1b\\\x1b[?1;0;4096S\x1b[?62;4;9;22c"
)
XTERM_JS_6_0 = b"\x1b[6;16;8t\x1b[?1;0;256S\x1b[?62;4;9;22c"
XTERM_JS_PLAIN = b"\x1b[6;16;8t\x1bP>|xterm.js(6.1.0-beta.337)\x1b\\\x1b[?1;2c"
VSCODE = {"TERM_PROGRAM": "vscode"}


def test_answers_are_read() -> None:
    assert parse(KITTY) == Answers(True, True, True, False, 256, Size(10, 20), "kitty(0.41.1)")
    assert parse(XTERM) == Answers(True, False, False, True, 256, Size(9, 18), "XTerm(379)")
    assert parse(PLAIN) == Answers(replied=True)
    assert parse(b"") == Answers()


def test_a_file_that_the_terminal_cannot_read_is_not_used() -> None:
    far = KITTY.replace(b"i=32;OK", b"i=32;EBADF:no such file")
    choice = choose("auto", parse(far), {})
    assert choice.protocol == "kitty"
    assert not choice.terminal.files


@pytest.mark.parametrize(
    ("data", "protocol"),
    [(KITTY, "kitty"), (XTERM, "sixel"), (PLAIN, "halfcell"), (b"", "halfcell")],
)
def test_the_best_that_was_answered_is_taken(data: bytes, protocol: str) -> None:
    choice = choose("auto", parse(data), {})
    assert choice.protocol == protocol
    assert choice.found
    assert not choice.why


@pytest.mark.parametrize("images", [name for name in IMAGES if name != "auto"])
@pytest.mark.parametrize("data", [KITTY, XTERM, PLAIN, b""])
def test_what_is_asked_for_is_done(images: str, data: bytes) -> None:
    assert choose(images, parse(data), {"TMUX": "/tmp/x,1,0"}).protocol == images


def test_an_unknown_word_is_named() -> None:
    choice = choose("fax", Answers(), {})
    assert choice.protocol == "halfcell"
    assert "fax" in choice.why


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"TMUX": "/tmp/tmux-0/default,1,0"}, "tmux"),
        ({"ZELLIJ": "0"}, "zellij"),
        ({"STY": "1.pts"}, "screen"),
        ({"TERM": "screen-256color"}, "screen"),
    ],
)
def test_inside_a_multiplexer_one_line_says_why(environ: dict[str, str], name: str) -> None:
    assert multiplexer(environ) == name
    choice = choose("auto", parse(KITTY), environ)
    assert choice.protocol == "halfcell"
    assert name in choice.why
    assert "\n" not in choice.why
    assert not worth_asking("auto", environ)


HUNG = KITTY.replace(b"\x1b[?62;c", b"\x1b_Gi=33,p=1;ENOPARENT:no image 2000000011\x1b\\")
PASSES = Tmux(True, "3.3a", True, "kitty(0.41.1)")
IN_TMUX = {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color"}


def test_through_tmux_pictures_hang_on_text() -> None:
    assert worth_asking("auto", IN_TMUX, PASSES)
    choice = choose("auto", parse(HUNG), IN_TMUX, tmux=PASSES)
    assert (choice.protocol, choice.why) == ("kitty", "")
    assert choice.terminal.anchors is not None
    assert choice.terminal.files
    assert "kitty(0.41.1)" in choice.found
    assert choose("auto", parse(HUNG), {}).terminal.anchors is None  # no tmux, no need


def test_over_a_connection_inside_tmux_the_answers_decide() -> None:
    """tmux runs where the terminal is; here only its name for terminals is known."""
    environ = {"TERM": "tmux-256color", "SSH_CONNECTION": "1 2 3 4"}
    assert worth_asking("auto", environ, Tmux())
    assert choose("auto", parse(HUNG), environ, tmux=Tmux()).protocol == "kitty"
    refused = choose("auto", parse(PLAIN), environ, tmux=Tmux())
    assert refused.protocol == "halfcell"
    assert "allow-passthrough" in refused.why


@pytest.mark.parametrize(
    ("tmux", "answers", "word"),
    [
        (Tmux(True, "3.3a", False, "kitty(0.41.1)"), PLAIN, "tmux set -g allow-passthrough on"),
        (Tmux(True, "3.2a", False, "xterm-kitty"), PLAIN, "3.3"),
        (Tmux(True, "3.3a", True, "XTerm(379)"), PLAIN, "XTerm(379)"),
        (PASSES, KITTY.replace(b"\x1b[?62;c", b"\x1b_Gi=33,p=1;OK\x1b\\"), "kitty 0.31"),
    ],
)
def test_where_tmux_or_its_terminal_cannot_one_line_says_what_to_do(
    tmux: Tmux, answers: bytes, word: str
) -> None:
    choice = choose("auto", parse(answers), IN_TMUX, tmux=tmux)
    assert choice.protocol == "halfcell"
    assert word in choice.why
    assert "\n" not in choice.why
    assert worth_asking("auto", IN_TMUX, tmux) == tmux.passes


def test_what_tmux_says_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tmux"
    program.write_text("#!/bin/sh\nprintf '3.4\\nxterm-kitty\\nkitty(0.41.1)\\nall\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask_tmux(IN_TMUX) == Tmux(True, "3.4", True, "kitty(0.41.1)")
    assert ask_tmux({"TERM": "tmux-256color"}) == Tmux()
    program.write_text("#!/bin/sh\nexit 1\n")
    assert ask_tmux(IN_TMUX) == Tmux()
    program.unlink()
    assert ask_tmux(IN_TMUX) == Tmux()


def test_the_terminal_behind_tmux_is_asked_and_waited_for() -> None:
    """tmux answers for itself at once; the graphics answers come from further away."""
    master, slave = pty.openpty()
    saved = os.dup(0), os.dup(1)
    try:
        os.dup2(slave, 0)
        os.dup2(slave, 1)
        probe = Probe({}, behind_tmux=True)
        probe.start()
        asked = os.read(master, 4096)
        os.write(master, b"\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c")
        answer = threading.Timer(0.02, os.write, (master, HUNG))
        answer.start()
        answers = probe.finish()
        answer.join()
    finally:
        os.dup2(saved[0], 0)
        os.dup2(saved[1], 1)
        for fd in (*saved, master, slave):
            os.close(fd)
    assert answers.kitty
    assert answers.hangs
    assert answers.name == "tmux 3.3a"
    assert not probe.late
    plain, _, wrapped = asked.partition(b"\x1bPtmux;")
    assert b"_G" not in plain
    assert b"\x1b\x1b_Ga=d,d=I,i=33,q=2;\x1b\x1b\\" in wrapped  # what was asked with goes


def test_only_terminals_known_for_it_get_patches_with_holes() -> None:
    assert choose("auto", parse(XTERM), {}).terminal.clear_patches
    other = XTERM.replace(b"XTerm(379)", b"mlterm(3.9.3)")
    assert not choose("auto", parse(other), {}).terminal.clear_patches


@pytest.mark.parametrize("data", [XTERM_JS, XTERM_JS_6_0], ids=["newer", "6.0"])
def test_xterm_js_gets_sixels_in_whole_cells(data: bytes) -> None:
    """Its cells hold one picture each: whatever lies over another takes it away."""
    choice = choose("auto", parse(data), VSCODE)
    assert choice.protocol == "sixel"
    assert not choice.terminal.clear_patches
    assert choice.cell == Size(8, 16)
    assert not choice.why


def test_kitty_graphics_in_xterm_js_are_warned_of_where_they_are_asked_for() -> None:
    choice = choose("kitty", parse(XTERM_JS), VSCODE)
    assert choice.protocol == "kitty"
    assert "Sixel" in choice.why
    assert not choose("sixel", parse(XTERM_JS), VSCODE).why
    assert not choose("kitty", parse(KITTY), {}).why


@pytest.mark.parametrize("data", [XTERM_JS_PLAIN, PLAIN], ids=["newer", "6.0"])
def test_where_vs_code_shows_no_pictures_its_setting_is_named(data: bytes) -> None:
    choice = choose("auto", parse(data), VSCODE)
    assert choice.protocol == "halfcell"
    assert "enableImages" in choice.found
    assert "enableImages" not in choose("auto", parse(PLAIN), {}).found


@pytest.mark.parametrize(
    ("name", "takes"),
    [("XTerm(379)", True), ("XTerm(330)", False), ("kitty(0.41.1)", True), ("foot(1.13.1)", True),
     ("ghostty 1.1.3", True), ("WezTerm 20240203", True), ("xterm.js(6.0.0)", True),
     ("iTerm2 3.5.0", True), ("tmux 3.3a", True), ("mystery", False), ("", False)],
)  # fmt: skip
def test_terminals_that_take_any_colour_are_known_by_name(name: str, takes: bool) -> None:
    assert takes_any_colour(name) == takes
    assert takes_any_colour(name, "xterm-256color") == takes


@pytest.mark.parametrize(
    ("name", "does"),
    [("kitty(0.41.1)", True), ("kitty(0.28.0)", True), ("kitty(0.27.1)", False),
     ("kitty(1.0.0)", True), ("ghostty 1.1.3", False), ("XTerm(379)", False), ("", False)],
)  # fmt: skip
def test_a_kitty_that_mixes_in_linear_light_is_known(name: str, does: bool) -> None:
    assert mixes_in_linear_light(name) == does
    answers = parse(KITTY.replace(b"kitty(0.41.1)", name.encode()))
    assert choose("auto", answers, {}).terminal.linear == does


def test_a_terminal_that_only_sets_its_term_is_known_by_that() -> None:
    assert takes_any_colour("", "mlterm")
    assert not takes_any_colour("", "xterm-256color")
    assert not takes_any_colour("mystery", "mlterm")  # what answers is what draws


def test_for_half_cells_too_it_is_asked_whether_it_takes_any_colour() -> None:
    assert worth_asking("halfcell", {"TERM": "xterm-256color"})
    assert not worth_asking("halfcell", {"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    assert not worth_asking("halfcell", {"TERM": "vt100"})
    assert not worth_asking("halfcell", {"TERM": "xterm", "TMUX": "x"})


def test_a_known_terminal_that_is_slow_to_answer_is_believed() -> None:
    assert choose("auto", Answers(), {"TERM": "xterm-kitty"}).protocol == "kitty"
    assert not choose("auto", Answers(), {"TERM": "xterm-kitty"}).terminal.files
    assert choose("auto", parse(PLAIN), {"TERM": "xterm-kitty"}).protocol == "halfcell"


def test_hostile_answers_do_no_harm() -> None:
    data = b"\x1bP>|\x07evil\x9b31m" + b"x" * 500 + b"\x1b\\\x1b[6;0;0t\x1b[?1;0;0S\x1b[?4c"
    answers = parse(data)
    assert answers.cell is None
    assert answers.name.isprintable()
    assert len(answers.name) <= 60
    assert choose("sixel", answers, {}).terminal.registers >= 2


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda fd: False)
    monkeypatch.setattr(os, "write", lambda *_: pytest.fail("a question was asked"))
    probe = Probe({})
    probe.start()
    assert probe.finish() == Answers()
    assert not probe.late


def test_a_terminal_that_answers_nothing_costs_a_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    master, slave = pty.openpty()
    saved = os.dup(0), os.dup(1)
    monkeypatch.setattr(probe_module, "WAIT", 0.01)
    try:
        os.dup2(slave, 0)
        os.dup2(slave, 1)
        before = probe_module.termios.tcgetattr(0)
        probe = Probe({})
        probe.start()
        asked = os.read(master, 4096)
        assert probe.finish() == Answers()
        assert probe.late
        assert probe_module.termios.tcgetattr(0) == before
    finally:
        os.dup2(saved[0], 0)
        os.dup2(saved[1], 1)
        for fd in (*saved, master, slave):
            os.close(fd)
    assert asked.endswith(b"\x1b[c")


def test_answers_are_read_from_the_terminal_and_echo_nothing() -> None:
    master, slave = pty.openpty()
    saved = os.dup(0), os.dup(1)
    try:
        os.dup2(slave, 0)
        os.dup2(slave, 1)
        probe = Probe({"SSH_CONNECTION": "x"})
        probe.start()
        asked = os.read(master, 4096)
        os.write(master, KITTY)
        answers = probe.finish()
    finally:
        os.dup2(saved[0], 0)
        os.dup2(saved[1], 1)
        for fd in (*saved, master, slave):
            os.close(fd)
    assert answers.kitty
    assert answers.name == "kitty(0.41.1)"
    assert not probe.late
    assert b"t=t" not in asked  # over SSH the terminal's disk is another


def test_cells_of_xterm_js_may_be_no_whole_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what it answered, until the window says its size: newer ones do."""

    def becomes(window: Window) -> None:
        for module in ("capabilities", "probe"):
            monkeypatch.setattr(f"spyke_tui.terminal.{module}.window_now", lambda: window)

    unknown = Window(80, 24, Size(0, 0))
    becomes(unknown)
    said = b"\x1b[4;360;600t" + XTERM_JS_6_0.replace(b"6;16;8t", b"6;15;8t")
    choice = choose("auto", parse(said), {}, screen=unknown)
    assert choice.grid_now() == (7.5, 15)
    assert choice.cell_now() == Size(7, 14)
    assert choice.is_uneven_now()
    assert not choose("halfcell", parse(said), {}, screen=unknown).is_uneven_now()
    becomes(Window(80, 24, Size(576, 365)))
    assert choice.grid_now() == (7.2, 15.2)
    becomes(Window(80, 24, Size(640, 384)))
    assert choice.grid_now() is None
    assert choice.cell_now() == Size(8, 16)
    other = choose("auto", parse(b"\x1b[4;365;577t" + XTERM), {}, screen=unknown)
    assert other.grid_now() is None


def test_the_cell_is_the_answered_one_until_the_font_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choice = choose("auto", parse(KITTY), {}, window=Size(5, 10))
    monkeypatch.setattr("spyke_tui.terminal.capabilities.cell_by_window", lambda: Size(5, 10))
    assert choice.cell_now() == Size(10, 20)
    monkeypatch.setattr("spyke_tui.terminal.capabilities.cell_by_window", lambda: Size(7, 14))
    assert choice.cell_now() == Size(7, 14)
    monkeypatch.setattr("spyke_tui.terminal.capabilities.cell_by_window", lambda: None)
    assert choice.cell_now() == Size(10, 20)
    assert choose("auto", Answers(), {}, window=Size(5, 10)).cell == Size(5, 10)
