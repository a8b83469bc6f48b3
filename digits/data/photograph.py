"""A sheet of numbers as a picture of it: print, marks and objects around, light, camera."""

import math

import numpy as np
from numpy.typing import NDArray

from digits.data.handwriting import Coverage
from digits.data.lettering import write_beside
from digits.data.pages import PRINT
from digits.data.sheet import Sheet
from digits.data.surroundings import (
    Box,
    Layer,
    cells,
    clutter,
    cross,
    foreign_objects,
    light,
    ring,
    ruling,
    texture,
    through_camera,
)

Random = np.random.Generator


def _marks(sheet: Sheet, size: float, random: Random) -> Layer:
    """Write dots, commas, dashes, strokes and crosses after and between digits, where there is
    room."""
    layer = Layer(sheet.width, sheet.height)
    pen = size * random.uniform(0.04, 0.13)
    for number in sheet.numbers:
        if random.random() > 0.4:
            continue
        _, _, _, right, bottom = sheet.digits[random.choice(number)]
        _, _, top, right_end, _ = sheet.digits[number[-1]]
        kind = random.random()
        if kind < 0.3:
            layer.disc(right + 0.08 * size, bottom - 0.02 * size, pen * 0.7)
        elif kind < 0.45:
            x, y = right + 0.08 * size, bottom - 0.04 * size
            layer.line([(x, y), (x - 0.06 * size, y + 0.18 * size)], pen)
        elif kind < 0.7:
            x, y = right_end + random.uniform(0.08, 0.5) * size, (top + bottom) / 2
            y += random.uniform(-0.4, 0.3) * size
            length = size * random.uniform(0.3, 2.5)
            rise = length * random.normal(0, 0.15)
            for k in range(random.integers(1, 3)):
                shift = k * 0.22 * size
                layer.line([(x, y + shift), (x + length, y + rise + shift)], pen)
        elif kind < 0.85:
            x = right_end + random.uniform(0.15, 0.4) * size
            layer.line([(x + 0.3 * size, top), (x, bottom)], pen)
        else:
            arm = size * random.uniform(0.15, 0.4)
            x = right_end + arm + random.uniform(0.08, 0.4) * size
            cross(layer, (x, (top + bottom) / 2 + 0.15 * random.normal() * size), arm, pen, random)
    return layer


def _around(sheet: Sheet, size: float, random: Random) -> list[Box]:
    """Return boxes with some room around digits, numbers, or where none is."""
    room = size * random.uniform(0.06, 0.6)
    each = random.random() < 0.4
    groups = [[i] for number in sheet.numbers for i in number] if each else sheet.numbers
    boxes = []
    for group in groups:
        parts = np.array([sheet.digits[i][1:] for i in group])
        left, top = (parts[:, :2].min(axis=0) - room).tolist()
        right, bottom = (parts[:, 2:].max(axis=0) + room).tolist()
        boxes.append((left, top, right, bottom))
    if random.random() < 0.3 or not boxes:
        x, y = random.uniform(-20, sheet.width), random.uniform(-20, sheet.height)
        w, h = size * random.uniform(0.8, 6), size * random.uniform(0.8, 2)
        boxes.append((x, y, x + w, y + h))
    return boxes


def _printed(sheet: Sheet, size: float, random: Random) -> Coverage:
    """Return what was on the paper before: lines, boxes, a margin, underlines."""
    layer = Layer(sheet.width, sheet.height)
    kind = random.random()
    if sheet.cells:
        cells(layer, sheet.cells, size, random)
    elif kind < 0.2:
        ruling(layer, max(4, size * random.uniform(0.25, 2)), random, random.random() < 0.5)
    elif kind < 0.26:
        for box in _around(sheet, size, random):
            ring(layer, box, random.uniform(0.5, max(0.6, 0.12 * size)), random)
    elif kind < 0.42:
        cells(layer, _around(sheet, size, random), size, random)
    elif kind < 0.57:
        pen = random.uniform(0.5, max(0.6, 0.1 * size))
        for left, _, right, bottom in _around(sheet, size, random):
            layer.line([(left, bottom), (right, bottom + random.normal(0, 0.05) * size)], pen)
    if random.random() < 0.12:
        x = random.uniform(0, sheet.width)
        layer.line([(x, 0), (x + random.normal(0, 4), sheet.height)], random.uniform(0.5, 3))
    if random.random() < 0.06:
        for _ in range(random.integers(1, 4)):
            x, y = random.uniform(0, sheet.width), random.uniform(0, sheet.height)
            layer.disc(x, y, random.uniform(1, 9))
    return layer.coverage()


def photograph(sheet: Sheet, size: float, random: Random) -> NDArray[np.uint8]:
    """Put paper, print, ink and objects together, and take the picture."""
    width, height = sheet.width, sheet.height
    paper = random.uniform(0.55, 1)
    grey = np.full((height, width), paper, np.float32)
    if random.random() < 0.3:
        grey += np.float32(random.uniform(0, 0.04)) * texture(width, height, random)
    contrast = math.exp(random.uniform(math.log(0.25), math.log(1)))
    contrast = contrast if random.random() < 0.6 else 0.95
    if sheet.cells or random.random() < 0.55:
        shade = contrast if random.random() < 0.4 else random.uniform(0.2, 1)
        grey *= 1 - shade * _printed(sheet, size, random)
    ink = np.maximum(sheet.ink, _marks(sheet, size, random).coverage())
    beside, printed = write_beside(sheet.ink, size, sheet.words, random)
    sheet.owners[(printed > 0.3) & (sheet.owners == 0)] = PRINT
    if random.random() < 0.5:
        ink = np.maximum(ink, beside)
    else:
        grey *= 1 - random.uniform(0.2, 1) * beside
    grey *= 1 - contrast * ink
    if random.random() < 0.4:
        grey *= light(width, height, random)
    if random.random() < 0.35:
        grey = _with_objects(sheet, grey, random)
    pixels = through_camera(grey, random)
    return 255 - pixels if random.random() < 0.25 else pixels


def _with_objects(sheet: Sheet, grey: Coverage, random: Random) -> Coverage:
    """Lay objects on the page; where they cover a digit, nobody knows what it was."""
    sides = np.array([digit[1:] for digit in sheet.digits])
    middle = sheet.width / 2, sheet.height / 2
    clear = (*sides[:, :2].min(axis=0), *sides[:, 2:].max(axis=0)) if len(sides) else 2 * middle
    cover = foreign_objects(sheet.width, sheet.height, clear, random)
    hidden = (cover > 0.5) & (sheet.owners > 0)
    if hidden.any():
        sizes = np.bincount(sheet.owners.ravel(), minlength=256)
        lost = np.bincount(sheet.owners[hidden], minlength=256)
        if (lost > 0.06 * sizes)[1:PRINT].any():
            return grey
    sheet.owners[hidden] = 0
    result: Coverage = grey * (1 - cover) + _surface(sheet, random) * cover
    return result


def _surface(sheet: Sheet, random: Random) -> Coverage:
    """Return what a desk looks like, or what else is no paper."""
    if random.random() < 0.2:
        return clutter(sheet.width, sheet.height, random)
    level = random.uniform(0, 0.5) if random.random() < 0.8 else random.uniform(0.5, 1)
    surface = np.full_like(sheet.ink, level)
    if random.random() < 0.5:
        surface += np.float32(random.uniform(0, 0.12)) * texture(sheet.width, sheet.height, random)
    return surface
