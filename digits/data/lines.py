"""Lines of digits that the recogniser learns from, as the stage `compose` writes them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits.pipeline.stage import write_arrays

LINES_DIR = Path("data/lines")
WIDTH = 128
# A line has at most so many digits.
MOST_DIGITS = 9


class Lines(NamedTuple):
    """Lines and what is written on them."""

    images: NDArray[np.uint8]
    """uint8 array (n, HEIGHT, WIDTH), ink bright, the brightest 255."""
    labels: NDArray[np.int8]
    """int8 array (n, MOST_DIGITS), from left to right; -1 beyond the last."""
    places: NDArray[np.float32]
    """float32 array (n, MOST_DIGITS): each digit's middle, in pixels from the left."""


def load_lines(name: str) -> Lines:
    """Read the lines "train" or "val"."""
    with np.load(LINES_DIR / f"{name}.npz") as arrays:
        return Lines(**arrays)


def save_lines(name: str, lines: Lines) -> None:
    """Write the lines "train" or "val"."""
    write_arrays(LINES_DIR / f"{name}.npz", lines._asdict())
