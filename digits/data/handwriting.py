"""Digits and numbers in ink: MNIST's digits drawn at any size, slant and pen, and set in a row."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

from digits.data.splits import Split

Random = np.random.Generator
Coverage = NDArray[np.float32]

# MNIST's 28 pixels are drawn three times as large, before they take their final size.
_SCALE = 3
_SIDE = 28 * _SCALE


class Hand(NamedTuple):
    """How somebody writes; shares are of a digit's height."""

    slant: float
    """Horizontal shift along one unit of height."""
    rotation: float
    """Radians."""
    width: float
    """By which factor digits are wider than MNIST's."""
    pen: float | None
    """Width of the pen as a share; None leaves the strokes as they were."""
    level: float
    """Where the edge of a stroke is, as a share of its darkest: higher is thinner."""
    unevenness: float
    """By how much digits differ in size and height above the line, as a share."""
    is_even: bool = True
    """Whether the pen's strokes are as wide everywhere, also where loops are filled."""


class Glyph(NamedTuple):
    """A digit in ink."""

    coverage: Coverage
    """float32 array (height, width): how much of a pixel is ink, 0 to 1."""
    label: int


def draw_hand(random: Random) -> Hand:
    """Draw somebody's way of writing."""
    return Hand(
        slant=random.normal(0, 0.12),
        rotation=random.normal(0, 0.05),
        width=math.exp(random.normal(0, 0.12)),
        pen=math.exp(random.uniform(math.log(0.025), math.log(0.2)))
        if random.random() < 0.4
        else None,
        level=random.uniform(0.3, 0.65),
        unevenness=abs(random.normal(0, 0.06)),
    )


def write_digit(image: NDArray[np.uint8], hand: Hand, height: float, random: Random) -> Coverage:
    """Write a uint8 digit (28, 28) with a hand, `height` pixels high.

    Returns how much of each pixel is ink, float32 (height, width), cut to the ink.
    """
    slant, rotation = hand.slant + random.normal(0, 0.04), hand.rotation + random.normal(0, 0.04)
    cos, sin = math.cos(rotation), math.sin(rotation)
    a, b = cos / hand.width / _SCALE, (slant * cos - sin) / _SCALE
    c, d = sin / hand.width / _SCALE, (slant * sin + cos) / _SCALE
    center = _SIDE / 2
    matrix = (a, b, 14 - (a + b) * center, c, d, 14 - (c + d) * center)
    large = Image.fromarray(image).transform(
        (_SIDE, _SIDE), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC
    )
    ink = _stroked(large, hand)
    box = ink.getbbox()
    if box is None:
        return np.zeros((1, 1), np.float32)
    scale = height / (box[3] - box[1])
    width = max(1, round((box[2] - box[0]) * scale))
    small = ink.resize((width, max(1, round(height))), Image.Resampling.BILINEAR, box)
    return np.asarray(small, np.float32) / np.float32(255)


def _stroked(large: Image.Image, hand: Hand) -> Image.Image:
    if hand.pen is not None:
        mask = np.asarray(large) > 110
        if mask.any():
            coverage = trace(mask, max(hand.pen * 20 * _SCALE, 1.2), hand.is_even)
            return Image.fromarray((255 * coverage).astype(np.uint8))
    steep = (np.arange(256) - 255 * hand.level) * _SCALE / 1.5 + 127.5
    return large.point(steep.clip(0, 255).round().astype(int).tolist())


def trace(mask: NDArray[np.bool_], pen: float, is_even: bool = True) -> Coverage:
    """Follow the middle of strokes with a pen of a width in pixels.

    bool (height, width) → float32 (height, width), 0 to 1. Unless the stroke `is_even`, what is
    thicker than most of the strokes, such as a loop that is filled, stays thicker by as much: a
    line through its middle may be another digit.
    """
    if not mask.any():
        return np.zeros(mask.shape, np.float32)
    middle = skeletonize(mask)
    inside = -ndimage.distance_transform_edt(~middle)
    if not is_even:
        depth = ndimage.distance_transform_edt(mask)
        thicker = np.where(mask, depth - np.median(depth[middle]), -np.inf)
        inside = np.maximum(inside, thicker)
    return np.asarray(np.clip(pen / 2 + 0.5 + inside, 0, 1), np.float32)


def write_number(
    split: Split, length: int, height: float, hand: Hand, gap: float | None, random: Random
) -> list[tuple[Glyph, float, float]]:
    """Write a number of `length` digits, each drawn from the split.

    `gap`: between the boxes of neighbours, as a share of the height; None lets their ink touch.
    Returns each digit with where its left and top edges are, in pixels, from the number's own left
    and top.
    """
    placed: list[tuple[Glyph, float, float]] = []
    slope = random.normal(0, 0.03)
    x = 0.0
    for _ in range(length):
        chosen = random.integers(len(split.labels))
        size = height * max(0.6, 1 + random.normal(0, hand.unevenness))
        coverage = write_digit(split.images[chosen], hand, size, random)
        y = height - coverage.shape[0] + height * random.normal(0, hand.unevenness)
        y += slope * x
        if placed:
            x = _next_place(placed[-1], coverage, y, height, gap, random)
        placed.append((Glyph(coverage, int(split.labels[chosen])), x, y))
    top = min(y for _, _, y in placed)
    return [(glyph, x, y - top) for glyph, x, y in placed]


def _next_place(
    before: tuple[Glyph, float, float],
    coverage: Coverage,
    y: float,
    height: float,
    gap: float | None,
    random: Random,
) -> float:
    glyph, x, y_before = before
    if gap is not None:
        wide = height * (gap + 0.3 * abs(gap) * random.normal())
        return float(x + glyph.coverage.shape[1] + wide)
    # As near as ink allows, row by row, and a little nearer.
    first = max(round(y), round(y_before))
    last = min(round(y) + len(coverage), round(y_before) + len(glyph.coverage))
    width = glyph.coverage.shape[1]
    nearest = width
    if last > first:
        left = glyph.coverage[first - round(y_before) : last - round(y_before)] > 0.3
        right = coverage[first - round(y) : last - round(y)] > 0.3
        both = left.any(axis=1) & right.any(axis=1)
        if both.any():
            reach = width - left[both, ::-1].argmax(axis=1)
            nearest = int((reach - right[both].argmax(axis=1)).max())
    least = 0.35 * min(width, coverage.shape[1])
    return float(x + max(nearest - height * random.uniform(0, 0.08), least, 0.12 * height))
