"""Where many pictures come from: an address → those of the pictures and shards that it stands for.

An address is anything that fsspec knows: a path, s3://, gs://, az://, ssh://, https://.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

import fsspec
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from digits.commands.errors import UsageError
from digits.commands.pictures import is_hidden
from digits.reading.formats import ENDINGS

PARQUET, TARS, TEXT = ".parquet", (".tar", ".tar.gz", ".tgz"), ".txt"
# Loose pictures are shared out in so many at a time.
LOOSE = 1000
_PATTERN = re.compile(r"[*?[]")
_SIGNED = re.compile(r"[?&][^=&]*(sig|signature|token)=", re.I)


def is_shard(address: str) -> bool:
    """Return whether an address is that of a Parquet or tar file."""
    return address.lower().endswith((PARQUET, *TARS))


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Turn what goes wrong at an address into a UsageError."""
    try:
        yield
    except UsageError:
        raise
    except FileNotFoundError as error:
        raise UsageError(f"{address} does not exist: correct the address") from error
    except Exception as error:  # each kind of storage has exceptions of its own
        reason = str(error) or type(error).__name__
        raise UsageError(
            f"{address} can't be reached ({reason}): see that the address is right, and that its "
            "credentials are where fsspec looks for them"
        ) from error


def to_address(text: str) -> str:
    """Return an address that is the same wherever it is opened: paths become absolute.

    Raises UsageError where it holds a password or a signature, which would end up in the results.
    """
    if "://" not in text:
        return os.path.abspath(text)  # noqa: PTH100 - keeps `..` of patterns as pathlib does not
    if urlsplit(text).password or _SIGNED.search(text):
        place = text.split("?")[0].rpartition("@")[2]
        raise UsageError(
            f"the address of {place} holds a password or a signature: leave it out, and put "
            "credentials where fsspec looks for them"
        )
    return text.removeprefix("file://")


class Shard(NamedTuple):
    """What one worker takes at a time: a Parquet or tar file, or some loose pictures."""

    addresses: tuple[str, ...]

    @property
    def file(self) -> str | None:
        """The address of the Parquet or tar file, None for loose pictures."""
        return self.addresses[0] if is_shard(self.addresses[0]) else None

    @property
    def name(self) -> str:
        """What to call it in messages."""
        first, *others = self.addresses
        return f"{first} and {len(others):,} more" if others else first


class Addresses:
    """The addresses of pictures and shards that a source stands for, in a fixed order.

    A source is a folder, a pattern, one Parquet or tar file, or a manifest: a text file, or a
    Parquet file without bytes, with an address a line. A manifest is not held in memory, whatever
    its length. Raises UsageError where the source can't be reached.
    """

    def __init__(self, source: str) -> None:
        self.source = to_address(source)
        with reaching(self.source):
            self._column = _manifest_column(self.source)
            self._found = [] if self._column else _listed(self.source)
        if next(iter(self), None) is None:
            raise UsageError(f"{self.source} names no pictures")

    def __iter__(self) -> Iterator[str]:
        yield from map(to_address, self._lines()) if self._column else iter(self._found)

    def _lines(self) -> Iterator[str]:
        with reaching(self.source):
            if self.source.lower().endswith(TEXT):
                with fsspec.open(self.source, "rt", encoding="utf-8-sig") as lines:
                    yield from filter(None, map(str.strip, lines))
            else:
                with fsspec.open(self.source, "rb") as file:
                    for batch in pq.ParquetFile(file).iter_batches(columns=[self._column]):
                        yield from filter(None, batch.column(0).to_pylist())

    def require_outside(self, address: str) -> None:
        """Raise UsageError where an address lies in the source, which would grow with it."""
        if f"{address}/".startswith(f"{self.source.rstrip('/')}/"):
            raise UsageError("OUTPUT lies in SOURCE: name a folder beside it")

    def digest(self) -> str:
        """Return the SHA-256 of all addresses in their order."""
        digest = hashlib.sha256()
        for address in self:
            digest.update(f"{address}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()

    def shards(self) -> Iterator[Shard]:
        """Yield what workers take at a time."""
        for kind, addresses in groupby(self, is_shard):
            while some := tuple(islice(addresses, 1 if kind else LOOSE)):
                yield Shard(some)


def _manifest_column(source: str) -> str | None:
    """Return the column of a manifest that holds the addresses; None for what is no manifest."""
    if source.lower().endswith(TEXT):
        return "path"
    if not source.lower().endswith(PARQUET) or _PATTERN.search(source) or _is_folder(source):
        return None
    with fsspec.open(source, "rb") as file:
        names: list[str] = pq.read_schema(file).names
    if "bytes" in names:
        return None
    if "path" not in names and len(names) > 1:
        raise UsageError(f"{source} has neither a column `path` nor a single column of addresses")
    return "path" if "path" in names else names[0]


def exists(fs: AbstractFileSystem, path: str) -> bool:
    """Return whether there is something at a path; raises what the storage raises where that can't
    be told, which its own `exists` may hide."""
    try:
        fs.info(path)
    except FileNotFoundError:
        return False
    return True


def _is_folder(address: str) -> bool:
    fs, path = url_to_fs(address)
    return bool(fs.isdir(path))


def _listed(source: str) -> list[str]:
    """List the pictures and shards in and below a folder, or those of a pattern."""
    fs, path = url_to_fs(source)
    if exists(fs, path):
        start, found = source, fs.find(path)
    elif _PATTERN.search(path):
        start, found = re.split(r"/[^/]*[*?[]", source)[0], fs.glob(path)
    else:
        raise FileNotFoundError(source)
    start = start.rstrip("/")
    prefix = fs._strip_protocol(start)  # not every kind of storage can name the host again
    names = sorted(
        name
        for name in found
        if name.lower().endswith((*ENDINGS, PARQUET, *TARS))
        and not is_hidden(PurePosixPath(name.removeprefix(prefix)))
    )
    if not names:
        raise UsageError(
            f"{source} holds no Parquet or tar files, and none that end like a picture, as .png"
        )
    return [start + name.removeprefix(prefix) for name in names]
