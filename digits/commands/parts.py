"""Where the results for many pictures go: a folder of Parquet files, each whole or not there."""

import io
import json
import uuid
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.core import url_to_fs

from digits.commands.errors import UsageError
from digits.commands.sources import exists, reaching, to_address

# Programs that read a folder of Parquet files pass over names that begin so.
RECORD, UNFINISHED = "_digits.json", "_unfinished"


class Parts:
    """The parts of a data set in a folder, at any address that fsspec can write to."""

    def __init__(self, address: str) -> None:
        self.address = to_address(address).rstrip("/")
        with reaching(self.address):
            self.fs, self.path = url_to_fs(self.address)

    def done(self, record: dict[str, Any]) -> set[str]:
        """Return the names of the parts that an earlier run with the same settings has left.

        Raises UsageError where the folder belongs to something else, or can't be reached.
        """
        with reaching(self.address):
            self._require_bucket()
            found = {path.rsplit("/", 1)[-1] for path in self._names()}
            if RECORD in found:
                self._compare(json.loads(self.fs.cat_file(f"{self.path}/{RECORD}")), record)
            elif found - {UNFINISHED}:
                raise UsageError(f"{self.address} holds other files: name a new folder")
        return {name for name in found if name.endswith(".parquet")}

    def claim(self, record: dict[str, Any]) -> None:
        """Write down with which settings the folder is filled. Raises UsageError where it can't be
        written to."""
        with reaching(self.address):
            self._replace(RECORD, json.dumps(record, indent=2).encode())

    def is_claimed(self) -> bool:
        """Return whether `claim` was called for this folder, as seen from here."""
        with reaching(self.address):
            return exists(self.fs, f"{self.path}/{RECORD}")

    def _require_bucket(self) -> None:
        # Where paths have no root, the first folder is a bucket, which `makedirs` might create.
        bucket = self.path.split("/")[0]
        if bucket and "://" not in self.path:
            self.fs.info(bucket)

    def _names(self) -> list[str]:
        self.fs.invalidate_cache()
        names: list[str] = self.fs.ls(self.path, detail=False) if exists(self.fs, self.path) else []
        return names

    def _compare(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        if other := [name for name in new if old.get(name) != new[name]]:
            raise UsageError(
                f"{self.address} was begun with another {' and another '.join(other)}: "
                "name another folder, or remove this one"
            )

    def write(
        self,
        name: str,
        tables: Iterable[pa.Table],
        schema: pa.Schema,
        compression: str = "zstd",
    ) -> None:
        """Write tables as the part `name`, beside its place first."""
        buffer = io.BytesIO()
        with pq.ParquetWriter(buffer, schema, compression=compression) as writer:
            for table in tables:
                writer.write_table(table)
        self._replace(name, buffer.getvalue())

    def _replace(self, name: str, content: bytes) -> None:
        folder = f"{self.path}/{UNFINISHED}"
        temporary = f"{folder}/{uuid.uuid4().hex}"
        self.fs.makedirs(folder, exist_ok=True)
        self.fs.pipe_file(temporary, content)
        self.fs.mv(temporary, f"{self.path}/{name}")

    def end(self) -> None:
        """Remove what processes that were killed have left unfinished."""
        folder = f"{self.path}/{UNFINISHED}"
        if exists(self.fs, folder):
            self.fs.rm(folder, recursive=True)
