"""What is written on a picture and is no digit's: of scribbles and words, parts look like digits.

Lines don't count: ruled paper, forms and tables have some, and the edges of a sheet are such.
"""

import math
from collections.abc import Sequence
from itertools import chain
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from digits.reading.instances import Box

# What is at least so bright is ink, of 255. What goes on along a row or a column for so long, as a
# share of digits' height, is a line.
_INK, _LINE = 64, 1.1
# Around a digit's box, as a share of its longer side, ink is its own.
_RIM = 0.1
# What is alike is so many times as high as a digit.
_LOWEST, _HIGHEST = 0.9, 1.6
_NEIGHBOURS = np.ones((3, 3), bool)


class Unread(NamedTuple):
    """How much ink is no digit's."""

    joined: float
    """What hangs together with a number's ink, as a share of it."""
    alike: float
    """What is about as high as its digits, as letters of a word are, as a share of the ink of all
    numbers on the picture."""
    around: float
    """All on the picture, as a share of the same."""


def find_unread(ink: NDArray[np.uint8], numbers: Sequence[Sequence[Box]]) -> list[Unread]:
    """Return for each number on a picture how much else is written there.

    `ink`: what `find_ink` tells of the picture; `numbers`: the boxes of each one's digits (left,
    top, right, bottom), in pixels of `ink`.
    """
    is_ink = ink > _INK
    places = [[_place(box) for box in boxes] for boxes in numbers]
    rest = is_ink.copy()
    for place in chain(*places):
        rest[place] = False
    if not numbers or not rest.any():
        return [Unread(0, 0, 0)] * len(numbers)
    heights = [[bottom - top for _, top, _, bottom in boxes] for boxes in numbers]
    rest &= ~_lines(is_ink, max(round(_LINE * median(chain(*heights))), 3))
    labels, count = ndimage.label(is_ink, _NEIGHBOURS)
    left = np.bincount(labels[rest], minlength=count + 1)
    high = np.array([0] + [rows.stop - rows.start for rows, _ in ndimage.find_objects(labels)])
    read = [sum(np.count_nonzero(is_ink[place]) for place in some) for some in places]
    total, found = max(sum(read), 1), []
    for some, own, height in zip(places, read, map(median, heights), strict=True):
        touched = np.unique(np.concatenate([labels[place].ravel() for place in some]))
        alike = (high >= _LOWEST * height) & (high <= _HIGHEST * height)
        shares = left[touched].sum() / max(own, 1), left[alike].sum() / total, left.sum() / total
        found.append(Unread(*map(float, shares)))
    return found


def highest(ink: NDArray[np.uint8]) -> int:
    """Return how high the highest ink is that hangs together, in pixels of `ink`."""
    labels, _ = ndimage.label(ink > _INK, _NEIGHBOURS)
    return max((rows.stop - rows.start for rows, _ in ndimage.find_objects(labels)), default=0)


def _place(box: Box) -> tuple[slice, slice]:
    left, top, right, bottom = box
    rim = _RIM * max(right - left, bottom - top)
    return _span(top - rim, bottom + rim), _span(left - rim, right + rim)


def _span(start: float, end: float) -> slice:
    return slice(max(math.floor(start), 0), max(math.ceil(end), 0))


def _lines(is_ink: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Return which ink is part of so long a run along a row or a column (morphological opening)."""
    pixels, lines = is_ink.view(np.uint8), np.zeros_like(is_ink)
    for axis in (0, 1):
        starts = ndimage.minimum_filter1d(pixels, length, axis, mode="constant")
        shift = -1 if length % 2 == 0 else 0
        lines |= ndimage.maximum_filter1d(starts, length, axis, mode="constant", origin=shift) > 0
    return lines
