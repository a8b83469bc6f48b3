"""The splits that `preprocess` writes: training, validation and test digits with their labels."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

PROCESSED_DIR = Path("data/processed")
SPLITS = ("train", "val", "test")


class Split(NamedTuple):
    """Digits and what they show."""

    images: NDArray[np.uint8]
    """uint8 array of shape (n, 28, 28), ink bright."""
    labels: NDArray[np.uint8]
    """uint8 array of shape (n,), values 0 to 9."""


def split_path(name: str) -> Path:
    """Return where the split "train", "val" or "test" lies."""
    return PROCESSED_DIR / f"{name}.npz"


def load_split(name: str) -> Split:
    """Read the split "train", "val" or "test"."""
    with np.load(split_path(name)) as arrays:
        return Split(arrays["images"], arrays["labels"])


def load_dataset() -> dict[str, Any]:
    """Read the data set's description: `name`, and under `splits` the number of digits in each."""
    description: dict[str, Any] = json.loads(
        (PROCESSED_DIR / "dataset.json").read_text(encoding="utf-8")
    )
    return description


def spread(split: Split, count: int) -> Split:
    """Return `count` digits from all over the split, repeated where it has fewer: MNIST's first
    5,000 test digits come from other writers than the last (LeCun et al., 1998), and are read
    differently."""
    chosen = np.linspace(0, len(split.labels), count, endpoint=False).astype(int)
    return Split(split.images[chosen], split.labels[chosen])
