"""Standard output and standard error, in whatever state a call finds them."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
