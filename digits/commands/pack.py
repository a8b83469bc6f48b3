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
    addresses.require_outside(parts.address)
    record = {"command": "pack", "source": addresses.digest()}
    done = sorted(parts.done(record))
    parts.claim(record)
    counts = [_counts(parts, name) for name in done]
    packed, missing = (sum(count[place] for count in counts) for place in (0, 1))
    quiet = True if options.quiet else None  # None has it appear on a terminal only
    number = len(done)
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


def _counts(parts: Parts, name: str) -> tuple[int, int]:
    """Return how many pictures a finished file holds, and how many of them were missing."""
    with reaching(parts.address), parts.fs.open(f"{parts.path}/{name}", "rb") as file:
        metadata = pq.read_metadata(file)
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    content = PICTURES.get_field_index("bytes")
    missing = sum(group.column(content).statistics.null_count for group in groups)
    return metadata.num_rows, missing


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
    total = 0
    for table in tables:
        gathered.append(table)
        total += table.nbytes
        if total >= size:
            yield gathered
            gathered, total = [], 0
    if gathered:
        yield gathered
