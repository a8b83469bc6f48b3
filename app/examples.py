"""Examples for those who can't or won't draw, kept beside the app: twenty validation digits, and a
number and a form composed of others.

A clone has no data; `python -m app.examples` makes the pictures anew from data/processed/val.npz.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from digits.data.splits import Split, load_split

FOLDER = Path(__file__).with_name("gallery")
OF_EACH = 2
NUMBERS_FOLDER = Path(__file__).with_name("number_gallery")
# What kinds of pages, and of the pages that a seed gives, which.
NUMBERS = {"0-number": ("spaced", 6), "1-form": ("boxes", 1)}


def load_examples() -> list[bytes]:
    """Read the example pictures, in order: PNG, 28 by 28 pixels, ink dark on white paper."""
    return [path.read_bytes() for path in sorted(FOLDER.glob("*.png"))]


def load_gallery() -> list[bytes]:
    """Read the examples of digits, and then those of numbers: PNG, grey or coloured."""
    return load_examples() + [path.read_bytes() for path in sorted(NUMBERS_FOLDER.glob("*.png"))]


def main() -> None:
    """Write the first digits of each class among the validation digits as NAME.png."""
    val = load_split("val")
    places = [np.flatnonzero(val.labels == label)[:OF_EACH] for label in range(10)]
    FOLDER.mkdir(exist_ok=True)
    for number, place in enumerate(np.stack(places, axis=1).ravel()):
        name = f"{number:02}-{val.labels[place]}.png"
        Image.fromarray(255 - val.images[place]).save(FOLDER / name, optimize=True)
    _write_numbers(val)


def _write_numbers(val: Split) -> None:
    from digits.evaluation import number_pages  # which the page has no need of

    NUMBERS_FOLDER.mkdir(exist_ok=True)
    for name, (kind, seed) in NUMBERS.items():
        page = number_pages.NUMBERS[kind](val, np.random.default_rng(seed))
        page.image.convert("L").save(NUMBERS_FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
