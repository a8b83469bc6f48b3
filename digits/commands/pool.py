"""Many pictures are read by as many processes as there are processors for."""

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent import futures

from digits.commands.errors import WorkersError
from digits.commands.pictures import Picture
from digits.pipeline.processors import count_processors
from digits.reading.classifier import Classifier
from digits.reading.image import Source
from digits.reading.reader import Reading, classify, prepare, read_digit

# Fewer pictures than this are read before a second process has started.
MANY = 64
# A process is handed so many at a time.
CHUNK = 16


def read_all(classifier: Classifier, pictures: list[Picture]) -> Iterator[Reading]:
    """Read pictures in their order; decoding and normalising many takes all processors."""
    sources = [picture.source for picture in pictures]
    pool = _start_pool() if len(sources) >= MANY else None
    if pool is None:
        yield from (read_digit(source, classifier) for source in sources)
        return
    for readings in _prepare_in(pool, sources):
        yield from classify(classifier, readings)


def _start_pool() -> futures.ProcessPoolExecutor | None:
    """Return a pool of processes; None where one processor is all there is, or where processes
    can't talk to each other, as in a container without a writable /dev/shm."""
    if (count := count_processors()) == 1:
        return None
    try:
        return futures.ProcessPoolExecutor(count, initializer=_ignore_signals)
    except (ImportError, NotImplementedError, OSError):
        return None


def _prepare_in(
    pool: futures.ProcessPoolExecutor, sources: list[Source]
) -> Iterator[list[Reading]]:
    chunks = [sources[first : first + CHUNK] for first in range(0, len(sources), CHUNK)]
    with pool:
        try:
            yield from pool.map(prepare, chunks)
        except futures.process.BrokenProcessPool as error:
            for worker in multiprocessing.active_children():
                worker.kill()  # it may wait for the one that is gone, and a pool for it
            raise WorkersError(
                "a process that reads pictures was ended from outside, perhaps for want of memory: "
                "try again with fewer pictures"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _ignore_signals() -> None:
    # Ctrl-C reaches the whole group of processes; it is the parent that ends the pool.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
