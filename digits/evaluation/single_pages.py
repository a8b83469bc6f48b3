"""Pages of a single digit among other things."""

from collections.abc import Callable

import numpy as np
from PIL import ImageDraw

from digits.data.splits import Split
from digits.evaluation.pages import FONTS, WORDS, Color, Page, Random, load_font, new_page, write_on


def _single(split: Split, random: Random, size: int = 280, share: float = 0.42) -> Page:
    """Write one digit about the middle of a picture."""
    page = new_page(size, size)
    height = size * share * random.uniform(0.75, 1.15)
    left, top, right, bottom = write_on(page, split, random, 1, height, 0.2)
    shift = random.uniform(-0.5, 0.5, 2) * np.array([left, top])
    image = page.image.crop((left, top, right, bottom))
    page.image.paste((255, 255, 255), (0, 0, size, size))
    x, y = round(left + shift[0]), round(top + shift[1])
    page.image.paste(image, (x, y))
    page.boxes = [[(x, y, x + image.width, y + image.height)]]
    return page


def _edged(
    color: Color | None, low: float, high: float, sides: tuple[int, ...] | None = None
) -> Callable[[Split, Random], Page]:
    """Return a maker of pages with something dark along one side or more."""

    def draw(split: Split, random: Random) -> Page:
        page = _single(split, random)
        pen, size = ImageDraw.Draw(page.image), page.image.width
        chosen = sides or (int(random.integers(4)),)
        shade = color or tuple(int(v) for v in random.integers(10, 110, 3))
        left, top, right, bottom = page.boxes[0][0]
        room = (top, size - right, size - bottom, left)
        for side in chosen:
            most = min(high, room[side] / 1.2 - 3)
            depth = random.uniform(min(low, most), most)
            other = max(depth * (1 + random.uniform(-0.15, 0.15)), 1)
            corners: list[list[tuple[float, float]]] = [
                [(0, 0), (size, 0), (size, depth), (0, other)],
                [(size, 0), (size, size), (size - depth, size), (size - other, 0)],
                [(0, size), (size, size), (size, size - depth), (0, size - other)],
                [(0, 0), (0, size), (depth, size), (other, 0)],
            ]
            pen.polygon(corners[side], shade)
        return page

    return draw


def _in_box(split: Split, random: Random) -> Page:
    page = _single(split, random)
    left, top, right, bottom = page.boxes[0][0]
    room = random.uniform(10, 36)
    ImageDraw.Draw(page.image).rectangle(
        (left - room, top - room, right + room, bottom + room),
        outline=(30, 30, 30),
        width=int(random.integers(2, 6)),
    )
    return page


def _in_cell(split: Split, random: Random) -> Page:
    page = _single(split, random, share=0.3)
    left, top, right, bottom = page.boxes[0][0]
    room, pen = random.uniform(8, 24), ImageDraw.Draw(page.image)
    width = int(random.integers(1, 5))
    for x in (left - room, right + room):
        pen.line((x, 0, x, page.image.height), (60, 60, 60), width)
    for y in (top - room, bottom + room):
        pen.line((0, y, page.image.width, y), (60, 60, 60), width)
    return page


def _with_pen(split: Split, random: Random) -> Page:
    page = _single(split, random, share=0.35)
    pen, size = ImageDraw.Draw(page.image), page.image.width
    _, _, right, bottom = page.boxes[0][0]
    x, y = random.uniform(right + 16, size), random.uniform(bottom + 16, size)
    shade = tuple(int(v) for v in random.integers(10, 140, 3))
    pen.line(
        (x, y, size + 20, size * random.uniform(0.9, 1.05)), shade, int(random.integers(12, 26))
    )
    return page


def _with_finger(split: Split, random: Random) -> Page:
    page = _single(split, random, share=0.35)
    pen, size = ImageDraw.Draw(page.image), page.image.width
    radius, bottom = random.uniform(22, 34), page.boxes[0][0][3]
    x, tip = random.uniform(0.6, 0.95) * size, random.uniform(bottom + radius + 4, size)
    skin = (205, 150, 120)
    pen.circle((x, tip), radius, skin)
    pen.polygon([(x - radius, tip), (x + radius, tip), (x + 1.2 * radius, size), (x, size)], skin)
    pen.polygon([(x - radius, tip), (x, size), (x - radius, size)], skin)
    return page


def _margin(split: Split, random: Random) -> Page:
    page = _single(split, random)
    x = page.boxes[0][0][0] - random.uniform(12, 60)
    color = [(220, 60, 70), (60, 60, 70)][random.integers(2)]
    ImageDraw.Draw(page.image).line((x, 0, x + 3, 280), color, int(random.integers(2, 5)))
    return page


def _underlined(split: Split, random: Random) -> Page:
    page = _single(split, random)
    left, _, right, bottom = page.boxes[0][0]
    y = bottom + random.uniform(4, 20)
    line = (left - random.uniform(0, 30), y, right + random.uniform(0, 30), y + random.normal(0, 4))
    ImageDraw.Draw(page.image).line(line, (30, 30, 40), int(random.integers(3, 8)))
    return page


def _holes(split: Split, random: Random) -> Page:
    page = _single(split, random)
    pen, x = ImageDraw.Draw(page.image), random.uniform(14, 34)
    for y in (70, 210):
        pen.circle((x, y), random.uniform(7, 12), (50, 50, 50))
    return page


def _printed_words(split: Split, random: Random) -> Page:
    page = _single(split, random, share=0.3)
    name = random.choice(FONTS)
    font = load_font(str(name), int(random.integers(14, 30)))
    pen, (_, top, _, bottom) = ImageDraw.Draw(page.image), page.boxes[0][0]
    for y in (top - 60, bottom + 20):
        pen.text((random.uniform(5, 60), y), " ".join(random.choice(WORDS, 3)), (40, 40, 40), font)
    return page


def _cut_out(split: Split, random: Random) -> Page:
    page = _single(split, random)
    left, top, right, bottom = (round(value) for value in page.boxes[0][0])
    page.image = page.image.crop((left, top, right, bottom))
    page.boxes = [[(0, 0, right - left, bottom - top)]]
    return page


def _plain(split: Split, random: Random) -> Page:
    return _single(split, random)


SINGLES: dict[str, Callable[[Split, Random], Page]] = {
    "plain": _plain,
    "strip": _edged((15, 15, 15), 2, 8),
    "frame": _edged((25, 25, 25), 3, 16, (0, 1, 2, 3)),
    "box": _in_box,
    "cell": _in_cell,
    "desk on one side": _edged(None, 20, 80),
    "desk on two sides": _edged(None, 20, 70, (0, 1)),
    "desk around": _edged(None, 20, 70, (0, 1, 2, 3)),
    "pen": _with_pen,
    "finger": _with_finger,
    "margin": _margin,
    "underline": _underlined,
    "holes": _holes,
    "words": _printed_words,
    "cut out tightly": _cut_out,
}
