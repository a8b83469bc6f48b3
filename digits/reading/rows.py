"""Digits in rows: which are one line, how lines slope, and which are one number."""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from digits.reading.found import Found, around
from digits.reading.instances import Box

Number = TypeVar("Number")

# How near each other digits of one number are on a line, and how much of their height lies beside
# each other, as shares of it.
_REACH, _LEVEL = 2.5, 0.4
# What parts two numbers on a line: a gap so wide, again as a share of the height, and so many times
# as wide as the others; and middles so many times as far apart as the others, where the paper
# between the two is blank, and where it isn't. And middles so far apart, as a share of the height.
_GAP, _GAPS, _BLANK_PITCH, _PITCH, _FAR = 0.6, 2.5, 1.2, 1.7, 2.6
# Paper is blank where it differs from its row's median by at most so much, of 255, beside the edges
# of a digit's ink, which are such a share of the gap, and beside lines, which are so many pixels.
_CONTRAST, _EDGE, _BESIDE = 20, 0.15, 2
# Digits are in boxes if between so many of them, as a share, a line goes down; a box is empty if
# lines are so far apart. They are so high, and looked for so far above and below the digits'
# middles: shares of the height.
_BOXED, _BOX, _LINE, _ABOVE = 0.7, 0.8, 1.15, 1.5
# Two digits tell their line's slope badly: what draws it towards none, in squared digits' heights.
_LEVELLING = 0.5


def to_lines(digits: Sequence[Found]) -> list[list[Found]]:
    """Chain digits that stand beside each other, each to the nearest on its left."""
    lines: list[list[Found]] = []
    for digit in sorted(digits, key=lambda digit: digit.box[0]):
        near = [line for line in lines if _are_neighbours(line[-1], digit)]
        if near:
            min(near, key=lambda line: digit.box[0] - line[-1].box[2]).append(digit)
        else:
            lines.append([digit])
    return lines


def slope(lines: Sequence[Sequence[Found]]) -> float:
    """Return the angle at which lines of digits fall to the right, in radians: by least squares on
    the middles of their digits, drawn towards none (ridge regression; Hoerl and Kennard, 1970)."""
    along, down = 0.0, 0.0
    for line in lines:
        boxes = np.array([digit.box for digit in line]) / median(digit.height for digit in line)
        x, y = (boxes[:, side::2].mean(axis=1) for side in (0, 1))
        along, down = along + len(x) * x.var(), down + float((x - x.mean()) @ y)
    return math.atan(down / (along + _LEVELLING))


def to_numbers(digits: Sequence[Found]) -> list[list[Found]]:
    """Return numbers from top to bottom, those beside each other from left to right, each with its
    digits in order."""
    numbers = [number for line in to_lines(digits) for number in _parted(line)]
    return in_order(numbers, lambda number: around([digit.box for digit in number]))


def in_order(numbers: Iterable[Number], box: Callable[[Number], Box]) -> list[Number]:
    """Return numbers, of which `box` says where they are, from top to bottom, and those beside each
    other from left to right."""
    rows: list[list[Number]] = []
    for number in sorted(numbers, key=lambda number: _middle(box(number))):
        if rows and _middle(box(number)) < min(box(other)[3] for other in rows[-1]):
            rows[-1].append(number)
        else:
            rows.append([number])
    return [number for row in rows for number in sorted(row, key=lambda number: box(number)[0])]


def _middle(box: Box) -> float:
    """Return where half of a box's height is, from the top."""
    return (box[1] + box[3]) / 2


def _are_neighbours(left: Found, right: Found) -> bool:
    low, high = sorted([left.height, right.height])
    shared = min(left.box[3], right.box[3]) - max(left.box[1], right.box[1])
    least = min(digit.box[3] - digit.box[1] for digit in (left, right))
    return (
        shared > _LEVEL * least and high < 2.2 * low and right.box[0] - left.box[2] < _REACH * high
    )


def _parted(line: list[Found]) -> list[list[Found]]:
    """Part a line where a gap is clearly wider than its others, from ink to ink and from middle to
    middle, since a 1 has wide gaps beside it; in a form, where a box is empty."""
    pairs = list(pairwise(line))
    gaps = [right.box[0] - left.box[2] for left, right in pairs]
    pitches = [sum(right.box[::2]) / 2 - sum(left.box[::2]) / 2 for left, right in pairs]
    height = median(digit.height for digit in line)
    likely, sure = (
        [_is_wide(k, gaps, pitches, height, times) for k in range(len(pairs))]
        for times in (_BLANK_PITCH, _PITCH)
    )
    if not any(likely):
        return [line]
    strokes = [_lines_between(left, right, height) for left, right in pairs]
    in_boxes = np.mean([some.size > 0 for some in strokes]) >= _BOXED
    numbers = [[line[0]]]
    for k, digit in enumerate(line[1:]):
        is_wide = sure[k] or (likely[k] and _is_blank_between(line[k], digit, strokes[k]))
        if is_wide and in_boxes:
            is_wide = strokes[k].size > 0 and bool(np.ptp(strokes[k]) > _BOX * height)
        if is_wide:
            numbers.append([])
        numbers[-1].append(digit)
    return numbers


def _is_wide(
    k: int, gaps: Sequence[float], pitches: Sequence[float], height: float, times: float
) -> bool:
    """Whether a gap is clearly wider than a line's others, and middles so many times as far apart;
    or farther than digits of one number are."""
    usual_gap, usual_pitch = (
        median([*some[:k], *some[k + 1 :]] or [math.inf]) for some in (gaps, pitches)
    )
    is_wide = gaps[k] > max(_GAP * height, _GAPS * usual_gap) and pitches[k] > times * usual_pitch
    return is_wide or pitches[k] > _FAR * height


def _is_blank_between(left: Found, right: Found, lines: NDArray[np.intp]) -> bool:
    """Whether nothing but rules and some lines is between two digits: no mark, no digit that was
    not found."""
    edge = _EDGE * (right.box[0] - left.box[2])
    first, last = left.box[2] + edge, right.box[0] - edge
    top, bottom = min(left.box[1], right.box[1]), max(left.box[3], right.box[3])
    part = left.view.part((first, top, last, bottom))
    part -= np.median(part, axis=1, keepdims=True)
    beside = lines - round(first) + np.arange(-_BESIDE, _BESIDE + 1)[:, np.newaxis]
    part[:, beside[(beside >= 0) & (beside < part.shape[1])]] = 0
    # The mean of nine pixels has a third of a camera's noise.
    return bool(abs(ndimage.uniform_filter(part, 3)).max() <= _CONTRAST)


def _lines_between(left: Found, right: Found, height: float) -> NDArray[np.intp]:
    """Return where lines go down between the middles of two digits that are `height` pixels high:
    in which columns of their view."""
    (start, end), (top, bottom) = (
        [sum(digit.box[side::2]) / 2 for digit in (left, right)] for side in (0, 1)
    )
    above, below = min(top, bottom) - _ABOVE * height, max(top, bottom) + _ABOVE * height
    part = left.view.part((start, above, end, below))
    is_ink = (abs(part - np.median(part)) > _CONTRAST).view(np.uint8)
    length = max(round(_LINE * height), 1)
    runs = ndimage.minimum_filter1d(is_ink, length, 0, mode="constant")
    return np.flatnonzero(runs.any(axis=0)) + round(start)
