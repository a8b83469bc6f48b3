"""Many pictures are read by as many processes as there are processors for."""

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from digits.commands.errors import WorkersError
from digits.commands.pictures import Picture
from digits.pipeline.processors import count_processors
from digits.reading.classifier import Classifier
from digits.reading.digit_reader import read_digits
from digits.reading.image import Source
from digits.reading.number_reader import read_numbers
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

if TYPE_CHECKING:  # a picture or two need no processes, and no time to load them
    from concurrent.futures import ProcessPoolExecutor

# Fewer pictures than this are read before a second process has started.
MANY = 64
# A process is handed so many at a time.
CHUNK = 16

AnyResult = TypeVar("AnyResult")

# What a process of the pool reads with.
_worker: dict[str, Callable[..., list[Any]]] = {}


def read_all(classifier: Classifier, pictures: list[Picture]) -> Iterator[Reading]:
    """Read the digit of pictures in their order; many take all processors."""
    return _read_all(partial(read_digits, classifier), pictures)


def read_all_numbers(classifier: Classifier, pictures: list[Picture]) -> Iterator[NumbersReading]:
    """Read the numbers of pictures in their order; many take all processors."""
    return _read_all(partial(read_each, classifier), pictures)


def _read_all(
    read: Callable[[Sequence[Source]], list[AnyResult]], pictures: list[Picture]
) -> Iterator[AnyResult]:
    sources = [picture.source for picture in pictures]
    pool = _start_pool(read) if len(sources) >= MANY else None
    if pool is None:
        yield from (reading for source in sources for reading in read([source]))
        return
    for readings in _map_in(pool, sources):
        yield from readings


def read_each(classifier: Classifier, sources: Sequence[Source]) -> list[NumbersReading]:
    """Read the numbers on each picture. Raises nothing."""
    return [read_numbers(source, classifier) for source in sources]


def _start_pool(read: Callable[..., Any]) -> "ProcessPoolExecutor | None":
    """Return a pool of processes that read; None where one processor is all there is, or where
    processes can't talk to each other, as in a container without a writable /dev/shm."""
    if (count := count_processors()) == 1:
        return None
    from concurrent.futures import ProcessPoolExecutor

    try:
        return ProcessPoolExecutor(count, initializer=_start_worker, initargs=(read,))
    except (ImportError, NotImplementedError, OSError):
        return None


def _map_in(pool: "ProcessPoolExecutor", sources: list[Source]) -> Iterator[list[Any]]:
    import multiprocessing
    from concurrent.futures.process import BrokenProcessPool

    chunks = [sources[first : first + CHUNK] for first in range(0, len(sources), CHUNK)]
    pending = deque(pool.submit(_read_chunk, chunk) for chunk in chunks)
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


def _start_worker(read: Callable[..., Any]) -> None:
    # Kept, so that the model is not sent with every chunk.
    _worker["read"] = read
    # Ctrl-C reaches the whole group of processes; it is the parent that ends the pool.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _read_chunk(sources: Sequence[Source]) -> list[Any]:
    return _worker["read"](sources)
