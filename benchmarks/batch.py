"""How fast `digits batch` reads from a real S3 server, beside `digits predict`: `make batch`.

Two workers read shards and loose pictures; server, scheduler and client share the machine with
them. How runs scale is measured with work that sleeps, since a machine has few cores.
"""

import argparse
import datetime
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from distributed import Client

from benchmarks.bench import aligned
from benchmarks.bucket import BUCKET, BucketServer
from benchmarks.cluster import Cluster
from benchmarks.machine import report
from benchmarks.processes import ENVIRONMENT
from benchmarks.scans import make_pictures
from digits.commands.batch import Job, read_all_shards
from digits.commands.batch_reader import DIGITS, load_model
from digits.commands.parts import Parts
from digits.commands.sources import Shard
from digits.commands.workers import ReaderPlugin
from digits.reading.classifier import Classifier
from digits.reading.image import Source
from digits.reading.reader import Reading

WORKERS = 2
SHARD = 8  # MB: of 400 MB in all, two workers have enough to share
NAP = 1.0  # seconds
ON_PAPER = 10**8


class Cost(NamedTuple):
    """What reading took."""

    pictures: int
    seconds: float
    client: float
    """The most memory that the command's first process held, in MiB."""
    worker: float = math.nan
    """The most memory that any worker held, in MiB."""

    def to_row(self, name: str) -> str:
        rate = self.pictures / self.seconds / WORKERS
        memory = "" if math.isnan(self.worker) else f"{self.worker:.0f} MiB"
        return (
            f"| {name} | {self.pictures:,} | {self.seconds:.1f} s | {rate:.0f} a second "
            f"| {self.client:.0f} MiB | {memory} |"
        )


def peak(pid: int) -> float:
    """Return the most memory that a process has held so far, in MiB; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return int((status.partition("VmHWM:")[2].split() or ["0"])[0]) / 1024


def digits(*words: str, environment: Mapping[str, str] = ENVIRONMENT) -> tuple[float, float]:
    """Run `digits ...` to its end; return its seconds and the most memory that its first process
    held, in MiB. Raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "digits", *words]
    start, most = time.perf_counter(), 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, peak(process.pid))
            time.sleep(0.05)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return seconds, most


def bench_batch(server: BucketServer, source: str, pictures: int) -> Cost:
    """Read what lies at an address in the bucket, on a new cluster."""
    cluster = Cluster(WORKERS, server.environment)
    try:
        with Client(cluster.address) as client:
            client.wait_for_workers(WORKERS)
        words = ("batch", source, f"{source}-answers", "--scheduler", cluster.address, "--quiet")
        seconds, memory = digits(*words, environment=server.environment)
        most = max(peak(worker.pid) for worker in cluster.workers)
    finally:
        cluster.stop()
    return Cost(pictures, seconds, memory, most)


def bench_reading(folder: Path, few: int, many: int) -> tuple[list[str], float]:
    """Read pictures from a folder, and from shards and loose objects in a bucket; return the table,
    and the pictures a second and core that shards are read with."""
    server = BucketServer(folder)
    shards = f"s3://{BUCKET}/shards"
    try:
        for count in (few, many):
            words = ("pack", str(folder / f"{count}"), f"{shards}-{count}", f"--size={SHARD}")
            digits(*words, "--quiet", environment=server.environment)
        server.files.put(f"{folder / f'{few}'}/", f"{BUCKET}/loose/", recursive=True)
        predict = Cost(many, *digits("predict", "--json", "--quiet", str(folder / f"{many}")))
        costs = {
            "`digits predict`, local folder": predict,
            "`digits batch`, shards": bench_batch(server, f"{shards}-{many}", many),
            "`digits batch`, fewer": bench_batch(server, f"{shards}-{few}", few),
            "`digits batch`, loose objects": bench_batch(server, f"s3://{BUCKET}/loose", few),
        }
    finally:
        server.stop()
    share = predict.seconds / costs["`digits batch`, shards"].seconds
    rows = ["| from | pictures | time | each of 2 cores | client or command | each worker |"]
    rows += ["| :-- | --: | --: | --: | --: | --: |"]
    rows += [cost.to_row(name) for name, cost in costs.items()]
    text = f"Shards are read at {share:.0%} of the speed of `digits predict`."
    return [*aligned(rows), "", text], many / costs["`digits batch`, shards"].seconds / WORKERS


def read_asleep(_: Classifier, sources: Sequence[Source]) -> list[Reading]:
    """Take as long as $DIGITS_NAP says, whatever there is to read."""
    time.sleep(float(os.environ["DIGITS_NAP"]))
    return [Reading(reason="blank") for _ in sources]


def bench_naps(folder: Path, workers: int, shards: int, nap: float) -> tuple[float, float]:
    """Give sleeping work to workers that have had two shards each; return the seconds that it took,
    and the seconds that the scheduler's processor worked."""
    cluster = Cluster(workers, ENVIRONMENT | {"DIGITS_NAP": str(nap)})
    parts = Parts(str(folder / f"naps-{workers}-{nap}"))
    parts.claim({})
    plugin = ReaderPlugin(load_model(None), DIGITS._replace(read=read_asleep), parts.address)
    picture = Shard((str(next(folder.glob("*/*.png"))),))
    jobs = [Job(f"part-{number:06}.parquet", picture) for number in range(shards + 2 * workers)]
    first, rest = jobs[: 2 * workers], jobs[2 * workers :]
    try:
        with Client(cluster.address) as client:
            client.wait_for_workers(workers)
            client.register_plugin(plugin)
            read_all_shards(client, plugin, first, len(first), quiet=True)  # loads what it needs
            start, before = time.perf_counter(), processor_seconds(cluster.scheduler.pid)
            outcome = read_all_shards(client, plugin, rest, shards, quiet=True)
            seconds = time.perf_counter() - start
            busy = processor_seconds(cluster.scheduler.pid) - before
    finally:
        cluster.stop()
    if outcome.failures:
        raise RuntimeError(f"shards failed: {outcome.failures}")
    return seconds, busy


def processor_seconds(pid: int) -> float:
    """Return how long processors have worked for a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bench_scaling(folder: Path, counts: Sequence[int], naps: int) -> tuple[list[str], float]:
    """Return a table of efficiencies, and the seconds that a shard costs the scheduler; `counts`:
    of workers."""
    rows = ["| workers | shards | time | efficiency |", "| --: | --: | --: | --: |"]
    for workers in counts:
        shards = workers * naps
        seconds, _ = bench_naps(folder, workers, shards, NAP)
        rows.append(f"| {workers} | {shards} | {seconds:.1f} s | {naps * NAP / seconds:.0%} |")
    shards = 100 * naps
    _, busy = bench_naps(folder, WORKERS, shards, 0)
    milliseconds = busy / shards * 1000
    text = f"A shard costs the scheduler {milliseconds:.1f} ms of a core ({shards:,} shards)."
    return [*aligned(rows), "", text], busy / shards


def on_paper(rate: float, scheduling: float, size: float, price: float) -> list[str]:
    """Say what 100 million pictures take at a rate a core, in shards of 128 MB; `size`: bytes of a
    picture; `price`: of a core-hour."""
    shards, hours = math.ceil(ON_PAPER * size / 128e6), ON_PAPER / rate / 3600
    seconds = 128e6 / size / rate
    return [
        f"{ON_PAPER:,} such pictures are {ON_PAPER * size / 1e9:,.0f} GB in {shards:,} shards of "
        f"128 MB. They take {hours:,.0f} core-hours: {hours / 100:.1f} hours on 100 cores, and "
        f"{hours * price:,.2f} dollars where a core-hour costs {price}.",
        "",
        f"A core takes {seconds:.0f} s for a shard: {seconds / scheduling:,.0f} cores would "
        "keep the scheduler busy. Before that, the network breaks: a core fetches "
        f"{rate * size / 1e6:.1f} MB a second, so that {1.25e9 / rate / size:,.0f} cores fill "
        "10 Gbit/s.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100_000, help="(default 100,000)")
    parser.add_argument("--naps", type=int, default=20, help="of each worker (default 20)")
    parser.add_argument(
        "--workers", type=int, nargs="*", default=[1, 2, 4, 8], help="that nap (default 1 2 4 8)"
    )
    parser.add_argument(
        "--price", type=float, default=0.04, help="of a core-hour, in dollars (default 0.04)"
    )
    options = parser.parse_args()
    many, few = options.pictures, options.pictures // 10
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = make_pictures(folder / f"{few}", few) / few
        make_pictures(folder / f"{many}", many)
        reading, rate = bench_reading(folder, few, many)
        scaling, scheduling = bench_scaling(folder, options.workers, options.naps)
    paper = on_paper(rate, scheduling, size, options.price)
    scales = f"Work that sleeps for {NAP:.0f} s a shard, on more workers than there are cores:"
    table = "\n".join([*reading, "", scales, "", *scaling, "", *paper])
    title = f"Batches from a bucket: pictures of {size / 1000:.1f} KB, shards of {SHARD} MB"
    report("batch", title, table, datetime.date.today())


if __name__ == "__main__":
    main()
