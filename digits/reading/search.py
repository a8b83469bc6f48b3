"""Find the digits on a picture, turn it level, look closer, and put them in rows."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.reading.finder import CELL, MULTIPLE, Finder
from digits.reading.instances import Box, Instance, to_instances
from digits.reading.view import View

# The longer side of the picture at each look: from afar, then from nearer, until what is found is
# large enough.
LOOKS = (64, 128, 256, 512, 1024)
LEAST_HEIGHT = 16
# The mean probability of centres at which no nearer look is needed.
SURE = 0.5
# Digits are read at this height: every line of them is looked at again.
READING_HEIGHT = 48
MOST_ENLARGED = 3.0
# Shares of a digit's height: what is seen around a number, and how near each other digits of one
# number are on a line.
_ASIDE, _AROUND = 1.0, 0.45
_REACH = 2.5
# What parts two numbers on a line: a gap so wide, again as a share of the height, and so many times
# as wide as the others; and middles so many times as far apart as the others. And middles farther
# apart, as a share of the height, than a form's boxes have them.
_GAP, _GAPS, _PITCH = 0.6, 2.5, 1.7
_FAR = 2.6
_LEVEL = 0.4
# A picture is turned, so often at the most, where lines slope by more, in radians: four degrees.
# Two digits tell their line's slope badly: what draws it towards none, in squared digits' heights.
_MOST_TURNS, _LEAST_SLOPE, _LEVELLING = 2, 0.07, 0.5
# A letter's neighbours in its word are so near, again as a share of the height.
_BESIDE = 0.6
_MARGIN = 10


@dataclass(frozen=True, eq=False)
class Found:
    """A digit where it is on a picture."""

    seen: Instance
    """The digit, as the finder has seen it."""
    view: View
    """The picture, as it was looked at."""
    scale: float
    """Pixels of that look for one of the view."""
    corner: tuple[float, float]
    """Where the look's left top corner is, in pixels of the view."""
    afar: "Found | None" = None
    """A digit of the same line, as it was seen from afar; None for what is seen from there."""

    @cached_property
    def box(self) -> Box:
        """Left, top, right, bottom in pixels of the view."""
        left, top, right, bottom = (side / self.scale for side in self.seen.box)
        x, y = self.corner
        return left + x, top + y, right + x, bottom + y

    @property
    def place(self) -> Box:
        """Its box in pixels of the picture."""
        return self.view.to_picture(self.box)

    @property
    def height(self) -> float:
        """How high it is in pixels of the view."""
        return self.seen.height / self.scale

    @property
    def heat(self) -> float:
        """The probability that a digit's centre is there."""
        return self.seen.heat

    @property
    def logits(self) -> NDArray[np.float32]:
        """What the finder takes it for: float32 array (10,)."""
        return self.seen.logits


def find_digits(finder: Finder, picture: NDArray[np.uint8]) -> Iterator[tuple[list[Found], bool]]:
    """Find the digits in a grey picture, uint8 array (height, width), any size and content.

    Yields what is seen surely from afar, and then, in case that is no number, what is seen from
    nearer; before each, where lines slope, what is seen of the picture turned. With each comes
    whether it is more than a first sight.
    """
    for look, found in enumerate(_glances(finder, View.of(picture))):
        level = _levelled(finder, picture, found)
        if level is not found:
            yield _closest(finder, level), True
        yield _closest(finder, found), look > 0


def to_numbers(digits: Sequence[Found]) -> list[list[Found]]:
    """Return numbers from top to bottom, those beside each other from left to right, each with its
    digits in order."""
    numbers = [number for line in _lines(digits) for number in _parted(line)]
    rows: list[list[list[Found]]] = []
    for number in sorted(numbers, key=_middle):
        if rows and _middle(number) < max(digit.box[3] for digit in rows[-1][0]):
            rows[-1].append(number)
        else:
            rows.append([number])
    return [number for row in rows for number in sorted(row, key=lambda n: n[0].box[0])]


def _middle(number: list[Found]) -> float:
    """Return where half of a number's height is, from the top."""
    return (min(digit.box[1] for digit in number) + max(digit.box[3] for digit in number)) / 2


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
    instances = to_instances(page, finder.look(page))
    place = corner[0] - left / scale, corner[1] - top / scale
    return [Found(instance, view, scale, place) for instance in instances]


def _levelled(finder: Finder, picture: NDArray[np.uint8], found: list[Found]) -> list[Found]:
    """Look again, while lines of digits slope, at a view of the picture that is turned."""
    for _ in range(_MOST_TURNS):
        slope = _slope(_lines(found))
        if abs(slope) < _LEAST_SLOPE:
            break
        view = View.of(picture, found[0].view.angle + slope)
        found = _look(finder, view, found[0].scale) or found
    return found


def _slope(lines: Sequence[Sequence[Found]]) -> float:
    """Return the angle at which lines of digits fall to the right, in radians: by least squares on
    the middles of their digits, drawn towards none (ridge regression; Hoerl and Kennard, 1970)."""
    along, down = 0.0, 0.0
    for line in lines:
        boxes = np.array([digit.box for digit in line]) / median(digit.height for digit in line)
        x, y = (boxes[:, side::2].mean(axis=1) for side in (0, 1))
        along, down = along + len(x) * x.var(), down + float((x - x.mean()) @ y)
    return math.atan(down / (along + _LEVELLING))


def _glances(finder: Finder, view: View) -> Iterator[list[Found]]:
    """Look from afar, and from nearer until what is found is sure and large enough, or to the end:
    yield what was surest in all. Then go on as if nothing had been found."""
    longest = max(view.pixels.shape)
    best: list[Found] = []
    for side in LOOKS:
        scale = side / longest if side == LOOKS[0] else min(side / longest, 1)
        found = _look(finder, view, scale)
        heat = sum(digit.heat for digit in found)
        if heat >= sum(digit.heat for digit in best):
            best = found
        large = found and median(digit.height for digit in found) * scale >= LEAST_HEIGHT
        if large and heat >= SURE * len(found):
            yield best
            best = []
        if side >= longest:
            break
    if best:
        yield best


def _closest(finder: Finder, found: list[Found]) -> list[Found]:
    """Look at each line of digits again, at the size at which digits are read best."""
    closer = [digit for line in _lines(found) for digit in _closer(finder, line)]
    return _distinct(closer)


def _closer(finder: Finder, line: list[Found]) -> list[Found]:
    """Look at a line of digits again."""
    height = median(digit.height for digit in line)
    boxes = np.array([digit.box for digit in line])
    around = height * np.array([_ASIDE, _AROUND])
    left, top = np.maximum(boxes[:, :2].min(axis=0) - around, 0).astype(int).tolist()
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0) + around).astype(int).tolist()
    scale = min(READING_HEIGHT / height, MOST_ENLARGED)
    found = _look(finder, line[0].view, scale, (left, top), (right, bottom))
    closer = [digit for digit in found if 0.4 < digit.height / height < 1.9]
    return [replace(digit, afar=line[0]) for digit in closer] or line


def seen_print(digits: Sequence[Found]) -> float:
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
    return float(np.count_nonzero(beside) * cell**2 + closer) / height**2


def astray(own: Box, box: Box) -> float:
    """Return how far a box is from another at the side where they differ most, as a share
    of the other's longer side."""
    size = max(box[2] - box[0], box[3] - box[1])
    return max(abs(one - other) for one, other in zip(own, box, strict=True)) / size


def _distinct(digits: list[Found]) -> list[Found]:
    """Keep the likeliest where several are one (non-maximum suppression)."""
    kept: list[Found] = []
    for digit in sorted(digits, key=lambda digit: -digit.heat):
        if all(overlap(digit.box, other.box) < 0.5 for other in kept):
            kept.append(digit)
    return kept


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over the union of two boxes (left, top, right, bottom)."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (one, other)]
    return width * height / (sum(areas) - width * height)


def _lines(digits: Sequence[Found]) -> list[list[Found]]:
    """Chain digits that stand beside each other, each to the nearest on its left."""
    lines: list[list[Found]] = []
    for digit in sorted(digits, key=lambda digit: digit.box[0]):
        near = [line for line in lines if _are_neighbours(line[-1], digit)]
        if near:
            min(near, key=lambda line: digit.box[0] - line[-1].box[2]).append(digit)
        else:
            lines.append([digit])
    return lines


def _are_neighbours(left: Found, right: Found) -> bool:
    low, high = sorted([left.height, right.height])
    shared = min(left.box[3], right.box[3]) - max(left.box[1], right.box[1])
    least = min(digit.box[3] - digit.box[1] for digit in (left, right))
    return (
        shared > _LEVEL * least and high < 2.2 * low and right.box[0] - left.box[2] < _REACH * high
    )


def _parted(line: list[Found]) -> list[list[Found]]:
    """Part a line where a gap is clearly wider than its others, from ink to ink and from middle to
    middle: in a form's boxes a 1 has wide gaps beside it, but its place as all others."""
    pairs = list(pairwise(line))
    gaps = [right.box[0] - left.box[2] for left, right in pairs]
    pitches = [sum(right.box[::2]) / 2 - sum(left.box[::2]) / 2 for left, right in pairs]
    height = median(digit.height for digit in line)
    numbers = [[line[0]]]
    for k, (gap, pitch, digit) in enumerate(zip(gaps, pitches, line[1:], strict=True)):
        others = gaps[:k] + gaps[k + 1 :], pitches[:k] + pitches[k + 1 :]
        usual_gap, usual_pitch = (median(other or [math.inf]) for other in others)
        is_wide = gap > max(_GAP * height, _GAPS * usual_gap) and pitch > _PITCH * usual_pitch
        if is_wide or pitch > _FAR * height:
            numbers.append([])
        numbers[-1].append(digit)
    return numbers
