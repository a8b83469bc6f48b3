"""Dask's workers: a cluster to read pictures on, and what each of its workers does."""

import hashlib
import logging
import platform
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version

import pyarrow as pa
from distributed import Client, LocalCluster, Worker, WorkerPlugin, get_worker

from digits.commands.batch_reader import BatchReader, Kind
from digits.commands.errors import UsageError
from digits.commands.parts import Parts
from digits.commands.shards import load_shard
from digits.commands.sources import Shard
from digits.commands.streams import note
from digits.pipeline.processors import count_processors

# What decides over the answers, and over whether client and workers understand each other.
PACKAGES = (
    "digits",
    "ai-edge-litert",
    "dask",
    "distributed",
    "numpy",
    "pillow",
    "pillow-heif",
    "pyarrow",
    "scipy",
)
SECONDS_TO_CONNECT = 10
# What they have to say of workers and schedulers that end, the command says in a sentence.
LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application")


def package_versions() -> dict[str, str]:
    """Return the versions of Python and PACKAGES here."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python} | {name: version(name) for name in PACKAGES}


class ReaderPlugin(WorkerPlugin):  # type: ignore[misc]
    """Gives each worker a BatchReader, also those that come later.

    It carries the model, so that workers need no file of it. `model`: the content of its file;
    `output`: where the parts go.
    """

    def __init__(self, model: bytes, kind: Kind, output: str) -> None:
        self.model, self.kind, self.output = model, kind, output
        self.versions = package_versions()
        identity = f"{hashlib.sha256(model).hexdigest()} {kind.name} {output}"
        self.name = f"digits-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"

    def setup(self, worker: Worker) -> None:
        """Load the model. Raises UsageError where the worker is not as the client needs it."""
        self.worker_address = worker.address
        _ = self.reader

    @cached_property
    def reader(self) -> BatchReader:
        """What reads pictures; also tried again by a worker whose `setup` failed."""
        here = package_versions()
        if other := [name for name in here if here[name] != self.versions[name]]:
            versions = ", ".join(f"{n} {here[n]} in place of {self.versions[n]}" for n in other)
            raise UsageError(
                f"the worker {self.worker_address} has {versions}: install the same there and here"
            )
        if not Parts(self.output).is_claimed():
            raise UsageError(
                f"the worker {self.worker_address} does not see {self.output}: name a folder that "
                "all workers reach, under the same address"
            )
        return BatchReader(self.model, self.kind)


def read_shard(part: str, shard: Shard, plugin: str) -> Counter[str]:
    """Read a shard on the worker that this runs on, and write the part; return how many pictures
    were read, or why there is no answer."""
    mine = get_worker().plugins[plugin]
    reader, counts = mine.reader, Counter[str]()

    def tables() -> Iterator[pa.Table]:
        for pictures in load_shard(shard):
            table = reader(pictures)
            counts.update(reason or "read" for reason in table["reason"].to_pylist())
            yield table

    Parts(mine.output).write(part, tables(), reader.schema)
    return counts


@contextmanager
def connected(scheduler: str | None, plugin: ReaderPlugin, quiet: bool) -> Iterator[Client]:
    """Connect to a scheduler, or to a cluster of processes on this machine, one a core.

    Raises UsageError where there is no scheduler, or a worker is not as it must be.
    """
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with _client(scheduler) as client:
        if not quiet:
            note(f"dashboard: {client.dashboard_link}")
            if not client.nthreads():
                note("waiting for the first worker")
        _prepare(client, plugin)
        yield client
        client.unregister_worker_plugin(plugin.name)


def _prepare(client: Client, plugin: ReaderPlugin) -> None:
    """Wait for a worker, and give all that there are what reads pictures."""
    try:
        client.run_on_scheduler(package_versions)  # it unpacks tasks, and so needs the package, too
        client.submit(
            platform.node, pure=False
        ).result()  # a cluster may start workers for work only
        client.register_plugin(plugin)
    except UsageError:
        raise
    except Exception as error:  # which is what Dask makes of a package that is missing there
        raise UsageError(
            f"scheduler and workers can't read pictures ({error}): install there what is installed "
            "here"
        ) from error


@contextmanager
def _client(scheduler: str | None) -> Iterator[Client]:
    if scheduler is None:
        with (
            LocalCluster(
                n_workers=count_processors(),
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # any free port
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            client.run(_ignore_interrupts)
            yield client
        return
    try:
        client = Client(scheduler, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no scheduler answers at {scheduler} ({error}): start one with `dask scheduler`"
        ) from error
    with client:
        yield client


def _ignore_interrupts() -> None:
    # Ctrl-C reaches the whole group of processes; it is the parent that ends the cluster.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
