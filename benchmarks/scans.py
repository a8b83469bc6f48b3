"""Pictures of digits on paper by the thousand, as somebody might have scanned them."""

import io
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from digits.data.scenes import Scene, draw
from digits.reading.image import to_mnist

DIFFERENT = 1000


def make_pictures(folder: Path, count: int) -> int:
    """Draw scikit-learn's digits as PNG files in a new folder; from DIFFERENT on they repeat.
    Returns the bytes of all."""
    random = np.random.default_rng(1)
    drawn = []
    for image in load_digits().images[: min(count, DIFFERENT)]:
        large = Image.fromarray((255 - image * 15.9).astype(np.uint8)).resize((40, 40))
        picture = Image.open(io.BytesIO(draw(to_mnist(np.asarray(large)), Scene(), random)))
        file = io.BytesIO()
        picture.save(file, "PNG")
        drawn.append(file.getvalue())
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:06}.png").write_bytes(drawn[number % len(drawn)])
    return sum(len(drawn[number % len(drawn)]) for number in range(count))
