"""The command line: `digits predict PICTURE ...` reads the digit in each picture.

`digits read PICTURE ...` reads the numbers. `digits evaluate PATH` says how many of labelled
pictures are read right. `digits batch` reads very many, on a cluster, and `digits pack` makes them
quick to fetch.

Results go to standard output, everything else to standard error. The exit status is 0 where every
picture was read, 1 where some could not be, 2 for a wrong call, 3 for a missing or altered model.
"""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import NoReturn

from digits.commands.errors import OutputError, UsageError, WorkersError
from digits.commands.streams import (
    abandon,
    flush_lines,
    native_silence,
    note,
    open_streams,
    write_line,
)

DEFAULT_PLOT = "plots/prediction_result.png"
SOME_UNREADABLE, WRONG_USAGE, NO_MODEL, INTERRUPTED = 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process."""
    try:
        open_streams()
        status = _run(sys.argv[1:] if arguments is None else arguments)
        flush_lines()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:  # whoever reads the results has had enough of them
        abandon(sys.stdout)
        status = SOME_UNREADABLE
    except OutputError as error:
        note(f"digits: {error}")
        abandon(sys.stdout)
        status = SOME_UNREADABLE
    sys.exit(status)


def _run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; return the exit status."""
    parser = build_parser()
    try:
        options = parser.parse_args(arguments)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # or its processes would stay
        return int(options.run(parser, options))
    except SystemExit as end:  # argparse has said why
        status = int(end.code or 0)
    if status and any(word[0:1] == "-" and os.path.lexists(word) for word in arguments):
        note("digits: a name that begins with a dash comes after --, or is written like ./-7.png")
    return status


class _Parser(argparse.ArgumentParser):
    """Argparse's, but that what it prints goes the way of all output: of Python 3.11 some versions
    end in a traceback where that can't be written."""

    def print_help(self, file: object = None) -> None:
        write_line(self.format_help().rstrip())

    def error(self, message: str) -> NoReturn:
        note(f"{self.format_usage()}{self.prog}: error: {message}")
        sys.exit(WRONG_USAGE)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; its help is the command's documentation."""
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


def _add_predict(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "predict",
        help="read the digit in each picture",
        description="Read the digit in each picture: paper, pen, camera and canvas alike, dark ink "
        "or bright. One line a picture. A picture is a PNG, JPEG, GIF, BMP, WebP, TIFF, AVIF or "
        "HEIF file of at most 32 MiB and 50 megapixels.",
        epilog="Exit status: 0 all read, 1 some unreadable, 2 wrong call, 3 no model.",
    )
    command.set_defaults(run=_runner("predict"))
    _add_pictures(command)
    command.add_argument(
        "--top-k", type=_count, default=1, metavar="N", help="show the N best guesses (default 1)"
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


def _add_read(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "read",
        help="read every number in each picture",
        description="Read every handwritten number in each picture, among lines, boxes, words and "
        "what else is there. One line a picture: its numbers, from top to bottom and from left to "
        "right.",
        epilog="Exit status: 0 all read, 1 some unreadable, 2 wrong call, 3 no model.",
    )
    command.set_defaults(run=_runner("read"))
    _add_pictures(command)
    _add_output(command, "a row a number", "the picture with a box around each digit")
    _add_common(command)


def _add_evaluate(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "evaluate",
        help="measure the accuracy on labelled pictures",
        description="Read pictures whose digits are known: accuracy with its interval, share "
        "rejected, confusion matrix.",
        epilog="Exit status: 0 all read, 1 some unreadable, 2 wrong call, 3 no model.",
    )
    command.set_defaults(run=_runner("evaluate"))
    command.add_argument(
        "--numbers",
        dest="run",
        action="store_const",
        const=_runner("evaluate_numbers"),
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


def _add_batch(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "batch",
        help="read very many pictures, on a cluster",
        description="Read very many pictures with Dask, on this machine or on a cluster, and write "
        "a folder of Parquet files. Given again, the command goes on where it was stopped.",
        epilog="Exit status: 0 all shards read, 1 some not, 2 wrong call, 3 no model. A picture "
        "that can't be read is a row that says why.",
    )
    command.set_defaults(run=_runner("batch"))
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


def _add_pack(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "pack",
        help="gather loose pictures into Parquet files",
        description="Gather loose pictures into large Parquet files, so that `digits "
        "batch` need not fetch them one by one. Given again, the command goes on where it was "
        "stopped.",
        epilog="Exit status: 0 all packed, 1 some pictures missing, 2 wrong call.",
    )
    command.set_defaults(run=_runner("pack"))
    _add_addresses(command, "all of them loose pictures")
    command.add_argument(
        "--size", type=_megabytes, default=128, metavar="MB", help="of a file (default 128)"
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


def _count(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 10:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 10")


def _megabytes(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 1000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")


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


def _runner(name: str) -> Callable[[argparse.ArgumentParser, argparse.Namespace], int]:
    """Return what answers the command of a name: the function of that name, in its own module."""

    def answer(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
        def run() -> int:
            with _batch_extra() if name in ("batch", "pack") else nullcontext():
                module = import_module(f"digits.commands.{name}")
            return 0 if getattr(module, name)(options) else SOME_UNREADABLE

        return _reading(parser, run)

    return answer


@contextmanager
def _batch_extra() -> Iterator[None]:
    """Say how to install what `digits batch` and `digits pack` need, where it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        what = f"{error.name} is missing: in the project's folder, `pip install '.[batch]'`"
        raise UsageError(what) from error


def _reading(parser: argparse.ArgumentParser, run: Callable[[], int]) -> int:
    """Call what reads pictures; turn its errors into sentences and exit statuses."""
    # NumPy starts a thread of its own for each core, for algebra that no picture needs.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Pillow gives the memory of each picture back to the system, unless it may keep some blocks.
    os.environ.setdefault("PILLOW_BLOCKS_MAX", "16")
    # What reads pictures takes a quarter of a second to load, which no help text needs. It stays to
    # the end: the garbage collector need not look through it again and again.
    gc.disable()
    from digits.reading.artefact import ModelError

    gc.freeze()
    gc.enable()
    try:
        with native_silence():
            return run()
    except ModelError as error:
        note(f"digits: {error}")
        return NO_MODEL
    except WorkersError as error:
        note(f"digits: {error}")
        return SOME_UNREADABLE
    except UsageError as error:
        parser.error(str(error))
