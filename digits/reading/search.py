"""Find the digits on a picture: look from afar, turn it level, look closer."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.reading.finder import CELL, MULTIPLE, Finder
from digits.reading.found import Found, overlap
from digits.reading.instances import to_instances
from digits.reading.rows import slope, to_lines
from digits.reading.view import View

# The longer side of the picture at each look: from afar, then from nearer, until what is found is
# large enough.
LOOKS = (64, 128, 256, 512, 1024)
LEAST_HEIGHT = 16
# Ink that is less high, in pixels of a look, is seen too small.
_LEAST_SEEN = 12
# The mean probability of centres at which no nearer look is needed.
SURE = 0.5
# Digits are read at this height: every line of them is looked at again.
READING_HEIGHT = 48
MOST_ENLARGED = 3.0
# What is seen around a number, as shares of a digit's height.
_ASIDE, _AROUND = 1.0, 0.45
# Where more digits are seen so, by which share of the height beyond those seen from afar, there may
# be others farther along the line: it is looked at again, so often at the most.
_BEYOND, _MOST_LOOKS = 0.6, 3
# A picture is turned, so often at the most, where lines slope by more, in radians: four degrees.
_MOST_TURNS, _LEAST_SLOPE = 2, 0.07
# A letter's neighbours in its word are so near, again as a share of the height.
_BESIDE = 0.6
# Digits that are smaller than they seemed from afar, by this factor, were seen as one.
_SMALLER = 0.6
_MARGIN = 10


def find_digits(
    finder: Finder, picture: NDArray[np.uint8], highest: float = math.inf, nearer: float = 0
) -> Iterator[tuple[list[Found], bool]]:
    """Find the digits in a grey picture, uint8 array (height, width), any size and content.

    Yields what is seen surely from afar, and then, in case that is no number, what is seen from
    nearer; before each, where lines slope, what is seen of the picture turned. With each comes
    whether it is more than a first sight. `highest`: how high the highest ink is, in pixels: looks
    for which it is too small come last. All are at a scale above `nearer`.
    """
    for look, found in enumerate(_glances(finder, View.of(picture), highest, nearer)):
        level = _levelled(finder, picture, found)
        if level is not found:
            yield _closest(finder, level), True
        yield _closest(finder, found), look > 0


def first_look(finder: Finder, picture: NDArray[np.uint8]) -> list[Found]:
    """Return which digits are seen on a grey picture from afar, if they are not too small."""
    return _look(finder, View.of(picture), LOOKS[0] / max(picture.shape))


def _look(
    finder: Finder,
    view: View,
    scale: float,
    corner: tuple[int, int] = (0, 0),
    end: tuple[int | None, int | None] = (None, None),
) -> list[Found]:
    """Look at a view at a scale, from its `corner` (x, y) on, up to its `end`."""
    picture = view.pixels[corner[1] : end[1], corner[0] : end[0]]
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    if (height, width) != picture.shape:
        method = Image.Resampling.BILINEAR if scale < 1 else Image.Resampling.BICUBIC
        picture = np.asarray(Image.fromarray(picture).resize((width, height), method))
    # A margin, since the network sees least at the edge; its sides have to be multiples.
    rows, columns = (-(-(side + 2 * _MARGIN) // MULTIPLE) * MULTIPLE for side in picture.shape)
    top, left = (rows - height) // 2, (columns - width) // 2
    page = np.full((rows, columns), np.median(picture), np.uint8)
    page[top : top + height, left : left + width] = picture
    place = corner[0] - left / scale, corner[1] - top / scale
    found = [Found(one, view, scale, place) for one in to_instances(page, finder.look(page))]
    # Beside the picture a pattern goes on, where it was turned, and the margin may look like ink.
    return [digit for digit in found if view.holds(digit.box)]


def _levelled(finder: Finder, picture: NDArray[np.uint8], found: list[Found]) -> list[Found]:
    """Look again, while lines of digits slope, at a view of the picture that is turned."""
    for _ in range(_MOST_TURNS):
        angle = slope(to_lines(found))
        if abs(angle) < _LEAST_SLOPE:
            break
        view = View.of(picture, found[0].view.angle + angle)
        found = _look(finder, view, found[0].scale) or found
    return found


def _glances(finder: Finder, view: View, highest: float, nearer: float) -> Iterator[list[Found]]:
    """Look from afar, and from nearer until what is found is sure and large enough, or to the end:
    yield what was surest in all. Then go on as if nothing had been found."""
    longest = max(view.pixels.shape)
    ever_nearer = (min(side / longest, 1) for last, side in pairwise(LOOKS) if last < longest)
    scales = [LOOKS[0] / longest, *ever_nearer]
    best: list[Found] = []
    for scale in sorted(scales, key=lambda scale: scale * highest < _LEAST_SEEN):
        if scale <= nearer:
            continue
        found = _look(finder, view, scale)
        heat = sum(digit.heat for digit in found)
        if heat >= sum(digit.heat for digit in best):
            best = found
        large = found and median(digit.height for digit in found) * scale >= LEAST_HEIGHT
        if large and heat >= SURE * len(found):
            yield best
            best = []
    if best:
        yield best


def _closest(finder: Finder, found: list[Found]) -> list[Found]:
    """Look at each line of digits again, at the size at which digits are read best."""
    closer: list[Found] = []
    for line in to_lines(found):
        height = median(digit.height for digit in line)
        seen = look_at(finder, line)
        if len(seen) > len(line) and median(digit.height for digit in seen) < _SMALLER * height:
            for part in to_lines(seen):
                closer += _of_size(look_at(finder, part), part)
        else:
            closer += _to_its_ends(finder, line, _of_size(seen, line))
    return _distinct(closer)


def _to_its_ends(finder: Finder, line: list[Found], closer: list[Found]) -> list[Found]:
    """Look at a line again as long as more digits are seen on it than were looked for."""
    for _ in range(_MOST_LOOKS):
        (left, right), (first, last) = _ends(line), _ends(closer)
        height = median(digit.height for digit in line)
        if max(left - first, last - right) < _BEYOND * height:
            break
        line, closer = closer, _of_size(look_at(finder, closer), closer)
    return closer


def _ends(line: list[Found]) -> tuple[float, float]:
    """Return where a line's first digit begins and its last one ends."""
    return min(digit.box[0] for digit in line), max(digit.box[2] for digit in line)


def look_at(finder: Finder, line: list[Found], times: float = 1) -> list[Found]:
    """Look at a line of digits so that they are so many times as high as digits are read."""
    height = median(digit.height for digit in line)
    boxes = np.array([digit.box for digit in line])
    around = height * np.array([_ASIDE, _AROUND])
    left, top = np.maximum(boxes[:, :2].min(axis=0) - around, 0).astype(int).tolist()
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0) + around).astype(int).tolist()
    scale = times * min(READING_HEIGHT / height, MOST_ENLARGED)
    return _look(finder, line[0].view, scale, (left, top), (right, bottom))


def _of_size(closer: list[Found], line: list[Found]) -> list[Found]:
    """Return what is about as high as a line's digits, seen from afar, were; or those."""
    height = median(digit.height for digit in line)
    likely = [digit for digit in closer if 0.4 < digit.height / height < 1.9]
    return [replace(digit, afar=line[0].afar or line[0]) for digit in likely] or line


def seen_print(digits: Sequence[Found]) -> tuple[float, float]:
    """Return how much print is seen with digits that stand beside each other, in squares of their
    height: in the closer look, where neighbours are cut off, and from afar, beside them."""
    afar, look = digits[0].afar or digits[0], digits[0].seen.look
    height, cell = median(digit.height for digit in digits), CELL / afar.scale
    boxes = np.array([digit.box for digit in digits]) - [*afar.corner, *afar.corner]
    boxes = np.stack([boxes[:, :2] / cell, boxes[:, 2:] / cell + 1], axis=1).clip(0).astype(int)
    (left, top), (right, bottom) = boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)
    aside = round(_BESIDE * height / cell)
    left = max(left - aside, 0)
    beside = afar.seen.look.printed[top:bottom, left : right + aside].copy()
    for (x, y), (end, below) in boxes - [left, top]:  # a blocky digit is like print itself
        beside[y:below, x:end] = False
    closer = np.count_nonzero(look.printed) * (CELL / digits[0].scale) ** 2
    return float(closer) / height**2, float(np.count_nonzero(beside) * cell**2) / height**2


def _distinct(digits: list[Found]) -> list[Found]:
    """Keep the likeliest where several are one (non-maximum suppression)."""
    kept: list[Found] = []
    for digit in sorted(digits, key=lambda digit: -digit.heat):
        if all(overlap(digit.box, other.box) < 0.5 for other in kept):
            kept.append(digit)
    return kept
