"""Lines composed of MNIST's digits: the ink of numbers as the finder leaves it.

Digits touch, overlap or stand apart; between and around them is what a finder takes for ink of
digits by mistake: marks, parts of boxes, rules.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from digits.data.handwriting import Coverage, Glyph, draw_hand, write_number
from digits.data.lines import MOST_DIGITS, WIDTH, Lines
from digits.data.splits import Split
from digits.reading.recogniser import DIGIT_HEIGHT, HEIGHT

# Lines are drawn so many times as large.
_SCALE = 2
_UNIT = _SCALE * DIGIT_HEIGHT
_ROWS, _COLUMNS = _SCALE * HEIGHT, _SCALE * WIDTH
_MARGIN = 6

Random = np.random.Generator
Placed = list[tuple[Glyph, float, float]]


def compose_lines(split: Split, count: int, seed: int) -> Lines:
    """Compose `count` lines of a split's digits; the same seed gives the same."""
    random = np.random.default_rng(seed)
    images, labels, places = zip(*(_compose(split, random) for _ in range(count)), strict=True)
    return Lines(np.stack(images), np.stack(labels), np.stack(places))


def _compose(
    split: Split, random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.int8], NDArray[np.float32]]:
    size = _UNIT * math.exp(random.normal(0, 0.1))
    in_boxes = random.random() < 0.2
    gap = float(random.uniform(0.05, 0.9)) if in_boxes else _gap(random)
    placed = _write(split, size, gap, random)
    marks = _room_for_marks(placed, size, random) if random.random() < 0.25 else []
    right = max(x + glyph.coverage.shape[1] for glyph, x, _ in placed)
    bottom = max(y + glyph.coverage.shape[0] for glyph, _, y in placed)
    left = random.uniform(_MARGIN, max(_MARGIN + 1, min(30, _COLUMNS - right - _MARGIN)))
    top = (_ROWS - bottom) / 2 + random.normal(0, 2)
    ink = np.zeros((_ROWS, _COLUMNS), np.float32)
    for glyph, x, y in placed:
        _lay(ink, glyph.coverage, left + x, top + y)
    for x, room in marks:
        _mark(ink, left + x, top + size, room, size, random)
    if in_boxes or random.random() < 0.1:
        _parts_of_boxes(ink, [(left + x, glyph) for glyph, x, _ in placed], top, size, random)
    if random.random() < 0.15:
        _rules(ink, top, size, random)
    if random.random() < 0.25:
        ink = ndimage.gaussian_filter(ink, random.uniform(0.5, 2))
    if random.random() < 0.25:
        for _ in range(random.integers(1, 4)):
            x, y = random.uniform(0, right), random.uniform(0, _ROWS)
            side = float(random.integers(4, 12))
            ink[_span(y, side), _span(x, side)] = 0
    labels, places = np.full(MOST_DIGITS, -1, np.int8), np.zeros(MOST_DIGITS, np.float32)
    labels[: len(placed)] = [glyph.label for glyph, _, _ in placed]
    middles = [left + x + glyph.coverage.shape[1] / 2 for glyph, x, _ in placed]
    places[: len(placed)] = np.array(middles) / _SCALE
    return _reduced(ink, random), labels, places


def _gap(random: Random) -> float | None:
    kind = random.random()
    if kind < 0.56:
        return None
    return float(random.uniform(-0.05, 0.12) if kind < 0.81 else random.uniform(0.1, 0.8))


def _write(split: Split, size: float, gap: float | None, random: Random) -> Placed:
    """Write as many digits as a line has room for, or fewer."""
    most = MOST_DIGITS if gap is None else min(MOST_DIGITS, int(6.2 / (0.72 + gap)))
    least = 1 if random.random() < 0.4 else (most + 1) // 2
    length = int(random.integers(least, most + 1))
    placed = write_number(split, length, size, draw_hand(random), gap, random)
    return _fitting(placed)


def _fitting(placed: Placed) -> Placed:
    room = _COLUMNS - 2 * _MARGIN - 4
    return [
        (glyph, x, y)
        for index, (glyph, x, y) in enumerate(placed)
        if index == 0 or x + glyph.coverage.shape[1] <= room
    ]


def _room_for_marks(placed: Placed, size: float, random: Random) -> list[tuple[float, float]]:
    """Move digits apart, some of them, and return where there is room between two: left and
    width."""
    moved, marks, shift = placed[:1], [], 0.0
    for (before, left, _), (glyph, x, y) in pairwise(placed):
        if random.random() < 0.35:
            room = size * random.uniform(0.12, 0.45)
            end = left + before.coverage.shape[1]
            marks.append((end + shift, room + max(x - end, 0)))
            shift += room
        moved.append((glyph, x + shift, y))
    placed[:] = _fitting(moved)
    last, x, _ = placed[-1]
    return [mark for mark in marks if mark[0] < x + last.coverage.shape[1]]


def _mark(
    ink: Coverage, left: float, line: float, room: float, size: float, random: Random
) -> None:
    """Draw a point, a comma, a dash or a slash between two digits; `line`: on which they stand."""
    side, grey = size * random.uniform(0.05, 0.14), random.uniform(0.4, 1)
    x = left + room * random.uniform(0.1, 0.7)
    kind = random.random()
    if kind < 0.4:
        _draw(ink, x, line - side, side, side, grey)
    elif kind < 0.6:
        _draw(ink, x, line - side, 0.7 * side, side * random.uniform(1.5, 3), grey)
    elif kind < 0.75:
        y = line - size * random.uniform(0.35, 0.6)
        _draw(ink, x, y, room * random.uniform(0.4, 0.9), 0.7 * side, grey)
    else:
        # Longer than digits are high: what is not is a 1.
        lean, half = room * random.uniform(0.3, 1.6), 0.5 * size * random.uniform(1.1, 1.6)
        middle = line - size * random.uniform(0.4, 0.6)
        ends = [(left + lean, middle - half), (left, middle + half)]
        stroke = Image.new("L", ink.shape[::-1])
        ImageDraw.Draw(stroke).line(ends, round(255 * grey), max(1, round(side)))
        np.maximum(ink, np.asarray(stroke, np.float32) / 255, out=ink)


def _parts_of_boxes(
    ink: Coverage, digits: Sequence[tuple[float, Glyph]], top: float, size: float, random: Random
) -> None:
    """Draw parts of the lines of boxes around digits."""
    grey, pen, often = random.uniform(0.3, 1), int(random.integers(1, 5)), random.uniform(0.05, 0.6)
    high = size * random.uniform(1.1, 1.6)
    top += (size - high) * random.uniform(0.2, 0.8)
    for x, glyph in digits:
        left = x - size * random.uniform(0, 0.3)
        right = x + glyph.coverage.shape[1] + size * random.uniform(0, 0.3)
        for side in (left, right):
            if random.random() < often:
                length = high * random.uniform(0.1, 1)
                _draw(ink, side, top + (high - length) * random.random(), pen, length, grey)
        for side in (top, top + high):
            if random.random() < 0.7 * often:
                length = (right - left) * random.uniform(0.1, 1)
                x = left + (right - left - length) * random.random()
                _draw(ink, x, side, length, pen, grey)


def _rules(ink: Coverage, top: float, size: float, random: Random) -> None:
    """Take the ink away where rules cross it, or let it spread along them."""
    pen, spread, away = (
        int(random.integers(1, 5)),
        int(random.integers(1, 8)),
        random.random() < 0.5,
    )
    for y in np.arange(top - size * random.random(), _ROWS, size * random.uniform(0.3, 1.4)):
        rows = ink[_span(y, pen)]
        if away:
            rows *= random.uniform(0, 0.8)
        elif rows.size:
            near = ndimage.binary_dilation(rows.max(axis=0) > 0.3, iterations=spread)
            rows[:, near] = np.maximum(rows[:, near], random.uniform(0.2, 0.7))


def _lay(ink: Coverage, coverage: Coverage, x: float, y: float) -> None:
    rows, columns = _span(y, coverage.shape[0]), _span(x, coverage.shape[1])
    top, left = rows.start - round(y), columns.start - round(x)
    part = ink[rows, columns]
    seen = coverage[top : top + part.shape[0], left : left + part.shape[1]]
    np.maximum(part, seen, out=part)


def _draw(ink: Coverage, x: float, y: float, width: float, height: float, grey: float) -> None:
    part = ink[_span(y, height), _span(x, width)]
    np.maximum(part, np.float32(grey), out=part)


def _span(start: float, length: float) -> slice:
    """Return the pixels from `start` on that are not before the first."""
    first = round(start)
    return slice(max(first, 0), max(first + max(round(length), 1), 0))


def _reduced(ink: Coverage, random: Random) -> NDArray[np.uint8]:
    small = ink.reshape(HEIGHT, _SCALE, WIDTH, _SCALE).mean(axis=(1, 3))
    small /= max(float(small.max()), 1e-3)
    if random.random() < 0.2:
        noise = random.normal(0, random.uniform(0, 0.06), small.shape)
        small = (small + noise * (small > 0.1)).clip(0, 1)
    return np.asarray(255 * small, np.uint8)
