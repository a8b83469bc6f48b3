"""What an answer rests on: the pixels that count, and the training digits most alike."""

import numpy as np
from numpy.typing import NDArray

from app import project
from app.pictures import picture_html
from digits.data.splits import split_path
from digits.reading.classifier import Classifier
from digits.reading.explain import find_nearest, occlude
from digits.reading.reader import Reading


def why_html(classifier: Classifier, reading: Reading) -> str:
    """Return the pixels that count, and the training digits most alike where the data is there."""
    if reading.digit is None or reading.probabilities is None:
        return ""
    best = int(np.argmax(reading.probabilities))
    heat = to_heat(reading.digit, occlude(classifier, reading.digit, best))
    pictures = picture_html(heat, f"what speaks for a {best}")
    note = f"Orange: the model is less sure of a {best} where this is hidden. Blue: surer."
    path = project.ROOT / split_path("train")
    if path.is_file():
        with np.load(path) as train:
            images, labels = train["images"], train["labels"]
        for place in find_nearest(reading.digit, images):
            pictures += picture_html(images[place], f"learned as a {labels[place]}")
        note += " Then the training digits that differ least from it, pixel by pixel."
    return f'<div class="steps">{pictures}</div><p>{note}</p>'


def to_heat(digit: NDArray[np.uint8], weights: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Colour a digit by what its pixels say: uint8 (28, 28) and float32 (28, 28) → uint8 RGB.

    Above 0 is orange, below 0 blue, told apart by the colour-blind too.
    """
    strength = np.abs(weights)[..., np.newaxis] / max(float(np.abs(weights).max()), 1e-6)
    colour = np.where(weights[..., np.newaxis] > 0, (230, 159, 0), (86, 180, 233))
    grey = 0.5 * digit[..., np.newaxis]
    return np.asarray(grey + strength * (colour - grey), np.uint8)
