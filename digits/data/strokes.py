"""Digits drawn stroke by stroke, in the ways in which people write who are not in MNIST.

A way of writing is its strokes; a stroke is the places that the pen passes, (x, y) with the digit's
height as 1 and y downwards. A curve through them turns smoothly; where it has a corner, one stroke
ends and the next begins.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import make_interp_spline

from digits.data.splits import Split
from digits.reading.normalisation import normalise

Random = np.random.Generator
Stroke = tuple[tuple[float, float], ...]
CANVAS = 168
# The digit's height on the canvas.
_HEIGHT = 100


class Way(NamedTuple):
    """A way to write a digit."""

    label: int
    strokes: tuple[Stroke, ...]


_OVAL: Stroke = (
    *((0.3, 0.01), (0.08, 0.22), (0.05, 0.6), (0.25, 0.97)),
    *((0.5, 0.85), (0.6, 0.45), (0.5, 0.1), (0.27, 0.02)),
)
_BOWL: Stroke = (
    *((0.12, 0.45), (0.35, 0.38), (0.55, 0.55), (0.52, 0.82)),
    *((0.3, 0.98), (0.02, 0.88)),
)
_SEVEN: Stroke = ((0.55, 0.02), (0.4, 0.35), (0.28, 0.65), (0.22, 1.0))
_RING: Stroke = (
    *((0.52, 0.12), (0.3, 0.01), (0.06, 0.14), (0.05, 0.38)),
    *((0.26, 0.5), (0.48, 0.36), (0.54, 0.12)),
)

WAYS = (
    Way(0, (_OVAL,)),
    Way(0, (_OVAL, ((0.55, 0.05), (0.05, 0.95)))),  # slashed
    Way(0, ((*_OVAL, (0.45, 0.12), (0.68, 0.05)),)),  # with a tail
    Way(1, (((0.3, 0.0), (0.27, 1.0)),)),
    Way(1, (((0.0, 0.35), (0.3, 0.0)), ((0.3, 0.0), (0.3, 1.0)))),  # with an upstroke
    Way(1, (((0.0, 0.6), (0.18, 0.38), (0.36, 0.0)), ((0.36, 0.0), (0.34, 1.0)))),  # a long one
    Way(1, (((0.02, 0.3), (0.28, 0.0)), ((0.28, 0.0), (0.28, 0.98)), ((0.02, 1.0), (0.55, 0.98)))),
    Way(1, (((0.27, 0.0), (0.27, 0.98)), ((0.05, 1.0), (0.5, 1.0)))),  # with a foot
    Way(
        2,
        (
            ((0.05, 0.2), (0.3, 0.0), (0.52, 0.2), (0.4, 0.5), (0.04, 0.97)),
            ((0.04, 0.97), (0.6, 0.97)),
        ),
    ),
    Way(  # with a loop
        2,
        (
            (
                *((0.05, 0.22), (0.28, 0.0), (0.52, 0.2), (0.42, 0.5), (0.2, 0.85)),
                *((0.03, 0.95), (0.05, 0.78), (0.25, 0.85), (0.45, 0.98), (0.65, 0.88)),
            ),
        ),
    ),
    Way(
        3,
        (
            ((0.05, 0.12), (0.3, 0.0), (0.5, 0.2), (0.2, 0.45)),
            ((0.2, 0.45), (0.52, 0.6), (0.45, 0.92), (0.03, 0.92)),
        ),
    ),
    Way(  # with a flat top
        3,
        (
            ((0.06, 0.02), (0.52, 0.0)),
            ((0.52, 0.0), (0.24, 0.4)),
            ((0.24, 0.4), (0.54, 0.55), (0.48, 0.9), (0.02, 0.92)),
        ),
    ),
    Way(4, (((0.1, 0.0), (0.04, 0.55)), ((0.04, 0.55), (0.62, 0.52)), ((0.5, 0.1), (0.46, 1.0)))),
    Way(4, (((0.46, 0.0), (0.0, 0.65)), ((0.0, 0.65), (0.65, 0.64)), ((0.46, 0.0), (0.45, 1.0)))),
    Way(  # like a stroke of lightning
        4,
        (((0.4, 0.0), (0.04, 0.58)), ((0.04, 0.58), (0.62, 0.54)), ((0.46, 0.32), (0.32, 1.0))),
    ),
    Way(  # in one stroke, open
        4,
        (((0.12, 0.0), (0.06, 0.4), (0.25, 0.52), (0.5, 0.4)), ((0.54, 0.0), (0.5, 1.0))),
    ),
    Way(5, (((0.5, 0.02), (0.14, 0.03)), ((0.14, 0.03), (0.1, 0.45)), _BOWL)),
    Way(5, (((0.6, -0.05), (0.28, 0.02)), ((0.16, 0.08), (0.1, 0.45)), _BOWL)),  # a loose bar
    Way(
        5,
        (
            (
                *((0.5, 0.02), (0.22, 0.05), (0.1, 0.3), (0.35, 0.45)),
                *((0.52, 0.68), (0.38, 0.95), (0.04, 0.94)),
            ),
        ),
    ),
    Way(
        6,
        (
            (
                *((0.45, 0.0), (0.15, 0.35), (0.04, 0.75), (0.25, 0.98)),
                *((0.5, 0.8), (0.38, 0.55), (0.08, 0.7)),
            ),
        ),
    ),
    Way(  # flat
        6,
        (
            (
                *((0.62, 0.05), (0.25, 0.3), (0.03, 0.72), (0.28, 0.97)),
                *((0.62, 0.85), (0.5, 0.66), (0.1, 0.74)),
            ),
        ),
    ),
    Way(7, (((0.03, 0.03), (0.55, 0.02)), _SEVEN)),
    Way(7, (((0.03, 0.03), (0.55, 0.02)), _SEVEN, ((0.14, 0.5), (0.56, 0.47)))),  # with a bar
    Way(7, (((0.03, 0.2), (0.06, 0.03)), ((0.06, 0.03), (0.55, 0.02)), _SEVEN)),
    Way(
        7,
        (
            ((0.0, 0.18), (0.05, 0.03)),
            ((0.05, 0.03), (0.55, 0.02)),
            _SEVEN,
            ((0.12, 0.52), (0.55, 0.46)),
        ),
    ),
    Way(
        8,
        (
            (
                *((0.45, 0.1), (0.2, 0.02), (0.08, 0.22), (0.3, 0.48), (0.5, 0.75)),
                *((0.3, 0.98), (0.06, 0.8), (0.28, 0.48), (0.5, 0.2), (0.43, 0.06)),
            ),
        ),
    ),
    Way(  # in two circles
        8,
        (
            _RING,
            (
                *((0.28, 0.5), (0.05, 0.68), (0.12, 0.94), (0.36, 0.98)),
                *((0.55, 0.82), (0.5, 0.58), (0.27, 0.5)),
            ),
        ),
    ),
    Way(9, (_RING, ((0.54, 0.1), (0.5, 1.0)))),
    Way(9, (_RING, ((0.54, 0.08), (0.56, 0.6), (0.42, 0.96), (0.05, 0.9)))),  # like a g
    Way(9, (_RING, ((0.54, 0.1), (0.4, 0.55), (0.15, 1.0)))),
)
# Digits of straight lines, as a mouse draws them; 1s most often, as they are likest to other lines.
STRAIGHT = (
    Way(1, (((0.3, 0.0), (0.3, 1.0)),)),
    Way(7, (((0.0, 0.0), (0.62, 0.0)), ((0.62, 0.0), (0.22, 1.0)))),
    Way(1, (((0.3, 0.0), (0.3, 1.0)),)),
    Way(4, (((0.4, 0.0), (0.0, 0.65)), ((0.0, 0.65), (0.62, 0.65)), ((0.45, 0.3), (0.45, 1.0)))),
)
# How wide a pen is on the canvas.
PENS, THICK_PENS = (5, 18), (8, 32)


def draw_ways(
    count: int,
    seed: int | Sequence[int],
    ways: Sequence[Way] = WAYS,
    pens: tuple[float, float] = PENS,
) -> Split:
    """Draw `count` digits, each way of writing the same number of times in turn.

    Their images are as MNIST's, uint8 (count, 28, 28); the same seed gives the same.
    """
    random = np.random.default_rng(seed)
    drawn = [ways[place % len(ways)] for place in range(count)]
    images = [normalise(draw_way(way, random, pens)) for way in drawn]
    return Split(
        np.array(images, np.uint8).reshape(-1, 28, 28),
        np.array([way.label for way in drawn], np.uint8),
    )


def draw_way(way: Way, random: Random, pens: tuple[float, float] = PENS) -> NDArray[np.uint8]:
    """Draw a digit in a way of writing, as some hand does: uint8 (CANVAS, CANVAS), ink bright."""
    paper = Image.new("L", (CANVAS, CANVAS))
    pen, drawing = random.uniform(*pens), ImageDraw.Draw(paper)
    slant, turn = random.normal(0.08, 0.14), random.normal(0, 0.06)
    shape = np.array([[random.uniform(0.8, 1.35), -slant + turn], [-turn, 1]])
    # Strokes that meet at a corner go on doing so: a place is moved once.
    moved = {
        place: np.array(place) + random.normal(0, 0.03, 2)
        for stroke in way.strokes
        for place in stroke
    }
    for stroke in way.strokes:
        places = np.array([moved[place] for place in stroke]) - (0.3, 0.5)
        points = CANVAS / 2 + _HEIGHT * _curve(places) @ shape.T
        line = [(float(x), float(y)) for x, y in points]
        drawing.line(line, 255, round(pen), joint="curve")
        for end in (line[0], line[-1]):
            drawing.circle(end, pen / 2, 255)
    return np.asarray(paper)


def _curve(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (40, 2) on a smooth curve through places (n, 2)."""
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    # Centripetal, so that it makes no loops of its own (Lee, 1989).
    times = np.concatenate([[0], np.cumsum(np.sqrt(steps))])
    spline = make_interp_spline(times, places, k=min(3, len(places) - 1))
    return np.asarray(spline(np.linspace(0, times[-1], 40)))
