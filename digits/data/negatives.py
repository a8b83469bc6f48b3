"""What is not a digit, to learn from: strokes, shapes, noise, and digits joined, turned or torn.

None of it is what `digits.evaluation.ood_samples` measures with: there are no letters, scribbles or
photos here.
"""

from collections.abc import Callable
from math import comb

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from digits.data.splits import Split
from digits.reading.normalisation import normalise

CANVAS = 224
CENTER, RADIUS = CANVAS / 2, 85
# Where a digit turned or mirrored is none any more; 0, 1 and 8 stay what they are, 2 mirrored is 5.
TURNED, MIRRORED, FLIPPED = (2, 3, 4, 5, 6, 7, 9), (3, 4, 6, 7, 9), (3, 4, 7)
Random = np.random.Generator
Points = NDArray[np.float64]


def draw_negatives(split: Split, count: int, seed: int) -> NDArray[np.uint8]:
    """Draw `count` things that are no digits, of each kind the same number in turn.

    `split`: the digits that are joined, turned and torn. Returns uint8 array (count, 28, 28), ink
    bright, of MNIST's size and place; the same seed gives the same.
    """
    random, makers = np.random.default_rng(seed), list(KINDS.values())
    drawn: list[NDArray[np.uint8]] = []
    while len(drawn) < count:
        negative = normalise(makers[len(drawn) % len(makers)](random, split))
        if negative.any():
            drawn.append(negative)
    return np.stack(drawn)


def strokes(random: Random, _: Split) -> NDArray[np.uint8]:
    """Draw two to five strokes anywhere, straight or curved."""
    paper, pen = _paper(), random.uniform(8, 26)
    for _stroke in range(random.integers(2, 6)):
        _trace(paper, _curve(random.uniform(20, 204, (random.integers(2, 5), 2))), pen)
    return np.asarray(paper)


def glyphs(random: Random, _: Split) -> NDArray[np.uint8]:
    """Draw a letter of no alphabet: joined strokes between places of a grid, straight or bowed."""
    paper, pen = _paper(), random.uniform(8, 28)
    places = np.stack(np.meshgrid([50, 112, 174], [24, 83, 141, 200]), axis=-1).reshape(-1, 2)
    used = [random.integers(len(places))]
    for _stroke in range(random.integers(2, 6)):
        start = random.choice(used) if random.random() < 0.8 else random.integers(len(places))
        end = (start + random.integers(1, len(places))) % len(places)
        used.append(end)
        a, b = places[[start, end]] + random.normal(0, 5, (2, 2))
        bow = np.array([a[1] - b[1], b[0] - a[0]]) * random.choice([-1, 1]) * random.uniform(0.3, 1)
        bowed = random.random() < 0.45
        _trace(paper, _curve(np.stack([a, a + bow, b + bow, b] if bowed else [a, b])), pen)
    return np.asarray(paper)


def shapes(random: Random, _: Split) -> NDArray[np.uint8]:
    """Draw a polygon, star, rectangle, disc, rays, bars or bubbles."""
    paper, pen = _paper(), random.uniform(6, 28)
    kinds = (_polygon, _star, _rectangle, _disc, _rays, _bars, _bubbles)
    kinds[random.integers(len(kinds))](paper, pen, random)
    return np.asarray(paper.rotate(random.uniform(-30, 30)))


def noise(random: Random, _: Split) -> NDArray[np.uint8]:
    """Draw noise, fine or cloudy, grey or in patches, in a square or a disc."""
    grey = ndimage.gaussian_filter(random.normal(size=(28, 28)), random.uniform(0, 3))
    grey = (grey - grey.min()) / np.ptp(grey)
    if random.random() < 0.6:
        level = np.quantile(grey, random.uniform(0.3, 0.9))
        grey = np.clip((grey - level) * random.uniform(2, 20), 0, 1)
    if random.random() < 0.5:
        y, x = np.mgrid[-1:1:28j, -1:1:28j]
        grey = grey * (y**2 + x**2 < random.uniform(0.3, 1))
    return np.asarray(grey * 255, np.uint8)


def joined(random: Random, split: Split) -> NDArray[np.uint8]:
    """Join two digits that differ: half of each, one beside, above or across the other."""
    place = random.integers(len(split.images))
    others = np.flatnonzero(split.labels != split.labels[place])
    first, second = split.images[place], split.images[random.choice(others)]
    if random.random() < 0.5:
        first, second = first.T, second.T
    cut, slip = random.integers(10, 18), random.integers(-3, 4)
    result = np.zeros((28, 28 + cut), np.uint8)
    match random.integers(3):
        case 0:
            result[:, :cut] = first[:, :cut]
            result[:, cut:28] = np.roll(second, slip, axis=0)[:, cut:]
        case 1:
            result[:, :28] = first
            result[:, cut:] = np.maximum(result[:, cut:], second)
        case _:
            moved = np.roll(second, random.integers(-5, 6, 2), axis=(0, 1))
            result[:, :28] = np.maximum(first, moved)
    return result


def turned(random: Random, split: Split) -> NDArray[np.uint8]:
    """Turn a digit by a quarter, mirror it or stand it on its head, where that makes it none."""
    ways: tuple[tuple[Callable[[NDArray[np.uint8]], NDArray[np.uint8]], tuple[int, ...]], ...] = (
        (lambda image: np.rot90(image, random.choice([1, 3])), TURNED),
        (np.fliplr, MIRRORED),
        (np.flipud, FLIPPED),
    )
    turn, labels = ways[random.integers(len(ways))]
    fitting = np.flatnonzero(np.isin(split.labels, labels))
    # A small data set may lack one of them.
    chosen = random.choice(fitting) if len(fitting) else random.integers(len(split.labels))
    return np.ascontiguousarray(turn(split.images[chosen]))


def torn(random: Random, split: Split) -> NDArray[np.uint8]:
    """Exchange the quarters of a digit."""
    image = split.images[random.integers(len(split.images))]
    quarters = image.reshape(2, 14, 2, 14).swapaxes(1, 2).reshape(4, 14, 14)
    order = np.roll(random.permutation(4), random.integers(4))
    return np.asarray(quarters[order].reshape(2, 2, 14, 14).swapaxes(1, 2).reshape(28, 28))


KINDS: dict[str, Callable[[Random, Split], NDArray[np.uint8]]] = {
    "strokes": strokes,
    "glyphs": glyphs,
    "more glyphs": glyphs,
    "shapes": shapes,
    "noise": noise,
    "joined": joined,
    "turned": turned,
    "torn": torn,
}


def _paper() -> Image.Image:
    return Image.new("L", (CANVAS, CANVAS))


def _curve(points: Points) -> Points:
    """Return points (24, 2) along the Bézier curve that the given points control."""
    t, degree = np.linspace(0, 1, 24)[:, np.newaxis], len(points) - 1
    return sum(
        (comb(degree, k) * (1 - t) ** (degree - k) * t**k * points[k] for k in range(degree + 1)),
        start=np.zeros((24, 2)),
    )


def _trace(paper: Image.Image, points: Points, pen: float) -> None:
    """Draw a line with round ends through points (n, 2)."""
    draw = ImageDraw.Draw(paper)
    draw.line([(float(x), float(y)) for x, y in points], 255, round(pen), joint="curve")
    for x, y in points[[0, -1]]:
        draw.circle((x, y), pen / 2, 255)


def _around(angles: Points, radii: Points) -> Points:
    return CENTER + np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1)


def _outline(paper: Image.Image, points: Points, pen: float, filled: bool) -> None:
    if filled:
        ImageDraw.Draw(paper).polygon([(float(x), float(y)) for x, y in points], 255)
    else:
        _trace(paper, np.concatenate([points, points[:1]]), pen)


def _polygon(paper: Image.Image, pen: float, random: Random) -> None:
    angles = np.sort(random.uniform(0, 2 * np.pi, random.integers(3, 8)))
    _outline(paper, _around(angles, np.full(len(angles), RADIUS)), pen, random.random() < 0.4)


def _star(paper: Image.Image, pen: float, random: Random) -> None:
    count = 2 * random.integers(4, 9)
    radii = np.where(np.arange(count) % 2, RADIUS, RADIUS * random.uniform(0.3, 0.6))
    angles = np.arange(count) * 2 * np.pi / count
    _outline(paper, _around(angles, radii), pen, random.random() < 0.5)


def _rectangle(paper: Image.Image, pen: float, random: Random) -> None:
    x, y = RADIUS * random.uniform(0.5, 1, 2)
    corners = CENTER + np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
    _outline(paper, corners, pen, random.random() < 0.4)


def _disc(paper: Image.Image, _pen: float, random: Random) -> None:
    x, y = RADIUS * random.uniform(0.5, 1, 2)
    ImageDraw.Draw(paper).ellipse((CENTER - x, CENTER - y, CENTER + x, CENTER + y), 255)


def _rays(paper: Image.Image, pen: float, random: Random) -> None:
    count = random.integers(3, 7)
    for angle in np.arange(count) * np.pi / count:
        _trace(paper, _around(np.array([angle, angle + np.pi]), np.full(2, RADIUS)), pen)


def _bars(paper: Image.Image, pen: float, random: Random) -> None:
    for place in np.linspace(30, 194, random.integers(2, 6)):
        _trace(paper, np.array([[20, place], [204, place]]), pen / 2)
        if random.random() < 0.6:
            _trace(paper, np.array([[place, 20], [place, 204]]), pen / 2)


def _bubbles(paper: Image.Image, pen: float, random: Random) -> None:
    draw = ImageDraw.Draw(paper)
    for _ in range(random.integers(1, 5)):
        center, radius = random.uniform(40, 180, 2), random.uniform(15, 60)
        fill = 255 if random.random() < 0.5 else None
        draw.circle(tuple(center), radius, fill, 255, round(min(pen, radius)))
