"""Teach one hand in two ways, from a model on and from the start, and compare what it brings.

data/processed, models/digits.keras → benchmarks/own.md: `make own`

The hand is made up: 1,000 digits, drawn in one way of writing for each digit, with one slant; 800
to learn from, 200 to test with. MNIST's own test digits are read beside.
"""

import argparse
import datetime
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image

from benchmarks.machine import report
from digits.data.own import mix
from digits.data.splits import Split, load_split
from digits.data.strokes import draw_way
from digits.data.ways import WAYS
from digits.pipeline.params import PARAMS_FILE
from digits.reading.image import to_mnist
from digits.training.recipe import TrainParams
from stages import train

BASE = Path("models/digits.keras")
SLANT = 0.8  # at which MNIST alone reads nine in ten
# Of each digit, which of its ways this hand writes: the ones that MNIST has least of.
CHOSEN = (1, 2, 1, 1, 3, 1, 1, 2, 1, 2)
QUICK = {"start_from": str(BASE), "epochs": 1, "first_cycle": 0, "learning_rate": 0.002}


def write(count: int, seed: int) -> Split:
    """Draw so many digits of the hand, each class in turn, and read them as any picture."""
    random = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.uint8) % 10
    ways = [[way for way in WAYS if way.label == label][CHOSEN[label]] for label in range(10)]
    images = [to_mnist(255 - _slanted(draw_way(ways[label], random))) for label in labels]
    return Split(np.stack(images), labels)


def _slanted(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.fromarray(image)
    matrix = (1, SLANT, -SLANT * picture.height / 2, 0, 1, 0)
    return np.asarray(
        picture.transform(picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    )


def accuracy(model: keras.Model, digits: Split) -> float:
    """Return the share of digits whose best guess is right."""
    logits = model.predict(digits.images[..., np.newaxis], batch_size=512, verbose=0)
    return float((logits.argmax(axis=1) == digits.labels).mean())


def fit(own: Split, digits: int | None, changes: dict[str, Any]) -> keras.Model:
    """Train as the stage does, with own digits and changed parameters."""
    section = yaml.safe_load(PARAMS_FILE.read_text(encoding="utf-8"))["train"]
    params = TrainParams.model_validate(section | changes)
    mnist = Split(*(array[:digits] for array in load_split("train")))
    mixed = mix(mnist, own, params.own_share)
    with tempfile.TemporaryDirectory() as folder:
        return train.fit(params, mixed, load_split("val"), Path(folder))[0]


def measure(name: str, make: Callable[[], keras.Model], hand: Split, test: Split) -> str:
    """Make a model and return its row of the table."""
    start = time.perf_counter()
    model = make()
    seconds = time.perf_counter() - start
    return f"| {name} | {seconds:.0f} | {accuracy(model, hand):.2%} | {accuracy(model, test):.2%} |"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pictures", type=int, default=800, help="of the hand, to learn from")
    parser.add_argument("--digits", type=int, help="of MNIST, where not all")
    parser.add_argument("--epochs", type=int, help="of the full training, where not the usual")
    options = parser.parse_args()
    own, hand, test = write(options.pictures, seed=1), write(200, seed=2), load_split("test")
    full = {"epochs": options.epochs} if options.epochs else {}
    rows = [
        measure("before", lambda: keras.models.load_model(BASE, compile=False), hand, test),
        measure("the quick way", lambda: fit(own, options.digits, QUICK), hand, test),
        measure("a full training", lambda: fit(own, options.digits, full), hand, test),
    ]
    lines = [
        f"{options.pictures} pictures of a made-up hand to learn from, 200 others to test with.",
        "",
        "| model | seconds | accuracy, the hand | accuracy, MNIST |",
        "|---|--:|--:|--:|",
        *rows,
    ]
    report("own", "Learning one hand", "\n".join(lines), datetime.date.today())


if __name__ == "__main__":
    main()
