"""Pages composed of MNIST's digits: numbers on paper among all that surrounds them.

They look as pictures do that people make: other hands, pens, papers, lines, boxes, words,
scribbles, desks, light. Each digit's ink is known.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from digits.data.handwriting import draw_hand, write_number
from digits.data.pages import MOST_DIGITS, SIDE, Pages
from digits.data.photograph import photograph
from digits.data.sheet import Sheet, place, to_cells, to_table
from digits.data.splits import Split

Random = np.random.Generator


def compose_pages(split: Split, count: int, seed: int) -> Pages:
    """Compose `count` pages of a split's digits; the same seed gives the same."""
    random = np.random.default_rng(seed)
    composed = [compose(split, SIDE, SIDE, random) for _ in range(count)]
    images, sheets = zip(*composed, strict=True)
    return Pages(
        np.stack(images),
        np.stack([to_cells(sheet.owners) for sheet in sheets]),
        np.stack([to_table(sheet) for sheet in sheets]),
    )


def compose(
    split: Split, width: int, height: int, random: Random
) -> tuple[NDArray[np.uint8], Sheet]:
    """Compose a page of `width` by `height` pixels: uint8 array (height, width) and its ink."""
    if random.random() < 0.25:
        return _framed(split, width, height, random)
    sheet = Sheet(width, height)
    layout = random.choice(np.array(list(LAYOUTS)), p=list(LAYOUTS.values()))
    size = layout(sheet, split, random)
    return photograph(sheet, size, random), sheet


def _framed(
    split: Split, width: int, height: int, random: Random
) -> tuple[NDArray[np.uint8], Sheet]:
    """Compose a small picture, whole, and what is added around it before it is looked at."""
    shares = np.exp(random.uniform(np.log(0.3), 0, 2)) if random.random() < 0.7 else [0.9, 0.9]
    inner = Sheet(max(24, int(width * shares[0])), max(24, int(height * shares[1])))
    layout = random.choice(np.array(list(WHOLE)), p=list(WHOLE.values()))
    size = layout(inner, split, random)
    picture = photograph(inner, size, random)
    x = int(random.integers(0, width - inner.width + 1))
    y = int(random.integers(0, height - inner.height + 1))
    page = np.full((height, width), np.median(picture), np.uint8)
    page[y : y + inner.height, x : x + inner.width] = picture
    sheet = Sheet(width, height)
    sheet.owners[y : y + inner.height, x : x + inner.width] = inner.owners
    sheet.digits = [
        (label, left + x, top + y, right + x, bottom + y)
        for label, left, top, right, bottom in inner.digits
    ]
    return page, sheet


def _size(width: int, height: int, random: Random) -> float:
    """Draw how high digits are, in pixels: mostly about as high as numbers are read.

    None is much higher than at the first look, at which the whole picture has 64 pixels.
    """
    if random.random() < 0.65:
        return float(random.uniform(32, 62))
    return math.exp(random.uniform(math.log(10), math.log(72)))


def _gap(random: Random) -> float | None:
    kind = random.random()
    if kind < 0.25:
        return float(random.uniform(0.12, 0.8))
    return float(random.uniform(-0.03, 0.14)) if kind < 0.5 else None


def _nothing(sheet: Sheet, _: Split, random: Random) -> float:
    """Write no digit at all."""
    return math.exp(random.uniform(math.log(4), math.log(0.6 * min(sheet.width, sheet.height))))


def _digit(sheet: Sheet, split: Split, random: Random) -> float:
    return _number(sheet, split, random, 1)


def _number(sheet: Sheet, split: Split, random: Random, length: int | None = None) -> float:
    """Write one number so that it has its place on the sheet, wherever and however large."""
    most = max(1, min(9, round(2 * sheet.width / sheet.height)))
    length = length or int(random.integers(1, most + 1))
    hand, unit = draw_hand(random), 100.0
    glyphs = write_number(split, length, unit, hand, _gap(random), random)
    right = max(x + glyph.coverage.shape[1] for glyph, x, _ in glyphs)
    bottom = max(y + glyph.coverage.shape[0] for glyph, _, y in glyphs)
    largest = min(sheet.width / right, sheet.height / bottom)
    share = random.uniform(0.9, 1) if random.random() < 0.25 else random.uniform(0.2, 0.95)
    scale = max(largest * share, min(largest, 10 / unit))
    x = random.uniform(0, max(sheet.width - right * scale, 0))
    y = random.uniform(0, max(sheet.height - bottom * scale, 0))
    place(sheet, glyphs, scale, x, y)
    return float(unit * scale)


def _small(sheet: Sheet, split: Split, random: Random) -> float:
    """Write what is too small to be read: to be looked at from nearer."""
    size = _window(sheet, split, random, random.uniform(4, 8))
    sheet.owners[:], sheet.digits, sheet.numbers, sheet.words = 0, [], [], []
    return size


def _form(sheet: Sheet, split: Split, random: Random) -> float:
    """Write into the boxes of a form or a table, of which this is a part."""
    cell = _size(sheet.width, sheet.height, random) * random.uniform(1.1, 1.9)
    corner = random.uniform(-1, 0.5, 2) * cell
    return _write_cells(sheet, split, cell, int(random.integers(1, 12)), corner, random)


def _whole_form(sheet: Sheet, split: Split, random: Random) -> float:
    """Write into a row of boxes that fits the sheet."""
    columns = int(random.integers(1, max(2, min(10, round(2 * sheet.width / sheet.height)))))
    cell = sheet.width / (columns + random.uniform(0.2, 1.6))
    cell = min(cell, sheet.height / random.uniform(1.1, 2.2))
    corner = random.uniform(0.05, 0.95, 2) * (sheet.width - columns * cell, sheet.height - cell)
    return _write_cells(sheet, split, cell, columns, corner, random)


def _write_cells(
    sheet: Sheet,
    split: Split,
    cell: float,
    columns: int,
    corner: NDArray[np.float64],
    random: Random,
) -> float:
    """Write a digit in each box of some rows, or of a part of them; return a digit's height."""
    hand, size = draw_hand(random), cell * random.uniform(0.45, 0.9)
    high = cell * random.uniform(0.9, 1.4)
    pitch = high * (1 if random.random() < 0.4 else random.uniform(1.1, 2.5))
    filled = 1 if random.random() < 0.6 else random.uniform(0.2, 1)
    # Some write across the lines of their boxes: by which share of the room digits leave them.
    beyond = 0.3 if random.random() < 0.3 else -0.1
    for top in np.arange(corner[1], sheet.height - 0.5 * high, pitch):
        for left in corner[0] + cell * np.arange(columns):
            sheet.cells.append((left, top, left + cell, top + high))
            if random.random() < filled:
                glyphs = write_number(split, 1, size * random.uniform(0.85, 1.1), hand, 0, random)
                room = cell - glyphs[0][0].coverage.shape[1], high - glyphs[0][0].coverage.shape[0]
                x, y = random.uniform(-beyond, 1 + beyond, 2) * room
                place(sheet, glyphs, 1, left + x, top + y)
    return size


def _window(sheet: Sheet, split: Split, random: Random, size: float | None = None) -> float:
    """Write numbers beside and below each other, as on a part of a larger page."""
    hand = draw_hand(random)
    size = size or _size(sheet.width, sheet.height, random)
    gap, most = _gap(random), int(random.integers(1, 4) if random.random() < 0.25 else 9)
    y = -random.uniform(0, 0.9) * size if random.random() < 0.6 else random.uniform(0, 40)
    # Mostly full, since what is empty teaches little.
    full = random.random() < 0.75
    pitch = size * (random.uniform(1.05, 1.5) if full else random.uniform(1.5, 2.5))
    sparse = 0 if full else random.uniform(0.1, 0.6)
    words = random.uniform(0.2, 0.8) if random.random() < 0.2 else 0
    while y < sheet.height - 0.3 * size and len(sheet.digits) < MOST_DIGITS:
        x = -random.uniform(0, 1.5) * size if random.random() < 0.6 else random.uniform(0, 40)
        while x < sheet.width - 0.2 * size and len(sheet.digits) < MOST_DIGITS:
            length = int(random.integers(1, most + 1))
            if random.random() < sparse:
                x += size * length
                continue
            if random.random() < words:
                sheet.words.append((x, y))
                x += size * random.uniform(1.5, 4)
                continue
            length = min(length, int((sheet.width - x) / (0.3 * size)) + 2)
            glyphs = write_number(split, length, size, hand, gap, random)
            place(sheet, glyphs, 1, x, y)
            last, left, _ = glyphs[-1]
            x += left + last.coverage.shape[1] + size * random.uniform(0.9, 1.6)
        y += pitch
    return size


Layout = Callable[[Sheet, Split, Random], float]
# What is on a page, and how often. Each writes on a sheet, and returns how high digits are.
LAYOUTS: dict[Layout, float] = {
    _nothing: 0.14,
    _small: 0.03,
    _digit: 0.06,
    _number: 0.08,
    _form: 0.15,
    _window: 0.54,
}
WHOLE: dict[Layout, float] = {
    _nothing: 0.14,
    _digit: 0.4,
    _number: 0.33,
    _whole_form: 0.13,
}
