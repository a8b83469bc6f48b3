"""What surrounds numbers on people's pictures: lines, boxes, desks, objects, light, a camera."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

Random = np.random.Generator
Grey = NDArray[np.float32]
Box = tuple[float, float, float, float]


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


def ruling(layer: Layer, spacing: float, random: Random, grid: bool) -> None:
    """Rule the paper with lines, or squares."""
    width, height = layer.image.width / 2, layer.image.height / 2
    pen, tilt = random.uniform(0.5, 1.8), random.normal(0, 0.015)
    for y in np.arange(random.uniform(0, spacing), height + 10, spacing):
        layer.line([(0, y), (width, y + tilt * width)], pen)
    if grid:
        for x in np.arange(random.uniform(0, spacing), width + 10, spacing):
            layer.line([(x, 0), (x - tilt * height, height)], pen)


def cells(layer: Layer, boxes: list[Box], height: float, random: Random) -> None:
    """Print a box around each of the given ones, or a comb; neighbours share a line, or don't."""
    thickest = height * (0.09 if random.random() < 0.75 else 0.18)
    pen = random.uniform(0.5, max(1, thickest))
    comb, inset = random.random() < 0.2, 0.0
    if random.random() < 0.25:
        inset = height * random.uniform(0.02, 0.12)
    for box in boxes:
        left, top, right, bottom = np.array(box) + inset * np.array([1, 1, -1, -1])
        if comb:
            middle = top + random.uniform(0.3, 0.8) * (bottom - top)
            layer.line([(left, middle), (left, bottom), (right, bottom), (right, middle)], pen)
        else:
            layer.line([(left, top), (right, top), (right, bottom), (left, bottom)], pen)
            layer.line([(left, bottom + pen / 2), (left, top - pen / 2)], pen)


def ring(layer: Layer, box: Box, pen: float, random: Random) -> None:
    """Draw a ring around a box, as somebody does who circles a number: it may not close."""
    left, top, right, bottom = box
    turns = np.linspace(0, 2 * math.pi * random.uniform(0.93, 1.1), 48) + random.uniform(0, 6)
    uneven = 1 + 0.05 * np.sin(turns / 2 + random.uniform(0, 6))
    across, down = math.sqrt(0.5) * random.uniform(0.85, 1.1, 2) * (right - left, bottom - top)
    x = (left + right) / 2 + across * uneven * np.cos(turns)
    y = (top + bottom) / 2 + down * uneven * np.sin(turns)
    layer.line(list(zip(x.tolist(), y.tolist(), strict=True)), pen)


def cross(
    layer: Layer, middle: tuple[float, float], arm: float, pen: float, random: Random
) -> None:
    """Draw a plus, or a cross that stands for "times", as a hand does; `arm`: half a stroke."""
    angle = random.normal(0, 0.1) + (math.pi / 4 if random.random() < 0.25 else 0)
    for turn in (angle, angle + math.pi / 2 + random.normal(0, 0.1)):
        way = arm * random.uniform(0.8, 1.2) * np.array([math.cos(turn), math.sin(turn)])
        place = np.array(middle) + 0.1 * arm * random.normal(size=2)
        ends = place - way, place + way
        layer.line([(float(x), float(y)) for x, y in ends], pen)


def foreign_objects(width: int, height: int, clear: Box, random: Random) -> Grey:
    """Return where something that is no paper lies: scanner strips, a frame, a desk, a pen, a
    finger: float32 (height, width), 0 to 1.

    `clear`: what a strip or desk mostly leaves free (left, top, right, bottom).
    """
    layer = Layer(width, height)
    if random.random() < 0.75:
        _edges(layer, width, height, clear, random)
    else:
        _pointer(layer, width, height, random)
    return layer.coverage()


def _edges(layer: Layer, width: int, height: int, clear: Box, random: Random) -> None:
    """Cover one side or more, as what lies under the paper or beside it."""
    left, top, right, bottom = clear
    free = np.array([top, height - bottom, left, width - right])
    depths = np.full(
        4, min(width, height) * math.exp(random.uniform(math.log(0.01), math.log(0.3)))
    )
    if random.random() < 0.75:
        depths = np.where(free > 3, random.uniform(0.1, 0.95) * free, depths)
    for side in random.permutation(4)[: random.choice([1, 1, 2, 3, 4, 4])]:
        depth, other = depths[side] * random.uniform(0.75, 1, 2)
        corners: tuple[list[tuple[float, float]], ...] = (
            [(0, 0), (width, 0), (width, depth), (0, other)],
            [(0, height), (width, height), (width, height - depth), (0, height - other)],
            [(0, 0), (0, height), (depth, height), (other, 0)],
            [(width, 0), (width, height), (width - depth, height), (width - other, 0)],
        )
        layer.polygon(corners[side])


def _pointer(layer: Layer, width: int, height: int, random: Random) -> None:
    """Lay a pen or finger on the paper, from an edge."""
    reach = min(width, height)
    edge = random.uniform(0, 1) * width, float(random.choice([0, height]))
    if random.random() < 0.5:
        edge = float(random.choice([0, width])), random.uniform(0, 1) * height
    angle = random.uniform(0, 2 * math.pi)
    length, pen = reach * random.uniform(0.2, 0.6), reach * random.uniform(0.03, 0.25)
    end = edge[0] + length * math.cos(angle), edge[1] + length * math.sin(angle)
    layer.line([edge, end], pen)
    layer.disc(*end, pen / 2)


def clutter(width: int, height: int, random: Random) -> Grey:
    """Return a view of things that are no writing: float32 (height, width), 0 to 1."""
    grey = 0.5 + random.uniform(0, 0.3) * texture(width, height, random)
    for _ in range(random.integers(3, 30)):
        layer = Layer(width, height)
        center = random.uniform(0, 1, 2) * np.array([width, height])
        radius = min(width, height) * math.exp(random.uniform(math.log(0.03), math.log(0.5)))
        if random.random() < 0.3:
            layer.disc(center[0], center[1], radius)
        else:
            corners = center + radius * random.normal(size=(random.integers(3, 7), 2))
            layer.polygon([(float(x), float(y)) for x, y in corners])
        shade = random.uniform(0, 1) + random.uniform(0, 0.1) * texture(width, height, random)
        grey += layer.coverage() * (shade - grey)
    grey = ndimage.gaussian_filter(grey, random.uniform(0, 1.5))
    return np.asarray(grey.clip(0, 1), np.float32)


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
