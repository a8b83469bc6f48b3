"""Pages to measure with: paper, ink, light, and what is written on them.

Papers, pens, fonts, objects and cameras are other than those in `digits.data`, which the finder
learns from.
"""

import io
import math
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageFilter, ImageFont

from digits.data.handwriting import Hand, write_number
from digits.data.splits import Split
from digits.reading.view import View

Random = np.random.Generator
Color = tuple[int, int, int]
Box = tuple[float, float, float, float]
FONTS = ("cmr10", "cmss10", "cmtt10", "STIXGeneral", "DejaVuSerif", "DejaVuSans")
WORDS = (
    *("total", "amount", "date", "name", "street", "page", "order"),
    *("item", "price", "weight", "school", "class", "year", "number"),
)


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


def new_page(width: int, height: int, paper: Color = (255, 255, 255)) -> Page:
    """Return an empty page."""
    return Page(Image.new("RGB", (width, height), paper), [], [])


def draw_pen(random: Random, pen: tuple[float, float] = (0.05, 0.14)) -> Hand:
    """Draw somebody's way of writing; `pen` is the range of its width, as a share of the height."""
    return Hand(
        slant=random.uniform(-0.15, 0.2),
        rotation=random.normal(0, 0.03),
        width=random.uniform(0.85, 1.15),
        pen=random.uniform(*pen) if random.random() < 0.5 else None,
        level=0.5,
        unevenness=random.uniform(0, 0.06),
        is_even=False,
    )


def write_on(
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
    hand = hand or draw_pen(random)
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


def photograph(page: Page, random: Random, darkest: float, blur: float, noise: float) -> Page:
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


def turn(page: Page, degrees: float) -> None:
    """Turn a page anticlockwise, as it lies before a camera that is held aslant."""
    before = np.asarray(page.image.convert("L"))
    paper = tuple(np.median(np.asarray(page.image), axis=(0, 1)).astype(int).tolist())
    page.image = page.image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)
    # What the page was is a view of what it is now.
    view = View(before, page.image.size[::-1], -math.radians(degrees))
    page.boxes = [[view.to_picture(box) for box in number] for number in page.boxes]


def load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Load one of FONTS, `size` pixels high."""
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return ImageFont.truetype(folder / f"{name}.ttf", size)
