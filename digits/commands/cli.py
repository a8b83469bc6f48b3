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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import NoReturn

from digits.commands.errors import OutputError, UsageError, WorkersError
from digits.commands.options import build_parser
from digits.commands.streams import abandon, flush_lines, native_silence, note, open_streams

SOME_UNREADABLE, NO_MODEL, INTERRUPTED = 1, 3, 130


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
        return _reading(parser, options)
    except SystemExit as end:  # argparse has said why
        status = int(end.code or 0)
    if status and any(word[0:1] == "-" and os.path.lexists(word) for word in arguments):
        note("digits: a name that begins with a dash comes after --, or is written like ./-7.png")
    return status


def _answer(options: argparse.Namespace) -> int:
    """Do what a command is for; return the exit status."""
    with _batch_extra() if options.run in ("batch", "pack") else nullcontext():
        module = import_module(f"digits.commands.{options.run}")
    return 0 if getattr(module, options.run)(options) else SOME_UNREADABLE


@contextmanager
def _batch_extra() -> Iterator[None]:
    """Say how to install what `digits batch` and `digits pack` need, where it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        what = f"{error.name} is missing: in the project's folder, `pip install '.[batch]'`"
        raise UsageError(what) from error


def _reading(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
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
            return _answer(options)
    except ModelError as error:
        note(f"digits: {error}")
        return NO_MODEL
    except WorkersError as error:
        note(f"digits: {error}")
        return SOME_UNREADABLE
    except UsageError as error:
        parser.error(str(error))
