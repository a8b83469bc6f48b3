"""Standard output and standard error, in whatever state a call finds them."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from digits.commands.errors import OutputError


def open_streams() -> None:
    """Put nothing in the place of what the caller has closed, or the next file would come there.

    What is printed takes any name, also of a file whose name is no text. Raises OutputError where
    there is nowhere to print results.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the least number that is free
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), write_through=True)
    if sys.stdout is None:
        raise OutputError("standard output is closed: there is nowhere to print to")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"the results can't be written: {error.strerror}") from error


def write_line(text: str) -> None:
    """Print a line of the results, at once.

    Raises OutputError where it can't be written, BrokenPipeError where nobody reads on.
    """
    with _writing():
        print(text, flush=True)


def flush_lines() -> None:
    """Write what is still to be written. Raises what `write_line` raises of the results."""
    with _writing():
        sys.stdout.flush()
    with _noting():
        sys.stderr.flush()


def note(text: str) -> None:
    """Print a line on standard error; that it can't be written stops nothing."""
    with _noting():
        print(text, file=sys.stderr, flush=True)


@contextmanager
def _noting() -> Iterator[None]:
    try:
        yield
    except OSError:
        abandon(sys.stderr)


def abandon(stream: TextIO | None) -> None:
    """Drop what is still to be written to a stream, or the end of the process would try again."""
    if stream is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextmanager
def native_silence() -> Iterator[None]:
    """Drop what libraries in C write to standard error; what Python writes still appears.

    LiteRT greets, libtiff says what it finds amiss in a damaged picture: neither has a switch.
    """
    own, stderr, nowhere = sys.stderr, os.dup(2), os.open(os.devnull, os.O_WRONLY)
    if isinstance(own, io.TextIOWrapper) and own is sys.__stderr__:
        file = io.FileIO(stderr, "w", closefd=False)
        sys.stderr = io.TextIOWrapper(file, own.encoding, own.errors, write_through=True)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        sys.stderr = own
        os.close(stderr)
        os.close(nowhere)
