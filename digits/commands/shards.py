"""What a worker takes at a time: a shard's pictures, as tables of paths and bytes."""

import errno
import tarfile
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.core import url_to_fs

from digits.commands.errors import UsageError
from digits.commands.pictures import is_hidden
from digits.commands.sources import PARQUET, Shard
from digits.reading.formats import ENDINGS
from digits.reading.image import MAX_BYTES

PICTURES = pa.schema([("path", pa.string()), ("bytes", pa.binary())])
# A worker holds so many pictures in memory at a time.
BATCH = 128


def load_shard(shard: Shard) -> Iterator[pa.Table]:
    """Yield a shard's pictures as tables of PICTURES, at most BATCH rows each.

    What is missing or may not be read has no bytes. Raises what the storage raises.
    """
    if shard.file is None:
        for first in range(0, len(shard.addresses), BATCH):
            addresses = shard.addresses[first : first + BATCH]
            yield _table(addresses, fetch(addresses))
        return
    with fsspec.open(shard.file, "rb") as file:
        read = _load_parquet if shard.file.lower().endswith(PARQUET) else _load_tar
        yield from read(shard.file, file)


def count_pictures(shard: Shard) -> int:
    """Return how many pictures are in a shard; of a tar file about how many, by the size of the
    first. Raises what the storage raises."""
    if shard.file is None:
        return len(shard.addresses)
    with fsspec.open(shard.file, "rb") as file:
        if shard.file.lower().endswith(PARQUET):
            return int(pq.read_metadata(file).num_rows)
        first = next(_load_tar(shard.file, file), PICTURES.empty_table())
        return int(len(first) * file.size / file.tell())


def _table(paths: Sequence[str], contents: Sequence[bytes | None]) -> pa.Table:
    texts = [path.encode(errors="backslashreplace").decode() for path in paths]
    return pa.table([texts, list(contents)], schema=PICTURES)


def _load_parquet(address: str, file: BinaryIO) -> Iterator[pa.Table]:
    parquet = pq.ParquetFile(file)
    if not set(PICTURES.names) <= set(parquet.schema_arrow.names):
        raise UsageError(f"{address} has no columns `path` and `bytes`: it is no shard")
    for batch in parquet.iter_batches(BATCH, columns=PICTURES.names):
        yield pa.Table.from_batches([batch]).select(PICTURES.names).cast(PICTURES)


def _load_tar(address: str, file: BinaryIO) -> Iterator[pa.Table]:
    with tarfile.open(fileobj=file, mode="r|*") as tar:
        pictures = (
            (f"{address}/{member.name}", opened.read(MAX_BYTES + 1))
            for member in tar
            if member.name.lower().endswith(ENDINGS)
            and not is_hidden(PurePosixPath(member.name))
            and (opened := tar.extractfile(member))
        )
        while some := list(islice(pictures, BATCH)):
            yield _table(*zip(*some, strict=True))


def fetch(addresses: Sequence[str]) -> list[bytes | None]:
    """Fetch loose pictures, many at a time where the storage can; None for each that is missing or
    may not be read. Raises what the storage raises where it is out of order."""
    places = [url_to_fs(address) for address in addresses]
    contents: list[bytes | None] = []
    for fs, group in groupby(places, lambda place: place[0]):
        paths = [path for _, path in group]
        ends = [MAX_BYTES + 1] * len(paths)
        found = fs.cat_ranges(paths, [0] * len(paths), ends, on_error="return")
        contents += map(_content, found)
    return contents


def _content(found: Any) -> bytes | None:
    if isinstance(found, bytes):
        return found
    status, code = getattr(found, "status", None), getattr(found, "errno", None)
    if status == 416 or code == errno.EINVAL:  # an empty file has no first byte to ask for
        return b""
    missing = isinstance(found, FileNotFoundError | PermissionError | IsADirectoryError)
    if missing or status in (401, 403, 410):
        return None
    raise found
