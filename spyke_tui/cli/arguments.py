"""The commands and their options."""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any, NoReturn

from spyke_tui import __version__
from spyke_tui.cli.opening import COMMANDS, IMAGES, open_app
from spyke_tui.cli.running import start_log
from spyke_tui.errors import UsageError
from spyke_tui.model.table import printable, quoted

DESCRIPTION = "From character reference sheets to a checked LoRA training set, in a terminal."
EPILOG = """\
spyke-tui [PROJECT] opens the app on a crops.toml or its folder (default: here).
Exit codes: 0 fine; 1 findings or failed work; 2 usage, or an unreadable crops.toml;
3 server unreachable or it refused; 130 interrupted (all finished work is kept)."""


class _Parser(argparse.ArgumentParser):
    """Says errors in our way: what is wrong, then what to do."""

    _words: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self._words = args or ()
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        if "arguments are required" in message:  # perhaps there, with a slip in it
            for word in self._words:
                option = word.partition("=")[0]
                near = difflib.get_close_matches(option, self._option_string_actions, 1)
                if option.startswith("--") and near and not near[0].startswith(option):
                    raise UsageError(
                        f"{self.prog} has no option {printable(option)}.",
                        f"Did you mean {near[0]}?",
                    )
        message = message.replace("invalid int value", "no whole number")
        message = message.replace("invalid float value", "no number")
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """The parsed command with its `run`. Raises `UsageError`; --help and --version exit."""
    first = _first_name(words)
    if first in COMMANDS:
        parser = _command_parser()
    else:
        parser = _opening_parser()
        _require_place(first)
    arguments, left = parser.parse_known_args(words)
    if left and "sheets" in arguments and not any(word.startswith("-") for word in left):
        # argparse takes only the first run of names between options.
        arguments.sheets, left = [*arguments.sheets, *left], []
    if left:
        _refuse_unknown(left, parser, first if first in COMMANDS else "")
    if arguments.log:
        start_log(arguments.log, words)
    return arguments


def _first_name(words: list[str]) -> str | None:
    """The first word that is neither an option nor an option's value."""
    before = ""
    for word in words:
        if word == "--":
            return None
        if not word.startswith("-") and before not in ("--project", "--images", "--log"):
            return word
        before = word
    return None


def _require_place(place: str | None) -> None:
    """Raises `UsageError` for a word that is neither a project nor a command."""
    if place is None or os.path.lexists(place):
        return
    near = difflib.get_close_matches(place.lower(), COMMANDS, 1)
    raise UsageError(
        f"{quoted(place)} is neither a command nor a project's folder.",
        f"Did you mean spyke-tui {near[0]}?" if near else "See spyke-tui --help.",
    )


def _refuse_unknown(left: list[str], parser: argparse.ArgumentParser, command: str) -> NoReturn:
    """Raises `UsageError` for what no option takes, with the option that was meant perhaps."""
    name = f"spyke-tui {command}".rstrip()
    word = left[0].partition("=")[0]
    if not command and word in COMMANDS:
        raise UsageError("The command comes first.", f"Write: spyke-tui {word} --project PATH")
    if not word.startswith("-"):
        raise UsageError(f"{quoted(word)} is one word too many.", f"See {name} --help.")
    chosen = parser
    if command:
        actions = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        chosen = actions[0].choices[command]
    if command and word in chosen._option_string_actions:
        raise UsageError(f"{word} stands before the command.", f"Write: spyke-tui {command} {word}")
    near = difflib.get_close_matches(word.lower(), list(chosen._option_string_actions), 1)
    raise UsageError(
        f"{name} has no option {printable(word)}.",
        f"Did you mean {near[0]}?" if near else f"See {name} --help.",
    )


def _opening_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "spyke-tui",
        description=DESCRIPTION,
        epilog=EPILOG + "\n\nCommands: " + ", ".join(COMMANDS) + ". Each has --help.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("place", nargs="?", metavar="PROJECT", help="a crops.toml or its folder")
    _add_common(parser, default=None)
    parser.add_argument(
        "--images", choices=IMAGES, default="auto", help="how pictures are drawn (default: auto)"
    )
    parser.add_argument("--version", action="version", version=f"spyke-tui {__version__}")
    parser.set_defaults(run=lambda a: open_app(a.place or a.project or ".", a.images))
    return parser


def _add_common(parser: argparse.ArgumentParser, default: Any) -> None:
    parser.add_argument(
        "--project", metavar="PATH", default=default, help="a crops.toml or its folder"
    )
    parser.add_argument("--log", metavar="FILE", default=default, help="write what happens to FILE")


def _runner(module: str) -> Callable[[argparse.Namespace], int]:
    """The command's `run`, its module imported only when it is called."""

    def run(arguments: argparse.Namespace) -> int:
        loaded = import_module(f"spyke_tui.cli.commands.{module}")
        return int(loaded.run(arguments))

    return run


def _command_parser() -> argparse.ArgumentParser:
    parser = _Parser("spyke-tui", description=DESCRIPTION)
    _add_common(parser, default=None)
    parser.add_argument("--images", choices=IMAGES, default="auto", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(name: str, about: str) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(
            name, help=about, description=about[:1].upper() + about[1:] + "."
        )
        # The parser above has set both; here only what is given counts.
        _add_common(command, default=argparse.SUPPRESS)
        # A module can't be called import.
        command.set_defaults(run=_runner(f"{name}_" if iskeyword(name) else name))
        return command

    _add_demo(add("demo", "write a sample project with sheets of its own, and open it"))
    _add_init(add("init", "start a crops.toml for your own sheets"))
    _add_suggest(add("suggest", "propose rectangles for the figures on sheets"))
    _add_build(add("build", "write training images and captions; only what changed"))
    _add_check(add("check", "say everything that is wrong or missing"))
    _add_run(add("reg", "generate the regularization images that are still missing"))
    _add_run(add("topup", "generate candidates for training images, as drafts to decide on"))
    _add_handover(add("handover", "write dataset.toml and TRAINING.md for sd-scripts"))
    _add_import(add("import", "take an existing kohya folder in as a project"))
    _add_practice(add("practice", "a server that stands in for ComfyUI and draws placeholders"))
    return parser


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("dir", nargs="?", metavar="DIR", default="spyke-demo")
    command.add_argument(
        "--headless", action="store_true", help="build, check and print a summary; no screens"
    )
    command.add_argument("--flawed", action="store_true", help="one with mistakes to find")
    command.add_argument("--images", choices=IMAGES, default="auto")


def _add_init(command: argparse.ArgumentParser) -> None:
    command.add_argument("dir", metavar="DIR", help="the project's folder; made where it is not")
    command.add_argument("sheets", nargs="+", metavar="SHEET", help="pictures of the character")
    command.add_argument("--character", required=True, metavar="NAME", help="names the folder")
    command.add_argument("--trigger", required=True, metavar="WORD", help="the trigger word")


def _add_suggest(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "sheets", nargs="*", metavar="SHEET", help="pictures, or keys of the project's sheets"
    )
    _add_json(command)
    command.add_argument("--write", action="store_true", help="add them to crops.toml as drafts")
    command.add_argument("--keep", action="store_true", help="with --write: as kept crops")


def _add_build(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--dry-run", action="store_true", help="previews and a contact sheet, nothing else"
    )
    command.add_argument(
        "--only", nargs="+", action="extend", metavar="ID", help="only these crops"
    )
    command.add_argument(
        "--force", nargs="+", action="extend", metavar="ID", default=[],
        help="overwrite files of these crops that were changed by hand",
    )  # fmt: skip
    _add_json(command)


def _add_check(command: argparse.ArgumentParser) -> None:
    command.add_argument("--strict", action="store_true", help="warnings too make exit code 1")
    _add_json(command)


def _add_run(command: argparse.ArgumentParser) -> None:
    command.epilog = (
        "Ctrl+C: the running image is finished, then the run ends; again: at once. A run goes on "
        "without its terminal, and the same command follows it again; Ctrl+C at that one leaves "
        "it running. All that is done is kept."
    )
    command.add_argument(
        "--count", type=int, metavar="N", help="how many in all, not how many more"
    )
    command.add_argument(
        "--server", action="append", metavar="URL",
        help="instead of crops.toml's; given several times, they share the work",
    )  # fmt: skip
    command.add_argument(
        "--redo-outdated", action="store_true",
        help="make images again that were made with other settings, or for practice (default: "
        "keep them)",
    )  # fmt: skip
    _add_json(command)
    command.add_argument("--detach", action="store_true", help="start it and don't wait")
    command.add_argument("--status", action="store_true", help="say how far it is")
    command.add_argument("--stop", action="store_true", help="end it after the running image")


def _add_handover(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--at", metavar="PATH", help="where the dataset's folder will lie on the training machine"
    )
    command.add_argument(
        "--sd-scripts", metavar="FOLDER", default="",
        help="where the trainer lies (default: sd_scripts in config.toml, else the usual places)",
    )  # fmt: skip


def _add_import(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "folder", metavar="FOLDER", help="a train folder (10_name), the one over it, or a dataset"
    )
    command.add_argument(
        "dir", nargs="?", metavar="DIR", help="the new project's folder (default: here)"
    )
    command.add_argument("--character", metavar="NAME", help="default: from the folder's name")
    command.add_argument(
        "--trigger", metavar="WORD",
        help="default: what most captions begin with; given, it is put in front of all captions",
    )  # fmt: skip
    command.add_argument(
        "--repeats", type=_repeats, metavar="N",
        help="default: what the folder's name says; needed where several folders differ",
    )  # fmt: skip
    _add_json(command)


def _repeats(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and 1 <= int(word[:6]) <= 9999):
        raise argparse.ArgumentTypeError(f"{quoted(word)} is no number of repeats (1 to 9999)")
    return int(word)


def _add_practice(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--port", type=int, default=0, metavar="N", help="where to listen (default: any free port)"
    )
    command.add_argument(
        "--delay", type=float, default=1.0, metavar="SECONDS",
        help="how long one picture takes (default: 1)",
    )  # fmt: skip
    command.add_argument(
        "--fault", action="append", default=[], metavar="NAME",
        help="misbehave, once or more often; --fault help names the ways",
    )  # fmt: skip
