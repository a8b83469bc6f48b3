"""Digits drawn stroke by stroke: the ways of writing, as somebody's hand and pen follow them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import make_interp_spline

from digits.data.splits import Split
from digits.data.ways import WAYS, Way
from digits.reading.normalisation import normalise

Random = np.random.Generator
CANVAS = 168
# The digit's height on the canvas.
_HEIGHT = 100
# How wide a pen is on the canvas.
PENS, USUAL_PENS, THICK_PENS = (5, 28), (5, 18), (8, 32)


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
