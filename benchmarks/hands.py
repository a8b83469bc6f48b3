"""Digits in hands that MNIST never met: scikit-learn's, and others'.

The others are those of an .npz file (arrays X and y, as `digits evaluate` takes them) that
$DIGITS_HANDWRITING names.
"""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits


class Hands(NamedTuple):
    """Digits, as they came."""

    images: list[NDArray[np.uint8]]
    """Each (height, width)."""
    labels: NDArray[np.uint8]


def load_hands() -> dict[str, Hands]:
    """Return what there is, by its name."""
    digits = load_digits()
    images = [(image * 15.9).astype(np.uint8) for image in digits.images]
    found = {"scikit_learn": Hands(images, digits.target.astype(np.uint8))}
    if path := os.environ.get("DIGITS_HANDWRITING"):
        with np.load(path) as arrays:
            found[Path(path).stem] = Hands(list(arrays["X"]), arrays["y"].astype(np.uint8))
    return found
