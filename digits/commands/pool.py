"""Many pictures are read by as many processes as there are processors for."""

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from digits.commands.errors import WorkersError
from digits.commands.pictures import Picture
from digits.pipeline.processors import count_processors
from digits.reading.classifier import Classifier
from digits.reading.image import Source
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading, classify, prepare, read_digit

if TYPE_CHECKING:  # a picture or two need no processes, and no time to load them
    from concurrent.futures import ProcessPoolExecutor

# Fewer pictures than this are read before a second process has started.
MANY = 64
# A process is handed so many at a time.
CHUNK = 16

AnyResult = TypeVar("AnyResult")


def read_all(classifier: Classifier, pictures: list[Picture]) -> Iterator[Reading]:
    """Read the digit of pictures in their order; to decode and normalise many takes all
    processors."""
    sources = [picture.source for picture in pictures]
    pool = _start_pool() if len(sources) >= MANY else None
    if pool is None:
        yield from (read_digit(source, classifier) for source in sources)
        return
    for readings in _map_in(pool, prepare, sources):
        yield from classify(classifier, readings)


def read_all_numbers(classifier: Classifier, pictures: list[Picture]) -> Iterator[NumbersReading]:
    """Read the numbers of pictures in their order; many take all processors."""
    sources = [picture.source for picture in pictures]
    pool = _start_pool() if len(sources) >= MANY else None
    if pool is None:
        yield from (reading for one in sources for reading in _read_chunk(classifier, [one]))
        return
    for readings in _map_in(pool, partial(_read_chunk, classifier), sources):
        yield from readings


def _read_chunk(classifier: Classifier, sources: Sequence[Source]) -> list[NumbersReading]:
    from digits.reading.number_reader import read_numbers  # a digit is read in the time it loads

    return [read_numbers(source, classifier) for source in sources]


def _start_pool() -> "ProcessPoolExecutor | None":
    """Return a pool of processes; None where one processor is all there is, or where processes
    can't talk to each other, as in a container without a writable /dev/shm."""
    if (count := count_processors()) == 1:
        return None
    from concurrent.futures import ProcessPoolExecutor

    try:
        return ProcessPoolExecutor(count, initializer=_ignore_signals)
    except (ImportError, NotImplementedError, OSError):
        return None


def _map_in(
    pool: "ProcessPoolExecutor",
    read: Callable[[Sequence[Source]], list[AnyResult]],
    sources: list[Source],
) -> Iterator[list[AnyResult]]:
    import multiprocessing
    from concurrent.futures.process import BrokenProcessPool

    chunks = [sources[first : first + CHUNK] for first in range(0, len(sources), CHUNK)]
    pending = deque(pool.submit(read, chunk) for chunk in chunks)
    try:
        while pending:
            yield pending.popleft().result()
    except BrokenProcessPool as error:
        pending.clear()  # the pool gives them an error itself: one that was cancelled takes none
        for worker in multiprocessing.active_children():
            worker.kill()  # it may wait for the one that is gone, and a pool for it
        raise WorkersError(
            "a process that reads pictures was ended from outside, perhaps for want of memory: "
            "try again with fewer pictures"
        ) from error
    finally:
        for future in pending:
            future.cancel()
        pool.shutdown()  # waits, or the interpreter's end writes to what its thread closes


def _ignore_signals() -> None:
    # Ctrl-C reaches the whole group of processes; it is the parent that ends the pool.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
