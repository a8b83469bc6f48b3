"""What surrounds numbers on people's pictures: lines, boxes, words, scribbles, desks, light."""

import io
import math
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy import ndimage

Random = np.random.Generator
Grey = NDArray[np.float32]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FONTS = (
    *("DejaVuSans-BoldOblique", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique"),
    *("DejaVuSerif-Bold", "DejaVuSerif-BoldItalic", "STIXGeneralBol", "STIXGeneralBolIta"),
    *("DejaVuSansDisplay", "DejaVuSerifDisplay", "cmb10", "cmmi10"),
)


class Layer:
    """A drawing of marks, made twice as large and averaged, so that edges are smooth."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("L", (2 * width, 2 * height))
        self.pen = ImageDraw.Draw(self.image)

    def line(self, points: list[tuple[float, float]], width: float) -> None:
        """Draw a line through points (x, y)."""
        scaled = [(2 * x, 2 * y) for x, y in points]
        self.pen.line(scaled, 255, max(1, round(2 * width)), joint="curve")

    def disc(self, x: float, y: float, radius: float) -> None:
        """Draw a disc."""
        self.pen.circle((2 * x, 2 * y), 2 * radius, 255)

    def polygon(self, points: list[tuple[float, float]]) -> None:
        """Fill a polygon."""
        self.pen.polygon([(2 * x, 2 * y) for x, y in points], 255)

    def coverage(self) -> Grey:
        """Return how much of each pixel is covered: float32 (height, width), 0 to 1."""
        return np.asarray(self.image.reduce(2), np.float32) / np.float32(255)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return ImageFont.truetype(folder / f"{name}.ttf", size)


def ruling(layer: Layer, spacing: float, random: Random, grid: bool) -> None:
    """Rule the paper with lines, or squares."""
    width, height = layer.image.width / 2, layer.image.height / 2
    pen, tilt = random.uniform(0.5, 1.8), random.normal(0, 0.015)
    for y in np.arange(random.uniform(0, spacing), height + 10, spacing):
        layer.line([(0, y), (width, y + tilt * width)], pen)
    if grid:
        for x in np.arange(random.uniform(0, spacing), width + 10, spacing):
            layer.line([(x, 0), (x - tilt * height, height)], pen)


def cells(
    layer: Layer, boxes: list[tuple[float, float, float, float]], height: float, random: Random
) -> None:
    """Draw a printed box around each of the given boxes (left, top, right, bottom), or a comb."""
    pen = random.uniform(0.5, max(0.6, 0.07 * height))
    comb = random.random() < 0.25
    for left, top, right, bottom in boxes:
        if comb:
            layer.line([(left, (top + bottom) / 2), (left, bottom)], pen)
            layer.line([(right, (top + bottom) / 2), (right, bottom)], pen)
            layer.line([(left, bottom), (right, bottom)], pen)
        else:
            corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
            layer.line([(x, y) for x, y in corners], pen)


def words(layer: Layer, size: float, random: Random) -> None:
    """Print a line or two of words."""
    font = _font(str(random.choice(FONTS)), max(8, round(2 * size)))
    for _ in range(random.integers(1, 4)):
        letters = random.choice(list(LETTERS), random.integers(1, 9))
        text = "".join(letters) if random.random() < 0.7 else "".join(letters).lower()
        x = random.uniform(-0.2, 0.9) * layer.image.width
        y = random.uniform(-0.1, 0.95) * layer.image.height
        layer.pen.text((x, y), text, 255, font)


def scribble(layer: Layer, size: float, pen: float, random: Random) -> None:
    """Draw a curve of a pen that wanders: a letter's stroke, a signature, a doodle."""
    steps = int(random.integers(8, 40))
    speed = ndimage.gaussian_filter1d(random.normal(size=(steps, 2)), random.uniform(1, 3), axis=0)
    path = np.cumsum(speed, axis=0)
    path = (path - path.min(axis=0)) / max(np.ptp(path, axis=0).max(), 1e-6)
    place = random.uniform(-0.2, 1, 2) * np.array(layer.image.size) / 2
    points = path * size * np.array([random.uniform(0.5, 3), 1]) + place
    layer.line([(float(x), float(y)) for x, y in points], pen)


def letters(layer: Layer, size: float, pen: float, random: Random) -> None:
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


def foreign_objects(width: int, height: int, random: Random) -> Grey:
    """Return where something that is no paper lies: scanner strips, a frame, a desk, a pen, a
    finger: float32 (height, width), 0 to 1."""
    layer = Layer(width, height)
    kind, reach = random.random(), min(width, height)
    if kind < 0.75:
        share = math.exp(random.uniform(math.log(0.01), math.log(0.4)))
        sides = random.permutation(4)[: random.choice([1, 1, 2, 3, 4, 4])]
        for side in sides:
            depth, other = reach * share * random.uniform(0.6, 1.4, 2)
            if random.random() < 0.4:
                other = depth
            corners = {
                0: [(0, 0), (width, 0), (width, depth), (0, other)],
                1: [(0, height), (width, height), (width, height - depth), (0, height - other)],
                2: [(0, 0), (0, height), (depth, height), (other, 0)],
                3: [(width, 0), (width, height), (width - depth, height), (width - other, 0)],
            }
            layer.polygon(corners[int(side)])
    else:
        edge = random.uniform(0, 1) * width, float(random.choice([0, height]))
        if random.random() < 0.5:
            edge = float(random.choice([0, width])), random.uniform(0, 1) * height
        angle = random.uniform(0, 2 * math.pi)
        length, pen = reach * random.uniform(0.2, 0.6), reach * random.uniform(0.03, 0.25)
        end = edge[0] + length * math.cos(angle), edge[1] + length * math.sin(angle)
        layer.line([edge, end], pen)
        layer.disc(*end, pen / 2)
    return layer.coverage()


def texture(width: int, height: int, random: Random) -> Grey:
    """Return grain or grooves: float32 (height, width) around 0."""
    scale = random.uniform(0.5, 6)
    grain = random.normal(size=(height, width)).astype(np.float32)
    sigma = (scale * random.uniform(0.3, 6), scale) if random.random() < 0.4 else scale
    grain = ndimage.gaussian_filter(grain, sigma)
    return np.asarray(grain / max(float(grain.std()), 1e-6), np.float32)


def light(width: int, height: int, random: Random) -> Grey:
    """Return how bright each pixel is lit: it fades across, and a shadow may cover a part."""
    angle = random.uniform(0, 2 * math.pi)
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, np.newaxis]
    across = x * np.float32(math.cos(angle)) + y * np.float32(math.sin(angle))
    result = 1 - random.uniform(0, 0.4) * (0.5 + across)
    if random.random() < 0.4:
        soft, place = random.uniform(0.01, 0.3), random.uniform(-0.4, 0.4)
        shade = np.clip((across - place) / soft + 0.5, 0, 1)
        result *= 1 - random.uniform(0.1, 0.6) * shade
    return np.asarray(result, np.float32)


def through_camera(grey: Grey, random: Random) -> NDArray[np.uint8]:
    """Blur, add noise, compress: float32 (height, width), 0 to 1 → uint8."""
    if random.random() < 0.4:
        grey = ndimage.gaussian_filter(grey, random.uniform(0.2, 1.3))
    if random.random() < 0.5:
        noise = random.standard_normal(grey.shape, np.float32)
        grey = grey + np.float32(abs(random.normal(0, 0.04))) * noise
    pixels = (255 * grey).clip(0, 255).round().astype(np.uint8)
    if random.random() < 0.3:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=int(random.integers(25, 90)))
        pixels = np.asarray(Image.open(file))
    if random.random() < 0.1:
        pixels = np.asarray(Image.fromarray(pixels).filter(ImageFilter.UnsharpMask(1, 150, 0)))
    return pixels
