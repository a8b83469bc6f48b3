"""What `digits pack` does: gather loose pictures into Parquet files that are quick to read."""

import argparse
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from digits.commands.errors import UsageError
from digits.commands.parts import Parts
from digits.commands.shards import BATCH, PICTURES, load_shard
from digits.commands.sources import Addresses, Shard, is_shard, reaching
from digits.commands.streams import note


def pack(options: argparse.Namespace) -> bool:
    """Answer the call `digits pack`; return whether every picture was there.

    Raises UsageError where a folder can't be read or written, or SOURCE holds shards already.
    """
    addresses, parts = Addresses(options.source), Parts(options.output)
    record = {"command": "pack", "source": addresses.digest()}
    done = sorted(parts.done(record))
    parts.claim(record)
    packed = sum(_rows(parts, name) for name in done)
    quiet = True if options.quiet else None  # None has it appear on a terminal only
    number, missing = len(done), 0
    with tqdm(initial=packed, unit="picture", disable=quiet) as bar:
        for tables in _gathered(_load(addresses, packed), options.size * 10**6):
            parts.write(f"shard-{number:06}.parquet", tables, PICTURES, compression="none")
            number += 1
            missing += sum(table["bytes"].null_count for table in tables)
            bar.update(sum(map(len, tables)))
    parts.end()
    if not options.quiet:
        note(f"{parts.address}: {number:,} shards, {missing:,} pictures missing")
    return missing == 0


def _rows(parts: Parts, name: str) -> int:
    with reaching(parts.address), parts.fs.open(f"{parts.path}/{name}", "rb") as file:
        return int(pq.read_metadata(file).num_rows)


def _load(addresses: Addresses, skipped: int) -> Iterator[pa.Table]:
    """Fetch all pictures but the first few."""
    waiting = islice(addresses, skipped, None)
    while some := tuple(islice(waiting, BATCH)):
        if packed := next(filter(is_shard, some), None):
            raise UsageError(f"{packed} is a shard already: give it to `digits batch`")
        with reaching(some[0]):
            yield from load_shard(Shard(some))


def _gathered(tables: Iterator[pa.Table], size: int) -> Iterator[list[pa.Table]]:
    """Gather tables until they have so many bytes."""
    gathered: list[pa.Table] = []
    for table in tables:
        gathered.append(table)
        if sum(table.nbytes for table in gathered) >= size:
            yield gathered
            gathered = []
    if gathered:
        yield gathered
