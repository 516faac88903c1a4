"""The commands as a user types them, rightly and wrongly: exit codes, messages, JSON."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from little_project import LittleProject, contents, rect, run_cli, stamps

from spyke_tui.cli import main
from spyke_tui.cli.opening import COMMANDS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LittleProject:
    made = LittleProject(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    return made


class Said:
    """What a command printed; `code` is its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Say = Callable[..., Said]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Iterator[Say]:
    def run(*words: str) -> Said:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    yield run


# Exit codes ------------------------------------------------------------------------------------


def test_done_and_fine(project: LittleProject, say: Say) -> None:
    for words in (["build"], ["build"], ["build", "--dry-run"], ["suggest"], ["handover"]):
        said = say(*words)
        assert (said.code, said.err) == (0, ""), words
        assert said.out


def test_findings_and_failures(project: LittleProject, say: Say) -> None:
    assert say("check").code == 1
    (project.folder / "sheets/two.png").unlink()
    said = say("build")
    assert said.code == 1
    assert "face  sheet-missing" in said.out
    assert "sheets/two.png is not there. Put it there" in " ".join(said.out.split())
    assert say("build", "--dry-run").code == 1
    assert say("suggest").code == 1
    assert say("suggest", "nowhere.png").code == 1


def test_kept_files_alone_are_no_failure(project: LittleProject, say: Say) -> None:
    project.build()
    (project.train / "front.txt").write_text("mine\n")
    said = say("build")
    assert said.code == 0
    assert "1 kept" in said.out
    assert "spyke-tui build --force front" in " ".join(said.out.split())


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["bulid"], "neither a command nor a project", "spyke-tui build"),
        (["BUILD"], "neither a command nor a project", "spyke-tui build"),
        (["bulid", "--json"], "neither a command", "spyke-tui build"),
        (["chekc", "--strict"], "neither a command", "spyke-tui check"),
        (["nowhere"], "neither a command nor a project", "--help"),
        (["build", "--dryrun"], "spyke-tui build has no option --dryrun", "--dry-run"),
        (["check", "--stict"], "has no option --stict", "--strict"),
        (
            ["init", "x", "y.png", "--charakter", "a", "--trigger", "b"],
            "--charakter",
            "--character",
        ),
        (["import", "--repeats", "four", "x"], "no number of repeats", "--help"),
        (["reg", "--count", "many"], "no whole number: 'many'", "--help"),
        (["check", "--xyzzy"], "has no option --xyzzy", "spyke-tui check --help"),
        (["--vresion"], "spyke-tui has no option --vresion", "--version"),
        (["build", "front"], '"front" is one word too many', "spyke-tui build --help"),
        ([".", "build"], "The command comes first", "spyke-tui build --project"),
        (["--strict", "check"], "--strict stands before the command", "spyke-tui check --strict"),
        (["build", "--only"], "--only", "--help"),
        (["build", "--project"], "--project", "--help"),
        (["build", "--only", "frnot"], "There is no crop 'frnot'", "front"),
        (["build", "--force", "frnot"], "There is no crop 'frnot'", "front"),
        (["build", "--dry-run", "--only", "zzz"], "There is no crop 'zzz'", "crops.toml"),
        (["build", "--dry-run", "--force", "front"], "--force", "dry run"),
        (["suggest", "--keep"], "--keep goes with --write", "--write --keep"),
        (["suggest", "--write", "oen"], "not one of the project's sheets", "one"),
        (["suggest", "--write", "sheets/tree.png"], "not one of the project's sheets", ""),
        (["handover", "--at", "relative"], "not an absolute path", "--at /"),
        (["init"], "required: DIR, SHEET, --character, --trigger", "init --help"),
        (["check", "--log", "no/such/folder"], "can't be written", "another"),
        (["--images", "foo"], "foo", "--help"),
        (["check", "--project", "nowhere"], "There is no such file", "init"),
        (["check", "--project", "x" * 5000], "There is no such file", "init"),
        (["check", "--project", "sheets"], "There is no such file", "demo"),
        (["check", "--project", "sheets/one.png"], "UTF-8", "Save"),
    ],
)
def test_usage(project: LittleProject, say: Say, words: list[str], message: str, hint: str) -> None:
    before = stamps(project.folder)
    said = say(*words)
    assert said.code == 2
    shown = said.err or said.out
    assert message in shown
    assert hint in shown
    assert "Traceback" not in shown
    assert stamps(project.folder) == before, "nothing is done"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, say: Say) -> None:
    said = say(command, "--help")
    assert said.code == 0
    assert "usage: spyke-tui " + command in said.out


def test_help_names_every_command_and_code(say: Say) -> None:
    out = say("--help").out
    for word in (*COMMANDS, "130", "PROJECT", "--images", "--project", "--log"):
        assert word in out


def test_version(say: Say) -> None:
    from spyke_tui import __version__

    assert say("--version").out == f"spyke-tui {__version__}\n"
    assert say("--project", ".", "--version").out == f"spyke-tui {__version__}\n"


def test_the_project_before_and_after_the_command(tmp_path: Path, say: Say) -> None:
    project = LittleProject(tmp_path / "some where")
    place = str(project.folder)
    for words in (
        ["--project", place, "build"],
        ["build", "--project", place],
        ["build", f"--project={place}"],
        [f"--project={place}", "build"],
        ["--project", str(project.crops_toml), "build"],
        ["--images", "none", "--project", place, "build"],
        ["--project", "build", "build", "--project", place],
    ):
        said = say(*words)
        assert (said.code, said.err) == (0, ""), words


def test_a_project_that_is_called_like_a_command(
    tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command wins; ./build means the folder; as a value it is a path like any other."""
    monkeypatch.chdir(tmp_path)
    LittleProject(tmp_path / "build")
    said = say("build")
    assert (said.code, "There is no such file" in said.err) == (2, True), "the command, here"
    said = say("./build")
    assert "needs a terminal" in said.err, "the folder, in the app"
    said = say("--project", "build", "build")
    assert said.code == 0
    assert (tmp_path / "build/dataset/hero/train").is_dir()


def test_without_a_terminal_the_bare_command_says_so(project: LittleProject) -> None:
    for words in ([], ["."], ["--images", "none"], ["--project", "."], ["crops.toml"]):
        done = run_cli(*words, cwd=project.folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert "needs a terminal" in done.stderr
        assert "build, check" in done.stderr


# JSON ------------------------------------------------------------------------------------------


def test_build_json(project: LittleProject, say: Say) -> None:
    project.change("front", sheet="nowhere")
    found = json.loads(say("build", "--json").out)
    assert list(found) == ["written", "unchanged", "removed", "kept", "failed"]
    assert [list(entry) for entry in found["failed"]] == [["crop", "code", "message", "fix"]]
    (project.train / "face.txt").write_text("x")
    found = json.loads(say("build", "--json").out)
    assert [list(entry) for entry in found["kept"]] == [["file", "why"]]


def test_check_tells_many_findings_of_one_kind_shortly(project: LittleProject, say: Say) -> None:
    for n in range(30):
        project.crops.append({"id": f"x{n}", "sheet": "one", "rect": rect(n, n, 0, 9)})
    project.save()
    said = say("check").out
    rows = [line for line in said.splitlines() if "rect-empty" in line]
    assert [row.split("  ")[-1] for row in rows] == ["x0", "x1", "x2", "27 more like these"]
    assert "x3, x4" in said
    assert len(json.loads(say("check", "--json").out)["findings"]) >= 30


def test_check_json_and_strict(project: LittleProject, say: Say) -> None:
    for n in range(12):
        project.crops.append({"id": f"x{n}", "sheet": "one", "rect": rect(n, n, 90, 90)})
    project.save()
    (project.folder / "crops.toml").write_text(
        project.crops_toml.read_text() + "\n[targets]\nreg = { min = 0, max = 0 }\n"
    )
    project.build()
    said = say("check", "--json")
    report = json.loads(said.out)
    assert set(report) == {"ok", "findings", "counts", "coverage", "steps"}
    assert set(report["counts"]) == {
        "train_images", "mirrored", "captions", "reg_images", "drafts", "rejected",
    }  # fmt: skip
    assert {frozenset(finding) for finding in report["findings"]} == {
        frozenset({"code", "severity", "where", "message", "fix"})
    }
    has_errors = any(finding["severity"] == "error" for finding in report["findings"])
    assert report["ok"] is not has_errors
    assert said.code == int(has_errors)
    assert not has_errors, [f for f in report["findings"] if f["severity"] == "error"]
    assert say("check", "--strict").code == 1, "there are warnings"
    assert say("check").code == 0


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('[dataset]\ncharacter = "hero"\ntrigger = hero\n', 3, ""),
        ('[dataset]\ncharacter = "hero"\n', 1, "dataset.trigger"),
        ('[dataset]\ncharacter = "../../x"\ntrigger = "t"\n', 2, "dataset.character"),
        ('[dataset]\ncharacter = "x"\ntrigger = "t"\nrepeats = "ten"\n', 4, "dataset.repeats"),
        ('[dataset]\ncharacter = "x"\ntrigger = "t"\n[[crops]]\nid = "../x"\n', 5, "crops[0].id"),
        (b"\xef\xbb\xbf[dataset]\n", 1, ""),
        (b"[dataset]\n# caf\xe9\n", 2, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [["build"], ["check"], ["build", "--dry-run"]])
def test_an_unreadable_crops_toml(
    project: LittleProject, say: Say, command: list[str], text: str | bytes, line: int, key: str
) -> None:
    project.crops_toml.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = stamps(project.folder)
    said = say(*command, "--json")
    assert said.code == 2
    error = json.loads(said.out)["error"]
    assert list(error) == ["file", "line", "key", "message", "fix"]
    assert (error["file"], error["line"], error["key"]) == ("crops.toml", line, key)
    assert error["message"]
    assert error["fix"]
    said = say(*command)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"spyke-tui: crops.toml:{line}: {key}")
    assert stamps(project.folder) == before


def test_every_error_is_json_where_json_was_asked_for(project: LittleProject, say: Say) -> None:
    for words in (["build", "--only", "x"], ["check", "--nope"], ["suggest", "--keep"]):
        said = say(*words, "--json")
        error = json.loads(said.out)["error"]
        assert (said.code, error["file"], error["line"], error["key"]) == (2, "", 0, "")
        assert error["fix"]


# Streams ---------------------------------------------------------------------------------------

ESCAPE = "\x1b[31m\x07\x9b31m\u202e"


def raw_controls(text: str) -> set[str]:
    return {c for c in text if not c.isprintable() and c != "\n"}


def test_nothing_of_a_file_reaches_the_terminal_raw(tmp_path: Path) -> None:
    """Names and texts with escapes, bells and overrides: in stdout, stderr and the progress."""
    project = LittleProject(tmp_path / f"evil{ESCAPE}\n")
    sheet = project.folder / f"sheets/{ESCAPE}.png"
    sheet.write_bytes((project.folder / "sheets/one.png").read_bytes())
    project.sheets["evil"] = {"file": f"sheets/{ESCAPE}.png", "note": ESCAPE}
    project.sheets["gone"] = {"file": f"{ESCAPE}.png", ESCAPE: ESCAPE}
    project.dataset |= {"details": [ESCAPE], "one_sided": [ESCAPE]}
    project.crops += [
        {"id": "a", "sheet": ESCAPE, "rect": rect(0, 0, 9, 9)},
        {"id": "b", "sheet": "evil", "rect": rect(0, 0, 9, 9), "view": ESCAPE, "tags": [ESCAPE],
         "details": [ESCAPE], "mirror": True, "mirror_caption": ESCAPE, "expression": ESCAPE},
        {"id": "c", "sheet": "gone", "rect": rect(0, 0, 9, 9), "background": ESCAPE},
    ]  # fmt: skip
    project.crops_toml.write_text(project_text(project), encoding="utf-8")
    commands = [
        ["build"], ["build", "--dry-run"], ["check"], ["check", "--json"], ["suggest"],
        ["suggest", "--write", "evil"], ["suggest", "--write", ESCAPE], [ESCAPE], ["handover"],
        ["suggest", f"{ESCAPE}.png"], ["handover", "--at", ESCAPE], ["build", "--only", ESCAPE],
        [f"--{ESCAPE}"], ["build", f"--{ESCAPE}"], ["build", ESCAPE],
        ["--project", ESCAPE, "build"],
        ["build", "--json"], ["suggest", "--json"], ["check", "--log", f"{ESCAPE}/x"],
        ["init", ESCAPE, "x.png", "--character", ESCAPE, "--trigger", "x"],
        ["init", "x", f"{ESCAPE}.png", "--character", "x", "--trigger", "x"],
        ["init", f"new{ESCAPE}", f"sheets/{ESCAPE}.png", "--character", "x", "--trigger", "x"],
        ["init", f"new{ESCAPE}", "y.png", "--character", "x", "--trigger", "x"],
        ["demo", "--headless", "sheets"], ["--images", ESCAPE],
    ]  # fmt: skip
    code = f"""
import contextlib, io, json, sys
from spyke_tui.cli import main
for words in {commands!r}:
    with contextlib.redirect_stdout(io.StringIO()) as out, \\
            contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(words)
    print(json.dumps([words, code, out.getvalue(), err.getvalue()]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project.folder, capture_output=True, text=True, check=True
    )
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    assert len(rows) == len(commands)
    for words, exit_code, out, err in rows:
        assert out or err, words
        assert raw_controls(out + err) == set(), words
        assert "should not" not in err, (words, err)
        assert exit_code in (0, 1, 2), words


def project_text(project: LittleProject) -> str:
    """crops.toml with every odd character as TOML wants it: escaped."""
    project.save()
    text = project.crops_toml.read_text(encoding="utf-8")
    text = text.replace(f"\n{ESCAPE} = ", f"\n{json.dumps(ESCAPE)} = ")
    return text.replace("\x9b", "\\u009b").replace("\u202e", "\\u202e")


def test_a_closed_or_full_output_is_a_message_at_most(project: LittleProject) -> None:
    project.build()
    for words in (["build"], ["check"], ["--version"], ["suggest"], ["build", "--only", "front"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "spyke_tui", *words],
                stdout=full, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
        assert done.returncode == 1, words
        assert (
            done.stderr == "spyke-tui: the output could not be written: No space left on device.\n"
        )
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" <&- >&-', "sh", sys.executable, "-m", "spyke_tui", *words],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert done.stderr == "", words


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away(project: LittleProject, unbuffered: str) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "spyke_tui", "suggest", "--write", "one"],
        stdout=write, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == 1
    assert 'id = "one_1"' in project.crops_toml.read_text(), "the work itself was done"


def test_a_terminal_of_another_encoding(project: LittleProject) -> None:
    project.change("front", tags=["größe", "größe "], sheet="ö")
    done = subprocess.run(
        [sys.executable, "-m", "spyke_tui", "check"], capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode == 1
    assert b"should not" not in done.stderr
    assert b"\\xf6" in done.stdout


def test_the_log_says_what_happened(project: LittleProject, say: Say, tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = run_cli("build", "--only", "front", "--log", str(log), cwd=project.folder)
    assert done.returncode == 0
    done = run_cli("--log", str(log), "build", "--only", "frnot", cwd=project.folder)
    assert done.returncode == 2
    text = log.read_text()
    assert "ended with exit code 0" in text
    assert "frnot" in text
    assert "exit code 2" in text


def test_a_crash_leaves_a_log_and_no_traceback(
    project: LittleProject, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    import spyke_tui.kohya.build as module

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(module, "build_project", crash)
    said = say("build")
    assert said.code == 1
    assert "Traceback" not in said.err
    place = next(word for word in said.err.split() if "crash-" in word).rstrip(".")
    assert "a mistake of ours" in Path(place).read_text()
    with contextlib.suppress(OSError):
        os.unlink(place)


def test_interrupted(project: LittleProject, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    import spyke_tui.kohya.build as module

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "build_project", interrupt)
    said = say("build")
    assert said.code == 130
    assert "interrupted" in said.err


# What is said when there is nothing to do --------------------------------------------------------


def test_a_project_of_drafts_says_what_is_next(project: LittleProject, say: Say) -> None:
    for crop in project.crops:
        crop["status"] = "draft"
    project.save()
    for _ in range(2):
        said = say("build")
        assert said.code == 0
        assert "3 drafts" in said.out
        assert "--dry-run" in said.out
    project.crops = []
    project.save()
    assert "suggest --write" in say("build").out
    assert json.loads(say("build", "--json").out)["written"] == 0


def test_the_contents_of_a_dry_run_from_the_command_line(project: LittleProject, say: Say) -> None:
    said = say("build", "--dry-run", "--only", "face")
    assert "2 previews written" in said.out
    assert set(contents(project.root)) == {"preview/face.png", "preview/_contact-sheet.png"}


def test_ids_in_several_options_are_all_meant(project: LittleProject, say: Say) -> None:
    assert say("build", "--only", "face", "--only", "front").code == 0
    assert {path.stem for path in project.train.glob("*.png")} == {"face", "front"}
    for name in ("face", "front"):
        (project.train / f"{name}.txt").write_text("mine\n")
    said = say("build", "--force", "face", "--force", "front")
    assert "0 kept" in said.out
    assert say("build").code == 0, "nothing is remembered from one run to the next"
