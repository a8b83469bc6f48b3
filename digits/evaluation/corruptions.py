"""Corruptions: what can befall a digit on its way to the model, at three severities.

The terms are those of Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common
Corruptions and Perturbations" (2019).

Papers, pens, lamps and cameras are made up here, from random numbers. Pens that are hard to see and
digits in a corner are in by design: this is a measure of reading, not of MNIST.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from digits.data.scenes import FRAME, Color, Random, Scene, draw
from digits.reading.reader import Reading, prepare

SEVERITIES = ("mild", "middle", "severe")
PENS: tuple[tuple[Color, Color], ...] = (
    ((252, 250, 245), (25, 45, 140)),  # blue ballpoint on white
    ((250, 240, 205), (190, 35, 40)),  # red on cream
    ((255, 240, 120), (20, 90, 60)),  # green on a yellow note
    ((225, 235, 250), (110, 60, 150)),  # violet on pale blue
)
FAINT_PENS: tuple[tuple[Color, Color], ...] = (
    ((252, 250, 245), (240, 150, 40)),  # orange felt pen on white
    ((252, 250, 245), (60, 190, 230)),  # light blue on white
    ((235, 205, 160), (150, 100, 60)),  # brown on kraft paper
)
FAINTEST_PENS: tuple[tuple[Color, Color], ...] = (
    ((252, 250, 245), (250, 225, 60)),  # yellow marker on white
    ((210, 180, 140), (170, 135, 95)),  # pencil on kraft paper
)


def _coloured(random: Random, pairs: tuple[tuple[Color, Color], ...]) -> Scene:
    paper, ink = pairs[random.integers(len(pairs))]
    return Scene(paper=paper, ink=ink)


def _signed(random: Random, low: float, high: float) -> float:
    return float(random.choice((-1, 1)) * random.uniform(low, high))


def _three(*makers: Callable[[Random], Scene]) -> dict[str, Callable[[Random], Scene]]:
    return dict(zip(SEVERITIES, makers, strict=True))


def _shifted(r: Random, size: float) -> Scene:
    reach = (FRAME - 0.8 * size) / 2
    return Scene(size=size, shift=(r.uniform(-reach, reach), r.uniform(-reach, reach)))


BLUE, GREY, DARK = (185, 205, 235), (150, 165, 190), (80, 90, 120)

CORRUPTIONS: dict[str, dict[str, Callable[[Random], Scene]]] = {
    "shifted": _three(
        lambda r: _shifted(r, 170), lambda r: _shifted(r, 120), lambda r: _shifted(r, 80)
    ),
    "small": _three(
        lambda r: Scene(size=100), lambda r: Scene(size=60), lambda r: Scene(size=32)
    ),
    "rotated": _three(
        lambda r: Scene(rotation=_signed(r, 5, 10)),
        lambda r: Scene(rotation=_signed(r, 12, 20)),
        lambda r: Scene(rotation=_signed(r, 22, 30)),
    ),
    "sheared": _three(
        lambda r: Scene(shear=_signed(r, 0.1, 0.2)),
        lambda r: Scene(shear=_signed(r, 0.2, 0.3)),
        lambda r: Scene(shear=_signed(r, 0.35, 0.45)),
    ),
    "thin": _three(lambda r: Scene(pen=8), lambda r: Scene(pen=4), lambda r: Scene(pen=1.5)),
    "fat": _three(lambda r: Scene(pen=22), lambda r: Scene(pen=28), lambda r: Scene(pen=36)),
    "inverted": _three(
        lambda r: Scene(paper=(0, 0, 0), ink=(255, 255, 255)),
        lambda r: Scene(paper=(35, 60, 50), ink=(225, 225, 215), noise=8),
        lambda r: Scene(paper=(60, 80, 70), ink=(170, 170, 165), noise=14, shadow=0.7),
    ),
    "faint": _three(
        lambda r: Scene(ink=(150, 150, 150)),
        lambda r: Scene(paper=(235, 235, 235), ink=(185, 185, 185), noise=4),
        lambda r: Scene(paper=(235, 235, 235), ink=(210, 210, 210), noise=4),
    ),
    "noisy": _three(
        lambda r: Scene(noise=12), lambda r: Scene(noise=30), lambda r: Scene(noise=60)
    ),
    "blurred": _three(
        lambda r: Scene(blur=2), lambda r: Scene(blur=5), lambda r: Scene(blur=10)
    ),
    "jpeg": _three(
        lambda r: Scene(quality=40), lambda r: Scene(quality=15), lambda r: Scene(quality=5)
    ),
    "shadow": _three(
        lambda r: Scene(paper=(230, 228, 220), shadow=0.75, noise=3, quality=85),
        lambda r: Scene(paper=(230, 228, 220), shadow=0.55, noise=4, quality=85),
        lambda r: Scene(paper=(230, 228, 220), shadow=0.3, noise=5, quality=85),
    ),
    "ruled": _three(
        lambda r: Scene(lines=BLUE), lambda r: Scene(lines=GREY, line_width=2),
        lambda r: Scene(lines=DARK, line_width=2),
    ),
    "grid": _three(
        lambda r: Scene(lines=BLUE, grid=True), lambda r: Scene(lines=GREY, grid=True),
        lambda r: Scene(lines=DARK, line_width=2, grid=True),
    ),
    "coloured": _three(
        lambda r: _coloured(r, PENS),
        lambda r: _coloured(r, FAINT_PENS),
        lambda r: _coloured(r, FAINTEST_PENS),
    ),
    "cropped": _three(
        lambda r: Scene(size=400), lambda r: Scene(size=420), lambda r: Scene(size=450)
    ),
    "photo": _three(
        lambda r: Scene(
            size=r.uniform(110, 180), rotation=r.uniform(-5, 5), paper=(225, 220, 210),
            ink=(40, 45, 70), shadow=0.75, blur=1, noise=4, quality=80,
        ),
        lambda r: Scene(
            size=r.uniform(90, 180), rotation=r.uniform(-10, 10), paper=(215, 208, 195),
            ink=(45, 50, 80), shadow=0.55, blur=1.5, noise=7, quality=60,
        ),
        lambda r: Scene(
            size=r.uniform(70, 180), rotation=r.uniform(-15, 15), paper=(200, 190, 170),
            ink=(60, 65, 95), shadow=0.4, blur=2.5, noise=12, quality=35,
        ),
    ),
}  # fmt: skip


def read_drawn(digit: NDArray[np.uint8], number: int, kind: tuple[str, str]) -> Reading:
    """Draw a uint8 digit (28, 28) under a corruption at a severity, and find it again.

    `number` is the seed. Only `classify` is missing from the reading.
    """
    corruption, severity = kind
    random = np.random.default_rng([number, sorted(CORRUPTIONS).index(corruption)])
    return prepare([draw(digit, CORRUPTIONS[corruption][severity](random), random)])[0]
