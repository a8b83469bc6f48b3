"""What reads a batch of pictures, for any engine: a table goes in, a table comes out.

`BatchReader` knows nothing of engines and files; `digits.commands.batch` runs it on Dask.
"""

import errno
import hashlib
import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from digits.commands.formats import numbers_to_record, to_record
from digits.commands.pool import CHUNK, read_each
from digits.reading.classifier import Classifier
from digits.reading.digit_reader import read_digits
from digits.reading.image import Source
from digits.reading.location import default_model


class Kind(NamedTuple):
    """What is read in pictures."""

    name: str
    read: Callable[[Classifier, Sequence[Source]], Sequence[Any]]
    """Reads pictures, in their order."""
    to_record: Callable[[str, Any, str], dict[str, Any]]
    """Makes a row of a picture's path, what was read in it and the model's version."""
    schema: pa.Schema
    """The columns of that row."""


DIGITS = Kind(
    "digits",
    read_digits,
    to_record,
    pa.schema(
        {
            "path": pa.string(),
            "prediction": pa.int8(),
            "confidence": pa.float64(),
            "probabilities": pa.list_(pa.float64()),
            "reason": pa.string(),
            "count": pa.int32(),
            "error": pa.string(),
            "model": pa.string(),
        }
    ),
)

_READ = {"confidence": pa.float64(), "box": pa.list_(pa.int32())}
_DIGIT = pa.struct({"prediction": pa.int8(), **_READ})
_NUMBER = pa.struct({"text": pa.string(), **_READ, "digits": pa.list_(_DIGIT)})
NUMBERS = Kind(
    "numbers",
    read_each,
    numbers_to_record,
    pa.schema(
        {
            "path": pa.string(),
            "numbers": pa.list_(_NUMBER),
            "reason": pa.string(),
            "error": pa.string(),
            "model": pa.string(),
        }
    ),
)


class _Missing(io.BytesIO):
    """A picture of which only the path is known: who reads it learns that it can't be opened."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise FileNotFoundError(errno.ENOENT, "it is missing, or you may not read it")


def load_model(path: str | os.PathLike[str] | None) -> bytes:
    """Return the content of a model's file, of the `default_model` where none is named.

    Raises ModelError where it is missing, damaged or of another version.
    """
    path = default_model() if path is None else Path(path)
    Classifier.load(path)
    return path.read_bytes()


class BatchReader:
    """Reads tables of pictures; the model is loaded once, when this is made.

    `model`: a path, None for the default model, or a file's content. Raises ModelError.
    """

    def __init__(
        self, model: str | os.PathLike[str] | bytes | None = None, kind: Kind = DIGITS
    ) -> None:
        content = model if isinstance(model, bytes) else load_model(model)
        self.classifier, self.kind = Classifier(content), kind
        model_hash = hashlib.sha256(content).hexdigest()
        self.schema: pa.Schema = kind.schema.append(pa.field("sha256", pa.string())).with_metadata(
            {"model_sha256": model_hash}
        )
        """The columns that come out: those of the kind, and the SHA-256 of the picture's bytes. The
        metadata has the model's."""

    def __call__(self, pictures: pa.Table) -> pa.Table:
        """Read the pictures of a table with the columns `path` and `bytes`, null where missing; a
        row comes out for each, in their order. Raises nothing for what can't be read: its row says
        why."""
        paths, contents = (pictures[name].to_pylist() for name in ("path", "bytes"))
        sources = [_Missing() if content is None else content for content in contents]
        readings = [
            reading
            for first in range(0, len(sources), CHUNK)
            for reading in self.kind.read(self.classifier, sources[first : first + CHUNK])
        ]
        records = [
            self.kind.to_record(path, reading, self.classifier.version)
            | {"sha256": None if content is None else hashlib.sha256(content).hexdigest()}
            for path, reading, content in zip(paths, readings, contents, strict=True)
        ]
        return pa.Table.from_pylist(records, schema=self.schema)
