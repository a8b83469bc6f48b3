"""What several tests share."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

from digits.splits import Split


@pytest.fixture(scope="session")
def tiny_split() -> Split:
    """Forty easy "digits": a bar whose height tells the class."""
    labels = np.arange(40, dtype=np.uint8) % 10
    images = np.zeros((40, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 + 2 * label : 6 + 2 * label, 6:22] = 255
    return Split(images, labels)
