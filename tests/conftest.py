"""What several tests share."""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
from history import make_history
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits

from benchmarks.kills import Reference, run_reference
from digits.image import to_mnist
from digits.splits import Split


@pytest.fixture(scope="session")
def tiny_split() -> Split:
    """Forty easy "digits": a bar whose height tells the class."""
    labels = np.arange(40, dtype=np.uint8) % 10
    images = np.zeros((40, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 + 2 * label : 6 + 2 * label, 6:22] = 255
    return Split(images, labels)


@pytest.fixture(scope="session")
def handwritten() -> Split:
    """Two hundred of scikit-learn's handwritten digits at MNIST's size and place."""
    digits = load_digits()
    small = [Image.fromarray((image * 15.9).astype(np.uint8)) for image in digits.images[:200]]
    large = [np.asarray(image.resize((40, 40), Image.Resampling.BICUBIC)) for image in small]
    return Split(
        np.stack([to_mnist(255 - image) for image in large]), digits.target[:200].astype(np.uint8)
    )


@pytest.fixture(scope="session")
def seven() -> Image.Image:
    """A seven, dark on white, in a grey picture that is wider than high."""
    image = Image.new("L", (220, 180), 255)
    ImageDraw.Draw(image).line([(60, 40), (140, 40), (90, 150)], fill=0, width=14, joint="curve")
    return image


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The small pipeline, run once through DVC, with the state before each stage."""
    return run_reference(tmp_path_factory.mktemp("reference"))


@pytest.fixture(scope="session")
def history(tmp_path_factory) -> Path:
    """A repository whose history holds three models."""
    folder = tmp_path_factory.mktemp("history")
    make_history(folder)
    return folder
