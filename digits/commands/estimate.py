"""How long it will take to read very many pictures: what `digits batch --dry-run` says."""

import time
from collections.abc import Iterable
from itertools import islice

from digits.commands.batch_reader import BatchReader
from digits.commands.shards import count_pictures, load_shard
from digits.commands.sources import Shard, reaching


def estimate(reader: BatchReader, shards: Iterable[Shard], done: int) -> str:
    """Count the pictures in shards, read some, and say how long all will take on one core.

    Raises UsageError where a shard can't be reached.
    """
    seconds, sample, count, pictures = 0.0, 0, 0, 0
    for shard in shards:
        with reaching(shard.name):
            if not sample:
                start = time.perf_counter()
                sample = sum(len(reader(table)) for table in islice(load_shard(shard), 1))
                seconds = time.perf_counter() - start
            pictures += count_pictures(shard)
        count += 1
    lines = [f"{'parts':20}{done:,} done, {count:,} to do", f"{'pictures':20}{pictures:,}"]
    if sample:
        hours = pictures * seconds / sample / 3600
        lines.append(f"{'core-hours':20}about {hours:.2f}, by the first {sample:,} pictures")
    return "\n".join(lines)
