"""What is left to read on a picture when what was read, or drawn around it, is covered."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from digits.reading.ink import shrunk
from digits.reading.instances import Box

# Around a digit that is covered, as a share of its longer side.
_RIM = 0.15
# What is left is seen in a picture of at most so many pixels a side,
_SIDE = 256
# where it contrasts with what is around it by such a share of what digits do that were covered; and
# is so high, in pixels, as a share of these digits' height and, lest it is a line, of its width.
_CONTRAST, _USUAL = 0.2, 0.9
_LEAST_PIXELS, _LEAST_HEIGHT, _FLATTEST = 2, 0.15, 0.1
# Ink, of 255, that hangs together is a ring if it goes around what is so high, as a share of its
# height, and doesn't end at the picture's edge. The boxes of a form are none, since digits that
# touch them would go, too: they fill more of their own box, or have a side that is straight for
# such a share of their height or width.
_INK, _LEAST_INSIDE, _ROUND, _STRAIGHT = 64, 0.25, 0.88, 0.7


def cover(picture: NDArray[np.uint8], boxes: Iterable[Box]) -> NDArray[np.uint8]:
    """Return a grey picture, uint8 array (height, width), with what is in some boxes (left, top,
    right, bottom, in pixels) replaced by how bright it is around them."""
    covered = picture.copy()
    for left, top, right, bottom in boxes:
        rim = _RIM * max(right - left, bottom - top)
        rows = slice(max(round(top - rim), 0), max(round(bottom + rim), 0))
        columns = slice(max(round(left - rim), 0), max(round(right + rim), 0))
        part = picture[rows, columns]
        if part.size:
            edge = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
            covered[rows, columns] = np.median(edge)
    return covered


def is_something_left(
    picture: NDArray[np.uint8], covered: NDArray[np.uint8], height: float
) -> bool:
    """Whether there is anything on a picture that may be digits, smaller than those that have been
    covered, which are `height` pixels high."""
    before, after = _contrast(picture), _contrast(covered)
    if (before == after).all():
        return False
    usual = np.quantile(before[before != after], _USUAL)
    height *= max(after.shape) / max(picture.shape)
    # Where a shadow's edge ran below a digit, the cover has edges of its own.
    labels, _ = ndimage.label((after > _CONTRAST * usual) & (before == after))
    for rows, columns in ndimage.find_objects(labels):
        # Contrast is seen one pixel beyond what has it.
        high, wide = (side.stop - side.start - 2 for side in (rows, columns))
        if max(_LEAST_HEIGHT * height, _LEAST_PIXELS, _FLATTEST * wide) <= high <= height:
            return True
    return False


def without_rings(picture: NDArray[np.uint8], ink: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return a grey picture, uint8 array (height, width), without what has been drawn around other
    ink, as a circle around a number; None where there is no such thing. `ink`: what `find_ink`
    tells of it."""
    labels, _ = ndimage.label(ink > _INK, np.ones((3, 3), bool))
    rings = np.zeros(labels.shape, bool)
    for index, place in enumerate(ndimage.find_objects(labels), 1):
        own = labels[place] == index
        others = (labels[place] > 0) & ~own
        ends = zip(place, labels.shape, strict=True)
        is_whole = all(side.start > 0 and side.stop < end for side, end in ends)
        if is_whole and others.any():
            filled = ndimage.binary_fill_holes(own)
            inside = np.count_nonzero((filled & others).any(axis=1))
            is_box = filled.mean() >= _ROUND or _has_straight_side(own)
            if not is_box and inside >= _LEAST_INSIDE * len(own):
                rings[place] |= own
    if not rings.any():
        return None
    mask = Image.fromarray(ndimage.binary_dilation(rings, iterations=2))
    covered = picture.copy()
    covered[np.asarray(mask.resize(picture.shape[::-1]))] = np.median(picture)
    return covered


def _has_straight_side(ink: NDArray[np.bool_]) -> bool:
    """Whether a run along a row or a column has most of a component's width or height."""
    pixels = ink.view(np.uint8)
    lengths = (max(round(_STRAIGHT * side), 1) for side in ink.shape)
    return any(
        ndimage.minimum_filter1d(pixels, length, axis, mode="constant").any()
        for axis, length in enumerate(lengths)
    )


def _contrast(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return by how much each pixel's neighbours differ, in a picture that is made smaller."""
    small = np.pad(np.asarray(shrunk(Image.fromarray(picture), _SIDE)), 1, mode="edge")
    return _of_nine(small, np.maximum) - _of_nine(small, np.minimum)


def _of_nine(pixels: NDArray[np.uint8], choose: np.ufunc) -> NDArray[np.uint8]:
    """Return one of each pixel, but those at the edge, and its neighbours: SciPy's filters take
    five times as long."""
    rows = choose(choose(pixels[:-2], pixels[1:-1]), pixels[2:])
    chosen: NDArray[np.uint8] = choose(choose(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return chosen
