"""Pictures of numbers and of single digits among other things, to measure with.

Papers, pens, fonts, objects and cameras are other than those in `digits.data.pages`, which the
finder learns from.
"""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from digits.data.handwriting import Hand, write_number
from digits.data.splits import Split
from digits.evaluation.ood_samples import SOURCES

Random = np.random.Generator
Color = tuple[int, int, int]
Box = tuple[float, float, float, float]
FONTS = ("cmr10", "cmss10", "cmtt10", "STIXGeneral", "DejaVuSerif", "DejaVuSans")
WORDS = [
    "total",
    "amount",
    "date",
    "name",
    "street",
    "page",
    "order",
    "item",
    "price",
    "weight",
    "school",
    "class",
    "year",
    "number",
]


@dataclass
class Page:
    """A picture and what is written on it."""

    image: Image.Image
    """RGB."""
    texts: list[str]
    """The numbers, from top to bottom and from left to right."""
    boxes: list[list[Box]]
    """Of each number's digits: left, top, right, bottom in pixels."""

    def encoded(self, quality: int | None = None) -> bytes:
        """Return the picture as a PNG file, or as JPEG of a quality."""
        file = io.BytesIO()
        if quality is None:
            self.image.save(file, "PNG", compress_level=1)
        else:
            self.image.save(file, "JPEG", quality=quality)
        return file.getvalue()


def _page(width: int, height: int, paper: Color = (255, 255, 255)) -> Page:
    return Page(Image.new("RGB", (width, height), paper), [], [])


def _hand(random: Random, pen: tuple[float, float] = (0.05, 0.14)) -> Hand:
    return Hand(
        slant=random.uniform(-0.15, 0.2),
        rotation=random.normal(0, 0.03),
        width=random.uniform(0.85, 1.15),
        pen=random.uniform(*pen) if random.random() < 0.5 else None,
        level=0.5,
        unevenness=random.uniform(0, 0.06),
    )


def _write(
    page: Page,
    split: Split,
    random: Random,
    length: int,
    height: float,
    gap: float | None,
    place: tuple[float, float] | None = None,
    ink: Color = (20, 20, 30),
    hand: Hand | None = None,
) -> Box:
    """Write a number on the page, in the middle where no place is named; return its box."""
    hand = hand or _hand(random)
    placed = write_number(split, length, height, hand, gap, random)
    right = max(x + glyph.coverage.shape[1] for glyph, x, _ in placed)
    bottom = max(y + glyph.coverage.shape[0] for glyph, _, y in placed)
    if place is None:
        place = ((page.image.width - right) / 2, (page.image.height - bottom) / 2)
    boxes: list[Box] = []
    for glyph, x, y in placed:
        left, top = round(place[0] + x), round(place[1] + y)
        mask = Image.fromarray((255 * glyph.coverage).round().astype(np.uint8))
        page.image.paste(ink, (left, top), mask)
        boxes.append((left, top, left + mask.width, top + mask.height))
    page.texts.append("".join(str(glyph.label) for glyph, _, _ in placed))
    page.boxes.append(boxes)
    return place[0], place[1], place[0] + right, place[1] + bottom


def _lit(page: Page, random: Random, darkest: float, blur: float, noise: float) -> Page:
    """Light the page from a side, and take a photo of it."""
    width, height = page.image.size
    angle = random.uniform(0, 2 * math.pi)
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, np.newaxis]
    across = x * np.float32(math.cos(angle)) + y * np.float32(math.sin(angle))
    shade = np.clip((across - random.uniform(-0.3, 0.3)) / 0.15 + 0.5, 0, 1)
    lamp = 1 - (1 - darkest) * (0.5 * shade + 0.35 * (0.5 + across))
    pixels = np.asarray(page.image, np.float32) * lamp[..., np.newaxis]
    pixels = np.asarray(
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(
            ImageFilter.GaussianBlur(blur)
        ),
        np.float32,
    )
    pixels += np.float32(noise) * random.standard_normal(pixels.shape, np.float32)
    page.image = Image.fromarray(pixels.clip(0, 255).round().astype(np.uint8))
    return page


def _row(gap: Callable[[Random], float | None]) -> Callable[[Split, Random], Page]:
    def draw(split: Split, random: Random) -> Page:
        length, height = int(random.integers(2, 9)), random.uniform(32, 96)
        page = _page(round(height * (length * 1.4 + 1.5)), round(height * 2.2))
        _write(page, split, random, length, height, gap(random))
        return page

    return draw


def _ruled(split: Split, random: Random) -> Page:
    length, height = int(random.integers(2, 9)), random.uniform(32, 80)
    page = _page(round(height * (length * 1.4 + 1.5)), round(height * 3), (250, 250, 245))
    pen = ImageDraw.Draw(page.image)
    spacing, color = height * random.uniform(0.4, 1.4), (120, 140, 190)
    squared = random.random() < 0.5
    for y in np.arange(random.uniform(0, spacing), page.image.height, spacing):
        pen.line((0, y, page.image.width, y), color, int(random.integers(1, 3)))
    if squared:
        for x in np.arange(random.uniform(0, spacing), page.image.width, spacing):
            pen.line((x, 0, x, page.image.height), color, int(random.integers(1, 3)))
    _write(page, split, random, length, height, random.uniform(0.1, 0.35))
    return page


def _boxes(split: Split, random: Random) -> Page:
    length, cell = int(random.integers(2, 9)), random.uniform(44, 90)
    page = _page(round(cell * (length + 1)), round(cell * 2))
    pen = ImageDraw.Draw(page.image)
    width = int(random.integers(1, 4))
    text, boxes, hand = "", [], _hand(random)
    for k in range(length):
        left, top = (k + 0.5) * cell, 0.5 * cell
        pen.rectangle((left, top, left + cell, top + cell), outline=(60, 60, 60), width=width)
        height = cell * random.uniform(0.5, 0.8)
        x = left + cell * random.uniform(0.15, 0.35)
        place = (x, top + (cell - height) * random.uniform(0.3, 0.7))
        _write(page, split, random, 1, height, 0.2, place, hand=hand)
        text += page.texts.pop()
        boxes += page.boxes.pop()
    page.texts.append(text)
    page.boxes.append(boxes)
    return page


def _photo(split: Split, random: Random) -> Page:
    length, height = int(random.integers(2, 9)), random.uniform(50, 110)
    paper: Color = (225, 220, 208)
    page = _page(round(height * (length * 1.4 + 2)), round(height * 3), paper)
    ink: Color = [(30, 40, 110), (35, 35, 40), (60, 60, 65)][random.integers(3)]
    _write(page, split, random, length, height, random.uniform(0.08, 0.35), None, ink)
    return _lit(page, random, random.uniform(0.45, 0.8), random.uniform(0.5, 1.8), 6)


def _board(split: Split, random: Random) -> Page:
    length, height = int(random.integers(2, 9)), random.uniform(50, 110)
    page = _page(round(height * (length * 1.4 + 2)), round(height * 2.5), (38, 60, 50))
    _write(page, split, random, length, height, random.uniform(0.08, 0.35), None, (215, 220, 210))
    return _lit(page, random, 0.7, 1, 7)


def _small(split: Split, random: Random) -> Page:
    length, height = int(random.integers(2, 9)), random.uniform(16, 24)
    page = _page(int(random.integers(160, 400)), int(random.integers(60, 300)))
    width = height * (length + 1)
    place = (
        random.uniform(2, max(3, page.image.width - width)),
        random.uniform(2, page.image.height - 1.4 * height),
    )
    hand = _hand(random, (0.08, 0.14))
    _write(page, split, random, length, height, random.uniform(0.1, 0.3), place, hand=hand)
    return page


def _several(split: Split, random: Random) -> Page:
    height = random.uniform(28, 60)
    page = _page(round(height * 14), round(height * 14))
    hand, y = _hand(random), height * random.uniform(0.8, 1.5)
    for _ in range(random.integers(3, 6)):
        x = height * random.uniform(0.6, 4)
        length = int(random.integers(2, 9))
        _write(page, split, random, length, height, random.uniform(0.1, 0.3), (x, y), hand=hand)
        y += height * random.uniform(1.7, 2.4)
    return page


NUMBERS: dict[str, Callable[[Split, Random], Page]] = {
    "spaced": _row(lambda r: r.uniform(0.15, 0.5)),
    "tight": _row(lambda r: r.uniform(0, 0.08)),
    "touching": _row(lambda r: None),
    "ruled": _ruled,
    "boxes": _boxes,
    "photo": _photo,
    "board": _board,
    "small": _small,
    "several": _several,
}


def _single(split: Split, random: Random, size: int = 280, share: float = 0.42) -> Page:
    """Write one digit about the middle of a picture."""
    page = _page(size, size)
    height = size * share * random.uniform(0.75, 1.15)
    left, top, right, bottom = _write(page, split, random, 1, height, 0.2)
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
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    font = ImageFont.truetype(folder / f"{random.choice(FONTS)}.ttf", int(random.integers(14, 30)))
    pen, (_left, top, _right, bottom) = ImageDraw.Draw(page.image), page.boxes[0][0]
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


def _lines_of_words(_: Split, random: Random) -> Page:
    """Print lines of words, as a page of a book."""
    page = _page(int(random.integers(200, 600)), int(random.integers(100, 600)))
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    size = int(random.integers(12, 60))
    font = ImageFont.truetype(folder / f"{random.choice(FONTS)}.ttf", size)
    pen = ImageDraw.Draw(page.image)
    for y in np.arange(random.uniform(0, size), page.image.height, 1.4 * size):
        pen.text((random.uniform(2, 30), y), " ".join(random.choice(WORDS, 8)), (30, 30, 35), font)
    return page


def _sample(kind: str) -> Callable[[Split, Random], Page]:
    def draw(_: Split, random: Random) -> Page:
        samples = _samples(kind)
        content = samples[int(random.integers(len(samples)))]
        return Page(Image.open(io.BytesIO(content)).convert("RGB"), [], [])

    return draw


@cache
def _samples(kind: str) -> list[bytes]:
    return list(SOURCES[kind]())


EMPTY: dict[str, Callable[[Split, Random], Page]] = {
    "pages of words": _lines_of_words,
    "letters": _sample("capital letters"),
    "scribbles": _sample("scribbles"),
    "photos": _sample("photos"),
}
