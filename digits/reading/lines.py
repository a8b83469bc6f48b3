"""A number as one line of ink, for the recogniser to read, and the way back to its digits."""

from collections.abc import Sequence
from statistics import fmean, median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.reading.finder import CELL
from digits.reading.found import around
from digits.reading.instances import RIM, Instance, cut_ink, to_box
from digits.reading.recogniser import DIGIT_HEIGHT, HEIGHT

# Left of the ink, in pixels of the line; what is at least so bright is ink, of 255.
_MARGIN, _INK = 4, 30
# What is much higher than a line's digits is made smaller, so that they are seen whole.
_HIGHEST = 44


class Line(NamedTuple):
    """The ink of a number, and where it comes from."""

    image: NDArray[np.uint8]
    """uint8 array (HEIGHT, width), ink bright, the brightest 255."""
    digits: Sequence[Instance]
    """Those that were found in it, all in one look."""
    left: int
    """Where the image begins, less its margin, in pixels of the look's page."""
    scale: float
    """Pixels of the image for one of the page."""

    def to_page(self, places: Sequence[float]) -> NDArray[np.float64]:
        """Return where places in the image, in pixels from its left, are on the look's page."""
        return self.left + (np.array(places) - _MARGIN) / self.scale


def to_line(digits: Sequence[Instance]) -> Line | None:
    """Return all ink around digits that stand beside each other, also such as was found to be no
    digit's; None where they were not seen in one look."""
    look = digits[0].look
    if any(digit.look is not look for digit in digits):
        return None
    box = around([digit.box for digit in digits])
    ink = cut_ink(look, look.ink, box)
    height = median(digit.height for digit in digits)
    scale = min(DIGIT_HEIGHT / height, _HIGHEST / len(ink))
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = np.asarray(Image.fromarray(ink).resize(size, method))
    bright = (small * (255 / max(int(small.max()), 1))).astype(np.uint8)
    return Line(_centred(bright), digits, max(box[0] - RIM, 0), scale)


def part(line: Line, places: Sequence[float]) -> list[Instance]:
    """Return digits whose middles are at some places in a line, from left to right, in pixels:
    between two, ink is parted halfway. Returns none where one of them would have no ink.
    """
    look = line.digits[0].look
    left, top, right, bottom = (side // CELL for side in around([d.box for d in line.digits]))
    rows, columns = np.nonzero(look.ink[top:bottom, left:right])
    rows, columns = rows + top, columns + left
    middles = line.to_page(places)
    indices = np.searchsorted((middles[1:] + middles[:-1]) / 2, CELL * (columns + 0.5))
    if len(np.unique(indices)) < len(places):
        return []
    owners, first = look.owners.copy(), int(look.owners.max()) + 1
    owners[rows, columns] = first + indices
    heat = fmean(digit.heat for digit in line.digits)
    return [
        Instance(
            look._replace(owners=owners),
            first + index,
            to_box(rows[indices == index], columns[indices == index]),
            heat,
            np.zeros(10, np.float32),
        )
        for index in range(len(places))
    ]


def _centred(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay ink in the middle of a line's height, (height, width) → (HEIGHT, width + margins)."""
    rows = np.flatnonzero(ink.max(axis=1) > _INK)
    middle = (rows[0] + rows[-1]) / 2 if len(rows) else len(ink) / 2
    top = round(HEIGHT / 2 - middle)
    line = np.zeros((HEIGHT, ink.shape[1] + 3 * _MARGIN), np.uint8)
    seen = ink[max(-top, 0) : HEIGHT - top]
    line[max(top, 0) : max(top, 0) + len(seen), _MARGIN : _MARGIN + ink.shape[1]] = seen
    return line
