"""Pages without any digit: words, letters, scribbles, photos."""

import io
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from digits.data.splits import Split
from digits.evaluation.ood_samples import SOURCES
from digits.evaluation.pages import FONTS, WORDS, Page, Random, load_font, new_page


def _lines_of_words(_: Split, random: Random) -> Page:
    """Print lines of words, as a page of a book."""
    page = new_page(int(random.integers(200, 600)), int(random.integers(100, 600)))
    size = int(random.integers(12, 60))
    font = load_font(str(random.choice(FONTS)), size)
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
