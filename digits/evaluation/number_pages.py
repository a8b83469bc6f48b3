"""Pages of numbers: by spacing, and in surroundings of several kinds."""

from collections.abc import Callable

import numpy as np
from PIL import ImageDraw

from digits.data.splits import Split
from digits.evaluation.marks import MARKS, write_mark
from digits.evaluation.pages import (
    FONTS,
    WORDS,
    Color,
    Page,
    Random,
    draw_pen,
    load_font,
    new_page,
    photograph,
    turn,
    write_on,
)

_PRINT: Color = (30, 30, 35)


def _row(gap: Callable[[Random], float | None]) -> Callable[[Split, Random], Page]:
    def draw(split: Split, random: Random) -> Page:
        length, height = int(random.integers(2, 9)), random.uniform(32, 96)
        page = new_page(round(height * (length * 1.4 + 1.5)), round(height * 2.2))
        write_on(page, split, random, length, height, gap(random))
        return page

    return draw


def _wide(random: Random) -> float:
    return random.uniform(0.15, 0.5)


def _ruled(split: Split, random: Random) -> Page:
    length, height = int(random.integers(2, 9)), random.uniform(32, 80)
    page = new_page(round(height * (length * 1.4 + 1.5)), round(height * 3), (250, 250, 245))
    pen = ImageDraw.Draw(page.image)
    spacing, color = height * random.uniform(0.4, 1.4), (120, 140, 190)
    squared = random.random() < 0.5
    for y in np.arange(random.uniform(0, spacing), page.image.height, spacing):
        pen.line((0, y, page.image.width, y), color, int(random.integers(1, 3)))
    if squared:
        for x in np.arange(random.uniform(0, spacing), page.image.width, spacing):
            pen.line((x, 0, x, page.image.height), color, int(random.integers(1, 3)))
    write_on(page, split, random, length, height, random.uniform(0.1, 0.35))
    return page


def _boxes(split: Split, random: Random) -> Page:
    length, cell = int(random.integers(2, 9)), random.uniform(44, 90)
    page = new_page(round(cell * (length + 1)), round(cell * 2))
    pen = ImageDraw.Draw(page.image)
    width = int(random.integers(1, 4))
    text, boxes, hand = "", [], draw_pen(random)
    for k in range(length):
        left, top = (k + 0.5) * cell, 0.5 * cell
        pen.rectangle((left, top, left + cell, top + cell), outline=(60, 60, 60), width=width)
        height = cell * random.uniform(0.5, 0.8)
        x = left + cell * random.uniform(0.15, 0.35)
        place = (x, top + (cell - height) * random.uniform(0.3, 0.7))
        write_on(page, split, random, 1, height, 0.2, place, hand=hand)
        text += page.texts.pop()
        boxes += page.boxes.pop()
    page.texts.append(text)
    page.boxes.append(boxes)
    return page


def _photo(split: Split, random: Random) -> Page:
    length, height = int(random.integers(2, 9)), random.uniform(50, 110)
    paper: Color = (225, 220, 208)
    page = new_page(round(height * (length * 1.4 + 2)), round(height * 3), paper)
    ink: Color = [(30, 40, 110), (35, 35, 40), (60, 60, 65)][random.integers(3)]
    write_on(page, split, random, length, height, random.uniform(0.08, 0.35), None, ink)
    return photograph(page, random, random.uniform(0.45, 0.8), random.uniform(0.5, 1.8), 6)


def _board(split: Split, random: Random) -> Page:
    length, height = int(random.integers(2, 9)), random.uniform(50, 110)
    page = new_page(round(height * (length * 1.4 + 2)), round(height * 2.5), (38, 60, 50))
    write_on(page, split, random, length, height, random.uniform(0.08, 0.35), None, (215, 220, 210))
    return photograph(page, random, 0.7, 1, 7)


def _small(split: Split, random: Random) -> Page:
    length, height = int(random.integers(2, 9)), random.uniform(16, 24)
    page = new_page(int(random.integers(160, 400)), int(random.integers(60, 300)))
    width = height * (length + 1)
    place = (
        random.uniform(2, max(3, page.image.width - width)),
        random.uniform(2, page.image.height - 1.4 * height),
    )
    hand = draw_pen(random, (0.08, 0.14))
    write_on(page, split, random, length, height, random.uniform(0.1, 0.3), place, hand=hand)
    return page


def _several(split: Split, random: Random) -> Page:
    height = random.uniform(28, 60)
    page = new_page(round(height * 14), round(height * 14))
    hand, y = draw_pen(random), height * random.uniform(0.8, 1.5)
    for _ in range(random.integers(3, 6)):
        x = height * random.uniform(0.6, 4)
        length = int(random.integers(2, 9))
        write_on(page, split, random, length, height, random.uniform(0.1, 0.3), (x, y), hand=hand)
        y += height * random.uniform(1.7, 2.4)
    return page


def _words_beside(split: Split, random: Random) -> Page:
    """Print a form, each of whose lines has a number to the right, or a text with one amid it."""
    return (_form if random.random() < 0.5 else _text)(split, random)


def _form(split: Split, random: Random) -> Page:
    height = random.uniform(28, 60)
    page = new_page(round(height * 16), round(height * 11))
    font = load_font(str(random.choice(FONTS)), int(height * random.uniform(0.4, 0.9)))
    pen, hand, y = ImageDraw.Draw(page.image), draw_pen(random), 0.6 * height
    for _ in range(random.integers(3, 6)):
        words = " ".join(random.choice(WORDS, random.integers(1, 3)))
        pen.text((0.4 * height, y + 0.2 * height), words, _PRINT, font)
        length, place = int(random.integers(1, 7)), (height * random.uniform(7, 8), y)
        write_on(page, split, random, length, height, random.uniform(0.1, 0.3), place, hand=hand)
        y += height * random.uniform(1.7, 2.1)
    return page


def _text(split: Split, random: Random) -> Page:
    size, sides = int(random.integers(14, 40)), random.integers(300, 700, 2)
    page = new_page(int(sides[0]), int(sides[1]))
    font, pen = load_font(str(random.choice(FONTS)), size), ImageDraw.Draw(page.image)
    height = size * random.uniform(0.9, 2)
    above = random.uniform(0.2, 0.7) * page.image.height
    for y in np.arange(random.uniform(0, size), page.image.height, 1.4 * size):
        if y + 1.3 * size < above or y > above + 2.2 * height:
            words = " ".join(random.choice(WORDS, 8))
            pen.text((random.uniform(2, 30), y), words, _PRINT, font)
    most = min(8, int(page.image.width / height / 1.4))
    length, place = int(random.integers(1, most + 1)), (random.uniform(5, 40), above + 0.5 * height)
    write_on(page, split, random, length, height, random.uniform(0.1, 0.3), place)
    return page


def _marked(split: Split, random: Random) -> Page:
    """Write groups of digits with a mark between them, as in a date or an amount: one number."""
    lengths, height = random.integers(1, 5, random.integers(2, 4)), random.uniform(32, 80)
    page = new_page(round(height * (lengths.sum() + 3)), round(height * 2.6))
    hand, mark = draw_pen(random), MARKS[random.integers(len(MARKS))]
    gap, (right, top) = random.uniform(0.08, 0.25), height * random.uniform(0.6, 1, 2)
    text, boxes = "", []
    for k, length in enumerate(lengths):
        if k:
            right = write_mark(page, mark, (right, top), height, random)
        place = (right, top)
        _, _, right, _ = write_on(page, split, random, length, height, gap, place, hand=hand)
        text += page.texts.pop()
        boxes += page.boxes.pop()
    page.texts.append(text)
    page.boxes.append(boxes)
    return page


def _aslant(split: Split, random: Random) -> Page:
    """Take a photo of a number or several, on plain or ruled paper, from aslant."""
    page = (_row(_wide), _ruled, _several)[random.integers(3)](split, random)
    turn(page, random.choice([-1, 1]) * random.uniform(5, 20))
    return photograph(page, random, random.uniform(0.6, 0.9), random.uniform(0.3, 1), 4)


def _two_sizes(split: Split, random: Random) -> Page:
    """Write a large number, and small ones above or below."""
    small, hand = random.uniform(22, 36), draw_pen(random)
    large, length = small * random.uniform(2.5, 5), int(random.integers(1, 4))
    count = int(random.integers(1, 4))
    page = new_page(
        round(max(small * 11, large * 1.4 * length + small)), round(1.4 * large + 2 * small * count)
    )
    sizes = [(large, length)] + [(small, int(random.integers(2, 8))) for _ in range(count)]
    if random.random() < 0.5:
        sizes.reverse()
    y = 0.5 * small
    for height, digits in sizes:
        room = page.image.width - 1.4 * height * digits
        x, gap = random.uniform(0.3 * small, max(room, small)), random.uniform(0.1, 0.3)
        write_on(page, split, random, digits, height, gap, (x, y), hand=hand)
        y += 1.1 * height + 0.8 * small
    return page


NUMBERS: dict[str, Callable[[Split, Random], Page]] = {
    "spaced": _row(_wide),
    "tight": _row(lambda r: r.uniform(0, 0.08)),
    "touching": _row(lambda r: None),
    "ruled": _ruled,
    "boxes": _boxes,
    "photo": _photo,
    "board": _board,
    "small": _small,
    "several": _several,
    "words beside": _words_beside,
    "written marks": _marked,
    "written on a slope": _aslant,
    "written small and large": _two_sizes,
}
