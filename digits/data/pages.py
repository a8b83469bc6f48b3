"""Pages that the finder learns from, as the stage `compose` writes them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits.pipeline.stage import write_arrays

PAGES_DIR = Path("data/pages")
SIDE = 128
# A page tells of at most so many digits.
MOST_DIGITS = 64
# The owner of ink that is a digit's, of which too little can be seen to learn from.
IGNORED = 255
# The owner of print's ink: words and letters that no hand has written.
PRINT = 254


class Pages(NamedTuple):
    """Pages and what is on them."""

    images: NDArray[np.uint8]
    """uint8 array (n, SIDE, SIDE), grey."""
    owners: NDArray[np.uint8]
    """uint8 array (n, SIDE / 2, SIDE / 2): whose ink a cell of two by two pixels holds, counted
    from 1; 0 nobody's, PRINT that of words, IGNORED that of a digit that is cut off."""
    digits: NDArray[np.float32]
    """float32 array (n, MOST_DIGITS, 4): label, x and y of the centre, height in pixels; 0 beyond
    the last."""


def load_pages(name: str) -> Pages:
    """Read the pages "train" or "val"."""
    with np.load(PAGES_DIR / f"{name}.npz") as arrays:
        return Pages(**arrays)


def save_pages(name: str, pages: Pages) -> None:
    """Write the pages "train" or "val"."""
    write_arrays(PAGES_DIR / f"{name}.npz", pages._asdict())
