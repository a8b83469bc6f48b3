"""What is written that is no digit: words, lines of text, letters, scribbles, specks."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import ImageFont
from scipy import ndimage

from digits.data.handwriting import trace
from digits.data.surroundings import Grey, Layer

Random = np.random.Generator

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Alone, each of the others is some digit in somebody's hand.
UNLIKE_DIGITS = "ACEFHJKMNPRTUVWXYacdefhkmnprtuvwxy"
FONTS = (
    *("DejaVuSans-BoldOblique", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique"),
    *("DejaVuSerif-Bold", "DejaVuSerif-BoldItalic", "STIXGeneralBol", "STIXGeneralBolIta"),
    *("DejaVuSansMono", "STIXGeneralItalic", "cmb10", "cmmi10"),
)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return ImageFont.truetype(folder / f"{name}.ttf", size)


def _word(random: Random) -> str:
    letters = "".join(random.choice(list(ALPHABET), random.integers(2, 10)))
    return [letters, letters.lower(), letters.lower().capitalize()][random.integers(3)]


def words(layer: Layer, size: float, pen: float, random: Random) -> None:
    """Print a word in a few places."""
    font = _font(str(random.choice(FONTS)), max(8, round(2 * size)))
    for _ in range(random.integers(1, 4)):
        x, y = random.uniform([-0.2, -0.1], [0.9, 0.95]) * layer.image.size
        layer.pen.text((x, y), _word(random), 255, font)


def text(layer: Layer, size: float, pen: float, random: Random) -> None:
    """Print a page full of lines, or a part of it."""
    font = _font(str(random.choice(FONTS)), max(6, round(2 * size)))
    width, height = layer.image.size
    left, top = random.uniform(-0.3, 0.3) * width, random.uniform(-0.3, 0.3) * height
    pitch = max(2 * size, 6)
    count = math.ceil(width / (2 * pitch)) + 1
    for y in np.arange(top, height, pitch * random.uniform(1.1, 2)):
        layer.pen.text((left, y), " ".join(_word(random) for _ in range(count)), 255, font)


def letter(layer: Layer, size: float, pen: float, random: Random) -> None:
    """Print one letter that is like no digit."""
    font = _font(str(random.choice(FONTS)), max(12, round(3 * size)))
    place = random.uniform(0.1, 0.9, 2) * layer.image.size
    layer.pen.text(tuple(place), random.choice(list(UNLIKE_DIGITS)), 255, font, anchor="mm")


def glyphs(layer: Layer, size: float, pen: float, random: Random) -> None:
    """Write letters of no alphabet: joined strokes between places of a grid, straight or bowed."""
    x0, y0 = random.uniform(0, 1, 2) * np.array(layer.image.size) / 2
    for _ in range(random.integers(1, 5)):
        places = [(x0 + i * size / 3, y0 + j * size / 3) for j in range(4) for i in range(3)]
        for _stroke in range(random.integers(2, 5)):
            (x1, y1), (x2, y2) = (places[i] for i in random.choice(12, 2, replace=False))
            bow = random.normal(0, 0.4) * (random.random() < 0.5)
            t = np.linspace(0, 1, 10)
            curve_x = x1 + (x2 - x1) * t + bow * (y2 - y1) * t * (1 - t) * 2
            curve_y = y1 + (y2 - y1) * t - bow * (x2 - x1) * t * (1 - t) * 2
            layer.line([(float(x), float(y)) for x, y in zip(curve_x, curve_y, strict=True)], pen)
        x0 += size * random.uniform(0.8, 1.2)


def scribble(layer: Layer, size: float, pen: float, random: Random) -> None:
    """Draw a curve of a pen that wanders: a letter's stroke, a signature, a doodle."""
    steps = int(random.integers(8, 60))
    speed = ndimage.gaussian_filter1d(random.normal(size=(steps, 2)), random.uniform(1, 3), axis=0)
    path = np.cumsum(speed, axis=0)
    path = (path - path.min(axis=0)) / max(np.ptp(path, axis=0).max(), 1e-6)
    place = random.uniform(-0.2, 1, 2) * np.array(layer.image.size) / 2
    points = path * size * random.uniform(0.5, 2) * np.array([random.uniform(0.5, 3), 1]) + place
    layer.line([(float(x), float(y)) for x, y in points], pen)


def specks(layer: Layer, size: float, pen: float, random: Random) -> None:
    """Leave a few dots."""
    for _ in range(random.integers(1, 12)):
        x, y = random.uniform(0, 1, 2) * np.array(layer.image.size) / 2
        layer.disc(x, y, random.uniform(0.4, max(0.5, 0.08 * size)))


Kind = Callable[[Layer, float, float, Random], None]
# How often each is beside digits, and where there are none.
KINDS: tuple[tuple[Kind, float, float], ...] = (
    (words, 0.28, 0.35),
    (text, 0.03, 0.5),
    (letter, 0.08, 0.3),
    (glyphs, 0.18, 0.3),
    (scribble, 0.18, 0.35),
    (specks, 0.08, 0.1),
)
PRINTED: tuple[Kind, ...] = (words, text, letter)


def write_beside(
    ink: Grey, size: float, places: Sequence[tuple[float, float]], random: Random
) -> tuple[Grey, Grey]:
    """Write what lies on no digit, and return it and how much of it is print: float32 (height,
    width), 0 to 1.

    `ink`: the digits', float32 (height, width); `size`: their height in pixels; `places`: left and
    top of words that are as large.
    """
    total, printed = np.zeros_like(ink), np.zeros_like(ink)
    pen = size * math.exp(random.uniform(math.log(0.03), math.log(0.18)))

    def add(layer: Layer, is_print: bool) -> None:
        coverage = layer.coverage()
        if random.random() < 0.4:
            coverage, is_print = _by_hand(coverage, size, pen, random), False
        if float((coverage * ink).sum()) < 0.5:
            np.maximum(total, coverage, out=total)
            if is_print:
                np.maximum(printed, coverage, out=printed)

    for kind, share, share_of_empty in KINDS:
        if random.random() < (share if ink.any() else share_of_empty):
            for _ in range(random.integers(1, 4)):
                layer = Layer(ink.shape[1], ink.shape[0])
                kind(layer, size * random.uniform(0.4, 1.4), pen, random)
                add(layer, kind in PRINTED)
    if places:
        font = _font(str(random.choice(FONTS)), max(6, round(2 * size * random.uniform(0.9, 1.5))))
        for x, y in places:
            layer = Layer(ink.shape[1], ink.shape[0])
            layer.pen.text((2 * x, 2 * y), _word(random), 255, font)
            add(layer, True)
    return total, printed


def _by_hand(coverage: Grey, size: float, pen: float, random: Random) -> Grey:
    """Bend print as if a hand had written it, half of the time with a pen's even stroke."""
    shape = (2, *coverage.shape)
    shift = ndimage.gaussian_filter(random.normal(size=shape), (0, 0.3 * size, 0.3 * size))
    shift *= 0.08 * size / max(float(shift.std()), 1e-6)
    bent = ndimage.map_coordinates(coverage, np.indices(coverage.shape) + shift, order=1)
    if random.random() < 0.5:
        return np.asarray(bent, np.float32)
    return trace(bent > 0.45, max(pen, 1.0))
