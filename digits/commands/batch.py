"""What `digits batch` does: have Dask's workers read shards, and write a part for each."""

import argparse
import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple

from distributed import Client, Future, as_completed
from distributed.client import ClosedClientError, FutureCancelledError
from distributed.comm import CommClosedError
from tqdm import tqdm

from digits.commands.batch_reader import DIGITS, NUMBERS, BatchReader, load_model
from digits.commands.errors import WorkersError
from digits.commands.estimate import estimate
from digits.commands.parts import Parts
from digits.commands.sources import Addresses, Shard
from digits.commands.streams import note, write_line
from digits.commands.workers import ReaderPlugin, connected, package_versions, read_shard

# The scheduler knows of so many shards at a time, which is more than there are workers.
WINDOW = 1000
# Dask tries a shard so often again before it counts as failed.
RETRIES = 2


class Job(NamedTuple):
    """A shard, and the part that its results become."""

    part: str
    shard: Shard


class Outcome(NamedTuple):
    """What has become of shards."""

    pictures: Counter[str]
    """How many pictures were read, or why there is no answer."""
    failures: dict[str, str]
    """Why shards could not be read, by their names."""


def batch(options: argparse.Namespace) -> bool:
    """Answer the call `digits batch`; return whether every shard could be read.

    Raises ModelError where there is no model, UsageError where source, output or workers are not
    as they must be, WorkersError where the scheduler ends.
    """
    addresses, parts = Addresses(options.source), Parts(options.output)
    addresses.require_outside(parts.address)
    kind, model = NUMBERS if options.numbers else DIGITS, load_model(options.model)
    record = {
        "command": "batch",
        "kind": kind.name,
        "model": hashlib.sha256(model).hexdigest(),
        "source": addresses.digest(),
        "version of digits": package_versions()["digits"],
    }
    done = parts.done(record)
    total = sum(1 for _ in addresses.shards()) - len(done)
    if options.dry_run:
        shards = (job.shard for job in _jobs(addresses, done))
        write_line(estimate(BatchReader(model, kind), shards, len(done)))
        return True
    if not total:
        write_line(f"{parts.address} has all {len(done):,} parts: there is nothing to do")
        return True
    parts.claim(record)
    plugin = ReaderPlugin(model, kind, parts.address)
    with connected(options.scheduler, plugin, options.quiet) as client:
        start = time.monotonic()
        outcome = read_all_shards(client, plugin, _jobs(addresses, done), total, options.quiet)
        seconds = time.monotonic() - start
        cores = sum(client.nthreads().values())
    parts.end()
    for name, reason in outcome.failures.items():
        note(f"digits: {name} could not be read ({reason})")
    write_line(summary(outcome, seconds, cores))
    return not outcome.failures


def _jobs(addresses: Addresses, done: set[str]) -> Iterator[Job]:
    jobs = (Job(f"part-{n:06}.parquet", shard) for n, shard in enumerate(addresses.shards()))
    return (job for job in jobs if job.part not in done)


def read_all_shards(
    client: Client, plugin: ReaderPlugin, jobs: Iterable[Job], total: int, quiet: bool
) -> Outcome:
    """Have the workers read shards, behind a progress bar where there is a terminal.

    Raises WorkersError where the scheduler ends.
    """

    def submit(job: Job) -> Future:
        names[key := f"{job.part}-{plugin.name}"] = job.shard.name
        return client.submit(read_shard, *job, plugin.name, key=key, retries=RETRIES, pure=False)

    names: dict[str, str] = {}
    jobs, outcome = iter(jobs), Outcome(Counter(), {})
    start = time.monotonic()
    # None has the bar appear on a terminal only.
    bar = tqdm(total=total, unit="shard", disable=True if quiet else None)
    with _needing_the_scheduler(), bar:
        futures = as_completed([submit(job) for job in islice(jobs, WINDOW)])
        for future in futures:
            name = names.pop(future.key)
            if future.status == "finished":
                outcome.pictures.update(future.result())
            elif future.status == "error":
                outcome.failures[name] = _on_one_line(future.exception())
            else:
                raise ClosedClientError(future.status)
            for job in islice(jobs, 1):
                futures.add(submit(job))
            bar.set_postfix_str(_progress(outcome, time.monotonic() - start))
            bar.update()
    return outcome


@contextmanager
def _needing_the_scheduler() -> Iterator[None]:
    try:
        yield
    except (ClosedClientError, CommClosedError, FutureCancelledError) as error:
        raise WorkersError(
            "the scheduler ended: start it, and give the same command again"
        ) from error


def _on_one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _progress(outcome: Outcome, seconds: float) -> str:
    pictures = outcome.pictures.total()
    return (
        f"{pictures:,} pictures, {pictures / seconds:,.0f} a second, "
        f"{outcome.pictures['unreadable']:,} unreadable, {len(outcome.failures):,} shards failed"
    )


def summary(outcome: Outcome, seconds: float, cores: int) -> str:
    """Say how many pictures were read and why others were not, how fast, and what a million cost
    at that rate."""
    pictures = outcome.pictures.total()
    lines = [f"{name:20}{count:,}" for name, count in sorted(outcome.pictures.items())]
    if outcome.failures:
        lines.append(f"{'failed':20}{len(outcome.failures):,} shards; the same command tries again")
    if pictures:
        rate = pictures / seconds
        lines.append(f"{'rate':20}{rate:,.0f} pictures a second on {cores:,} cores")
        hours = 1_000_000 / rate / 3600
        lines.append(f"{'a million':20}{hours:.2f} hours, {hours * cores:.2f} core-hours")
    return "\n".join(lines)
