"""What may be typed: the commands, their options and their help."""

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn, TypeAlias

from digits.commands.streams import note, write_line

WRONG_USAGE = 2
DEFAULT_PLOT = "plots/prediction_result.png"


class _Parser(argparse.ArgumentParser):
    """Argparse's, but that what it prints goes the way of all output: of Python 3.11 some versions
    end in a traceback where that can't be written."""

    def print_help(self, file: object = None) -> None:
        write_line(self.format_help().rstrip())

    def error(self, message: str) -> NoReturn:
        note(f"{self.format_usage()}{self.prog}: error: {message}")
        sys.exit(WRONG_USAGE)


_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; its help is the command's documentation.

    What it returns of a call names, as `run`, the module and the function that answer it.
    """
    parser = _Parser(prog="digits", description="Read handwritten digits.")
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the versions of program and model"
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_predict(commands)
    _add_read(commands)
    _add_evaluate(commands)
    _add_batch(commands)
    _add_pack(commands)
    return parser


def _add_predict(commands: _Commands) -> None:
    command = commands.add_parser(
        "predict",
        help="read the digit in each picture",
        description="Read the digit in each picture: paper, pen, camera and canvas alike, dark ink "
        "or bright. One line a picture. A picture is a PNG, JPEG, GIF, BMP, WebP, TIFF, AVIF or "
        "HEIF file of at most 32 MiB and 50 megapixels.",
        epilog="Exit status: 0 all read, 1 some unreadable, 2 wrong call, 3 no model.",
    )
    command.set_defaults(run="predict")
    _add_pictures(command)
    command.add_argument(
        "--top-k",
        type=_whole_number(10),
        default=1,
        metavar="N",
        help="show the N best guesses (default 1); JSON and CSV have all",
    )
    _add_output(command, "a row a picture", "the picture, its digit and the probabilities")
    _add_common(command)


def _add_output(command: argparse.ArgumentParser, rows: str, plot: str) -> None:
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument("--csv", action="store_true", help=f"a table with a header, {rows}")
    command.add_argument(
        "--save-plot",
        nargs="?",
        const=DEFAULT_PLOT,
        metavar="PATH",
        help=f"draw {plot}, as PNG, SVG or PDF (default {DEFAULT_PLOT})",
    )


def _add_read(commands: _Commands) -> None:
    command = commands.add_parser(
        "read",
        help="read every number in each picture",
        description="Read every handwritten number in each picture, among lines, boxes, words and "
        "what else is there. One line a picture: its numbers, from top to bottom and from left to "
        "right.",
        epilog="Exit status: 0 all read, 1 some unreadable, 2 wrong call, 3 no model.",
    )
    command.set_defaults(run="read")
    _add_pictures(command)
    _add_output(command, "a row a number", "the picture with a box around each digit")
    _add_common(command)


def _add_evaluate(commands: _Commands) -> None:
    command = commands.add_parser(
        "evaluate",
        help="measure the accuracy on labelled pictures",
        description="Read pictures whose digits are known: accuracy with its interval, share "
        "rejected, confusion matrix.",
        epilog="Exit status: 0 all read, 1 some unreadable, 2 wrong call, 3 no model.",
    )
    command.set_defaults(run="evaluate")
    command.add_argument(
        "--numbers",
        dest="run",
        action="store_const",
        const="evaluate_numbers",
        help="the pictures show numbers, with which their names begin: 4711_first.png",
    )
    command.add_argument(
        "path",
        metavar="PATH",
        help="a folder whose folders are named 0 to 9 (or digit_7, or seven), or whose pictures "
        "are named like 7-first.png; or an .npz file with arrays X and y, x_test and y_test, or "
        "images and labels",
    )
    command.add_argument("--json", action="store_true", help="the result as a JSON object")
    _add_common(command)


def _add_pictures(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "pictures",
        nargs="+",
        metavar="PICTURE",
        help="a file, a folder of them, a pattern like 'scans/*.png', or - for standard input",
    )


def _add_batch(commands: _Commands) -> None:
    command = commands.add_parser(
        "batch",
        help="read very many pictures, on a cluster",
        description="Read very many pictures with Dask, on this machine or on a cluster, and write "
        "a folder of Parquet files. Given again, the command goes on where it was stopped.",
        epilog="Exit status: 0 all shards read, 1 some not, 2 wrong call, 3 no model. A picture "
        "that can't be read is a row that says why.",
    )
    command.set_defaults(run="batch")
    _add_addresses(command, "or shards: Parquet files (path, bytes) and tar files")
    command.add_argument(
        "--numbers", action="store_true", help="read every number in each picture, not one digit"
    )
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a Dask scheduler, like tcp://host:8786 (default: a process for each core here)",
    )
    command.add_argument(
        "--dry-run",
        action="store_true",
        help="count the pictures, estimate the time, write nothing",
    )
    _add_common(command)


def _add_pack(commands: _Commands) -> None:
    command = commands.add_parser(
        "pack",
        help="gather loose pictures into Parquet files",
        description="Gather loose pictures into large Parquet files, so that `digits "
        "batch` need not fetch them one by one. Given again, the command goes on where it was "
        "stopped.",
        epilog="Exit status: 0 all packed, 1 some pictures missing, 2 wrong call.",
    )
    command.set_defaults(run="pack")
    _add_addresses(command, "all of them loose pictures")
    command.add_argument(
        "--size",
        type=_whole_number(1000),
        default=128,
        metavar="MB",
        help="of a file (default 128)",
    )
    command.add_argument("--quiet", action="store_true", help="nothing on standard error")


def _add_addresses(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder or a pattern at a path, s3://, gs://, az://, ssh:// or https://, or a "
        f"manifest: a .txt or .parquet file with an address a line; {what}",
    )
    command.add_argument("output", metavar="OUTPUT", help="a new folder, at any such address")


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model",
        metavar="PATH",
        help="default: $DIGITS_MODEL, else the project's in this folder, else the installed one",
    )
    command.add_argument("--quiet", action="store_true", help="nothing on standard error")


def _whole_number(most: int) -> Callable[[str], int]:
    """Return what takes a text to a number from 1 to `most`."""

    def take(text: str) -> int:
        if text.isdecimal() and 1 <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")

    return take


class _Version(argparse.Action):
    """Print the version of the program and, where there is one, of the model, and which it is."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        from digits.reading.artefact import ModelError
        from digits.reading.classifier import Classifier
        from digits.reading.location import default_model

        try:
            model = f"model {Classifier.load().version}"
        except ModelError:
            model = "no model"
        model += f" in {default_model()}"
        write_line(f"digits {version('digits')}, {model}")
        parser.exit()
