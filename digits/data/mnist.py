"""The four files of MNIST, in the IDX format of LeCun, Cortes and Burges (1998)."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digits.errors import DigitsError

IMAGE_FILES = {"train": "train-images-idx3-ubyte.gz", "test": "t10k-images-idx3-ubyte.gz"}
LABEL_FILES = {"train": "train-labels-idx1-ubyte.gz", "test": "t10k-labels-idx1-ubyte.gz"}
FILES = (*IMAGE_FILES.values(), *LABEL_FILES.values())

# The third byte of the header names the element type, the fourth the number of dimensions.
_UNSIGNED_BYTE = 0x08


class DatasetError(DigitsError):
    """A file that is not what its name says."""


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read a gzipped IDX file of unsigned bytes: uint8 array of the shape that its header states.

    Raises DatasetError where the file is cut short or in another format.
    """
    try:
        content = gzip.decompress(path.read_bytes())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(
            f"{path} is damaged ({error}): delete it and run the stage again"
        ) from error
    dimensions = content[3] if len(content) > 3 else 0
    header = 4 + 4 * dimensions
    shape = tuple(np.frombuffer(content[4:header], dtype=">u4").tolist())
    if content[:3] != bytes([0, 0, _UNSIGNED_BYTE]) or len(content) != header + math.prod(shape):
        raise DatasetError(
            f"{path} is not an IDX file of unsigned bytes: delete it and download it again"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write a uint8 array of any shape as a gzipped IDX file: the same bytes every time."""
    header = (
        bytes([0, 0, _UNSIGNED_BYTE, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    )
    path.write_bytes(gzip.compress(header + array.tobytes(), mtime=0))
