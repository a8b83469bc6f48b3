"""Example digits for those who can't or won't draw: twenty validation digits, kept beside the app.

A clone has no data; `python -m app.examples` makes the pictures anew from data/processed/val.npz.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from digits.data.splits import load_split

FOLDER = Path(__file__).with_name("gallery")
OF_EACH = 2


def load_examples() -> list[bytes]:
    """Read the example pictures, in order: PNG, 28 by 28 pixels, ink dark on white paper."""
    return [path.read_bytes() for path in sorted(FOLDER.glob("*.png"))]


def main() -> None:
    """Write the first digits of each class among the validation digits as NAME.png."""
    val = load_split("val")
    places = [np.flatnonzero(val.labels == label)[:OF_EACH] for label in range(10)]
    FOLDER.mkdir(exist_ok=True)
    for number, place in enumerate(np.stack(places, axis=1).ravel()):
        name = f"{number:02}-{val.labels[place]}.png"
        Image.fromarray(255 - val.images[place]).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
