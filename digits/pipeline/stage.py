"""What every stage does around its work: end in a sentence, and write files whole or not at all."""

import csv
import errno
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits.errors import DigitsError

FULL = {errno.EDQUOT, errno.EFBIG, errno.ENOSPC}


def run_stage(main: Callable[[], None]) -> None:
    """Call `main`; what the user can put right ends in one line on standard error and status 1."""
    try:
        main()
    except (DigitsError, OSError) as error:
        if isinstance(error, OSError) and error.errno in FULL:
            sys.exit(
                f"{os.strerror(error.errno)}: make room and run the stage again; "
                "what could not be written is still there as it was"
            )
        sys.exit(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to, and move it to `path` if all went well.

    A process killed at any moment leaves either the old file or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".tmp-{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array to `path` in NumPy's format.

    In memory first: writing to a file itself, NumPy overlooks that the disk is full at its end.
    """
    buffer = io.BytesIO()
    np.save(buffer, array)
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getvalue())


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write named arrays to `path`, an .npz file; the same arrays give the same bytes.

    Python 3.11.4 changed the headers of ZIP64, which `np.savez` asks for; here only arrays of more
    than 2 GB have it.
    """
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.file_size = array.nbytes
            with archive.open(entry, "w") as file:
                np.save(file, array)


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows with the same keys to `path` as CSV, the keys as its header."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read what `write_csv` wrote; the values are text."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_json(path: Path, content: Any) -> None:
    """Write `content` to `path` as JSON that Git can compare line by line."""
    with replacing(path) as temporary:
        text = json.dumps(content, indent=2, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
